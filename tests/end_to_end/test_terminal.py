"""`hrwatch` at the end of a pipe, in a poor locale, under Ctrl-C, and showing hostile words."""

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from loopback import Request
from newsdesk import SECONDS, Desk, at_the_desk

BELARUS = "Belarus: six arrested over an invented letter"
ARABIC = "قصة مختلقة عن محكمة لا وجود لها"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


async def _start(
    desk: Desk, *words: str, stdout: int = asyncio.subprocess.PIPE, **environ: str
) -> asyncio.subprocess.Process:
    """Start `hrwatch WORDS` as a terminal would: a process group of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hrwatch", "--config", "feeds.yaml", "--state-dir", "state"),
        *words,
        cwd=desk.folder,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environ},
        start_new_session=True,
    )


async def _complaints(process: asyncio.subprocess.Process) -> str:
    _, complaints = await asyncio.wait_for(process.communicate(), SECONDS)
    return complaints.decode()


def test_verbs_whose_reader_went_away_end_well_and_quietly(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", BELARUS)
        desk.configure("wire")
        await desk.run("once")
        for words in (
            ("export", "--format", "csv"),
            ("feeds",),
            ("once", "--json", "--all"),
            ("--help",),
        ):
            reading, writing = os.pipe()
            os.close(reading)

            process = await _start(desk, *words, stdout=writing)
            os.close(writing)

            assert (await _complaints(process), process.returncode) == ("", 0), words

    at_the_desk(tmp_path, test)


def test_once_whose_reader_went_away_still_mails_and_tells_of_failures(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", *(f"{BELARUS}, part {number}" for number in range(3)))
        desk.answers["/broken"] = b"HTTP/1.1 500 Invented\r\nContent-Length: 0\r\n\r\n"
        desk.configure("broken", "wire")
        reading, writing = os.pipe()
        os.close(reading)

        process = await _start(desk, "once", "--json", stdout=writing, PYTHONUNBUFFERED="1")
        os.close(writing)

        assert (await _complaints(process), process.returncode) == ("", 1)
        assert len(desk.mails()) == 1

    at_the_desk(tmp_path, test)


@pytest.mark.parametrize(
    "environ",
    [
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
    ids=["latin-1", "C"],
)
def test_output_is_utf8_whatever_the_locale(tmp_path: Path, environ: dict[str, str]) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARABIC)
        desk.configure("wire")
        await desk.run("once")
        for words in (("export", "--format", "jsonl"), ("preview", "reader", "--since", "1d")):
            process = await _start(desk, *words, **environ)

            out, complaints = await asyncio.wait_for(process.communicate(), SECONDS)

            assert process.returncode == 0, complaints
            assert ARABIC in out.decode("utf-8")
        refused = await _start(desk, "show", ARABIC, **environ)
        assert "the archive holds no record" in await _complaints(refused)

    at_the_desk(tmp_path, test)


def test_once_interrupted_in_a_poll_ends_with_130_and_claims_nothing(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        begun = asyncio.Event()

        async def slow(_: Request, __: asyncio.StreamWriter) -> None:
            begun.set()
            await asyncio.sleep(SECONDS)

        desk.feed("wire", BELARUS)
        desk.answers["/wire/0"] = slow  # the feed was read by a worker, which stands by
        desk.configure("wire")
        process = await _start(desk, "once")
        await asyncio.wait_for(begun.wait(), SECONDS)

        os.killpg(process.pid, signal.SIGINT)

        complaints = await _complaints(process)
        assert (complaints, process.returncode) == ("", 130)
        with closing(sqlite3.connect(desk.state / "archive.db")) as archive:
            claims = archive.execute("SELECT feed, claimed_by FROM feeds").fetchall()
        assert claims == [("wire", None)]

    at_the_desk(tmp_path, test)


# Stands still where a module is imported, as if that took long, and says so.
SLOW_IMPORT = """
import runpy, sys, time
from importlib.abc import MetaPathFinder
class Slow(MetaPathFinder):
    def find_spec(self, name, *_):
        if name == {module!r}:
            print("importing", flush=True)
            time.sleep({seconds})
sys.meta_path.insert(0, Slow())
sys.argv = ["hrwatch", "status"]
runpy.run_module("hrwatch", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("module", ["hrwatch.cli.main", "typer", "sqlalchemy"])
def test_verb_interrupted_while_it_is_imported_ends_with_130_quietly(module: str) -> None:
    async def test() -> None:
        script = SLOW_IMPORT.format(module=module, seconds=SECONDS)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), SECONDS) == b"importing\n"

        process.send_signal(signal.SIGINT)

        assert (await _complaints(process), process.returncode) == ("", 130)

    asyncio.run(test())


def test_verbs_whose_output_is_full_say_so_on_one_line(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", *(f"{BELARUS}, part {number}" for number in range(3)))
        desk.configure("wire")
        full = os.open("/dev/full", os.O_WRONLY)
        for words in (
            ("once", "--json", "--all"),
            ("status",),
            ("feeds",),
            ("export", "--format", "csv"),
            ("--help",),
        ):
            at_once = {"PYTHONUNBUFFERED": "1"} if words[0] == "once" else {}
            process = await _start(desk, *words, stdout=full, **at_once)

            complaints = await _complaints(process)
            assert complaints.splitlines() == [
                "hrwatch: what is printed cannot be written: No space left on device; "
                "write it elsewhere"
            ], words
            assert process.returncode == 2, words
        os.close(full)
        assert len(desk.mails()) == 1  # once went on

    at_the_desk(tmp_path, test)


async def _without_stdout(desk: Desk, *words: str) -> tuple[str, int | None]:
    closed = "import os, sys; os.close(1); os.execv(sys.executable, sys.argv[1:])"
    usual = (sys.executable, "-m", "hrwatch", "--config", "feeds.yaml", "--state-dir", "state")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", closed, *usual, *words),
        cwd=desk.folder,
        stderr=asyncio.subprocess.PIPE,
    )
    return await _complaints(process), process.returncode


def test_verb_without_stdout_does_its_work(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", BELARUS)
        desk.configure("wire")

        assert await _without_stdout(desk, "once") == ("", 0)
        assert len(desk.mails()) == 1

    at_the_desk(tmp_path, test)


def test_verbs_that_only_print_say_so_where_stdout_is_closed(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", BELARUS)
        desk.configure("wire")
        await desk.run("once", "--digests", "none")
        for words in (("export", "--format", "warc"), ("verify",), ("status", "--json")):
            told, status = await _without_stdout(desk, *words)
            assert told == (
                "hrwatch: what is printed cannot be written: stdout is closed; write it elsewhere\n"
            ), words
            assert status == 2, words

    at_the_desk(tmp_path, test)


def test_what_strangers_wrote_never_steers_the_terminal(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", BELARUS)
        desk.configure("wire")
        await desk.run("once", "--digests", "none")
        (record,) = await desk.records()
        with closing(sqlite3.connect(desk.state / "archive.db")) as archive, archive:
            # Whatever an archive holds, by an older version or another program.
            archive.execute(
                "UPDATE records SET title = ? || title, text = ? || text", [ESCAPES] * 2
            )
            archive.execute("UPDATE feeds SET state = 'unreachable', error = ?", [ESCAPES])
        for words in (
            ("show", str(record["id"])),
            ("search", "belarus"),
            ("preview", "reader"),
            ("feeds",),
            ("status", "--json"),
            ("export", "--format", "jsonl"),
            ("export", "--format", "csv"),
        ):
            ended = await desk.run(*words)

            assert ended.status == 0, ended.complaints
            assert ended.out
            shown = ended.out + ended.complaints
            assert not set(shown) & set("\x1b\x07\x9b\u202e"), words

    at_the_desk(tmp_path, test)
