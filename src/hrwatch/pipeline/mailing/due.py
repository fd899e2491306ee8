"""Whether a subscriber is written to now, and what for. Pure; asked at every tick.

HELD    stopped, suspended, paused: nothing is written and no window is taken, so that one late
        digest tells everything afterwards
QUIET   the same, until their quiet hours are over
DIGEST  a window of theirs has no digest yet; at once, anything waits
ALERT   it has, but who gets urgent alerts has something waiting
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from enum import StrEnum

from hrwatch.model.mail import Cadence, MailKind, Subscriber, Subscription, Window
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.quiet import is_quiet, loud_from

# Mail that a subscriber brought about, or the operator's own: what holds digests holds none of it.
_ASKED_FOR = frozenset({MailKind.ANSWER, MailKind.REPORT, MailKind.ALERT})
_WITH_A_DAY = frozenset({Cadence.DAILY, Cadence.WEEKLY})


class Hold(StrEnum):
    """Why nothing is written to a subscriber for the time being."""

    STOPPED = "stopped"  # by their own wish
    SUSPENDED = "suspended"  # their mail server refused them for good
    PAUSED = "paused"


class Errand(StrEnum):
    """What a tick does for a subscriber."""

    NOTHING = "nothing"
    DIGEST = "digest"
    ALERT = "alert"


def window_of(subscriber: Subscriber, since: datetime, now: datetime) -> Window | None:
    """Return the latest window of a subscriber who came into force at `since`; None where they have
    none (at once) or none of theirs has opened: one of a day before was not."""
    window = windows.current(subscriber.schedule, subscriber.timezone, now)
    if window is None or now < _digests_from(subscriber, now):
        return None
    zone = windows.zone_of(subscriber.timezone)
    return window if since.astimezone(zone).date() <= window.local_date else None


def errand(subscriber: Subscriber, window: Window | None, *, taken: bool, waits: bool) -> Errand:
    """Return what there is to be done for a subscriber whom nothing holds, who sleeps not.

    `taken`: their window has had its digest; `waits`: something matched that no digest told.
    """
    if subscriber.schedule.cadence is Cadence.AT_ONCE:
        return Errand.DIGEST if waits else Errand.NOTHING  # which is no less urgent than an alert
    if window is not None and not taken:
        return Errand.DIGEST
    return Errand.ALERT if waits and subscriber.urgent else Errand.NOTHING


def hold(subscriber: Subscriber, subscription: Subscription | None, now: datetime) -> Hold | None:
    """Return why nothing is written to the subscriber at `now`; None: nothing holds their mail."""
    if subscription is not None and subscription.stopped_at is not None:
        return Hold.STOPPED
    if is_suspended(subscriber, subscription):
        return Hold.SUSPENDED
    return Hold.PAUSED if now < paused_until(subscriber, subscription, now) else None


def is_suspended(subscriber: Subscriber, subscription: Subscription | None) -> bool:
    """Say whether the subscriber's address of today was refused for good, whatever else holds."""
    if subscription is None or subscription.suspended_at is None:
        return False
    return subscription.suspended_address.casefold() == subscriber.address.casefold()


def paused_until(
    subscriber: Subscriber, subscription: Subscription | None, now: datetime
) -> datetime:
    """Return when a pause ends, the operator's or the subscriber's own, whichever is longer; `now`
    or earlier: there is none."""
    ends = [now]
    if subscription is not None and subscription.paused_until is not None:
        ends.append(subscription.paused_until)
    if subscriber.pause_until is not None:
        zone = windows.zone_of(subscriber.timezone)
        ends.append(windows.first_instant(subscriber.pause_until, time(), zone))
    return max(ends)


def is_quiet_for(subscriber: Subscriber, now: datetime) -> bool:
    """Say whether `now` lies in the subscriber's quiet hours."""
    return subscriber.quiet is not None and is_quiet(subscriber.quiet, subscriber.timezone, now)


def may_be_sent(
    kind: MailKind, subscriber: Subscriber, subscription: Subscription | None, now: datetime
) -> bool:
    """Say whether a mail to the subscriber that lies in the outbox may be tried now; else it is
    left waiting, untried. Who stopped or paused still gets the answer to that, unless their mail
    server takes nothing for them."""
    if is_quiet_for(subscriber, now) or is_suspended(subscriber, subscription):
        return False
    return kind in _ASKED_FOR or hold(subscriber, subscription, now) is None


def tells_of_nothing(subscriber: Subscriber, *, failing: bool) -> bool:
    """Say whether a digest is sent where nothing is new. A daily or weekly one always is while a
    feed of theirs fails: silence would be taken for an empty day."""
    return subscriber.schedule.cadence in _WITH_A_DAY and (subscriber.empty or failing)


def next_at(
    subscribers: Iterable[Subscriber], subscriptions: Mapping[str, Subscription], now: datetime
) -> datetime | None:
    """Return when the next digest is due (UTC): the next window of those to whom anything is
    written, once their pause and their quiet hours are over. None where there is none."""
    dues = (_due_at(one, subscriptions.get(one.name), now) for one in subscribers)
    return min((due for due in dues if due is not None), default=None)


def _due_at(
    subscriber: Subscriber, subscription: Subscription | None, now: datetime
) -> datetime | None:
    schedule, zone = subscriber.schedule, subscriber.timezone
    held = hold(subscriber, subscription, now)
    if held in (Hold.STOPPED, Hold.SUSPENDED) or schedule.cadence is Cadence.AT_ONCE:
        return None
    resumes = max(paused_until(subscriber, subscription, now), _digests_from(subscriber, now))
    latest = windows.current(schedule, zone, resumes)
    if resumes > now and latest is not None and latest.opened_at > now:
        return loud_from(subscriber.quiet, zone, resumes)  # it comes late
    if latest is not None and (due := loud_from(subscriber.quiet, zone, latest.opened_at)) > now:
        return due  # it waits for the end of quiet hours
    opening = windows.following(schedule, zone, resumes)
    return opening and loud_from(subscriber.quiet, zone, opening)


def _digests_from(subscriber: Subscriber, now: datetime) -> datetime:
    """Return when digests come again after the operator's pause, which ends with a day: at their
    time of that day, not at midnight. Without a pause, `now`."""
    if subscriber.pause_until is None:
        return now
    at = subscriber.schedule.at or time()
    return windows.first_instant(subscriber.pause_until, at, windows.zone_of(subscriber.timezone))
