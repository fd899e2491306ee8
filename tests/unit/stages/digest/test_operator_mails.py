"""The operator's mails as they read: what needs doing first, 72 columns, nobody's address."""

from dataclasses import replace
from datetime import date, timedelta

from builders import NOW
from hrwatch.model.feeds import State
from hrwatch.model.operating import (
    Affairs,
    Holding,
    Quietened,
    Sizes,
    Traffic,
    Trouble,
    TroubleKind,
)
from hrwatch.model.settings import AlertRule
from hrwatch.stages.digest.operator.alert import alert
from hrwatch.stages.digest.operator.decide import Decision
from hrwatch.stages.digest.operator.report import report
from hrwatch.stages.digest.operator.words import names, size, span

DAY = timedelta(days=1)
RULE = AlertRule(10, timedelta(hours=6))
DISK = Trouble(TroubleKind.DISK, "", "the disk is nearly full", "make room")
WELL = Affairs(
    week="2026-W10",
    now=NOW,
    version="0.7.0",
    first=(),
    failing=(),
    states=((State.OK, 60), (State.QUIET, 2)),
    quiet=(),
    only_copies=(),
    moved=(),
    subscribers=4,
    holding=Holding(),
    traffic=Traffic(digests=28, urgent=2, sent=31),
    rejected=(),
    muted=(),
    sizes=Sizes(
        archive=812_000_000,
        records=120_345,
        new_records=2_001,
        mails=310,
        mail_bytes=9_400_000,
        free=12_000_000_000,
        archive_before=778_000_000,
        before_at=NOW - 7 * DAY,
    ),
)


def a_feed_trouble(name: str, state: State = State.UNREACHABLE) -> Trouble:
    told = f"feed {name} is {state}"
    return Trouble(TroubleKind.FEED, name, told, "wait a day", NOW - 3 * DAY, state)


def test_report_of_a_good_week_says_so_and_gives_the_figures() -> None:
    page = report(WELL)
    assert page.subject == "hrwatch: the week to 2026-03-02, nothing to do"
    assert page.html == ""
    assert "MUTED" not in page.text
    assert "WHAT NEEDS DOING FIRST\nNothing.\n" in page.text
    assert "FEEDS: 62 switched on\n60 ok, 2 quiet\n" in page.text
    assert "Written: 28 digests, 2 urgent alerts to subscribers.\n31 mails sent" in page.text
    assert "SUBSCRIBERS: 4\nAll of them are written to." in page.text
    assert "Archive: 812.0 MB (+34.0 MB since the report of 2026-02-23)." in page.text
    assert "Articles: 120,345, 2,001 of them new.\nOutbox: 310 mails, 9.4 MB." in page.text
    assert "Free on its disk: 12.0 GB." in page.text


def test_report_of_a_bad_week_names_feeds_and_subscribers_with_since_when_and_what_to_do() -> None:
    gone = [a_feed_trouble(name, State.GONE) for name in ("arvenia-news", "arvenia-court")]
    page = report(
        replace(
            WELL,
            first=(DISK, *gone),
            failing=(*gone, a_feed_trouble("slow-wire")),
            quiet=(Quietened("sleepy", NOW - 90 * DAY, 3 * DAY),),
            only_copies=(("echo", 34),),
            moved=("mover",),
            holding=Holding(
                paused=(("anna", date(2027, 1, 15)),),
                stopped=("boris",),
                suspended=(("caucasus", NOW - DAY, "550 no such user"),),
                unusable=(("dana", "the key expired on 2026-02-01"),),
            ),
            traffic=Traffic(waiting=3, waiting_since=NOW - 5 * DAY, parked=1, withdrawn=2),
            rejected=(("Torture", "beaten", 4),),
            muted=(("rally", 2), ("water cannon", 1)),
        )
    )
    assert page.subject == "hrwatch: the week to 2026-03-02, 2 things to do"
    for told in (
        "1. The disk is nearly full.\n   Do: make room.\n",
        "2. 2 feeds gone: arvenia-news, arvenia-court.\n   Do: wait a day.\n",
        "  - arvenia-news since 2026-02-27, for 3 days\n",
        "  - slow-wire since 2026-02-27, for 3 days\n",
        "  - sleepy: newest 2025-12-02, usually every 3 days\n",
        "  - echo: 34 articles\n",
        "mover.\n",
        "  - paused: anna until 2027-01-15\n",
        "  - stopped, by their own reply: boris\n",
        "  - suspended since 2026-03-01: caucasus (550 no such user)\n",
        "dana (the key expired on",
        "2 withdrawn.\n3 mails waiting now, the oldest since 2026-02-25 09:00 UTC.\n",
        "\n1 mail parked",
        "  - Torture, by the term beaten: 4 articles\n",
        "`mute word`)\n  - rally: 2 subscribers\n  - water cannon: 1 subscriber\n",
    ):
        assert told in page.text
    assert max(map(len, page.text.splitlines())) <= 72


def test_alert_of_one_thing_has_it_in_its_subject() -> None:
    page = alert(Decision(at_once=(DISK,)), RULE, "0.7.0", NOW)
    assert page.subject == "hrwatch: the disk is nearly full"
    assert "1. The disk is nearly full.\n   Do: make room.\n" in page.text


def test_alert_of_many_failures_groups_them_and_suspects_this_machine_first() -> None:
    feeds = tuple(a_feed_trouble(f"feed-{number}") for number in range(40))
    page = alert(Decision(at_once=(DISK,), many=feeds), RULE, "0.7.0", NOW)
    assert page.subject == "hrwatch: the disk is nearly full and 40 failures within 6 hours"
    unwrapped = " ".join(page.text.split())
    assert "an alert is due at 10 (mail.alert)" in unwrapped
    assert "look at this machine first" in unwrapped
    assert "- 40 feeds unreachable: feed-0, feed-1, " in unwrapped
    assert "feed-11 and 28 more." in unwrapped
    assert max(map(len, page.text.splitlines())) <= 72


def test_alert_of_several_kinds_of_failures_does_not_suspect_the_machine() -> None:
    feeds = tuple(a_feed_trouble(f"feed-{n}", State.REFUSED) for n in range(10))
    assert "this machine" not in alert(Decision(many=feeds), RULE, "0.7.0", NOW).text


def test_words_for_sizes_spans_and_names() -> None:
    assert [size(count) for count in (12, 1_500, 34_000_000)] == ["12 bytes", "1.5 kB", "34.0 MB"]
    spans = (timedelta(seconds=5), timedelta(minutes=40), 36 * timedelta(hours=1), 3 * DAY)
    assert [span(one) for one in spans] == ["1 minute", "40 minutes", "36 hours", "3 days"]
    assert names(["a\x1b[2Jb"]) == "a[2Jb"
