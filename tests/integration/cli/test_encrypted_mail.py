"""Encrypted mail in other programs' hands: GnuPG opens it, and an unusable key is told."""

import email
import email.policy
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path

import pysequoia
import pytest
from typer.testing import CliRunner

from builders import a_subscriber
from hrwatch.cli.main import app
from hrwatch.doctor import work
from hrwatch.doctor.findings import Verdict
from hrwatch.model.mail import Page
from hrwatch.model.settings import MailSettings
from hrwatch.stages.digest import bodies
from hrwatch.stages.digest.encrypt import unusable
from hrwatch.stages.digest.mime import build

TOKEN = "0123456789abcdef0123456789abcdef"
MESSAGE_ID = "7f3c1e0b5a9d4c62"
NOW = datetime.now(UTC) + timedelta(minutes=1)
LONG = "Слово, تعذيب, 拷問 and a line of dots:\n.\nFrom here on\n" + "слово " * 2000 + "\n"
Gpg = Callable[..., bytes]


@pytest.fixture(scope="module")
def gpg() -> Iterator[Gpg]:
    """GnuPG with a home of its own, its key agent ended afterwards."""
    program = shutil.which("gpg")
    if program is None:
        pytest.skip("GnuPG is not installed here, so it cannot be asked to open anything")
    # Not tmp_path: the agent's socket lies there, and a socket's path has 108 bytes at most.
    home = Path(tempfile.mkdtemp(prefix="gpg-", dir="/tmp"))
    environment = {"GNUPGHOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def run(*arguments: str, given: bytes = b"") -> bytes:
        command = [program, "--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback"]
        command += ["--passphrase", "", *arguments]
        done = subprocess.run(
            command, input=given, env=environment, capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    try:
        run("--quick-gen-key", "Invented <desk@example.org>", "future-default", "default", "30d")
        yield run
    finally:
        subprocess.run(
            ["gpgconf", "--kill", "gpg-agent"], env=environment, check=False, capture_output=True
        )
        shutil.rmtree(home, ignore_errors=True)


def armored(mail: Message) -> bytes:
    part = list(mail.walk())[2]
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


@pytest.mark.parametrize("html", [f"<p>{LONG}</p>\n", ""])
def test_gnupg_opens_a_mail_and_finds_its_entity_byte_for_byte(
    gpg: Gpg, tmp_path: Path, html: str
) -> None:
    key_file = tmp_path / "desk.asc"
    key_file.write_bytes(gpg("--armor", "--export", "desk@example.org"))
    page = Page("Сводка [hrwatch] 2 (BY 2)", LONG, html, (1,), discreet="Daily digest 22 Nov")
    subscriber = a_subscriber(subject="full", pgp_key_file=key_file)
    mail = build(page, subscriber, MailSettings(), MESSAGE_ID, NOW, token=TOKEN)
    outer = email.message_from_bytes(mail.bytes)
    found = gpg("--decrypt", given=armored(outer))
    head, _, _ = found.partition(b"\r\nContent-")
    assert found == bodies.clear(page, MESSAGE_ID, protecting=head.decode())
    inner = email.message_from_bytes(found, policy=email.policy.default)
    assert inner["Subject"] == page.subject
    parts = [part for part in inner.walk() if not part.is_multipart()]
    texts = [part.get_content().replace("\r\n", "\n") for part in parts]  # type: ignore[attr-defined]
    assert texts == [text for text in (LONG, html) if text]


def test_key_of_gnupg_is_good_until_its_day(gpg: Gpg, tmp_path: Path) -> None:
    key_file = tmp_path / "desk.gpg"
    key_file.write_bytes(gpg("--export", "desk@example.org"))
    assert unusable(key_file, NOW) == ""
    assert "expired on" in unusable(key_file, NOW + timedelta(days=31))


def a_key_file(folder: Path, *, revoked: bool) -> Path:
    key = pysequoia.Tsk.generate("Invented <desk@example.org>")
    public = key.extract_certificate()
    path = folder / "desk.asc"
    path.write_bytes(bytes(public) + (bytes(public.revoke(key.certifier())) if revoked else b""))
    return path


def test_check_warns_of_a_key_to_which_nothing_can_be_encrypted(tmp_path: Path) -> None:
    a_key_file(tmp_path, revoked=True)
    file = tmp_path / "feeds.yaml"
    file.write_text(
        "fetch: {contact: 'mailto:desk@your.example'}\n"
        "subscribers: [{name: desk, address: desk@example.org, pgp_key_file: desk.asc}]\n"
    )
    told = CliRunner().invoke(app, ["--config", str(file), "check"])
    assert told.exit_code == 0
    warning = f"warning: {file}: subscriber desk: the key was revoked by its owner"
    assert f"{warning}; their mail is held meanwhile" in told.output
    a_key_file(tmp_path, revoked=False)
    assert "warning" not in CliRunner().invoke(app, ["--config", str(file), "check"]).output


def test_doctor_is_troubled_by_a_key_to_which_nothing_can_be_encrypted(tmp_path: Path) -> None:
    desk = a_subscriber(pgp_key_file=a_key_file(tmp_path, revoked=False))
    assert work.keys([desk, a_subscriber(name="two")], NOW).verdict is Verdict.OK
    a_key_file(tmp_path, revoked=True)
    found = work.keys([desk], NOW)
    assert found.verdict is Verdict.TROUBLE
    assert "desk: the key was revoked by its owner" in found.told
    assert work.digest([desk], MailSettings(), NOW).verdict is Verdict.OK
