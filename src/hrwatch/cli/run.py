"""`hrwatch run`: the daemon, until SIGTERM."""

import asyncio
import logging
import os
from pathlib import Path

import typer

from hrwatch import config, logs
from hrwatch.cli.place import place
from hrwatch.daemon import service
from hrwatch.daemon.systemd import Notifier


def run(context: typer.Context) -> None:
    """Be the daemon: poll, digest and mail whatever is due, until SIGTERM."""
    where = place(context)
    notifier = Notifier.from_environment(os.environ)
    logs.set_up(logging.INFO)
    path = config.locate(where.config_option, os.environ, Path())
    asyncio.run(service.run(path, where.state_directory(), notifier))
