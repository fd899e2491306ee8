"""`hrwatch backup` and `hrwatch restore`: the archive into a file, beside a running daemon, and a
file back into its place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TaskProgressColumn

from hrwatch.cli import output
from hrwatch.cli.bars import bar
from hrwatch.cli.place import place
from hrwatch.stages.store.running import backup as backups
from hrwatch.text import counted
from hrwatch.wiring import utc_now


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")],
) -> None:
    """Copy the archive as it stands now to FILE and read the copy through; the daemon may run."""
    where = place(context)
    with _progress() as tell:
        contents = backups.back_up(where.config().archive, where.state_directory(), file, tell)
    output.line(output.plain(f"{file}: {_told(contents)}"))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Move an archive that is there aside.")
    ] = False,
) -> None:
    """Put a copy of the backup FILE in the archive's place; the daemon must not run."""
    where = place(context)
    with _progress() as tell:
        done = backups.restore(
            file,
            where.config().archive,
            where.state_directory(),
            replace=replace,
            now=utc_now(),
            tell=tell,
        )
    output.line(output.plain(f"{done.archive}: {_told(done.contents)}, from {file}"))
    if done.kept:
        output.line(output.plain(f"What was there before is kept as {done.kept}"))
    output.line(
        "Start the daemon (systemctl start hrwatch). What was found and mailed after this backup "
        "was made will be found, and may be mailed, once more."
    )


def _told(contents: backups.Contents) -> str:
    return (
        f"{counted(contents.records, 'record')}, {contents.size / 1e6:.1f} MB, "
        f"schema {contents.revision}, read through and whole"
    )


@contextmanager
def _progress() -> Iterator[backups.Tell]:
    with bar(TaskProgressColumn()) as progress:
        task = progress.add_task("Copying", total=None)

        def tell(done: int, pages: int) -> None:
            words = "Copying" if done < pages else "Reading it through"
            progress.update(task, description=words, completed=done, total=pages)

        yield tell
