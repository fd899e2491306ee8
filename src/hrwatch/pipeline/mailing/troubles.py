"""What does not work, as the archive and the configuration tell it, and what to do: for the
operator's mails and for the verbs that look."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hrwatch import text
from hrwatch.model.feeds import FAILING, FeedState, State
from hrwatch.model.mail import Subscriber, Subscription
from hrwatch.model.operating import Holding, Trouble, TroubleKind
from hrwatch.pipeline.mailing.due import Hold, hold, is_suspended, paused_until
from hrwatch.stages.digest import encrypt
from hrwatch.stages.digest.operator import words
from hrwatch.stages.store.mail.affairs import Lost

# What only a person mends is told at once; what else fails, when it has lasted.
FOR_A_PERSON = frozenset(
    {State.GONE, State.REFUSED, State.NOT_A_FEED, State.LAYOUT_CHANGED, State.INVALID}
)
LASTING = timedelta(days=1)
# Below this soon nothing can be written, and no copy of the archive can be made.
SCARCE = 200_000_000
_REASON_LIMIT = 100
_ADDRESS = re.compile(r"<?[^\s<>@]{1,200}@[^\s<>@]{1,255}>?")
_OF_FEEDS = {
    State.GONE: "find the new address, or say enabled: false",
    State.REFUSED: "write to the site, or ask less often (every: 6h); do not go around it",
    State.NOT_A_FEED: "hrwatch try feed on the address shows what comes instead of a feed",
    State.LAYOUT_CHANGED: "hrwatch try feed on the address, then name its entries with select",
    State.INVALID: "hrwatch try feed on the address shows why it cannot be read; report it",
    State.EMPTY: "look at the site in a browser: has it moved its news to another feed?",
    State.UNREACHABLE: "wait a day, then try the address from another network",
}
_OF_SUBSCRIBERS = {
    TroubleKind.KEY: "ask them for a new public key, and name it in pgp_key_file; what matches "
    "waits, and nothing is sent in the clear",
    TroubleKind.SUSPENDED: "write a right address into your file, or `hrwatch outbox requeue ID` "
    "where the server was wrong; what matches waits",
    TroubleKind.DIGEST: "see the log (event=digest-failed); what matches waits",
}
_REFUSED = "see what the mail server says of us or of this mail, then `hrwatch outbox requeue ID` "
_REFUSED += "or `drop ID`; it is not tried again by itself"
_ROOM = "make room: df -h shows the disk; old archive.db.before-* copies may go first"
_TRANSPORT = "see what the server says, its password and certificate; `hrwatch doctor` asks it. "
_TRANSPORT += "Nothing is lost: all mail waits, this one too, and leaves when it works again"


def holding(
    subscribers: Iterable[Subscriber], kept: Iterable[Subscription], now: datetime
) -> Holding:
    """Given the subscribers and what the archive keeps of them, return to whom nothing is written,
    each by the reason that lasts longest; who has stopped may be suspended too."""
    by_name = {one.subscriber: one for one in kept}
    paused, stopped, suspended, unusable = [], [], [], []
    for subscriber in subscribers:
        name, one = subscriber.name, by_name.get(subscriber.name)
        held, key = hold(subscriber, one, now), subscriber.pgp_key_file
        if held is Hold.STOPPED:
            stopped.append(name)
        if one is not None and one.suspended_at is not None and is_suspended(subscriber, one):
            suspended.append((name, one.suspended_at, _line(one.suspended_because)))
        elif held is not Hold.STOPPED and key is not None and (why := encrypt.unusable(key, now)):
            unusable.append((name, _line(why)))
        elif held is Hold.PAUSED:
            zone = ZoneInfo(subscriber.timezone)
            paused.append((name, paused_until(subscriber, one, now).astimezone(zone).date()))
    return Holding(tuple(paused), tuple(stopped), tuple(suspended), tuple(unusable))


def of_subscribers(held: Holding) -> Iterator[Trouble]:
    """Give those to whom nothing is written though they did not ask for it."""
    for name, why in held.unusable:
        told = f"nothing is written to {name}: their key cannot be used: {why}"
        yield Trouble(TroubleKind.KEY, name, told, _OF_SUBSCRIBERS[TroubleKind.KEY])
    for name, since, why in held.suspended:
        told = f"nothing is written to {name} since {_day(since)}: their mail server refuses them"
        yield Trouble(
            TroubleKind.SUSPENDED,
            name,
            f"{told} for good: {why or 'without a reason'}",
            _OF_SUBSCRIBERS[TroubleKind.SUSPENDED],
            since,
        )


def of_digests(unwritten: Mapping[str, datetime], held: Holding) -> Iterator[Trouble]:
    """Give the subscribers whose digest cannot be written since then, but for those whose key is
    the reason."""
    by_key = {name for name, _ in held.unusable}
    for name, since in unwritten.items():
        if name not in by_key:
            told = f"the digest for {name} cannot be written"
            remedy = _OF_SUBSCRIBERS[TroubleKind.DIGEST]
            yield Trouble(TroubleKind.DIGEST, name, told, remedy, since)


def of_mail(lost: Iterable[Lost], held: Holding) -> Iterator[Trouble]:
    """Give the mails that did not arrive, but for those to subscribers who are suspended."""
    suspended = {name for name, _, _ in held.suspended}
    for mail in lost:
        if mail.subscriber in suspended:
            continue
        how = f"was {words.PARKED}" if mail.is_parked else "was refused"
        told = f"a mail to {mail.subscriber} {how}: {_line(mail.detail) or 'no reason was given'}"
        remedy = words.OF_PARKED if mail.is_parked else _REFUSED
        yield Trouble(TroubleKind.MAIL, mail.message_id, told, remedy, mail.since)


def of_feeds(states: Iterable[FeedState]) -> Iterator[Trouble]:
    """Give the feeds that fail, first those that wait for a person, then the longest."""
    failing = [state for state in states if state.state in FAILING]
    always = datetime.max.replace(tzinfo=UTC)
    failing.sort(key=lambda one: (one.state not in FOR_A_PERSON, one.failing_since or always))
    for state in failing:
        since = f" since {_day(state.failing_since)}" if state.failing_since else ""
        # What follows a semicolon are words of ours on what to do, or of the page.
        why = _line((state.error or "").partition(";")[0])
        told = f"feed {state.feed} is {state.state}{since}" + (f": {why}" if why else "")
        remedy = _OF_FEEDS[state.state]
        kind = TroubleKind.FEED
        yield Trouble(kind, state.feed, told, remedy, state.failing_since, state.state)


def pressing(troubles: Iterable[Trouble], now: datetime) -> Iterator[Trouble]:
    """Give what somebody should look at, and not what mostly passes within a day."""
    for one in troubles:
        lasts = one.since is not None and now - one.since >= LASTING
        if one.state is None or one.state in FOR_A_PERSON or lasts:
            yield one


def of_disk(free: int | None) -> Iterator[Trouble]:
    """Give the disk of the archive, where it is nearly full; `free` is bytes, None not known."""
    if free is not None and free < SCARCE:
        told = f"the archive's disk is nearly full: {free / 1e6:,.0f} MB are free"
        yield Trouble(TroubleKind.DISK, "", told, _ROOM)


def of_transport(why: str, since: datetime | None) -> Iterator[Trouble]:
    """Give the way out for mail, where it is stopped, for a reason or since a time."""
    if why or since:
        for_long = f" since {_day(since)}" if since else ""
        told = f"no mail leaves{for_long}" + (f": {_line(why)}" if why else "")
        yield Trouble(TroubleKind.TRANSPORT, "", told, _TRANSPORT, since)


def of_configuration(refused: str | None) -> Iterator[Trouble]:
    """Give the operator's file, where the newest one is not in force."""
    if refused:
        told = "the newest configuration is refused, and the one before is in force"
        remedy = "hrwatch check names every mistake with its place"
        yield Trouble(TroubleKind.CONFIGURATION, "", told, remedy)


def _line(told: str) -> str:
    """Return what a server or a library said as a short phrase, with no address in it."""
    return text.clean_line(_ADDRESS.sub("[address]", told), _REASON_LIMIT).rstrip(".")


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"
