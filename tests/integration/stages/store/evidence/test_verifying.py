"""The chain of captures looked through: whatever is altered in it, lost from it or added to it by
another hand is found, and named."""

import hashlib
import itertools
import re
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW, a_capture, a_record, an_entry
from hrwatch.errors import ArchiveDamaged
from hrwatch.model.evidence import CaptureKind
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.evidence import bodies, captures, chaining, tombstones
from hrwatch.stages.store.evidence.verifying import Verified, verify
from postgres import Place

BODIES = (b"<p>One.</p>" * 30, b"<p>Two.</p>" * 30, b"{}", b"<p>Four.</p>", b"<p>Five.</p>" * 9)
ROWS = "record feed requested_url url redirects status headers content_type fetched_at body_sha256 "
ROWS += "body_size certificate_sha256 software note"
table = tables.captures
# What no column of hashes, numbers, texts or lists is to hold, as SQL; not every engine lets all
# of it into every column.
HOSTILE = (
    *("NULL", "''", "'x'", "'é'", "x'00ff'", "CAST(x'ff68' AS TEXT)", "'a' || char(0)"),
    *("-1", "0", "2.5", "1e300", "2147483647", f"{2**63 - 1}", f"{-(2**63)}"),
    *("'[1]'", "'[[1, 2]]'", """'{"ab": 1}'""", f"'{'[' * 9000}{']' * 9000}'", "'[NaN]'"),
    *("""'[["a\\ud800", "b"]]'""", "'infinity'", "'0044-03-15 00:00:00 BC'"),
    *("'0001-01-01 00:00:00.000000'", "'tombstone'"),
    """'{"removed": 5, "reason": ""}'""",
    """'{"removed": [{"number": 1e999, "kind": 1, "row_hash": 2}]}'""",
    f"""'{{"removed": [{{"number": {"9" * 4000}, "kind": 1, "row_hash": 2}}]}}'""",
)
ALTERED = [
    (name, column.name, row)
    for name, row in (("captures", "number = 1"), ("bodies", "size = 2"), ("chain", "number = 6"))
    for column in tables.metadata.tables[name].columns
] + [("captures", "note", "number = 6")]


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """An archive with five captures, of which the second was removed, and its tombstone."""
    fill(archive)
    return archive


def fill(archive: Archive) -> None:
    kinds = [CaptureKind.PAGE, CaptureKind.PAGE, CaptureKind.ENTRY, *[CaptureKind.PAGE] * 2]
    new = [
        (a_capture(body, record=f"record{n}", kind=kind, fetched_at=NOW + timedelta(hours=n)), body)
        for n, (kind, body) in enumerate(zip(kinds, BODIES, strict=True), start=1)
    ]
    archive.write_now(captures.append, new)
    archive.write_now(tombstones.erase, [2], "asked for", NOW + timedelta(days=1), "hrwatch 9")


def looked_through(archive: Archive, head: str | None = None) -> tuple[Verified, list[str]]:
    faults: list[str] = []
    with archive.reading() as connection:
        return verify(connection, faults.append, lambda *_: None, head), faults


def faults_in(archive: Archive) -> str:
    return "\n".join(looked_through(archive)[1])


def tamper(place: Place, *statements: sa.Executable) -> None:
    with place.aside() as connection:
        for statement in statements:
            connection.execute(statement)


def numbered(number: int) -> sa.Update:
    return sa.update(table).where(table.c.number == number)


def test_verify_of_what_is_whole_finds_nothing_and_tells_what_there_is(filled: Archive) -> None:
    found, faults = looked_through(filled)

    assert faults == []
    with filled.reading() as connection:
        assert captures.end_of(connection) == (found.number, found.head)
    assert (found.captures, found.removed, found.tombstones, found.bodies) == (4, 1, 1, 4)
    assert found.size == sum(map(len, BODIES)) - len(BODIES[1])
    assert 0 < found.stored < found.size
    assert found.last_at == NOW + timedelta(days=1)


def test_verify_of_an_archive_without_captures_finds_nothing(archive: Archive) -> None:
    found, faults = looked_through(archive)

    assert (faults, found.number, found.head) == ([], 0, "0" * 64)


def test_verify_says_whether_a_head_that_was_noted_stands_in_the_chain(filled: Archive) -> None:
    with filled.reading() as connection:
        noted = captures.of(connection, "record3")[0].chain_hash

    found, faults = looked_through(filled, noted)
    assert (found.head_at, faults) == (3, [])
    found, faults = looked_through(filled, "f" * 64)
    assert found.head_at is None
    assert faults == [f"the chain holds no {'f' * 64}: what was noted then is not in this archive"]


@pytest.mark.parametrize("number", [1, 3, 4, 5])
def test_verify_finds_any_flipped_byte_of_any_body(
    filled: Archive, place: Place, number: int
) -> None:
    body = BODIES[number - 1]
    key = hashlib.sha256(body).hexdigest()
    packed = zlib.compress(body, 6)
    chosen = tables.bodies.c.sha256 == key
    for at in range(len(packed)):
        for bit in (0x01, 0x80):
            flipped = packed[:at] + bytes([packed[at] ^ bit]) + packed[at + 1 :]
            tamper(place, sa.update(tables.bodies).where(chosen).values(compressed=flipped))
            assert re.fullmatch(f"capture {number}: .*body.*", faults_in(filled)), (at, bit)


def another(value: object) -> object:
    match value:
        case str():
            return value + "x"
        case int():
            return value + 1
        case list():
            return [*value, ["X-Added", "1"]]
        case _:
            return NOW - timedelta(microseconds=1)


@pytest.mark.parametrize("number", [1, 3, 6])
def test_verify_finds_any_altered_column_of_any_row(
    filled: Archive, place: Place, number: int
) -> None:
    with filled.reading() as connection:
        row = connection.execute(sa.select(table).where(table.c.number == number)).one()
    for column in (*ROWS.split(), "kind"):
        value = row._mapping[column]
        for altered in (None if value is None else another(value), None):
            if altered == value or (column == "kind" and altered is None):
                continue
            tamper(place, numbered(number).values({column: altered}))
            assert f"capture {number} " in faults_in(filled), (column, altered)
        tamper(place, numbered(number).values({column: value}))
    assert faults_in(filled) == ""


def test_verify_finds_an_altered_hash_and_blames_that_row_alone(
    filled: Archive, place: Place
) -> None:
    for number in range(1, 7):
        for column in ("row_hash", "chain_hash"):
            with filled.reading() as connection:
                kept = connection.scalar(sa.select(table.c[column]).where(table.c.number == number))
            tamper(place, numbered(number).values({column: "a" * 64}))
            blamed = set(re.findall(r"\bcapture (\d+)", faults_in(filled)))
            assert blamed == {str(number)}, (column, number)
            tamper(place, numbered(number).values({column: kept}))


@pytest.mark.parametrize("number", range(1, 6))
def test_verify_finds_a_deleted_row(filled: Archive, place: Place, number: int) -> None:
    tamper(place, sa.delete(table).where(table.c.number == number))

    assert f"capture {number} is missing" in faults_in(filled)


def test_verify_finds_a_chain_that_was_cut_off_at_its_end(filled: Archive, place: Place) -> None:
    tamper(place, sa.delete(table).where(table.c.number >= 5))

    told = faults_in(filled)
    assert "captures 5 to 6 are missing (2 rows): the end is cut off" in told
    assert "capture 2 was emptied, and no tombstone says why" in told


def test_verify_finds_an_end_that_was_cut_off_with_care(filled: Archive, place: Place) -> None:
    archived = a_record("record5", entry=an_entry(), entry_hash="1:x")
    filled.write_now(records.add, [archived])
    with filled.reading() as connection:
        before = captures.of(connection, "record4")[0].chain_hash
        head = captures.end_of(connection).chain_hash
    shorter = {"number": 4, "chain_hash": before}
    tamper(
        place,
        sa.delete(table).where(table.c.number >= 5),
        sa.update(tables.chain).values(shorter),
    )

    told = "\n".join(looked_through(filled, head)[1])
    assert f"no capture has the body {hashlib.sha256(BODIES[4]).hexdigest()}" in told
    assert "record record5, version 1: no capture has what it was read from" in told
    assert f"the chain holds no {head}" in told


def test_verify_finds_reordered_rows(filled: Archive, place: Place) -> None:
    tamper(
        place,
        numbered(3).values(number=99),
        numbered(4).values(number=3),
        numbered(99).values(number=4),
    )

    told = faults_in(filled)
    assert "capture 3 is not as it was written" in told
    assert "capture 4 is not as it was written" in told
    assert "capture 3 does not follow on the one before" in told


def test_verify_finds_rows_that_were_made_anew_behind_an_altered_one(
    filled: Archive, place: Place
) -> None:
    """Who alters a row and its hashes has to write the whole rest of the chain anew, and is found
    by the head that was noted elsewhere."""
    with filled.reading() as connection:
        head = captures.end_of(connection).chain_hash
        links = list(
            map(captures.link_from, connection.execute(sa.select(table).order_by("number")))
        )
    links[0] = replace(links[0], capture=a_capture(BODIES[0], record="forged"))
    before = chaining.START
    for link in links:
        row = chaining.row_hash(link.number, link.capture) if link.capture else link.row_hash
        before = chaining.chain_hash(before, row)
        record = link.capture.record if link.capture else None
        forged = {"row_hash": row, "chain_hash": before, "record": record}
        tamper(place, numbered(link.number).values(forged))
    tamper(
        place,
        numbered(1).values(fetched_at=NOW),
        sa.update(tables.chain).values(chain_hash=before),
    )

    assert looked_through(filled)[1] == []
    assert "the chain holds no" in looked_through(filled, head)[1][0]


def test_verify_finds_an_altered_or_missing_end(filled: Archive, place: Place) -> None:
    tamper(place, sa.update(tables.chain).values(chain_hash="b" * 64))
    assert "capture 6 is not the end of the chain that was noted" in faults_in(filled)
    tamper(place, sa.delete(tables.chain))
    assert "capture 6 is behind the noted end, capture 0" in faults_in(filled)


def test_verify_finds_a_missing_body(filled: Archive, place: Place) -> None:
    gone = tables.bodies.c.sha256 == hashlib.sha256(BODIES[3]).hexdigest()
    tamper(place, sa.delete(tables.bodies).where(gone))

    assert faults_in(filled) == "capture 4: its body is missing"


def test_verify_finds_a_row_that_was_emptied_without_a_tombstone(
    filled: Archive, place: Place
) -> None:
    tamper(place, numbered(3).values(dict.fromkeys(ROWS.split(), None)))

    found, faults = looked_through(filled)
    assert "capture 3 was emptied, and no tombstone says why" in faults
    assert (found.captures, found.removed) == (3, 1)


def test_verify_finds_that_a_removed_capture_was_filled_again(
    filled: Archive, place: Place
) -> None:
    tamper(place, numbered(2).values(note="again"))
    assert "capture 2 cannot be read: it has note, but is nobody's" in faults_in(filled)
    tamper(place, numbered(2).values(note=None, kind="entry"))
    assert "capture 2 is not the one that the tombstone 6 speaks of" in faults_in(filled)


def test_verify_finds_a_record_whose_page_was_kept_and_has_no_capture(filled: Archive) -> None:
    page = hashlib.sha256(BODIES[0]).hexdigest()
    told = {"entry_hash": "1:x", "page_sha256": page}
    filled.write_now(
        records.add,
        [
            a_record("record1", **told),  # has one
            a_record("record3", entry_hash="1:x", article=None),  # of what the feed gave
            a_record("record4", **told),  # has one of another page
            a_record("record5", entry_hash="1:x"),  # was read from a page, and does not say which
            a_record("earlier", page_sha256=page),  # from before there were captures
        ],
    )

    assert faults_in(filled).splitlines() == [
        f"record {record}, version 1: no capture has what it was read from"
        for record in ("record4", "record5")
    ]


def test_verify_of_a_file_goes_on_behind_a_row_that_is_no_text(tmp_path: Path) -> None:
    place = Place("archive.db", tmp_path)
    with place.open() as archive:
        fill(archive)
        with place.aside() as connection:
            no_text = "UPDATE captures SET url = CAST(x'68ff' AS TEXT) WHERE number = 3"
            connection.exec_driver_sql(no_text)
            no_name = "UPDATE bodies SET sha256 = CAST(x'ff68' AS TEXT) WHERE sha256 = ?"
            connection.exec_driver_sql(no_name, (hashlib.sha256(BODIES[3]).hexdigest(),))
        tamper(place, numbered(5).values(status=500))
        told = faults_in(archive)

    assert "capture 3 cannot be read" in told
    assert "capture 5 is not as it was written" in told
    assert "capture 4: its body is missing" in told
    assert "1 body whose name is no hash" in told
    assert re.findall(r"captures? [\d to]+ (?:is|are) missing", told) == []


def test_verify_goes_on_and_names_a_fault_whatever_a_column_holds(
    filled: Archive, place: Place
) -> None:
    with place.aside() as connection:
        for (name, column, row), value in itertools.product(ALTERED, HOSTILE):
            connection.exec_driver_sql("BEGIN")
            was, new = (f"COALESCE(CAST({each} AS TEXT), '-')" for each in (column, value))
            statement = f"UPDATE {name} SET {column} = {value} WHERE {row} AND {was} <> {new}"  # noqa: S608 - ours
            if altered(connection, statement):
                faults: list[str] = []
                found = verify(connection, faults.append, lambda *_: None)
                assert faults, (column, row, value)
                assert found.faults == len(faults)
                assert found.number >= 5  # the row that was altered at most is passed over
            connection.exec_driver_sql("ROLLBACK")

    assert faults_in(filled) == ""


def altered(connection: sa.Connection, statement: str) -> bool:
    """Run a statement; say whether the database lets it, and there was a row to alter."""
    try:
        return bool(connection.exec_driver_sql(statement).rowcount)
    except sa.exc.DBAPIError:
        return False


def test_verify_names_every_fault_where_the_noted_end_is_one_too(tmp_path: Path) -> None:
    place = Place("archive.db", tmp_path)
    with place.open() as archive:
        fill(archive)
        with place.aside() as connection:
            connection.exec_driver_sql("UPDATE chain SET number = 'x'")
            connection.exec_driver_sql("UPDATE captures SET number = 'x' WHERE number = 5")
            connection.exec_driver_sql("UPDATE captures SET row_hash = 'é' WHERE number = 1")
            huge = f"UPDATE bodies SET size = {2**63 - 1} WHERE size = 2"  # noqa: S608 - ours
            connection.exec_driver_sql(huge)
        told = faults_in(archive).splitlines()

    assert told == [
        "capture 1 is not as it was written: its row was altered",
        "capture 5 is missing",
        "1 capture under a number that no capture can have",
        "the noted end of the chain cannot be read",
        "capture 3: the body of a capture is not as long as it was",
    ]


def test_verify_of_a_record_whose_id_is_no_text_names_its_row(tmp_path: Path) -> None:
    place = Place("archive.db", tmp_path)
    with place.open() as archive:
        archive.write_now(records.add, [a_record("record1", entry_hash="1:x", tags=())])
        with place.aside() as connection:
            connection.exec_driver_sql("UPDATE records SET id = CAST(x'ff68' AS TEXT)")
        told = faults_in(archive)

    assert told == (
        "row 1 of records, whose id cannot be read: no capture has what it was read from"
    )


def test_unpacking_a_body_is_bounded_whatever_size_is_noted() -> None:
    bomb = zlib.compress(bytes(5_000_000))
    for size in (2**63 - 1, -1, 1_000_000, "x", None):
        tracemalloc.start()
        with pytest.raises(ArchiveDamaged):
            bodies.unpack(bomb, size)  # type: ignore[arg-type]
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
        tracemalloc.stop()


def test_verify_tells_how_far_it_is(filled: Archive) -> None:
    told: list[tuple[str, int, int]] = []
    tell: Callable[[str, int, int], None] = lambda *words: told.append(words)  # noqa: E731
    with filled.reading() as connection:
        verify(connection, pytest.fail, tell)

    assert told == [("Reading captures", 6, 6), ("Reading bodies", 4, 4)]
