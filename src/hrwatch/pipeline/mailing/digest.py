"""A digest: from what a subscriber was not told yet to mails in the outbox."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hrwatch.errors import ComposeError, HrwatchError
from hrwatch.model.articles import Record
from hrwatch.model.feeds import FeedState
from hrwatch.model.mail import Digest, Mail, MailKind, Match
from hrwatch.pipeline.mailing.choosing import Choice, choose
from hrwatch.pipeline.mailing.due import Errand, tells_of_nothing
from hrwatch.pipeline.mailing.standing import Turn, fruitless, turns_at
from hrwatch.pipeline.mailing.urgent import allowance, severe, urgent_of, window_for
from hrwatch.pipeline.mailing.writing import Brief, coverage_of, feed_states, write_digest
from hrwatch.pipeline.parts import Desk, Look, Parts
from hrwatch.pipeline.reading.revisit import first_visits
from hrwatch.stages.digest.encrypt import unusable
from hrwatch.stages.digest.mime import build
from hrwatch.stages.digest.view import Occasion
from hrwatch.stages.match import Matcher
from hrwatch.stages.store.mail import beginnings, ledger, outbox, settling, subscriptions
from hrwatch.stages.store.mail import subscribers as in_force_table
from hrwatch.stages.store.mail import turns as turn_table

# Records that are matched in one step, in memory with their texts.
RECORDS_AT_ONCE = 50

log = logging.getLogger(__name__)


async def match_pass(parts: Parts, desk: Desk) -> None:
    """Match every record that was archived since the last pass with every subscriber."""
    now = parts.clock()
    matchers: dict[str, Matcher] = {}
    has_matched = False
    while piece := await parts.archive.read(ledger.unmatched, RECORDS_AT_ONCE):
        matchers = matchers or await _matchers(desk)
        matches = await asyncio.to_thread(_matched, matchers, piece.records)
        matched = {match.record.id: match.record for some in matches.values() for match in some}
        visits = first_visits(matched.values(), desk.config.feeds, now, parts.chance)
        versions = [record for record in piece.records if record.version > 1]
        await parts.archive.write(
            ledger.add, matches, piece.up_to, now, versions=versions, visits=visits
        )
        has_matched = True
    if has_matched:  # else nothing has grown
        await parts.archive.write(subscriptions.forget_for_stopped, now)


def _matched(matchers: Mapping[str, Matcher], records: Sequence[Record]) -> dict[str, list[Match]]:
    return {
        name: [found for record in records if (found := matcher.match(record))]
        for name, matcher in matchers.items()
    }


async def _matchers(desk: Desk) -> dict[str, Matcher]:
    in_force = {
        subscriber.name: await desk.archive.read(in_force_table.in_force, subscriber.name)
        for subscriber in desk.config.subscribers
    }
    return {
        subscriber.name: Matcher(subscriber, in_force[subscriber.name], desk.parents)
        for subscriber in desk.config.subscribers
    }


async def digest_pass(
    parts: Parts, desk: Desk, *, regardless: bool
) -> tuple[tuple[str, HrwatchError], ...]:
    """Write into the outbox the digest of each subscriber whose window is open, and the urgent
    alerts; `regardless` of windows, and leaving them alone, the digest of each for whom matches
    wait. Whoever stopped, is paused or suspended, or sleeps, is written nothing.

    Return the subscribers whose mail could not be written; their matches go on waiting.
    """
    now = parts.clock()
    turns = await turns_at(desk, now, regardless=regardless)
    states: tuple[FeedState, ...] | None = None
    failed = []
    for turn in turns:
        name = turn.subscriber.name
        look = None if regardless else fruitless(desk, turn, now)
        if look is None:
            states = await feed_states(desk) if states is None else states
            look = await _look(parts, desk, turn, states)
        if look is None:
            desk.looks.pop(name, None)
            continue
        desk.looks[name] = look
        if look.error:
            failed.append((name, ComposeError(look.error)))
    return tuple(failed)


async def _look(parts: Parts, desk: Desk, turn: Turn, states: Iterable[FeedState]) -> Look | None:
    """Write what there is to be written to the subscriber; return None where that is done, or what
    was found instead."""
    now, name, error = parts.clock(), turn.subscriber.name, ""
    try:
        if await send_digest(parts, desk, turn, states):
            return None
    except ComposeError as met:
        error = str(met)
    except HrwatchError:
        raise  # the archive, not the digest, is in trouble
    except Exception as met:  # a bug that one digest meets must not stop the others
        log.exception("event=bug subscriber=%s", name)
        error = f"hrwatch met {type(met).__name__}; its log has the details"
    before = desk.looks.get(name)
    if error and (before is None or before.error != error):  # once, not at every look
        log.error("event=digest-failed subscriber=%s error=%r", name, error)
    return Look(turn.key, turn.newest_at, now, error)


async def send_digest(parts: Parts, desk: Desk, turn: Turn, states: Iterable[FeedState]) -> bool:
    """Put a subscriber's digest or alert into the outbox, where there is something to tell, and let
    an open window have had its turn; return whether anything was written. Raise ComposeError."""
    now, subscriber = parts.clock(), turn.subscriber
    if subscriber.pgp_key_file and (why := unusable(subscriber.pgp_key_file, now)):
        raise ComposeError(f"mail is held: {why}")
    brief = Brief(subscriber, coverage_of(subscriber, states), turn.window, now)
    if turn.errand is Errand.ALERT:
        return await _alert(parts, desk, turn, brief)
    choice = await _chosen(parts, desk, turn)
    matches = choice.matches
    is_told = bool(matches)
    if turn.window is not None and not matches:
        is_told = tells_of_nothing(subscriber, failing=bool(brief.coverage.failing))
        matches = choice.passing if is_told else ()
    if is_told:
        alerts = None
        if subscriber.urgent:
            alerts = await desk.archive.read(turn_table.alerts_since_digest, subscriber.name)
        occasion = Occasion(
            alerts=alerts,
            muted=choice.muted_stories,
            begins=await desk.archive.read(beginnings.of_next, subscriber.name, MailKind.DIGEST),
            contact=desk.config.mail.contact,
            replies=desk.config.mail.replies,
        )
        written = await _write(parts, desk, turn, replace(brief, occasion=occasion), matches)
        # This digest has said how much it is; by its moment it is found, should it be given up.
        if written and choice.muted:
            await parts.archive.write(settling.settle, subscriber.name, choice.muted, now, None)
        return written
    if turn.window is None:
        return False
    # The window has had its turn: what comes later belongs to the next one.
    empty = Digest(parts.new_id(), subscriber.name, turn.window, (), ())
    return await parts.archive.write(outbox.enqueue, empty, (), now)


async def _alert(parts: Parts, desk: Desk, turn: Turn, brief: Brief) -> bool:
    """Write an alert of all that is urgent, where there is such and the day's number allows it."""
    subscriber = turn.subscriber
    keywords = severe(desk.config.rules, subscriber.interest)
    allowed = await allowance(desk.archive, subscriber, brief.now)
    if not (allowed.one_more or allowed.folded):
        return False
    if not await desk.archive.read(turn_table.names_any, subscriber.name, keywords):
        return False
    choice = await _chosen(parts, desk, turn)
    urgent = urgent_of(choice.matches, keywords)
    may_be, window = window_for(urgent, allowed)
    if not (urgent and may_be):
        return False
    occasion = Occasion(
        kind=MailKind.URGENT,
        begins=await desk.archive.read(beginnings.of_next, subscriber.name, MailKind.URGENT),
        contact=desk.config.mail.contact,
        replies=desk.config.mail.replies,
    )
    turn = replace(turn, window=window)
    return await _write(parts, desk, turn, replace(brief, window=None, occasion=occasion), urgent)


async def _write(
    parts: Parts, desk: Desk, turn: Turn, brief: Brief, matches: tuple[Match, ...]
) -> bool:
    """Put a digest of these matches and its mails into the outbox; False where somebody was
    quicker."""
    subscriber, kind = turn.subscriber, brief.occasion.kind
    digest = await write_digest(desk, brief, matches)
    digest = replace(digest, id=parts.new_id(), window=turn.window, kind=kind)
    token = turn.token or await parts.archive.write(
        subscriptions.token_of, subscriber.name, parts.new_token()
    )
    settings = desk.config.mail
    ids = [parts.new_id() for _ in digest.pages]

    def built() -> tuple[Mail, ...]:
        return tuple(
            replace(
                build(page, subscriber, settings, id_, brief.now, token=token, kind=kind),
                page=number,
            )
            for number, (page, id_) in enumerate(zip(digest.pages, ids, strict=True), 1)
        )

    mails = await asyncio.to_thread(built)
    return await parts.archive.write(outbox.enqueue, digest, mails, brief.now)


async def _chosen(parts: Parts, desk: Desk, turn: Turn) -> Choice:
    """Return what is to be told; what needs no telling any more is settled."""
    if turn.newest_at is None:
        return Choice((), ())  # nothing waits
    now, name = parts.clock(), turn.subscriber.name
    choice = await choose(desk, turn.subscriber, now)
    if choice.needless:
        await parts.archive.write(settling.settle, name, choice.needless, now, None)
    return choice
