"""Letters that wait for whoever holds the archive: one file each, in a folder that only the service
can read. `hrwatch reply` puts them there and needs neither the archive nor the operator's file, so
that it answers a mail server at once, whatever the daemon does.
"""

import json
import os
import secrets
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from hrwatch.model.replies import Command, Letter, Verb

FOLDER = "letterbox"  # in the state directory
MOST_LETTERS = 2_000  # then mail servers are asked to keep theirs
_LONGEST_LETTER = 100_000  # bytes
_LETTER = ".json"
_BAD = ".bad"
_PARTIAL = ".partial"


class LetterboxFull(OSError):
    """There are so many letters that another one has to wait at the mail server."""


def make(directory: Path) -> Path:
    """Return the letterbox in the state directory, made where it is not there."""
    box = directory / FOLDER
    box.mkdir(mode=0o700, parents=True, exist_ok=True)
    return box


def put(directory: Path, letter: Letter) -> None:
    """Put a letter into the letterbox, so that it outlasts a power cut; raise OSError where there
    is none, it is full, or the disk says no. Only who empties it makes it: a mail server that
    starts us as somebody else would fill one for nobody."""
    box = directory / FOLDER
    if len(_letters(box)) >= MOST_LETTERS:
        raise LetterboxFull(f"{box} is full")
    name = f"{time.time_ns():020d}-{secrets.token_hex(8)}"
    partial = box / f".{name}{_PARTIAL}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(partial, flags, 0o600), "wb") as stream:
            stream.write(to_json(letter).encode())
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(box / f"{name}{_LETTER}")
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    descriptor = os.open(box, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def waiting(box: Path) -> tuple[Path, ...]:
    """Return the letters that wait, oldest first; none where there is no letterbox."""
    try:
        return tuple(box / name for name in sorted(_letters(box)))
    except FileNotFoundError:
        return ()


def all_of(directory: Path) -> tuple[Path, ...]:
    """Return every letter in the state directory: those that wait, those that were put aside, and
    what is left of those that were never finished; none where there is no letterbox."""
    try:
        return tuple(sorted(path for path in (directory / FOLDER).iterdir() if path.is_file()))
    except FileNotFoundError:
        return ()


def read(path: Path) -> Letter:
    """Return one letter; raise OSError or ValueError where it cannot be read."""
    with path.open("rb") as stream:
        return from_json(stream.read(_LONGEST_LETTER).decode())


def throw_away(path: Path) -> None:
    """Remove a letter that was heeded, or that nobody may answer."""
    path.unlink(missing_ok=True)


def put_aside(path: Path) -> None:
    """Keep a letter that could not be read, or that hrwatch failed over, for whoever looks into it;
    it waits no more. One that was taken away meanwhile is gone."""
    with suppress(FileNotFoundError):
        path.replace(path.with_suffix(_BAD))


def forget(box: Path, before: datetime) -> None:
    """Remove what was put aside and last written to before then, and what a process that was killed
    left half written; raise OSError where that cannot be done."""
    with os.scandir(box) as entries:
        old = [
            box / entry.name
            for entry in entries
            if entry.name.endswith((_BAD, _PARTIAL))
            and entry.stat(follow_symlinks=False).st_mtime < before.timestamp()
        ]
    for path in old[:MOST_LETTERS]:
        path.unlink(missing_ok=True)


def to_json(kept: Letter) -> str:
    """Return a letter as it lies in the letterbox."""
    return json.dumps(asdict(kept), ensure_ascii=False)


def from_json(written: str) -> Letter:
    """Return the letter again; raise ValueError for anything else."""
    try:
        given = json.loads(written)
        asked = given.pop("command")
        kept = Letter(
            **_tuples(given), command=Command(**_tuples({**asked, "verb": Verb(asked["verb"])}))
        )
        texts = (kept.key, kept.message_id, kept.sender, *kept.tokens, *kept.about)
        command = kept.command
        names = (command.source, command.word, command.whole, command.line)
        if not all(isinstance(value, str) for value in (*texts, *names)):
            raise TypeError
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("it is no letter") from error
    return kept


def _letters(box: Path) -> list[str]:
    with os.scandir(box) as entries:
        names = [entry.name for entry in entries]
    return [name for name in names if name.endswith(_LETTER) and name[0] != "."]


def _tuples(given: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
