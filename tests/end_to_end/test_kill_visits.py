"""A daemon killed while it looks at articles again: who comes next makes those visits, and what was
changed is told once."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from loopback import Request
from newsdesk import Desk, a_page, a_reader, at_the_desk, told

STORIES = 2
PARAGRAPHS = tuple(
    f"Paragraph {number} of an invented story of Arvenia, where nobody was and nothing happened."
    for number in range(6)
)


def title(number: int) -> str:
    return f"Arvenia invented case {number} of a letter nobody wrote"


async def until(done: Callable[[], bool]) -> None:
    for _ in range(600):
        if done():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


def archived(desk: Desk, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(desk.state / "archive.db", timeout=20) as archive:
        rows = archive.execute(statement).fetchall()
    archive.close()
    return rows


@pytest.mark.drill
@pytest.mark.timeout(120)
def test_daemon_killed_in_a_visit_has_written_all_of_it_or_nothing(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        titles = [title(number) for number in range(STORIES)]
        desk.feed("wire", *titles)
        for number in range(STORIES):
            desk.answers[f"/wire/{number}"] = a_page(titles[number], *PARAGRAPHS)
        desk.configure("wire", subscribers=[a_reader()], workers=0, keywords={"use": ["torture"]})
        assert (await desk.run("once", "--all")).status == 0

        hanging: list[str] = []
        edited = {
            f"/wire/{number}": a_page(titles[number], *PARAGRAPHS, "The order was taken back.")
            for number in range(STORIES)
        }

        async def hang(request: Request, _: asyncio.StreamWriter) -> None:
            hanging.append(request.target)
            await asyncio.sleep(60)

        desk.answers |= dict.fromkeys(edited, hang)
        archived(desk, "UPDATE visits SET next_visit_at = '2026-01-01 00:00:00.000000'")
        daemon = await desk.start("run")
        try:
            await until(lambda: bool(hanging))
            (claimed,) = archived(desk, "SELECT count(*) FROM visits WHERE claimed_by IS NOT NULL")
            assert claimed == (1,)  # one to a site at a time
        finally:
            daemon.kill()
            await daemon.communicate()
        assert archived(desk, "SELECT count(*) FROM records WHERE version > 1") == [(0,)]

        desk.answers |= edited
        last = await desk.run("once")
        assert last.status == 0, last.complaints
        assert f"{STORIES} articles looked at again: {STORIES} changed." in last.out
        versions = "SELECT count(*), max(version), count(DISTINCT id) FROM records"
        assert archived(desk, versions) == [(2 * STORIES, 2, STORIES)]
        assert archived(desk, "SELECT count(*) FROM visits WHERE claimed_by IS NOT NULL") == [(0,)]
        changed = "SELECT count(*) FROM ledger WHERE reason = 'changed' AND digest IS NOT NULL"
        assert archived(desk, changed) == [(STORIES,)]
        later = " ".join(told(mail) for mail in desk.mails()[1:])
        assert [later.count(one) for one in titles] == [1] * STORIES
        assert (await desk.run("verify")).status == 0

    at_the_desk(tmp_path, test)
