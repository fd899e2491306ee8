"""Captures in the archive: chained, each body once, and what a removal leaves of them."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from builders import NOW, a_capture, a_record, an_entry
from hrwatch import text
from hrwatch.model.evidence import CaptureKind, Link
from hrwatch.model.feeds import Redirect
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.evidence import bodies, captures, chaining, tombstones

PAGE, OTHER = b"<p>An invented page.</p>" * 50, b"<p>Another one.</p>"


def append(archive: Archive, *bodies: bytes, **changes: object) -> tuple[Link, ...]:
    return archive.write_now(captures.append, [(a_capture(b, **changes), b) for b in bodies])


def look(archive: Archive, query: sa.Select[tuple[object]]) -> list[object]:
    with archive.reading() as connection:
        return list(connection.scalars(query))


def test_capture_comes_back_as_it_was_appended(archive: Archive) -> None:
    capture = a_capture(
        PAGE,
        redirects=(
            Redirect("https://wire.example/go/1?a=ж", 301),
            Redirect("https://b.example/", 302),
        ),
        headers=(("Set", "one"), ("set", "two"), ("X-Odd", '\u00ff \u007f\t"')),
        fetched_at=NOW + timedelta(microseconds=1),
        certificate_sha256=None,
    )

    archive.write_now(captures.append, [(capture, PAGE)])

    with archive.reading() as connection:
        (link,) = captures.of(connection, capture.record)
        assert link.capture == capture
        assert bodies.get(connection, capture.body_sha256) == PAGE
        assert captures.of(connection, "another") == ()


def test_captures_are_chained_over_several_transactions(archive: Archive) -> None:
    links = [*append(archive, PAGE, OTHER), *append(archive, PAGE)]

    before = "0" * 64
    for number, link in enumerate(links, start=1):
        assert link.capture is not None
        written = json.dumps(
            chaining.values(number, link.capture),
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        assert link.number == number
        assert link.row_hash == hashlib.sha256(written.encode()).hexdigest()
        before = hashlib.sha256((before + link.row_hash).encode()).hexdigest()
        assert link.chain_hash == before
    with archive.reading() as connection:
        assert captures.end_of(connection) == (3, before)


def test_body_of_several_captures_is_kept_once(archive: Archive) -> None:
    append(archive, PAGE, OTHER, PAGE, b"")

    assert look(archive, sa.select(sa.func.count()).select_from(tables.bodies)) == [3]
    with archive.reading() as connection:
        assert bodies.get(connection, hashlib.sha256(PAGE).hexdigest()) == PAGE
        assert bodies.get(connection, hashlib.sha256(b"").hexdigest()) == b""
        assert bodies.get(connection, "0" * 64) is None


def test_capture_of_another_body_is_refused_and_nothing_is_kept(archive: Archive) -> None:
    with pytest.raises(ValueError, match="another body"):
        archive.write_now(captures.append, [(a_capture(PAGE), PAGE), (a_capture(PAGE), OTHER)])

    assert look(archive, sa.select(tables.bodies.c.size)) == []


def test_records_that_are_there_already_are_not_captured_again(archive: Archive) -> None:
    record = a_record(entry=an_entry())
    evidence = {record.id: (a_capture(PAGE, record=record.id), PAGE)}

    for _ in range(2):
        archive.write_now(records.add, [record], evidence=evidence)

    with archive.reading() as connection:
        assert len(captures.of(connection, record.id)) == 1


def test_erase_empties_the_rows_and_leaves_hashes_and_a_tombstone(archive: Archive) -> None:
    first, second = append(archive, PAGE, OTHER)
    append(archive, OTHER, record="another")

    def erase(connection: sa.Connection) -> int:
        return tombstones.erase(connection, [1, 2], "asked by the family", NOW, "hrwatch 9")

    assert archive.write_now(erase) == 2
    assert archive.write_now(erase) == 0  # nothing of them is left, and one tombstone is enough

    with archive.reading() as connection:
        rows = connection.execute(sa.select(tables.captures).order_by("number").limit(2)).all()
        (tombstone,) = captures.of(connection, a_capture().record)
        assert bodies.get(connection, hashlib.sha256(PAGE).hexdigest()) is None
        # Another record's capture has that one.
        assert bodies.get(connection, hashlib.sha256(OTHER).hexdigest()) == OTHER
        assert captures.end_of(connection).number == 4
    for row, link in zip(rows, (first, second), strict=True):
        left = {name: value for name, value in row._mapping.items() if value is not None}
        assert left == {
            "number": link.number,
            "kind": "page",
            "row_hash": link.row_hash,
            "chain_hash": link.chain_hash,
        }
    assert tombstone.capture is not None
    assert tombstone.capture.kind is CaptureKind.TOMBSTONE
    assert (tombstone.capture.fetched_at, tombstone.capture.software) == (NOW, "hrwatch 9")
    note = json.loads(tombstone.capture.note)
    assert note["reason"] == "asked by the family"
    assert [one["body_sha256"] for one in note["removed"]] == [
        hashlib.sha256(PAGE).hexdigest(),
        hashlib.sha256(OTHER).hexdigest(),
    ]
    assert tombstones.removed_by(tombstone.capture) == {
        1: ("page", first.row_hash),
        2: ("page", second.row_hash),
    }


def test_erase_leaves_tombstones_alone_and_makes_one_for_each_record(archive: Archive) -> None:
    append(archive, PAGE, OTHER)
    append(archive, PAGE, record="another")

    def erase(connection: sa.Connection, *numbers: int) -> int:
        return tombstones.erase(connection, numbers, "why", NOW, "hrwatch 9")

    assert archive.write_now(erase, 1, 3) == 2
    assert archive.write_now(erase, 4, 5, 6) == 0
    kinds = look(archive, sa.select(tables.captures.c.kind).order_by(tables.captures.c.number))
    assert kinds == ["page", "page", "page", "tombstone", "tombstone"]
    assert look(archive, sa.select(tables.bodies.c.size)) == [len(OTHER)]


def test_pages_that_were_read_lately_are_found_by_their_permalink(archive: Archive) -> None:
    def hashed(body: bytes) -> str:
        return hashlib.sha256(body).hexdigest()

    record = a_record(page_sha256=hashed(PAGE))
    edited = replace(record, version=2, page_sha256=hashed(b"edited"))
    archive.write_now(records.add, [record, edited])
    notice = OTHER  # which a visit met in the page's place
    for days, body in enumerate((PAGE, notice, b"edited")):
        capture = a_capture(body, record=record.id, fetched_at=NOW + timedelta(days=days))
        archive.write_now(captures.append, [(capture, body)])
    key = text.key(record.permalink)

    with archive.reading() as connection:
        found = captures.of_page(connection, key, NOW)
        assert [capture.body_sha256 for capture, _ in found] == [hashed(b"edited"), hashed(PAGE)]
        assert {title_key for _, title_key in found} == {text.title_key(record.entry.title)}
        assert len(captures.of_page(connection, key, NOW + timedelta(days=1))) == 1
        assert captures.of_page(connection, "another", NOW) == ()
