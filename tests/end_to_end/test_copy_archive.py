"""`hrwatch copy-archive`: the operator moves to PostgreSQL and back, and nobody is told twice."""

import asyncio
import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_record, an_entry
from hrwatch.stages.store.articles import records
from newsdesk import Desk, at_the_desk, told
from postgres import Place, Places

ARREST = "Arvenia: invented reporter arrested after a story about torture"
MARKET = "Arvenia: invented market opens again"
MANY = 4_000
SOME = 400


@pytest.fixture
def server(places: Places, tmp_path: Path) -> Place:
    """A database with nothing in it."""
    return places.make("postgresql", tmp_path, made=False)


def test_copy_archive_there_and_back_and_nothing_is_told_twice(
    server: Place, tmp_path: Path
) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire")
        await desk.run("once")
        before = await desk.records()

        there = await desk.run("copy-archive", "--to", server.url)
        desk.configure("wire", archive=server.url)
        desk.feed("wire", ARREST, MARKET)
        on_server = await desk.run("once", "--all")
        back = await desk.run("copy-archive", "--to", "back.db")
        desk.configure("wire", archive=str(desk.folder / "back.db"))
        again = await desk.run("once", "--all", "--json")

        assert [one.status for one in (there, on_server, back, again)] == [0] * 4, back.complaints
        assert "each the same as in" in there.out
        assert "1 record; " in there.out
        assert there.complaints == "", "no progress bar where nobody looks"
        assert again.lines[0]["new"] == 0
        assert [ARREST in told(mail) for mail in desk.mails()] == [True, False]
        assert [record for record in await desk.records() if record["title"] == ARREST] == before

    at_the_desk(tmp_path, test, inside=True)


def test_copy_archive_killed_is_refused_as_an_archive_and_goes_on(
    server: Place, tmp_path: Path
) -> None:
    async def test(desk: Desk) -> None:
        with Place("archive.db", desk.state).open() as archive:
            entries = (an_entry(guid=f"guid-{number}") for number in range(MANY))
            new = [a_record(f"record{n:06}", entry=entry) for n, entry in enumerate(entries)]
            archive.write_now(records.add, new)
        desk.configure("wire")

        process = await desk.start("copy-archive", "--to", server.url)
        await asyncio.to_thread(_wait_for_some, server)
        process.send_signal(signal.SIGKILL)
        await process.communicate()
        desk.configure("wire", archive=server.url)
        used = [await desk.run(*words) for words in (("once",), ("search", "arvenia"))]
        desk.configure("wire")
        finished = await desk.run("copy-archive", "--to", server.url)
        again = await desk.run("copy-archive", "--to", server.url)

        assert process.returncode == -signal.SIGKILL
        assert [one.status for one in used] == [2, 2]
        assert all("is an unfinished copy of" in one.complaints for one in used)
        assert (finished.status, again.status) == (0, 0), finished.complaints
        assert f"{MANY} records, " in finished.out
        assert "of them found there" in finished.out
        assert f"{MANY} records, {MANY} of them found there" in again.out

    at_the_desk(tmp_path, test, inside=True)


def _wait_for_some(server: Place) -> None:
    deadline = time.monotonic() + 60
    with server.aside() as connection:
        while time.monotonic() < deadline:
            if sa.inspect(connection).has_table("records"):
                counted = connection.exec_driver_sql("SELECT count(*) FROM records")
                if counted.scalar_one() > SOME:
                    return


def test_copy_archive_refuses_what_it_must_and_changes_nothing(
    server: Place, tmp_path: Path
) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire")
        missing = await desk.run("copy-archive", "--to", server.url)
        await desk.run("once")
        desk.configure("wire", archive="other.db")
        await desk.run("once", "--digests", "none")
        desk.configure("wire")

        for to, expected in {
            "state/other.db": "is there already and is not the same",
            "state/archive.db": "is held by process",
            "postgresql+psycopg://h:hunter2@localhost/a": "holds a password",
        }.items():
            ended = await desk.run("copy-archive", "--to", to)
            assert ended.status == 2, to
            assert expected in " ".join(ended.complaints.replace("│", " ").split())
            assert "hunter2" not in ended.complaints
        assert missing.status == 2
        assert "nothing polled yet" in missing.complaints
        with server.aside() as connection:
            assert sa.inspect(connection).get_table_names() == []
        assert not (desk.state / "archive.db.new").exists()

    at_the_desk(tmp_path, test, inside=True)
