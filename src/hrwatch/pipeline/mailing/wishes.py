"""What a subscriber's command changes, and what they are answered: looked up, nothing written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hrwatch.model.articles import Record
from hrwatch.model.feeds import Feed
from hrwatch.model.mail import Detail, Mute, MuteKind, Subscriber, Subscription
from hrwatch.model.replies import Command, Letter, Obstacle, Told, Verb
from hrwatch.model.tags import Relation, Tag
from hrwatch.pipeline.mailing import muting
from hrwatch.pipeline.mailing.due import Hold, hold
from hrwatch.pipeline.parts import Desk
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.tongue import speaking
from hrwatch.stages.match import Matcher
from hrwatch.stages.reply.commands import called
from hrwatch.stages.store.mail import replying, subscriptions
from hrwatch.stages.store.mail import subscribers as in_force_table
from hrwatch.stages.store.mail.replying import Effect
from hrwatch.stages.store.mail.subscriptions import Term

LATELY = timedelta(days=28)  # within which a word found something, to be muted
MOST_WORDS = 50  # that one subscriber mutes
_DETAILS = tuple(Detail)  # from the least to the most
_UNDO = {
    Verb.STOP: Verb.START,
    Verb.START: Verb.STOP,
    Verb.PAUSE: Verb.START,
    Verb.MUTE: Verb.UNMUTE,
    Verb.UNMUTE: Verb.MUTE,
    Verb.LESS: Verb.MORE,
    Verb.MORE: Verb.LESS,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a letter changes, and what is answered."""

    effect: Effect
    told: Told
    about: str = ""  # Message-ID of the digest that it names stories of


async def consider(
    desk: Desk, subscriber: Subscriber, subscription: Subscription, letter: Letter, now: datetime
) -> Wish:
    """Given a letter of a subscriber, return what it changes."""
    command = letter.command
    if command.verb is Verb.HELP:
        return Wish(Effect(subscriber.name, Verb.HELP), Told(Verb.HELP, line=command.line))
    if command.numbers:
        return await _of_stories(desk, subscriber, letter, now)
    if command.word:
        of_word = _muting if command.verb is Verb.MUTE else _unmuting
        return await of_word(desk, subscriber, command, now)
    if command.verb in (Verb.MUTE, Verb.UNMUTE):
        return _of_source(desk, subscriber, command, now)
    if command.verb in (Verb.LESS, Verb.MORE):
        return _of_detail(subscriber, subscription, command.verb)
    return _of_mail(subscriber, subscription, command, now)


def _of_mail(
    subscriber: Subscriber, subscription: Subscription, command: Command, now: datetime
) -> Wish:
    """Stop, pause, start."""
    verb, today = command.verb, _today(subscriber, now)
    until = None
    day = None
    if verb is Verb.PAUSE:
        day = today + timedelta(days=command.days or 0)
        until = windows.first_instant(day, time(), ZoneInfo(subscriber.timezone))
    elif verb is Verb.START and subscriber.pause_until and subscriber.pause_until > today:
        day = subscriber.pause_until  # what the operator's file says, no reply can change
    # No reply ends a suspension: that mail gets through to us says nothing of the other way.
    started = replace(subscription, stopped_at=None)
    suspended = hold(subscriber, started, now) is Hold.SUSPENDED
    kept_from = subscriptions.kept_from(subscription, now)
    since = kept_from.astimezone(ZoneInfo(subscriber.timezone)).date() if kept_from else None
    undo = Command(_UNDO[verb])
    told = Told(verb, until=day, since=since, suspended=suspended, undo=undo)
    return Wish(Effect(subscriber.name, verb, until=until), told)


def _of_detail(subscriber: Subscriber, subscription: Subscription, verb: Verb) -> Wish:
    """Go one step from what the subscriber gets."""
    place = _DETAILS.index(subscription.detail or subscriber.detail)
    place += 1 if verb is Verb.MORE else -1
    if not 0 <= place < len(_DETAILS):
        return Wish(Effect(subscriber.name, verb), Told(verb, Obstacle.NO_CHANGE))
    detail = _DETAILS[place]
    told = Told(verb, detail=detail, undo=Command(_UNDO[verb]))
    return Wish(Effect(subscriber.name, verb, detail=detail), told)


def _of_source(desk: Desk, subscriber: Subscriber, command: Command, now: datetime) -> Wish:
    """Mute the feed of that name, or all feeds of the publisher of that name."""
    verb = command.verb
    feeds = _called(command.whole, desk.config.feeds)
    if feeds:
        command = replace(command, days=None)
    else:
        feeds = _called(command.source, desk.config.feeds)
    if not feeds:
        return Wish(Effect(subscriber.name, verb), Told(verb, Obstacle.NO_SOURCE))
    until, day = _end(subscriber, command, now)
    mutes = tuple(Mute(MuteKind.FEED, feed.name, now, until) for feed in feeds)
    name = feeds[0].name if len(feeds) == 1 else feeds[0].publisher
    told = Told(verb, until=day, source=name, undo=Command(_UNDO[verb], source=name))
    return Wish(Effect(subscriber.name, verb, mutes=mutes), told)


def _called(name: str, feeds: Iterable[Feed]) -> tuple[Feed, ...]:
    """Return the feed of that name, else all whose publisher has it; none has an empty one."""
    feeds = tuple(feeds)
    named = tuple(feed for feed in feeds if name and called(feed.name) == name)
    return named or tuple(feed for feed in feeds if name and called(feed.publisher or "") == name)


async def _muting(desk: Desk, subscriber: Subscriber, command: Command, now: datetime) -> Wish:
    """Mute a word by which something was found lately that the subscriber asked for: so nobody is
    told of a word of theirs that it is muted, and goes on being sent what they meant."""
    verb = command.verb
    words = await desk.archive.read(replying.found_by, subscriber.name, now - LATELY)
    translate = speaking(subscriber.mail_language).gettext
    found = muting.meant(command.whole, words, translate)
    if found is not None:
        command = replace(command, word=command.whole, days=None)
    else:
        found = muting.meant(command.word, words, translate)
    if found is None:
        return Wish(Effect(subscriber.name, verb), Told(verb, Obstacle.NO_WORD))
    shown = muting.as_shown(found, command.word)
    muted = await _muted_words(desk, subscriber, now)
    values = muting.covering(called(shown), muted, words)  # these are muted anew, and no form more
    if not values and len(muted) >= MOST_WORDS:
        told = Told(verb, Obstacle.TOO_MANY, words=tuple(sorted(muted)))
        return Wish(Effect(subscriber.name, verb), told)
    if values and called(shown) not in values:
        shown = values[0]
    until, day = _end(subscriber, command, now)
    mutes = tuple(Mute(MuteKind.WORD, value, now, until) for value in values or (called(shown),))
    told = Told(verb, until=day, word=shown, undo=Command(_UNDO[verb], word=shown))
    return Wish(Effect(subscriber.name, verb, mutes=mutes), told)


async def _unmuting(desk: Desk, subscriber: Subscriber, command: Command, now: datetime) -> Wish:
    """Let a muted word count again, by whichever of its forms it was muted."""
    verb, word = command.verb, command.word
    muted = await _muted_words(desk, subscriber, now)
    # All that it may have found since the first of them was muted, and what it was muted for.
    since = min(muted.values(), default=now) - LATELY
    words = await desk.archive.read(replying.found_by, subscriber.name, since)
    translate = speaking(subscriber.mail_language).gettext
    values = muting.hiding(word, muted, words, translate)
    if not values:
        told = Told(verb, Obstacle.NO_MUTED_WORD, words=tuple(sorted(muted)))
        return Wish(Effect(subscriber.name, verb), told)
    word = word if word in values else values[0]  # what is written here is not sent back
    mutes = tuple(Mute(MuteKind.WORD, value, now) for value in values)
    told = Told(verb, word=word, undo=Command(_UNDO[verb], word=word))
    return Wish(Effect(subscriber.name, verb, mutes=mutes), told)


async def _muted_words(desk: Desk, subscriber: Subscriber, now: datetime) -> dict[str, datetime]:
    """Return the words that a subscriber has muted and since when, the oldest wish first."""
    mutes = await desk.archive.read(subscriptions.mutes_of, subscriber.name, now)
    return {one.value: one.since for one in mutes if one.kind is MuteKind.WORD}


async def _of_stories(desk: Desk, subscriber: Subscriber, letter: Letter, now: datetime) -> Wish:
    """Reject, mute or unmute what a digest told under some numbers."""
    verb, numbers = letter.command.verb, letter.command.numbers
    digest = await desk.archive.read(replying.digest_of, subscriber.name, letter.about)
    if digest is None:
        return Wish(Effect(subscriber.name, verb), Told(verb, Obstacle.NO_DIGEST))
    found = await desk.archive.read(replying.numbered, subscriber.name, digest.id, numbers)
    missing = tuple(number for number in numbers if number not in found)
    if not found:
        told = Told(verb, Obstacle.NO_NUMBER, missing=missing)
        return Wish(Effect(subscriber.name, verb), told, digest.message_id)
    done = tuple(number for number in numbers if number in found)
    if verb is Verb.WRONG:
        effect = Effect(subscriber.name, verb, rejected=await _rejected(desk, subscriber, found))
        return Wish(effect, Told(verb, numbers=done, missing=missing), digest.message_id)
    until, day = _end(subscriber, letter.command, now)
    stories = dict.fromkeys(record.story for number in done for record in found[number])
    mutes = tuple(Mute(MuteKind.STORY, story, now, until) for story in stories)
    undo = Command(_UNDO[verb], done)
    told = Told(verb, until=day, numbers=done, missing=missing, undo=undo)
    return Wish(Effect(subscriber.name, verb, mutes=mutes), told, digest.message_id)


async def _rejected(
    desk: Desk, subscriber: Subscriber, found: Mapping[int, Iterable[Record]]
) -> tuple[tuple[Record, tuple[Term, ...]], ...]:
    """Return the records with the terms that they were told for."""
    in_force = await desk.archive.read(in_force_table.in_force, subscriber.name)
    matcher = Matcher(subscriber, in_force, desk.parents)
    rejected = []
    for record in dict.fromkeys(one for some in found.values() for one in some):
        match = matcher.match(record)
        # Not asked for any more, or tagged anew: then all that it is about.
        tags = match.because if match else ()
        tags = tags or tuple(tag for tag in record.tags if tag.relation is Relation.SUBJECT)
        rejected.append((record, _terms(tags)))
    return tuple(rejected)


def _terms(tags: Iterable[Tag]) -> tuple[Term, ...]:
    """Return the pairs of what was found and the term that it was found by; a tag that came without
    any, as a whole category does, with none."""
    pairs = (
        (tag.value, term)
        for tag in tags
        for term in ([evidence.term for evidence in tag.evidence] or [""])
    )
    return tuple(dict.fromkeys(pairs))


def _end(
    subscriber: Subscriber, command: Command, now: datetime
) -> tuple[datetime | None, date | None]:
    """Return when a mute is over, and the first local day on which it is; None: never."""
    if command.days is None:
        return None, None
    day = _today(subscriber, now) + timedelta(days=command.days)
    return windows.first_instant(day, time(), ZoneInfo(subscriber.timezone)), day


def _today(subscriber: Subscriber, now: datetime) -> date:
    return now.astimezone(ZoneInfo(subscriber.timezone)).date()
