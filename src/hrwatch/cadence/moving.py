"""Where a feed says that it has moved for good, and when the operator is told."""

from dataclasses import replace

from hrwatch.model.feeds import FAILING, Feed, FeedState, NotModified, Response

# A captive portal, a hijacked name or a slip of the server's owner is over sooner.
POLLS_TO_BE_BELIEVED = 3
# A longer address is no line to type.
LONGEST_ADDRESS = 1000


def counted(state: FeedState, feed: Feed, answer: Response | NotModified) -> FeedState:
    """Given an answer whose document is a feed with entries, return the state with what it says
    of a new address: counted where it says the same as before, begun anew where it does not."""
    moved_to = answer.moved_to if isinstance(answer, Response) else None
    if moved_to is None or not _may_be_proposed(feed, moved_to):
        return replace(state, moved_to=None, moved_times=0)
    times = state.moved_times + 1 if moved_to == state.moved_to else 1
    return replace(state, moved_to=moved_to, moved_times=times)


def proposal(state: FeedState) -> str | None:
    """Return the address that the operator should write instead of the feed's own, or None: it
    was told at several polls in a row, and a feed was read from it each time."""
    is_believed = state.moved_times >= POLLS_TO_BE_BELIEVED and state.state not in FAILING
    return state.moved_to if is_believed else None


def _may_be_proposed(feed: Feed, moved_to: str) -> bool:
    # From https to http is no move that is to be advised: what is read there can be altered.
    loses_tls = feed.address.startswith("https:") and not moved_to.startswith("https:")
    return not loses_tls and moved_to != feed.address and len(moved_to) <= LONGEST_ADDRESS
