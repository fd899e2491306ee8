"""Moments, sizes, lists of names and numbered lines, as the operator's mails write them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from hrwatch import text
from hrwatch.model.operating import Trouble
from hrwatch.stages.digest.layout import wrap

# Of mail that is parked, and what to do about it, wherever an operator meets it.
PARKED = "tried in vain for a week and kept"
OF_PARKED = "see the mail server's log, then `hrwatch outbox requeue ID` or `drop ID`"
NAMED = 12  # of a long list; all stand in `hrwatch status` and `hrwatch feeds`
_TOLD = 3  # troubles of a kind that are told in full
_LONGEST_NAME = 60
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def moment(at: datetime) -> str:
    """Return "2026-11-16 07:00 UTC"."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def day(at: datetime) -> str:
    """Return "2026-11-16", in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def span(length: timedelta) -> str:
    """Return a length of time in one unit, to the nearest: 40 minutes, 6 hours, 3 days."""
    minutes = length / timedelta(minutes=1)
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= (2 if unit == "day" else 1) * size:
            return text.counted(round(minutes / size), unit)
    return text.counted(max(round(minutes), 1), "minute")


def size(count: int) -> str:
    """Return how many bytes, in the unit that reads best."""
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return f"{count} bytes"


def names(of: Sequence[str]) -> str:
    """Return names on a line, the first of very many."""
    shown = ", ".join(text.clean_line(name, _LONGEST_NAME) for name in of[:NAMED])
    return f"{shown} and {len(of) - NAMED} more" if len(of) > NAMED else shown


def grouped(troubles: Iterable[Trouble]) -> list[tuple[str, str]]:
    """Return troubles as sentences, each with what to do; what asks for the same stands in one."""
    alike: dict[tuple[str, str], list[Trouble]] = defaultdict(list)
    for one in troubles:
        alike[one.state or one.kind, one.remedy].append(one)
    return [(_sentence(_told(group)), f"Do: {remedy}.") for (_, remedy), group in alike.items()]


def _sentence(told: str) -> str:
    return f"{told[:1].upper()}{told[1:]}."


def _told(group: Sequence[Trouble]) -> str:
    state = group[0].state
    if len(group) > 1 and state is not None:
        return f"{len(group)} feeds {state}: {names([one.of for one in group])}"
    more = f"; and {len(group) - _TOLD} more of the kind" if len(group) > _TOLD else ""
    return "; ".join(one.told for one in group[:_TOLD]) + more


def numbered(troubles: Iterable[Trouble]) -> Iterator[str]:
    """Give the lines of troubles under numbers, each with what to do."""
    for number, (told, remedy) in enumerate(grouped(troubles), 1):
        sign = f"{number}. "
        yield wrap(told, first=sign)
        yield wrap(remedy, first=" " * len(sign))
