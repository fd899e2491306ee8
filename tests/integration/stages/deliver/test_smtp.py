"""The SMTP transport against a real server on loopback that misbehaves by recipient and by mode."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from builders import a_mail
from fakes import Clock
from hrwatch.model.mail import Delivery, Mail, Status
from hrwatch.model.settings import Server as ServerAddress
from hrwatch.stages.deliver.rest import SHORT_REST
from hrwatch.stages.deliver.smtp import SmtpTransport

SENDER = "digest@example.org"
OK = "anna@example.org"
ANSWERS = {  # at RCPT, by recipient
    "gone@example.org": "550 5.1.1 <gone@example.org>: no mailbox GONE here",
    "grey@example.org": "451 4.7.1 greylisted, try later",
    "full@example.org": "452 4.2.2 mailbox full",
    "closing@example.org": "421 4.3.2 shutting down",
    "full-for-good@example.org": "552 5.2.2 over quota",
    "listed@example.org": "550 your host is blocked, see http://list.example",
    "policy@example.org": "550 5.7.1 rejected by policy",
}
DATA_ANSWERS = {
    "spam@example.org": "554 5.7.1 content refused for spam@example.org",
    "slow@example.org": "451 4.3.0 later",
}


class Server:
    """What the server was asked, and how it behaves: `mode` is read at every connection."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.connections = 0
        self.accepted: list[tuple[str, list[str], bytes]] = []
        self.greetings: list[str] = []
        self.port = 0
        self.live: set[asyncio.Transport] = set()

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greetings.append(hostname)
        return replies

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mode.startswith("mail "):
            return f"{self.mode[5:]} sender refused"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = ANSWERS.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (recipient,) = envelope.rcpt_tos
        if recipient.startswith("hang"):
            await asyncio.sleep(5)
        if recipient.startswith("drop"):
            server.transport.abort()
            return "250 never sent"
        content = envelope.original_content
        assert isinstance(content, bytes)
        assert envelope.mail_from is not None
        answer = DATA_ANSWERS.get(recipient, "250 OK")
        if answer.startswith("250"):
            self.accepted.append((envelope.mail_from, list(envelope.rcpt_tos), content))
        if recipient.startswith("taken"):
            server.transport.abort()
        if recipient.startswith("once"):
            asyncio.get_running_loop().call_later(0.05, server.transport.abort)
        return answer


class Misbehaving(SMTP):
    """One connection, which may end before it begins."""

    def __init__(self, handler: Server, **options: Any) -> None:
        super().__init__(handler, **options)
        self.plan = handler

    def connection_made(self, transport: Any) -> None:
        self.plan.connections += 1
        self.plan.live.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.plan.live -= {self.transport}
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        if self.plan.mode == "busy":
            await self.push("421 4.3.2 too busy")
            self.transport.close()
        elif self.plan.mode == "down":
            self.transport.abort()
        elif self.plan.mode == "silent":
            await asyncio.sleep(5)
        else:
            await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:
        if self.plan.mode == "dropmid":
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on a free port of loopback."""
    plan = Server()

    class OnLoopback(Controller):
        def factory(self) -> SMTP:
            return Misbehaving(plan, hostname="server.test", enable_SMTPUTF8=True)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        plan.port = probe.getsockname()[1]
    controller = OnLoopback(plan, hostname="127.0.0.1", port=plan.port)
    controller.start()
    plan.connections = 0  # starting made one to itself
    yield plan
    for transport in tuple(plan.live):
        controller.loop.call_soon_threadsafe(transport.abort)
    for _ in range(200):
        if not plan.live:
            break
        time.sleep(0.01)
    controller.stop()


def to(recipient: str, **changes: Any) -> Mail:
    """Return a mail to that recipient."""
    return a_mail(recipient=recipient, sender=SENDER, **changes)


def at(server: Server) -> ServerAddress:
    """Return where the server listens."""
    return ServerAddress("127.0.0.1", server.port)


def delivered(
    server: Server,
    *mails: Mail,
    between: Callable[[], None] = lambda: None,
    timeout: float = 5,
    clock: Clock | None = None,
) -> list[Delivery]:
    """Return what became of each mail over one transport."""

    async def deliver() -> list[Delivery]:
        transport = SmtpTransport(at(server), clock=clock or Clock(), timeout=timeout)
        deliveries = []
        for mail in mails:
            deliveries.append(await transport.deliver(mail))
            between()
            await asyncio.sleep(0.1)
        await transport.close()
        return deliveries

    return asyncio.run(deliver())


def statuses(deliveries: list[Delivery]) -> list[Status]:
    return [delivery.status for delivery in deliveries]


def test_smtp_hands_over_the_very_bytes_to_one_recipient(server: Server) -> None:
    body = b"From: a@b.example\r\nSubject: dots\r\n\r\n.\r\n..two\r\n.one\r\nend\r\n"
    (delivery,) = delivered(server, to(OK, bytes=body))
    assert delivery == Delivery("<1@example.org>", "desk", Status.SENT, Clock()(), "taken")
    assert server.accepted == [(SENDER, [OK], body)]


def test_smtp_keeps_one_connection_for_many_mails_and_names_no_host(server: Server) -> None:
    deliveries = delivered(server, to(OK), to("boris@example.org"), to("carla@example.org"))
    assert statuses(deliveries) == [Status.SENT] * 3
    assert server.connections == 1
    assert set(server.greetings) == {"localhost"}
    assert [recipients for _, recipients, _ in server.accepted] == [
        [OK],
        ["boris@example.org"],
        ["carla@example.org"],
    ]


@pytest.mark.parametrize(
    ("recipient", "status", "said"),
    [
        ("gone@example.org", Status.REFUSED, "the recipient was refused: 550 5.1.1"),
        ("grey@example.org", Status.DEFERRED, "the recipient was refused: 451 4.7.1 greylisted"),
        ("full@example.org", Status.DEFERRED, "the recipient was refused: 452 4.2.2"),
        ("closing@example.org", Status.DEFERRED, "the recipient was refused: 421 4.3.2"),
        ("spam@example.org", Status.REFUSED, "the mail was refused: 554 5.7.1 content refused"),
        ("slow@example.org", Status.DEFERRED, "the mail was refused: 451 4.3.0 later"),
        ("drop@example.org", Status.UNKNOWN, "no answer to the mail"),
        ("taken@example.org", Status.UNKNOWN, "no answer to the mail"),
    ],
)
def test_smtp_answers_become_statuses_and_spoil_nothing_for_the_next(
    server: Server, recipient: str, status: Status, said: str
) -> None:
    first, second = delivered(server, to(recipient), to(OK))
    assert first.status is status
    assert first.detail.startswith(said)
    assert second.status is Status.SENT
    assert server.accepted[-1][1] == [OK]


@pytest.mark.parametrize("recipient", ["gone@example.org", "spam@example.org", "GONE@example.org"])
def test_smtp_detail_never_holds_the_recipient(server: Server, recipient: str) -> None:
    (delivery,) = delivered(server, to(recipient.lower()))
    assert "@" not in delivery.detail
    assert "gone" not in delivery.detail.lower()
    assert "[address]" in delivery.detail


def test_smtp_unknown_delivery_is_repeated_with_the_same_bytes(server: Server) -> None:
    mail = to("taken@example.org")
    deliveries = delivered(server, mail, mail)
    assert statuses(deliveries) == [Status.UNKNOWN, Status.UNKNOWN]
    assert server.accepted[0] == server.accepted[1]


@pytest.mark.parametrize("mode", ["mail 451", "mail 550"])
def test_smtp_refused_sender_is_the_operators_matter_and_deferred(
    server: Server, mode: str
) -> None:
    server.mode = mode
    (delivery,) = delivered(server, to(OK))
    assert delivery.status is Status.DEFERRED
    assert delivery.detail.startswith(f"the sender was refused: {mode[5:]}")


@pytest.mark.parametrize("mode", ["busy", "down"])
def test_smtp_server_that_will_not_talk_defers_until_it_does(server: Server, mode: str) -> None:
    server.mode, clock = mode, Clock()

    def mend() -> None:
        if server.mode == "ok":
            clock.advance(SHORT_REST)
        server.mode = "ok"

    mails = [to(OK)] * 3
    deliveries = delivered(server, *mails, between=mend, clock=clock)
    assert statuses(deliveries) == [Status.DEFERRED, Status.DEFERRED, Status.SENT]
    assert deliveries[0].detail == deliveries[1].detail, "the second was not asked about"
    assert deliveries[0].detail.startswith("the connection")


def test_smtp_server_that_goes_while_the_mail_is_sent_leaves_it_open(server: Server) -> None:
    server.mode = "dropmid"
    first, second = delivered(server, to(OK), to(OK), between=lambda: setattr(server, "mode", "ok"))
    assert (first.status, second.status) == (Status.UNKNOWN, Status.SENT)
    assert first.detail.startswith("no answer to the mail")
    assert len(server.accepted) == 1


def test_smtp_server_that_says_nothing_defers_after_the_timeout(server: Server) -> None:
    server.mode = "silent"
    (delivery,) = delivered(server, to(OK), timeout=0.3)
    assert delivery.status is Status.DEFERRED
    assert "imed out" in delivery.detail


def test_smtp_connection_closed_between_mails_is_opened_again(server: Server) -> None:
    deliveries = delivered(server, to("once@example.org"), to(OK))
    assert statuses(deliveries) == [Status.SENT, Status.SENT]
    assert server.connections == 2


def test_smtp_delivery_that_is_cancelled_leaves_a_transport_that_works(server: Server) -> None:
    async def deliver() -> Delivery:
        transport = SmtpTransport(at(server), clock=Clock(), timeout=5)
        hanging = asyncio.create_task(transport.deliver(to("hang@example.org")))
        await asyncio.sleep(0.3)
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
        delivery = await transport.deliver(to(OK))
        await transport.close()
        return delivery

    assert asyncio.run(deliver()).status is Status.SENT
    assert [recipients for _, recipients, _ in server.accepted] == [[OK]]


def test_smtp_without_a_server_is_deferred_with_the_reason() -> None:
    plan = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        plan.port = probe.getsockname()[1]
    (delivery,) = delivered(plan, to(OK))
    assert delivery.status is Status.DEFERRED
    assert delivery.detail.startswith("the connection failed")


def test_smtp_address_that_would_smuggle_a_command_reaches_nobody_else(server: Server) -> None:
    delivered(server, to("anna@example.org>\r\nRCPT TO:<spy@evil.example"))
    assert all(recipients == [OK] for _, recipients, _ in server.accepted)


@pytest.mark.parametrize(
    ("recipient", "of_recipient"),
    [
        ("gone@example.org", True),
        ("closing@example.org", False),
        ("grey@example.org", False),
        ("full-for-good@example.org", False),
        ("listed@example.org", False),
        ("policy@example.org", False),
        ("spam@example.org", False),
        (OK, False),
    ],
)
def test_smtp_tells_a_refused_recipient_from_a_refused_mail_and_a_refused_sender(
    server: Server, recipient: str, of_recipient: bool
) -> None:
    (delivery,) = delivered(server, to(recipient))
    assert delivery.of_recipient is of_recipient
    assert not of_recipient or delivery.status is Status.REFUSED


def test_smtp_slow_recipient_keeps_no_other_mail_waiting(server: Server) -> None:
    async def deliver() -> tuple[float, list[Delivery]]:
        transport = SmtpTransport(at(server), clock=Clock(), timeout=1.2)
        hanging = asyncio.create_task(transport.deliver(to("hang@example.org")))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        mails = [to(f"reader-{number}@example.org") for number in range(8)]
        deliveries = await asyncio.gather(*(transport.deliver(mail) for mail in mails))
        seconds = time.monotonic() - began
        deliveries.append(await hanging)
        await transport.close()
        return seconds, deliveries

    seconds, deliveries = asyncio.run(deliver())
    assert statuses(deliveries) == [Status.SENT] * 8 + [Status.UNKNOWN]
    assert seconds < 1.2, "the others were taken before the slow one had its time"
    assert server.connections == 2


def test_smtp_deliveries_at_once_take_turns(server: Server) -> None:
    async def deliver() -> list[Delivery]:
        transport = SmtpTransport(at(server), clock=Clock(), timeout=5)
        mails = [to(f"reader-{number}@example.org") for number in range(8)]
        deliveries = await asyncio.gather(*(transport.deliver(mail) for mail in mails))
        await transport.close()
        return list(deliveries)

    assert set(statuses(asyncio.run(deliver()))) == {Status.SENT}
    assert server.connections == 1
    assert all(len(recipients) == 1 for _, recipients, _ in server.accepted)
