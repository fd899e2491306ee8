"""What the archive costs: the figures that the poll's budget rests on (`make bench`)."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from builders import a_record, a_tag, an_entry
from hrwatch.model.articles import Record
from hrwatch.query import parse
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import recognising, records
from hrwatch.stages.store.articles.search import find
from hrwatch.stages.store.mail import ledger, telling
from hrwatch.text import key, title_key
from postgres import ENGINES, Places

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

HELD = 20_000
# 400 words, as reports on average have, from a vocabulary as large as a language's usual one.
LENGTH = 400
STEP = 7_919


def invented(number: int) -> Record:
    words = (f"word{(number * 31 + place * STEP) % 30_000}" for place in range(LENGTH))
    title = f"Invented story {number}"
    return a_record(
        f"record{number:06}",
        feed=f"feed{number % 200}",
        entry=an_entry(
            guid=f"guid-{number}", permalink=f"http://wire.example/{number}", title=title
        ),
        text=" ".join(words),
        tags=(a_tag("BY"), a_tag("RU"), a_tag("torture"), a_tag("press-freedom")),
    )


@pytest.fixture(scope="module", params=ENGINES)
def archive(
    request: pytest.FixtureRequest,
    module_places: Places,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Archive]:
    place = module_places.make(request.param, tmp_path_factory.mktemp("speed"))
    with place.open() as opened:
        for start in range(0, HELD, 1_000):
            opened.write_now(records.add, [invented(n) for n in range(start, start + 1_000)])
        with place.aside() as connection:
            if not place.is_file:
                connection.exec_driver_sql("VACUUM ANALYZE")  # as autovacuum does, in its time
        yield opened


def milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """The quickest of some runs: the one that other programs disturbed least."""

    def once() -> float:
        started = time.perf_counter()
        work()
        return (time.perf_counter() - started) * 1_000

    return min(once() for _ in range(times))


@pytest.mark.parametrize("engine", ENGINES)
def test_add_in_batches_costs_a_fraction_of_one_by_one(
    places: Places, tmp_path: Path, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    new = [invented(n) for n in range(1_000)]
    with places.make(engine, tmp_path / "one").open() as archive:
        singly = milliseconds(
            lambda: [archive.write_now(records.add, (one,)) for one in new[:200]], times=1
        )
    with places.make(engine, tmp_path / "batch").open() as archive:
        batched = milliseconds(
            lambda: [archive.write_now(records.add, new[n : n + 50]) for n in range(0, 1_000, 50)],
            times=1,
        )
    with capsys.disabled():
        figures = f"{batched / 1_000:.2f} ms a record in 50s, {singly / 200:.2f} ms singly"
        print(f"\n{engine}, add: {figures}")  # noqa: T201 - a bench tells its figures
    assert batched / 1_000 < singly / 200
    assert batched / 1_000 < 5


def test_look_ups_in_a_filled_archive_stay_quick(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = range(0, HELD, HELD // 20)
    feed = invented(0).feed
    hashes = [invented(n).fingerprint.text_hash for n in numbers]
    with archive.reading() as connection:
        figures = {
            "known, 20 entries": milliseconds(
                lambda: recognising.known(
                    connection,
                    feed,
                    guid_keys=[key(f"guid-{n}") for n in numbers],
                    permalinks=[f"http://wire.example/{n}" for n in numbers],
                    title_keys=[title_key(f"Invented story {n}") for n in numbers],
                )
            ),
            "candidates, 20 entries": milliseconds(
                lambda: recognising.candidates(
                    connection,
                    permalinks=[f"http://wire.example/{n}" for n in numbers],
                    text_hashes=hashes,
                )
            ),
            "get by prefix": milliseconds(lambda: records.get(connection, "record01234")),
            "others, 20": milliseconds(
                lambda: records.others(
                    connection, [a_record("matched", story=f"record{n:06}") for n in numbers]
                )
            ),
            "unmatched, 200": milliseconds(lambda: ledger.unmatched(connection, 200)),
            "search a word": milliseconds(lambda: find(connection, parse("word17"), limit=20)),
            "search a phrase": milliseconds(
                lambda: find(connection, parse('"word17 word7936"'), limit=20)
            ),
            "search words and a country": milliseconds(
                lambda: find(connection, parse("word17 word123* country:BY"), limit=20)
            ),
            "search what is everywhere": milliseconds(
                lambda: find(connection, parse("-feed:feed3"), limit=20)
            ),
            "counts": milliseconds(lambda: records.counts(connection)),
        }
        engine = connection.dialect.name
    with capsys.disabled():
        print(f"\n{engine}: {HELD} records, {archive.size() / HELD:.0f} bytes each")  # noqa: T201 - a bench tells its figures
        for name, figure in figures.items():
            print(f"  {name}: {figure:.2f} ms")  # noqa: T201 - as above
    assert figures["known, 20 entries"] < 50
    assert figures["candidates, 20 entries"] < 50
    assert figures["search words and a country"] < 1_000


def test_look_ups_never_read_a_whole_table(archive: Archive) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(
        _connection: object, _cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    with archive.reading() as connection:
        on_server = connection.dialect.name == "postgresql"
        if on_server:  # which may prefer to read the whole of a small table, but not have to
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        sa.event.listen(connection, "before_cursor_execute", listen)
        recognising.known(connection, "feed1", guid_keys=["a"], permalinks=["b"], title_keys=["c"])
        recognising.candidates(connection, permalinks=["a"], text_hashes=["b"])
        records.get(connection, "record000001")
        records.get(connection, "record00001")
        records.others(connection, [a_record("matched", story="record000001")])
        ledger.unmatched(connection, 10)
        ledger.waiting(connection, "desk")
        telling.told_as_new(connection, "desk", ["record000001"])
        find(connection, parse("word17 country:BY"), limit=20)
        sa.event.remove(connection, "before_cursor_execute", listen)
        explain = "EXPLAIN" if on_server else "EXPLAIN QUERY PLAN"
        plans = [
            row[-1]
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)
        ]
    whole = [plan for plan in plans if plan.startswith("SCAN") and "VIRTUAL" not in plan]
    assert whole + [plan for plan in plans if "Seq Scan" in plan] == []
