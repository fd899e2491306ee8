"""What a failed poll says of a feed: the state it is in, and how much the failure weighs."""

from http import HTTPStatus

from hrwatch.errors import (
    AddressRefused,
    BadEncoding,
    BadStatus,
    FetchError,
    HrwatchError,
    LayoutChanged,
    NameUnknown,
    ParseError,
    TlsFailed,
    TooLarge,
    Unreachable,
)
from hrwatch.model.feeds import State

HARD = 1.0  # somebody has to mend it: the address, the document, the refusal
SOFT = 0.5  # the server is in disorder
TEMPORARY = 0.25  # over in a moment, mostly

# No to us, or to everybody who reads from here (RFC 9110, 15.5; RFC 6585, 4; RFC 7725).
_REFUSALS = frozenset({401, 402, 403, 429, 451})
_GONE = frozenset({404, 410})
# With a word on when to come back.
_LATER = frozenset({429, 503})
_FIRST_OF_THE_SERVER = 500


def state_of(error: HrwatchError) -> State:
    """Given what a poll failed with, return the state that the feed is in."""
    if isinstance(error, BadStatus):
        if error.status in _REFUSALS:
            return State.REFUSED
        return State.GONE if error.status in _GONE else State.UNREACHABLE
    if isinstance(error, FetchError):
        return State.UNREACHABLE
    if isinstance(error, LayoutChanged):
        return State.LAYOUT_CHANGED
    return State.NOT_A_FEED if isinstance(error, ParseError) else State.INVALID


def weight(error: HrwatchError) -> float:
    """Given what a poll failed with, return how much it weighs: HARD, SOFT or TEMPORARY."""
    if isinstance(error, BadStatus):
        if error.status == HTTPStatus.REQUEST_TIMEOUT or _comes_back(error):
            return TEMPORARY
        return SOFT if error.status >= _FIRST_OF_THE_SERVER else HARD
    if isinstance(error, NameUnknown | AddressRefused):
        return HARD
    if isinstance(error, TlsFailed | BadEncoding | TooLarge):
        return SOFT
    return TEMPORARY if isinstance(error, Unreachable) else HARD


def is_refusal(error: HrwatchError) -> bool:
    """Say whether the source does not want us, and did not say when it may be asked again."""
    return state_of(error) is State.REFUSED and weight(error) == HARD


def ends_polling(error: HrwatchError) -> bool:
    """Say whether the server says that the feed is gone for good (410; RFC 9110, 15.5.11)."""
    return isinstance(error, BadStatus) and error.status == HTTPStatus.GONE


def _comes_back(error: BadStatus) -> bool:
    return error.status in _LATER and error.retry_after is not None
