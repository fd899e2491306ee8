"""A subscriber's key: used where it can be, named with its reason where it cannot, never passed
over."""

import email
import email.policy
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pysequoia
import pytest
from pysequoia.packet import PacketPile, Tag

from builders import a_subscriber
from hrwatch.errors import ComposeError
from hrwatch.model.mail import MailKind, Page, Subscriber
from hrwatch.model.settings import MailSettings
from hrwatch.stages.digest.encrypt import encrypted, unusable
from hrwatch.stages.digest.mime import answer, build

TOKEN = "0123456789abcdef0123456789abcdef"
DAY = timedelta(days=1)
# The library goes by the machine's clock where it looks whether a key has begun.
NOW = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)


def a_key(validity: timedelta | None = None) -> pysequoia.Tsk:
    """Return a key of nobody's."""
    seconds = None if validity is None else int(validity.total_seconds())
    return pysequoia.Tsk.generate("Invented <desk@example.org>", validity_seconds=seconds)


def written(folder: Path, key: pysequoia.Tsk | pysequoia.Cert | bytes) -> Path:
    """Return a file that holds a key's public part."""
    path = folder / "desk.asc"
    if isinstance(key, pysequoia.Tsk):
        key = key.extract_certificate()
    path.write_bytes(key if isinstance(key, bytes) else str(key).encode())
    return path


def opened(armored: str, key: pysequoia.Tsk) -> bytes:
    """Return what was encrypted to a key."""
    found = pysequoia.decrypt(bytes=armored.encode(), decryptor=key.decryptor()).bytes
    assert found is not None
    return found


def a_page(**changes: object) -> Page:
    page = Page(
        subject="[hrwatch] 2 new (BY 2)",
        text="Былы вязень: تعذيب\n",
        html="<p>Былы вязень</p>\n",
        numbers=(1,),
        discreet="Daily digest 22 Nov",
    )
    return replace(page, **changes)  # type: ignore[arg-type] # members of a page


def with_key(path: Path) -> Subscriber:
    return a_subscriber(subject="full", pgp_key_file=path)


def the_mail(page: Page, subscriber: Subscriber) -> bytes:
    settings = MailSettings(sender="hrwatch <digest@example.org>")
    return build(page, subscriber, settings, "7f3c1e0b5a9d4c62", NOW, token=TOKEN).bytes


def test_key_that_is_good_is_usable_and_opens_what_was_encrypted_to_it(tmp_path: Path) -> None:
    key = a_key()
    path = written(tmp_path, key)
    assert unusable(path, NOW) == ""
    armored = encrypted(b"Content-Type: text/plain\r\n\r\ninvented\r\n", path, NOW)
    assert opened(armored, key) == b"Content-Type: text/plain\r\n\r\ninvented\r\n"


def test_key_in_binary_is_as_good_as_an_armored_one(tmp_path: Path) -> None:
    assert unusable(written(tmp_path, bytes(a_key().extract_certificate())), NOW) == ""


def test_encrypted_says_nothing_but_to_whom_it_is(tmp_path: Path) -> None:
    key = a_key()
    armored = encrypted(b"a" * 3000, written(tmp_path, key), NOW)
    begin, empty, *_ = armored.splitlines()
    assert (begin, empty) == ("-----BEGIN PGP MESSAGE-----", "")  # no Version, no Comment
    tags = [packet.tag for packet in PacketPile.from_bytes(armored.encode())]
    assert tags == [Tag.PKESK, Tag.SEIP]  # one recipient, and what GnuPG 2.2 can read


def test_key_whose_end_has_come_is_named_with_its_day(tmp_path: Path) -> None:
    path = written(tmp_path, a_key(30 * DAY))
    assert unusable(path, NOW) == ""
    reason = unusable(path, NOW + 31 * DAY)
    assert reason == f"the key expired on {NOW + 30 * DAY:%Y-%m-%d}"
    with pytest.raises(ComposeError, match="expired"):
        encrypted(b"secret", path, NOW + 31 * DAY)


def test_key_whose_part_to_encrypt_to_has_expired_before_it_is_named(tmp_path: Path) -> None:
    key = a_key(30 * DAY)
    certificate = key.extract_certificate()
    longer = certificate.set_expiration(NOW + 900 * DAY, key.certifier())
    path = written(tmp_path, longer)
    assert longer.expiration and longer.expiration > NOW + 800 * DAY
    assert unusable(path, NOW) == ""
    assert "part to encrypt to" in unusable(path, NOW + 31 * DAY)
    assert "expired on" in unusable(path, NOW + 31 * DAY)


def test_key_that_was_revoked_is_named(tmp_path: Path) -> None:
    key = a_key()
    certificate = key.extract_certificate()
    revocation = certificate.revoke(key.certifier())
    path = written(tmp_path, bytes(certificate) + bytes(revocation))
    assert unusable(path, NOW) == "the key was revoked by its owner"


def _signing_only(key: pysequoia.Tsk) -> bytes:
    """Return the key without its parts behind the first subkey."""
    packets = list(PacketPile.from_bytes(bytes(key.extract_certificate())))
    end = next(place for place, packet in enumerate(packets) if packet.tag == Tag.PublicSubkey)
    return b"".join(bytes(packet) for packet in packets[:end])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (_signing_only, "has no part to encrypt to"),
        (bytes, "holds a secret key: keep the public one here alone"),
        (lambda key: str(key).encode(), "holds a secret key"),
        (lambda _: b"", "holds no OpenPGP public key"),
        (lambda _: b"none of this is a key", "holds no OpenPGP public key"),
        (lambda _: b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nzz\n", "holds no OpenPGP public key"),
        (lambda key: str(key.extract_certificate()).encode()[:400], "holds no OpenPGP public key"),
        (lambda _: b"\0" * 1_000_001, "is larger than a key"),
        (
            lambda key: bytes(key.extract_certificate()) + bytes(a_key().extract_certificate()),
            "holds 2 keys: leave the one to encrypt to",
        ),
    ],
)
def test_file_that_holds_no_such_key_is_named_with_the_reason(
    tmp_path: Path, content: Callable[[pysequoia.Tsk], bytes], told: str
) -> None:
    path = written(tmp_path, content(a_key()))
    reason = unusable(path, NOW)
    assert told in reason
    assert "desk.asc" not in reason  # it may be called after its owner's address
    assert "\n" not in reason  # the library tells its stack in further lines
    with pytest.raises(ComposeError):
        encrypted(b"secret", path, NOW)


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    told = unusable(tmp_path / "gone.asc", NOW)
    assert told == "the key file cannot be read: No such file or directory"


def test_key_without_the_extra_is_no_reason_to_write_in_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, a_key())
    monkeypatch.setitem(sys.modules, "pysequoia", None)  # as where it is not installed
    assert unusable(path, NOW) == "pysequoia is not installed: pip install 'hrwatch[pgp]'"
    with pytest.raises(ComposeError, match="not installed"):
        the_mail(a_page(), with_key(path))


@pytest.mark.parametrize("html", ["<p>Былы вязень</p>\n", ""])
def test_mail_to_a_key_shows_the_discreet_subject_and_holds_the_whole_inside(
    tmp_path: Path, html: str
) -> None:
    key, page = a_key(), a_page(html=html)
    data = the_mail(page, with_key(written(tmp_path, key)))
    outer = email.message_from_bytes(data, policy=email.policy.default)
    assert outer["Subject"] == "Daily digest 22 Nov"
    assert outer.get_content_type() == "multipart/encrypted"
    assert outer.get_param("protocol") == "application/pgp-encrypted"
    control, message = outer.iter_parts()  # type: ignore[attr-defined] # an EmailMessage
    assert control.get_content_type() == "application/pgp-encrypted"
    assert control.get_payload(decode=True).strip() == b"Version: 1"
    assert message.get_content_type() == "application/octet-stream"
    armored = message.get_payload(decode=True).decode()
    inner = email.message_from_bytes(opened(armored, key), policy=email.policy.default)
    assert inner["Subject"] == page.subject
    assert inner.get_param("protected-headers") == "v1"
    parts = list(inner.walk())[1:] or [inner]
    texts = [part.get_content().replace("\r\n", "\n") for part in parts]  # type: ignore[attr-defined]
    assert texts == [text for text in (page.text, page.html) if text]


def test_mail_to_a_key_holds_nothing_of_the_page_in_clear(tmp_path: Path) -> None:
    marker = "unmistakable"
    page = a_page(
        subject=f"[hrwatch] {marker}", text=f"{marker}\n", html=f"<p>{marker}</p>", discreet=""
    )
    data = the_mail(page, with_key(written(tmp_path, a_key())))
    assert marker.encode() not in data
    assert b"Subject: Digest\r\n" in data


@pytest.mark.parametrize("validity", [30 * DAY])
def test_mail_to_a_key_that_cannot_be_used_is_not_written(
    tmp_path: Path, validity: timedelta
) -> None:
    path = written(tmp_path, a_key(validity))
    subscriber, settings = with_key(path), MailSettings()
    late = NOW + 31 * DAY
    with pytest.raises(ComposeError, match="expired"):
        build(a_page(), subscriber, settings, "7f3c1e0b5a9d4c62", late, token=TOKEN)
    with pytest.raises(ComposeError, match="expired"):
        answer(a_page(), subscriber, settings, "7f3c1e0b", late, token=TOKEN, in_reply_to="<1@a.b>")


def test_answer_to_a_key_is_encrypted_too(tmp_path: Path) -> None:
    key = a_key()
    mail = answer(
        a_page(subject="Paused until 1 December", discreet="Your mail"),
        with_key(written(tmp_path, key)),
        MailSettings(),
        "7f3c1e0b5a9d4c62",
        NOW,
        token=TOKEN,
        in_reply_to="<1@mail.example>",
    )
    outer = email.message_from_bytes(mail.bytes)
    assert mail.kind is MailKind.ANSWER
    assert (outer["Subject"], outer["Auto-Submitted"]) == ("Your mail", "auto-replied")
    assert outer.get_content_type() == "multipart/encrypted"
