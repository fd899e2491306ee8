"""Lists as one parameter: every value arrives as it is, and a server's plan is good for long."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_record
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import purged, recognising, records, sketches, translations
from hrwatch.stages.store.lists import among, listed
from postgres import Places

PAGE = "https://wire.example/a"
WORDS = ["plain", "", "it's", 'a "quoted" one', "back\\slash", "новости", "新聞", "{1,2}", "NULL"]
NUMBERS = [0, -1, 2**63 - 1, -(2**63)]


@pytest.mark.parametrize(
    ("values", "kind"), [(WORDS, sa.Text), (NUMBERS, sa.BigInteger), ([], sa.Text)]
)
def test_list_gives_the_values_that_it_was_given(
    archive: Archive, values: list[str | int], kind: type[sa.Text | sa.BigInteger]
) -> None:
    rows = sa.select(listed("values", kind).c.value)
    with archive.reading() as connection:
        assert sorted(connection.scalars(rows, {"values": values}), key=str) == sorted(
            values, key=str
        )
        for one in values:
            is_one = sa.select(among(sa.literal(one, kind), "values", kind))
            assert connection.scalar(is_one, {"values": values})
            others = [other for other in values if other != one]
            assert not connection.scalar(is_one, {"values": others})


def test_plans_made_for_a_new_archive_read_through_no_table(places: Places, tmp_path: Path) -> None:
    """Else what a server planned for a few rows would be ever slower as they grow many."""
    place = places.make("postgresql", tmp_path)
    new = a_record("new")
    with place.open() as archive:
        archive.write_now(records.add, [new], hashes={new.id: range(32)})
        for _ in range(12):  # five with plans of their own, then with the one that is kept
            with archive.reading() as connection:
                recognising.candidates(connection, permalinks=(PAGE,), text_hashes=("a" * 64,))
                sketches.near(connection, [range(32)], shared=2, most=8)
                translations.counterparts(connection, permalinks=(PAGE,), named=(PAGE,))
                purged.among(connection, [new])
    counts = sa.text(
        "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY(:names)"
    )
    names = ["records", "sketches", "translations", "purged_pages"]
    with place.aside() as connection:
        read_through = {name: times for name, times in connection.execute(counts, {"names": names})}
    assert read_through == dict.fromkeys(names, 0)
