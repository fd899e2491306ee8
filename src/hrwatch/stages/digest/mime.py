"""Digest → Mail: frozen bytes for one recipient, read back before anybody gets them. Pure; before
the outbox.

The email library of Python up to 3.11.7 writes a real header out of
`=?utf-8?q?…=0D=0A…?=` (CVE-2024-6923). So every header value is checked before, and the bytes are
parsed again after and compared with what was meant.
"""

import email
import email.policy
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from hrwatch.errors import ComposeError
from hrwatch.model.mail import Digest, Mail, Subscriber
from hrwatch.model.settings import MailSettings

MESSAGE_ID_HOST = "hrwatch.invalid"  # names no host and no user
_POLICY = email.policy.SMTP.clone(max_line_length=76, cte_type="7bit")
_OPAQUE = re.compile(r"[0-9A-Za-z_-]{8,64}")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Id")
_ADDED = ("MIME-Version", "Content-Type")
_LINE_LIMIT = 998  # RFC 5322, 2.1.1


def build(
    digest: Digest, subscriber: Subscriber, settings: MailSettings, message_id: str, now: datetime
) -> Mail:
    """Given a digest and an opaque message id (letters and digits), return the mail.

    multipart/alternative, text first, 7-bit, CRLF; raise ComposeError where a header would not say
    what was meant. `now` becomes the Date.
    """
    sender = _address(settings.sender, "mail.from")
    recipient = _address(subscriber.address, f"the address of subscriber {subscriber.name}")
    if not _OPAQUE.fullmatch(message_id):
        raise ComposeError(f"message id {message_id!r} is not opaque: letters and digits only")
    meant = {
        "From": str(sender),
        "To": recipient.addr_spec,
        "Subject": digest.subject,
        "Date": format_datetime(now),
        "Message-ID": f"<{message_id}@{MESSAGE_ID_HOST}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's absence notice answers it
        "List-Id": f"<digest.{sender.domain}>",
    }
    message = EmailMessage(policy=_POLICY)
    for name, value in meant.items():
        if "=?" in value or not (_PLAIN.fullmatch(value) or name == "From"):
            raise ComposeError(f"the {name} header would hold characters that are not safe there")
        message[name] = value
    message.set_content(_lines(digest.text), cte="quoted-printable")
    message.add_alternative(_lines(digest.html), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{message_id}")  # "=_" never occurs in quoted-printable (RFC 2045, 6.7)
    data = message.as_bytes()
    _check(data, meant)
    return Mail(
        message_id=meant["Message-ID"],
        subscriber=subscriber.name,
        recipient=recipient.addr_spec,
        sender=sender.addr_spec,
        bytes=data,
    )


def _address(written: str, what: str) -> Address:
    """Given an address as its owner wrote it, return it with an ASCII domain; raise ComposeError."""
    name, spec = parseaddr(written)
    local, _, domain = spec.rpartition("@")
    if any(ord(character) < 32 or ord(character) == 127 for character in written) or not local:
        raise ComposeError(f"{what} is no mail address: write name@example.org")
    try:
        return Address(name, local.encode("ascii").decode(), domain.encode("idna").decode())
    except (UnicodeError, ValueError, IndexError) as error:
        raise ComposeError(f"{what} cannot be written to: use an ASCII address") from error


def _lines(body: str) -> str:
    """Return the body without what no mail may hold: NUL and other controls, lone returns."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in body if c in "\n\t" or ord(c) >= 32)


def _check(data: bytes, meant: dict[str, str]) -> None:
    """Raise ComposeError unless the bytes, read back, hold exactly the headers that were meant."""
    head = data.partition(b"\r\n\r\n")[0]
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    if sorted(parsed.keys()) != sorted((*meant, *_ADDED)):
        raise ComposeError(f"the mail would carry headers nobody wrote: {', '.join(parsed.keys())}")
    for name, value in meant.items():
        if str(parsed[name]) != value:
            raise ComposeError(f"the {name} header would not say what was meant")
    lines = data.split(b"\r\n")
    if b"\n" in b"".join(lines) or b"\r" in b"".join(lines) or b"\0" in data or b"\0" in head:
        raise ComposeError("the mail would hold a lone line end or a NUL")
    if max(len(line) for line in lines) > _LINE_LIMIT:
        raise ComposeError(f"the mail would hold a line of more than {_LINE_LIMIT} bytes")
