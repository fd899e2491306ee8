"""The operator's mails: a report once a week, and an alert where something cannot wait.

REPORT   its window is open and untold → how everything stands → outbox
ALERT    what does not work → what of it is to be told → outbox

They lie in the outbox as every mail does. While no mail leaves at all they wait there too: the log
and `status` say it then.
"""

import asyncio
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import hrwatch
from hrwatch import cadence
from hrwatch.config import Config
from hrwatch.model.feeds import FeedState, State
from hrwatch.model.mail import MailKind, Window
from hrwatch.model.operating import Affairs, Holding, Quietened, Sizes, Trouble, TroubleKind
from hrwatch.pipeline.mailing import troubles
from hrwatch.pipeline.mailing.writing import feed_states
from hrwatch.pipeline.parts import Desk, Parts
from hrwatch.stages.digest import windows
from hrwatch.stages.digest.mime import to_operator
from hrwatch.stages.digest.operator.alert import alert
from hrwatch.stages.digest.operator.decide import decide
from hrwatch.stages.digest.operator.report import report
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import affairs, notices, subscriptions
from hrwatch.stages.store.running import daemon as daemon_table

A_WEEK = timedelta(days=7)
# Over a week chance decides what is copied or rejected most.
FOUR_WEEKS = timedelta(days=28)
FEWEST_ARTICLES = 10  # of a feed, to say that it brings only copies
MOST_TERMS = 5

Free = Callable[[Path], int]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What was found at one moment."""

    now: datetime
    states: tuple[FeedState, ...]
    held: Holding
    room: int | None  # bytes
    troubles: tuple[Trouble, ...]  # the worst first


def free_bytes(path: Path) -> int:
    """Return how many bytes are free on the disk of a file."""
    return shutil.disk_usage(path.parent).free


async def operator_pass(
    parts: Parts,
    desk: Desk,
    *,
    unwritten: Mapping[str, datetime] | None = None,
    free: Free = free_bytes,
) -> None:
    """Queue the operator's report where it is due, and an alert where something is to be told;
    `unwritten` names the subscribers whose digest cannot be written, and since when. Raise
    ComposeError."""
    settings = desk.config.mail
    if not settings.operator:
        return
    now = parts.clock()
    window = windows.current(settings.report, "UTC", now) if settings.report else None
    told = await parts.archive.read(notices.told)
    report_due = window is not None and await _is_due(desk.archive, window, told)
    if not (settings.alert or report_due):
        return
    standing = await _standing(parts, desk, told, unwritten or {}, free)
    if settings.alert:
        await _alert(parts, desk.config, standing, told)
    if window is not None and report_due:
        await _report(parts, desk.config, await _affairs(desk, window, standing))


async def _standing(
    parts: Parts,
    desk: Desk,
    told: Mapping[str, datetime],
    unwritten: Mapping[str, datetime],
    free: Free,
) -> _Standing:
    archive, now = desk.archive, parts.clock()
    states = await feed_states(desk)
    kept = await archive.read(subscriptions.all)
    # In a thread: keys are read and tried.
    held = await asyncio.to_thread(troubles.holding, desk.config.subscribers, kept, now)
    room = free(archive.path) if archive.path else None
    found = (
        *troubles.of_disk(room),
        *troubles.of_transport(parts.transport.stopped, await _stopped_since(archive, told, now)),
        *troubles.of_configuration(await _refused(archive)),
        *troubles.of_digests(unwritten, held),
        *troubles.of_subscribers(held),
        *troubles.of_mail(await archive.read(affairs.lost, now - A_WEEK), held),
        *troubles.of_feeds(states),
    )
    return _Standing(now, states, held, room, found)


async def _alert(
    parts: Parts, config: Config, standing: _Standing, told: Mapping[str, datetime]
) -> None:
    rule, now = config.mail.alert, standing.now
    if rule is None:
        return
    decision = decide(standing.troubles, told, rule, now)
    if decision.over:
        await parts.archive.write(notices.forget, decision.over)
    if not decision.noted:
        return
    page = alert(decision, rule, hrwatch.__version__, now)
    mail = to_operator(page, MailKind.ALERT, config.mail, parts.new_id(), now)
    await parts.archive.write(notices.alert, decision.noted, mail, now)
    names = [one.name for one in decision.at_once]
    log.warning("event=alert of=%s failures=%d", ",".join(names), len(decision.many))


async def _report(parts: Parts, config: Config, everything: Affairs) -> None:
    page = report(everything)
    mail = to_operator(page, MailKind.REPORT, config.mail, parts.new_id(), everything.now)
    numbers = {"archive": everything.sizes.archive, "records": everything.sizes.records}
    name = _notice(everything.week)
    if await parts.archive.write(notices.report, name, mail, numbers, everything.now):
        log.info("event=report week=%s", everything.week)


async def _is_due(archive: Archive, window: Window, told: Mapping[str, datetime]) -> bool:
    """Say whether the window's report is still to be written: one from before there was anything to
    tell is none."""
    if _notice(windows.week_of(window.local_date)) in told:
        return False
    began_at = await archive.read(affairs.began_at)
    return began_at is not None and began_at <= window.opened_at


def _notice(week: str) -> str:
    return f"report:{week}"


async def _stopped_since(
    archive: Archive, told: Mapping[str, datetime], now: datetime
) -> datetime | None:
    """Return when it was told that no mail leaves, where none has left since: between two tries a
    transport does not know that it is stopped."""
    told_at = told.get(TroubleKind.TRANSPORT)
    if told_at is None or told_at > now:  # from before the clock was set back
        return None
    sent_at = await archive.read(affairs.last_sent_at)
    return told_at if sent_at is None or sent_at <= told_at else None


async def _refused(archive: Archive) -> str | None:
    """Return why the newest configuration is not in force, where a daemon runs by an older one."""
    told = await archive.read(daemon_table.last)
    return told.config_error if told and told.stopped_at is None else None


async def _affairs(desk: Desk, window: Window, standing: _Standing) -> Affairs:
    archive, now, states = desk.archive, standing.now, standing.states
    since = now - A_WEEK
    enabled = {state.feed for state in states}
    copies = await archive.read(affairs.only_copies, now - FOUR_WEEKS, FEWEST_ARTICLES)
    rejected = await archive.read(subscriptions.most_rejected, now - FOUR_WEEKS)
    muted = await archive.read(subscriptions.most_muted, now)
    return Affairs(
        week=windows.week_of(window.local_date),
        now=now,
        version=hrwatch.__version__,
        first=tuple(troubles.pressing(standing.troubles, now)),
        failing=tuple(one for one in standing.troubles if one.kind is TroubleKind.FEED),
        states=tuple(sorted(Counter(state.state for state in states).items(), key=_most)),
        quiet=tuple(
            Quietened(state.feed, state.newest_entry_at, state.rhythm)
            for state in states
            if state.state is State.QUIET
        ),
        only_copies=tuple((name, articles) for name, articles in copies if name in enabled),
        moved=tuple(state.feed for state in states if cadence.proposal(state)),
        subscribers=len(desk.config.subscribers),
        holding=standing.held,
        traffic=await archive.read(affairs.traffic, since),
        rejected=tuple(
            (desk.labels.get(value, value), term, articles)
            for (value, term), articles in rejected[:MOST_TERMS]
        ),
        muted=muted[:MOST_TERMS],
        sizes=await _sizes(archive, since, standing.room),
    )


async def _sizes(archive: Archive, since: datetime, room: int | None) -> Sizes:
    stock = await archive.read(affairs.stock, since)
    last = await archive.read(notices.last_report)
    return Sizes(
        archive=archive.size(),
        records=stock.records,
        new_records=stock.new_records,
        mails=stock.mails,
        mail_bytes=stock.mail_bytes,
        free=room,
        archive_before=last[1].get("archive") if last else None,
        before_at=last[0] if last else None,
    )


def _most(one: tuple[State, int]) -> tuple[int, str]:
    return -one[1], one[0]
