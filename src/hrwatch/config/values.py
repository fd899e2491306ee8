"""Single values of the file, from text to what they mean: durations, sizes, schedules, addresses.

Each function takes whatever stands in the file and raises ValueError with a sentence that goes to
the operator as it is. Values that may hold a secret or a person are never repeated in it.
"""

import ipaddress
import re
from datetime import date, time, timedelta
from urllib.parse import urlsplit

from hrwatch import proxies, selectors, text, transports, urls
from hrwatch.config import databases
from hrwatch.config.names import quoted
from hrwatch.model.mail import Cadence, Quiet, Schedule
from hrwatch.model.settings import AlertRule
from hrwatch.text import suggestion

LONGEST = timedelta(days=3650)
LONGEST_TIMEOUT = timedelta(minutes=10)  # of one request; a feed waits so long for the next
LONGEST_GAP = timedelta(hours=1)
MAX_SELECTOR = 500
SMALLEST, LARGEST = 1000, 1000**3  # bytes
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]{1,9})([smhd])")
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
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"({_LOCAL})@(localhost|{_LABEL}(?:\.{_LABEL})+)")
_NAMED_MAILBOX = re.compile(r'(?:"([^"\\<>]*)"|([^"<>@,;:\\()\[\]]*?)) *<([^<>]*)>')
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HOST_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})")


def _written(value: object, expected: str) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None:
        raise ValueError(f"has no value; write {expected}, or remove the line")
    if isinstance(value, bool | int | float):
        raise ValueError(f"{str(value).lower()} does not say enough; write {expected}")
    raise ValueError(f"must be one value, not a list or mapping; write {expected}")


def duration(value: object) -> timedelta:
    """Given `10s`, `30m`, `6h` or `7d`, return it as a span of time; `0s` is none."""
    return _span(value, "a number and its unit (s, m, h or d), such as 30m")


def _span(value: object, expected: str) -> timedelta:
    written = _written(value, expected)
    match = _DURATION.fullmatch(written)
    if not match and "#" in written:
        raise ValueError(f"{quoted(written)} is no duration; put a space before the # of a comment")
    if not match:
        raise ValueError(f"{quoted(written)} is no duration; write {expected}")
    try:
        span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        span = timedelta.max
    if span > LONGEST:
        raise ValueError(f"{quoted(written)} is too long; at most {LONGEST.days}d")
    return span


def interval(value: object) -> timedelta:
    """Given a duration of at least a second, return it."""
    span = duration(value)
    if span < timedelta(seconds=1):
        raise ValueError("must be at least 1s")
    return span


def timeout(value: object) -> timedelta:
    """Given how long one request may take, return it."""
    span = interval(value)
    if span > LONGEST_TIMEOUT:
        raise ValueError("is longer than 10m; a site that takes so long does not answer any more")
    return span


def gap(value: object) -> timedelta:
    """Given how long two requests to one domain lie apart, return it."""
    span = duration(value)
    if span > LONGEST_GAP:
        raise ValueError("is longer than 1h; to ask a site less often, set every")
    return span


def backfill(value: object) -> timedelta | None:
    """Given a duration, `all` or `none`, return it; None stands for all, zero for none."""
    if value == "all":
        return None
    if value == "none":
        return timedelta(0)
    return _span(value, "a number and its unit, such as 3d, or all, or none")


def keep_for(value: object) -> timedelta | None:
    """Given a duration of at least a day, or `ever`, return it; None stands for ever."""
    if value == "ever":
        return None
    span = _span(value, "a number of days, such as 730d, or ever")
    if span < timedelta(days=1):
        raise ValueError("must be at least 1d; to keep no texts, set keep")
    return span


def size(value: object) -> int:
    """Given `10MB`, `512KiB` or a plain number of bytes, return bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        count = value
    else:
        expected = "a number and its unit (KB, MB, KiB or MiB), such as 10MB"
        written = _written(value, expected)
        match = _SIZE.fullmatch(written)
        if not match:
            raise ValueError(f"{quoted(written)} is no size; write {expected}")
        count = int(match[1]) * _SIZE_UNITS[match[2].upper()]
    if not SMALLEST <= count <= LARGEST:
        raise ValueError("must be between 1KB and 1GB, such as 10MB")
    return count


def schedule(value: object) -> Schedule:
    """Given `at once`, `hourly`, `daily HH:MM` or `weekly mon HH:MM`, return the schedule."""
    expected = "at once, hourly, daily 07:00 or weekly mon 07:00"
    words = _written(value, expected).split()
    match words:
        case ["at", "once"]:
            return Schedule(Cadence.AT_ONCE)
        case ["hourly"]:
            return Schedule(Cadence.HOURLY)
        case ["daily", clock]:
            return Schedule(Cadence.DAILY, _clock(clock))
        case ["weekly", weekday, clock]:
            if weekday not in _WEEKDAYS:
                guess = suggestion(weekday[:3], _WEEKDAYS) or f"; write {', '.join(_WEEKDAYS)}"
                raise ValueError(f"{quoted(weekday)} is no weekday{guess}")
            return Schedule(Cadence.WEEKLY, _clock(clock), _WEEKDAYS.index(weekday))
        case ["daily"]:
            raise ValueError("says no time of day; write daily 07:00")
        case ["weekly", *_]:
            raise ValueError("needs a weekday and a time; write weekly mon 07:00")
        case _:
            raise ValueError(f"{quoted(' '.join(words))} is no schedule; write {expected}")


def report(value: object) -> Schedule | None:
    """Given `weekly mon HH:MM` or `off`, return when the operator's report is due; None: never."""
    if _is_off(value):
        return None
    due = schedule(value)
    if due.cadence is not Cadence.WEEKLY:
        raise ValueError("is weekly, or off; write weekly mon 07:00")
    return due


def alert(value: object) -> AlertRule | None:
    """Given `10 in 6h` or `off`, return when the operator is alerted; None: never."""
    if _is_off(value):
        return None
    expected = "a number of failures and a time, such as 10 in 6h, or off"
    written = _written(value, expected)
    match written.split():
        case [count, "in", span] if _COUNT.fullmatch(count):
            return AlertRule(int(count), interval(span))
        case _:
            raise ValueError(f"{quoted(written)} is no alert; write {expected}")


def urgent(value: object) -> int:
    """Given `3 a day` or `off`, return how many alerts a day there may be."""
    if _is_off(value):
        return 0
    expected = "how many a day, such as 3 a day, or off"
    written = _written(value, expected)
    match written.split():
        case [count, "a", "day"] if _COUNT.fullmatch(count):
            return int(count)
        case _:
            raise ValueError(f"{quoted(written)} is no number of alerts; write {expected}")


def quiet(value: object) -> Quiet | None:
    """Given `22:00-06:30` or `off`, return the quiet hours."""
    if _is_off(value):
        return None
    expected = "two times of day, such as 22:00-06:30"
    since, dash, until = _written(value, expected).partition("-")
    if not dash:
        raise ValueError(f"{quoted(since)} says no end; write {expected}")
    hours = Quiet(_clock(since.strip()), _clock(until.strip()))
    if hours.since == hours.until:
        raise ValueError("begin when they end; to get no mail for some time, set pause_until")
    return hours


def day(value: object) -> date | None:
    """Given a day as YYYY-MM-DD, return it; None where the key has nothing behind it."""
    if value is None:
        return None
    if isinstance(value, date):
        return value
    written = _written(value, "a day, such as 2027-01-15")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(
            f"{quoted(written)} is no day; write it as year, month and day, such as 2027-01-15"
        ) from None


def _is_off(value: object) -> bool:
    # YAML 1.1 reads a bare off as false.
    return value is None or value is False or value == "off"


def _clock(written: str) -> time:
    match = _TIME.fullmatch(written)
    if not match:
        raise ValueError(f"{quoted(written)} is no time of day; write it as HH:MM, such as 07:00")
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:  # noqa: PLR2004 - the clock's own numbers
        raise ValueError(f"there is no {written}; a time of day runs from 00:00 to 23:59")
    return time(hour, minute)


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
