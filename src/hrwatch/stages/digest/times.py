"""Times in the words of a digest, in its subscriber's zone and language. Pure; used by wording."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hrwatch.stages.digest.tongue import Tongue


@dataclass(frozen=True, slots=True)
class Times:
    """How one digest writes times: it is made at `now`; the year is left out where it is now's.
    Figures are Western in every language: they are compared with other sources."""

    zone: ZoneInfo
    now: datetime
    tongue: Tongue

    def short(self, instant: datetime) -> str:
        """Return "Sat 21 Nov 16:22", in the subscriber's zone."""
        local = instant.astimezone(self.zone)
        date = self.tongue.weekday_and_day(local, year=self._is_another_year(local))
        return f"{date} {local:%H:%M}"

    def with_utc(self, instant: datetime, publishers: int | None = None) -> str:
        """Return "21 Nov 2026 16:00 (14:00 UTC)"; with the `publishers` offset from UTC (minutes),
        their time too where it is another: "22:05 (14:05 by the publisher's clock, 20:05 UTC)"."""
        local, universal = instant.astimezone(self.zone), instant.astimezone(UTC)
        written = f"{self.tongue.day(local, year=True)} {local:%H:%M}"
        others = []
        if publishers is not None:
            theirs = instant.astimezone(timezone(timedelta(minutes=publishers)))
            if theirs.utcoffset() not in (local.utcoffset(), timedelta(0)):
                time = self._beside(theirs, local)
                others = [self.tongue.gettext("%(time)s by the publisher's clock", time=time)]
        if local.utcoffset() == timedelta(0):
            written = f"{written} UTC"
        else:
            others.append(f"{self._beside(universal, local)} UTC")
        return f"{written} ({self.tongue.listed(others)})" if others else written

    def _beside(self, moment: datetime, local: datetime) -> str:
        """Return the time of a moment, and its date where it is another than the local one."""
        other = moment.date() != local.date()
        return (
            f"{self.tongue.day(moment, year=False)} {moment:%H:%M}" if other else f"{moment:%H:%M}"
        )

    def in_utc(self, instant: datetime) -> str:
        """Return "21 Nov 14:00", in UTC."""
        universal = instant.astimezone(UTC)
        return f"{self.day(universal)} {universal:%H:%M}"

    def day(self, moment: datetime) -> str:
        """Return "21 Nov", with the year where it is another than now."""
        return self.tongue.day(moment, year=self._is_another_year(moment))

    def whole_day(self, instant: datetime) -> str:
        """Return "21 November" in the subscriber's zone, with the year where it is another."""
        local = instant.astimezone(self.zone)
        return self.tongue.whole_day(local, year=self._is_another_year(local))

    def zone_at(self, instant: datetime) -> str:
        """Return the subscriber's zone as it is then: "Vilnius time (UTC+2)"."""
        if self._is_universal():
            return self.clock()
        if self.zone.key.startswith("Etc/"):  # no city, and "Etc/GMT+5" is behind UTC
            return self.offset(instant)
        city = self.tongue.isolate(self.tongue.city(self.zone.key))
        offset = self.offset(instant)
        return self.tongue.gettext("%(city)s time (%(offset)s)", city=city, offset=offset)

    def clock(self) -> str:
        """Return whose clock the times are read from: "Vilnius time"."""
        if self._is_universal():
            return self.zone.key.rpartition("/")[2]
        city = self.tongue.isolate(self.tongue.city(self.zone.key))
        return self.tongue.gettext("%(city)s time", city=city)

    def offset(self, instant: datetime) -> str:
        """Return how far the subscriber's clock is from UTC then: "UTC+2"."""
        offset = instant.astimezone(self.zone).utcoffset() or timedelta(0)
        sign = "-" if offset < timedelta(0) else "+"
        hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
        return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}"

    def _is_universal(self) -> bool:
        return self.zone.key.rpartition("/")[2] in ("UTC", "GMT")

    def _is_another_year(self, moment: datetime) -> bool:
        return moment.year != self.now.astimezone(self.zone).year
