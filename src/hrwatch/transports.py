"""`mail.transport`, from how the operator writes it to what it names: a pure helper of the
configuration, which judges it, and of `deliver`, which opens it."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hrwatch.model.settings import Folder, Program, Server, Tls
from hrwatch.urls import is_loopback

SENDMAIL = "/usr/sbin/sendmail"
EXPECTED = (
    "write file:outbox, smtp+starttls://USER@HOST:587, smtps://USER@HOST:465, sendmail:, or "
    "smtp://127.0.0.1:25 for a mail server on this machine"
)
_PORTS = {Tls.NEVER: 25, Tls.UPGRADED: 587, Tls.ALWAYS: 465}
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*")
_LONGEST = 255  # of a host (RFC 1035, 2.3.4), and of a user (RFC 4616, 2, allows more)


def parse(value: str) -> Folder | Server | Program:
    """Given a transport, return what it names; raise ValueError with a sentence for the operator,
    which repeats nothing of the value."""
    scheme, colon, rest = value.partition(":")
    if colon and value.isprintable():
        if scheme == "file":
            return _folder(rest)
        if scheme == "sendmail":
            return _program(rest)
        if scheme in tuple(Tls):
            return _server(value, Tls(scheme))
    raise ValueError(f"is no way to send mail that hrwatch knows; {EXPECTED}")


def shown(value: str) -> str:
    """Return a transport as it may be told to anybody: no user and no password."""
    return re.sub(r"//.*@", "//", value, flags=re.DOTALL)


def _folder(path: str) -> Folder:
    if not path.strip() or path.startswith("//"):
        raise ValueError("names no directory; write file:outbox, or file:/var/spool/hrwatch")
    return Folder(path)


def _program(path: str) -> Program:
    if path and (not path.startswith("/") or path.startswith("//") or path.endswith("/")):
        raise ValueError(
            f"must name a program by its whole path, and no options; write sendmail: for "
            f"{SENDMAIL}, or such as sendmail:/usr/bin/msmtp"
        )
    return Program(Path(path or SENDMAIL))


def _server(value: str, tls: Tls) -> Server:
    example = "127.0.0.1" if tls is Tls.NEVER else "USER@HOST"
    expected = f"write {tls}://{example}:{_PORTS[tls]}"
    try:
        parts = urlsplit(value)
        # The dot that ends a whole name stands in no certificate.
        host, port = (parts.hostname or "").lower().removesuffix("."), parts.port
    except ValueError:
        raise ValueError(f"has no host and port that can be read; {expected}") from None
    if port == 0 or parts.path not in {"", "/"} or "?" in value or "#" in value:
        raise ValueError(f"must be {tls}://, host and port, and nothing more; {expected}")
    login, at, _ = parts.netloc.rpartition("@")
    if at and tls is Tls.NEVER:
        raise ValueError("holds a login; smtp: has no encryption to hide one, and needs none")
    if ":" in login:
        raise ValueError(
            "holds a password; this file keeps no secrets: put it into the file that "
            f"mail.password_file names, and {expected}"
        )
    if not _is_host(host):
        raise ValueError(f"has no host that can be asked; {expected}")
    if tls is Tls.NEVER and not is_loopback(host):
        raise ValueError(
            "would cross the network without encryption; smtp: is for this machine only; "
            f"{EXPECTED}"
        )
    return Server(host, port or _PORTS[tls], tls, _user(login, bool(at), expected))


def _user(login: str, given: bool, expected: str) -> str:
    try:
        user = unquote(login, errors="strict")
    except UnicodeError:
        user = ""
    if given and (not user or len(user) > _LONGEST or not user.isprintable()):
        raise ValueError(f"has no user that can be read before the @; {expected}")
    return user


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= _LONGEST and bool(_HOST.fullmatch(host))
    return "%" not in host
