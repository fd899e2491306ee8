"""Logging: one line an event on stderr, `event=… key=value`, no addresses, secrets or titles."""

import logging
import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TypeAlias

_Traced: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)
# What follows a row in a traceback: the rest of what SQLAlchemy says, the next exception.
_AFTER_A_ROW = ("[SQL:", "CONTEXT:", "The above exception", "During handling", "Traceback")
# These name whole addresses with their query strings, or recipients, or each tick, at INFO.
_TALKATIVE = (
    "httpx",
    "httpcore",
    "aiosmtplib",
    "apscheduler",
    "trafilatura",
    "htmldate",
    "alembic",
    "asyncio",
)


def set_up(level: int = logging.INFO) -> None:
    """Send hrwatch's own log to stderr; libraries are heard from WARNING up."""
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(OneLine("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[out], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class OneLine(logging.Formatter):
    """Writes a record on one line, whatever strangers put into it, and what it traces below it,
    indented: no line of it passes for a record of its own, none steers the terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the record's own line, its line ends escaped."""
        return _shown(super().formatMessage(record).replace("\n", "\\n").replace("\r", "\\r"))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record; a traceback that another formatter left in it is not taken over."""
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: _Traced) -> str:
        """Return a traceback, indented; without the values that PostgreSQL repeats of a row."""
        return _indented("\n".join(_without_rows(super().formatException(ei).split("\n"))))

    def formatStack(self, stack_info: str) -> str:
        """Return a stack, indented."""
        return _indented(stack_info)


def _without_rows(lines: Iterable[str]) -> Iterator[str]:
    """Give a traceback's lines but those in which PostgreSQL repeats a row, over several lines
    where a text in it has some."""
    is_row = False
    for line in lines:
        is_row = line.startswith("DETAIL:") or (is_row and not line.startswith(_AFTER_A_ROW))
        if not is_row:
            yield line


def _indented(lines: str) -> str:
    return "\n".join(f"    {_shown(line)}" for line in lines.split("\n"))


def _shown(line: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in line)
