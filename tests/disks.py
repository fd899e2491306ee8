"""Small disks for tests, where one may be mounted."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def a_disk(folder: Path, megabytes: int = 20) -> Iterator[Path]:
    """Mount a disk of so many megabytes on `folder`; skips where that is not allowed."""
    folder.mkdir(exist_ok=True)
    options = f"size={megabytes}m,mode=700,uid={os.geteuid()}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a file system may not be mounted here: " + mounted.stderr.decode().strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def remount_read_only(disk: Path) -> None:
    """Let nobody write to the disk any more."""
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


def fill(disk: Path, left: int = 0) -> Path:
    """Put a file on the disk that leaves so many bytes, and return it."""
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - left)))
    return filler
