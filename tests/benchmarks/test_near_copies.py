"""What it costs to find out what a new article is a copy of, in archives of different sizes.

The bulk of an archive is written straight into its tables: short texts under as many hashes as real
ones have. What a new article is compared with has a real one's length.
"""

import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_feed, a_record, an_entry
from hrwatch.model.articles import Record
from hrwatch.pipeline.reading import linking
from hrwatch.stages.dedup.copies import fingerprint
from hrwatch.stages.dedup.shelf import COMPARED, SHARED
from hrwatch.stages.dedup.shingles import SKETCH
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import recognising, records, rows, sketches, translations
from postgres import Place, Places

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1_800)]

SIZES = {"sqlite": (10_000, 100_000, 300_000), "postgresql": (100_000,)}
ARTICLES = 60
WORDS = 400
FEED = a_feed(url="https://wire.example/feed")
VOCABULARY = [f"{one}{two}" for one in "bdgklmnrst" for two in range(3_000)]


def article(number: int, chance: random.Random) -> Record:
    """One in three tells what the one before it told, with a few words changed."""
    told = random.Random(number - number % 3)  # noqa: S311 - stories, no secrets
    words = told.choices(VOCABULARY, k=WORDS)
    for _ in range(10):
        words[chance.randrange(WORDS)] = chance.choice(VOCABULARY)
    text, page = " ".join(words), f"https://wire{number}.example/a"
    return a_record(
        f"new{number:06}",
        feed=FEED.name,
        entry=an_entry(guid=f"n{number}", permalink=page, title=f"Story {number}"),
        permalink="",
        text=text,
        fingerprint=fingerprint(f"Story {number}", text),
        tags=(),
    )


def fill(archive: Archive, start: int, end: int, chance: random.Random) -> None:
    """Add bulk: records with these numbers, each under hashes of its own."""
    given = rows.record_values(a_record(text="Told long ago.", tags=()))
    for first in range(start, end, 5_000):
        numbers = range(first, min(first + 5_000, end))

        def add(connection: sa.Connection, numbers: range = numbers) -> None:
            named = [
                given
                | {
                    "id": f"old{n:07}",
                    "guid_key": f"{n:032}",
                    "permalink_key": f"{n:032}",
                    "title_key": f"{n:032}",
                    "text_hash": f"{n:064}",
                    "story": f"old{n:07}",
                }
                for n in numbers
            ]
            ordinals = connection.scalars(
                sa.insert(tables.records).returning(tables.records.c.ordinal), named
            )
            hashes = [
                {"hash": chance.getrandbits(63), "record": ordinal}
                for ordinal in ordinals
                for _ in range(SKETCH)
            ]
            connection.execute(sa.insert(tables.sketches), hashes)
            named_pages = [
                {"permalink_key": f"{number:032}", "record": hashes[place * SKETCH]["record"]}
                for place, number in enumerate(numbers)
            ]
            connection.execute(sa.insert(tables.translations), named_pages)

        archive.write_now(add)


def come_to_rest(place: Place) -> None:
    """Let a server be done with so many new rows: what it does by itself within minutes, on the
    same cores, is no part of what an article costs."""
    if not place.is_file:
        with place.aside() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def look_up_and_insert(connection: sa.Connection, new: Record) -> float:
    """Return the milliseconds it took, without the commit."""
    started = time.perf_counter()
    equal = recognising.candidates(
        connection, permalinks=(), text_hashes=(new.fingerprint.text_hash,)
    )
    hashes = linking.comparable(FEED, (new,), frozenset())
    found = sketches.near(connection, hashes.values(), shared=SHARED, most=COMPARED)
    alike = linking.Alike(frozenset(), hashes, found)
    page = new.entry.permalink
    named = new.id.endswith("0")  # more often than real pages name other languages: 10 of 316
    others = [f"{page}/{language}" for language in ("ar", "es", "fr", "ru", "zh") if named]
    abroad = linking.Abroad(translations.counterparts(connection, permalinks=(page,), named=others))
    linked = linking.linked(FEED, (new,), equal, alike, abroad)
    records.add(connection, linked.records, hashes=linked.hashes)
    return (time.perf_counter() - started) * 1_000


@pytest.fixture(params=SIZES)
def filling(
    request: pytest.FixtureRequest, places: Places, tmp_path: Path
) -> Iterator[tuple[str, Place, Archive]]:
    place = places.make(request.param, tmp_path)
    with place.open() as archive:
        yield request.param, place, archive


def test_look_up_and_insert_of_one_article_stay_quick_however_much_is_archived(
    filling: tuple[str, Place, Archive], capsys: pytest.CaptureFixture[str]
) -> None:
    engine, place, archive = filling
    chance = random.Random(1)  # noqa: S311 - stories, no secrets
    before, number, medians = 0, 0, []
    for size in SIZES[engine]:
        fill(archive, before, size, chance)
        come_to_rest(place)
        before = size
        spent = [
            archive.write_now(look_up_and_insert, article(number + one, chance))
            for one in range(ARTICLES)
        ]
        number += ARTICLES
        medians.append(statistics.median(spent))
        figures = f"{medians[-1]:.2f} ms, worst {max(spent):.2f}"
        with capsys.disabled():
            print(f"\n{engine}, {size}: {figures}")  # noqa: T201 - a bench tells its figures
    with archive.reading() as connection:
        copies = sa.select(sa.func.count()).where(tables.records.c.copy_of.is_not(None))
        assert connection.scalar(copies) == number * 2 // 3
    assert max(medians) <= 5
    assert max(medians) <= 3 * medians[0]
