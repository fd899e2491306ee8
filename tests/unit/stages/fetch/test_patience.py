"""When a domain's pages are left alone, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from hrwatch.errors import (
    AddressRefused,
    BadEncoding,
    BadRedirect,
    BadStatus,
    Disallowed,
    FetchError,
    ProxyUnreachable,
    Resting,
    TooLarge,
    Unreachable,
)
from hrwatch.stages.fetch.patience import MOST_DOMAINS, Patience, Standing, after, left

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SLOW = Unreachable("news.example/a: no complete answer within 20 s")


def status(code: int, retry_after: float | None = None) -> BadStatus:
    return BadStatus(f"news.example/a: the server answers {code}", code, retry_after)


def rest_after(*outcomes: FetchError | None) -> timedelta | None:
    """How long a domain rests after pages that came out so, one a second."""
    standing, now = Standing(), NOW
    for outcome in outcomes:
        standing = after(standing, outcome, now)
        now += timedelta(seconds=1)
    return left(standing, now - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("outcomes", "rest"),
    [
        ((), None),
        ((SLOW, SLOW), None),
        ((SLOW, SLOW, SLOW), 10 * MINUTE),
        ((SLOW, status(503), status(403)), 10 * MINUTE),
        ((SLOW, SLOW, None, SLOW), None),
        # A page that is not there is an answer all the same.
        ((SLOW, SLOW, status(404), SLOW), None),
        ((status(404),) * 5, None),
        ((TooLarge("x"), BadEncoding("x"), BadRedirect("x")), None),
        # Nobody was asked: nothing is known.
        ((SLOW, SLOW, AddressRefused("x"), SLOW), 10 * MINUTE),
        ((Disallowed("x"), Resting("x"), ProxyUnreachable("x"), AddressRefused("x")), None),
        ((status(429),), 10 * MINUTE),
        ((status(429, 30.0),), MINUTE / 2),
        ((status(503, 3600.0),), 60 * MINUTE),
        ((status(429, 1e9),), timedelta(days=1)),
        ((status(503, 0.0),), None),
        # What was under way when the rest began lengthens it only where the site says so.
        ((status(429, 60.0), SLOW), timedelta(seconds=59)),
        ((status(429, 60.0), status(429)), timedelta(seconds=59)),
        ((status(429, 60.0), status(429, 600.0)), 10 * MINUTE),
        ((status(429, 600.0), status(429, 60.0)), 10 * MINUTE - timedelta(seconds=1)),
    ],
)
def test_pages_of_a_domain_rest_after_trouble(
    outcomes: tuple[FetchError | None, ...], rest: timedelta | None
) -> None:
    assert rest_after(*outcomes) == rest


def test_rests_in_a_row_grow_up_to_a_day_and_a_page_that_is_read_ends_them() -> None:
    standing, now, rests = after(after(Standing(), SLOW, NOW), SLOW, NOW), NOW, []
    for _ in range(12):
        standing = after(standing, SLOW, now)
        rest = left(standing, now)
        assert rest is not None
        rests.append(rest)
        now += rest
        assert left(standing, now) is None

    assert rests[:3] == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE]
    assert rests[-1] == timedelta(days=1)
    assert after(standing, None, now) == Standing()


def test_rest_after_the_clock_was_set_back_is_over() -> None:
    standing = after(Standing(), status(429), NOW)

    assert left(standing, NOW - timedelta(days=3)) is None


def test_patience_refuses_a_domain_that_rests_and_says_why_and_until_when() -> None:
    patience = Patience()
    for _ in range(3):
        patience.ask("a", "news.example", NOW)
        patience.note("a", SLOW, NOW)
    with pytest.raises(Resting) as refused:
        patience.ask("a", "news.example", NOW + MINUTE)
    patience.ask("b", "other.example", NOW + MINUTE)
    patience.ask("a", "news.example", NOW + 10 * MINUTE)

    assert str(refused.value) == (
        "news.example: its pages are left alone until 2026-03-02 09:10 UTC, because of: "
        "news.example/a: no complete answer within 20 s"
    )


def test_patience_remembers_no_more_domains_than_it_may() -> None:
    patience = Patience()
    for number in range(MOST_DOMAINS + 10):
        patience.note(number, status(429), NOW)
    patience.note("well", None, NOW)

    assert len(patience._standings) == MOST_DOMAINS
    patience.ask(0, "forgotten.example", NOW)
    with pytest.raises(Resting):
        patience.ask(MOST_DOMAINS, "kept.example", NOW)
