"""Stand-ins at the edges of hrwatch that share the real interface."""

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that stands still until it is moved; called like the real one."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> datetime:
        """Move on by `step` and return the new time."""
        self.now += step
        return self.now
