"""Which revision an archive has, and how one of an older hrwatch is brought up to this one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from hrwatch.errors import ArchiveError, ArchiveNewer
from hrwatch.stages.store import sqlite


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
SHIPPED = Schema(scripts=Path(__file__).with_name("migrations"), revisions=("0001", "0002"))


def revision(path: Path, schema: Schema) -> str:
    """Return the revision of the archive at `path`, without changing a byte of it.

    Raise ArchiveError where the file is no archive, ArchiveNewer where its revision is unknown.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(sqlite.HEADER))
    except OSError as error:
        raise ArchiveError(f"archive {path} cannot be read: {error}") from error
    if head != sqlite.HEADER:
        told = "is empty" if not head else "is no SQLite database"
        raise ArchiveError(
            f"archive {path} {told}: restore a backup in its place, move it away to begin a new "
            "archive, or set another archive"
        )
    engine = sqlite.reading_engine(path)
    try:
        with sqlite.explaining(path), engine.connect() as connection:
            names = sa.inspect(connection).get_table_names()
            if "alembic_version" not in names or "records" not in names:
                raise ArchiveError(
                    f"{path} is a database, but not an archive of hrwatch: set another archive"
                )
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    finally:
        engine.dispose()
    if found not in schema.revisions:
        raise ArchiveNewer(
            f"archive {path} has revision {found}, made by a newer hrwatch than this one: "
            "install that version, or restore a backup made before it"
        )
    return str(found)


def create(path: Path, schema: Schema) -> None:
    """Make a new archive at `path`, which does not exist: as a whole, or not at all."""
    left_over = [path.with_name(path.name + end) for end in sqlite.SIDE_FILES]
    if any(file.exists() for file in left_over):
        raise ArchiveError(
            f"archive {path} is gone, but its {path.name}-wal is there and may hold records: put "
            "the archive back beside it, or move both away to begin a new one"
        )
    unfinished = path.with_name(path.name + ".new")
    with _explaining(path):
        for end in ("", *sqlite.SIDE_FILES):
            unfinished.with_name(unfinished.name + end).unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        _run_migrations(unfinished, schema)
        unfinished.replace(path)


def upgrade(path: Path, schema: Schema) -> Path:
    """Bring the older archive at `path` to the head revision; return where its copy lies."""
    kept = path.with_name(f"{path.name}.before-{schema.head}")
    with _explaining(path):
        sqlite.copy(path, kept)
        _run_migrations(path, schema)
    return kept


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        with sqlite.explaining(path):
            yield
    except OSError as error:
        raise ArchiveError(
            f"archive {path} cannot be made ready: {error}: make room, or see who may write there"
        ) from error


def _run_migrations(path: Path, schema: Schema) -> None:
    """Run what is missing in one transaction: after a crash all of it is there, or nothing."""
    from alembic import command  # noqa: PLC0415 - 0.2 s of import, needed once in a schema's life
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    # The option is interpolated: a % in a directory's name has to be doubled.
    config.set_main_option("script_location", str(schema.scripts).replace("%", "%%"))
    # Tables that are rebuilt would trip over references while they are gone: checked at the end.
    engine = sqlite.writing_engine(path, foreign_keys=False)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, schema.head)
            if broken := sqlite.broken_references(connection):
                raise ArchiveError(
                    f"archive {path} was not migrated to {schema.head}: {broken} rows point at "
                    "rows that do not exist; it is unchanged, restore a backup"
                )
        sqlite.checkpoint(engine)
    finally:
        engine.dispose()
