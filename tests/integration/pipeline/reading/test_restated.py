"""What a feed says otherwise of entries that it had before: versions of what it carries whole, a
sooner look at what it links to, and never a version of another article."""

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hrwatch import hops
from hrwatch.errors import HopError
from hrwatch.model.articles import Record
from hrwatch.model.mail import Reason
from hrwatch.pipeline.reading import poll, restated
from hrwatch.pipeline.reading.revisit import revisit
from hrwatch.stages.store.articles import looks, records
from loopback import an_answer
from postgres import Place, Places
from watching import DAY, HOUR, Watch, an_article, watch

ONE = an_article(1)
CARRIED = replace(ONE, carried="".join(f"<p>{one}</p>" for one in ONE.paragraphs))
EDITED = replace(CARRIED, carried=f"{CARRIED.carried}<p>The order was taken back today.</p>")


async def told_once(desk: Watch, *articles: object) -> None:
    desk.site.publish(*(articles or (CARRIED,)))
    desk.site.answers[ONE.path] = an_answer(status="403 Forbidden")
    await desk.poll()
    await desk.tell()
    desk.clock.advance(2 * HOUR)


def test_entry_that_its_feed_carries_whole_is_told_as_changed_and_its_noise_is_not(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.publish(replace(CARRIED, carried=CARRIED.carried.replace("</p>", " </p>\n")))
        await desk.poll()
        assert await desk.tell() == []
        for _ in range(2):
            desk.site.publish(EDITED)
            await desk.poll()
        assert await desk.tell() == [(ONE.title, 2, Reason.CHANGED)]
        (version,) = desk.rows("SELECT text, change FROM records WHERE version = 2")
        assert "taken back" in version[0]
        kinds = desk.rows("SELECT kind FROM captures WHERE kind = 'entry'")
        assert len(kinds) == 2

    watch(place, tmp_path, test)


def test_guid_that_is_used_for_another_text_makes_no_version(
    places: Places, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        other = " ".join(f"another{number}" for number in range(120))
        desk.site.publish(replace(CARRIED, title="Quay opens again", carried=f"<p>{other}.</p>"))
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                desk.site.write_feed()
                await desk.poll()
                desk.clock.advance(2 * HOUR)
        assert [row[0] for row in desk.rows("SELECT version FROM records")] == [1]
        assert caplog.text.count("event=another-article") == 1

    watch(places.make("sqlite", tmp_path / "state"), tmp_path, test)


def test_entry_whose_page_was_read_is_looked_at_sooner(places: Places, tmp_path: Path) -> None:
    async def test(desk: Watch) -> None:
        desk.site.publish(ONE)
        await desk.poll()
        await desk.tell()
        assert await desk.visit(after=DAY / 4)
        desk.site.edit(1, paragraphs=(*ONE.paragraphs, "The order was taken back today."))
        desk.site.publish(replace(desk.site.articles[1], aside="Updated."))
        desk.clock.advance(HOUR / 2)
        await desk.poll()
        assert await desk.visit() == ()
        assert len(await desk.visit(after=HOUR / 2)) == 1
        assert await desk.tell() == [(ONE.title, 2, Reason.CHANGED)]

    watch(places.make("sqlite", tmp_path / "state"), tmp_path, test)


def test_feed_that_changes_all_it_carries_has_a_bounded_share_compared_at_each_poll(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restated, "MOST_COMPARED", 2)
    many = [
        replace(one, carried="".join(f"<p>{told}</p>" for told in one.paragraphs))
        for one in map(an_article, range(5))
    ]

    async def test(desk: Watch) -> None:
        await told_once(desk, *many)
        desk.site.publish(
            *(replace(one, carried=f"{one.carried}<p>Withdrawn.</p>") for one in many)
        )
        versions = []
        for _ in range(4):
            await desk.poll()
            versions.append(desk.rows("SELECT count(*) FROM records WHERE version = 2")[0][0])
        assert versions == [2, 4, 5, 5]

    watch(places.make("sqlite", tmp_path / "state"), tmp_path, test)


def test_entries_that_are_noise_at_every_poll_keep_no_other_from_being_compared(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restated, "MOST_COMPARED", 2)
    many = [
        replace(one, carried="".join(f"<p>{told}</p>" for told in one.paragraphs))
        for one in map(an_article, range(6))
    ]

    async def test(desk: Watch) -> None:
        await told_once(desk, *many)
        for views, chance in ((18, 0.1), (19, 0.7)):
            desk.parts = replace(desk.parts, chance=partial(float, chance))
            counted = [replace(one, carried=f"{one.carried}<p>{views} views</p>") for one in many]
            last = replace(counted[-1], carried=f"{counted[-1].carried}<p>Withdrawn.</p>")
            desk.site.publish(*counted[:-1], last)
            await desk.poll()
        assert await desk.tell() == [(many[-1].title, 2, Reason.CHANGED)]

    watch(places.make("sqlite", tmp_path / "state"), tmp_path, test)


def test_edit_that_another_version_overtook_is_compared_at_the_next_poll(
    places: Places, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.publish(EDITED)
        taken = desk.parts.workers.run

        async def meanwhile(hop: object, task: object) -> object:
            desk.parts.workers.run = taken  # type: ignore[method-assign]
            (row,) = desk.rows("SELECT id, entry_hash FROM records")
            with desk.archive.reading() as connection:
                record = records.get(connection, row[0])
            assert isinstance(record, Record)
            completed = replace(record, version=2, seen_at=desk.clock())
            other = looks.Restated(*row, looked_at=record, version=completed)
            assert desk.archive.write_now(looks.keep_restated, [other]) == frozenset()
            return await taken(hop, task)  # type: ignore[arg-type]

        desk.parts.workers.run = meanwhile  # type: ignore[method-assign,assignment]
        for _ in range(2):
            await desk.poll()
            desk.clock.advance(2 * HOUR)
        assert await desk.tell() == [(ONE.title, 3, Reason.CHANGED)]

    watch(places.make("sqlite", tmp_path / "state"), tmp_path, test)


def test_entry_that_cannot_be_read_hides_no_change_of_another(
    places: Places, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        taken = desk.parts.workers.run

        async def run(hop: object, task: Any) -> object:
            if hop is hops.read_article:
                raise HopError("it ended its worker")
            return await taken(hop, task)  # type: ignore[arg-type]

        desk.parts.workers.run = run  # type: ignore[method-assign,assignment]
        desk.site.publish(EDITED, an_article(2))
        report = await poll.poll_feed(desk.parts, *desk.desk.config.feeds)
        assert report is not None
        assert report.error
        assert await desk.tell() == [(ONE.title, 2, Reason.CHANGED)]

    watch(places.make("sqlite", tmp_path / "state"), tmp_path, test)


def test_visit_and_poll_that_find_a_version_together_make_one(place: Place, tmp_path: Path) -> None:
    """A page that is being completed while the feed says something else of its entry."""

    async def test(desk: Watch) -> None:
        aside = "The court of Arvenia heard the invented matter for the first time on that day."
        desk.site.publish(replace(ONE, aside=aside))
        desk.site.answer(1, an_answer(status="503 Service Unavailable"))
        await desk.poll()
        desk.clock.advance(3 * HOUR)
        desk.site.publish(replace(ONE, aside=f"{aside} Nobody was found guilty of anything."))
        (due,) = desk.due()
        (feed,) = desk.desk.config.feeds
        taken = desk.parts.workers.run

        async def meanwhile(hop: object, task: object) -> object:
            desk.parts.workers.run = taken  # type: ignore[method-assign]
            assert await poll.poll_feed(desk.parts, feed)
            return await taken(hop, task)  # type: ignore[arg-type]

        desk.parts.workers.run = meanwhile  # type: ignore[method-assign,assignment]
        assert await revisit(desk.parts, feed, due) is None
        assert [row[0] for row in desk.rows("SELECT version FROM records ORDER BY 1")] == [1, 2]
        looked = await desk.visit()
        assert [one.version for one in looked] == [3]

    watch(place, tmp_path, test)
