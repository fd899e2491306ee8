"""Who gets mail is told nowhere: not in any log at DEBUG, in no delivery, no row about one, and not
by `status` or `outbox`, whatever a mail server repeats."""

import asyncio
import logging
from pathlib import Path

import pysequoia
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from hrwatch import config, pipeline
from hrwatch.cli.main import app
from hrwatch.model.mail import Delivery, Status
from hrwatch.wiring import open_desk, open_parts
from mailhost import scripted_host
from newsdesk import Desk, a_reader, at_the_desk

LOCAL, DOMAIN = "anna.kovalenka", "readers.example"
ADDRESS = f"{LOCAL}@{DOMAIN}"
SAID = f"<{ADDRESS}> {LOCAL.upper()}: no such mailbox at {DOMAIN}, ask postmaster@{DOMAIN}"
# What the mail server says to one mail, time after time, and what becomes of it.
ROUNDS: tuple[tuple[dict[str, str], Status], ...] = (
    ({"DATA": f"451 4.7.1 no mail for {ADDRESS}: {SAID}"}, Status.DEFERRED),
    ({"RCPT": f"550 5.1.1 {SAID}"}, Status.REFUSED),
)


async def once(desk: Desk, answers: dict[str, str]) -> list[Delivery]:
    """Do in this process, with everything heard, what `once` does."""
    async with scripted_host(answers) as host:
        mail = {"from": "digest@desk.example", "transport": f"smtp://127.0.0.1:{host.port}"}
        reader = a_reader(address=ADDRESS, pgp_key_file="anna.asc")
        told = config.load(desk.configure("wire", mail=mail, subscribers=[reader], workers=0))
        async with open_parts(told, desk.state) as parts:
            people = open_desk(told, parts.archive)
            due = await pipeline.due_feeds(parts, told.feeds, regardless=False, named=False)
            await pipeline.poll_pass(parts, due, lambda _: None)
            await pipeline.match_pass(parts, people)
            await pipeline.digest_pass(parts, people, regardless=True)
            return list(await pipeline.deliver_pass(parts, people))


def rows(desk: Desk) -> tuple[str, str]:
    """Return what the archive says of deliveries, and the subscriber's token."""
    engine = sa.create_engine(f"sqlite:///{desk.state / 'archive.db'}")
    with engine.connect() as connection:
        details = connection.execute(sa.text("SELECT detail, message_id FROM outbox")).all()
        (data,) = connection.execute(sa.text("SELECT bytes FROM outbox")).one()
        (stands,) = connection.execute(
            sa.text("SELECT token, suspended_because FROM subscriptions")
        ).all()
    engine.dispose()
    assert b"-----BEGIN PGP MESSAGE-----" in data
    assert b"Arvenia" not in data  # nor in another encoding: there is one part, and it is closed
    return repr([*details, stands.suspended_because]), str(stands.token)


def test_recipient_and_token_are_told_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    key = pysequoia.Tsk.generate("Invented").extract_certificate()
    (tmp_path / "anna.asc").write_text(str(key))
    heard: list[str] = []

    async def test(desk: Desk) -> None:
        asyncio.get_running_loop().set_debug(True)
        desk.feed("wire", "Invented: court of Arvenia frees nobody")
        for answers, status in ROUNDS:
            deliveries = await once(desk, answers)
            assert [delivery.status for delivery in deliveries] == [status]
            told, token = rows(desk)
            heard.extend([repr(deliveries), told])
        options = ["--config", str(desk.folder / "feeds.yaml"), "--state-dir", str(desk.state)]
        for verb in (["status"], ["status", "--json"], ["outbox"], ["outbox", "--json"]):
            shown = await asyncio.to_thread(CliRunner().invoke, app, [*options, *verb])
            assert shown.exit_code in (0, 1), shown.output
            heard.append(shown.output)
        heard.append(token)

    with caplog.at_level(logging.DEBUG):
        for name in ("aiosmtplib", "hrwatch", "asyncio", "httpx", "httpcore"):
            caplog.set_level(logging.DEBUG, logger=name)
        at_the_desk(tmp_path, test)
    token = heard.pop()
    out, errors = capfd.readouterr()
    everything = "".join([*heard, caplog.text, out, errors]).casefold()
    assert "reader" in everything  # by this name they are known
    for secret in (ADDRESS, LOCAL, DOMAIN, token):
        assert secret not in everything, everything[everything.index(secret) - 200 :][:300]
