"""How verbs print: JSON lines for programs, tables for people."""

import errno
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

from hrwatch import text

# rich is imported where something is laid out: the daemon and verbs that print lines never do.
if TYPE_CHECKING:
    from rich.console import Console

# What JSON may hold as it is and a terminal must not see: C1 controls (CSI among them), separators
# of lines, bidi controls. Halves of a surrogate pair are no text at all, and no UTF-8.
_UNSHOWN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_HALVES = re.compile("[\ud800-\udfff]")
# What a disk says that what is printed goes to, and last a stdout that was closed.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
_UNWRITTEN = 2


def set_up() -> None:
    """Write UTF-8 whatever the locale says; what cannot be written becomes a question mark."""
    # Closed by whoever started us (`hrwatch status >&-`): what is printed cannot be written, and is
    # not to be written to the next file that is opened; of what is wrong there is nobody to tell.
    for name, how in (("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, how), "w"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def plain(words: str, limit: int | None = 1000) -> str:
    """Return what a stranger wrote as one line that cannot steer the terminal."""
    return text.clean_line(words, limit if limit is not None else sys.maxsize)


def plain_lines(words: str) -> str:
    """Return several lines as they are laid out, without what could steer the terminal."""
    return "\n".join(map(text.without_controls, words.split("\n")))


def console() -> "Console":
    """Return the console of stdout; colours only on a terminal."""
    from rich.console import Console  # noqa: PLC0415 - see above

    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def progress_console() -> "Console":
    """Return the console of stderr, for progress and remarks."""
    from rich.console import Console  # noqa: PLC0415 - see above

    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def remark(words: str) -> None:
    """Say something to the person at the terminal, on stderr."""
    progress_console().print(plain(words), soft_wrap=True)


def remark_lines(words: str) -> None:
    """Say several lines to the person at the terminal, on stderr."""
    progress_console().print(plain_lines(words), soft_wrap=True)


def json_line(value: object) -> None:
    """Print `value` as one line of JSON, which neither steers a terminal nor fails to encode."""
    written = json.dumps(value, ensure_ascii=False, default=_jsonable)
    written = _HALVES.sub("\ufffd", written)
    sys.stdout.write(_UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", written) + "\n")


def line(words: str = "") -> None:
    """Print one line as it is: what strangers may have chosen goes through `plain` or
    `plain_lines` first."""
    sys.stdout.write(words + "\n")


def complaint(words: str) -> None:
    """Say on stderr, on one line, why nothing was done."""
    try:
        sys.stderr.write(plain(words, limit=None) + "\n")
    except OSError:  # there is nobody left to be told
        unheard(sys.stderr)


@contextmanager
def heard_or_not(unwritten: list[OSError]) -> Iterator[None]:
    """Go on where whoever read stdout went away (`hrwatch once --json | head -1`) or closed it
    beforehand, or its disk is full: that is put into `unwritten`, to be told when the work is
    done."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        unheard(sys.stdout)
    except OSError as error:
        if error.errno == errno.EBADF:
            unheard(sys.stdout)
            return
        if not takes_no_more(error):
            raise
        unwritten.append(error)


def takes_no_more(error: OSError) -> bool:
    """Say whether this is the disk or device that what is printed goes to: no file is named."""
    return error.filename is None and error.errno in _FULL


def unwritten(error: OSError, stream: TextIO) -> int:
    """Say that what was printed is not all there, and return the exit code for it."""
    unheard(stream)
    why = "stdout is closed" if error.errno == errno.EBADF else error.strerror
    complaint(f"hrwatch: what is printed cannot be written: {why}; write it elsewhere")
    return _UNWRITTEN


def unheard(stream: TextIO) -> None:
    """Drop what is still written to a stream that nobody reads any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings; on anything but a terminal nothing is cut. On one that is too
    narrow the last column is cut first."""
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings, start=1):
        shown.add_column(heading, no_wrap=position < len(headings))
    for row in rows:
        words = (plain("" if cell is None else str(cell)) for cell in row)
        shown.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in words))
    out = Console(highlight=False, markup=False, emoji=False)
    if not out.is_terminal:
        out = Console(highlight=False, markup=False, emoji=False, width=10_000)
    out.print(shown)


def instant(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC, to the second."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def span(length: timedelta) -> str:
    """Return a length of time in one unit, rounded down: 25m, 36h, 3d."""
    seconds = max(int(length.total_seconds()), 0)
    for unit, size, fewest in (("d", 86_400, 2), ("h", 3_600, 1), ("m", 60, 1)):
        if seconds >= fewest * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _jsonable(value: object) -> object:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no JSON form")
