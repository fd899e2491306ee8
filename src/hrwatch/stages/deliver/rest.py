"""When no mail is tried: what just failed would fail for every one of them."""

from collections.abc import Callable
from datetime import datetime, timedelta

# Servers lock out who asks too often with a wrong password; a program that hangs hangs again.
REST = timedelta(minutes=5)
# A server that is away, or too busy, may be back at once.
SHORT_REST = timedelta(minutes=1)


class Rest:
    """A while without tries, and the reason for it."""

    def __init__(self, clock: Callable[[], datetime], lasting: timedelta = REST) -> None:
        self._clock = clock
        self._lasting = lasting
        self._begun: tuple[str, datetime] | None = None

    @property
    def reason(self) -> str:
        """Why nothing is tried now; empty where it is. A clock that is set back ends the rest."""
        if self._begun is None:
            return ""
        reason, since = self._begun
        return reason if timedelta(0) <= self._clock() - since < self._lasting else ""

    def begin(self, reason: str) -> None:
        """Try nothing from now on for a while."""
        self._begun = (reason, self._clock())

    def end(self) -> None:
        """Try again: it works."""
        self._begun = None
