"""A process that ends at any edge of what it writes about mail: every article is told, none twice,
but by a second copy of one mail under the same Message-ID. The same on SQLite and PostgreSQL."""

import asyncio
import random
import signal
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import ledger
from mailing import Mailbox, Mailroom, a_mailroom, title, told_to
from postgres import Place
from socket_guard import process_environment

READERS = ("pages", "alerts")
ARTICLES = 20  # new in each life: more than one mail of text


class Killed(BaseException):
    """What stands for the end of the process: no code of hrwatch expects it."""


@dataclass
class Fuse:
    """Ends the process at one of its transactions: just before it is committed, or just after."""

    at: int | None  # None: never
    after: bool
    count: int = 0

    def light(self, archive: Archive) -> None:
        """Let it burn from the next transaction on."""
        real = archive._changed  # where every transaction goes through

        def changed(connection: sa.Connection, function: Callable[[sa.Connection], Any]) -> Any:
            self.count += 1
            if self.at is None or self.count < self.at:
                return real(connection, function)
            if self.at == self.count and self.after:
                real(connection, function)
                raise Killed
            if self.at == self.count:
                return real(connection, lambda it: (function(it), self._end())[0])
            raise Killed  # what still runs beside writes nothing any more

        archive._changed = changed  # type: ignore[method-assign]

    def _end(self) -> None:
        raise Killed


async def a_day(room: Mailroom) -> None:
    """Write and send digests of pages, alerts and answers, one of them to who is refused."""
    await room.write()
    await room.tick()
    await room.write(regardless=True)
    await room.tick()


async def one_life(
    place: Place, folder: Path, number: int, fuse: Fuse, taken: list[tuple[str, str, bytes]]
) -> None:
    """Get new articles, and be ended while they are told."""
    with place.open() as archive:
        room = await a_mailroom(folder, archive)
        room.receive(range(number * ARTICLES, (number + 1) * ARTICLES))
        room.answer("pages", number)
        box = room.parts.transport
        assert isinstance(box, Mailbox)
        fuse.light(archive)
        try:
            await a_day(room)
        finally:
            taken += [(mail.recipient, mail.message_id, mail.bytes) for mail in box.taken]


def look(place: Place, taken: list[tuple[str, str, bytes]], articles: int, kills: int) -> None:
    """See that each reader was told of each article once, whatever happened."""
    bodies = defaultdict(set)
    for _, message_id, body in taken:
        bodies[message_id].add(body)
    assert all(len(found) == 1 for found in bodies.values()), "the same id is the same mail"
    assert len(taken) - len(bodies) <= kills
    titles = [title(number) for number in range(articles)]
    for reader in READERS:
        mine = {(i, body) for to, i, body in taken if to == f"{reader}@desk.example"}
        found = told_to(mine, titles)
        assert sorted(found) == titles, f"{reader} was told of everything"
        assert [one for one in titles if len(found[one]) > 1] == [], f"{reader}: nothing twice"
    with place.open(writing=False) as archive, archive.reading() as connection:
        for reader in READERS:
            assert ledger.waiting(connection, reader) == ()
        left = sa.text("SELECT count(*) FROM outbox WHERE status != 'sent'")
        assert connection.scalar(left) == 0
        lost = sa.text(
            "SELECT count(*) FROM ledger WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE "
            "outbox.digest = ledger.digest AND outbox.page = ledger.page)"
        )
        assert connection.scalar(lost) == 0, "each match stands on a page that was sent"
    if place.is_file:
        with place.aside() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(False, id="before it"),
        pytest.param(True, id="after it", marks=pytest.mark.drill),
    ],
)
def test_end_at_any_commit_loses_no_match_and_tells_none_twice(
    place: Place, tmp_path: Path, after: bool
) -> None:
    async def test() -> int:
        kills, done = 0, False
        while not done:
            fuse = Fuse(kills + 1, after)
            try:
                await one_life(place, tmp_path, kills, fuse, taken)
                done = True
            except Killed:
                kills += 1
        return kills

    taken: list[tuple[str, str, bytes]] = []
    kills = asyncio.run(test())
    assert kills > 10
    look(place, taken, (kills + 1) * ARTICLES, kills)
    pages = [message_id for to, message_id, _ in taken if to == "pages@desk.example"]
    assert len(set(pages)) > 2 * kills, "answers, and digests of more than one mail"


CHILD = """
import asyncio, sys
from pathlib import Path
import sqlalchemy as sa
from hrwatch.model.settings import Server
from hrwatch.stages.deliver.smtp import SmtpTransport
from mailing import a_mailroom
from postgres import Place
from test_mail_crash import ARTICLES, a_day

async def live():
    place = Place(sys.argv[1], Path(sys.argv[2]), sys.argv[3] or None)
    with place.open() as archive:
        def transport(clock):
            return SmtpTransport(Server("127.0.0.1", int(sys.argv[4])), clock=clock)
        room = await a_mailroom(Path(sys.argv[5]), archive, transport)
        print("open", flush=True)
        while True:
            await room.tick()
            await a_day(room)
            if sys.argv[6] == "last":
                break
            with archive.reading() as connection:
                there = connection.scalar(sa.text("SELECT count(*) FROM records"))
            room.receive(range(there, there + ARTICLES))
            room.answer("pages", there)

asyncio.run(live())
"""


class Box:
    """A mail server that takes its time, so that a kill can fall into the dialogue."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.original_content, bytes)
        body = envelope.original_content
        message_id = body.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()
        self.taken.append((envelope.rcpt_tos[0], message_id, body))
        await asyncio.sleep(0.01)
        return "250 taken"


def a_life(place: Place, folder: Path, port: int, moment: float | None) -> bool:
    """Let a process work on the archive, to its end or until it is killed; say whether it was."""
    where = (place.url, str(place.directory), place.password or "", str(port), str(folder))
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, *where, "run" if moment is not None else "last"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent,
        env=process_environment(folder / "refused.txt"),
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            return process.wait(moment) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            return True


@pytest.mark.drill
@pytest.mark.timeout(1_800)
def test_two_hundred_kills_lose_no_match_and_tell_none_twice(place: Place, tmp_path: Path) -> None:
    moments = random.Random(20261122)  # noqa: S311 - moments, no secrets
    box, kills = Box(), 200
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        for _ in range(kills):
            assert a_life(place, tmp_path, port, moments.uniform(0, 1))
        assert not a_life(place, tmp_path, port, None)
    finally:
        controller.stop()
    with place.open(writing=False) as archive, archive.reading() as connection:
        articles = connection.scalar(sa.text("SELECT count(*) FROM records"))
    look(place, box.taken, articles, kills)
    copies = Counter(message_id for _, message_id, _ in box.taken)
    print(f"{kills} kills, {articles} articles, {len(copies)} mails, {len(box.taken)} taken")  # noqa: T201 - the figures of a drill
