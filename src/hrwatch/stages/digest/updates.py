"""One match of an article that was told before → what a digest tells of its fate: changed, taken
down, there again. Pure; used by compose.

Words that a publisher took out are never shown: a name that was replaced by initials was taken out
to protect somebody, and a mail lies in many hands. They are to be read where the archive is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hrwatch.model.articles import Change
from hrwatch.model.evidence import Visit
from hrwatch.model.mail import Earlier, Match, Reason
from hrwatch.stages.digest import names
from hrwatch.stages.digest.changing import Part, Passage, account, more
from hrwatch.stages.digest.stories import (
    REPORTS_LISTED,
    Writer,
    link_of,
    publisher,
    publisher_type,
    title_of,
)
from hrwatch.stages.digest.tongue import Tongue
from hrwatch.stages.digest.view import Changed, Update

_SAID = frozenset({Part.TITLE, Part.INITIALS})
PASSAGES = 3  # put in, that are shown of one change
_ALL = 1_000  # more than a change holds


@dataclass(frozen=True, slots=True)
class Older:
    """What the fates of articles in one digest are written with, by the id of the record: what
    earlier digests told of it, and what visits to its page came to."""

    writer: Writer
    told: Mapping[str, Earlier]
    visits: Mapping[str, Visit]

    def update(self, number: int, match: Match, others: Iterable[Match]) -> Update:
        """Given a match and its number, and those of its story of which the same is to be told,
        return what may be shown of it."""
        record, feeds, tongue = match.record, self.writer.feeds, self.writer.tongue
        is_change = match.reason is Reason.CHANGED and record.change is not None
        by = publisher(record.feed, feeds)
        named = dict.fromkeys(publisher(other.record.feed, feeds) for other in others)
        also = [name for name in named if name != by]
        return Update(
            number=number,
            reason=match.reason,
            title=title_of(record, tongue),
            publisher=by,
            language=names.language(record.language, tongue),
            language_code=record.language,
            link=link_of(record),
            earlier=self.told.get(record.id),
            seen_at=record.seen_at or record.first_seen_at,
            version=record.version,
            changed=changed(record.change, tongue) if is_change and record.change else None,
            visit=self.visits.get(record.id),
            also=tuple(also[:REPORTS_LISTED]),
            reference=record.id,
            sha256=record.page_sha256 or "",
            publisher_type=publisher_type(record.feed, feeds),
            more_also=len(also[REPORTS_LISTED:]),
        )


def changed(change: Change, tongue: Tongue) -> Changed:
    """Given a change, return what a mail may tell of it: what was put in, not what was taken out.

    The new title stands above it, and is no passage here; nor are initials in the place of a name,
    which say nothing that the line does not.
    """
    told = account(change, tongue, _ALL)
    passages = [
        passage.after
        for passage in told.passages
        if passage.part not in _SAID and _puts_in(passage)
    ]
    beyond = len(passages) - PASSAGES + change.more_added + change.more_replaced
    return Changed(
        line=told.line,
        put_in=tuple(passages[:PASSAGES]),
        left_out=more(beyond, tongue) if beyond > 0 else "",
        names_taken=told.names > 0,
        took_out=any(passage.before for passage in told.passages) or bool(change.more_removed),
    )


def _puts_in(passage: Passage) -> bool:
    """Say whether a passage holds more than what is left where words were taken out."""
    return bool(Counter(passage.after.split()) - Counter(passage.before.split()))
