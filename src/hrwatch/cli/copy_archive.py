"""`hrwatch copy-archive`: the archive into another database, before the operator moves there."""

import os
from pathlib import Path
from typing import Annotated

import typer

from hrwatch import wiring
from hrwatch.cli import bars, output
from hrwatch.cli.place import place
from hrwatch.config import databases, values
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.running import copying
from hrwatch.text import counted


def copy_archive(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL|FILE",
            help="postgresql+psycopg://USER@HOST/DATABASE, or a file; nothing may be in it.",
            show_default=False,
        ),
    ],
) -> None:
    """Copy the archive into another database, and compare the two; the daemon must not run.

    What was interrupted goes on where it stood when it is said again.
    """
    where = place(context)
    config = where.config()
    try:
        values.archive(to)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--to") from error
    where.archive(config).close()  # opened for writing, one that is missing would be made
    with (
        wiring.open_archive(config, where.state_directory()) as source,
        Archive.open(
            to,
            directory=Path.cwd(),
            writing=True,
            clock=wiring.utc_now,
            password=databases.password(to, config, os.environ),
            copy_of=source.name,
        ) as target,
        bars.told("Copying") as tell,
    ):
        copied = copying.copy(source, target, wiring.utc_now(), tell)
    went_on = f", {copied.found_there} of them found there" if copied.found_there else ""
    output.line(
        output.plain(
            f"{target.name}: {counted(copied.records, 'record')}{went_on}; "
            f"{counted(copied.rows, 'row')} in all, each the same as in {source.name}"
        )
    )
    output.line(
        "Now name it as `archive` in the configuration, then start the daemon. The other one was "
        "left as it is: put it away, so that nothing is mailed from it again."
    )
