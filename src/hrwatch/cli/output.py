"""How verbs print: JSON lines for programs, tables for people."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hrwatch import text


def plain(words: str, limit: int | None = 1000) -> str:
    """Return what a stranger wrote as one line that cannot steer the terminal."""
    return text.clean_line(words, limit if limit is not None else max(1, len(words)))


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
    """Print `value` as one line of JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_jsonable) + "\n")


def line(words: str = "") -> None:
    """Print one line as it is."""
    sys.stdout.write(words + "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, wide: bool = False) -> None:
    """Print rows under headings; on anything but a terminal nothing is cut."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        shown.add_column(heading, overflow="fold" if wide else "ellipsis", no_wrap=not wide)
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


def _jsonable(value: object) -> object:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no JSON form")
