"""Single values of the file, from text to what they mean: sizes, names, addresses, files.

Each function takes whatever stands in the file and raises ValueError with a sentence that goes to
the operator as it is. Values that may hold a secret or a person are never repeated in it.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from hrwatch import proxies, selectors, text, transports, urls
from hrwatch.config import databases
from hrwatch.config.names import quoted
from hrwatch.config.times import one_value

MAX_SELECTOR = 500
SMALLEST, LARGEST = 1000, 1000**3  # bytes
_SIZE_UNITS = {
    "B": 1,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KIB": 1024,
    "MIB": 1024**2,
    "GIB": 1024**3,
}
_SIZE = re.compile(r"([0-9]{1,12}) ?([KMG]?i?B)", re.IGNORECASE)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"({_LOCAL})@(localhost|{_LABEL}(?:\.{_LABEL})+)")
_NAMED_MAILBOX = re.compile(r'(?:"([^"\\<>]*)"|([^"<>@,;:\\()\[\]]*?)) *<([^<>]*)>')
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HOST_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})")


def size(value: object) -> int:
    """Given `10MB`, `512KiB` or a plain number of bytes, return bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        count = value
    else:
        expected = "a number and its unit (KB, MB, KiB or MiB), such as 10MB"
        written = one_value(value, expected)
        match = _SIZE.fullmatch(written)
        if not match:
            raise ValueError(f"{quoted(written)} is no size; write {expected}")
        count = int(match[1]) * _SIZE_UNITS[match[2].upper()]
    if not SMALLEST <= count <= LARGEST:
        raise ValueError("must be between 1KB and 1GB, such as 10MB")
    return count


def name(value: str) -> str:
    """Given a name for a feed or subscriber, return it if a command line and a file can hold it."""
    if not value.isprintable():
        raise ValueError("holds an invisible character; delete the name and type it anew")
    if not _NAME.fullmatch(value):
        raise ValueError(
            f"{quoted(value)} cannot be a name; use letters a-z, digits and . _ - (no spaces), at "
            "most 64, beginning with a letter or digit, such as amnesty-en"
        )
    return value


def line(value: str) -> str:
    """Given a text for people, return it cleaned, on one line."""
    cleaned = text.clean_line(value, 201)
    if not cleaned or len(cleaned) > 200:  # noqa: PLR2004 - said in the message
        raise ValueError("must be one line of text, between 1 and 200 characters")
    return cleaned


def signature(value: str) -> str:
    """Given what stands at the end of each mail, return it cleaned."""
    if len(value.strip().splitlines()) > 1:
        raise ValueError("must be one line: it stands at the end of each mail")
    return line(value)


def web_address(value: str) -> str:
    """Given an http(s) address without a login, return it."""
    try:
        parts = urlsplit(value)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ValueError("is no web address; write https://host/path") from None
    scheme = parts.scheme.lower()
    if scheme not in {"http", "https"} or not host or port == 0:
        raise ValueError("is no web address; write https://host/path")
    if "@" in parts.netloc:
        raise ValueError("holds a login; this file keeps no secrets, and hrwatch asks without one")
    if not value.isprintable() or " " in value or len(value) > urls.MAX_LENGTH:
        raise ValueError("holds a space, an invisible character, or is too long; copy it again")
    if not urls.canonical(value):
        raise ValueError("has no host that can be asked; write https://host/path")
    return value


def feed_address(value: str) -> str:
    """Given a feed's http(s) address, return it as it is written; a login in it is no mistake."""
    web_address(without_login(value))
    return value


def without_login(address: str) -> str:
    """Return an http(s) address as it is asked for: without user and password."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if "@" not in parts.netloc:
        return address
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def selector(value: str) -> str:
    """Given a CSS selector, return it."""
    if len(value) > MAX_SELECTOR:
        raise ValueError(f"is too long for a selector; at most {MAX_SELECTOR} characters")
    selectors.xpath(value)
    return value


def proxy(value: str) -> str:
    """Given the address of a proxy without a login, return it as it is compared."""
    return str(proxies.parse(value))


def fingerprint(value: str) -> str:
    """Given a certificate's SHA-256 in hexadecimal, with or without colons, return its 64 digits in
    lower case."""
    digits = value.strip().removeprefix("sha256:").replace(":", "").lower()
    if not _FINGERPRINT.fullmatch(digits):
        raise ValueError(
            "is no SHA-256 of a certificate: 64 hexadecimal digits, such as AB:CD:…, as printed by "
            "openssl x509 -noout -fingerprint -sha256"
        )
    return digits


def mailbox(value: str) -> str:
    """Given the address of one mailbox, return it; a display name is not part of it."""
    local, _, domain = value.rpartition("@")
    too_long = len(local) > 64 or len(domain) > 253  # noqa: PLR2004 - RFC 5321, 4.5.3.1
    if "@" in value and not value.isascii():
        raise ValueError(
            "has letters beyond a-z, which many mail servers do not take; write the part behind "
            "the @ in its xn-- form"
        )
    # "=?" begins an encoded word (RFC 2047), wherever in a mail's header it stands.
    if not _MAILBOX.fullmatch(value) or too_long or "=?" in value:
        raise ValueError("is not the address of one mailbox; write it alone, as name@example.org")
    return value


def sender(value: str) -> str:
    """Given a mailbox with or without a display name, return it."""
    match = _NAMED_MAILBOX.fullmatch(value)
    try:
        mailbox(match[3] if match else value)
    except ValueError:
        raise ValueError(
            "is no mailbox; write hrwatch <digest@example.org>, or digest@example.org"
        ) from None
    if not value.isprintable():
        raise ValueError("holds a line break or invisible character; write it on one line")
    shown = (match[1] or match[2] or "") if match else ""
    if "=?" in shown or "@" in shown:
        raise ValueError("has a name that a mail's header cannot hold; write it without =? and @")
    if len(shown) > 100 or shown.isspace():  # noqa: PLR2004 - said in the message
        raise ValueError("has a name that is blank or too long; write at most 100 characters")
    return value


def contact(value: str) -> str:
    """Given where a site's owner reaches the operator, return it: it goes into a header."""
    if value.isascii() and value.isprintable() and " " not in value:
        scheme, _, rest = value.partition(":")
        if scheme == "mailto":
            mailbox(rest)
            return value
        if scheme in {"http", "https"}:
            return web_address(value)
    if not value.isascii():
        raise ValueError("goes into a header, which has room for the letters of ASCII only")
    raise ValueError("must be mailto:you@your.org or the https:// address of a page about you")


def archive(value: str) -> str:
    """Given the path of the archive, or its address on a PostgreSQL server, return it."""
    if databases.is_one(value):
        return databases.address(value)
    if "://" in value:
        raise ValueError(
            "must be a path, such as archive.db, or postgresql+psycopg://USER@HOST/DATABASE"
        )
    if not value.strip() or not value.isprintable() or value.endswith("/"):
        raise ValueError("must be the path of a file, such as archive.db")
    return value


def transport(value: str) -> str:
    """Given a way to send mail, return it. A login is never repeated."""
    transports.parse(value)
    return value


def path(value: str) -> str:
    """Given the path of a file to be read, return it."""
    if not value.strip() or not value.isprintable() or value.endswith("/"):
        raise ValueError("must be the path of a file, relative to this one or whole")
    return value


def folder(value: str) -> str:
    """Given the path of a folder to be read from, return it."""
    if not value.strip() or not value.isprintable():
        raise ValueError("must be the path of a folder, relative to this file or whole")
    return value


def allowed_address(value: str) -> str:
    """Given `ADDRESS:PORT`, `[IPv6]:PORT` or a network, return it as it stands."""
    expected = '"127.0.0.1:8930", "[::1]:8930" or "10.1.0.0/16"'
    match = _HOST_PORT.fullmatch(value)
    try:
        if match:
            ipaddress.ip_address(match[1] or match[2])
            if 1 <= int(match[3]) <= 65535:  # noqa: PLR2004 - TCP's own numbers
                return value
        else:
            network = ipaddress.ip_network(value, strict=False)
            if network.network_address == ipaddress.ip_interface(value).ip:
                return value
            expected = f'"{network}"'
    except ValueError:
        pass
    raise ValueError(f"{quoted(value)} is neither address and port nor a network; write {expected}")
