"""The mail server's password in real runs: where it is looked for, and that nothing tells it."""

import asyncio
import base64
import logging
from pathlib import Path

import pytest

from builders import a_mail
from fakes import Clock
from hrwatch.model.mail import Status
from hrwatch.model.settings import MailSettings, Tls
from hrwatch.secrets import Secret
from hrwatch.stages.deliver import open_transport
from mailhost import PASSWORD, USER, Authority, MailHost, mail_host, scripted_host
from newsdesk import Desk, Ended, at_the_desk

WRONG = "an old password, long since changed"
STORY = "Invented: court of Arvenia frees nobody"


def forms(password: str) -> list[bytes]:
    """Return a password as it may be met: plain, and as the two methods of login write it."""
    plain = base64.b64encode(f"\0{USER}\0{password}".encode())
    return [password.encode(), plain, base64.b64encode(password.encode())]


def tells(text: bytes, password: str) -> bool:
    """Say whether the password can be found in what was printed or written."""
    return any(form in text for form in forms(password))


def everything(desk: Desk, *runs: Ended) -> bytes:
    """Return all that the runs printed, and every file that they wrote."""
    printed = "".join(run.out + run.complaints for run in runs).encode()
    files = [path for path in desk.state.rglob("*") if path.is_file()]
    return printed + b"".join(path.read_bytes() for path in files)


def at_the_mail_desk(
    desk: Desk, authority: Authority, host: MailHost, tls: Tls, **mail: str
) -> None:
    """Write the operator's file: one feed, one reader, mail through that server."""
    desk.feed("wire", STORY)
    address = f"{tls}://{USER}@127.0.0.1:{host.port}"
    sections = {"from": "digest@desk.example", "transport": address, "ca_file": str(authority.file)}
    desk.configure("wire", mail=sections | mail)


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python says all that it can say."""
    for name in ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "PYTHONFAULTHANDLER"):
        monkeypatch.setenv(name, "1")


@pytest.mark.parametrize("tls", [Tls.UPGRADED, Tls.ALWAYS])
@pytest.mark.usefixtures("talkative")
def test_once_mails_with_a_password_and_tells_it_to_nobody_else(tmp_path: Path, tls: Tls) -> None:
    authority = Authority(tmp_path)

    async def test(desk: Desk) -> None:
        password = desk.folder / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        async with mail_host(tls, authority.server("127.0.0.1"), login=True) as host:
            at_the_mail_desk(desk, authority, host, tls, password_file="password")
            ended = await desk.run("once", "--digests", "all")
            told = await desk.run("status")
            checked = await desk.run("check")
        assert ended.status == 0, ended.complaints
        assert host.logins == [("PLAIN", USER, PASSWORD)]
        ((recipient, body),) = host.accepted
        assert recipient == "reader@desk.example"
        assert STORY.encode() in body
        assert not tells(everything(desk, ended, told, checked) + body, PASSWORD)

    at_the_desk(tmp_path, test)


@pytest.mark.usefixtures("talkative")
def test_once_with_a_wrong_password_archives_defers_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("HRWATCH_SMTP_PASSWORD", WRONG)

    async def test(desk: Desk) -> None:
        async with mail_host(Tls.ALWAYS, authority.server("127.0.0.1"), login=True) as host:
            at_the_mail_desk(desk, authority, host, Tls.ALWAYS)
            ended = await desk.run("once", "--digests", "all")
            told = await desk.run("status")
        assert ended.status == 1
        assert "deferred: mail to reader: the mail server refuses our password (535" in ended.out
        assert host.logins == [("PLAIN", USER, WRONG)]
        assert [record["title"] for record in await desk.records()] == [STORY]
        assert not tells(everything(desk, ended, told), WRONG)

        monkeypatch.setenv("HRWATCH_SMTP_PASSWORD", PASSWORD)
        async with mail_host(Tls.ALWAYS, authority.server("127.0.0.1"), login=True) as host:
            at_the_mail_desk(desk, authority, host, Tls.ALWAYS)
            again = await desk.run("once")
        assert again.status == 0, again.complaints
        assert len(host.accepted) == 1
        assert not tells(everything(desk, again), PASSWORD)

    at_the_desk(tmp_path, test)


def test_once_without_the_password_ends_before_anything_is_asked_or_sent(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def test(desk: Desk) -> None:
        async with mail_host(Tls.ALWAYS, authority.server("127.0.0.1"), login=True) as host:
            at_the_mail_desk(desk, authority, host, Tls.ALWAYS)
            ended = await desk.run("once")
            checked = await desk.run("check")
        assert ended.status == 2
        assert ended.out == ""
        (line,) = ended.complaints.splitlines()
        assert line.startswith("hrwatch: the mail server's password is missing")
        for place in ("mail.password_file", "smtp-password", "$HRWATCH_SMTP_PASSWORD"):
            assert place in line
        assert host.connections == 0
        assert not desk.state.exists() or not list(desk.state.iterdir())
        assert checked.status == 0  # the file itself is right

    at_the_desk(tmp_path, test)


def test_once_with_a_password_that_others_can_read_says_what_to_do(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def test(desk: Desk) -> None:
        password = desk.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        async with mail_host(Tls.ALWAYS, authority.server("127.0.0.1"), login=True) as host:
            at_the_mail_desk(desk, authority, host, Tls.ALWAYS, password_file="password")
            ended = await desk.run("once")
        assert ended.status == 2
        assert f"say chmod 600 {password}" in ended.complaints
        assert not tells(everything(desk, ended), PASSWORD)

    at_the_desk(tmp_path, test)


def test_transport_logs_no_password_at_any_level(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    authority = Authority(tmp_path)
    said = {"AUTH PLAIN": f"535 5.7.8 {WRONG} is wrong", "MAIL": "451 try later"}

    async def test() -> list[str]:
        told = []
        context = authority.server("127.0.0.1")
        for answers in (said, {"MAIL": "451 later"}, {"AUTH PLAIN": "~"}):
            async with scripted_host(answers, tls=Tls.ALWAYS, context=context) as host:
                transport = open_transport(
                    MailSettings(
                        transport=f"smtps://{USER}@127.0.0.1:{host.port}", ca_file=authority.file
                    ),
                    directory=tmp_path,
                    clock=Clock(),
                    password=lambda: Secret(WRONG),
                )
                delivery = await transport.deliver(a_mail())
                assert delivery.status is Status.DEFERRED
                told += [repr(delivery), transport.stopped, repr(vars(transport))]
                await transport.close()
        return told

    with caplog.at_level(logging.DEBUG):
        told = asyncio.run(test(), debug=True)
    out, errors = capfd.readouterr()
    assert not tells("".join([*told, caplog.text, out, errors]).encode(), WRONG)
