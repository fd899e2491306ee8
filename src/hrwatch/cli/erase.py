"""`hrwatch erase`: every trace of a subscriber who is gone, taken out of the archive."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from hrwatch import transports
from hrwatch.cli import output
from hrwatch.cli.place import FAILED, Place, place
from hrwatch.cli.purge import tell_of_copies
from hrwatch.cli.status import life_of
from hrwatch.config import Config
from hrwatch.model.settings import Folder
from hrwatch.stages import letterbox
from hrwatch.stages.deliver.file import name_of, partial_of
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.removing import erasing
from hrwatch.stages.store.removing.erasing import Erased, Traces
from hrwatch.stages.store.running import daemon as daemon_table
from hrwatch.text import counted
from hrwatch.wiring import utc_now

# How long a mail that is being sent, a daemon that reads its file, or who else reads the archive is
# waited for.
PATIENCE = timedelta(seconds=30)
A_LOOK = timedelta(seconds=1)


def erase(
    context: typer.Context,
    subscriber: Annotated[
        str, typer.Argument(metavar="SUBSCRIBER", help="Their name.", show_default=False)
    ],
) -> None:
    """Remove every trace of a subscriber who stands in the operator's file no more: what they asked
    for, what they were told and sent, what they replied. Only counts stay. The daemon may run."""
    where = place(context)
    config = where.config()
    name = output.plain(subscriber)
    if any(one.name == name for one in config.subscribers):
        raise typer.BadParameter(
            f"{name} still stands in {config.path}: take them out of it first",
            param_hint="SUBSCRIBER",
        )
    with where.archive_beside(config) as archive:
        done = _erased(archive, name, partial(_remove_files, where, config))
        is_gone = _is_gone(archive, done)
    tell_of_copies(where, config, with_mail_files=False)
    if not is_gone:
        output.remark(
            "Their name still stands in the archive's files, because somebody was reading it: run "
            f"hrwatch erase {name} again in a minute."
        )
        raise typer.Exit(FAILED)


def _erased(archive: Archive, name: str, remove_files: Callable[[Traces], int]) -> Erased:
    """Remove what the archive holds, and the files beside it; wait for a mail that is just being
    sent, and for a daemon that has not read the file yet: it would write them in again."""
    until = utc_now() + PATIENCE
    files = 0
    while True:
        now = utc_now()
        with archive.reading() as connection:
            is_known = erasing.is_known(connection, name)
            is_in_force = erasing.is_in_force(connection, name)
            daemon = daemon_table.last(connection)
            traces = erasing.traces(connection, name, now)
        if not is_known:
            output.remark(f"The archive holds nothing of {name}.")
            archive.scrub(())
            raise typer.Exit(FAILED)
        why = "a mail to them, or one to you that names them, is just being sent"
        if is_in_force and life_of(daemon, now) == "running":
            why = "the daemon has not taken the file without them yet"
        elif traces is not None:
            # The files first: the archive alone knows which they are, should we be ended here.
            files += remove_files(traces)
            done = archive.write_now(erasing.erase, name, now)
            if done is not None:
                files += remove_files(done.traces)  # those of meanwhile
                output.remark(
                    f"Erased: {counted(done.digests, 'digest')}, {counted(done.mails, 'mail')}, "
                    "and all else that named them."
                )
                if files:
                    output.remark(f"{counted(files, 'file')} of mail removed.")
                return done
        if now >= until:
            output.remark(f"Nothing was erased: {why}. Run the same again in a minute.")
            raise typer.Exit(FAILED)
        time.sleep(A_LOOK.total_seconds())


def _is_gone(archive: Archive, done: Erased) -> bool:
    """Let what was removed leave the disk; say whether it did."""
    until = utc_now() + PATIENCE
    while not archive.scrub(done.leftovers):
        if utc_now() >= until:
            return False
        time.sleep(A_LOOK.total_seconds())
    return True


def _remove_files(where: Place, config: Config, traces: Traces) -> int:
    """Remove the files of mails to a subscriber, of the operator's mails that name them, and their
    own letters; return how many there were."""
    state = where.state_directory()
    found = [path for path in letterbox.all_of(state) if traces.are_in_letter(_content(path))]
    transport = transports.parse(config.mail.transport)
    if isinstance(transport, Folder):
        folder = state / transport.path
        for path in map(folder.joinpath, map(name_of, traces.message_ids)):
            found += [one for one in (path, partial_of(path)) if one.exists()]
        for path in map(folder.joinpath, map(name_of, traces.to_operator)):
            found += [one for one in (path, partial_of(path)) if traces.are_in_mail(_content(one))]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
