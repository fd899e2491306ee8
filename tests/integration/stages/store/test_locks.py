"""Writers of one archive on a server wait for one another and never for each other: whoever changes
records and appends captures holds the records first."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW, a_feed, a_record
from hrwatch.model.evidence import Capture
from hrwatch.pipeline.reading.evidence import entry_capture
from hrwatch.stages.store.articles import feeds, looks, records
from hrwatch.stages.store.articles.looks import Restated
from hrwatch.stages.store.evidence import captures
from hrwatch.stages.store.evidence.bodies import Packed
from hrwatch.stages.store.removing import purging, requested
from hrwatch.stages.store.removing.purging import Purged
from postgres import Places

Writer = Callable[[sa.Connection], object]
VICTIM = a_record("victim000001")
OTHER = a_record("other0000001", permalink="http://wire.example/2", guid_key="2" * 32)
NEW = a_record("new000000001", permalink="http://wire.example/3", guid_key="3" * 32)


def an_evidence(record: str) -> tuple[Capture, Packed]:
    return entry_capture(NEW.entry, record=record, feed="wire", now=NOW)


def polls(connection: sa.Connection) -> object:
    """Add an original, as which a copy that came before is linked."""
    evidence = {NEW.id: an_evidence(NEW.id)}
    return records.add(connection, [NEW], relinked={NEW.id: (VICTIM.id,)}, evidence=evidence)


def restates(connection: sa.Connection) -> object:
    """Write what a feed says anew of two entries."""
    said = [Restated(one.id, "1:1", evidence=an_evidence(one.id)) for one in (OTHER, VICTIM)]
    return looks.keep_restated(connection, said)


def purges(connection: sa.Connection) -> Purged | None:
    found = requested.held(connection, VICTIM.id)
    return purging.purge(connection, found, "a request", now=NOW, software="hrwatch 1")


@pytest.fixture
def server(places: Places, tmp_path: Path) -> Iterator[sa.Engine]:
    place = places.make("postgresql", tmp_path / "state")
    with place.open() as archive:
        archive.write_now(feeds.sync, [a_feed()], NOW)
        archive.write_now(records.add, [replace(VICTIM, guid_key="1" * 32), OTHER])
    engine = sa.create_engine(place.url)
    yield engine
    engine.dispose()


def waiters(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return int(connection.exec_driver_sql(query).scalar() or 0)


@pytest.mark.parametrize("writer", [polls, restates])
def test_writer_and_purge_of_the_same_record_both_come_to_an_end(
    server: sa.Engine, writer: Writer
) -> None:
    done: list[object] = []

    def write(what: Writer) -> None:
        try:
            with server.begin() as connection:
                done.append(what(connection))
        except sa.exc.DBAPIError as error:
            done.append(error)

    threads = [threading.Thread(target=write, args=(what,)) for what in (writer, purges)]
    with server.begin() as connection:
        captures.append(connection, [an_evidence(OTHER.id)])  # holds the end of the chain
        for number, thread in enumerate(threads, 1):
            thread.start()
            until = time.monotonic() + 10
            while waiters(server) < number and time.monotonic() < until:
                time.sleep(0.01)
    for thread in threads:
        thread.join(20)

    assert [one for one in done if isinstance(one, Exception)] == []
    assert isinstance(done[-1], Purged)
