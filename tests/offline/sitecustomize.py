"""Read by every Python that starts with this folder on its path: the test's socket guard.

What was refused is written, a line each, to the file that OFFLINE_REPORT names.
"""

import os
from pathlib import Path

import socket_guard


def _report(what: str) -> None:
    if name := os.environ.get("OFFLINE_REPORT"):
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(what + "\n")


socket_guard.install(_report)
