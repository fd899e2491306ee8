"""What a failed poll says of a feed."""

import pytest

from hrwatch.cadence import failures
from hrwatch.errors import (
    AddressRefused,
    BadEncoding,
    BadRedirect,
    BadStatus,
    HopError,
    HrwatchError,
    LayoutChanged,
    NameUnknown,
    NoListing,
    ParseError,
    TlsFailed,
    TooLarge,
    Unreachable,
)
from hrwatch.model.feeds import State


@pytest.mark.parametrize(
    ("error", "state", "weight"),
    [
        (BadStatus("404 not found", 404), State.GONE, 1),
        (BadStatus("410 gone", 410), State.GONE, 1),
        (BadStatus("400 bad request", 400), State.UNREACHABLE, 1),
        (BadStatus("204 no content", 204), State.UNREACHABLE, 1),
        (BadStatus("401 unauthorized", 401), State.REFUSED, 1),
        (BadStatus("402 payment", 402), State.REFUSED, 1),
        (BadStatus("403 forbidden", 403), State.REFUSED, 1),
        (BadStatus("407 of a site", 407), State.UNREACHABLE, 1),
        (BadStatus("451 legal reasons", 451), State.REFUSED, 1),
        (BadStatus("429 too many", 429), State.REFUSED, 1),
        (BadStatus("429 too many", 429, 60.0), State.REFUSED, 0.25),
        (BadStatus("503 busy", 503, 60.0), State.UNREACHABLE, 0.25),
        (BadStatus("503 busy", 503), State.UNREACHABLE, 0.5),
        (BadStatus("408 timeout", 408), State.UNREACHABLE, 0.25),
        (BadStatus("500 server error", 500), State.UNREACHABLE, 0.5),
        (BadStatus("599 odd", 599), State.UNREACHABLE, 0.5),
        (Unreachable("the connection was refused"), State.UNREACHABLE, 0.25),
        (NameUnknown("the name does not resolve"), State.UNREACHABLE, 1),
        (TlsFailed("the certificate has expired"), State.UNREACHABLE, 0.5),
        (BadEncoding("truncated"), State.UNREACHABLE, 0.5),
        (TooLarge("too long"), State.UNREACHABLE, 0.5),
        (BadRedirect("in a circle"), State.UNREACHABLE, 1),
        (AddressRefused("a private address"), State.UNREACHABLE, 1),
        (ParseError("an HTML page, not a feed"), State.NOT_A_FEED, 1),
        (NoListing("nothing looks like a list"), State.NOT_A_FEED, 1),
        (LayoutChanged("nothing looks like a list"), State.LAYOUT_CHANGED, 1),
        (HopError("took too long"), State.INVALID, 1),
    ],
)
def test_failure_tells_the_state_and_its_weight(
    error: HrwatchError, state: State, weight: float
) -> None:
    assert failures.state_of(error) is state
    assert failures.weight(error) == weight


def test_refusal_is_who_says_no_without_a_later() -> None:
    assert failures.is_refusal(BadStatus("403", 403))
    assert failures.is_refusal(BadStatus("429", 429))
    assert not failures.is_refusal(BadStatus("429", 429, 60.0))
    assert not failures.is_refusal(BadStatus("404", 404))


def test_polling_ends_at_410_alone() -> None:
    assert failures.ends_polling(BadStatus("410", 410))
    assert not failures.ends_polling(BadStatus("404", 404))
    assert not failures.ends_polling(Unreachable("down"))
