"""Digest → Mail: frozen bytes for one recipient, read back before anybody gets them. Pure; before
the outbox.

The headers are written here, not by the email library: that of Python up to 3.11.7 makes a real
header out of `=?utf-8?q?…=0D=0A…?=` (CVE-2024-6923) and misplaces spaces in long names. No word of
a feed stands in them, and the bytes are parsed again and compared with what was meant.
"""

import email
import email.policy
import re
from base64 import b64encode
from datetime import datetime
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from hrwatch.errors import ComposeError
from hrwatch.model.mail import Mail, Page, Subscriber
from hrwatch.model.settings import MailSettings

MESSAGE_ID_HOST = "hrwatch.invalid"  # names no host and no user
_BODY_POLICY = email.policy.SMTP.clone(max_line_length=76, cte_type="7bit")
_OPAQUE = re.compile(r"[0-9A-Za-z_-]{8,64}")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_ADDRESS = re.compile(
    r"(?:(?P<name>[^<>@]*)<)?(?P<local>[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})"
    r"@(?P<domain>[^\W_](?:[\w.-]{0,250}[^\W_])?)(?(name)>)"
)
_WORD = 42  # bytes in one encoded word: with its frame under 75 characters (RFC 2047, 2)
_ADDED = ("MIME-Version", "Content-Type")
_PARTS = ["multipart/alternative", "text/plain", "text/html"]
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINE_LIMIT = 998  # RFC 5322, 2.1.1


def build(
    page: Page, subscriber: Subscriber, settings: MailSettings, message_id: str, now: datetime
) -> Mail:
    """Given a page of a digest and an opaque message id (letters and digits), return the mail.

    multipart/alternative, text first, 7-bit, CRLF; raise ComposeError where a header would not say
    what was meant. `now` becomes the Date.
    """
    sender = _address(settings.sender, "mail.from")
    recipient = _address(subscriber.address, f"the address of subscriber {subscriber.name}")
    if recipient.display_name:
        raise ComposeError(f"the address of subscriber {subscriber.name}: write it without a name")
    if not _OPAQUE.fullmatch(message_id):
        raise ComposeError(f"message id {message_id!r} is not opaque: letters and digits only")
    meant = {
        "From": _readable(sender),
        "To": recipient.addr_spec,
        "Subject": page.subject,
        "Date": format_datetime(now),
        "Message-ID": f"<{message_id}@{MESSAGE_ID_HOST}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no absence notice answers it
        "List-Id": f"<digest.{sender.domain}>",
    }
    written = meant | {"From": _encoded(sender)}
    for name, value in written.items():
        if not _PLAIN.fullmatch(value.replace("\r\n ", " ")) or (name != "From" and "=?" in value):
            raise ComposeError(f"the {name} header would hold what is not safe there: {value!r}")
    head = "".join(f"{name}: {value}\r\n" for name, value in written.items()).encode("ascii")
    data = head + _body(page, message_id)
    _check(data, meant)
    return Mail(
        message_id=meant["Message-ID"],
        subscriber=subscriber.name,
        recipient=recipient.addr_spec,
        sender=sender.addr_spec,
        bytes=data,
    )


def _address(written: str, what: str) -> Address:
    """Given an address as its owner wrote it, return it, its domain in ASCII, or raise.

    Stricter than RFC 5322 on purpose: of two addresses in one field, or one inside a comment, no
    program may pick the wrong one.
    """
    found = _ADDRESS.fullmatch(written.strip()) if written.strip().isprintable() else None
    name = (found["name"] or "").strip().strip('"').strip() if found else ""
    if found is None or "=?" in name:
        raise ComposeError(f"{what} is no mail address: write name@example.org")
    try:
        return Address(name, found["local"], found["domain"].encode("idna").decode())
    except (UnicodeError, ValueError) as error:
        raise ComposeError(f"{what} cannot be written to: {error}") from error


def _readable(sender: Address) -> str:
    if sender.display_name.isascii():
        return str(sender)
    return f"{sender.display_name} <{sender.addr_spec}>"  # no quotes: encoded words need none


def _encoded(sender: Address) -> str:
    """Return the sender as it stands in the header: a name beyond ASCII in encoded words."""
    if sender.display_name.isascii():
        return str(sender)
    words, word = [], b""
    for character in sender.display_name:
        encoded = character.encode()
        if len(word) + len(encoded) > _WORD:
            words.append(word)
            word = b""
        word += encoded
    words.append(word)
    name = "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)
    return f"{name}\r\n <{sender.addr_spec}>"


def _body(page: Page, message_id: str) -> bytes:
    """Return the two parts with their MIME headers. "=_" in the boundary never occurs in
    quoted-printable text (RFC 2045, 6.7)."""
    message = EmailMessage(policy=_BODY_POLICY)
    message.set_content(_lines(page.text), cte="quoted-printable")
    message.add_alternative(_lines(page.html), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{message_id}")
    return message.as_bytes()


def _lines(body: str) -> str:
    """Return the body without what no mail may hold: NUL and other controls, lone returns."""
    return _CONTROLS.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))


def _check(data: bytes, meant: dict[str, str]) -> None:
    """Raise ComposeError unless the bytes, read back, hold exactly what was meant."""
    # The older policy: the newer one of Python 3.11 parts encoded words with a space too many.
    parsed = email.message_from_bytes(data, policy=email.policy.compat32)
    if sorted(parsed.keys()) != sorted((*meant, *_ADDED)):
        raise ComposeError(f"the mail would carry headers nobody wrote: {', '.join(parsed.keys())}")
    for name, value in meant.items():
        if str(make_header(decode_header(parsed[name]))) != value:
            raise ComposeError(f"the {name} header would not say what was meant: {value!r}")
    if [part.get_content_type() for part in parsed.walk()] != _PARTS:
        raise ComposeError("the mail would not consist of its text and its HTML")
    lines = data.split(b"\r\n")
    if any(byte in line for line in lines for byte in (b"\n", b"\r", b"\0")):
        raise ComposeError("the mail would hold a lone line end or a NUL")
    if max(len(line) for line in lines) > _LINE_LIMIT:
        raise ComposeError(f"the mail would hold a line of more than {_LINE_LIMIT} bytes")
