"""JSON Feeds, whole and broken: one bad item never loses the others."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from hrwatch.errors import ParseError
from hrwatch.model.feeds import Entry, ParsedFeed
from hrwatch.stages.parse import fields, parse

URL = "https://wire.example/feed.json"
ITEM = {"id": "1", "url": "https://wire.example/1", "title": "T", "content_text": "C"}


def read(document: Any, *, before: str = "") -> ParsedFeed:
    """Parse a document, given as it is or to be written as JSON."""
    markup = document if isinstance(document, str) else json.dumps(document)
    return parse((before + markup).encode(), url=URL, content_type="application/json", now=NOW)


def feed(*items: Any, **head: Any) -> dict[str, Any]:
    """A JSON Feed around items."""
    return {"version": "https://jsonfeed.org/version/1.1", "items": list(items), **head}


def test_json_feed_gives_all_that_it_tells() -> None:
    item = {
        "id": 7,
        "url": "/stories/7",
        "title": "Court hears &amp; adjourns",
        "content_html": "<p>Long.</p>",
        "content_text": "Long.",
        "summary": "Short.",
        "date_published": "2026-03-02T10:30:00+02:00",
        "date_modified": "2026-03-02T08:45:00Z",
        "authors": [{"name": "A. Writer"}, {"url": "https://wire.example/b"}, {"name": "B."}],
        "tags": ["Courts", "Courts", "Prisons"],
    }
    document = feed(item, title="Wire", home_page_url="https://wire.example/", language="en_GB")
    assert read(document) == ParsedFeed(
        format="json11",
        title="Wire",
        link="https://wire.example/",
        language="en-GB",
        ttl=None,
        entries=(
            Entry(
                guid="7",
                permalink="https://wire.example/stories/7",
                title="Court hears & adjourns",
                summary="Short.",
                content="<p>Long.</p>",
                authors=("A. Writer", "B."),
                published_at=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
                updated_at=datetime(2026, 3, 2, 8, 45, tzinfo=UTC),
                categories=("Courts", "Prisons"),
                published_offset=120,
            ),
        ),
    )


def test_json_feed_of_version_one_has_one_author_and_numbers_for_ids() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1",
        "author": {"name": "Desk"},
        "items": [{"id": 1.50, "author": {"name": "A."}}, {"id": 10**30, "content_text": "x"}],
    }
    parsed = read(document)
    assert parsed.format == "json1"
    assert [(entry.guid, entry.authors) for entry in parsed.entries] == [
        ("1.5", ("A.",)),
        (str(10**30), ("Desk",)),
    ]


@pytest.mark.parametrize(
    ("item", "permalink"),
    [
        ({"id": "https://wire.example/9"}, "https://wire.example/9"),
        ({"id": "9", "url": "javascript:alert(1)"}, ""),
        ({"id": "9", "external_url": "https://other.example/"}, ""),
        ({"id": "9", "url": ["https://wire.example/9"]}, ""),
    ],
)
def test_json_feed_permalink_is_the_url_then_an_id_that_is_one(
    item: dict[str, Any], permalink: str
) -> None:
    (entry,) = read(feed(item)).entries
    assert entry.permalink == permalink


def test_json_feed_items_that_are_none_lose_no_others() -> None:
    odd = {"id": None, "title": 7, "tags": "x", "authors": 3, "date_published": "soon", "url": {}}
    parsed = read(feed("x", None, ITEM, odd, [], {**ITEM, "id": "2"}))
    assert [entry.guid for entry in parsed.entries] == ["1", "", "2"]
    assert parsed.warnings == ("3 items are none and are left out",)


def test_json_feed_date_keeps_the_offset_of_the_publishers_clock() -> None:
    (entry,) = read(feed({**ITEM, "date_published": "2026-03-01T14:05:00-06:00"})).entries
    assert entry.published_at == datetime(2026, 3, 1, 20, 5, tzinfo=UTC)
    assert entry.published_offset == -360


def test_json_feed_date_that_cannot_be_read_is_kept_in_words() -> None:
    (entry,) = read(feed({**ITEM, "date_published": "when it suits"})).entries
    assert (entry.published_at, entry.published_text) == (None, "when it suits")


@pytest.mark.parametrize(
    ("document", "guids", "cut_off"),
    [
        # A comma too many, a quotation mark too few.
        ('{"version": "https://jsonfeed.org/version/1", "title": "W", "items": ['
         '{"id": "1"}, {"id": "2",}, {"id": "3"}]}', ["1", "3"], True),
        ('{"version": "https://jsonfeed.org/version/1", "items": ['
         '{"id": "1"}, {"id": "2", "author": {"name": "x"}', ["1"], True),
        ('{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1', [], True),
        ('{"version": "https://jsonfeed.org/version/1", "items": [{"id": "a\nb\x01"}]}',
         ["a b"], False),
    ],
    ids=["comma", "cut off", "cut off in the first", "control character"],
)  # fmt: skip
def test_json_feed_that_is_broken_gives_the_items_that_are_whole(
    document: str, guids: list[str], cut_off: bool
) -> None:
    parsed = read(document)
    assert [entry.guid for entry in parsed.entries] == guids
    assert parsed.cut_off is cut_off
    assert bool(parsed.warnings) is cut_off


def test_json_feed_behind_warnings_of_its_server_is_read() -> None:
    before = "\ufeff\n<br />\n<b>Warning</b>: Invalid argument in <b>/x.php</b><br />\n"
    assert len(read(feed(ITEM), before=before).entries) == 1


def test_json_feed_that_ended_or_goes_on_elsewhere_says_so() -> None:
    parsed = read(feed(ITEM, expired=True, next_url="https://wire.example/2.json"))
    assert parsed.warnings == (
        "it says that there will be nothing new in it",
        "it goes on at another address, which is not read",
    )


def test_json_feed_without_its_version_is_read_by_its_items() -> None:
    parsed = read({"items": [ITEM]})
    assert parsed.format == "json"
    assert parsed.warnings == ("it does not say that it is a JSON Feed, and is read as one",)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"items": []},
        {"items": [1]},
        {"items": [{"id": "1"}]},
        {"items": {"id": "1"}},
        {"version": "https://jsonfeed.org/version/1"},
        {"version": "1", "items": []},
        '{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 200_000,
        '{"a": ' * 100_000,
        "{" * 100_000,
    ],
    ids=str,
)
def test_json_that_is_no_feed_is_told(document: Any) -> None:
    if isinstance(document, str) and "items" in document:
        assert read(document).entries == ()  # it says that it is one
        return
    with pytest.raises(ParseError, match="JSON, not a feed"):
        read(document)


def test_json_feed_all_of_an_item_is_bounded() -> None:
    item = {
        "id": "i" * 100_000,
        "title": "t" * 5_000,
        "content_html": "c" * 600_000,
        "authors": [{"name": f"{n} {'w' * 500}"} for n in range(100)],
        "tags": [f"{n} {'k' * 500}" for n in range(100)],
    }
    parsed = read(feed(*[item, *[ITEM] * fields.MAX_ENTRIES]))
    assert len(parsed.entries) == fields.MAX_ENTRIES
    entry = parsed.entries[0]
    assert entry.guid.startswith("sha256:")
    assert len(entry.title) == fields.MAX_TITLE
    assert len(entry.content) == fields.MAX_MARKUP
    assert len(entry.authors) == fields.MAX_AUTHORS
    assert len(entry.categories) == fields.MAX_CATEGORIES


def test_json_feed_characters_that_no_database_stores_are_left_out() -> None:
    (entry,) = read(
        feed({"id": "a\x00b", "title": "x\ud800", "content_text": "\x00\udfff!"})
    ).entries
    assert (entry.guid, entry.title, entry.content) == ("ab", "x", "!")


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda children: st.lists(children) | st.dictionaries(st.text(max_size=5), children),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["id", "url", "title", "content_html", "content_text", "summary", "date_published", "authors",
     "author", "tags", "items", "version", "language"]
)  # fmt: skip


@given(st.dictionaries(KEYS, VALUES), st.lists(st.dictionaries(KEYS, VALUES) | VALUES))
def test_json_feed_whatever_it_holds_gives_entries(head: dict[str, Any], items: list[Any]) -> None:
    document = {**head, "version": "https://jsonfeed.org/version/1", "items": items}
    parsed = read(document)
    assert len(parsed.entries) == sum(isinstance(item, dict) for item in items)
