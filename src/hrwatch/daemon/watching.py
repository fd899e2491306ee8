"""The operator's file as the daemon watches it: did it change, and what came of reading it."""

import logging
from pathlib import Path

from hrwatch import config
from hrwatch.config import Config
from hrwatch.errors import ConfigError, Mistake

_Look = tuple[tuple[int, int, int] | None, ...]
_SHOWN = 20  # mistakes that go into the log; `check` tells them all

log = logging.getLogger(__name__)


class WatchedFile:
    """A path, what was last seen there, and why the newest file is not in force."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.error: str | None = None  # None: the newest file is in force
        self._others: tuple[Path, ...] = ()
        self._read: _Look = ()
        self._last: _Look = ()

    def has_settled(self) -> bool:
        """Say whether the file is another than the one last read, and the same as at the look
        before: an editor that is still writing is waited for."""
        before, self._last = self._last, self._look()
        return self._last != self._read and self._last == before

    def read(self) -> Config:
        """Return the file found good; raise ConfigError. Either way it counts as read."""
        self._read = self._last = self._look()
        try:
            found = config.load(self.path)
        except ConfigError as error:
            first, *others = error.mistakes
            self.error = f"{first}" + (f" (and {len(others)} more)" if others else "")
            for mistake in error.mistakes[:_SHOWN]:
                log.error(
                    "event=config-refused file=%s line=%d column=%d path=%s mistake=%r",
                    *fields(mistake),
                )
            raise
        self.error = None
        self._others = (found.subscribers_file,) if found.subscribers_file else ()
        self._read = self._last = self._look()
        return found

    def _look(self) -> _Look:
        return tuple(_state(path) for path in (self.path, *self._others))


def fields(mistake: Mistake) -> tuple[str, int, int, str, str]:
    """Return a mistake as the values of its fields in the log."""
    return mistake.file, mistake.line, mistake.column, mistake.path, mistake.text


def _state(path: Path) -> tuple[int, int, int] | None:
    """Return what differs between two states of a file; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
