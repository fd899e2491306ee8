"""For whom a tick has something to do: what the archive says of all subscribers, asked at once, and
what `due` makes of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hrwatch.model.mail import Cadence, Subscriber, Subscription, Window
from hrwatch.pipeline.mailing.due import Errand, errand, hold, is_quiet_for, next_at, window_of
from hrwatch.pipeline.parts import Desk, Look
from hrwatch.stages.digest.windows import week_of, zone_of
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import beginnings, subscriptions, turns
from hrwatch.stages.store.mail.turns import Standing

# Where a look at what waits led to no mail, and nothing came since, another one can wait so long.
LOOK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """One subscriber for whom there may be something to write."""

    subscriber: Subscriber  # with what they chose themselves
    errand: Errand
    window: Window | None  # that the digest is for; None: at once, or regardless of windows
    newest_at: datetime | None  # when the newest of what waits matched; None: nothing does
    token: str  # empty: they have none yet

    @property
    def key(self) -> str:
        """Tell this errand from others of the same subscriber."""
        return f"{self.errand} {self.window.key if self.window else ''}"


async def turns_at(desk: Desk, now: datetime, *, regardless: bool) -> tuple[Turn, ...]:
    """Return for whom there is something to do at `now`, `regardless` of windows and alerts for
    everybody for whom anything waits; never for whom nothing is to be written now."""
    standings = await desk.archive.read(turns.standings)
    known = {one.subscriber: one for one in await desk.archive.read(subscriptions.all)}
    awake = [
        subscriber
        for subscriber in desk.config.subscribers
        if not is_quiet_for(subscriber, now)
        and hold(subscriber, known.get(subscriber.name), now) is None
    ]
    standing = {one.name: standings.get(one.name, Standing(now, None)) for one in awake}
    windows = {one.name: window_of(one, standing[one.name].since, now) for one in awake}
    keys = {name: window.key for name, window in windows.items() if window is not None}
    taken = await desk.archive.read(turns.taken, keys)
    taken |= {
        one.name
        for one in awake
        if one.name not in taken and await _needs_none(desk.archive, one, windows[one.name], now)
    }
    found = []
    for subscriber in awake:
        name = subscriber.name
        newest_at, window = standing[name].newest_at, windows[name]
        waits = newest_at is not None
        if regardless:
            what, window = Errand.DIGEST if waits else Errand.NOTHING, None
        else:
            what = errand(subscriber, window, taken=name in taken, waits=waits)
        if what is not Errand.NOTHING:
            window = window if what is Errand.DIGEST else None
            found.append(_turn(subscriber, known.get(name), what, window, newest_at))
    return tuple(found)


async def _needs_none(
    archive: Archive, subscriber: Subscriber, window: Window | None, now: datetime
) -> bool:
    """Say whether a window, which has had no digest, needs none: its subscriber left, and came back
    on a later day; or it is a weekly one, whose weekday was another when the last digest came."""
    if window is None:
        return False
    since = await archive.read(beginnings.subscribed_at, subscriber.name)
    if since is not None and window_of(subscriber, since, now) is None:
        return True
    if subscriber.schedule.cadence is not Cadence.WEEKLY:
        return False
    today = now.astimezone(zone_of(subscriber.timezone)).date()
    week = week_of(window.local_date)
    return await archive.read(turns.told_since, subscriber.name, window, today, week)


async def next_digest_at(desk: Desk, now: datetime) -> datetime | None:
    """Return when the next digest is due (UTC), as `due.next_at`."""
    known = {one.subscriber: one for one in await desk.archive.read(subscriptions.all)}
    return next_at(desk.config.subscribers, known, now)


def _turn(
    subscriber: Subscriber,
    subscription: Subscription | None,
    what: Errand,
    window: Window | None,
    newest_at: datetime | None,
) -> Turn:
    token = ""
    if subscription is not None:
        token = subscription.token
        subscriber = replace(subscriber, detail=subscription.detail or subscriber.detail)
    return Turn(subscriber, what, window, newest_at, token)


def fruitless(desk: Desk, turn: Turn, now: datetime) -> Look | None:
    """Return the last look at what waits for the subscriber, where it led to no mail and is not
    worth another one yet."""
    last = desk.looks.get(turn.subscriber.name)
    if last is None or (last.errand, last.newest_at) != (turn.key, turn.newest_at):
        return None
    if turn.newest_at is not None and turn.newest_at >= last.at:
        return None  # more may have come at the same moment
    return last if timedelta(0) <= now - last.at < LOOK_AGAIN else None  # clocks are set back
