"""Urgent alerts: what is too severe to wait for the next digest, so many a day; what is above that
is folded into one more at the end of the day, or into the digest, whichever comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hrwatch.model.mail import Interest, Match, Reason, Subscriber, Window
from hrwatch.model.tags import Kind, Relation, Rules
from hrwatch.stages.digest.windows import first_instant, zone_of
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import outbox, turns

SEVEREST = 3
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Which alerts a subscriber may be written now."""

    today_at: datetime  # when their day began
    one_more: bool  # their number of the day is not reached
    folded: Window | None  # for what was left of the day before, whose number was reached


def severe(rules: Rules, interest: Interest) -> frozenset[str]:
    """Return the severest keywords of those that were asked for; where none are named, of all."""
    found = frozenset(keyword.id for keyword in rules.keywords if keyword.severity >= SEVEREST)
    return found.intersection(interest.keywords) if interest.keywords else found


def urgent_of(matches: Iterable[Match], keywords: frozenset[str]) -> tuple[Match, ...]:
    """Return which matches are urgent: new, asked for as their subject, and about one of these
    keywords."""
    return tuple(match for match in matches if _is_urgent(match, keywords))


def _is_urgent(match: Match, keywords: frozenset[str]) -> bool:
    return (
        match.reason is Reason.NEW
        and match.relation is Relation.SUBJECT
        and any(
            tag.kind is Kind.KEYWORD and tag.relation is Relation.SUBJECT and tag.value in keywords
            for tag in match.record.tags
        )
    )


async def allowance(archive: Archive, subscriber: Subscriber, now: datetime) -> Allowance:
    """Return which alerts the subscriber may be written at `now`."""
    today = now.astimezone(zone_of(subscriber.timezone)).date()
    begun, yesterday = _begin(today, subscriber), _begin(today - _DAY, subscriber)
    written = await archive.read(turns.alerts, subscriber.name, begun, now + _DAY)
    before = await archive.read(turns.alerts, subscriber.name, yesterday, begun)
    folded = Window(f"urgent {today - _DAY}", begun, today - _DAY)
    is_left = before >= subscriber.urgent and not await archive.read(
        outbox.window_taken, subscriber.name, folded.key
    )
    return Allowance(begun, written < subscriber.urgent, folded if is_left else None)


def window_for(matches: Iterable[Match], allowed: Allowance) -> tuple[bool, Window | None]:
    """Say whether an alert of these is written now, and of which window it is: what was left of the
    day before has one of its own, and does not count for today."""
    if allowed.folded and any(m.record.first_seen_at < allowed.today_at for m in matches):
        return True, allowed.folded
    return allowed.one_more, None


def _begin(day: date, subscriber: Subscriber) -> datetime:
    return first_instant(day, time(), zone_of(subscriber.timezone))
