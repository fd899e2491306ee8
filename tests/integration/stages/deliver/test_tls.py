"""The SMTP transports under TLS: who is believed, what is never said in the clear, and how a login
that fails is told."""

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from builders import a_mail
from fakes import Clock
from hrwatch.errors import SecretError
from hrwatch.model.mail import Delivery, Status
from hrwatch.model.settings import Server, Tls
from hrwatch.secrets import Secret
from hrwatch.stages.deliver.connection import tls_context
from hrwatch.stages.deliver.rest import REST
from hrwatch.stages.deliver.smtp import SmtpTransport
from mailhost import (
    PASSWORD,
    USER,
    Authority,
    MailHost,
    mail_host,
    overheard,
    scripted_host,
)

BOTH = (Tls.UPGRADED, Tls.ALWAYS)
MAIL = a_mail(recipient="anna@example.org")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def a_transport(
    server: Server,
    ca_file: Path | None,
    *,
    password: Callable[[], Secret] = lambda: Secret(PASSWORD),
    clock: Clock | None = None,
    timeout: float = 5,
) -> SmtpTransport:
    """Return a transport to that server, which believes `ca_file`."""
    return SmtpTransport(
        server,
        clock=clock or Clock(),
        context=tls_context(ca_file),
        password=password,
        timeout=timeout,
    )


async def delivered(
    server: Server, ca_file: Path | None, times: int = 1, patience: float = 5
) -> list[Delivery]:
    """Return what became of a mail, tried `times` over one transport."""
    transport = a_transport(server, ca_file, timeout=patience)
    deliveries = [await transport.deliver(MAIL) for _ in range(times)]
    await transport.close()
    return deliveries


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run an asynchronous test."""

    async def whole() -> None:
        await test()

    asyncio.run(whole())


@pytest.mark.parametrize("tls", BOTH)
def test_tls_carries_the_very_bytes_after_a_login(authority: Authority, tls: Tls) -> None:
    async def test() -> None:
        async with mail_host(tls, authority.server("127.0.0.1"), login=True) as host:
            deliveries = await delivered(host.at(tls, USER), authority.file, times=2)
        assert {delivery.status for delivery in deliveries} == {Status.SENT}
        assert host.accepted == [(MAIL.recipient, MAIL.bytes)] * 2
        assert host.logins == [("PLAIN", USER, PASSWORD)]
        assert host.connections == 1

    run(test)


@pytest.mark.parametrize("tls", BOTH)
def test_tls_without_a_user_logs_in_nowhere(authority: Authority, tls: Tls) -> None:
    async def test() -> None:
        async with mail_host(tls, authority.server("127.0.0.1")) as host:
            (delivery,) = await delivered(host.at(tls), authority.file)
        assert delivery.status is Status.SENT
        assert host.logins == []

    run(test)


@pytest.mark.parametrize("tls", BOTH)
def test_tls_to_a_server_that_knows_login_alone_uses_that(authority: Authority, tls: Tls) -> None:
    async def test() -> None:
        context = authority.server("127.0.0.1")
        async with mail_host(tls, context, login=True, without=("PLAIN",)) as host:
            (delivery,) = await delivered(host.at(tls, USER), authority.file)
        assert delivery.status is Status.SENT
        assert host.logins == [("LOGIN", USER, PASSWORD)]

    run(test)


@pytest.mark.parametrize("tls", BOTH)
def test_tls_lets_nobody_on_the_wire_read_login_envelope_or_mail(
    authority: Authority, tls: Tls
) -> None:
    async def test() -> None:
        async with (
            mail_host(tls, authority.server("127.0.0.1"), login=True) as host,
            overheard(host) as (tapped, said),
        ):
            (delivery,) = await delivered(tapped.at(tls, USER), authority.file)
        assert delivery.status is Status.SENT
        assert len(said) > len(MAIL.bytes)
        assert not any(word in said for word in (b"MAIL FROM", b"RCPT", b"AUTH", b"anna"))
        clear = bytes(said[: said.find(b"STARTTLS") + 10]) if tls is Tls.UPGRADED else b""
        assert clear in (b"", b"EHLO localhost\r\nSTARTTLS\r\n")

    run(test)


REFUSALS: dict[str, tuple[dict[str, str], str]] = {
    "no offer": ({"EHLO": "250-host.test\r\n250 AUTH PLAIN LOGIN"}, "offers no STARTTLS"),
    "no extensions": ({"EHLO": "250 host.test"}, "offers no STARTTLS"),
    "an old server": (
        {"EHLO": "502 what?", "HELO": "250 hello"},
        "the connection was refused: 502",
    ),
    "not now": ({"STARTTLS": "454 4.7.0 TLS not available"}, "was refused: 454 4.7.0 TLS not"),
    "not ever": ({"STARTTLS": "554 5.7.3 no"}, "was refused: 554 5.7.3 no"),
    "an early end": ({"STARTTLS": "~"}, "the connection failed"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_starttls_that_is_withheld_sends_nothing_in_the_clear(
    authority: Authority, name: str
) -> None:
    answers, said = REFUSALS[name]

    async def test() -> None:
        async with scripted_host(answers) as host:
            deliveries = await delivered(host.at(Tls.UPGRADED, USER), authority.file, times=2)
        assert {delivery.status for delivery in deliveries} == {Status.DEFERRED}
        assert said in deliveries[0].detail
        assert set(host.heard) <= {b"EHLO localhost", b"STARTTLS", b""}

    run(test)


def test_starttls_that_is_agreed_to_and_not_kept_sends_nothing(authority: Authority) -> None:
    async def test() -> None:
        async with scripted_host() as host:  # goes on in the clear after its 220
            (delivery,) = await delivered(host.at(Tls.UPGRADED, USER), authority.file, patience=0.5)
        assert delivery.status is Status.DEFERRED
        heard = b"".join(host.heard)
        assert b"AUTH" not in heard
        assert b"MAIL" not in heard

    run(test)


def test_starttls_answers_put_in_before_the_handshake_count_for_nothing(
    authority: Authority,
) -> None:
    async def test() -> None:
        injected = {"STARTTLS": "220 go\r\n250-evil.test\r\n250 AUTH PLAIN\r\n535 no"}
        context = authority.server("127.0.0.1")
        async with scripted_host(injected, context=context) as host:
            (delivery,) = await delivered(host.at(Tls.UPGRADED, USER), authority.file)
        assert delivery.status is Status.SENT
        assert [line[:4] for line in host.heard].count(b"EHLO") == 2

    run(test)


def bad_certificates(
    authority: Authority, other: Authority
) -> dict[str, tuple[ssl.SSLContext, str, str]]:
    """Return contexts, the host that is asked for, and what is to be said."""
    return {
        "expired": (authority.server("127.0.0.1", expired=True), "127.0.0.1", "has expired"),
        "unknown": (other.server("127.0.0.1"), "127.0.0.1", "comes from an unknown authority"),
        "self-signed": (other.self_signed(), "127.0.0.1", "is self-signed"),
        "address": (authority.server("mail.example"), "127.0.0.1", "is for another address"),
        "name": (authority.server("mail.example"), "localhost", "is for another name"),
    }


@pytest.mark.parametrize("tls", BOTH)
@pytest.mark.parametrize("kind", ["expired", "unknown", "self-signed", "address", "name"])
def test_tls_certificate_that_is_not_the_servers_stops_everything(
    authority: Authority, tmp_path: Path, kind: str, tls: Tls
) -> None:
    context, name, said = bad_certificates(authority, Authority(tmp_path))[kind]

    async def test() -> None:
        async with mail_host(tls, context, login=True) as host:
            deliveries = await delivered(host.at(tls, USER, name), authority.file, times=3)
        assert {delivery.status for delivery in deliveries} == {Status.DEFERRED}
        assert deliveries[0].detail.startswith(f"the mail server's certificate {said}")
        assert deliveries[2].detail == deliveries[0].detail
        assert host.connections <= 1
        assert (host.logins, host.accepted) == ([], [])

    run(test)


@pytest.mark.parametrize("tls", BOTH)
def test_tls_without_a_ca_file_does_not_believe_a_private_authority(
    authority: Authority, tls: Tls
) -> None:
    async def test() -> None:
        async with mail_host(tls, authority.server("127.0.0.1")) as host:
            (delivery,) = await delivered(host.at(tls), None)
        assert delivery.status is Status.DEFERRED
        assert "unknown authority; mail.ca_file can name it" in delivery.detail

    run(test)


def test_tls_with_a_ca_file_believes_nothing_else(authority: Authority) -> None:
    usual, own = tls_context(None), tls_context(authority.file)
    assert len(usual.get_ca_certs()) > 50
    assert len(own.get_ca_certs()) == 1
    for context in (usual, own):
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_tls_with_the_servers_own_certificate_as_ca_file_works(authority: Authority) -> None:
    context, leaf = authority.pinned("127.0.0.1")

    async def test() -> None:
        async with mail_host(Tls.ALWAYS, context) as host:
            (delivery,) = await delivered(host.at(Tls.ALWAYS), leaf)
            (other,) = await delivered(host.at(Tls.ALWAYS, host="localhost"), leaf)
        assert delivery.status is Status.SENT
        assert "is for another name" in other.detail

    run(test)


def test_login_to_a_server_without_tls_is_never_tried(authority: Authority) -> None:
    async def test() -> None:
        async with scripted_host() as host:
            (delivery,) = await delivered(host.at(Tls.NEVER, USER), authority.file)
        assert (
            delivery.detail
            == "the connection to the mail server is not encrypted (nothing was sent)"
        )
        assert not any(line.startswith(b"AUTH") for line in host.heard)

    run(test)


def test_tls_on_a_port_without_it_says_what_to_try(authority: Authority) -> None:
    async def test() -> None:
        async with scripted_host() as host:
            (delivery,) = await delivered(host.at(Tls.ALWAYS, USER), authority.file)
        assert delivery.status is Status.DEFERRED
        assert "speaks no TLS on this port; try smtp+starttls://" in delivery.detail

    run(test)


def test_starttls_on_a_port_that_begins_with_tls_says_what_to_try(authority: Authority) -> None:
    async def test() -> None:
        context = authority.server("127.0.0.1")
        async with mail_host(Tls.ALWAYS, context) as host:
            (delivery,) = await delivered(host.at(Tls.UPGRADED, USER), authority.file, patience=0.4)
        assert delivery.status is Status.DEFERRED
        assert "does this port want smtps://?" in delivery.detail

    run(test)


def test_login_that_is_refused_stops_the_transport_and_not_a_mail(authority: Authority) -> None:
    async def test() -> None:
        clock = Clock()
        known = [Secret("an old password")]
        async with mail_host(Tls.ALWAYS, authority.server("127.0.0.1"), login=True) as host:
            transport = a_transport(
                host.at(Tls.ALWAYS, USER), authority.file, clock=clock, password=lambda: known[-1]
            )
            assert transport.stopped == ""
            deliveries = [await transport.deliver(MAIL) for _ in range(3)]
            assert {delivery.status for delivery in deliveries} == {Status.DEFERRED}
            assert {delivery.detail for delivery in deliveries} == {transport.stopped}
            assert transport.stopped == "the mail server refuses our password (535 5.7.8)"
            # Asked once, by one method: more would lock the account.
            assert host.logins == [("PLAIN", USER, "an old password")]
            assert host.connections == 1

            clock.advance(REST - timedelta(seconds=1))
            assert transport.stopped
            clock.advance(timedelta(seconds=1))
            assert transport.stopped == ""
            known.append(Secret(PASSWORD))
            assert (await transport.deliver(MAIL)).status is Status.SENT
            assert transport.stopped == ""
            await transport.close()

    run(test)


ANSWERS: dict[str, tuple[dict[str, str], str]] = {
    "refused": (
        {"AUTH PLAIN": "535 5.7.8 bad"},
        "the mail server refuses our password (535 5.7.8)",
    ),
    "no codes": ({"AUTH PLAIN": "535 bad"}, "the mail server refuses our password (535)"),
    "app password": ({"AUTH PLAIN": "534-5.7.9 x\r\n534 5.7.9 y"}, "our password (534 5.7.9)"),
    "not now": ({"AUTH PLAIN": "454 4.7.0 x"}, "cannot check our password just now (454 4.7.0)"),
    "no offer": ({"EHLO": "250 host.test"}, "offers no login by password"),
    "others only": ({"EHLO": "250-host.test\r\n250 AUTH CRAM-MD5 XOAUTH2"}, "offers no login"),
    "none in truth": ({"AUTH": "504 5.5.4 unknown mechanism"}, "offers no login by password"),
    "a challenge": ({"AUTH PLAIN": "334 go on"}, "cannot check our password just now (334)"),
    "hung up on": ({"AUTH PLAIN": "~"}, "the connection failed"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_login_answers_become_one_reason(authority: Authority, name: str) -> None:
    answers, said = ANSWERS[name]

    async def test() -> None:
        context = authority.server("127.0.0.1")
        async with scripted_host(answers, tls=Tls.ALWAYS, context=context) as host:
            (delivery,) = await delivered(host.at(Tls.ALWAYS, USER), authority.file)
        assert delivery.status is Status.DEFERRED
        assert said in delivery.detail
        assert not any(line.startswith(b"MAIL") for line in host.heard)

    run(test)


def test_login_by_a_method_that_is_only_offered_goes_on_to_the_next(authority: Authority) -> None:
    async def test() -> None:
        context = authority.server("127.0.0.1")
        answers = {"AUTH PLAIN": "504 5.5.4 no", "AUTH LOGIN": "334 UGFzc3dvcmQ6"}
        answers[base64.b64encode(PASSWORD.encode()).decode().upper()] = "235 welcome"
        async with scripted_host(answers, tls=Tls.ALWAYS, context=context) as host:
            (delivery,) = await delivered(host.at(Tls.ALWAYS, USER), authority.file)
        assert delivery.status is Status.SENT

    run(test)


def test_login_answer_that_repeats_the_password_is_not_passed_on(authority: Authority) -> None:
    async def test() -> None:
        context = authority.server("127.0.0.1")
        said = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        answers = {"AUTH PLAIN": f"501 cannot read {said} {PASSWORD}"}
        async with scripted_host(answers, tls=Tls.ALWAYS, context=context) as host:
            (delivery,) = await delivered(host.at(Tls.ALWAYS, USER), authority.file)
        assert delivery.detail == "the mail server refuses our password (501)"

    run(test)


def test_login_whose_secret_went_away_is_told_and_tried_again_later(authority: Authority) -> None:
    def gone() -> Secret:
        raise SecretError("the mail server's password: mail.password_file p cannot be read: gone")

    async def test() -> None:
        async with mail_host(Tls.ALWAYS, authority.server("127.0.0.1"), login=True) as host:
            server = host.at(Tls.ALWAYS, USER)
            transport = a_transport(server, authority.file, password=gone)
            delivery = await transport.deliver(MAIL)
            await transport.close()
        assert delivery.status is Status.DEFERRED
        assert delivery.detail == transport.stopped
        assert "mail.password_file p cannot be read" in delivery.detail
        assert host.logins == []

    run(test)


WITHOUT_A_LOGIN: dict[str, tuple[dict[str, str], Status]] = {
    "at the sender": ({"MAIL": "530 5.7.0 Authentication required"}, Status.DEFERRED),
    "at the recipient": ({"RCPT": "530 5.7.0 Authentication required"}, Status.DEFERRED),
    "no relay": ({"RCPT": "554 5.7.1 <x@y.example>: Relay access denied"}, Status.DEFERRED),
    "no clients": ({"RCPT": "554 5.7.1 Client host rejected: Access denied"}, Status.DEFERRED),
    "no sender": ({"RCPT": "553 5.7.1 Sender address rejected: not logged in"}, Status.DEFERRED),
    "relaying": ({"RCPT": "550 5.7.54 SMTP; Unable to relay"}, Status.DEFERRED),
    "a recipient gone": ({"RCPT": "550 5.1.1 no such user"}, Status.REFUSED),
}


@pytest.mark.parametrize("name", WITHOUT_A_LOGIN)
def test_server_that_wants_a_login_loses_no_mail_for_good(authority: Authority, name: str) -> None:
    answers, status = WITHOUT_A_LOGIN[name]

    async def test() -> None:
        context = authority.server("127.0.0.1")
        async with scripted_host(answers, tls=Tls.ALWAYS, context=context) as host:
            (delivery,) = await delivered(host.at(Tls.ALWAYS), authority.file)
        assert delivery.status is status
        assert ("does it want a login?" in delivery.detail) is (status is Status.DEFERRED)

    run(test)


def test_connection_kept_under_tls_and_closed_meanwhile_is_made_again_with_a_login(
    authority: Authority,
) -> None:
    async def test() -> None:
        async with mail_host(Tls.UPGRADED, authority.server("127.0.0.1"), login=True) as host:
            transport = a_transport(host.at(Tls.UPGRADED, USER), authority.file)
            first = await transport.deliver(MAIL)
            for live in host.live:
                live.abort()
            second = await transport.deliver(MAIL)
            await transport.close()
        assert (first.status, second.status) == (Status.SENT, Status.SENT)
        assert len(host.logins) == 2

    run(test)


def test_server_that_is_slow_at_every_step_is_left_before_the_claim_runs_out(
    authority: Authority,
) -> None:
    async def test() -> None:
        context = authority.server("127.0.0.1")
        async with scripted_host(tls=Tls.ALWAYS, context=context, pause=0.3) as host:
            started_at = asyncio.get_running_loop().time()
            (delivery,) = await delivered(host.at(Tls.ALWAYS, USER), authority.file, patience=0.4)
            took = asyncio.get_running_loop().time() - started_at
        assert delivery.status is Status.DEFERRED
        assert "Timed out: the server takes too long" in delivery.detail
        assert took < 1.5

    run(test)


def test_delivery_cancelled_in_the_handshake_leaves_a_transport_that_works(
    authority: Authority,
) -> None:
    async def test() -> None:
        context = authority.server("127.0.0.1")
        answers = {"EHLO": "250-host.test\r\n250 STARTTLS"}
        async with scripted_host(answers, context=context, pause=0.2) as host:
            transport = a_transport(host.at(Tls.UPGRADED), authority.file)
            cancelled = asyncio.create_task(transport.deliver(MAIL))
            await asyncio.sleep(0.3)
            cancelled.cancel()
            await asyncio.gather(cancelled, return_exceptions=True)
            delivery = await transport.deliver(MAIL)
            await transport.close()
        assert cancelled.cancelled()
        assert delivery.status is Status.SENT

    run(test)


def test_mail_host_wants_its_login(authority: Authority) -> None:
    async def test() -> None:
        async with mail_host(Tls.ALWAYS, authority.server("127.0.0.1"), login=True) as host:
            (delivery,) = await delivered(host.at(Tls.ALWAYS), authority.file)
        assert isinstance(host, MailHost)
        assert delivery.status is Status.DEFERRED
        assert "530" in delivery.detail

    run(test)
