"""Which revision an archive has, and how one of an older hrwatch is brought up to this one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from hrwatch.errors import ArchiveError, ArchiveMissing, ArchiveNewer
from hrwatch.stages.store.database import Database


@dataclass(frozen=True, slots=True)
class Schema:
    """The revisions that a program knows, oldest first; the last is the one it works with."""

    scripts: Path  # the folder of Alembic's env.py and versions/
    revisions: tuple[str, ...]

    @property
    def head(self) -> str:
        return self.revisions[-1]


# Named here so that opening an archive that is up to date need not import Alembic; a test holds
# it against the scripts.
SHIPPED = Schema(
    scripts=Path(__file__).with_name("migrations"),
    revisions=("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010"),
)


def bring_up(database: Database, schema: Schema) -> None:
    """Given a locked database, make the archive where there is none, and bring an older one to the
    head revision; raise ArchiveNewer where its revision is unknown."""
    found = _revision(database, schema)
    if found is None:
        database.make(partial(_migrate, schema))
    elif found != schema.head:
        database.upgrade(partial(_migrate, schema), schema.head)


def make_or_require(
    database: Database, schema: Schema, first: Callable[[sa.Connection], None]
) -> None:
    """Given a locked database, make the archive where there is none and do `first` to it, both or
    neither; raise ArchiveError where there is one of another revision."""

    def make(connection: sa.Connection) -> None:
        _migrate(schema, connection)
        first(connection)

    if _revision(database, schema) is None:
        database.make(make)
    else:
        require(database, schema)


def require(database: Database, schema: Schema) -> None:
    """Raise ArchiveMissing where there is no archive, ArchiveError where it is of another revision
    than the program works with."""
    found = _revision(database, schema)
    if found is None:
        raise ArchiveMissing(
            f"there is no archive {database.name}: nothing polled yet: run hrwatch once"
        )
    if found != schema.head:
        raise ArchiveError(
            f"archive {database.name} has revision {found}, older than this hrwatch "
            f"({schema.head}): run hrwatch once to bring it up to date; a file is copied first"
        )


def _revision(database: Database, schema: Schema) -> str | None:
    found = database.revision()
    if found is not None and found not in schema.revisions:
        raise ArchiveNewer(
            f"archive {database.name} has revision {found}, made by a newer hrwatch than this one: "
            "install that version, or restore a backup made before it"
        )
    return found


def _migrate(schema: Schema, connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - 0.2 s of import, needed once in a schema's life
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    # The option is interpolated: a % in a directory's name has to be doubled.
    config.set_main_option("script_location", str(schema.scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, schema.head)
