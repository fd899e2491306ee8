"""The outbox when the mail server lets nobody in: one question, one reason, and nothing lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import sqlalchemy as sa

from builders import NOW, a_mail, a_subscriber
from fakes import Clock
from hrwatch.model.mail import Delivery, Digest, Status
from hrwatch.model.settings import MailSettings, Tls
from hrwatch.pipeline import Desk, MailTurns, Parts, deliver, deliver_pass
from hrwatch.secrets import Secret
from hrwatch.stages.deliver.connection import tls_context
from hrwatch.stages.deliver.rest import REST
from hrwatch.stages.deliver.smtp import SmtpTransport
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import outbox
from mailhost import PASSWORD, USER, Authority, MailHost, mail_host

DESK = cast(
    Desk,
    SimpleNamespace(config=SimpleNamespace(subscribers=(a_subscriber(),), mail=MailSettings())),
)


def enqueued(archive: Archive, count: int) -> None:
    """Put mails into the outbox."""
    for number in range(count):
        digest = Digest(f"d{number}", "desk", None, (), ())
        mail = a_mail(message_id=f"<{number}@example.org>")
        archive.write_now(outbox.enqueue, digest, (mail,), NOW)


async def tick(parts: Parts) -> list[Delivery]:
    """Deliver what is due, as the daemon does at a tick."""
    turns = MailTurns()
    work = [deliver(parts, DESK, mails) for _, mails in await turns.take(parts, DESK)]
    return [delivery for some in await asyncio.gather(*work) for delivery in some]


def attempts(archive: Archive) -> list[int]:
    """Return how often each mail was tried."""
    with archive.reading() as connection:
        rows = connection.execute(sa.text("SELECT attempts FROM outbox ORDER BY message_id"))
        return [row.attempts for row in rows]


def with_a_wrong_password(
    folder: Path, test: Callable[[Parts, Archive, MailHost, Clock, list[Secret]], Awaitable[None]]
) -> None:
    """Run `test` with three mails in the outbox and the last of some secrets as the password."""

    async def run() -> None:
        authority, clock, known = Authority(folder), Clock(NOW), [Secret("wrong")]
        archive = Archive.open("archive.db", directory=folder, writing=True, clock=clock)
        async with mail_host(Tls.ALWAYS, authority.server("127.0.0.1"), login=True) as host:
            transport = SmtpTransport(
                host.at(Tls.ALWAYS, USER),
                clock=clock,
                context=tls_context(authority.file),
                password=lambda: known[-1],
            )
            enqueued(archive, 3)
            parts = SimpleNamespace(archive=archive, transport=transport, clock=clock, owner="me")
            try:
                await test(cast(Parts, parts), archive, host, clock, known)
            finally:
                await transport.close()
                archive.close()

    asyncio.run(run())


def test_pass_with_a_refused_password_asks_once_and_leaves_the_other_mails_alone(
    tmp_path: Path,
) -> None:
    async def test(
        parts: Parts, archive: Archive, host: MailHost, clock: Clock, known: list[Secret]
    ) -> None:
        (first,) = await tick(parts)
        assert first.status is Status.DEFERRED
        assert first.detail == "the mail server refuses our password (535 5.7.8)"
        assert await tick(parts) == []
        assert attempts(archive) == [1, 0, 0]
        assert len(host.logins) == 1

        clock.advance(REST + timedelta(seconds=1))
        known.append(Secret(PASSWORD))
        again = await tick(parts)
        assert [delivery.status for delivery in again] == [Status.SENT] * 3
        assert len(host.accepted) == 3

    with_a_wrong_password(tmp_path, test)


def test_pass_regardless_tells_of_every_mail_and_asks_once_all_the_same(tmp_path: Path) -> None:
    async def test(
        parts: Parts, archive: Archive, host: MailHost, clock: Clock, known: list[Secret]
    ) -> None:
        told = await deliver_pass(parts, DESK)
        assert [delivery.status for delivery in told] == [Status.DEFERRED] * 3
        assert len({delivery.detail for delivery in told}) == 1
        assert len(host.logins) == 1

    with_a_wrong_password(tmp_path, test)
