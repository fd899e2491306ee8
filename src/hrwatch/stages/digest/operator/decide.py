"""Which troubles the operator is alerted of now. Pure; asked every minute.

An alert is told once. What is told at once is told again a day later at the earliest, where it was
over meanwhile; that there are too many failures, when there were fewer for as long as the rule
counts. Two alerts are GAP apart, so that a day has a dozen at the very most, whatever fails.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hrwatch.model.operating import AT_ONCE, Trouble, TroubleKind
from hrwatch.model.settings import AlertRule

GAP = timedelta(hours=2)
AGAIN = timedelta(days=1)
MANY = "alert:many"
LAST = "alert:last"
_OURS = frozenset({*TroubleKind, "alert"})  # what notices of alerts begin with


@dataclass(frozen=True, slots=True)
class Decision:
    """What to tell, and what to note of it."""

    at_once: tuple[Trouble, ...] = ()
    many: tuple[Trouble, ...] = ()  # the failures, where they are too many
    noted: tuple[str, ...] = ()  # notices to be kept with the alert; none: there is no alert
    over: tuple[str, ...] = ()  # notices that may be forgotten


def decide(
    troubles: Sequence[Trouble], told: Mapping[str, datetime], rule: AlertRule, now: datetime
) -> Decision:
    """Given all that is in trouble and when the operator was told of what, return what to tell.

    A failure counts that began within the rule's time; one of which nobody knows since when, too.
    """
    recent = tuple(one for one in troubles if one.since is None or one.since > now - rule.within)
    too_many = len(recent) >= rule.failures
    lasting = {one.name for one in troubles} | {LAST} | ({MANY} if too_many else set())
    over = tuple(
        name
        for name, told_at in told.items()
        if name.partition(":")[0] in _OURS
        and name not in lasting
        and not _is_within(told_at, rule.within if name == MANY else AGAIN, now)
    )
    if LAST in told and _is_within(told[LAST], GAP, now):
        return Decision(over=over)
    at_once = tuple(_untold(troubles, told))
    many = recent if too_many and MANY not in told else ()
    noted = [one.name for one in at_once] + ([MANY] if many else [])
    return Decision(at_once, many, (*noted, LAST) if noted else (), over)


def _untold(troubles: Iterable[Trouble], told: Mapping[str, datetime]) -> Iterable[Trouble]:
    return (one for one in troubles if one.kind in AT_ONCE and one.name not in told)


def _is_within(moment: datetime, span: timedelta, now: datetime) -> bool:
    """Say whether a moment is less than `span` ago. One to come is from before the clock was set
    back, and long ago."""
    return timedelta(0) <= now - moment < span
