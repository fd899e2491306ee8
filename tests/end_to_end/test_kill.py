"""`hrwatch once` killed at random moments: nothing is lost, nothing told twice.

A mail server that counts takes the mail. Two copies of one match are allowed under one Message-ID
only: the server may have accepted what the killed process could not write down.
"""

import asyncio
import random
import signal
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from hrwatch.stages.store.evidence.verifying import verify
from newsdesk import Desk, a_reader, at_the_desk, told
from postgres import Place

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


async def killed(desk: Desk, mailbox: Mailbox, after: int, moment: float) -> bool:
    """Start a pass and kill it a moment after it did so many things that can be seen from outside,
    requests and mails; say whether it was still running."""
    last = len(desk.server.requests) + len(mailbox.mails) + after
    process = await desk.start("once", "--all")
    ended = asyncio.create_task(process.communicate())
    while not ended.done() and len(desk.server.requests) + len(mailbox.mails) < last:  # noqa: ASYNC110 - what is counted has no event
        await asyncio.sleep(0.002)
    await asyncio.sleep(moment)
    if not ended.done():
        process.send_signal(signal.SIGKILL)
    await ended
    return process.returncode == -signal.SIGKILL


def kill_and_look(place: Place, kills: int) -> None:
    moments = random.Random(20261122)  # noqa: S311 - moments, no secrets

    async def test(desk: Desk) -> None:
        mailbox = Mailbox()
        async with a_mail_server(mailbox) as port:
            desk.configure(
                *(f"feed-{feed}" for feed in range(FEEDS)),
                subscribers=[a_reader(name=n, address=f"{n}@desk.example") for n in READERS],
                mail={"from": "d@desk.example", "transport": f"smtp://127.0.0.1:{port}"},
                archive=place.url,
            )
            hits = tries = 0
            while hits < kills and tries < kills * 4:
                tries += 1
                expected = publish(desk, STORIES * tries)
                seen = moments.randint(1, FEEDS * (1 + STORIES))
                hits += await killed(desk, mailbox, seen, moments.uniform(0, 0.2))
            last = await desk.run("once", "--all")

        assert hits == kills
        assert last.status == 0, last.complaints
        titles = [record["title"] for record in await desk.records()]
        assert sorted(titles) == sorted(expected)
        _look_at_mail(mailbox, expected)
        with place.aside() as archive:
            if place.is_file:
                assert archive.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            unsettled = "SELECT count(*) FROM outbox WHERE settled_at IS NULL"
            assert archive.exec_driver_sql(unsettled).scalar() == 0
        with place.open(writing=False) as opened, opened.reading() as connection:
            found = verify(connection, pytest.fail, lambda *_: None)
        assert (found.captures, found.number) == (len(expected), len(expected))

    at_the_desk(place.directory.parent, test)


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


@pytest.mark.timeout(240)
def test_once_killed_now_and_then_loses_nothing_and_tells_nothing_twice(
    empty_place: Place,
) -> None:
    kill_and_look(empty_place, kills=2)


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_once_killed_again_and_again_loses_nothing_and_tells_nothing_twice(
    empty_place: Place,
) -> None:
    kill_and_look(empty_place, kills=30)
