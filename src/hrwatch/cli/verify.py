"""`hrwatch verify`: everything that was captured, computed anew."""

import re
from typing import Annotated

import typer

from hrwatch.cli import bars, output
from hrwatch.cli.place import FAILED, place
from hrwatch.stages.store.evidence import verifying
from hrwatch.stages.store.evidence.verifying import Verified
from hrwatch.text import counted

_HEAD = re.compile("[0-9a-f]{64}")


def verify(
    context: typer.Context,
    head: Annotated[
        str | None,
        typer.Argument(metavar="[HEAD]", help="A head that was noted before: is it in the chain?"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="A fault a line, then what was found.")
    ] = False,
) -> None:
    """Compute every hash of the captures anew, and name what does not hold; nothing is changed."""
    if head is not None and not _HEAD.fullmatch(head := head.strip().lower()):
        raise typer.BadParameter("a head has 64 hexadecimal digits", param_hint="HEAD")

    def tell(words: str) -> None:
        if as_json:
            output.json_line({"fault": words})
        else:
            output.line(output.plain(words))

    where = place(context)
    config = where.config()
    with (
        where.archive(config) as archive,
        archive.reading() as connection,
        bars.told("Reading captures") as progress,
    ):
        found = verifying.verify(connection, tell, progress, head)
    if as_json:
        output.json_line(_object(found))
    else:
        _print(found, head)
    if found.faults:
        raise typer.Exit(FAILED)


def _object(found: Verified) -> dict[str, object]:
    return {
        "captures": found.captures,
        "removed": found.removed,
        "tombstones": found.tombstones,
        "bodies": found.bodies,
        "bytes": found.size,
        "stored_bytes": found.stored,
        "number": found.number,
        "head": found.head,
        "last_at": output.instant(found.last_at),
        "head_at": found.head_at,
        "faults": found.faults,
    }


def _print(found: Verified, head: str | None) -> None:
    removed = f", {found.removed} removed" if found.removed else ""
    bodies = counted(found.bodies, "body", "bodies")
    output.line(
        f"{counted(found.captures, 'capture')}{removed}; {bodies}, "
        f"{found.size / 1e6:,.1f} MB, {found.stored / 1e6:,.1f} MB stored"
    )
    if found.number:
        output.line(f"head {output.plain(found.head)}")
        output.line(f"capture {found.number}, {output.instant(found.last_at)}")
    if head is not None and found.head_at is not None:
        output.line(f"the head you noted is that of capture {found.head_at}")
    whole = "captures whole; texts and titles are working copies, and not looked at"
    output.line(counted(found.faults, "fault") if found.faults else whole)
