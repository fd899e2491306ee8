"""`hrwatch retag` as a real process: killed, and beside a real daemon that goes on mailing."""

import asyncio
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builders import a_record, an_entry
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records, rule_sets
from newsdesk import SECONDS, Desk, at_the_desk, told
from postgres import Place

MANY = 900
KITES = {"red-kite": {"label": "Red kites", "terms": {"en": ["red kite*"]}}}
STORY = "An invented red kite flew over the harbour of Arvenia, and another red kite followed it."


def fill(place: Place) -> None:
    """Archive what no rule tagged, without the overhead of polling it."""
    with place.open() as archive:
        for start in range(0, MANY, 100):
            archive.write_now(
                records.add,
                [
                    a_record(
                        f"record{n:06}",
                        entry=an_entry(guid=str(n), title=f"Invented case {n}"),
                        text=STORY,
                        tags=(),
                        story=f"record{n:06}",
                    )
                    for n in range(start, start + 100)
                ],
            )


def done(archive: Archive) -> int:
    """How many records have the tags of a known rule set."""
    with archive.reading() as connection:
        return sum(s.records for s in rule_sets.shares(connection) if s.rules_hash)


@contextmanager
def looking(place: Place) -> Iterator[Archive]:
    with place.open(writing=False) as archive:
        yield archive


async def killed_after(desk: Desk, archive: Archive, more: int) -> int:
    """Kill a retag when it has done so many more; return how many it has done in all."""
    goal = done(archive) + more
    process = await desk.start("retag")
    while await asyncio.to_thread(done, archive) < goal:
        assert process.returncode is None
        await asyncio.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    assert process.returncode == -signal.SIGKILL
    return done(archive)


def test_retag_killed_goes_on_where_it_stood(place: Place) -> None:
    fill(place)

    async def test(desk: Desk) -> None:
        desk.configure(keywords=KITES, archive=place.url)
        with looking(place) as archive:
            first = await killed_after(desk, archive, 1)
            second = await killed_after(desk, archive, 300)
            assert 0 < first < second < MANY
            tagged = (await desk.run("search", "keyword:red-kite", "--limit", "9999")).complaints
            assert tagged.startswith(f"{second} found")

        rest = await desk.run("retag")
        found = await desk.run("search", "keyword:red-kite", "--limit", "9999")
        again = await desk.run("retag", "--dry-run")

        assert rest.status == 0
        assert f"{MANY - second} articles tagged anew" in rest.complaints
        assert re.search(rf"red-kite \(Red kites\) +\+{MANY - second} −0", rest.out)
        assert found.complaints.startswith(f"{MANY} found")
        assert "nothing to do" in again.complaints
        assert desk.mails() == []

    at_the_desk(place.directory.parent, test)


def test_retag_beside_a_daemon_holds_up_neither(place: Place) -> None:
    fill(place)

    async def test(desk: Desk) -> None:
        desk.feed("wire", "Invented first story")
        fetch = {
            "contact": "mailto:test@desk.example",
            "allow_addresses": [desk.server.exemption],
            "gap": "0s",
            "every": "1s",
        }
        desk.configure("wire", keywords=KITES, archive=place.url, fetch=fetch)
        daemon = await desk.start("run")
        try:
            await mailed(desk, 1)
            desk.feed("wire", "Invented second story", guid="second")
            retag = await desk.run("retag")
            await mailed(desk, 2)
            holder = await desk.run("once")
        finally:
            daemon.send_signal(signal.SIGTERM)
            await daemon.communicate()
        status = await desk.run("status", "--json")

        assert (retag.status, daemon.returncode) == (0, 0)
        assert f"{MANY} articles tagged anew" in retag.complaints
        assert "is held by process" in holder.complaints
        assert status.lines[0]["older_tags"] == 0
        assert not [mail for mail in desk.mails() if "Invented case" in told(mail)]

    at_the_desk(place.directory.parent, test)


async def mailed(desk: Desk, count: int) -> None:
    """Wait until the daemon has mailed so many digests."""
    deadline = time.monotonic() + SECONDS
    while len(desk.mails()) < count:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def test_retag_whose_reader_goes_away_is_done_all_the_same(tmp_path: Path) -> None:
    place = Place("archive.db", tmp_path / "state")
    fill(place)

    async def test(desk: Desk) -> None:
        desk.configure(keywords=KITES)
        process = await desk.start("retag", "--json")
        assert process.stdout is not None
        await process.stdout.readline()
        process.stdout._transport.close()  # type: ignore[attr-defined]
        _, complaints = await process.communicate()

        assert process.returncode == 0, complaints
        assert f"{MANY} articles tagged anew".encode() in complaints

    at_the_desk(tmp_path, test)
