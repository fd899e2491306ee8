"""doctor, backup, restore, import: as an operator runs them, beside a running daemon too."""

import asyncio
import random
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from newsdesk import Desk, Ended, a_reader, at_the_desk, told

ARREST = "Belarus: six arrested over an invented letter"
MARKET = "Norway: a market that nobody opened"
PATIENCE = 40


def findings(ended: Ended, verdict: str) -> dict[str, str]:
    """What the doctor found of one kind: what was looked at, and what was told of it."""
    return {str(f["check"]): str(f["told"]) for f in ended.lines if f["verdict"] == verdict}


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, without those that SQLite makes for readers."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("archive.db-wal", "archive.db-shm")
    }


async def until(done: Callable[[], bool]) -> None:
    for _ in range(PATIENCE * 20):
        if done():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


async def ended_well(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGTERM)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log.decode()


def test_doctor_at_a_healthy_desk_finds_no_trouble_and_changes_nothing(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire")
        await desk.run("once")
        before = files(tmp_path)

        listed = await desk.run("doctor", "--json")
        (standing,) = (await desk.run("status", "--json")).lines

        assert listed.status == 0, listed.out
        assert f"schema {standing['schema']}" in findings(listed, "ok")["archive"]
        assert int(str(standing["bytes"])) > 0
        assert findings(listed, "trouble") == {}
        seen = {line["check"] for line in listed.lines}
        assert seen == {
            "configuration",
            "state directory",
            "versions",
            "supervisor",
            "archive",
            "integrity",
            "contents",
            "tags",
            "visits",
            "evidence",
            "space",
            "permissions",
            "clock",
            "time zones",
            "names",
            "certificates",
            "proxy",
            "mail",
            "digest",
            "reading",
            "subscribers",
            "limits",
        }
        assert files(tmp_path) == before

    at_the_desk(tmp_path, test, inside=True)


def test_doctor_with_a_bad_file_tells_its_mistakes_and_what_else_it_can(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.configure("wire", subscribers=[a_reader(contries=["BY"], timezone="Vilnius")])

        ended = await desk.run("doctor", "--json")
        shown = await desk.run("doctor")

        assert (ended.status, shown.status) == (2, 2)
        assert shown.out.startswith("trouble  configuration")
        mistakes = [line["told"] for line in ended.lines if line["check"] == "configuration"]
        assert len(mistakes) == 2
        assert "countries" in str(mistakes)
        assert "versions" in findings(ended, "ok")

    at_the_desk(tmp_path, test, inside=True)


def test_backup_and_restore_bring_an_archive_through_its_loss(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire")
        daemon = await desk.start("run")
        await until(lambda: len(desk.mails()) == 1)

        copied = await desk.run("backup", "copy.db")
        again = await desk.run("backup", "copy.db")
        too_early = await desk.run("restore", "--replace", "copy.db")
        await ended_well(daemon)
        (desk.state / "archive.db").write_bytes(b"what a broken disk left")
        wanted = await desk.run("restore", "copy.db")
        restored = await desk.run("restore", "--replace", "copy.db")
        desk.feed("wire", ARREST, MARKET)
        went_on = await desk.run("once", "--all")

        assert copied.status == 0, copied.complaints
        assert "1 record," in copied.out
        assert (again.status, too_early.status, wanted.status) == (2, 2, 2)
        assert "is there already" in again.complaints
        assert f"process {daemon.pid}" in too_early.complaints
        assert "say --replace" in wanted.complaints
        assert restored.status == 0, restored.complaints
        assert "is kept as" in restored.out
        (kept,) = desk.state.glob("archive.db.before-restore-*")
        assert kept.read_bytes() == b"what a broken disk left"
        assert went_on.status == 0
        assert [ARREST in told(mail) for mail in desk.mails()] == [True, False]

    at_the_desk(tmp_path, test)


@pytest.mark.drill
@pytest.mark.timeout(300)
def test_restore_that_is_killed_now_and_then_always_leaves_an_archive(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        moments = random.Random(20261122)  # noqa: S311 - moments, no secrets
        desk.feed("wire", ARREST)
        desk.configure("wire")
        await desk.run("once")
        await desk.run("backup", "copy.db")
        for _ in range(25):
            process = await desk.start("restore", "--replace", "copy.db")
            try:
                await asyncio.wait_for(process.wait(), moments.uniform(0.4, 1.6))
            except TimeoutError:
                process.kill()
            await process.communicate()
            with closing(sqlite3.connect(desk.state / "archive.db")) as archive:
                assert archive.execute("SELECT count(*) FROM records").fetchone() == (1,)
                assert archive.execute("PRAGMA integrity_check").fetchone() == ("ok",)

        last = await desk.run("restore", "--replace", "copy.db")

        assert last.status == 0, last.complaints
        assert not list(desk.state.glob("*.restoring*"))

    at_the_desk(tmp_path, test)


def test_import_of_what_export_wrote_is_the_same_feeds_and_loads(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        feeds = [
            {
                "name": "wire",
                "url": "https://wire.example/feed?a=1&b=<2>",
                "publisher": "The: Wire",
            },
            {"name": "no", "url": "https://no.example/", "language": "no"},
            {"name": "gazeta.ru_1", "url": "https://gazeta.example/", "publisher": "Газета «№ 1»"},
        ]
        desk.configure(feeds=feeds)
        exported = await desk.run("export", "--format", "opml")
        (tmp_path / "list.opml").write_text(exported.out, encoding="utf-8")

        known = await desk.run("import", "opml", "list.opml")
        desk.configure(feeds=[])
        printed = await desk.run("import", "opml", "list.opml")
        (tmp_path / "feeds.yaml").write_text(printed.out, encoding="utf-8")
        checked = await desk.run("check")

        assert (known.status, known.out) == (0, "")
        assert known.complaints.count("already") == 3
        assert yaml.safe_load(printed.out)["feeds"] == feeds
        assert printed.complaints == ""
        assert checked.status == 0, checked.out
        assert "3 feeds" in checked.out

    at_the_desk(tmp_path, test, inside=True)


def test_import_names_what_it_cannot_take_and_prints_the_rest(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        path = desk.configure("wire")
        before = path.read_bytes()
        good = '<outline text="Good" xmlUrl="https://good.example/"/>'
        bad = '<outline text="Bad" xmlUrl="gopher://bad.example/"/>'
        (tmp_path / "list.opml").write_text(f"<opml><body>{good}\n{bad}</body></opml>")
        (tmp_path / "evil.opml").write_text('<!DOCTYPE o [<!ENTITY a "b">]><opml/>')

        mixed = await desk.run("import", "opml", "list.opml")
        evil = await desk.run("import", "opml", "evil.opml")
        missing = await desk.run("import", "opml", "nowhere.opml")

        assert mixed.status == 1
        assert [feed["name"] for feed in yaml.safe_load(mixed.out)["feeds"]] == ["Good"]
        assert "line 2: Bad: its address is no web address" in mixed.complaints
        assert (evil.status, missing.status) == (2, 2)
        assert "DOCTYPE" in evil.complaints
        assert "does not exist" in missing.complaints
        assert path.read_bytes() == before

    at_the_desk(tmp_path, test, inside=True)
