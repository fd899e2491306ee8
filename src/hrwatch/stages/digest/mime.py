"""Page → Mail: frozen bytes for one recipient, read back before anybody gets them. Pure; before the
outbox.

The headers are written here, not by the email library (see headers). No word of a feed stands in
one, and the bytes are parsed again and compared with what was meant. A subscriber with a key gets
nothing that was not encrypted to it.
"""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.utils import format_datetime
from pathlib import Path

from hrwatch.errors import ComposeError
from hrwatch.model.mail import Mail, MailKind, Page, Subscriber
from hrwatch.model.settings import MailSettings
from hrwatch.stages.digest import bodies, headers
from hrwatch.stages.digest.encrypt import encrypted

_PLAIN = re.compile(r"[\x20-\x7e]*")
_SUBJECT_LIMIT = 150  # characters; a digest's has 70 at most
_NOTHING_SAID = "Digest"  # the outer subject of an encrypted mail that brings no discreet one
_GENERATED = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no absence notice answers it
_REPLIED = {"Auto-Submitted": "auto-replied"}


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Whom one mail is for and from, and how it is closed."""

    subscriber: str  # empty: the operator
    recipient: str
    sender: Address
    message_id: str
    now: datetime
    key_file: Path | None
    outer_subject: str  # of an encrypted mail


def build(  # noqa: PLR0913 - a mail is made of this much
    page: Page,
    subscriber: Subscriber,
    settings: MailSettings,
    message_id: str,
    now: datetime,
    *,
    token: str,
    kind: MailKind = MailKind.DIGEST,
) -> Mail:
    """Given a page of a digest, an opaque message id (letters and digits) and the subscriber's
    token (32 hexadecimal digits), return the mail.

    multipart/alternative, text first, or text alone; 7-bit, CRLF; encrypted where the subscriber
    has a key. Raise ComposeError where a header would not say what was meant, or the key cannot be
    used. `now` becomes the Date.
    """
    envelope = _to_subscriber(page, subscriber, settings, message_id, now)
    more = _GENERATED | {"References": headers.reference(token)}
    return _mail(page, envelope, more | _of_list(envelope.sender, token), kind)


def answer(  # noqa: PLR0913 - a mail is made of this much
    page: Page,
    subscriber: Subscriber,
    settings: MailSettings,
    message_id: str,
    now: datetime,
    *,
    token: str,
    in_reply_to: str,
    about: str = "",
) -> Mail:
    """Given what is answered to a subscriber's mail whose Message-ID is `in_reply_to`, return the
    mail; as `build` else. The id is somebody else's: one that no header should hold is left out.
    `about` is the digest's that theirs was about, so that what they reply now is about it too."""
    envelope = _to_subscriber(page, subscriber, settings, message_id, now)
    theirs = headers.replied_to(in_reply_to)
    before = (headers.reference(token), headers.replied_to(about), theirs)
    more = _REPLIED | {"References": " ".join(one for one in before if one)}
    if theirs:
        more["In-Reply-To"] = theirs
    return _mail(page, envelope, more | _of_list(envelope.sender, token), MailKind.ANSWER)


def to_operator(
    page: Page, kind: MailKind, settings: MailSettings, message_id: str, now: datetime
) -> Mail:
    """Given what the operator is told, return the mail; raise ComposeError as `build`."""
    envelope = _Envelope(
        subscriber="",
        recipient=_bare(settings.operator, "mail.operator"),
        sender=headers.address(settings.sender, "mail.from"),
        message_id=message_id,
        now=now,
        key_file=None,
        outer_subject="",
    )
    return _mail(page, envelope, _GENERATED, kind)


def _to_subscriber(
    page: Page, subscriber: Subscriber, settings: MailSettings, message_id: str, now: datetime
) -> _Envelope:
    # What the list of mails shows says nothing, whatever the subscriber chose for the inside.
    discreet = page.discreet or (page.subject if subscriber.subject != "full" else _NOTHING_SAID)
    return _Envelope(
        subscriber=subscriber.name,
        recipient=_bare(subscriber.address, f"the address of subscriber {subscriber.name}"),
        sender=headers.address(settings.sender, "mail.from"),
        message_id=message_id,
        now=now,
        key_file=subscriber.pgp_key_file,
        outer_subject=discreet,
    )


def _bare(address: str, what: str) -> str:
    found = headers.address(address, what)
    if found.display_name:
        raise ComposeError(f"{what}: write it without a name")
    return found.addr_spec


def _of_list(sender: Address, token: str) -> dict[str, str]:
    return {
        "List-Id": f"<digest.{sender.domain}>",
        "List-Unsubscribe": headers.unsubscribe(sender, token),
    }


def _mail(page: Page, envelope: _Envelope, more: dict[str, str], kind: MailKind) -> Mail:
    is_secret = envelope.key_file is not None
    meant = {
        "From": headers.named(envelope.sender),
        "To": envelope.recipient,
        "Subject": envelope.outer_subject if is_secret else page.subject,
        "Date": format_datetime(envelope.now),
        "Message-ID": headers.message_id(envelope.message_id),
        **more,
    }
    if not (headers.is_one_line(page.subject) and len(page.subject) <= _SUBJECT_LIMIT):
        raise ComposeError(f"the Subject header would hold what is not safe: {page.subject!r}")
    if envelope.key_file is None:
        body = bodies.clear(page, envelope.message_id)
    else:
        inner = f"Subject: {headers.encoded(page.subject)}"
        entity = bodies.clear(page, envelope.message_id, protecting=inner)
        bodies.check(entity, page)
        armored = encrypted(entity, envelope.key_file, envelope.now)
        body = bodies.wrapped(armored, envelope.message_id)
    data = _head(meant, envelope.sender) + body
    _check(data, meant, page, is_secret=is_secret)
    return Mail(
        message_id=meant["Message-ID"],
        subscriber=envelope.subscriber,
        recipient=envelope.recipient,
        sender=envelope.sender.addr_spec,
        bytes=data,
        kind=kind,
    )


def _head(meant: dict[str, str], sender: Address) -> bytes:
    """Return the headers as they are written; raise ComposeError for what is not safe in one."""
    written = meant | {
        "From": headers.named_encoded(sender),
        "Subject": headers.encoded(meant["Subject"]),
    }
    for name, value in written.items():
        unfolded = value.replace("\r\n ", " ")
        if not _PLAIN.fullmatch(unfolded) or not headers.is_one_line(meant[name]):
            raise ComposeError(f"the {name} header would hold what is not safe: {meant[name]!r}")
    return "".join(f"{name}: {value}\r\n" for name, value in written.items()).encode("ascii")


def _check(data: bytes, meant: dict[str, str], page: Page, *, is_secret: bool) -> None:
    """Raise ComposeError unless the bytes, read back, hold exactly what was meant."""
    # The older policy: the newer one of Python 3.11 parts encoded words with a space too many.
    parsed = email.message_from_bytes(data, policy=email.policy.compat32)
    added = ["MIME-Version", "Content-Type"]
    if not is_secret and not page.html:
        added.append("Content-Transfer-Encoding")
    if sorted(parsed.keys()) != sorted((*meant, *added)):
        raise ComposeError(f"the mail would carry headers nobody wrote: {', '.join(parsed.keys())}")
    for name, value in meant.items():
        if str(make_header(decode_header(parsed[name]))) != value:
            raise ComposeError(f"the {name} header would not say what was meant: {value!r}")
    if is_secret:
        bodies.check_parts(parsed, bodies.ENCRYPTED)
    else:
        bodies.check_words(parsed, page)
    bodies.check_lines(data)
