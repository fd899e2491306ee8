"""The index of near copies, on every engine: found by what is shared, bounded whatever comes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_record
from hrwatch.model.articles import Copy, CopyKind
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records, sketches
from hrwatch.stages.store.tables import sketches as table
from postgres import ENGINES, Places


@pytest.fixture(params=ENGINES)
def archive(request: pytest.FixtureRequest, places: Places, tmp_path: Path) -> Iterator[Archive]:
    with places.make(request.param, tmp_path).open() as opened:
        yield opened


def found(archive: Archive, *new: tuple[int, ...]) -> list[tuple[str, tuple[int, ...]]]:
    with archive.reading() as connection:
        near = sketches.near(connection, new, shared=2, most=3)
    return [(one.record, tuple(sorted(one.hashes))) for one in near]


def test_records_are_found_by_two_shared_hashes_with_the_original(archive: Archive) -> None:
    copy = Copy("first", CopyKind.NEAR_TEXT, 0.8)
    given = (a_record("first"), a_record("other"), a_record("second", copy=copy, story="first"))
    hashes = {"first": (1, 2), "other": (3, 4, 5), "second": (6, 7, 2**63 - 1)}
    archive.write_now(records.add, given, hashes=hashes)

    assert found(archive, (6, 2**63 - 1, 9)) == [("first", ()), ("second", (6, 2**63 - 1))]
    assert found(archive, (1, 3, 6)) == []
    assert found(archive, (1, 2), (4, 5)) == [("first", (1, 2)), ("other", (4, 5))]
    assert found(archive) == []


def test_record_that_is_there_already_is_indexed_once(archive: Archive) -> None:
    for hashes in ((1, 2), (3, 4)):
        archive.write_now(records.add, (a_record("first"),), hashes={"first": hashes})
    assert found(archive, (1, 2, 3, 4)) == [("first", (1, 2))]


def test_hash_of_a_crowd_is_passed_over_and_grows_no_further(archive: Archive) -> None:
    crowd = [a_record(f"record{number:04}") for number in range(sketches.CROWD + 1)]
    archive.write_now(records.add, crowd, hashes={one.id: (1, 2) for one in crowd})
    archive.write_now(records.add, (a_record("late"),), hashes={"late": (1, 2, 3)})

    assert found(archive, (1, 2)) == []
    with archive.reading() as connection:
        counts = connection.execute(
            sa.select(table.c.hash, sa.func.count()).group_by(table.c.hash)
        ).all()
        assert sorted(map(tuple, counts)) == [(1, len(crowd)), (2, len(crowd)), (3, 1)]


def test_what_is_common_is_replaced_by_what_was_learned_last(archive: Archive) -> None:
    archive.write_now(records.add, (a_record("first"), a_record("second")))
    with archive.reading() as connection:
        assert sketches.standing(connection) == (0, 2)
    archive.write_now(sketches.learned, frozenset({1, 2**63 - 1}))
    archive.write_now(sketches.learned, frozenset({5}))
    archive.write_now(records.add, (a_record("third"),))
    with archive.reading() as connection:
        assert sketches.common(connection) == {5}
        assert sketches.standing(connection) == (2, 1)
        assert len(sketches.sample(connection, 2)) == 2


def test_article_is_found_by_what_it_said_first_whatever_it_became(archive: Archive) -> None:
    later = a_record("first", version=2, text="What somebody else says")
    archive.write_now(records.add, (a_record("first"),), hashes={"first": (1, 2)})
    archive.write_now(records.add, (later,), hashes={"first": (3, 4)})  # as was done once

    assert found(archive, (3, 4)) == []
    assert found(archive, (1, 2, 3, 4)) == [("first", (1, 2))]
