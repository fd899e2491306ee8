"""Which troubles the operator is alerted of, and how often: each once, few mails a day."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from hrwatch.model.feeds import State
from hrwatch.model.operating import Trouble, TroubleKind
from hrwatch.model.settings import AlertRule
from hrwatch.stages.digest.operator.decide import AGAIN, GAP, LAST, MANY, decide

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RULE = AlertRule(3, 6 * HOUR)
DISK = Trouble(TroubleKind.DISK, "", "the disk is nearly full", "make room")
DISK_NOTICE = "disk"


def failing(count: int, since: datetime) -> list[Trouble]:
    """Feeds that began to fail then."""
    feed, state = TroubleKind.FEED, State.UNREACHABLE
    return [Trouble(feed, f"{since}-{n}", "fails", "wait", since, state) for n in range(count)]


def test_too_few_failures_are_told_to_nobody() -> None:
    assert decide(failing(2, NOW), {}, RULE, NOW).noted == ()


def test_enough_failures_within_the_time_are_told() -> None:
    assert decide(failing(3, NOW - 5 * HOUR), {}, RULE, NOW).noted == (MANY, LAST)


def test_failures_that_began_before_do_not_count() -> None:
    assert decide(failing(30, NOW - 7 * HOUR) + failing(2, NOW), {}, RULE, NOW).noted == ()


def test_too_many_failures_are_told_once_and_again_after_there_were_fewer() -> None:
    told = {MANY: NOW, LAST: NOW}
    later = NOW + 5 * HOUR
    assert decide(failing(9, later), told, RULE, later).noted == ()
    assert decide([], told, RULE, later).over == ()  # a flutter about the limit is no news
    fewer = NOW + 6 * HOUR
    assert decide(failing(2, fewer), told, RULE, fewer).over == (MANY,)
    assert decide(failing(3, fewer), {LAST: NOW}, RULE, fewer).noted == (MANY, LAST)


def test_what_cannot_wait_is_told_at_once_and_once() -> None:
    decision = decide([DISK], {}, RULE, NOW)
    assert (decision.at_once, decision.noted) == ((DISK,), (DISK_NOTICE, LAST))
    told = dict.fromkeys(decision.noted, NOW)
    for days in range(30):
        assert decide([DISK], told, RULE, NOW + timedelta(days=days)).noted == ()


def test_what_cannot_wait_and_is_over_is_told_again_a_day_later_at_the_earliest() -> None:
    told = {DISK_NOTICE: NOW, LAST: NOW}
    assert decide([], told, RULE, NOW + AGAIN - MINUTE).over == ()
    assert decide([], told, RULE, NOW + AGAIN).over == (DISK_NOTICE,)


def test_second_alert_waits_and_brings_everything_since() -> None:
    told = {DISK_NOTICE: NOW, LAST: NOW}
    key = Trouble(TroubleKind.KEY, "anna", "her key expired", "ask her")
    gone = Trouble(TroubleKind.SUSPENDED, "desk", "refused", "mend it", NOW)
    assert decide([DISK, key], told, RULE, NOW + GAP - MINUTE).noted == ()
    assert decide([DISK, key, gone], told, RULE, NOW + GAP).at_once == (key, gone)


def test_clock_that_was_ahead_silences_no_alert() -> None:
    ahead = NOW + 365 * AGAIN
    told = {DISK_NOTICE: ahead, MANY: ahead, LAST: ahead}
    decision = decide(failing(2, NOW), told, RULE, NOW)
    assert decision.over == (DISK_NOTICE, MANY)
    assert decide([DISK], {LAST: ahead}, RULE, NOW).at_once == (DISK,)


def test_report_notices_are_left_alone() -> None:
    assert decide([], {"report:2026-W09": NOW - 100 * AGAIN}, RULE, NOW).over == ()


@given(st.lists(st.integers(0, 12), min_size=96, max_size=96), st.integers(1, 5))
def test_day_has_a_dozen_alerts_at_most_whatever_fails(counts: list[int], failures: int) -> None:
    rule, told, alerts = AlertRule(failures, MINUTE), dict[str, datetime](), 0
    for step, count in enumerate(counts):
        now = NOW + step * 15 * MINUTE
        keys = [Trouble(TroubleKind.KEY, f"{step}-{n}", "k", "r") for n in range(count)]
        decision = decide([*keys, *failing(count, now)], told, rule, now)
        told = {name: at for name, at in told.items() if name not in decision.over}
        told |= dict.fromkeys(decision.noted, now)
        alerts += bool(decision.noted)
    assert alerts <= timedelta(days=1) / GAP
