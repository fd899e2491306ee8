"""What the daemon tells systemd, over the socket that systemd names: sd_notify(3), and no more."""

import logging
import os
import socket
from collections.abc import MutableMapping
from datetime import timedelta

from hrwatch.text import clean_line

_log = logging.getLogger(__name__)

# systemd drops a message over 4096 bytes whole; this many code points are at most 2000.
STATUS_LIMIT = 500
# A blocking send waits for as long as systemd does not read, one that never waits loses READY=1.
_PATIENCE = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)


class Notifier:
    """Tells systemd how the daemon is; says nothing where no `address` was given.

    No method raises: a daemon that cannot report goes on working. The first message that cannot
    be sent is logged, and again the first after one that could.
    """

    def __init__(self, address: str = "", watchdog_interval: timedelta | None = None) -> None:
        self._address = address
        self._watchdog_interval = watchdog_interval
        self._heard = True

    @classmethod
    def from_environment(cls, environ: MutableMapping[str, str]) -> "Notifier":
        """Given the environment, take what systemd put into it out again, so that no child can
        speak for the daemon, and return the notifier for it."""
        address = environ.pop("NOTIFY_SOCKET", "")
        microseconds = environ.pop("WATCHDOG_USEC", "")
        process = environ.pop("WATCHDOG_PID", "")
        if address and address[0] not in "/@":
            _log.warning("event=notify-ignored detail=NOTIFY_SOCKET-is-neither-a-path-nor-@name")
            address = ""
        if not address or process not in ("", str(os.getpid())):
            return cls(address)
        return cls(address, _interval(microseconds))

    @property
    def watchdog_interval(self) -> timedelta | None:
        """How long systemd waits between two calls of `watchdog` before it kills the daemon: call
        at half of it. None where it does not watch."""
        return self._watchdog_interval

    def ready(self, status: str) -> None:
        """Say that start or reload is complete, and what is going on now."""
        self._send("READY=1", _status(status))

    def reloading(self, monotonic_usec: int) -> None:
        """Say that a reload begins; `monotonic_usec` is CLOCK_MONOTONIC in microseconds, by which
        systemd 253 and newer (Type=notify-reload) tell this reload from an earlier one."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={monotonic_usec:d}")

    def stopping(self, status: str) -> None:
        """Say that the daemon is about to end, and what it still does."""
        self._send("STOPPING=1", _status(status))

    def status(self, text: str) -> None:
        """Set the line that `systemctl status` shows."""
        self._send(_status(text))

    def watchdog(self) -> None:
        """Say that the daemon is alive; to be said only where ticks, loop and database are."""
        self._send("WATCHDOG=1")

    def extend_timeout(self, duration: timedelta) -> None:
        """Ask that start, reload or stop may last until `duration` from now; to be repeated in
        time, as long as there is progress."""
        self._send(f"EXTEND_TIMEOUT_USEC={duration // _MICROSECOND:d}")

    def _send(self, *assignments: str) -> None:
        if not self._address:
            return
        abstract = self._address[0] == "@"
        address = f"\0{self._address[1:]}" if abstract else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
                speaker.settimeout(_PATIENCE.total_seconds())
                speaker.sendto("\n".join(assignments).encode(), address)
        except OSError as error:
            if self._heard:
                said = assignments[0].partition("=")[0]
                _log.warning("event=notify-failed message=%s detail=%r", said, str(error))
            self._heard = False
        else:
            self._heard = True


def _status(text: str) -> str:
    """Return the assignment of a status; whatever `text` holds, it stays one line."""
    return f"STATUS={clean_line(text, STATUS_LIMIT)}"


def _interval(microseconds: str) -> timedelta | None:
    """Return WATCHDOG_USEC as a duration; None where it is missing, nought or no number."""
    try:
        return timedelta(microseconds=int(microseconds)) or None
    except (ValueError, OverflowError):
        return None
