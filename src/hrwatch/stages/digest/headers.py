"""Values of a mail's headers: addresses, message ids, and what is beyond ASCII as encoded words of
our own. Pure; used by mime.

The email library is not asked to write them: that of Python up to 3.11.7 makes a real header out of
`=?utf-8?q?…=0D=0A…?=` (CVE-2024-6923) and misplaces spaces in long names.
"""

import re
from base64 import b64encode
from email.headerregistry import Address
from unicodedata import category
from urllib.parse import quote

from hrwatch.errors import ComposeError

HOST = "hrwatch.invalid"  # of message ids: names no host and no user
_OPAQUE = re.compile(r"[0-9A-Za-z_-]{8,64}")
_TOKEN = re.compile(r"[0-9a-f]{32}")
_MESSAGE_ID = re.compile(r"<[\w.!#$%&'*+/=?^`{|}~@:-]{1,250}>", re.ASCII)
_ADDRESS = re.compile(
    r"(?:(?P<name>[^<>@]*)<)?(?P<local>[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})"
    r"@(?P<domain>[^\W_](?:[\w.-]{0,250}[^\W_])?)(?(name)>)"
)
_WORD = 39  # bytes in one encoded word: with frame and name a line of 76 at most (RFC 2047, 2)
# Not printable, and no danger: joiners that words of Persian or Hindi need, marks of direction.
_JOINERS = "\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069"


def address(written: str, what: str) -> Address:
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


def named(mailbox: Address) -> str:
    """Return a mailbox as it reads in a header; no quotes round what needs encoded words."""
    if mailbox.display_name.isascii():
        return str(mailbox)
    return f"{mailbox.display_name} <{mailbox.addr_spec}>"


def named_encoded(mailbox: Address) -> str:
    """Return a mailbox as it stands in a header."""
    if mailbox.display_name.isascii():
        return str(mailbox)
    return f"{encoded(mailbox.display_name)}\r\n <{mailbox.addr_spec}>"


def is_one_line(value: str) -> bool:
    """Say whether a value may stand in a header at all: no control, no line end however spelled,
    and no encoded word that is not ours. Spaces that do not break (French puts one before a colon)
    are not "printable" to Python, and harmless."""
    plain = (letter for letter in value if letter not in _JOINERS)
    return all(one.isprintable() or category(one) == "Zs" for one in plain) and ("=?" not in value)


def encoded(value: str) -> str:
    """Given what a header says, return how it is written: in ASCII as it is, else in base64 words
    (RFC 2047) that end between characters."""
    if value.isascii():
        return value
    words, word = [], b""
    for character in value:
        letter = character.encode()
        if len(word) + len(letter) > _WORD:
            words.append(word)
            word = b""
        word += letter
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)


def message_id(opaque: str) -> str:
    """Given an opaque id (letters and digits), return it as a Message-ID, or raise."""
    if not _OPAQUE.fullmatch(opaque):
        raise ComposeError(f"message id {opaque!r} is not opaque: letters and digits only")
    return f"<{opaque}@{HOST}>"


def reference(token: str) -> str:
    """Given a subscriber's token, return the reference that their replies will carry."""
    if not _TOKEN.fullmatch(token):
        raise ComposeError("a subscriber's token must be 32 hexadecimal digits")
    return f"<{token}@{HOST}>"


def replied_to(written: str) -> str:
    """Given the Message-ID of somebody else's mail, return it where a header can hold it, else
    nothing."""
    value = written.strip()
    return value if _MESSAGE_ID.fullmatch(value) and "=?" not in value else ""


def unsubscribe(mailbox: Address, token: str) -> str:
    """Return where a mail saying "stop" goes (RFC 2369), for a program's own button."""
    local = quote(mailbox.username, safe="!$'*+")
    return f"<mailto:{local}@{mailbox.domain}?subject=stop%20{token}>"
