"""`hrwatch unlink`: an article that was taken for a copy by mistake stands alone again; the daemon
may run."""

from typing import Annotated

import typer

from hrwatch.cli import output
from hrwatch.cli.finding import named_record
from hrwatch.cli.place import FAILED, place
from hrwatch.model.articles import Record
from hrwatch.stages.store.articles import linking
from hrwatch.stages.store.articles import records as record_table
from hrwatch.text import counted


def unlink(
    context: typer.Context,
    record_id: Annotated[
        str, typer.Argument(metavar="ID", help="An archive reference, or how it begins.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Say that an article is no copy: it stands alone from now on, and whoever was not told of it
    because it was one gets it in the next digest. The daemon may run."""
    where = place(context)
    config = where.config()
    with where.archive(config) as archive:
        record = named_record(archive, record_id)
        with archive.reading() as connection:
            others = record_table.others(connection, [record])
    done = None
    if record.copy is not None:
        with where.archive_beside(config) as archive:
            done = archive.write_now(linking.unlink, record.id)
    if done is None:
        copies = [one for one in others if one.copy and one.copy.of == record.id]
        output.remark(_alone(record, copies))
        raise typer.Exit(FAILED)
    if as_json:
        output.json_line(
            {
                "record": record.id,
                "title": record.title,
                "was_copy_of": done.was.of,
                "kind": done.was.kind,
                "score": done.was.score,
                "waits_for": done.waits_for,
            }
        )
        return
    output.line(f"{record.id} stands alone: {output.plain(record.title)}")
    for subscriber in done.waits_for:
        told = f"{subscriber}: in the next digest (hrwatch preview {subscriber})"
        output.line(output.plain(told))


def _alone(record: Record, copies: list[Record]) -> str:
    """Return why there is nothing to unlink."""
    told = f"{record.id} is no copy: it stands alone already"
    if copies:
        named = ", ".join(one.id for one in copies[:5]) + (" …" if copies[5:] else "")
        number = counted(len(copies), "copy", "copies")
        told = (
            f"{record.id} is no copy, but the original of {number}: unlink what is wrongly taken "
            f"for one ({named})"
        )
    return told
