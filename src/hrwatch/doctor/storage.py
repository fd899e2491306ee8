"""The doctor on disks and files: the state directory, the archive in it, the folder of mail."""

import errno
import os
import pwd
import shutil
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hrwatch.doctor.findings import Finding, fine, trouble, warning
from hrwatch.errors import ArchiveError
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.evidence import captures, verifying
from hrwatch.stages.store.running import checkup
from hrwatch.stages.store.running.checkup import Standing
from hrwatch.text import counted

# Below this nothing can be written for long.
SCARCE = 50_000_000
# A migration copies the archive first; a day of many feeds takes some tens of MB.
SPARE = 200_000_000
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what with a file or folder."""

    path: Path
    owner: int
    mode: int


def state_directory(directory: Path, user: int) -> Finding:
    """Look whether the state directory is there, ours, and can be written to."""
    if not directory.exists():
        parent = next(one for one in directory.parents if one.exists())
        if why := unwritable(parent):
            return trouble(
                f"there is no {directory}, and {parent} {why}",
                f"make it for the user that hrwatch runs as: install -d -m 700 {directory}",
            )
        return fine(f"{directory} is not there yet; the first poll makes it")
    owner = directory.stat().st_uid
    if owner != user:
        remedy = f"run hrwatch as {name_of(owner)}, or chown -R {name_of(user)} {directory}"
        return trouble(f"{directory} belongs to {name_of(owner)}, not to {name_of(user)}", remedy)
    if why := unwritable(directory):
        return trouble(f"{directory} {why}", remedy_for(why, directory))
    return fine(f"{directory} belongs to us and can be written to")


def unwritable(directory: Path) -> str:
    """Return why nothing can be written into a folder, empty where it can. The file that tells has
    no name, and is gone when it is closed; nothing changes."""
    try:
        descriptor = os.open(directory, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT):
            return _why(error)
        # A file system without such files; who asks as root is told less.
        return "" if os.access(directory, os.W_OK | os.X_OK) else "may not be written to"
    try:
        os.write(descriptor, bytes(4096))
        os.fsync(descriptor)
    except OSError as error:
        return _why(error)
    finally:
        os.close(descriptor)
    return ""


def _why(error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "has no room left"
        case errno.EROFS:
            return "lies on a disk that is mounted read-only"
        case errno.EACCES | errno.EPERM:
            return "may not be written to"
        case errno.EIO:
            return "lies on a disk that fails"
        case errno.ENOTDIR:
            return "is no folder"
    return f"cannot be written to: {error.strerror}"


def remedy_for(why: str, directory: Path) -> str:
    """Return what to do where `unwritable` gave a reason."""
    if "room" in why:
        return f"make room: df -h {directory}; old archive.db.before-* copies may go first"
    if "read-only" in why:
        return "see why the system turned the disk read-only (dmesg), then mount it for writing"
    if "fails" in why:
        return "see the system's log (dmesg), and mend or replace the disk"
    return f"let the user that hrwatch runs as write there: ls -ld {directory}"


def archive(found: Standing) -> Finding:
    """Judge what stands where the archive is configured to be."""
    if found.revision is None:
        return fine(f"{found.name} is not there yet; the first poll makes it")
    held = f"held by {found.holder}" if found.holder else "held by nobody"
    told = f"{found.name}, schema {found.revision}" + (f", {held}" if found.path else "")
    if found.is_current:
        return fine(told)
    if found.is_older:
        return warning(
            f"{told}: made by an older hrwatch",
            "nothing, or back it up now: run and once bring it up to date, a file is copied first",
        )
    return trouble(
        f"{told}: made by a newer hrwatch than this one",
        "install that version, or restore a backup made before it",
    )


def integrity(file: Path, limit: timedelta) -> Finding:
    """Read all of the archive's file."""
    try:
        found = checkup.damage(file, limit)
    except ArchiveError as error:
        found = (str(error),)
    if found is None:
        return warning(
            f"{file} was not read to its end within {limit.total_seconds():.0f} s",
            f"when there is time: sqlite3 {file} 'PRAGMA integrity_check'",
        )
    if not found:
        return fine(f"{file} was read to its end and is whole")
    return trouble(
        f"{file} is damaged: {'; '.join(found)}",
        "stop the daemon, keep the file, and restore the latest backup that is whole: "
        "hrwatch restore --replace FILE; then look for the cause in the system's log (dmesg)",
    )


def on_a_server(name: str) -> Finding:
    """Say what cannot be seen of an archive that a server keeps."""
    return fine(f"{name}: whether its files are whole is for the server's own tools (pg_amcheck)")


def contents(archive: Archive, limit: timedelta) -> Finding:
    """Read every row of the archive."""
    try:
        rows = checkup.read_through(archive, limit)
    except ArchiveError as error:
        return trouble(str(error), "keep it as it is, and restore the latest backup that is sound")
    if rows is None:
        told = f"not every row was read within {limit.total_seconds():.0f} s; those that were are "
        return warning(f"{told}sound", "nothing; look again when the machine has less to do")
    return fine(f"{counted(rows, 'row')} read, and each can be what was written")


def evidence(archive: Archive) -> Finding:
    """Look at the end of the chain of captures; the whole of it takes `hrwatch verify`."""
    with archive.reading() as connection:
        broken = verifying.end_of_chain(connection)
        number = captures.end_of(connection).number
    if broken:
        return trouble(
            f"the chain of captures does not end as it should: {broken}",
            "hrwatch verify names what is missing; keep the archive as it is, and compare a backup",
        )
    return fine(f"{counted(number, 'capture')}, and their chain ends as noted (hrwatch verify)")


def permissions(found: Sequence[Access], user: int) -> Finding:
    """Judge who else may read what names subscribers and what they are told."""
    foreign = [one for one in found if one.owner != user]
    if foreign:
        told = _listed(f"{one.path} belongs to {name_of(one.owner)}" for one in foreign)
        folder = foreign[0].path.parent
        return trouble(told, f"chown -R {name_of(user)} {folder}, or run hrwatch as its owner")
    open_ones = [one for one in found if one.mode & _OF_OTHERS]
    if open_ones:
        told = _listed(f"{one.path} (mode {one.mode:04o})" for one in open_ones)
        paths = " ".join(str(one.path) for one in open_ones[:_SHOWN])
        return warning(f"others may reach {told}", f"chmod go= {paths}")
    return fine(f"{len(found)} files and folders, open to nobody else")


def accesses(directory: Path, archive_file: Path | None, folder: Path | None) -> list[Access]:
    """Look at the state directory, all that lies beside the archive, and the folder of mail."""
    paths = [directory]
    if archive_file is not None and archive_file.parent.is_dir():
        paths += sorted(archive_file.parent.glob(f"{archive_file.name}*"))
    if folder is not None:
        paths.append(folder)
    found = []
    for path in paths:
        if path.exists():
            told = path.stat()
            found.append(Access(path, told.st_uid, stat.S_IMODE(told.st_mode)))
    return found


def space(directory: Path, size: int | None) -> Finding:
    """Look how much room the disk of the state directory has, beside an archive of `size` bytes;
    None for one on a server."""
    there = next(one for one in (directory, *directory.parents) if one.exists())
    return judge_space(there, shutil.disk_usage(there).free, size)


def judge_space(directory: Path, free: int, size: int | None) -> Finding:
    """Given how many bytes are free and how many the archive takes, judge how long that lasts."""
    taken = "is on a server" if size is None else f"takes {size / 1e6:,.1f} MB"
    told = f"{free / 1e6:,.0f} MB free for {directory}, the archive {taken}"
    remedy = f"make room: df -h {directory}; old archive.db.before-* copies may go first"
    if free < SCARCE:
        return trouble(told, remedy)
    if size is not None and free < size + SPARE:
        return warning(f"{told}: too little to copy it and go on", remedy)
    return fine(told)


def name_of(user: int) -> str:
    """Return the name of a user, or the number where there is none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def _listed(words: Iterable[str]) -> str:
    found = list(words)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
