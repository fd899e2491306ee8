"""A desk whose articles lie in the archive already, for tests of what becomes of mail: digests of
several mails, alerts, answers, and a mailbox that may be told to say no. Stories are invented."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from builders import NOW, a_record, an_entry
from fakes import Clock
from hrwatch import wiring
from hrwatch.config import load
from hrwatch.model.articles import Record
from hrwatch.model.mail import Delivery, Mail, MailKind, Status
from hrwatch.pipeline import Desk, MailTurns, Parts, deliver, digest_pass, match_pass
from hrwatch.stages.deliver import Transport
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import outbox

FILE = """
feeds:
  - {name: wire, url: "http://wire.example/feed.xml"}
mail:
  from: hrwatch <digest@desk.example>
  operator: operator@desk.example
subscribers:
  # Many short mails, so that a digest has pages.
  - {name: pages, address: pages@desk.example, send: at once, text_only: true, detail: longer}
  - {name: alerts, address: alerts@desk.example, send: weekly sun 07:00, urgent: 3 a day}
"""


def title(number: int) -> str:
    """Return the title of an article, which stands in no other's."""
    return f"Case {number:05} of a letter nobody wrote"


def article(number: int, text: str = "", first_seen_at: datetime = NOW) -> Record:
    """Return an article that everybody at the desk asked for."""
    name = f"{number:032x}"
    entry = an_entry(guid=name, permalink=f"http://wire.example/{number}", title=title(number))
    words = text or f"Prisoners spoke of torture in Arvenia, says letter {number}. " * 30
    return a_record(name, entry=entry, text=words, article=None, first_seen_at=first_seen_at)


class Mailbox:
    """A transport that takes every mail but those it was told to answer otherwise; asked for as
    the real ones are."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.taken: list[Mail] = []
        self.tried: list[str] = []  # by recipient
        self.answers: dict[str, Delivery] = {}  # by recipient; their times and ids count not
        self.slow: dict[str, asyncio.Event] = {}  # whose mail is taken once that is set
        self.stopped = self.resting = ""
        self._clock = clock
        self._tried = asyncio.Condition()

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until so much was tried, some seconds at most."""
        async with asyncio.timeout(20), self._tried:
            await self._tried.wait_for(done)

    async def deliver(self, mail: Mail) -> Delivery:
        """Take a mail."""
        async with self._tried:
            self.tried.append(mail.recipient)
            self._tried.notify_all()
        if mail.recipient in self.slow:
            await self.slow[mail.recipient].wait()
        told = Delivery(mail.message_id, mail.subscriber, Status.SENT, self._clock(), "taken")
        if mail.recipient in self.answers:
            answer = self.answers[mail.recipient]
            changes = (answer.status, answer.detail, answer.of_recipient)
            return replace(
                told, **dict(zip(("status", "detail", "of_recipient"), changes, strict=True))
            )
        async with self._tried:
            self.taken.append(mail)
            self._tried.notify_all()
        return told

    async def close(self) -> None:
        """Nothing is held."""

    def says(self, recipient: str, status: Status, *, of_recipient: bool = False) -> None:
        """Answer so for a recipient from now on."""
        told = "550 5.1.1 no such user" if of_recipient else "told to"
        self.answers[recipient] = Delivery("", "", status, NOW, told, of_recipient)


@dataclass
class Mailroom:
    """An archive, whom it writes to, and by which way."""

    archive: Archive
    desk: Desk
    parts: Parts
    clock: Clock
    turns: MailTurns = field(default_factory=MailTurns)

    def receive(self, numbers: Iterable[int], text: str = "") -> None:
        """Archive articles."""
        found = [article(number, text, self.clock()) for number in numbers]
        self.archive.write_now(records.add, found)

    async def write(self, *, regardless: bool = False) -> None:
        """Write what is due, as the daemon does at a tick."""
        await match_pass(self.parts, self.desk)
        await digest_pass(self.parts, self.desk, regardless=regardless)

    async def tick(self) -> list[Delivery]:
        """Deliver what is due, as the daemon does at a tick and until nothing is due any more."""
        told: list[Delivery] = []
        while turns := await self.turns.take(self.parts, self.desk):

            async def turn(name: str, mails: tuple[outbox.Due, ...]) -> None:
                try:
                    told.extend(await deliver(self.parts, self.desk, mails))
                finally:
                    self.turns.leave(name)

            before = len(told)
            await asyncio.gather(*(turn(*one) for one in turns))
            if len(told) == before:
                break
        return told

    def answer(self, subscriber: str, number: int) -> None:
        """Queue an answer to a subscriber's reply."""
        reader = next(one for one in self.desk.config.subscribers if one.name == subscriber)
        message_id = f"<answer{number}@desk.example>"
        letter = f"To: {reader.address}\r\nMessage-ID: {message_id}\r\n\r\nAnswer {number}.\r\n"
        mail = Mail(
            message_id,
            subscriber,
            reader.address,
            "digest@desk.example",
            letter.encode(),
            MailKind.ANSWER,
        )
        self.archive.write_now(outbox.put, (mail,), self.clock())


async def a_mailroom(
    folder: Path,
    archive: Archive,
    transport: Callable[[Clock], Transport] = Mailbox,
    file: str = FILE,
    clock: Clock | None = None,
) -> Mailroom:
    """Return a mailroom by an operator's file."""
    clock = clock or Clock(NOW)
    path = folder / "feeds.yaml"
    path.write_text(file)
    config = load(path)
    await wiring.put_in_force(archive, config, clock())
    parts = SimpleNamespace(
        archive=archive,
        transport=transport(clock),
        clock=clock,
        owner="us",
        chance=float,
        new_id=lambda: secrets.token_hex(12),
        new_token=lambda: secrets.token_hex(16),
    )
    return Mailroom(archive, wiring.open_desk(config, archive), cast(Parts, parts), clock)


def text_of(mail: bytes) -> str:
    """Return the text part of a mail."""
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def told_to(mails: Iterable[tuple[str, bytes]], titles: Iterable[str]) -> dict[str, set[str]]:
    """Given Message-IDs and bytes of mails, return which of them tell of each title."""
    found = defaultdict(set)
    wanted = tuple(titles)
    for message_id, body in mails:
        words = " ".join(text_of(body).split())
        for one in wanted:
            if one in words:
                found[one].add(message_id)
    return dict(found)


AN_HOUR = timedelta(hours=1)
