"""`hrwatch run` as systemd runs it: the real process, its notify socket, signals, a second one."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import subscriptions
from loopback import Request, an_answer
from newsdesk import Desk, a_reader, at_the_desk, told

ARREST = "Belarus: six arrested over an invented letter"
MARKET = "Norway: a market that nobody opened"
PATIENCE = 40


class Daemon:
    """A running `hrwatch run`, and what it told its supervisor."""

    def __init__(self, process: asyncio.subprocess.Process, heard: list[str]) -> None:
        self.process = process
        self.heard = heard

    def says(self, what: str) -> bool:
        return any(what in message for message in self.heard)

    async def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        _, log = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        return self.process.returncode or 0, log.decode()


@asynccontextmanager
async def a_daemon(desk: Desk) -> AsyncIterator[Daemon]:
    """Start the daemon at the desk and wait until it is ready."""
    heard: list[str] = []
    address = desk.folder / "notify"
    address.unlink(missing_ok=True)
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(str(address))
    ear.setblocking(False)
    loop = asyncio.get_running_loop()
    loop.add_reader(ear, lambda: heard.append(ear.recv(4096).decode()))
    os.environ["NOTIFY_SOCKET"] = str(address)
    try:
        process = await desk.start("run")
    finally:
        del os.environ["NOTIFY_SOCKET"]
    daemon = Daemon(process, heard)
    try:
        await until(lambda: daemon.says("READY=1") or process.returncode is not None)
        assert daemon.says("READY=1")
        yield daemon
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
        loop.remove_reader(ear)
        ear.close()


async def until(done: Callable[[], bool]) -> None:
    """Wait until `done`, at most for the test's patience."""
    for _ in range(PATIENCE * 20):
        if done():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


def configure(desk: Desk, *feeds: str, **changes: object) -> None:
    every = {"fetch": {**fetching(desk), "every": "2s"}}
    desk.configure(*feeds, **(every | changes))


def fetching(desk: Desk) -> dict[str, object]:
    return {
        "contact": "mailto:test@desk.example",
        "allow_addresses": [desk.server.exemption],
        "gap": "0s",
        "per_domain": 8,
    }


def unsubscribing(mail: EmailMessage) -> bytes:
    """What a mail program sends for its own button."""
    address, _, subject = str(mail["List-Unsubscribe"]).strip("<>").partition("?subject=")
    head = f"From: Reader <reader@desk.example>\nTo: {address.removeprefix('mailto:')}\n"
    return f"{head}Subject: {subject.replace('%20', ' ')}\n\n".encode()


def test_run_heeds_a_mail_programs_stop_from_a_pipe_and_answers_it(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        configure(desk, "wire")
        async with a_daemon(desk) as daemon:
            await until(lambda: len(desk.mails()) == 1)
            ended = await desk.run("reply", given=unsubscribing(desk.mails()[0]))
            await until(lambda: len(desk.mails()) == 2)
            status, log = await daemon.end()

        assert (status, ended.status, ended.out, ended.complaints) == (0, 0, "", "")
        answer = desk.mails()[1]
        assert (answer["To"], answer["Auto-Submitted"]) == ("reader@desk.example", "auto-replied")
        assert "You will get no more mail." in told(answer)
        assert "event=reply subscriber=reader command=stop answered=True" in log
        assert "reader@desk.example" not in log

    at_the_desk(tmp_path, test)


def test_run_polls_and_mails_until_it_is_asked_to_end(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        configure(desk, "wire")
        async with a_daemon(desk) as daemon:
            await until(lambda: len(desk.mails()) == 1)
            desk.feed("wire", ARREST, MARKET)
            await until(lambda: len(desk.mails()) == 2)
            beside = await desk.run("status")
            status, log = await daemon.end()

        assert (status, beside.status) == (0, 0)
        assert "next whenever something new matches" in beside.out
        assert MARKET in told(desk.mails()[1])
        assert daemon.says("STOPPING=1")
        assert "event=stopped interrupted=0" in log
        assert "reader@desk.example" not in log
        assert ARREST not in log

    at_the_desk(tmp_path, test)


def test_run_good_file_is_put_in_force_and_a_bad_one_leaves_the_old(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.feed("paper", MARKET)
        configure(desk, "wire")
        async with a_daemon(desk) as daemon:
            await until(lambda: len(desk.mails()) == 1)

            configure(desk, "wire", subscribers=[a_reader(contries=["BY"])])
            daemon.process.send_signal(signal.SIGHUP)
            await until(lambda: daemon.says("did you mean countries"))
            refused = await desk.run("status")
            desk.feed("wire", ARREST, MARKET)
            await until(lambda: len(desk.mails()) == 2)

            configure(desk, "wire", "paper")  # seen without a signal
            await until(lambda: "/paper" in {r.target for r in desk.server.requests})
            status, log = await daemon.end()

        assert status == 0
        assert "is not in force: feeds.yaml:" in refused.out
        assert "countries" in refused.out
        assert log.count("event=config-in-force") == 1
        assert daemon.says("RELOADING=1")

    at_the_desk(tmp_path, test)


def test_run_reload_in_the_middle_of_a_poll_loses_nothing(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        begun = asyncio.Event()
        go_on = asyncio.Event()

        async def slow(_: Request, writer: asyncio.StreamWriter) -> None:
            begun.set()
            await go_on.wait()
            body = b"<html><body><article><p>An invented page that came late.</p></article></body>"
            writer.write(an_answer(body, Content_Type="text/html"))
            await writer.drain()
            writer.close()

        desk.answers["/wire/0"] = slow
        desk.feed("wire", ARREST)
        configure(desk, "wire")
        async with a_daemon(desk) as daemon:
            await asyncio.wait_for(begun.wait(), PATIENCE)
            changed = {**fetching(desk), "every": "3s", "timeout": "19s"}
            desk.configure("wire", fetch=changed, workers=2)
            daemon.process.send_signal(signal.SIGHUP)
            await until(lambda: sum("READY=1" in message for message in daemon.heard) == 2)
            go_on.set()
            await until(lambda: len(desk.mails()) == 1)
            status, log = await daemon.end()

        assert status == 0
        assert "outcome=failed" not in log
        assert ARREST in told(desk.mails()[0])

    at_the_desk(tmp_path, test)


def test_run_ends_within_its_bound_while_a_server_hangs(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        begun = asyncio.Event()

        async def hangs(_: Request, writer: asyncio.StreamWriter) -> None:
            begun.set()
            await asyncio.sleep(PATIENCE)
            writer.close()

        desk.answers["/wire"] = hangs
        configure(desk, "wire", fetch={**fetching(desk), "timeout": "5s"})
        async with a_daemon(desk) as daemon:
            await asyncio.wait_for(begun.wait(), PATIENCE)
            status, log = await daemon.end()
        again = await desk.run("once")

        assert status == 0
        assert "event=stopped interrupted=0" in log
        assert again.status in (0, 1)  # no lock, no claim was left behind

    at_the_desk(tmp_path, test)


def test_run_second_daemon_is_refused_and_says_who_holds_the_archive(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        configure(desk, "wire")
        async with a_daemon(desk) as daemon:
            second = await desk.run("run")
            await daemon.end()

        assert second.status == 2
        assert f"process {daemon.process.pid}" in second.complaints

    at_the_desk(tmp_path, test)


def test_run_killed_and_started_again_goes_on(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        configure(desk, "wire")
        async with a_daemon(desk) as daemon:
            await until(lambda: len(desk.mails()) == 1)
            await daemon.end(signal.SIGKILL)
        desk.feed("wire", ARREST, MARKET)
        async with a_daemon(desk) as daemon:
            await until(lambda: len(desk.mails()) == 2)
            await daemon.end()

        assert ARREST not in told(desk.mails()[1])

    at_the_desk(tmp_path, test)


def test_run_bad_file_at_the_start_ends_with_two(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        configure(desk, "wire", subscribers=[a_reader(timezone="Mars")])

        ended = await desk.run("run")

        assert ended.status == 2
        assert "feeds.yaml:" in ended.complaints
        assert not desk.state.exists()

    at_the_desk(tmp_path, test)


def test_run_archive_in_trouble_at_the_start_ends_with_one_to_be_tried_again(
    tmp_path: Path,
) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        configure(desk, "wire")
        desk.state.mkdir()
        (desk.state / "archive.db").write_bytes(b"this is no database" * 100)

        ended = await desk.run("run")

        assert ended.status == 1
        assert "archive.db" in ended.complaints
        assert (desk.state / "archive.db").read_bytes().startswith(b"this is no database")

    at_the_desk(tmp_path, test)


def test_run_writes_to_its_operator_what_cannot_wait(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        configure(desk, "wire", mail={"operator": "ops@desk.example"})
        address, now = "reader@desk.example", datetime.now(UTC)
        with Archive.open("archive.db", directory=desk.state, writing=True) as archive:
            archive.write_now(subscriptions.suspend, "reader", address, "550 no such user", now)
        async with a_daemon(desk) as daemon:
            await until(lambda: len(desk.mails()) == 1)
            _, log = await daemon.end()

        (mail,) = desk.mails()
        assert mail["To"] == "ops@desk.example"
        assert "Nothing is written to reader since" in told(mail)
        assert "event=alert of=suspended:reader failures=0" in log

    at_the_desk(tmp_path, test)
