"""What goes wrong around the archive, provoked for real: each a clear line, nothing lost, and gone
on with when it is mended. Full, read-only and broken disks under a daemon are in
test_archive_in_trouble."""

import asyncio
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from disks import a_disk, fill, remount_read_only
from newsdesk import SECONDS, Desk, Ended, at_the_desk, told

STORIES = tuple(f"Belarus: invented case {number} of a letter" for number in range(8))
NOBODY = 65534
EXT4_SHUTDOWN = 0x8004587D  # linux/fs/ext4/ext4.h
# Everything may be read, as root may, and nothing written that belongs to others.
AS_NOBODY = (
    f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --inh-caps=+dac_read_search "
    "--ambient-caps=+dac_read_search"
).split()
SHIFTED = """
import datetime, sys
from hrwatch import wiring
from hrwatch.cli.main import main

class Shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.now(tz) + datetime.timedelta(days=int(days))

days = sys.argv.pop(1)
wiring.datetime = Shifted
main()
"""


async def run(desk: Desk, *command: str, seconds: float = SECONDS) -> Ended:
    """Run a command in the desk's folder."""
    process = await asyncio.create_subprocess_exec(
        *command,
        "--config",
        "feeds.yaml",
        "--state-dir",
        "state",
        cwd=desk.folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await asyncio.wait_for(process.communicate(), seconds)
    return Ended(process.returncode or 0, out.decode(), complaints.decode())


async def until(done: Callable[[], bool]) -> None:
    for _ in range(5 * SECONDS):
        if done():
            return
        await asyncio.sleep(0.2)
    raise AssertionError("it did not happen in time")


def complaint(ended: Ended) -> str:
    """The one line that a verb ended with."""
    lines = ended.complaints.strip().splitlines()
    assert len(lines) == 1, ended.complaints
    assert "Traceback" not in ended.complaints
    return lines[0]


def test_disk_full_to_the_last_byte_is_told_as_that_by_every_verb(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.configure("wire")
        desk.feed("wire", *STORIES[:3])
        with a_disk(desk.state):
            await desk.run("once")
            filler = fill(desk.state)
            desk.feed("wire", *STORIES)
            for words in (("once", "--all"), ("backup", "copy.db")):
                ended = await desk.run(*words)
                assert ended.status == 2, words
                assert "the disk is full: make room" in complaint(ended), words
            looked = await desk.run("doctor")
            filler.unlink()
            after = await desk.run("once", "--all")

            assert looked.status == 1
            assert "has no room left" in looked.out
            assert "disk fails" not in looked.out
            assert after.status == 0, after.complaints
            assert len(await desk.records()) == len(STORIES)
            assert len(desk.mails()) == 2
            assert not (tmp_path / "copy.db").exists()

    at_the_desk(tmp_path, test)


@pytest.mark.parametrize("verb", ["once", "run"])
def test_flipped_page_that_nobody_asks_for_is_found_before_anything_is_written(
    tmp_path: Path, verb: str
) -> None:
    async def test(desk: Desk) -> None:
        desk.configure("wire")
        desk.feed("wire", *STORIES)
        await desk.run("once")
        path = desk.state / "archive.db"
        broken = bytearray(path.read_bytes())
        page = len(broken) // 4096 // 3
        broken[page * 4096 : (page + 1) * 4096] = os.urandom(4096)
        path.write_bytes(broken)

        ended = await desk.run(verb)

        assert ended.status == {"once": 2, "run": 1}[verb]
        assert "it is damaged: keep the file, and restore a backup" in complaint(ended)
        assert path.read_bytes() == broken
        assert {one.name for one in desk.state.iterdir()} <= {
            *("archive.db", "archive.db-shm", "archive.db-wal", "archive.db.lock"),
            *("letterbox", "outbox"),
        }

    at_the_desk(tmp_path, test, inside=True)


@pytest.mark.drill
def test_read_only_disk_is_told_and_readers_and_backups_go_on(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.configure("wire")
        desk.feed("wire", *STORIES[:2])
        with a_disk(desk.state):
            await desk.run("once")
            await asyncio.to_thread(remount_read_only, desk.state)
            once = await desk.run("once", "--all")
            daemon = await desk.run("run")
            status = await desk.run("status")
            copied = await desk.run("backup", "copy.db")

        assert (once.status, daemon.status) == (2, 1)  # 1: systemd tries again
        assert "the disk is mounted read-only" in complaint(once)
        assert "the disk is mounted read-only" in complaint(daemon)
        assert (status.status, copied.status) == (0, 0)
        assert "2 records" in copied.out

    at_the_desk(tmp_path, test)


@pytest.mark.drill
def test_program_that_locks_the_archive_is_waited_for(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.configure("wire")
        desk.feed("wire", *STORIES[:1])
        await desk.run("once")
        desk.feed("wire", *STORIES[:2])
        with closing(sqlite3.connect(desk.state / "archive.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            begun = asyncio.create_task(desk.run("once", "--all"))
            await asyncio.sleep(6)
            other.rollback()
            ended = await begun

        assert ended.status == 0, ended.complaints
        assert len(desk.mails()) == 2

    at_the_desk(tmp_path, test)


@pytest.mark.drill
@pytest.mark.timeout(300)
def test_program_that_never_lets_go_of_the_archive_is_told(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.configure("wire")
        desk.feed("wire", *STORIES[:1])
        await desk.run("once")
        with closing(sqlite3.connect(desk.state / "archive.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            ended = await desk.run("once", "--all", seconds=120)
            status = await desk.run("status")

        assert ended.status == 2
        assert "another program holds it: end that program" in complaint(ended)
        assert status.status == 0, "who reads is not held up"

    at_the_desk(tmp_path, test)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
def test_state_directory_of_another_user_is_left_alone(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.configure("wire")
        desk.state.mkdir(mode=0o700)
        os.chown(desk.state, NOBODY, NOBODY)

        once = await desk.run("once")
        daemon = await desk.run("run")

        assert (once.status, daemon.status) == (2, 1)
        for ended in (once, daemon):
            assert "state belongs to nobody: run hrwatch as nobody" in complaint(ended)
        assert list(desk.state.iterdir()) == []

    at_the_desk(tmp_path, test)


@pytest.mark.drill
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run hrwatch as another user")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not here")
def test_archive_of_another_user_is_told_by_every_verb_that_cannot_have_it(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.configure("wire")
        desk.feed("wire", *STORIES[:1])
        await desk.run("once")
        before = (desk.state / "archive.db").read_bytes()

        async def as_nobody(verb: str) -> Ended:
            script = "import sys; sys.argv[1:] = [*sys.argv[2:], sys.argv[1]]; "
            script += "from hrwatch.cli.main import main; main()"
            return await run(desk, *AS_NOBODY, sys.executable, "-c", script, verb)

        once, looked = await as_nobody("once"), await as_nobody("doctor")

        assert once.status == 2
        assert "state belongs to root: run hrwatch as root" in complaint(once)
        assert looked.status == 1
        assert "belongs to root, not to nobody" in looked.out
        assert "chown -R nobody" in looked.out
        assert (desk.state / "archive.db").read_bytes() == before

    at_the_desk(tmp_path, test)


def test_clock_that_was_lost_stops_everything_and_one_that_was_ahead_nothing(
    tmp_path: Path,
) -> None:
    async def test(desk: Desk) -> None:
        async def once(days: int, stories: int) -> Ended:
            desk.feed("wire", *STORIES[:stories])
            script = "import sys; sys.argv[1:] = [sys.argv[1], *sys.argv[3:], sys.argv[2]]\n"
            return await run(desk, sys.executable, "-c", script + SHIFTED, str(days), "once")

        desk.configure("wire")
        good = await once(0, 2)
        lost = await once(-20_000, 3)
        behind = await once(-20, 4)
        ahead = await once(4_000, 5)
        right_again = await once(0, 6)

        ended = (good, lost, behind, ahead, right_again)
        assert [one.status for one in ended] == [0, 2, 0, 0, 0]
        assert "which cannot be: set it (timedatectl" in complaint(lost)
        assert "event=clock-behind" in complaint(behind)
        assert "event=clock-behind" in complaint(right_again)
        assert ahead.complaints == ""
        assert len(await desk.records()) == 6
        texts = [told(mail) for mail in desk.mails()]
        counts = [sum(story in text for text in texts) for story in STORIES]
        assert counts == [1, 1, 1, 1, 1, 1, 0, 0]

    at_the_desk(tmp_path, test)


def test_configuration_that_an_editor_has_half_written_starts_nothing(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        path = desk.configure("wire")
        whole = path.read_text()
        path.write_text(whole[: whole.index("url:") + 2])

        once = await desk.run("once")
        daemon = await desk.run("run")

        assert (once.status, daemon.status) == (2, 2)
        assert once.complaints.startswith("feeds.yaml:")
        assert "Traceback" not in once.complaints + daemon.complaints
        assert not desk.state.exists()

    at_the_desk(tmp_path, test, inside=True)


@contextmanager
def a_real_disk(folder: Path) -> Iterator[Path]:
    """Mount a file as a disk with ext4 on it; give the file."""
    image = folder.with_name("disk.img")
    image.write_bytes(bytes(30_000_000))
    folder.mkdir()
    for command in (
        ["mkfs.ext4", "-q", "-F", image],
        ["mount", "-o", "loop,errors=remount-ro", image, folder],
    ):
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            pytest.skip("no file may be mounted here: " + done.stderr.decode().strip())
    folder.chmod(0o700)
    try:
        yield image
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def turn_read_only(disk: Path) -> None:
    """Have the system meet an error on the disk, and stop writing to it, whoever has it open."""
    subprocess.run(["mount", "-o", "remount,abort", disk], check=True)


def take_away(disk: Path) -> None:
    """Let nothing more come from the disk: every read and write fails."""
    descriptor = os.open(disk, os.O_RDONLY)
    fcntl.ioctl(descriptor, EXT4_SHUTDOWN, (2).to_bytes(4, "little"))
    os.close(descriptor)


def mount_again(disk: Path, image: Path) -> None:
    subprocess.run(["umount", "--lazy", disk], check=True)
    subprocess.run(["mount", "-o", "loop", image, disk], check=True)


@pytest.mark.drill
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("mkfs.ext4") is None, reason="mkfs.ext4 (e2fsprogs) is not here")
@pytest.mark.parametrize(
    ("fail", "told"),
    [(turn_read_only, "the disk is mounted read-only"), (take_away, "the disk fails")],
)
def test_disk_that_fails_under_a_daemon_is_told_and_nothing_is_lost(
    tmp_path: Path, fail: Callable[[Path], None], told: str
) -> None:
    async def test(desk: Desk) -> None:
        fetch = {"contact": "mailto:test@desk.example", "every": "1s", "gap": "0s"}
        desk.configure("wire", fetch=fetch | {"allow_addresses": [desk.server.exemption]})
        desk.feed("wire", *STORIES[:2])
        with a_real_disk(desk.state) as image:
            daemon = await desk.start("run")
            await until(lambda: bool(desk.mails()))
            await asyncio.to_thread(fail, desk.state)
            desk.feed("wire", *STORIES)
            await asyncio.sleep(8)
            alive = daemon.returncode is None
            daemon.terminate()
            log = (await daemon.communicate())[1].decode()
            await asyncio.to_thread(mount_again, desk.state, image)
            after = await desk.run("once", "--all")

            assert alive
            assert told in log
            assert "Traceback" not in log
            assert "damaged" not in log
            assert after.status == 0, after.complaints
            assert len(await desk.records()) == len(STORIES)

    at_the_desk(tmp_path, test)
