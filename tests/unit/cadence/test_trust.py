"""Whether a feed's validators are believed."""

from datetime import timedelta

import pytest

from builders import NOW, a_feed, a_feed_state
from hrwatch.cadence import trust
from hrwatch.model.feeds import Validators

TAG = Validators(etag='"1"')
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("conditional", "every", "waited", "look"),
    [
        (0, HOUR, HOUR, False),
        (1, HOUR, HOUR, False),
        (11, HOUR, HOUR, False),
        (12, HOUR, HOUR, True),
        (3, 6 * HOUR, 6 * HOUR, False),
        (4, 6 * HOUR, 6 * HOUR, True),
        (1, 24 * HOUR, 24 * HOUR, True),
        (3, HOUR / 2, 8 * HOUR, True),  # the server asks for long waits
        (trust.LIED, HOUR, HOUR, False),
    ],
)
def test_is_a_look_after_a_dozen_polls_or_a_day(
    conditional: int, every: timedelta, waited: timedelta, look: bool
) -> None:
    state = a_feed_state(
        conditional=conditional, validators=TAG, last_polled_at=NOW, next_poll_at=NOW + waited
    )
    feed = a_feed(every=every)
    assert trust.is_a_look(state, feed) is look
    trusted = not look and conditional != trust.LIED
    assert trust.validators_to_ask_with(state, feed) == (TAG if trusted else Validators())


def test_is_a_look_without_validators_never() -> None:
    assert not trust.is_a_look(a_feed_state(conditional=99), a_feed())


def test_conditional_counts_not_modified_until_a_document_is_seen() -> None:
    state = a_feed_state(conditional=3)
    assert trust.after_not_modified(state) == 4
    assert trust.after_a_document(state) == 0


def test_conditional_of_who_lied_stays_distrusted() -> None:
    assert trust.after_a_document(a_feed_state(conditional=12), lied=True) == trust.LIED
    assert trust.after_a_document(a_feed_state(conditional=trust.LIED)) == trust.LIED
