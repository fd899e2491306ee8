"""Which troubles the operator is alerted of now. Pure; asked every minute.

An alert is told once. What is told at once is told again a day later at the earliest, where it was
over meanwhile; that there are too many failures, when there were fewer for as long as the rule
counts. Two alerts are GAP apart, so that a day has a dozen at the very most, whatever fails.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hrwatch.model.operating import AT_ONCE, Trouble
from hrwatch.model.settings import AlertRule

GAP = timedelta(hours=2)
AGAIN = timedelta(days=1)
MANY = "alert:many"
LAST = "alert:last"
_PREFIX = "alert:"


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
    lasting = {_PREFIX + one.name for one in troubles} | {LAST}
    over = [
        name
        for name, told_at in told.items()
        if name.startswith(_PREFIX)
        and name not in lasting
        and (told_at <= now - (rule.within if name == MANY else AGAIN))
        and not (name == MANY and too_many)
    ]
    if told.get(LAST, now - GAP) > now - GAP:
        return Decision(over=tuple(over))
    at_once = tuple(_untold(troubles, told))
    many = recent if too_many and MANY not in told else ()
    noted = [_PREFIX + one.name for one in at_once] + ([MANY] if many else [])
    return Decision(at_once, many, (*noted, LAST) if noted else (), tuple(over))


def _untold(troubles: Iterable[Trouble], told: Mapping[str, datetime]) -> Iterable[Trouble]:
    return (one for one in troubles if one.kind in AT_ONCE and _PREFIX + one.name not in told)
