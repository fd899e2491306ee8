"""A digest of several pages: within limits, complete, numbered once. All stories invented."""

import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import (
    a_feed,
    a_feed_state,
    a_match,
    a_record,
    a_subscriber,
    a_tag,
    an_entry,
    an_evidence,
)
from hrwatch.model.articles import Record
from hrwatch.model.feeds import Coverage, State
from hrwatch.model.mail import (
    Cadence,
    Detail,
    Digest,
    Grouping,
    Interest,
    MailKind,
    Match,
    Page,
    Reason,
    Schedule,
    Subscriber,
)
from hrwatch.model.settings import MailSettings
from hrwatch.model.tags import Field, Relation
from hrwatch.stages.digest import transfer
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.layout import WIDTH, columns
from hrwatch.stages.digest.mime import build
from hrwatch.stages.digest.pages import FULL_STORIES, shares, sheets
from hrwatch.stages.digest.render import MAIL_LIMIT, TEXT_LIMIT, render
from hrwatch.stages.digest.view import Composition, Occasion, Sheet, Story

NOW = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)
READER = a_subscriber(
    schedule=Schedule(Cadence.DAILY, time(7)), timezone="Europe/Vilnius", subject="full"
)
FEEDS = {"wire": a_feed(publisher="The Wire")}
RUSSIAN = "Придуманный рассказ о пытках в придуманной колонии. "


def rendered(
    *matches: Match, subscriber: Subscriber = READER, coverage: Coverage | None = None
) -> Digest:
    composition = compose(
        subscriber,
        matches,
        coverage=coverage or Coverage(4, 4, ()),
        window=None,
        now=NOW,
        stories={},
        feeds=FEEDS,
        labels={},
        version="1.0",
    )
    return render(composition, "d" * 24)


def about(id: str, *values: str, **changes: Any) -> Match:
    entry = an_entry(
        title=changes.pop("title", f"Story {id}"),
        permalink=changes.pop("permalink", f"https://wire.example/{id}"),
    )
    tags = tuple(a_tag(value) for value in values or ("torture", "BY"))
    relation = changes.pop("relation", Relation.SUBJECT)
    reason = changes.pop("reason", Reason.NEW)
    record = a_record(id, entry=entry, tags=tags, first_seen_at=NOW, **changes)
    return a_match(record, relation=relation, reason=reason)


def many(number: int) -> list[Match]:
    """Return stories of two countries, none with an address that begins another's."""
    return [
        about(
            f"{index:03}",
            *("BY" if index % 3 else "UA", "torture"),
            title=f"Story {index:03}, " + "word " * 12,
        )
        for index in range(number)
    ]


def on_the_way(page: Page) -> int:
    """Return how many bytes the parts of a mail have."""
    return transfer.length(page.text) + transfer.length(page.html)


def in_text(page: Page) -> list[int]:
    """Return the numbers in the text part, in its order."""
    return [int(found) for found in re.findall(r"^\[(\d+)\] ", page.text, re.MULTILINE)]


def in_html(page: Page) -> list[int]:
    found = re.findall(r'<h3>(?:<span class="state">)?(\d+)\. |<li value="(\d+)">', page.html)
    return [int(one or other) for one, other in found]


@pytest.mark.parametrize(
    ("counts", "limit", "expected"),
    [
        ((), 30, ()),
        ((3, 2), 30, (3, 2)),
        ((100, 2, 1), 30, (27, 2, 1)),
        ((40, 40, 40), 30, (10, 10, 10)),
        ((1, 1, 1), 2, (1, 1, 0)),
        ((5, 5), 0, (0, 0)),
    ],
)
def test_shares_let_no_section_starve(
    counts: tuple[int, ...], limit: int, expected: tuple[int, ...]
) -> None:
    assert shares(counts, limit) == expected


@pytest.mark.parametrize(("number", "pages"), [(31, 1), (200, 2), (900, 6)])
def test_digest_of_many_stories_keeps_thirty_in_full_and_drops_none(
    number: int, pages: int
) -> None:
    matches = many(number)
    digest = rendered(*matches)

    assert len(digest.pages) == pages
    assert [n for page in digest.pages for n in page.numbers] == list(range(1, number + 1))
    for page in digest.pages:
        assert in_text(page) == in_html(page) == list(page.numbers)
        assert on_the_way(page) <= MAIL_LIMIT
    text = "\n".join(page.text for page in digest.pages)
    assert all(f"https://wire.example/{index:03}\n" in text for index in range(number))
    assert text.count("Archive: ref") == FULL_STORIES
    assert sum(page.html.count("Archive: ref") for page in digest.pages) == FULL_STORIES
    assert text.count("Matched: ") == FULL_STORIES
    assert sum(page.html.count("<blockquote") for page in digest.pages) == FULL_STORIES
    assert digest.matches == tuple(matches)
    assert sorted(digest.numbers) == list(range(1, number + 1))


def test_pages_say_which_of_how_many_they_are_and_tell_once_what_is_told_once() -> None:
    failing = (a_feed_state(state=State.GONE),)
    first, second = rendered(*many(200), coverage=Coverage(2, 1, failing)).pages

    assert first.subject == "[hrwatch] 200 new (BY 133, UA 67), 1 of 2"
    assert second.subject == "[hrwatch] 200 new (BY 133, UA 67), 2 of 2"
    assert first.text.startswith("Daily digest, Sunday 22 November 2026, 1 of 2\n")
    assert "<h1>Daily digest, Sunday 22 November 2026, 2 of 2</h1>" in second.html
    for once in ("CONTENTS", "200 new stories.", "1 of 2 feeds read", "FEEDS WITH PROBLEMS"):
        assert once in first.text
        assert once not in second.text
    assert "WHY YOU GET THIS" in second.text
    assert "UKRAINE (67 new, continued)" in second.text
    assert "BELARUS" not in second.text
    assert 'href="#' in first.html
    for page in (first, second):
        inner = set(re.findall(r'href="#(\w+)"', page.html))
        assert inner <= set(re.findall(r'id="(\w+)"', page.html))


@pytest.mark.parametrize("number", [0, 1, 7, 31, 120])
def test_text_alone_stays_under_its_own_limit(number: int) -> None:
    reader = replace(READER, text_only=True)
    matches = [replace(m, record=replace(m.record, text=RUSSIAN * 9)) for m in many(number)]
    digest = rendered(*matches, subscriber=reader)

    assert [n for page in digest.pages for n in in_text(page)] == list(range(1, number + 1))
    for page in digest.pages:
        assert page.html == ""
        assert on_the_way(page) <= TEXT_LIMIT


def test_pages_that_are_encrypted_leave_room_for_it() -> None:
    encrypted = rendered(*many(120), subscriber=replace(READER, pgp_key_file=Path("k.asc")))

    assert all(on_the_way(page) * 1.4 <= MAIL_LIMIT for page in encrypted.pages)


def test_titles_alone_for_who_asked_for_no_more() -> None:
    (page,) = rendered(*many(3), subscriber=replace(READER, detail=Detail.TITLES)).pages

    assert in_text(page) == [1, 2, 3]
    assert "tortured" not in page.text + page.html
    assert "More on" not in page.text
    assert "https://wire.example/001\n" in page.text


def test_longer_snippets_for_who_asked_for_them() -> None:
    told = "An invented sentence that says little more than nothing at all. " * 40
    story = about("a", text=told)
    lengths = []
    for detail in (Detail.USUAL, Detail.LONGER):
        (page,) = rendered(story, subscriber=replace(READER, detail=detail)).pages
        lengths.append(len(page.html.partition("<blockquote")[2].partition("</blockquote>")[0]))

    assert lengths[0] < 350
    assert 500 < lengths[1] < 650


def carried_by(count: int, *, address: str = "", title: str = "Told") -> tuple[Record, ...]:
    """Return a story: its original and so many other reports of it."""
    record = about("a").record
    copies = (
        replace(
            record,
            id=f"c{n}",
            feed=f"f{n}",
            entry=an_entry(title=f"{title} {n}", permalink=f"https://w{n}.example/{address}"),
            title=f"{title} {n}",
            permalink=f"https://w{n}.example/{address}",
        )
        for n in range(count)
    )
    return record, *copies


def pages_of(story: tuple[Record, ...], *others: Match, reader: Subscriber) -> tuple[Page, ...]:
    composition = compose(
        reader,
        (a_match(story[0]), *others),
        coverage=Coverage(4, 4, ()),
        window=None,
        now=NOW,
        stories={story[0].story: story},
        feeds=FEEDS,
        labels={},
        version="1.0",
    )
    return render(composition, "d" * 24).pages


@pytest.mark.parametrize("text_only", [False, True])
@pytest.mark.parametrize("key", [None, Path("k.asc")])
def test_story_too_long_for_a_page_lists_what_fits_and_counts_the_rest(
    text_only: bool, key: Path | None
) -> None:
    reader = replace(READER, text_only=text_only, pgp_key_file=key)
    pages = pages_of(carried_by(300, address="я" * 1_900), about("b"), reader=reader)

    assert [n for page in pages for n in page.numbers] == [1, 2]
    assert all(on_the_way(page) <= (TEXT_LIMIT if text_only else MAIL_LIMIT) for page in pages)
    text = "\n".join(page.text for page in pages)
    assert "    Also reported by 300:\n" in text
    listed = len(re.findall(r"^    - f\d+ \(English", text, re.MULTILINE))
    assert 0 < listed < 12
    assert f"    - {300 - listed} not listed here; see hrwatch show a\n" in text
    assert text.count("Archive: ref") == 2
    if not text_only:
        html = "\n".join(page.html for page in pages)
        assert html.count("<br><a href") == listed
        assert f"<li>{300 - listed} not listed here; see hrwatch show a</li>" in html


def composed(*stories: tuple[Record, ...]) -> Composition:
    return compose(
        READER,
        tuple(a_match(story[0]) for story in stories),
        coverage=Coverage(4, 4, ()),
        window=None,
        now=NOW,
        stories={story[0].story: story for story in stories},
        feeds=FEEDS,
        labels={},
        version="1.0",
    )


def test_story_with_no_room_beside_what_is_told_once_stands_in_full_on_the_next_page() -> None:
    def size(sheet: Sheet) -> int:
        full = sum(len(stretch.full) for stretch in sheet.stretches)
        return 40 * sheet.is_first + 70 * full

    pages = sheets(composed((about("a").record,), (about("b").record,)), size, 100, 30)

    assert [page.numbers for page in pages] == [(), (1,), (2,)]
    assert all(stretch.full for page in pages[1:] for stretch in page.stretches)


def test_story_that_no_telling_of_fits_a_page_is_a_title_with_its_counts() -> None:
    def size(sheet: Sheet) -> int:
        return 60 * sum(2 * len(one.full) + len(one.titles) for one in sheet.stretches)

    (_, page) = sheets(composed(carried_by(20)), size, 100, 30)
    (stretch,) = page.stretches
    (story,) = stretch.titles

    assert not stretch.full
    assert isinstance(story, Story)
    assert (story.also, story.more_also) == ((), 20)


def test_title_alone_tells_how_many_others_reported_it() -> None:
    (page,) = pages_of(carried_by(3), reader=replace(READER, detail=Detail.TITLES))

    assert "[1] The Wire (English, 3 other reports): Story a\n" in page.text
    assert "The Wire (English, 3 other reports): " in page.html


def test_what_made_a_story_match_is_counted_where_it_is_much() -> None:
    evidence = tuple(
        an_evidence(found=f"word{n}", field=Field.TEXT, offset=0, length=9) for n in range(8)
    )
    tags = tuple(
        a_tag(f"issue-{n:02}", evidence=tuple(replace(e, rule=f"{n}") for e in evidence))
        for n in range(15)
    )
    record = about("a").record
    (page,) = rendered(a_match(replace(record, tags=tags), because=tags)).pages
    said = " ".join(page.text.split())

    assert '"word4" (text), 3 more words; Issue 01' in said
    assert "(text), 3 more words; 3 more." in said
    assert said.count("3 more words") == page.html.count("3 more words") == 12


def test_address_that_no_browser_opens_is_not_given() -> None:
    (page,) = rendered(about("a", permalink="https://wire.example/" + "x" * 7_000)).pages

    assert "Read: no address given" in page.text


def named_feeds(page: Page) -> list[str]:
    """Return the feeds with problems that a text part names, which are called after numbers."""
    section = page.text.partition("FEEDS WITH PROBLEMS")[2].partition("WHY YOU GET THIS")[0]
    return re.findall(r"feed-\d{4}", section)


@pytest.mark.parametrize("text_only", [False, True])
@pytest.mark.parametrize(("stories", "failing"), [(5, 3_000), (120, 600), (0, 2_000), (40, 30)])
def test_names_of_feeds_with_problems_run_on_where_they_would_fill_the_first_page(
    stories: int, failing: int, text_only: bool
) -> None:
    states = tuple(
        a_feed_state(feed=f"feed-{n:04}", state=State.GONE if n % 2 else State.REFUSED)
        for n in range(failing)
    )
    reader = replace(READER, text_only=text_only)
    digest = rendered(*many(stories), subscriber=reader, coverage=Coverage(failing, 0, states))

    pages = digest.pages
    assert f"{failing} with problems" in pages[0].text
    named = [name for page in pages for name in named_feeds(page)]
    assert sorted(named) == [f"feed-{n:04}" for n in range(failing)]
    left = failing - len(named_feeds(pages[0]))
    assert (f"{left} more stand at the end of this digest." in pages[0].text) is bool(left)
    assert [n for page in pages for n in in_text(page)] == list(range(1, stories + 1))
    for page in pages:
        assert on_the_way(page) <= (TEXT_LIMIT if text_only else MAIL_LIMIT)
        assert page.numbers or named_feeds(page) or page is pages[0]
        assert text_only or sorted(set(re.findall(r"feed-\d{4}", page.html))) == sorted(
            named_feeds(page)
        )
    assert all("happened,\ncontinued)" in page.text for page in pages[1:] if named_feeds(page))


def test_contents_of_more_groups_than_there_is_room_for_count_the_others() -> None:
    labels = {f"issue-{n:03}": f"Invented issue {n:03} " + "x" * 90 for n in range(300)}
    reader = replace(READER, text_only=True, group_by=Grouping.KEYWORD, detail=Detail.TITLES)
    composition = compose(
        reader,
        tuple(about(f"{n:03}", f"issue-{n:03}") for n in range(300)),
        coverage=Coverage(4, 4, ()),
        window=None,
        now=NOW,
        stories={},
        feeds=FEEDS,
        labels=labels,
        version="1.0",
    )
    pages = render(composition, "d" * 24).pages
    contents = pages[0].text.partition("CONTENTS")[2].partition("=====")[0]

    listed = len(re.findall(r"^  Invented issue", contents, re.MULTILINE))
    assert listed in (5, 40)
    assert f"  {300 - listed} more groups: {300 - listed} new\n" in contents
    assert all(on_the_way(page) <= TEXT_LIMIT for page in pages)


def test_stories_stand_under_the_first_keyword_that_was_asked_for() -> None:
    reader = replace(
        a_subscriber(keywords=("prison-conditions", "torture")),
        group_by=Grouping.KEYWORD,
        subject="full",
    )
    digest = rendered(
        about("a", "torture", "BY", "prison-conditions"),
        about("b", "torture", "MX"),
        about("c", "censorship", "BY"),
        about("d", "BY"),
        subscriber=reader,
    )
    (page,) = digest.pages

    assert page.subject == "[hrwatch] 4 new (censorship 1, prison-conditions 1, 2 elsewhere)"
    headings = re.findall(r"^([A-Z ]+) \(1 new\)$", page.text, re.MULTILINE)
    assert headings == ["CENSORSHIP", "PRISON CONDITIONS", "TORTURE", "OTHER"]
    assert digest.numbers == (2, 3, 1, 4)


def test_copies_of_one_story_share_its_number() -> None:
    original = about("a")
    copy = a_match(replace(about("b").record, story="a"))
    passing = a_match(replace(about("c").record, story="a"), relation=Relation.MENTION)
    untold = about("d", relation=Relation.MENTION, reason=Reason.CHANGED)
    other = about("e", "torture", "MX")

    digest = rendered(copy, original, passing, other, untold)

    assert digest.numbers == (1, 1, 1, 2, 0)


TITLES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["عنوان مختلق عن سجن", "虚构" * 90, RUSSIAN * 5, "<b>&amp;" * 30, "x" * 300]),
).map(lambda title: title.encode("utf-8", "replace").decode())
COUNTRIES = st.sampled_from(["BY", "MX", "RU", "UA", "CN", "IR", ""])
REASONS = st.sampled_from([Reason.NEW, Reason.NEW, Reason.CHANGED, Reason.REMOVED])
RELATIONS = st.sampled_from([Relation.SUBJECT, Relation.SUBJECT, Relation.MENTION])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(TITLES, COUNTRIES, REASONS, RELATIONS), max_size=25),
    st.integers(1, 6),
    st.sampled_from(Detail),
    st.sampled_from(Grouping),
    st.booleans(),
    st.integers(0, 60),
)
def test_any_digest_keeps_its_limits_and_tells_every_number_once(  # noqa: PLR0917 - drawn
    told: list[tuple[str, str, Reason, Relation]],
    times: int,
    detail: Detail,
    grouping: Grouping,
    text_only: bool,
    failing: int,
) -> None:
    matches = tuple(
        about(
            f"{turn}-{place}",
            *("torture", country) if country else ("torture",),
            title=title,
            reason=reason,
            relation=relation,
            text=f"{title} {RUSSIAN * 4}",
        )
        for turn in range(times)
        for place, (title, country, reason, relation) in enumerate(told)
    )
    reader = replace(READER, detail=detail, group_by=grouping, text_only=text_only)
    states = tuple(a_feed_state(feed=f"f{n}", state=State.GONE) for n in range(failing))
    digest = rendered(*matches, subscriber=reader, coverage=Coverage(60, 0, states))

    limit = TEXT_LIMIT if text_only else MAIL_LIMIT
    for page in digest.pages:
        assert on_the_way(page) <= limit
        assert sorted(in_text(page)) == sorted(page.numbers)
        assert text_only or sorted(in_html(page)) == sorted(page.numbers)
        assert all(columns(line) <= WIDTH for line in _lines(page.text))
    numbers = [number for page in digest.pages for number in page.numbers]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {number for number in digest.numbers if number} == set(numbers)
    assert len(digest.numbers) == len(matches)
    untold = [match for match, number in zip(matches, digest.numbers, strict=True) if not number]
    assert all(
        match.relation is Relation.MENTION and match.reason is not Reason.NEW for match in untold
    )
    new = sum(m.relation is Relation.SUBJECT and m.reason is Reason.NEW for m in matches)
    assert f"{new} new" in digest.pages[0].subject or not new
    counted = re.findall(r"^  \S.*?\s(\d+) new\b", digest.pages[0].text, re.MULTILINE)
    assert sum(map(int, counted)) == new


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if not line.strip().startswith("https://"):
            yield line


@pytest.mark.parametrize(
    "body",
    ["", "plain text\n" * 90, RUSSIAN * 90, "虚构" * 500, "=" * 300, "x" * 2_000, "\n" * 60],
)
def test_length_on_the_way_is_never_less_than_it_will_be(body: str) -> None:
    message = EmailMessage(policy=email.policy.SMTP.clone(max_line_length=76, cte_type="7bit"))
    message.set_content(body, cte=transfer.encoding(body))
    written = message.as_bytes().partition(b"\r\n\r\n")[2]

    assert len(written) <= transfer.length(body) + 4
    assert transfer.length(body) <= len(written) * 1.1 + 80


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
@pytest.mark.parametrize(("text_only", "limit"), [(False, 80_000), (True, 20_000)])
def test_mail_as_it_is_sent_is_under_its_limit(language: str, text_only: bool, limit: int) -> None:
    reader = replace(READER, text_only=text_only, mail_language=language)
    matches = [
        replace(m, record=replace(m.record, text=RUSSIAN * 9, title=RUSSIAN)) for m in many(90)
    ]
    pages = rendered(*matches, subscriber=reader).pages

    sizes = [
        len(build(page, reader, MailSettings(), "m" * 16, NOW, token="c" * 32).bytes)
        for page in pages
    ]
    assert len(sizes) > 1
    assert all(size < limit for size in sizes)
    assert sum(sizes[:-1]) > 0.7 * limit * len(sizes[:-1])  # not many small ones instead


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar"])
def test_item_without_an_address_keeps_to_the_width(language: str) -> None:
    reader = replace(READER, mail_language=language, detail=Detail.TITLES)
    digest = rendered(about("a" * 32, "BY", permalink="javascript:alert(1)"), subscriber=reader)
    (page,) = digest.pages
    assert "a" * 32 in page.text
    assert max(map(columns, page.text.split("\n"))) <= WIDTH


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar"])
@pytest.mark.parametrize("kind", [MailKind.DIGEST, MailKind.URGENT])
def test_subject_of_every_language_is_one_that_a_mail_may_have(
    language: str, kind: MailKind
) -> None:
    reader = replace(READER, mail_language=language, interest=Interest(keywords=("torture",)))
    composition = compose(
        reader,
        [about("a" * 32, "BY")],
        coverage=Coverage(4, 4, ()),
        window=None,
        now=NOW,
        stories={},
        feeds=FEEDS,
        labels={"torture": "Torture"},
        version="1.0",
        occasion=Occasion(kind=kind),
    )
    (page,) = render(composition, "d" * 24).pages
    data = build(page, reader, MailSettings(), "a" * 24, NOW, token="0" * 32, kind=kind).bytes
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert page.subject.startswith("[hrwatch] ")
    assert read["Subject"] == page.subject
