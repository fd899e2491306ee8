"""Where a verb works: the operator's file and the state directory, found once for all verbs."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from hrwatch import config
from hrwatch.config import Config
from hrwatch.errors import ArchiveError


@dataclass(frozen=True, slots=True)
class Place:
    """What stood before the verb on the command line."""

    config_option: Path | None
    state_option: Path | None

    def config(self) -> Config:
        """Return the operator's configuration; raise ConfigError with every mistake."""
        return config.load(config.locate(self.config_option, os.environ, Path.cwd()))

    def state_directory(self) -> Path:
        """Return the directory that hrwatch writes to; raise ArchiveError where none is named."""
        return state_directory(self.state_option, os.environ)


def place(context: typer.Context) -> Place:
    """Return the place that the root command put into `context`."""
    found = context.find_object(Place)
    if found is None:  # only a verb called outside the root command gets here
        raise TypeError("this verb was called without the root command")
    return found


def state_directory(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Given the option and the environment, return the state directory, made absolute."""
    # systemd may name several directories, parted by colons; the first is ours.
    if option is None and (named := environ.get("STATE_DIRECTORY", "").split(":")[0]):
        option = Path(named)
    if option is None and (base := environ.get("XDG_STATE_HOME")):
        option = Path(base) / "hrwatch"
    if option is None:
        try:
            option = Path.home() / ".local" / "state" / "hrwatch"
        except RuntimeError as error:
            raise ArchiveError(
                "there is no home directory to keep the archive in: say --state-dir DIR"
            ) from error
    return option.absolute()
