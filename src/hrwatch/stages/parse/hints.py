"""What a feed document says about when to come back; nonsense is ignored."""

import re
from datetime import timedelta

from hrwatch.model.feeds import Hints

MAX_TTL = timedelta(days=366)
# More often than every minute is no hint that anybody could mean.
_SHORTEST = timedelta(minutes=1)
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOUR = re.compile(r"<hour>\s{0,20}(\d{1,2})\s{0,20}</hour>", re.I)
_DAY = re.compile(r"<day>\s{0,20}([a-z]{6,9})\s{0,20}</day>", re.I)
_LONGEST = 4_000  # characters of 24 hours, however they are laid out


def ttl(minutes: str) -> timedelta | None:
    """Given RSS's ttl, which is in minutes, return it; None where there is none."""
    number = _number(minutes)
    return min(timedelta(minutes=number), MAX_TTL) if number else None


def hints(period: str, frequency: str, channel: str) -> Hints:
    """Given sy:updatePeriod, sy:updateFrequency (RSS 1.0 syndication) and the markup of an RSS
    channel without its entries, return the hints in them."""
    hours = {int(hour) for hour in _HOUR.findall(_element(channel, "skipHours"))}
    days = {name.lower() for name in _DAY.findall(_element(channel, "skipDays"))}
    # RSS 0.91 counted the hours from 1 to 24, RSS 2.0 from 0 to 23.
    skip_hours = sorted({0 if hour == 24 else hour for hour in hours if hour <= 24})  # noqa: PLR2004 - hours of a day
    skip_days = [number for number, name in enumerate(_DAYS) if name in days]
    return Hints(
        every=_every(period, frequency),
        # Who skips everything means nothing by it.
        skip_hours=tuple(skip_hours) if len(skip_hours) < 24 else (),  # noqa: PLR2004 - a day
        skip_days=tuple(skip_days) if len(skip_days) < len(_DAYS) else (),
    )


def _every(period: str, frequency: str) -> timedelta | None:
    length = _PERIODS.get(period.lower())
    if length is None:
        return None
    every = length / (_number(frequency) or 1)
    return every if every >= _SHORTEST else None


def _number(written: str) -> int:
    """Return a whole number within reason, 0 for everything else."""
    written = written.strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 9 else 0  # noqa: PLR2004 - a bound


def _element(channel: str, name: str) -> str:
    start = channel.find(f"<{name}")
    return channel[start : start + _LONGEST].partition(f"</{name}")[0] if start >= 0 else ""
