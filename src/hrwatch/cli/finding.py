"""The record that somebody names on the command line."""

import typer

from hrwatch.cli import output
from hrwatch.cli.place import FAILED
from hrwatch.model.articles import Record
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records as record_table


def named_record(archive: Archive, reference: str) -> Record:
    """Return the record with this reference, or whose reference begins so; say why there is none,
    and leave."""
    reference = output.plain(reference)  # an argument may be bytes that are no text
    with archive.reading() as connection:
        found = record_table.get(connection, reference.lower())
    if isinstance(found, record_table.Ambiguous):
        output.remark(f"{reference} begins several references: {', '.join(found.ids)} …")
        raise typer.Exit(FAILED)
    if found is None:
        output.remark(f"the archive holds no record {reference}; hrwatch search finds references")
        raise typer.Exit(FAILED)
    return found
