"""What became of articles that were told: changed, removed, returned. All stories invented."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from builders import a_feed, a_match, a_record, a_subscriber, a_tag, an_entry
from hrwatch.model.articles import Change, Record
from hrwatch.model.evidence import Standing, Visit
from hrwatch.model.feeds import Coverage
from hrwatch.model.mail import Cadence, Earlier, Match, Page, Reason, Schedule, Subscriber
from hrwatch.model.tags import Relation
from hrwatch.stages.digest import transfer
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.layout import WIDTH, columns
from hrwatch.stages.digest.redact import PHONE
from hrwatch.stages.digest.render import MAIL_LIMIT, render
from hrwatch.stages.digest.tongue import speaking
from hrwatch.stages.digest.updates import PASSAGES, changed
from hrwatch.stages.digest.view import Composition
from hrwatch.stages.digest.windows import current

NOW = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENGLISH = speaking("en")
FEEDS = {
    "wire": a_feed(publisher="The Wire"),
    "herald": a_feed(name="herald", publisher="The Herald", url="https://herald.example/feed"),
}
READER = a_subscriber(
    schedule=Schedule(Cadence.DAILY, time(7)), timezone="Europe/Vilnius", subject="full"
)
TOLD = Earlier(NOW - timedelta(days=4), NOW - timedelta(days=3), 1)
NAME = "Yana Invented"
CHANGE = Change(
    title=(f"Case of {NAME}", "Case of Y. I."),
    added=("A hearing was held on Monday. Call +375 29 123-45-67.",),
    removed=(f"{NAME} lives in the invented town of Lesk.",),
    replaced=((f"{NAME} said", "Y. I. said"),),
)


def told(id: str, reason: Reason, *tags: str, **changes: Any) -> Match:
    """Return a match of what became of a record."""
    title = changes.pop("title", f"Story {id}")
    entry = an_entry(title=title, permalink=f"https://wire.example/{id}")
    tagged = tuple(a_tag(value) for value in tags or ("torture", "BY"))
    return replace(a_match(a_record(id, entry=entry, tags=tagged, **changes)), reason=reason)


def changed_one(id: str = "by-9d4t", *tags: str, **changes: Any) -> Match:
    """Return a match of a record whose second version is to be told."""
    values = {"version": 2, "seen_at": NOW - 9 * HOUR, "change": CHANGE, "title": "Case of Y. I."}
    return told(id, Reason.CHANGED, *tags, **(values | changes))


def a_visit(**changes: Any) -> Visit:
    """A visit that found a page missing for the third time."""
    visit = Visit(
        record="ru-1b8w",
        feed="wire",
        url="https://wire.example/ru-1b8w",
        standing=Standing.REMOVED,
        last_visit_at=datetime(2026, 11, 21, 20, tzinfo=UTC),
        missing=3,
        missing_since=datetime(2026, 11, 20, 8, tzinfo=UTC),
        status=404,
    )
    return replace(visit, **changes)


def composed(
    *matches: Match,
    visits: dict[str, Visit] | None = None,
    subscriber: Subscriber = READER,
    stories: dict[str, tuple[Record, ...]] | None = None,
) -> Composition:
    return compose(
        subscriber,
        matches,
        coverage=Coverage(4, 4, ()),
        window=current(subscriber.schedule, subscriber.timezone, NOW),
        now=NOW,
        stories=stories or {},
        feeds=FEEDS,
        labels={},
        version="1.0",
        told={match.record.id: TOLD for match in matches},
        visits=visits or {},
    )


def written(*matches: Match, **options: Any) -> Page:
    (page,) = render(composed(*matches, **options), "d" * 24).pages
    return page


def words(digest: Page) -> str:
    """The text part without its lines."""
    return " ".join(digest.text.split())


def test_update_stands_in_its_country_after_the_new_ones_and_is_not_counted_as_new() -> None:
    digest = written(
        changed_one(),
        told("ru-1b8w", Reason.REMOVED, "torture", "RU"),
        told("a", Reason.NEW),
        told("b", Reason.NEW, "torture", "MX"),
    )

    assert digest.subject == "[hrwatch] 2 new, 1 changed, 1 removed (BY 1, MX 1)"
    assert "\n2 new stories, 1 changed, 1 removed.\n" in digest.text
    assert (
        "CONTENTS\n"
        "  Belarus  1 new, 1 changed  stories 1-2\n"
        "  Mexico   1 new             story 3\n"
        "  Russia   1 removed         story 4\n"
    ) in digest.text
    assert "\nBELARUS (1 new, 1 changed)\n" in digest.text
    assert "\nRUSSIA (1 removed)\n" in digest.text
    assert '<h2 id="s1">Belarus, 1 new, 1 changed</h2>' in digest.html
    assert digest.text.index("[1] Story a") < digest.text.index("[2] CHANGED since")


def test_changed_article_is_told_as_in_the_digest_that_one_aims_for() -> None:
    digest = written(changed_one())
    lines = digest.text.split("\n")
    begin = lines.index("[1] CHANGED since your digest of 19 November")

    assert lines[begin : begin + 17] == [
        "[1] CHANGED since your digest of 19 November",
        "    Case of Y. I.",
        "    The Wire. English. First in your digest of 18 November.",
        "    Change seen 21 Nov 2026 22:03 (20:03 UTC). Version 2.",
        "    What changed: 1 paragraph removed, 1 paragraph added, 1 name",
        "    replaced by initials, title changed.",
        "    Earlier digests may still hold a name that was taken out: take care",
        "    who sees them.",
        "    Stands there now:",
        f'    - "A hearing was held on Monday. Call {PHONE}."',
        "    What was taken out is not repeated in a mail.",
        "    Read: https://wire.example/by-9d4t",
        "    Compare: hrwatch show by-9d4t --versions",
        "    Archive: ref by-9d4t, kept 21 Nov 20:03 UTC, no page kept",
        "",
        "WHY YOU GET THIS",
        '  Subscription "desk": all keywords; all countries; all languages; all',
    ]
    assert '<span class="state">1. CHANGED since your digest of 19 November</span>' in digest.html


def test_changed_article_repeats_no_word_that_was_taken_out() -> None:
    digest = written(*(changed_one(f"r{number}") for number in range(40)))

    for part in (digest.text, digest.html, digest.subject):
        assert "Yana" not in part
        assert "Lesk" not in part


def test_changed_shows_few_passages_and_says_how_many_more_there_are() -> None:
    many = changed(Change(added=tuple(f"Paragraph {n}." for n in range(9)), more_added=4), ENGLISH)

    assert len(many.put_in) == PASSAGES
    assert many.left_out == "and 10 more"
    assert not many.took_out
    assert changed(Change(removed=("Gone.",)), ENGLISH).took_out


def test_changed_shows_no_initials_that_stand_for_a_name_and_counts_each_name_once() -> None:
    change = Change(
        title=("Case of Yana Lesk", "Case of Y. L."),
        replaced=(("Yana Lesk said", "Y. L. said"), ("told Yana Lesk", "told Y. L."), ("a", "b")),
    )
    told = changed(change, ENGLISH)

    assert told.line.startswith("1 name replaced by initials, 1 passage reworded")
    assert told.put_in == ("b",)
    assert told.names_taken
    assert not changed(Change(removed=("Yana Lesk.",)), ENGLISH).names_taken


def test_changed_shows_nothing_where_words_were_only_taken_out() -> None:
    shortened = Change(replaced=(("She said in Lesk that", "She said that"),))

    assert changed(shortened, ENGLISH).put_in == ()
    assert changed(shortened, ENGLISH).took_out


def test_change_that_is_not_the_only_one_since_says_so() -> None:
    said = words(written(changed_one(version=4)))

    assert "Version 4; that digest told version 1. What changed last: 1 paragraph" in said


@pytest.mark.parametrize(("status", "said"), [(404, '"404 not found"'), (410, '"410 gone"')])
def test_removed_article_is_told_by_what_was_seen(status: int, said: str) -> None:
    removed = told("ru-1b8w", Reason.REMOVED, page_sha256="e0f2a19b7c44" + "0" * 52)
    digest = written(removed, visits={"ru-1b8w": a_visit(status=status)})

    assert (
        "[1] REMOVED from its address Story ru-1b8w The Wire. English. First in your digest of "
        f"18 November. The address answered {said} on 3 checks, from 20 Nov 08:00 to 21 Nov 20:00 "
        "UTC. This may be a site change, not a withdrawal. Address: https://wire.example/ru-1b8w "
        "Archive: ref ru-1b8w, kept 2 Mar 09:00 UTC, page sha256 e0f2a19b7c44"
    ) in words(digest)
    assert "This may be a site change, not a withdrawal." in digest.html


def test_removed_article_of_which_nothing_more_is_known_says_no_more() -> None:
    said = words(written(told("a", Reason.REMOVED)))

    assert "The address answered more than once that there is no such page." in said


def test_returned_article_says_when_it_was_seen_again() -> None:
    there = a_visit(standing=Standing.THERE, missing=0, missing_since=None, status=200)
    digest = written(told("a", Reason.RETURNED), visits={"a": there})

    assert "[1] RETURNED to its address Story a" in words(digest)
    assert "shows the article again, seen 21 Nov 2026 22:00 (20:00 UTC)." in words(digest)


def test_digest_of_updates_alone_counts_them_by_country_in_its_subject() -> None:
    matches = (changed_one("a"), changed_one("b"), told("c", Reason.REMOVED, "torture", "RU"))
    digest = written(*matches)

    assert digest.subject == "[hrwatch] 2 changed, 1 removed (BY 2, RU 1)"
    assert "No new stories, 2 changed, 1 removed." in digest.text
    assert "Period: until Sun 22 Nov 07:03" in digest.text
    discreet = replace(READER, subject="discreet")
    assert written(*matches, subscriber=discreet).subject == "Daily digest 22 Nov"


def test_update_of_one_story_is_told_once_with_who_else_carried_it() -> None:
    copy = replace(changed_one("b").record, story="a", feed="herald", first_seen_at=NOW)
    matches = (replace(a_match(copy), reason=Reason.CHANGED), changed_one("a"))
    digest = written(*matches)

    assert digest.subject == "[hrwatch] 1 changed (BY 1)"
    assert "The same is to be said of this story at: The Herald." in words(digest)
    assert "ref a," in digest.text


def test_update_of_what_is_only_named_in_passing_is_not_told() -> None:
    passing = replace(changed_one("b"), relation=Relation.MENTION)
    composition = composed(changed_one("a"), passing)

    assert [update.reference for update in composition.updates] == ["a"]
    assert composition.mentions == ()
    assert composition.matches[1] is passing  # answered for, and not asked again


def test_new_match_of_a_later_version_says_which_one_it_is() -> None:
    match = replace(changed_one(), reason=Reason.NEW)

    said = "This is version 2 of the article, seen 21 Nov 2026 22:03 (20:03 UTC)."
    assert said in words(written(match))


def test_many_updates_keep_every_limit_and_none_is_dropped() -> None:
    long = "虚构国家的被拘押者遭受酷刑" * 20
    change = replace(CHANGE, added=(long,) * 5, replaced=())
    matches = [changed_one(f"c{n}", title=long, change=change) for n in range(40)]
    matches += [told(f"r{n}", Reason.REMOVED, "torture", "GS") for n in range(40)]
    matches += [told(f"n{n}", Reason.NEW, "torture", "GS") for n in range(30)]
    pages = render(composed(*matches), "d" * 24).pages
    text = "\n".join(page.text for page in pages)

    sizes = [transfer.length(page.text) + transfer.length(page.html) for page in pages]
    assert max(sizes) <= MAIL_LIMIT
    for match in matches:
        assert text.count(f"https://wire.example/{match.record.id}\n") == 1
    assert "CHANGED (1 paragraph removed" in text
    assert "REMOVED from its address (may be a site change). The Wire" in " ".join(text.split())
    wide = [line for line in text.split("\n") if columns(line) > WIDTH]
    assert all(line.strip().startswith("https://") for line in wide)


def test_update_in_arabic_is_isolated_and_marked_as_running_right_to_left() -> None:
    arabic = "تقرير عن سجن متخيل"
    change = Change(added=(arabic,))
    digest = written(changed_one(title=arabic, language="ar", change=change))

    assert f"\n    \u2068{arabic}\u2069\n" in digest.text
    assert f'<span lang="ar" dir="rtl">{arabic}</span>' in digest.html
    assert f'<blockquote lang="ar" dir="rtl"><p>{arabic}</p>' in digest.html


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "<img src=//x.example>"])
def test_update_holds_nothing_active(hostile: str) -> None:
    change = Change(title=("", hostile), added=(hostile,), replaced=((hostile, hostile),))
    digest = written(changed_one(title=hostile, change=change))

    assert "<script" not in digest.html
    assert "<img" not in digest.html
    assert "&lt;" in digest.html
