"""What stands below a mail's headers: text alone, text with HTML, or either encrypted. Pure; used
by mime, which writes the headers and reads everything back."""

import email
import email.policy
import re
from email.message import EmailMessage, Message

from hrwatch.errors import ComposeError
from hrwatch.model.mail import Page
from hrwatch.stages.digest import transfer

PLAIN = ("text/plain",)
BOTH = ("multipart/alternative", "text/plain", "text/html")
ENCRYPTED = ("multipart/encrypted", "application/pgp-encrypted", "application/octet-stream")
_POLICY = email.policy.SMTP.clone(max_line_length=76, cte_type="7bit")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINE_LIMIT = 998  # RFC 5322, 2.1.1


def clear(page: Page, boundary: str, *, protecting: str = "") -> bytes:
    """Given a page, return its MIME headers and body: text first, 7-bit, CRLF; text alone where it
    has no HTML.

    `protecting` is a header that travels inside, for an entity that is encrypted afterwards.
    """
    message = EmailMessage(policy=_POLICY)
    text, html = _lines(page.text), _lines(page.html)
    message.set_content(text, cte=transfer.encoding(text))
    if page.html:
        message.add_alternative(html, subtype="html", cte=transfer.encoding(html))
        message.set_boundary(_boundary(boundary))
    if not protecting:
        return message.as_bytes()
    del message["MIME-Version"]  # the outer one is enough
    message.set_param("protected-headers", "v1")
    return f"{protecting}\r\n".encode("ascii") + message.as_bytes()


def wrapped(armored: str, boundary: str) -> bytes:
    """Given an armored OpenPGP message, return it as multipart/encrypted (RFC 3156, 4). "_" is
    no letter of base64: the boundary cannot occur in it."""
    lines = [
        "MIME-Version: 1.0",
        'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
        f' boundary="{_boundary(boundary)}"',
        "",
        f"--{_boundary(boundary)}",
        "Content-Type: application/pgp-encrypted",
        "",
        "Version: 1",
        "",
        f"--{_boundary(boundary)}",
        'Content-Type: application/octet-stream; name="encrypted.asc"',
        'Content-Disposition: inline; filename="encrypted.asc"',
        "",
        *armored.splitlines(),
        "",
        f"--{_boundary(boundary)}--",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def check(data: bytes, page: Page) -> None:
    """Raise ComposeError unless an entity in clear, read back, says what the page says."""
    check_words(email.message_from_bytes(data, policy=email.policy.compat32), page)
    check_lines(data)


def check_words(parsed: Message, page: Page) -> None:
    """Raise ComposeError unless a mail in clear, or an entity, says what the page says."""
    meant = {"text/plain": page.text, "text/html": page.html}
    check_parts(parsed, BOTH if page.html else PLAIN)
    for part in parsed.walk():
        if not part.is_multipart() and _text(part) != _lines(meant[part.get_content_type()]):
            raise ComposeError("the mail would not say what was meant")


def check_parts(parsed: Message, meant: tuple[str, ...]) -> None:
    """Raise ComposeError unless a mail consists of the parts that were meant."""
    found = tuple(part.get_content_type() for part in parsed.walk())
    if found != meant or any(part.defects for part in parsed.walk()):
        raise ComposeError(f"the mail would consist of {', '.join(found)}")


def check_lines(data: bytes) -> None:
    """Raise ComposeError where a mail server would cut or change a line."""
    lines = data.split(b"\r\n")
    joined = b" ".join(lines)
    if any(byte in joined for byte in (b"\n", b"\r", b"\0")):
        raise ComposeError("the mail would hold a lone line end or a NUL")
    if max(map(len, lines)) > _LINE_LIMIT:
        raise ComposeError(f"the mail would hold a line of more than {_LINE_LIMIT} bytes")


def _boundary(of: str) -> str:
    """Return a boundary; "=_" never occurs in quoted-printable text or base64 (RFC 2045, 6)."""
    return f"=_{of}"


def _lines(body: str) -> str:
    """Return the body without what no mail may hold: NUL and other controls, lone returns, halves
    of characters; it ends its last line."""
    whole = body.encode("utf-8", "replace").decode()
    plain = _CONTROLS.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))
    return plain if plain.endswith("\n") else f"{plain}\n"


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode().replace("\r\n", "\n") if isinstance(payload, bytes) else ""
