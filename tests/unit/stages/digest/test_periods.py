"""From when to when a digest tells what was found."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from builders import a_match, a_record, a_subscriber
from hrwatch.model.articles import Change
from hrwatch.model.feeds import Coverage
from hrwatch.model.mail import Beginning, Match
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.periods import period
from hrwatch.stages.digest.times import Times
from hrwatch.stages.digest.tongue import speaking
from hrwatch.stages.digest.view import Occasion
from writing_desk import instant

HOUR = timedelta(hours=1)


def said(
    begins: Beginning | None,
    until: str,
    *matches: Match,
    zone: str = "Europe/Vilnius",
    language: str = "en",
) -> str:
    """The period of a digest of these matches."""
    now = instant(until)
    reader = a_subscriber(timezone=zone, mail_language=language)
    composition = compose(
        reader,
        matches,
        coverage=Coverage(1, 1, ()),
        window=None,
        now=now,
        stories={match.record.story: (match.record,) for match in matches},
        feeds={},
        labels={},
        version="1.0",
        occasion=Occasion(begins=begins),
    )
    return period(composition, Times(ZoneInfo(zone), now, speaking(language)))


def test_period_goes_from_the_end_of_the_last_one_to_now() -> None:
    told = said(Beginning(instant("2026-11-21 05:00")), "2026-11-22 05:00")
    assert told == "Period: Sat 21 Nov 07:00 to Sun 22 Nov 07:00, Vilnius time (UTC+2)."


def test_period_of_the_first_digest_begins_with_the_subscription() -> None:
    begins = Beginning(instant("2025-12-30 10:00"), is_first=True)
    assert said(begins, "2026-01-01 05:00") == (
        "Period: Tue 30 Dec 2025 12:00, when your subscription began, to Thu 1 Jan 07:00, "
        "Vilnius time (UTC+2)."
    )


@pytest.mark.parametrize(
    ("zone", "since", "until", "expected"),
    [
        (
            "Europe/Vilnius",
            "2026-10-24 04:00",
            "2026-10-25 05:00",
            "Sat 24 Oct 07:00 (UTC+3) to Sun 25 Oct 07:00 (UTC+2), Vilnius time",
        ),
        (  # half an hour, on an island
            "Australia/Lord_Howe",
            "2026-10-02 20:30",
            "2026-10-03 20:00",
            "Sat 3 Oct 07:00 (UTC+10:30) to Sun 4 Oct 07:00 (UTC+11), Lord Howe time",
        ),
        (
            "UTC",
            "2026-11-21 07:00",
            "2026-11-22 07:00",
            "Sat 21 Nov 07:00 to Sun 22 Nov 07:00, UTC",
        ),
        (
            "Etc/GMT+5",  # behind UTC, whatever its name says
            "2026-11-21 12:00",
            "2026-11-22 12:00",
            "Sat 21 Nov 07:00 to Sun 22 Nov 07:00, UTC-5",
        ),
        (
            "Europe/London",  # whose winter is as far from UTC as nowhere
            "2026-10-24 06:00",
            "2026-10-25 07:00",
            "Sat 24 Oct 07:00 (UTC+1) to Sun 25 Oct 07:00 (UTC+0), London time",
        ),
    ],
)
def test_period_in_which_clocks_change_says_the_offset_of_both_ends(
    zone: str, since: str, until: str, expected: str
) -> None:
    assert said(Beginning(instant(since)), until, zone=zone) == f"Period: {expected}."


def test_period_within_a_minute_tells_seconds() -> None:
    begins = Beginning(instant("2026-11-22 05:00:05"))
    assert said(begins, "2026-11-22 05:00:40").startswith(
        "Period: Sun 22 Nov 07:00:05 to Sun 22 Nov 07:00:40, Vilnius"
    )


def test_period_ends_now_though_the_clock_was_set_back() -> None:
    told = said(Beginning(instant("2026-11-22 09:00")), "2026-11-22 05:00")
    assert told.startswith("Period: Sun 22 Nov 07:00:00 to Sun 22 Nov 07:00:00")


def test_period_says_how_many_stories_are_older() -> None:
    begun = instant("2026-11-21 05:00")
    found = [begun - 30 * HOUR, begun - 2 * HOUR, begun - HOUR / 4, begun + HOUR]
    matches = [a_match(a_record(f"r{at:%d%H%M}", first_seen_at=at)) for at in found]
    late = "were first seen before that and are told only now."
    assert said(Beginning(begun), "2026-11-22 05:00", *matches).endswith(f" 2 stories {late}")
    # As late as its page may be read: it is no older than the period.
    assert "before that" not in said(Beginning(begun), "2026-11-22 05:00", *matches[2:])


def test_period_counts_an_older_article_as_new_where_its_version_is() -> None:
    begun = instant("2026-11-21 05:00")
    change = Change(added=("One more paragraph.",))
    seen_at = {"first_seen_at": begun - 90 * HOUR, "seen_at": begun + HOUR}
    old = a_record("old", version=2, change=change, **seen_at)
    assert "before that" not in said(Beginning(begun), "2026-11-22 05:00", a_match(old))
    older = a_record("old", first_seen_at=begun - 90 * HOUR)
    assert "1 story was first" in said(Beginning(begun), "2026-11-22 05:00", a_match(older))


def test_period_that_nobody_knows_the_beginning_of_is_told_by_its_end() -> None:
    assert said(None, "2026-11-22 05:00").startswith("Period: until Sun 22 Nov 07:00")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "Période : du sam. 21 nov. 07:00 au dim. 22 nov. 07:00, heure locale : Vilnius"),
        ("es", "Período: del sáb 21 nov 07:00 al dom 22 nov 07:00, hora local: Vilna"),
        ("ru", "Период: с 21 нояб. (сб) 07:00 по 22 нояб. (вс) 07:00, местное время: Вильнюс"),
        ("ar", "الفترة: من السبت 21 نوفمبر 07:00 إلى الأحد 22 نوفمبر 07:00، توقيت فيلنيوس"),
    ],
)
def test_period_is_told_in_the_language_of_the_mail(language: str, expected: str) -> None:
    told = said(Beginning(instant("2026-11-21 05:00")), "2026-11-22 05:00", language=language)
    assert " ".join(told.replace("\u2068", "").replace("\u2069", "").split()).startswith(
        " ".join(expected.split())
    )
