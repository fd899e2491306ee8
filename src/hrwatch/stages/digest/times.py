"""Times in the words of a digest, in its subscriber's zone. Pure; used by wording."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# Not strftime: its names follow the locale of the process.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Times:
    """How one digest writes times: it is made at `now`; the year is left out where it is now's."""

    zone: ZoneInfo
    now: datetime

    def short(self, instant: datetime) -> str:
        """Return "Sat 21 Nov 16:22", in the subscriber's zone."""
        local = instant.astimezone(self.zone)
        return f"{DAYS[local.weekday()][:3]} {self.day(local)} {local:%H:%M}"

    def with_utc(self, instant: datetime) -> str:
        """Return "21 Nov 2026 16:00 (14:00 UTC)"."""
        local, universal = instant.astimezone(self.zone), instant.astimezone(UTC)
        written = f"{day(local, year=True)} {local:%H:%M}"
        if local.utcoffset() == timedelta(0):
            return f"{written} UTC"
        date = "" if local.date() == universal.date() else f"{day(universal, year=False)} "
        return f"{written} ({date}{universal:%H:%M} UTC)"

    def in_utc(self, instant: datetime) -> str:
        """Return "21 Nov 14:00", in UTC."""
        universal = instant.astimezone(UTC)
        return f"{self.day(universal)} {universal:%H:%M}"

    def day(self, moment: datetime) -> str:
        """Return "21 Nov", with the year where it is another than now."""
        return day(moment, year=moment.year != self.now.astimezone(self.zone).year)

    def whole_day(self, instant: datetime) -> str:
        """Return "21 November" in the subscriber's zone, with the year where it is another."""
        local = instant.astimezone(self.zone)
        year = f" {local.year}" if local.year != self.now.astimezone(self.zone).year else ""
        return f"{local.day} {MONTHS[local.month - 1]}{year}"


def day(moment: datetime, *, year: bool) -> str:
    """Return "21 Nov", or "21 Nov 2026"."""
    written = f"{moment.day} {MONTHS[moment.month - 1][:3]}"
    return f"{written} {moment.year}" if year else written
