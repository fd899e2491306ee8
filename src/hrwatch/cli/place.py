"""Where a verb works: the operator's file and the state directory, found once for all verbs."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from hrwatch.errors import ArchiveError, ConfigError
from hrwatch.model.feeds import Feed, Route
from hrwatch.model.settings import FetchSettings
from hrwatch.model.tags import Rules
from hrwatch.text import suggestion

# The configuration and the archive take half a second to import. They are, where a verb asks for
# one: a mail server runs `hrwatch reply`, which needs neither, for each mail.
if TYPE_CHECKING:
    from hrwatch.config import Config
    from hrwatch.stages.store.archive import Archive

FAILED = 1  # done, but a feed, a mail or an input failed
STANDARD_INPUT = "-"
USUAL_ARCHIVE = "archive.db"


@dataclass(frozen=True, slots=True)
class Place:
    """What stood before the verb on the command line."""

    config_option: Path | None
    state_option: Path | None

    def config(self) -> "Config":
        """Return the operator's configuration; raise ConfigError with every mistake."""
        from hrwatch import config  # noqa: PLC0415 - see above

        return config.load(config.locate(self.config_option, os.environ, Path()))

    def rules_and_fetching(self) -> tuple[Rules, FetchSettings]:
        """Return what `try` works with: the operator's rules and settings where there is a file,
        else the shipped ones; raise ConfigError for a file that is named or found and is bad."""
        from hrwatch import config  # noqa: PLC0415 - see above
        from hrwatch.config.taxonomy import shipped  # noqa: PLC0415 - see above

        try:
            path = config.locate(self.config_option, os.environ, Path())
        except ConfigError:
            return shipped(), FetchSettings(loopback_only=True)
        found = config.load(path)
        return found.rules, found.fetch

    def way(self, url: str) -> tuple[Route, str]:
        """Return how `url` is to be asked, and the address that this way was written for: that of
        a feed on the same site, so that nothing meant for a proxy goes without it; raise
        ConfigError for a bad file."""
        from hrwatch import config, urls  # noqa: PLC0415 - see above

        try:
            path = config.locate(self.config_option, os.environ, Path())
        except ConfigError:
            return Route(), url
        found = [feed for feed in config.load(path).feeds if urls.same_site(feed.address, url)]
        found.sort(key=lambda feed: (feed.route.proxy is None, feed.route.tls_sha256 is None))
        return (found[0].route, found[0].address) if found else (Route(), url)

    def archive(self, configured: "Config | None") -> "Archive":
        """Return the archive opened for reading, which goes beside a daemon; without a file that
        can be read, the one in its usual place."""
        from hrwatch.config import databases  # noqa: PLC0415 - see above
        from hrwatch.stages.store.archive import Archive  # noqa: PLC0415 - see above

        directory = self.state_directory()
        if configured is None:
            return Archive.open(USUAL_ARCHIVE, directory=directory, writing=False)
        password = databases.password(configured.archive, configured, os.environ)
        return Archive.open(
            configured.archive, directory=directory, writing=False, password=password
        )

    def archive_beside(self, configured: "Config") -> "Archive":
        """Return the archive opened for tagging anew, which goes beside a daemon too."""
        from hrwatch.config import databases  # noqa: PLC0415 - see above
        from hrwatch.stages.store.archive import Archive  # noqa: PLC0415 - see above

        return Archive.open_beside(
            configured.archive,
            directory=self.state_directory(),
            password=databases.password(configured.archive, configured, os.environ),
        )

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


def named_feeds(config: "Config", names: Sequence[str]) -> tuple[Feed, ...]:
    """Given feed names from the command line, return those feeds; all enabled ones for none.

    Raise BadParameter for a name that is not configured or is switched off.
    """
    if not names:
        return tuple(feed for feed in config.feeds if feed.enabled)
    by_name = {feed.name: feed for feed in config.feeds}
    for name in names:
        if name not in by_name:
            raise typer.BadParameter(f"no feed is called {name!r}{suggestion(name, by_name)}")
        if not by_name[name].enabled:
            raise typer.BadParameter(f"feed {name!r} is switched off (enabled: false)")
    return tuple(by_name[name] for name in dict.fromkeys(names))
