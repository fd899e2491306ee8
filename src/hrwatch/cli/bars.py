"""Bars on stderr that say how far a verb is; shown on a terminal only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from hrwatch.cli import output


def bar(*columns: ProgressColumn) -> Progress:
    """Return a bar, with these columns behind it, that is gone when its work is done."""
    console = output.progress_console()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *columns,
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


@contextmanager
def told(begin: str) -> Iterator[Callable[[str, int, int], None]]:
    """Give a function to be told what is being done, how much of it is done, and of how much; at
    first `begin` is."""
    with bar(TaskProgressColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task(begin, total=None)

        def tell(doing: str, done: int, whole: int) -> None:
            progress.update(task, description=doing, completed=done, total=whole)

        yield tell
