"""Files that a verb writes where it was told to: for nobody else's eyes, and over nothing."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from hrwatch.errors import HrwatchError


def write_new(file: Path, contents: Sequence[bytes]) -> tuple[Path, ...]:
    """Given several contents, write them to `file` and, numbered, beside it (`digest.html`,
    `digest-2.html`), with mode 0600; return the paths. Raise HrwatchError, and leave none, where
    one of them is there already or cannot be written."""
    paths = tuple(_numbered(file, len(contents)))
    if there := [str(path) for path in paths if os.path.lexists(path)]:
        raise HrwatchError(f"{', '.join(there)}: there already, and left alone; name a new file")
    begun: list[Path] = []
    try:
        for path, content in zip(paths, contents, strict=True):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            begun.append(path)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(content)
    except OSError as error:
        for path in begun:
            path.unlink(missing_ok=True)
        raise HrwatchError(f"{path} cannot be written: {error.strerror}") from error
    return paths


def _numbered(file: Path, count: int) -> Iterator[Path]:
    for number in range(1, count + 1):
        yield file if number == 1 else file.with_name(f"{file.stem}-{number}{file.suffix}")
