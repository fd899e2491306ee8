"""`hrwatch once` killed at random moments: nothing is lost, nothing told twice.

A mail server that counts takes the mail. Two copies of one match are allowed under one Message-ID
only: the server may have accepted what the killed process could not write down.
"""

import asyncio
import random
import signal
import sqlite3
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from newsdesk import Desk, a_reader, at_the_desk, told

FEEDS = 6
STORIES = 3  # of each feed, new before each kill
READERS = ("one", "two")


class Mailbox:
    """Takes every mail, slowly, so that a kill can fall into the dialogue."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)
        self.mails += [(recipient, mail) for recipient in envelope.rcpt_tos]
        await asyncio.sleep(0.05)
        return "250 taken"


@asynccontextmanager
async def a_mail_server(mailbox: Mailbox) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def title(feed: int, story: int) -> str:
    return f"Arvenia invented case {feed}-{story} of a letter nobody wrote"


def publish(desk: Desk, stories: int) -> set[str]:
    """Let every feed hold so many stories; return all titles."""
    for feed in range(FEEDS):
        desk.feed(f"feed-{feed}", *(title(feed, story) for story in range(stories)))
    return {title(feed, story) for feed in range(FEEDS) for story in range(stories)}


async def killed(desk: Desk, after: float) -> bool:
    """Start a pass, kill it after so many seconds; say whether it was still running."""
    process = await desk.start("once", "--all")
    try:
        await asyncio.wait_for(process.wait(), after)
    except TimeoutError:
        process.send_signal(signal.SIGKILL)
    await process.communicate()
    return process.returncode == -signal.SIGKILL


def kill_and_look(folder: Path, kills: int) -> None:
    moments = random.Random(20261122)  # noqa: S311 - moments, no secrets

    async def test(desk: Desk) -> None:
        mailbox = Mailbox()
        async with a_mail_server(mailbox) as port:
            desk.configure(
                *(f"feed-{feed}" for feed in range(FEEDS)),
                subscribers=[a_reader(name=n, address=f"{n}@desk.example") for n in READERS],
                mail={"from": "d@desk.example", "transport": f"smtp://127.0.0.1:{port}"},
            )
            expected = publish(desk, STORIES)
            begun = time.monotonic()
            await desk.run("once", "--all")
            whole = time.monotonic() - begun  # the kills fall within a pass of this length
            hits = 0
            for kill in range(1, kills + 1):
                expected = publish(desk, STORIES * (kill + 1))
                hits += await killed(desk, moments.uniform(0.15, 0.9) * whole)
            last = await desk.run("once", "--all")

        assert hits >= kills * 0.6
        assert last.status == 0, last.complaints
        titles = [record["title"] for record in await desk.records()]
        assert sorted(titles) == sorted(expected)
        _look_at_mail(mailbox, expected)
        with closing(sqlite3.connect(desk.state / "archive.db")) as archive:
            assert archive.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            waiting = archive.execute("SELECT count(*) FROM outbox WHERE settled_at IS NULL")
            assert waiting.fetchone() == (0,)

    at_the_desk(folder, test)


def _look_at_mail(mailbox: Mailbox, expected: set[str]) -> None:
    for reader in READERS:
        ids = defaultdict(set)
        for recipient, mail in mailbox.mails:
            if recipient == f"{reader}@desk.example":
                for one in expected:
                    if one in told(mail):
                        ids[one].add(mail["Message-ID"])
        assert set(ids) == expected
        assert {one: found for one, found in ids.items() if len(found) > 1} == {}


def test_once_killed_now_and_then_loses_nothing_and_tells_nothing_twice(tmp_path: Path) -> None:
    kill_and_look(tmp_path, kills=4)


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_once_killed_again_and_again_loses_nothing_and_tells_nothing_twice(tmp_path: Path) -> None:
    kill_and_look(tmp_path, kills=30)
