"""An archive copied into another database, either way: whole, gone on with, and refused."""

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import (
    NOW,
    a_capture,
    a_feed,
    a_mail,
    a_match,
    a_record,
    a_tag,
    an_article,
    an_entry,
)
from hrwatch.errors import ArchiveError, ArchiveHeld
from hrwatch.model.articles import Record
from hrwatch.model.mail import Digest, Window
from hrwatch.model.tags import RuleSet
from hrwatch.query import parse
from hrwatch.stages.store import tables, unfinished
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records, rule_sets, sketches
from hrwatch.stages.store.articles.search import find
from hrwatch.stages.store.evidence import captures, tombstones
from hrwatch.stages.store.evidence.verifying import verify
from hrwatch.stages.store.mail import ledger, outbox, subscribers
from hrwatch.stages.store.running import copying, daemon
from postgres import ENGINES, Place, Places

RECORDS = 410
KILLED_AFTER = 250
WINDOW = Window("2026-03-02", NOW, NOW.date())


class Killed(BaseException):
    """Stands for a kill in the middle of a copy."""


def numbered(number: int) -> Record:
    title = ("Invented march", "Вымышленный марш", "虚构的游行")[number % 3] + f" {number}"
    entry = an_entry(guid=f"g{number}", title=title, authors=("A. Invented", "Ж. Ы."))
    return a_record(
        f"record{number:06}",
        entry=entry,
        first_seen_at=NOW + timedelta(microseconds=number),
        tags=(a_tag(), a_tag("BY"))[: number % 3],
        article=None if number % 2 else an_article(translations=("http://wire.example/fr",)),
    )


def fill_evidence(connection: sa.Connection) -> None:
    new = [(a_capture(body, record="record000001"), body) for body in (b"\x00\xff", b"a page")]
    gone = (a_capture(b"gone", record="record000002"), b"gone")
    captures.append(connection, [*new, gone])
    tombstones.erase(connection, [3], "asked for", NOW, "hrwatch 9")
    visit = {"record": "record000001", "feed": "wire", "url": "http://wire.example/1"}
    counts = {"standing": "there", "wants_page": True, "visits": 0, "missing": 0}
    connection.execute(sa.insert(tables.visits).values(**visit, **counts, next_visit_at=NOW))
    page = {"page_key": "c" * 32, "title_key": tables.EVERY_TITLE}
    connection.execute(sa.insert(tables.purged_pages).values(page))


def fill_replies(connection: sa.Connection) -> None:
    desk = {"subscriber": "desk"}
    said = {"key": "c" * 64, "command": "mute 1", "answered_at": NOW}
    rejected = {"record": "record000001", "version": 1, "rejected_at": NOW}
    suspended = {"suspended_at": NOW, "suspended_address": "d@example.org"}
    connection.execute(sa.insert(tables.subscriptions).values(**desk, token="7" * 32, **suspended))
    muted = {"kind": "story", "value": "record000001", "since": NOW}
    connection.execute(sa.insert(tables.mutes).values(**desk, **muted))
    terms = [["torture", "beating"]]
    connection.execute(sa.insert(tables.rejections).values(**desk, **rejected, terms=terms))
    connection.execute(sa.insert(tables.replies).values(**desk, **said))
    connection.execute(sa.insert(tables.notices).values(name="report 2026-W10", told_at=NOW))
    count_erased(connection)


def count_erased(connection: sa.Connection) -> None:
    connection.execute(sa.insert(tables.erased).values(erased_at=NOW, digests=2, mails=3))


def fill(archive: Archive) -> None:
    """Put something into every table."""
    new = [numbered(number) for number in range(RECORDS)]
    archive.write_now(feeds.sync, (a_feed(), a_feed(name="second", url="http://b.example")), NOW)
    archive.write_now(records.add, new, hashes={one.id: (7, 2**63 - 1) for one in new[:3]})
    archive.write_now(sketches.learned, frozenset({7, 9}))
    archive.write_now(fill_evidence)
    archive.write_now(rule_sets.note, (RuleSet("f" * 64, 1, 2),), version="1", now=NOW)
    archive.write_now(records.add, (replace(new[0], version=2, text="Edited."),))
    archive.write_now(subscribers.sync, {"desk": [("keyword", "torture")], "b": []}, NOW)
    archive.write_now(subscribers.sync, {"desk": [("keyword", "elections")]}, NOW)
    archive.write_now(ledger.add, {"desk": [a_match(one) for one in new[:210]]}, 210, NOW)
    told = Digest("d", "desk", WINDOW, (), (a_match(new[1]),))
    assert archive.write_now(outbox.enqueue, told, (a_mail(bytes=bytes(range(256))),), NOW)
    archive.write_now(fill_replies)
    began = {"pid": 1, "host": "h", "owner": "o", "version": "1", "config_path": "/f"}
    archive.write_now(daemon.began, **began, now=NOW)


def contents(archive: Archive) -> dict[str, list[dict[str, object]]]:
    """Every row of every table."""
    with archive.reading() as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(
                    sa.select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in tables.metadata.sorted_tables
        }


def open_target(target: Place, source: Archive) -> Archive:
    return target.open(copy_of=source.name)


def copy(source: Archive, target: Archive, kill_after: int | None = None) -> copying.Copied:
    def tell(_doing: str, done: int, _all: int) -> None:
        if kill_after is not None and done >= kill_after:
            raise Killed

    return copying.copy(source, target, NOW, tell)


def filled(places: Places, engines: tuple[str, str], folder: Path) -> tuple[Place, Place]:
    """A filled archive, and the place for its copy."""
    source = places.make(engines[0], folder / "source")
    with source.open() as archive:
        fill(archive)
    return source, places.make(engines[1], folder / "target", made=False)


CROSSING = tuple(itertools.permutations(ENGINES, 2))
STAYING = tuple(zip(ENGINES, ENGINES, strict=True))


@pytest.fixture(params=CROSSING, ids=" to ".join)
def way(request: pytest.FixtureRequest, places: Places, tmp_path: Path) -> tuple[Place, Place]:
    """From each engine to the other."""
    return filled(places, request.param, tmp_path)


@pytest.fixture(params=CROSSING + STAYING, ids=" to ".join)
def any_way(request: pytest.FixtureRequest, places: Places, tmp_path: Path) -> tuple[Place, Place]:
    """From each engine to each."""
    return filled(places, request.param, tmp_path)


def test_copy_holds_every_row_and_word_and_goes_on_with_the_numbers(
    any_way: tuple[Place, Place],
) -> None:
    with any_way[0].open() as source:
        with open_target(any_way[1], source) as target:
            told: list[tuple[str, int, int]] = []
            copied = copying.copy(source, target, NOW, lambda *words: told.append(words))
        expected = contents(source)
        assert all(expected[name] for name in expected if name != "copying")
    rows = sum(map(len, expected.values()))
    assert copied == copying.Copied(RECORDS + 1, rows, 0)
    assert told[-1][1:] == (3 * rows, 3 * rows)
    with any_way[1].open() as target:
        assert contents(target) == expected
        assert target.write_now(records.add, (a_record("another"),)) == 1
        with target.reading() as connection:
            whole = verify(connection, pytest.fail, lambda *_: None)
            assert (whole.captures, whole.removed, whole.tombstones) == (2, 1, 1)
            newest = connection.scalar(sa.select(sa.func.max(tables.records.c.ordinal)))
            assert newest == expected["records"][-1]["ordinal"] + 1
            for query in ("游行", '"вымышленный марш 1"', "march -edited", "edited"):
                found = find(connection, parse(query), limit=1_000)
                assert {one.record for one in found} - {"another"} == searched(any_way[0], query)
        target.write_now(subscribers.sync, {"new": [("keyword", "x")]}, NOW)
        target.write_now(count_erased)


def searched(place: Place, query: str) -> set[str]:
    with place.open(writing=False) as archive, archive.reading() as connection:
        return {one.record for one in find(connection, parse(query), limit=1_000)}


def test_copy_that_was_killed_goes_on_and_takes_what_changed_meanwhile(
    way: tuple[Place, Place],
) -> None:
    with way[0].open() as source, open_target(way[1], source) as target, pytest.raises(Killed):
        copy(source, target, kill_after=KILLED_AFTER)
    with way[0].open() as source:
        source.write_now(records.add, (a_record("meanwhile"),))
        source.write_now(outbox.claim, a_mail().message_id, owner="us", now=NOW, until=NOW)
        source.write_now(feeds.sync, (a_feed(url="http://wire.example/new"),), NOW)
        with open_target(way[1], source) as target:
            copied = copy(source, target)
            assert 0 < copied.found_there < copied.records == RECORDS + 2
            assert contents(target) == contents(source)


@pytest.mark.parametrize("kill_after", [1, 300, 900, 1_500])
def test_copy_killed_anywhere_is_not_opened_as_an_archive_and_can_be_finished(
    places: Places, tmp_path: Path, kill_after: int
) -> None:
    first, second = places.make("sqlite", tmp_path), places.make("postgresql", tmp_path, made=False)
    with first.open() as source:
        fill(source)
        with open_target(second, source) as target, pytest.raises(Killed):
            copy(source, target, kill_after)
        for writing in (True, False):
            with pytest.raises(ArchiveError, match=r"unfinished copy of .*archive.db"):
                second.open(writing=writing)
        with open_target(second, source) as target:
            copy(source, target)
    with second.open() as target, target.reading() as connection:
        assert unfinished.source_of(connection) is None


def test_copy_again_finds_it_whole_until_one_of_the_two_changes(way: tuple[Place, Place]) -> None:
    with way[0].open() as source, open_target(way[1], source) as target:
        first = copy(source, target)
        again = copy(source, target)
        assert again == replace(first, found_there=first.records)
        target.write_now(feeds.claim, "wire", owner="us", now=NOW, until=NOW)
        before = contents(target)
        with pytest.raises(ArchiveError, match="is there already and is not the same"):
            copy(source, target)
        assert contents(target) == before
    with way[1].open() as target:
        assert target.write_now(records.add, (a_record("after the move"),)) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_copy_into_another_archive_is_refused_and_leaves_it_alone(
    places: Places, tmp_path: Path, engine: str
) -> None:
    first, second = places.make("sqlite", tmp_path / "a"), places.make(engine, tmp_path / "b")
    with second.open() as other:
        other.write_now(feeds.sync, (a_feed(),), NOW)
        expected = contents(other)
    with first.open() as source:
        fill(source)
        with open_target(second, source) as target:
            with pytest.raises(ArchiveError, match="is not the same"):
                copy(source, target)
            assert contents(target) == expected
    second.open().close()


def test_copy_begun_from_another_archive_is_refused(places: Places, tmp_path: Path) -> None:
    target_place = places.make("postgresql", tmp_path, made=False)
    for name, told in (("a", None), ("b", r"unfinished copy of .*/a/archive.db, not of .*/b/")):
        ended = pytest.raises(ArchiveError if told else Killed, match=told)
        with places.make("sqlite", tmp_path / name).open() as source:
            fill(source)
            with open_target(target_place, source) as target, ended:
                copy(source, target, KILLED_AFTER)


def test_copy_of_what_was_changed_after_it_was_copied_is_found_out(
    way: tuple[Place, Place],
) -> None:
    with way[0].open() as source:
        with open_target(way[1], source) as target, pytest.raises(Killed):
            copy(source, target, KILLED_AFTER)
        source.write_now(_retag)
        told = r"differs from .* in tags: .*begin anew"
        with open_target(way[1], source) as target, pytest.raises(ArchiveError, match=told):
            copy(source, target)
    with pytest.raises(ArchiveError, match="unfinished"):
        way[1].open()


def _retag(connection: sa.Connection) -> None:
    retagged = sa.update(tables.tags).where(tables.tags.c.value == "BY").values(value="RU")
    connection.execute(retagged)


def test_copy_target_of_another_revision_is_refused_unchanged(
    places: Places, tmp_path: Path
) -> None:
    foreign = places.make("postgresql", tmp_path, made=False)
    with foreign.aside() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num text)")
        connection.exec_driver_sql("CREATE TABLE records (id text)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
    with pytest.raises(ArchiveError, match="revision 0001"):
        foreign.open(copy_of="another")
    with foreign.aside() as connection:
        assert len(sa.inspect(connection).get_table_names()) == 2


def test_copy_holds_both_ends(places: Places, tmp_path: Path) -> None:
    way = filled(places, ("sqlite", "postgresql"), tmp_path)
    with way[0].open() as source, open_target(way[1], source):
        for place in way:
            with pytest.raises(ArchiveHeld):
                place.open()
