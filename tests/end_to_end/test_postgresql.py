"""`hrwatch` with its archive on PostgreSQL: the same job, and the same answers as from a file."""

import asyncio
from pathlib import Path

import pytest

from newsdesk import Desk, at_the_desk, told
from postgres import Place, Places
from postgres_wire import a_refusing_server

ARREST = "Arvenia: invented reporter arrested after a story about torture"
MARKET = "Arvenia: invented market opens again"
PYTKI = "Арвения: выдуманный суд выслушал рассказ о пытках"
KUXING = "阿文尼亚警方对虚构的记者实施酷刑"
QUERY = '(пытк* OR 酷刑 OR "reporter arrested") -market'


@pytest.fixture
def place(places: Places, tmp_path: Path) -> Place:
    """A database with nothing in it."""
    return places.make("postgresql", tmp_path / "state", made=False)


def test_once_on_postgresql_mails_what_is_new_and_says_nothing_twice(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST, PYTKI)
        desk.configure("wire", archive=place.url)

        before = await desk.run("feeds", "--json")
        first = await desk.run("once")
        again = await desk.run("once", "--all")
        desk.feed("wire", ARREST, PYTKI, MARKET)
        third = await desk.run("once", "--all")

        assert [line["state"] for line in before.lines] == ["new"]
        assert (first.status, again.status, third.status) == (0, 0, 0), first.complaints
        one, two = map(told, desk.mails())
        assert ARREST in one
        assert PYTKI in one
        assert MARKET in two
        assert ARREST not in two
        assert not (desk.state / "archive.db").exists()

    at_the_desk(tmp_path, test, inside=True)


def test_verbs_on_postgresql_answer_as_on_a_file(place: Place, tmp_path: Path) -> None:
    async def answers(desk: Desk, archive: str) -> tuple[object, ...]:
        desk.configure("wire", archive=archive, workers=0)
        polled = await desk.run("once", "--digests", "none")
        assert polled.status == 0, polled.complaints
        (status,) = (await desk.run("status", "--json")).lines
        assert status["archive"] in (place.url, str(desk.state / archive))
        found = [line["title"] for line in (await desk.run("search", "--json", QUERY)).lines]
        assert len(found) == 3
        kept = [(record["title"], record["text"]) for record in await desk.records()]
        return found, kept, status["records"], status["stories"], status["feeds"]

    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST, MARKET, PYTKI, KUXING)
        assert await answers(desk, "archive.db") == await answers(desk, place.url)

    at_the_desk(tmp_path, test, inside=True)


def test_run_on_postgresql_holds_the_archive_until_it_ends(place: Place, tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire", archive=place.url)
        daemon = await desk.start("run")
        try:
            async with asyncio.timeout(60):
                while not desk.mails():  # noqa: ASYNC110 - a folder of another process
                    await asyncio.sleep(0.2)
            second = await desk.run("run")
            (status,) = (await desk.run("status", "--json")).lines
        finally:
            daemon.terminate()
            _, log = await daemon.communicate()
        after = await desk.run("once")

        assert second.status == 2
        assert f"process {daemon.pid} on " in second.complaints
        assert (status["daemon"], status["daemon_pid"]) == ("running", daemon.pid)
        assert daemon.returncode == 0, log.decode()
        assert after.status == 0, after.complaints

    at_the_desk(tmp_path, test)


def test_once_on_a_server_that_is_not_there_says_what_to_look_at(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire", archive="postgresql+psycopg://desk@127.0.0.1:9/archive")

        ended = await desk.run("once")

        assert ended.status == 2
        assert "the server cannot be reached, or refuses us: see that" in ended.complaints
        assert len(ended.complaints.splitlines()) == 1
        assert desk.server.requests == []

    at_the_desk(tmp_path, test, inside=True)


def test_password_of_the_archive_is_told_to_its_server_only(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        heard: list[str] = []
        secret = desk.folder / "archive-password"
        secret.write_text("hunter2-invented\n")
        secret.chmod(0o600)
        desk.feed("wire", ARREST)
        with a_refusing_server(heard) as port:
            desk.configure(
                "wire",
                archive=f"postgresql+psycopg://desk@127.0.0.1:{port}/a?sslmode=disable",
                archive_password_file=secret.name,
            )
            ended = [await desk.run(verb) for verb in ("once", "check")]

        assert [one.status for one in ended] == [2, 0]
        assert "password authentication failed" in ended[0].complaints
        assert set(heard) == {"hunter2-invented"}
        assert not any("hunter2" in one.out + one.complaints for one in ended)

    at_the_desk(tmp_path, test, inside=True)
