"""A visit that is killed at any point of its transaction leaves nothing half-written, and is made
again by whoever holds the archive next."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrwatch.model.mail import Reason
from hrwatch.pipeline.reading.looking import Subject, look_at
from hrwatch.stages.store.articles import looks, records, visits
from loopback import an_answer
from postgres import Place
from watching import DAY, HOUR, Watch, an_article, watch

ONE = an_article(1)
TABLES = ("records", "tags", "captures", "bodies", "visits", "ledger", "chain")


class Killed(BaseException):
    """What stands for the end of the process: no code of hrwatch expects it."""


def dies_after(module: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let a function of the store do its work and then be the last thing that happens."""
    real = getattr(module, name)

    def last(*args: Any, **named: Any) -> None:
        real(*args, **named)
        raise Killed

    monkeypatch.setattr(module, name, last)
    return lambda: monkeypatch.setattr(module, name, real)


def everything(desk: Watch) -> dict[str, list[Any]]:
    return {
        table: sorted(map(repr, desk.rows(f"SELECT * FROM {table}")))  # noqa: S608 - named above
        for table in TABLES
    }


POINTS = [
    (visits, "finish"),
    (records, "add"),
    (visits, "is_asked_for"),
]


@pytest.mark.parametrize(("module", "name"), POINTS, ids=[name for _, name in POINTS])
def test_visit_killed_while_it_writes_has_written_nothing_and_is_made_again(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    async def test(desk: Watch) -> None:
        desk.site.publish(ONE)
        await desk.poll()
        await desk.tell()
        desk.site.answer(1, an_answer(status="410 Gone"))
        await desk.visits_until(2 * DAY)
        assert await desk.tell() == [(ONE.title, 1, Reason.REMOVED)]
        desk.site.edit(1, paragraphs=(*ONE.paragraphs, "The order was taken back today."))
        desk.clock.advance(8 * DAY)
        before = everything(desk)
        # As a visit makes it, from its claim to what it found.
        (due,) = desk.due()
        (feed,) = desk.desk.config.feeds
        now = desk.clock()
        owned = {"owner": "dead", "now": now, "until": now + HOUR}
        visit = desk.archive.write_now(visits.claim, due.record, **owned)
        assert visit is not None
        with desk.archive.reading() as connection:
            record = records.get(connection, visit.record)
        assert isinstance(record, records.Record)
        found = await look_at(Subject(desk.parts, feed, record, visit))
        assert found.version is not None
        look = looks.Look(record, visit, found.evidence, found.version, Reason.RETURNED)
        survive = dies_after(module, name, monkeypatch)
        with pytest.raises(Killed):
            desk.archive.write_now(looks.keep, look, "dead", now)
        survive()
        desk.archive.write_now(visits.release_all)  # as who opens the archive next does
        assert everything(desk) == before

        assert [one.version for one in await desk.visit()] == [2]
        assert await desk.tell() == [
            (ONE.title, 2, Reason.CHANGED),
            (ONE.title, 2, Reason.RETURNED),
        ]

    watch(place, tmp_path, test)


def test_archive_that_is_opened_anew_frees_what_was_being_visited(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        desk.site.publish(ONE)
        await desk.poll()
        desk.clock.advance(DAY)
        (due,) = desk.due()
        owned = {"owner": "dead", "now": desk.clock(), "until": desk.clock() + 9 * DAY}
        assert desk.archive.write_now(visits.claim, due.record, **owned)
        assert desk.due() == ()

    watch(place, tmp_path, test)
    with place.open() as archive, archive.reading() as connection:
        (record,) = connection.exec_driver_sql("SELECT record FROM visits").scalars().all()
        visit = visits.of(connection, [record])[record]
        assert visit.next_visit_at is not None
        assert len(visits.due(connection, ["wire"], visit.next_visit_at, 10)) == 1
