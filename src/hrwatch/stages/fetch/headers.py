"""What is said and heard in HTTP headers: who asks, how to ask again, when to come back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from hrwatch.model.feeds import Validators

FEEDS = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.6, */*;q=0.1"
)
PAGES = "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.1"

_LONGEST_CONTACT = 200
_LONGEST_ETAG = 512
_LONGEST_DATE = 64
_FARTHEST = timedelta(days=366)  # nothing a server says moves a poll by more than this
_MOST_DIGITS = 12  # more digits of seconds overflow a timedelta


def user_agent(version: str, contact: str) -> str:
    """Given our version and the operator's contact (an address such as `mailto:…`), return the
    User-Agent; whatever could end a header or a comment (RFC 9110, 5.6.5) is percent-encoded."""
    shown = quote(contact.strip()[:_LONGEST_CONTACT], safe=":/@?&=+,;.~#%-_!*'")
    return f"hrwatch/{version} (+{shown})" if shown else f"hrwatch/{version}"


def conditional(validators: Validators | None) -> dict[str, str]:
    """Return the headers that ask again with `validators` (RFC 9110, 13.1)."""
    if validators is None:
        return {}
    etag = _sendable(validators.etag, _LONGEST_ETAG)
    last_modified = _sendable(validators.last_modified, _LONGEST_DATE)
    asked = {}
    if etag:
        asked["If-None-Match"] = etag
    if last_modified:
        asked["If-Modified-Since"] = last_modified
    return asked


def validators(headers: Mapping[str, str]) -> Validators:
    """Return what the server gave to ask again with; what is too long or unprintable is left."""
    return Validators(
        etag=_sendable(headers.get("etag"), _LONGEST_ETAG),
        last_modified=_sendable(headers.get("last-modified"), _LONGEST_DATE),
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the server asks us to stay away (RFC 9110, 10.2.3), at most a year."""
    value = headers.get("retry-after", "").strip()
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    at = _date(value)
    return None if at is None else _clamped(at - now)


def max_age(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long `Cache-Control: max-age` says that the answer stays fresh (RFC 9111,
    5.2.2.1), at most a year; None where it does not or cannot be read."""
    value = _max_age(headers)
    return None if value is None else _seconds(value)


def expires(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long it is until `Expires`, at most a year; None where it cannot be read, or
    where there is a max-age, which goes before it (RFC 9111, 5.3)."""
    at = _date(headers.get("expires", ""))
    if at is None or _max_age(headers) is not None:
        return None
    # Against the server's own clock, where it tells: ours or theirs may be wrong by hours.
    return _clamped(at - (_date(headers.get("date", "")) or now))


def _max_age(headers: Mapping[str, str]) -> str | None:
    for directive in headers.get("cache-control", "").split(","):
        name, _, value = directive.partition("=")
        if name.strip().lower() == "max-age":
            return value.strip().strip('"')
    return None


def _sendable(value: str | None, longest: int) -> str | None:
    """Return a header value that can be sent back as it came, else None."""
    if value is None or len(value) > longest:
        return None
    value = value.strip()
    return value if value and value.isascii() and value.isprintable() else None


def _seconds(value: str) -> timedelta | None:
    if not (value.isascii() and value.isdigit()):
        return None
    return _FARTHEST if len(value) > _MOST_DIGITS else _clamped(timedelta(seconds=int(value)))


def _date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value.strip()[:_LONGEST_DATE])
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None  # a date that cannot be read says nothing


def _clamped(length: timedelta) -> timedelta:
    return min(max(length, timedelta(0)), _FARTHEST)
