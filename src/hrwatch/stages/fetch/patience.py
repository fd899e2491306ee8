"""Leaving a site alone: after failures in a row, or when it says so, a domain's pages rest, each
time longer. Pure decisions, and a bounded memory of them."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hrwatch.errors import (
    AddressRefused,
    BadStatus,
    Disallowed,
    FetchError,
    ProxyUnreachable,
    Resting,
    Unreachable,
)

FAILURES = 3  # in a row, before a rest
FIRST_REST = timedelta(minutes=10)
LONGEST_REST = timedelta(days=1)
MOST_DOMAINS = 10_000  # remembered for whoever asks them, the ones that failed last

_FORBIDDEN, _TOO_MANY, _SERVER_ERRORS = 403, 429, 500
_NOT_ASKED = (AddressRefused, Disallowed, ProxyUnreachable, Resting)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the pages of a domain went lately."""

    failures: int = 0  # in a row
    rests: int = 0  # in a row
    until: datetime | None = None  # the end of the last rest
    reason: str = ""  # the last failure


def left(standing: Standing, now: datetime) -> timedelta | None:
    """Return how long the domain rests yet; None where it may be asked."""
    if standing.until is None or standing.until <= now:
        return None
    rest = standing.until - now
    # A clock that was set back is no reason to wait longer than any rest.
    return rest if rest <= LONGEST_REST else None


def after(standing: Standing, error: FetchError | None, now: datetime) -> Standing:
    """Given how a page came out (None: it was read), return how the domain stands now."""
    if isinstance(error, _NOT_ASKED):
        return standing
    if error is None or not is_trouble(error):
        return Standing()  # whatever it says, it answers
    standing = replace(standing, failures=standing.failures + 1, reason=str(error))
    asked = _asked(error)
    until = now if asked is None else now + min(asked, LONGEST_REST)
    if left(standing, now) is not None:
        # One of several that were under way when the rest began: they are one failure.
        return replace(standing, until=max(standing.until or now, until))
    if asked is None and (standing.failures >= FAILURES or _status(error) == _TOO_MANY):
        until = now + min(FIRST_REST * 2 ** min(standing.rests, 10), LONGEST_REST)
    if until > now:
        standing = replace(standing, rests=standing.rests + 1, until=until)
    return standing


def is_trouble(error: FetchError) -> bool:
    """Say whether a failure means that the site limps or does not want us, and not that one page
    is not there."""
    status = _status(error)
    if status is None:
        return isinstance(error, Unreachable)
    return status >= _SERVER_ERRORS or status in {_FORBIDDEN, _TOO_MANY}


class Patience:
    """What is remembered of the domains whose pages failed, each by who asks and which way."""

    def __init__(self) -> None:
        self._standings: OrderedDict[object, Standing] = OrderedDict()

    def ask(self, key: object, domain: str, now: datetime) -> None:
        """Raise Resting where the domain is to be left alone now."""
        standing = self._standings.get(key, Standing())
        if left(standing, now) is not None and standing.until is not None:
            raise Resting(
                f"{domain}: its pages are left alone until {standing.until:%Y-%m-%d %H:%M} UTC, "
                f"because of: {standing.reason}"
            )

    def note(self, key: object, error: FetchError | None, now: datetime) -> None:
        """Remember how a page came out; None for one that was read."""
        standing = after(self._standings.pop(key, Standing()), error, now)
        if standing != Standing():
            self._standings[key] = standing
            if len(self._standings) > MOST_DOMAINS:
                self._standings.popitem(last=False)


def _status(error: FetchError) -> int | None:
    return error.status if isinstance(error, BadStatus) else None


def _asked(error: FetchError) -> timedelta | None:
    """Return how long the server asks us to stay away, where it does."""
    seconds = error.retry_after if isinstance(error, BadStatus) else None
    return None if seconds is None else timedelta(seconds=seconds)
