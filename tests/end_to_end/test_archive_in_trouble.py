"""A disk that is full, read-only or broken under the archive: told plainly, nothing lost, gone on
with when it is mended. On real file systems, where the tests may mount one."""

import asyncio
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from disks import a_disk
from newsdesk import Desk, Ended, a_page, at_the_desk, told
from postgres import Places
from postgres_wire import Way, a_way

STORIES = 30
PAGE = 4096  # bytes of SQLite's file


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """The state directory, on a disk of 20 MB."""
    with a_disk(tmp_path / "state") as folder:
        yield folder


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)


def publish(desk: Desk, stories: int) -> set[str]:
    """Serve a feed of stories that are long enough to fill a disk; return their titles."""
    titles = [f"Arvenia: invented case {number} of a long report" for number in range(stories)]
    for number, title in enumerate(titles):
        paragraphs = (f"Paragraph {place} of {title}. " + "word " * 900 for place in range(20))
        desk.answers[f"/wire/{number}"] = a_page(title, *paragraphs)
    desk.feed("wire", *titles)
    return set(titles)


def fill(disk: Path, left: int) -> Path:
    """Put a file on the disk that leaves so many bytes."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    filler.write_bytes(bytes(max(0, free - left)))
    return filler


def is_plain(ended: Ended, line: str) -> bool:
    """Say whether a verb ended with 2 and one line that says `line`."""
    lines = ended.complaints.strip().splitlines()
    return ended.status == 2 and len(lines) == 1 and line in lines[0]


async def all_is_there_and_told_once(desk: Desk, expected: set[str]) -> None:
    titles = [record["title"] for record in await desk.records()]
    assert Counter(titles) == Counter(expected)
    mails = [told(mail) for mail in desk.mails()]
    assert all(sum(title in mail for mail in mails) == 1 for title in expected)


def test_once_on_a_full_disk_says_so_and_loses_nothing(disk: Path, tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        expected = publish(desk, STORIES)
        desk.configure("wire")
        filler = fill(disk, left=1_500_000)

        full = await desk.run("once")
        filler.unlink()
        after = await desk.run("once", "--all")

        assert is_plain(full, "the disk is full: make room"), full.complaints
        assert after.status == 0, after.complaints
        await all_is_there_and_told_once(desk, expected)

    at_the_desk(tmp_path, test)


def test_once_on_a_read_only_disk_says_so_and_readers_go_on(disk: Path, tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        expected = publish(desk, 2)
        desk.configure("wire")
        first = await desk.run("once")
        remount(disk, "ro")
        try:
            refused = await desk.run("once", "--all")
            found = await desk.run("search", "arvenia", "--json")
        finally:
            remount(disk, "rw")
        after = await desk.run("once", "--all")

        assert is_plain(refused, "the disk is mounted read-only"), refused.complaints
        assert {line["title"] for line in found.lines} == expected
        assert (first.status, after.status) == (0, 0)
        await all_is_there_and_told_once(desk, expected)

    at_the_desk(tmp_path, test)


def test_archive_with_broken_pages_is_never_replaced(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        publish(desk, STORIES)
        desk.configure("wire")
        await desk.run("once")
        path = desk.state / "archive.db"
        broken = bytearray(path.read_bytes())
        for page in range(40, len(broken) // PAGE, 7):
            broken[page * PAGE : (page + 1) * PAGE] = b"\xa5" * PAGE
        path.write_bytes(broken)

        for words in (("once", "--all"), ("export", "--format", "jsonl")):
            ended = await desk.run(*words)
            assert is_plain(ended, "it is damaged: keep the file, and restore a backup"), words
        assert not list(desk.state.glob("archive.db.n*"))
        assert path.stat().st_size >= len(broken)

    at_the_desk(tmp_path, test, inside=True)


def test_flipped_bytes_of_a_text_are_told_by_every_verb_that_meets_them(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        (title,) = publish(desk, 1)
        desk.configure("wire")
        await desk.run("once")
        (record,) = await desk.records()
        path = desk.state / "archive.db"
        whole = path.read_bytes()
        path.write_bytes(whole.replace(title.encode(), b"\xff" + title.encode()[1:]))

        for words in (
            ("show", str(record["id"])),
            ("search", "arvenia"),
            ("export", "--format", "jsonl"),
            ("preview", "reader", "--since", "7d"),
        ):
            ended = await desk.run(*words)
            assert is_plain(ended, "it is damaged: keep the file, and restore a backup"), words
            assert "hrwatch doctor" in ended.complaints
        looked = await desk.run("doctor")
        assert looked.status == 1
        assert "title is no UTF-8" in looked.out

    at_the_desk(tmp_path, test, inside=True)


@pytest.mark.drill
def test_run_on_a_disk_that_fills_goes_on_when_there_is_room(disk: Path, tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        expected = publish(desk, 2)
        sections = {"contact": "mailto:a@desk.example", "every": "1s", "gap": "0s"}
        fetch = {**sections, "allow_addresses": [desk.server.exemption]}
        desk.configure("wire", fetch=fetch)
        daemon = await desk.start("run")
        log = asyncio.create_task(daemon.communicate())
        try:
            await _until(lambda: len(desk.mails()) == 1)
            filler = fill(disk, left=200_000)
            expected |= publish(desk, STORIES)
            await asyncio.sleep(8)
            assert daemon.returncode is None
            filler.unlink()
            await _until(lambda: sum(mail_titles(desk, expected).values()) == len(expected))
        finally:
            daemon.terminate()
            complaints = (await log)[1].decode()
        assert "the disk is full" in complaints
        assert daemon.returncode == 0, complaints
        await all_is_there_and_told_once(desk, expected)

    at_the_desk(tmp_path, test)


def mail_titles(desk: Desk, titles: set[str]) -> Counter[str]:
    """How often each title stands in the mails."""
    return Counter(title for mail in desk.mails() for title in titles if title in told(mail))


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(80):
        while not done():  # noqa: ASYNC110 - what another process does sets no event
            await asyncio.sleep(0.2)


def test_run_goes_on_when_postgresql_comes_back(places: Places, tmp_path: Path) -> None:
    place = places.make("postgresql", tmp_path)

    async def test(desk: Desk, way: Way) -> None:
        publish(desk, 2)
        sections = {"contact": "mailto:a@desk.example", "every": "1s", "gap": "0s"}
        fetch = {**sections, "allow_addresses": [desk.server.exemption]}
        desk.configure("wire", fetch=fetch, archive=way.place.url)
        daemon = await desk.start("run")
        log = asyncio.create_task(daemon.communicate())
        try:
            await _until(lambda: len(desk.mails()) == 1)
            way.cut()
            expected = publish(desk, 4)
            await asyncio.sleep(3)
            assert daemon.returncode is None
            way.mend()
            await _until(lambda: sum(mail_titles(desk, expected).values()) == len(expected))
        finally:
            daemon.terminate()
            complaints = (await log)[1].decode()
        assert "the server cannot be reached" in complaints
        assert "Traceback" not in complaints
        assert daemon.returncode == 0, complaints

    with a_way(place) as way:
        at_the_desk(tmp_path, lambda desk: test(desk, way))
