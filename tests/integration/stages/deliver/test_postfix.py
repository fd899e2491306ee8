"""Mail through a real Postfix on loopback, in a folder of its own: by SMTP, under TLS, and by its
sendmail. It needs Postfix installed and root, as Postfix itself does."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest

from builders import a_mail
from fakes import Clock
from hrwatch.model.mail import Delivery, Mail, Status
from hrwatch.model.settings import MailSettings
from hrwatch.stages.deliver import open_transport
from hrwatch.stages.store.archive import Archive
from mailhost import Authority
from mailing import FILE, Mailbox, a_mailroom

SEARCHED = "/usr/sbin:/usr/bin:/sbin:/bin"
POSTFIX = shutil.which("postfix", path=SEARCHED)
READER = "anna@desk.example"
MASTER = """\
127.0.0.1:{starttls} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{required} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
showq unix n - n - - showq
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
myhostname = host.test
inet_interfaces = loopback-only
mydestination =
virtual_mailbox_domains = desk.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {reader}=inbox/ }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_received_header = yes
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/host.pem
"""

pytestmark = [
    pytest.mark.skipif(POSTFIX is None, reason="Postfix is not installed here"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix starts as root only"),
]


@dataclass
class Postfix:
    """A running Postfix."""

    folder: Path
    authority: Authority
    starttls: int
    smtps: int
    required: int  # where STARTTLS is not only offered

    def transport(self, kind: str) -> str:
        """Return the operator's words for a way to it."""
        return {
            "smtp": f"smtp://127.0.0.1:{self.starttls}",
            "smtp+starttls": f"smtp+starttls://127.0.0.1:{self.starttls}",
            "smtps": f"smtps://127.0.0.1:{self.smtps}",
            "required": f"smtp+starttls://127.0.0.1:{self.required}",
            "required in the clear": f"smtp://127.0.0.1:{self.required}",
            "sendmail": f"sendmail:{self.folder / 'sendmail'}",
        }[kind]

    def arrived(self) -> list[bytes]:
        """Return what lies in the reader's mailbox, once something does."""
        for _ in range(200):
            found = sorted((self.folder / "mail" / "inbox" / "new").glob("*"))
            if found:
                return [path.read_bytes() for path in found]
            time.sleep(0.05)
        return []


def free_ports() -> tuple[int, int, int]:
    with socket.socket() as one, socket.socket() as other, socket.socket() as third:
        for probe in (one, other, third):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1], third.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postfix]:
    """Postfix, with one mailbox and certificates of our own."""
    folder = Path(tempfile.mkdtemp(prefix="hrwatch-postfix-"))  # pytest's let no other user through
    folder.chmod(0o755)
    owner = pwd.getpwnam("postfix")
    for name in ("etc", "spool", "data", "mail", "log"):
        (folder / name).mkdir(mode=0o755)
    for name in ("data", "mail"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    authority = Authority(tmp_path_factory.mktemp("authority"))
    authority.chain("127.0.0.1").write_to_path(folder / "host.pem")
    starttls, smtps, required = free_ports()
    (folder / "etc" / "main.cf").write_text(
        MAIN.format(folder=folder, uid=owner.pw_uid, gid=owner.pw_gid, reader=READER)
    )
    (folder / "etc" / "master.cf").write_text(
        MASTER.format(starttls=starttls, smtps=smtps, required=required)
    )
    sendmail = folder / "sendmail"
    sendmail.write_text(f'#!/bin/sh\nexec /usr/sbin/sendmail -C {folder}/etc "$@"\n')
    sendmail.chmod(0o755)
    assert POSTFIX
    command = [POSTFIX, "-c", str(folder / "etc")]
    environment = {"PATH": SEARCHED}
    subprocess.run([*command, "start"], check=True, capture_output=True, env=environment)
    yield Postfix(folder, authority, starttls, smtps, required)
    subprocess.run([*command, "stop"], check=True, capture_output=True, env=environment)
    shutil.rmtree(folder)


@pytest.fixture
def postfix(server: Postfix) -> Postfix:
    """That Postfix, its mailbox emptied."""
    shutil.rmtree(server.folder / "mail" / "inbox", ignore_errors=True)
    return server


def delivered(postfix: Postfix, kind: str, *mails: Mail) -> list[Delivery]:
    """Return what became of the mails."""
    return asyncio.run(_delivered(postfix, kind, postfix.authority.file, mails))


async def _delivered(
    postfix: Postfix, kind: str, ca_file: Path | None, mails: tuple[Mail, ...]
) -> list[Delivery]:
    settings = MailSettings(transport=postfix.transport(kind), ca_file=ca_file)
    transport = open_transport(settings, directory=postfix.folder, clock=Clock())
    deliveries = [await transport.deliver(mail) for mail in mails]
    await transport.close()
    return deliveries


@pytest.mark.parametrize("kind", ["smtp", "smtp+starttls", "smtps", "sendmail"])
def test_postfix_brings_the_mail_as_it_was_written(postfix: Postfix, kind: str) -> None:
    body = (
        b"Subject: dots\r\nMessage-ID: <1@desk.example>\r\n\r\n.\r\n..two\r\nFrom here\r\nend\r\n"
    )
    mail = a_mail(recipient=READER, sender="digest@desk.example", bytes=body)
    (delivery,) = delivered(postfix, kind, mail)
    assert delivery.status is Status.SENT, delivery.detail
    (raw,) = postfix.arrived()
    found = message_from_bytes(raw)
    assert found.get_payload() == ".\n..two\nFrom here\nend\n"
    assert (found["Message-ID"], found["Delivered-To"]) == ("<1@desk.example>", READER)
    assert found["Return-Path"] == "<digest@desk.example>"
    assert ("TLSv1" in raw.decode()) is (kind in ("smtp+starttls", "smtps"))


@pytest.mark.parametrize("kind", ["smtp", "smtps"])
def test_postfix_that_does_not_know_the_recipient_refuses_for_good(
    postfix: Postfix, kind: str
) -> None:
    gone = a_mail(recipient="gone@desk.example", sender="digest@desk.example")
    here = a_mail(recipient=READER, sender="digest@desk.example")
    first, second = delivered(postfix, kind, gone, here)
    assert (first.status, second.status) == (Status.REFUSED, Status.SENT)
    assert "550 5.1.1" in first.detail
    assert first.of_recipient
    assert "gone" not in first.detail
    assert len(postfix.arrived()) == 1


def test_postfix_that_does_not_relay_for_us_defers(postfix: Postfix) -> None:
    mail = a_mail(recipient="anna@elsewhere.example", sender="digest@desk.example")
    (delivery,) = delivered(postfix, "smtps", mail)
    assert delivery.status is Status.DEFERRED
    assert "Relay access denied" in delivery.detail
    assert "does it want a login?" in delivery.detail


def a_digest(folder: Path) -> tuple[Mail, ...]:
    """Return the mails of a digest as they lie in an outbox, addressed to the reader."""
    file = FILE.partition("  # Many")[0] + f"  - {{name: reader, address: {READER}, send: at once}}"

    async def write() -> tuple[Mail, ...]:
        with Archive.open("archive.db", directory=folder, writing=True) as archive:
            room = await a_mailroom(folder, archive, file=file)
            room.receive(range(40))
            await room.write()
            await room.tick()
            assert isinstance(room.parts.transport, Mailbox)
            return tuple(room.parts.transport.taken)

    return asyncio.run(write())


def test_postfix_that_requires_starttls_keeps_a_digest_byte_for_byte(
    postfix: Postfix, tmp_path: Path
) -> None:
    mails = a_digest(tmp_path)
    deliveries = delivered(postfix, "required", *mails)
    assert {one.status for one in deliveries} == {Status.SENT}
    for _ in range(200):
        if len(raw := postfix.arrived()) == len(mails):
            break
        time.sleep(0.05)
    kept = {body.replace(b"\n", b"\r\n") for body in raw}
    assert all(any(body.endswith(b"\r\n" + mail.bytes) for body in kept) for mail in mails)
    assert len(kept) == len(mails)
    assert all(b"TLSv1" in body for body in kept)


def test_postfix_that_requires_starttls_gets_nothing_in_the_clear(postfix: Postfix) -> None:
    mail = a_mail(recipient=READER, sender="digest@desk.example")
    (delivery,) = delivered(postfix, "required in the clear", mail)
    assert delivery.status is Status.DEFERRED
    assert "530 5.7.0" in delivery.detail


def test_postfix_whose_certificate_nobody_vouches_for_gets_no_mail(postfix: Postfix) -> None:
    mail = a_mail(recipient=READER, sender="digest@desk.example")
    (delivery,) = asyncio.run(_delivered(postfix, "required", None, (mail,)))
    assert delivery.status is Status.DEFERRED
    assert "unknown authority" in delivery.detail
    assert not (postfix.folder / "mail" / "inbox").exists()
