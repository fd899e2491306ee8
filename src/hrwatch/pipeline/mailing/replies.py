"""Replies: from letters that wait in the letterbox to what they change, and the answers.

LETTER    → whose token → from their own address? → what it changes → change and answer, written
            together, once
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from hrwatch.errors import ArchiveError, ComposeError, HrwatchError
from hrwatch.model.mail import Mail, Subscriber, Subscription
from hrwatch.model.replies import Letter, Verb
from hrwatch.pipeline.mailing.wishes import Wish, consider
from hrwatch.pipeline.parts import Desk, Parts
from hrwatch.stages import letterbox
from hrwatch.stages.digest import answers
from hrwatch.stages.digest.mime import answer
from hrwatch.stages.store.mail import replying, subscriptions

# Letters of one pass: the next one takes the rest.
AT_ONCE = 200
# What is asked for beyond so many times a day is done and not answered: two programs that write to
# each other would else never end.
MOST_ANSWERS = 20
# So often a day it is told what may be replied. Of mails without a command some are written by
# programs that do not say so, and the answer to one would bring the next.
MOST_HELPS = 3
# A letter that was put aside has an address and a token: time enough to look into it, no more.
KEPT_ASIDE = timedelta(days=7)
_DAY = timedelta(days=1)

log = logging.getLogger(__name__)


async def replies_pass(parts: Parts, desk: Desk, directory: Path) -> int:
    """Heed the letters that wait in the letterbox of the state directory, oldest first; return how
    many were heeded. One that is no subscriber's is thrown away, and one that cannot be read, or
    that hrwatch fails over, put aside for a week. Raise ArchiveError where the letterbox cannot be
    used."""
    heeded, trouble = 0, ""
    try:
        box = letterbox.make(directory)
        waiting = letterbox.waiting(box)
        letterbox.forget(box, parts.clock() - KEPT_ASIDE)
    except OSError as error:
        raise ArchiveError(f"the letterbox cannot be used: {error}") from error
    for path in waiting[:AT_ONCE]:
        try:
            heeded += await _open(parts, desk, path)
        except OSError as error:  # the others may still be read, and taken away
            trouble = trouble or f"the letterbox cannot be used: {error}"
    if trouble:
        raise ArchiveError(trouble)
    return heeded


async def _open(parts: Parts, desk: Desk, path: Path) -> bool:
    """Heed one letter and take it away; say whether anything was done."""
    try:
        letter = letterbox.read(path)
    except (OSError, ValueError) as error:
        log.error("event=letter-unreadable file=%s error=%r", path.name, str(error))
        letterbox.put_aside(path)
        return False
    try:
        heeded = await _heed(parts, desk, letter)
    except HrwatchError:
        raise  # the archive is in trouble: the letter waits
    except Exception:  # a bug that one letter meets must not stop the others
        log.exception("event=bug letter=%s", path.name)
        letterbox.put_aside(path)
        return False
    letterbox.throw_away(path)
    return heeded


async def _heed(parts: Parts, desk: Desk, letter: Letter) -> bool:
    """Do what a letter asks for, where a subscriber asks it; say whether it was done."""
    who = await _writer(desk, letter)
    if who is None:
        log.info("event=reply-ignored because=%r", "no subscriber's token with their address")
        return False
    subscriber, subscription = who
    now = parts.clock()
    if await desk.archive.read(subscriptions.answered, letter.key):
        log.info("event=reply-ignored subscriber=%s because=again", subscriber.name)
        return False
    is_help = letter.command.verb is Verb.HELP
    if is_help and await _is_helped_enough(desk, subscriber.name, now):
        log.info("event=reply-ignored subscriber=%s because=%r", subscriber.name, "no command")
        return False
    wish = await consider(desk, subscriber, subscription, letter, now)
    heeded = await desk.archive.read(subscriptions.heeded_since, subscriber.name, now - _DAY)
    mail = None
    if heeded < MOST_ANSWERS and not letter.automatic:
        token = subscription.token
        mail = _answer(parts, desk, subscriber, token, letter.message_id, wish)
    done = await desk.archive.write(replying.heed, letter.key, wish.effect, mail, now)
    log.info(
        "event=reply subscriber=%s command=%s answered=%s",
        subscriber.name,
        letter.command.verb,
        mail is not None,
    )
    return done


async def _is_helped_enough(desk: Desk, subscriber: str, now: datetime) -> bool:
    """Say whether the subscriber was told often enough today what may be replied."""
    helped = await desk.archive.read(
        subscriptions.heeded_since, subscriber, now - _DAY, command=Verb.HELP
    )
    return helped >= MOST_HELPS


async def _writer(desk: Desk, letter: Letter) -> tuple[Subscriber, Subscription] | None:
    """Return the subscriber whose token a letter has, and who has the address that it is from."""
    by_name = {subscriber.name: subscriber for subscriber in desk.config.subscribers}
    for token in letter.tokens:
        found = await desk.archive.read(subscriptions.by_token, token)
        subscriber = by_name.get(found.subscriber) if found else None
        if found and subscriber and _same(subscriber.address, letter.sender):
            return subscriber, found
    return None


def _same(address: str, other: str) -> bool:
    """Say whether two addresses are one. Nobody has mailboxes that differ by capitals alone, and
    mail programs write them as they like; beyond ASCII a capital may be another letter's."""
    return _comparable(address) == _comparable(other)


def _comparable(address: str) -> str:
    local, _, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):  # else it equals what is written just so
        domain = domain.encode("idna").decode("ascii")
    return f"{local.lower() if local.isascii() else local}@{domain.lower()}"


def _answer(  # noqa: PLR0913, PLR0917 - an answer is made of this much
    parts: Parts, desk: Desk, subscriber: Subscriber, token: str, in_reply_to: str, wish: Wish
) -> Mail | None:
    """Return the answer; None where it cannot be written, as where a key has expired: the wish is
    done all the same."""
    try:
        return answer(
            answers.page(wish.told, subscriber.mail_language),
            subscriber,
            desk.config.mail,
            parts.new_id(),
            parts.clock(),
            token=token,
            in_reply_to=in_reply_to,
            about=wish.about,
        )
    except ComposeError as error:
        log.error("event=answer-failed subscriber=%s error=%r", subscriber.name, str(error))
        return None
