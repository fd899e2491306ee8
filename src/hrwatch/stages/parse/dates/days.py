"""The day that numbers mean: which of them is the day, the month, the year."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from hrwatch.stages.parse.dates.names import tables

YEAR = 4  # digits
_PARTS = re.compile(r"(\d+)\s?([./-])\s?(\d+)\s?[./-]\s?(\d+)")
_CENTURY, _LATE, _TURN = 100, 1900, 50  # RFC 2822, 4.3: 49 is 2049, 50 is 1950
_BUDDHIST = range(2500, 2600)
_BUDDHIST_AHEAD = 543
_JALALI = range(1360, 1420)
_TOMORROW = timedelta(days=1)
_YEARS_BACK = 8  # until there was a 29 February
# In this cycle of 33 years eight are leap years; it agrees with the calendar of Iran from 1925
# to 2088 (K. M. Borkowski, The Persian calendar for 3000 years, 1996).
_CYCLE, _LEAPS = 33, frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_CYCLE_DAYS = _CYCLE * 365 + len(_LEAPS)
_CYCLE_YEAR, _CYCLE_FIRST = 1353, date(1974, 3, 21)  # position 0 of a cycle
_LONG_MONTHS, _MONTHS = 6, 12


def of_parts(year: int, month: int, day: int) -> date | None:
    """Return the day with this year, month and day, whichever calendar of ours, of Iran or of
    Thailand can mean that year; None where there is no such day."""
    if year in _JALALI:
        return _jalali(year, month, day)
    try:
        return date(year - _BUDDHIST_AHEAD if year in _BUDDHIST else year, month, day)
    except ValueError:
        return None


def of_digits(digits: str, language: str, weekdays: Iterable[frozenset[int]]) -> date | None:
    """Given a date in digits only, its language and what its days of the week may mean, return
    it; None where there is no such day or where two could be meant."""
    match = _PARTS.fullmatch(digits)
    if match is None:
        return None
    first, mark, second, third = match.groups()
    usual = _usual_order(language)
    if len(first) == YEAR:
        return of_parts(int(first), int(second), int(third)) if len(third) < YEAR else None
    orders = ["DMY", "MDY"]
    if len(third) < YEAR:
        orders = ["DMY", "MDY", "YMD"]
        if len(third) != 2 or (len(first) != 2 and mark != "/"):  # noqa: PLR2004 - digits
            orders = ["DMY", "MDY"]
    elif mark == ".":
        usual = "DMY"
    if len(third) not in (2, YEAR) or len(first) > 2:  # noqa: PLR2004 - digits
        return None
    found = {}
    for order in orders:
        parts = dict(zip(order, (first, second, third), strict=True))
        told = of_parts(_full_year(parts["Y"]), int(parts["M"]), int(parts["D"]))
        if told is not None:
            found[order] = told
    if len(set(found.values())) > 1:
        on = {order: told for order, told in found.items() if _falls_on(told, weekdays)}
        if len(set(on.values())) == 1:
            found = on
        else:
            return found.get(usual)
    return next(iter(found.values()), None)


def of_numbers(numbers: Sequence[str], month: int, now: datetime | None) -> date | None:
    """Given the numbers beside the name of a month, return the day; without a year, where `now` is
    given, the latest such day that is no later than tomorrow. None where they are no day."""
    if len(numbers) == 1:
        return _without_year(int(numbers[0]), month, now) if now and len(numbers[0]) < 3 else None  # noqa: PLR2004 - digits
    if len(numbers) != 2 or sum(len(number) == YEAR for number in numbers) > 1:  # noqa: PLR2004 - two
        return None
    day, year = numbers
    if len(day) == YEAR:
        day, year = year, day
    if len(day) > 2 or len(year) not in (2, YEAR):  # noqa: PLR2004 - digits
        return None
    return of_parts(_full_year(year), month, int(day))


def of_jalali(numbers: Sequence[str], month: int) -> date | None:
    """Given the numbers beside the name of a Persian month, return the day, or None."""
    if len(numbers) != 2:  # noqa: PLR2004 - day and year
        return None
    day, year = sorted(map(int, numbers))
    return _jalali(year, month, day) if year in _JALALI else None


def _usual_order(language: str) -> str:
    """Return the order in which a language writes digits, empty where that is not known."""
    tag = language.replace("_", "-")
    base, *others = tag.split("-")
    territory = next((one.upper() for one in others if len(one) == 2), "")  # noqa: PLR2004 - ISO 3166
    orders = tables().orders
    return orders.get(f"{base.lower()}-{territory}", orders.get(base.lower(), ""))


def _falls_on(day: date, weekdays: Iterable[frozenset[int]]) -> bool:
    return any(day.weekday() in may for may in weekdays if len(may) == 1)


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) > 2 or number >= _CENTURY:  # noqa: PLR2004 - digits
        return number
    return number + _LATE + (_CENTURY if number < _TURN else 0)


def _without_year(day: int, month: int, now: datetime) -> date | None:
    latest = (now + _TOMORROW).date()
    for year in range(latest.year, latest.year - _YEARS_BACK - 1, -1):
        told = of_parts(year, month, day)
        if told is not None and told <= latest:
            return told
    return None


def _jalali(year: int, month: int, day: int) -> date | None:
    """Return a day of the calendar of Iran and Afghanistan as one of ours."""
    if not 1 <= month <= _MONTHS:
        return None
    cycles, position = divmod(year - _CYCLE_YEAR, _CYCLE)
    longest = 31 if month <= _LONG_MONTHS else 30
    if month == _MONTHS and position not in _LEAPS:
        longest = 29
    if not 1 <= day <= longest:
        return None
    leap_days = sum(leap < position for leap in _LEAPS)
    months = (month - 1) * 31 - max(0, month - 1 - _LONG_MONTHS)
    return _CYCLE_FIRST + timedelta(
        days=cycles * _CYCLE_DAYS + position * 365 + leap_days + months + day - 1
    )
