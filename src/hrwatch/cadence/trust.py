"""Whether a feed's validators are believed: now and then it is asked without them, and a server
that was caught saying "not modified" of a document with news is not asked with them again."""

from datetime import timedelta

from hrwatch.model.feeds import Feed, FeedState, Validators

# Answers "not modified" in a row after which the document itself is looked at.
POLLS_WITHOUT_A_LOOK = 12
TIME_WITHOUT_A_LOOK = timedelta(days=1)
# As FeedState.conditional: the validators lied once. A new address begins anew.
LIED = -1


def is_a_look(state: FeedState, feed: Feed) -> bool:
    """Say whether the next poll is to look at the document whatever its validators would say."""
    if state.conditional <= 0 or state.validators == Validators():
        return False
    wait = feed.every
    if state.next_poll_at and state.last_polled_at:
        wait = max(wait, state.next_poll_at - state.last_polled_at)
    return (
        state.conditional >= POLLS_WITHOUT_A_LOOK or state.conditional * wait >= TIME_WITHOUT_A_LOOK
    )


def validators_to_ask_with(state: FeedState, feed: Feed) -> Validators:
    """Return what the next request carries: nothing at a look, nothing where they lied."""
    if state.conditional == LIED or is_a_look(state, feed):
        return Validators()
    return state.validators


def after_not_modified(state: FeedState) -> int:
    """Return FeedState.conditional after an answer "not modified"."""
    return max(state.conditional, 0) + 1


def after_a_document(state: FeedState, *, lied: bool = False) -> int:
    """Return FeedState.conditional after a document was seen; `lied`: the same server said of it
    that nothing had changed."""
    return LIED if lied or state.conditional == LIED else 0
