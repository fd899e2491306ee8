"""What of that which waits for a subscriber a digest tells, and what needs no telling any more."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hrwatch import text
from hrwatch.model.articles import Copy, CopyKind, Kept, Record
from hrwatch.model.evidence import Standing, Visit
from hrwatch.model.mail import ABOUT_PAGES, Match, Mute, Reason, Subscriber
from hrwatch.model.tags import Relation
from hrwatch.pipeline.mailing import muting
from hrwatch.pipeline.parts import Desk
from hrwatch.stages.match import Matcher
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import visits as visit_table
from hrwatch.stages.store.mail import ledger, subscriptions, telling
from hrwatch.stages.store.mail import subscribers as in_force_table
from hrwatch.stages.store.mail.ledger import Waiting
from hrwatch.stages.store.mail.telling import ToldAsNew

# So long a title that is only named in passing waits for a digest to stand in.
MENTIONS_WAIT = timedelta(days=7)
# A copy that says so much of what was told is no news under another title either. What is less
# alike may hold what the reader has not seen.
_NEARLY_ALL = 0.8
_LIKE_THE_ORIGINAL = frozenset({CopyKind.SAME_TEXT, CopyKind.NEAR_TEXT})


@dataclass(frozen=True, slots=True)
class Choice:
    """What a digest tells, and what waited and needs no telling any more."""

    matches: tuple[Match, ...]  # none where there are but mentions: they are no reason to send
    needless: tuple[Waiting, ...]
    passing: tuple[Match, ...] = ()  # such mentions, for a digest that is sent all the same
    # What the subscriber wants to hear no more of. It waits until a digest says how much it is.
    muted: tuple[Waiting, ...] = ()

    @property
    def muted_stories(self) -> int:
        """How many stories are left out because they are muted."""
        muted = (one.record for one in self.muted)
        return muting.left_out(muted, (*self.matches, *self.passing))


async def choose(desk: Desk, subscriber: Subscriber, now: datetime) -> Choice:
    """Return what of that which waits for the subscriber is to be told now.

    Needless is what is not asked for any more, copies of what an earlier digest told under the
    same title or in nearly the same words, titles in passing that found no digest within
    `MENTIONS_WAIT`, and what is so no more: removed and back, or purged.
    """
    waiting = await desk.archive.read(ledger.waiting, subscriber.name)
    in_force = await desk.archive.read(in_force_table.in_force, subscriber.name)
    told = await desk.archive.read(
        telling.told_as_new, subscriber.name, {one.record.story for one in waiting}
    )
    about_pages = {one.record.id for one in waiting if one.reason in ABOUT_PAGES}
    visits = await desk.archive.read(visit_table.of, about_pages)
    oldest = min((one.matched_at for one in waiting), default=now)
    mutes = await desk.archive.read(subscriptions.mutes_of, subscriber.name, oldest)
    matcher = Matcher(subscriber, in_force, desk.parents)
    # In threads: ten thousand articles take seconds, which is long for everything else to stand.
    found = await asyncio.to_thread(_matched, matcher, waiting, visits)
    for place, one in enumerate(waiting):
        if one.reason is not Reason.NEW and not _is_over(one, visits):
            found[place] = await _match(desk, matcher, one, found[place])
    return await asyncio.to_thread(
        _sorted_out, list(zip(waiting, found, strict=True)), told, mutes, matcher, now
    )


def _matched(
    matcher: Matcher, waiting: Iterable[Waiting], visits: Mapping[str, Visit]
) -> list[Match | None]:
    return [None if _is_over(one, visits) else matcher.match(one.record) for one in waiting]


def _sorted_out(
    found: Iterable[tuple[Waiting, Match | None]],
    told: Sequence[ToldAsNew],
    mutes: Sequence[Mute],
    matcher: Matcher,
    now: datetime,
) -> Choice:
    """Given what waits, each with its match, return what of it is to be told now, as `choose`."""
    matches, needless, muted = [], [], []
    for one, match in found:
        if match is None or (one.reason is Reason.NEW and is_told(one.record, told)):
            needless.append(one)
            continue
        holding = muting.in_force(mutes, one)
        left = muting.without(match, muting.words_of(holding), matcher)
        if (left or match).relation is Relation.MENTION and _since(one) < now - MENTIONS_WAIT:
            needless.append(one)
        elif left is None or muting.is_muted(one, holding):
            muted.append(one)
        else:
            matches.append(_as_of_today(left, one))
    worth_a_mail = any(match.relation is Relation.SUBJECT for match in matches)
    if worth_a_mail:
        return Choice(tuple(matches), tuple(needless), muted=tuple(muted))
    return Choice((), tuple(needless), passing=tuple(matches), muted=tuple(muted))


async def _match(desk: Desk, matcher: Matcher, one: Waiting, match: Match | None) -> Match | None:
    """Given what became of an article and the match of what it is now, return the match to tell.
    It is told to who asked for what it was: that it does not name any more what it named may be the
    very news."""
    for version in range(one.record.version - 1, 0, -1):
        if match is not None:
            break
        before = await desk.archive.read(record_table.get, one.record.id, version)
        match = matcher.match(before) if isinstance(before, Record) else None
    return match


def _as_of_today(match: Match, one: Waiting) -> Match:
    """Return the match of an article that waits, be it of an earlier version, as it is told."""
    if match.record.version == one.record.version:
        return replace(match, reason=one.reason)
    # Where its words stood says nothing of the text of today.
    because = tuple(replace(tag, evidence=()) for tag in match.because)
    return replace(match, record=one.record, because=because, reason=one.reason)


def _is_over(one: Waiting, visits: Mapping[str, Visit]) -> bool:
    """Say whether what waits is so no more."""
    if one.record.kept is Kept.NOTHING:
        return True
    if one.reason not in ABOUT_PAGES:
        return False
    visit = visits.get(one.record.id)
    is_removed = visit is not None and visit.standing is Standing.REMOVED
    return visit is None or is_removed != (one.reason is Reason.REMOVED)


def _since(one: Waiting) -> datetime:
    return one.record.first_seen_at if one.reason is Reason.NEW else one.matched_at


def is_told(record: Record, told: Iterable[ToldAsNew]) -> bool:
    """Return whether an earlier digest told as new what a record says: under the same title, in
    nearly the same words, or in another language of the same publisher."""
    return any(one.story == record.story and _says(one, record) for one in told)


def _says(one: ToldAsNew, record: Record) -> bool:
    """Say whether what was told says what another record of its story does. How like each is to
    the original was found by the first version of both: what an article became tells of no other,
    but of its own page."""
    is_original = record.copy is not None and record.copy.of == one.record
    same_title = one.title_key == text.title_key(record.title)
    kind = record.copy.kind if record.copy else None
    if kind is CopyKind.SAME_PERMALINK and is_original:
        return same_title
    if kind is CopyKind.TRANSLATION and (is_original or _is_translation(one.copy)):
        return True
    if one.version > 1:
        return False
    return same_title or (
        record.version == 1
        and record.copy is not None
        and _is_nearly_all(record.copy)
        and (is_original or _is_nearly_all(one.copy))
    )


def _is_translation(copy: Copy | None) -> bool:
    return copy is not None and copy.kind is CopyKind.TRANSLATION


def _is_nearly_all(copy: Copy | None) -> bool:
    return copy is not None and copy.kind in _LIKE_THE_ORIGINAL and copy.score >= _NEARLY_ALL
