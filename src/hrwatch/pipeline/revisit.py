"""Articles looked at again: their pages fetched, compared with what was captured, written down."""

from collections.abc import Callable, Iterable
from datetime import datetime

from hrwatch.cadence import visits as schedule
from hrwatch.model.articles import Kept, Record
from hrwatch.model.evidence import Visit
from hrwatch.model.feeds import Feed, Terms


def first_visits(
    records: Iterable[Record], feeds: Iterable[Feed], now: datetime, chance: Callable[[], float]
) -> tuple[Visit, ...]:
    """Return the visits that are to be made to articles that matched: of those that have a page
    which their feed lets be read again."""
    revisited = {feed.name for feed in feeds if may_be_visited(feed)}
    return tuple(
        Visit(
            record=record.id,
            feed=record.feed,
            url=record.entry.permalink,
            next_visit_at=schedule.planned(record.first_seen_at, now, chance()),
            body_sha256=record.page_sha256,
        )
        for record in records
        if record.feed in revisited and record.entry.permalink and record.kept is not Kept.NOTHING
    )


def may_be_visited(feed: Feed) -> bool:
    """Say whether the pages of a feed's articles are looked at again."""
    return feed.revisit and feed.full_text and feed.terms is not Terms.FORBIDDEN
