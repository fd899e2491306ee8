"""Whatever a feed says, in whichever format: what is kept of it holds no control of a terminal or
of the reading direction, and every field is within its bounds."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch import text
from hrwatch.model.feeds import ParsedFeed
from hrwatch.stages.parse import parse

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# Kept as the publisher wrote them: they become text later, in `read_article`.
RAW = frozenset({"summary", "content"})
CONTROLS = [*"\u202e\u2066\u200b\ufeff\x85\u2028\U000e0041\u00ad\n", "\x9b31m"]
REFERENCES = ["&#x202e;", "&amp;#8238;", "&#155;"]
WORDS = ["title", "https://a.example/", "2 March 2026", " "]
HOSTILE = st.lists(
    st.sampled_from([*CONTROLS, *REFERENCES, *WORDS])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
    max_size=6,
).map("".join)


def rss(told: str) -> str:
    """An RSS feed that says the same in every field."""
    fields = ("title", "link", "guid", "author", "category", "pubDate", "description", "dc:date")
    item = "".join(f"<{name}>{escape(told)}</{name}>" for name in fields)
    channel = "".join(f"<{name}>{escape(told)}</{name}>" for name in ("title", "link", "language"))
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel>{channel}<item>{item}<title>A</title></item></channel></rss>"
    )


def atom(told: str) -> str:
    """An Atom feed that says the same in every field."""
    names = ("title", "id", "published", "updated", "summary", "content")
    fields = "".join(f"<{name}>{escape(told)}</{name}>" for name in names)
    category = escape(told, {'"': "&quot;"})
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(told)}</title><entry>{fields}'
        f"<author><name>{escape(told)}</name></author>"
        f'<category term="{category}"/><link href="{category}"/></entry></feed>'
    )


def json_feed(told: str) -> str:
    """A JSON Feed that says the same in every field."""
    item = dict.fromkeys(
        ("id", "url", "title", "summary", "content_text", "date_published", "date_modified"), told
    )
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": told,
            "home_page_url": told,
            "language": told,
            "items": [item | {"authors": [{"name": told}], "tags": [told]}],
        }
    )


def sitemap(told: str) -> str:
    """A news sitemap that says the same in every field."""
    news = "".join(
        f"<news:{name}>{escape(told)}</news:{name}>" for name in ("title", "keywords", "name")
    )
    return (
        "<urlset><url><loc>https://a.example/" + escape(told) + "</loc><news:news>"
        f"<news:publication_date>2026-03-01</news:publication_date>{news}</news:news></url></urlset>"
    )


def strings(value: object, field: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string of a value, with the field that it stands in."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, tuple):
        for one in value:
            yield from strings(one, field)
    elif dataclasses.is_dataclass(value):
        for part in dataclasses.fields(value):
            yield from strings(getattr(value, part.name), part.name)


def read(markup: str) -> ParsedFeed:
    """The feed in a document."""
    return parse(markup.encode(), url="https://a.example/feed", content_type="", now=NOW)


@pytest.mark.parametrize("write", [rss, atom, json_feed, sitemap])
@given(told=HOSTILE)
def test_parse_any_words_keeps_only_what_can_be_shown(
    write: Callable[[str], str], told: str
) -> None:
    for field, kept in strings(read(write(told))):
        if field not in RAW:
            assert text.without_controls(kept) == kept, field
            assert len(kept) <= 8_000, field
