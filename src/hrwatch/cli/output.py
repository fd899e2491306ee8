"""How verbs print: JSON lines for programs, tables for people."""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hrwatch import text

# What JSON may hold as it is and a terminal must not see: C1 controls (CSI among them), separators
# of lines, bidi controls. Halves of a surrogate pair are no text at all, and no UTF-8.
_UNSHOWN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_HALVES = re.compile("[\ud800-\udfff]")


def set_up() -> None:
    """Write UTF-8 whatever the locale says; what cannot be written becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def plain(words: str, limit: int | None = 1000) -> str:
    """Return what a stranger wrote as one line that cannot steer the terminal."""
    return text.clean_line(words, limit if limit is not None else sys.maxsize)


def plain_lines(words: str) -> str:
    """Return several lines as they are laid out, without what could steer the terminal."""
    return "\n".join(map(text.without_controls, words.split("\n")))


def console() -> Console:
    """Return the console of stdout; colours only on a terminal."""
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def progress_console() -> Console:
    """Return the console of stderr, for progress and remarks."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def remark(words: str) -> None:
    """Say something to the person at the terminal, on stderr."""
    progress_console().print(plain(words), soft_wrap=True)


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
    except BrokenPipeError:
        unheard(sys.stderr)


@contextmanager
def heard_or_not() -> Iterator[None]:
    """Go on where whoever read stdout went away (`hrwatch once --json | head -1`)."""
    try:
        yield
    except BrokenPipeError:
        unheard(sys.stdout)


def unheard(stream: TextIO) -> None:
    """Drop what is still written to a stream that nobody reads any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings; on anything but a terminal nothing is cut."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        shown.add_column(heading, no_wrap=True)
    for row in rows:
        shown.add_row(*(Text(plain("" if cell is None else str(cell))) for cell in row))
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
