"""`hrwatch run`: the daemon, until SIGTERM."""

import asyncio
import logging
import os
from pathlib import Path

import typer

from hrwatch import config, logs
from hrwatch.cli.place import FAILED, place
from hrwatch.daemon import memory, service
from hrwatch.daemon.systemd import Notifier
from hrwatch.errors import ArchiveError, ArchiveHeld, ArchiveNewer, ClockError


def run(context: typer.Context) -> None:
    """Be the daemon: poll, digest and mail whatever is due, until SIGTERM."""
    memory.give_back_what_is_freed()
    where = place(context)
    notifier = Notifier.from_environment(os.environ)
    logs.set_up(logging.INFO)
    path = config.locate(where.config_option, os.environ, Path())
    try:
        asyncio.run(service.run(path, where.state_directory(), notifier))
    except (ArchiveHeld, ArchiveNewer):
        raise
    except (ArchiveError, ClockError) as error:
        # A database that is not up yet, a disk that is full, a clock that is not set yet: systemd
        # tries again, as it does not after a mistake in the operator's file.
        logging.getLogger(__name__).error("event=ended error=%r", str(error))
        raise typer.Exit(FAILED) from error
