"""Config → Parts: builds what the pipeline works with, and takes it apart again."""

import logging
import os
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hrwatch
from hrwatch import territories
from hrwatch.config import Config, databases
from hrwatch.config.rule_sets import RuleSets
from hrwatch.errors import ClockError
from hrwatch.model.settings import HopLimits
from hrwatch.pipeline import Desk, Parts
from hrwatch.secrets import SMTP_PASSWORD, Secret, required
from hrwatch.stages import match
from hrwatch.stages.deliver import Transport, open_transport
from hrwatch.stages.digest.encrypt import unusable
from hrwatch.stages.digest.render import mistakes
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, rule_sets
from hrwatch.stages.store.mail import subscribers, subscriptions
from hrwatch.stages.store.running import checkup, clock
from hrwatch.workers import Workers

# Before that there was no hrwatch: a machine that lost its clock begins in 1970 or 2000.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)

# Enough for a GB that the system has in memory, or a hundred MB from a slow disk.
A_LOOK = timedelta(seconds=1)

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the time: the one clock of the program, handed on to everything else."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_parts(config: Config, directory: Path) -> AsyncIterator[Parts]:
    """Given a configuration and the state directory, give the parts, the archive held for writing
    and told what is configured; raise ArchiveError, DeliverError or SecretError."""
    async with AsyncExitStack() as stack:
        transport = open_mail(config, directory)  # first: without a password nothing is begun
        stack.push_async_callback(transport.close)
        archive = open_archive(config, directory)
        stack.callback(archive.close)
        fetcher = open_fetcher(config)
        stack.push_async_callback(fetcher.aclose)
        workers = open_workers(config)
        stack.push_async_callback(workers.close)
        await put_in_force(archive, config, utc_now())
        yield assemble(config, archive, fetcher, workers, transport)


def open_archive(config: Config, directory: Path, *, look: timedelta = A_LOOK) -> Archive:
    """Return the archive, held for writing, after a `look` at whether it is whole; raise
    ArchiveError or SecretError."""
    checkup.refuse_damaged(config.archive, directory, look)
    return Archive.open(
        config.archive,
        directory=directory,
        writing=True,
        clock=utc_now,
        password=databases.password(config.archive, config, os.environ),
    )


def open_fetcher(config: Config) -> Fetcher:
    """Return the one client of the network."""
    return Fetcher(config.fetch, clock=utc_now, version=hrwatch.__version__)


def open_workers(config: Config) -> Workers:
    """Return the workers; none of them runs before there is work."""
    return Workers(config.workers, config.rules, HopLimits())


def open_mail(config: Config, directory: Path) -> Transport:
    """Return the way out for mail; raise DeliverError, and SecretError where a password is needed
    that is nowhere."""

    def password() -> Secret:
        return required(SMTP_PASSWORD, config.mail.password_file, os.environ)

    return open_transport(config.mail, directory=directory, clock=utc_now, password=password)


def assemble(
    config: Config, archive: Archive, fetcher: Fetcher, workers: Workers, transport: Transport
) -> Parts:
    """Return the parts, under a name of their own in claims."""
    return Parts(
        archive=archive,
        fetcher=fetcher,
        workers=workers,
        transport=transport,
        clock=utc_now,
        new_id=lambda: secrets.token_hex(12),
        new_token=lambda: secrets.token_hex(16),
        owner=f"{os.getpid()}-{secrets.token_hex(4)}",
        per_site=config.fetch.per_domain,
        rule_sets=RuleSets(config.rules, config.feeds),
        link_copies=config.copies != "off",
        link_near=config.copies == "near",
        chance=random.random,
        feeds={feed.name: feed for feed in config.feeds},
        orgs={feed.name: feed.org for feed in config.feeds if feed.org},
    )


def open_desk(config: Config, archive: Archive) -> Desk:
    """Given a configuration and an open archive, return what digests are written from."""
    places = {code: name for code, (name, _) in territories.places().items()}
    keywords = {keyword.id: keyword.label for keyword in config.rules.keywords}
    labels = {**territories.countries(), **places, **keywords}
    return Desk(archive, config, labels, territories.PARENTS)


def unusable_keys(config: Config, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return the subscribers whose mail is held because it cannot be encrypted, with the reason;
    the files are read, which the configuration itself leaves alone."""
    found = (
        (subscriber.name, unusable(subscriber.pgp_key_file, now))
        for subscriber in config.subscribers
        if subscriber.pgp_key_file is not None
    )
    return tuple((name, reason) for name, reason in found if reason)


def template_mistakes(config: Config) -> tuple[str, ...]:
    """Return what is wrong with the operator's own templates, each with its file and line."""
    return mistakes(config.mail.templates) if config.mail.templates else ()


async def mind_the_clock(archive: Archive, now: datetime) -> None:
    """Let the archive not wait for a time to which the clock was set by mistake; raise ClockError
    where `now` is from before there was a hrwatch."""
    shown = f"the clock says {now:%Y-%m-%d %H:%M} UTC"
    if now < EARLIEST:
        raise ClockError(
            f"{shown}, which cannot be: set it (timedatectl set-ntp true); nothing is polled or "
            "mailed before"
        )
    latest = await archive.write(clock.mend, now)
    if latest is not None:
        detail = (
            f"{shown}, but the archive was written at {latest:%Y-%m-%d %H:%M} UTC: where the clock "
            "is wrong, set it (timedatectl set-ntp true); all goes on by it, nothing is lost"
        )
        log.warning("event=clock-behind detail=%r", detail)


async def put_in_force(
    archive: Archive, config: Config, now: datetime, *, may_be_new: bool = False
) -> None:
    """Tell the archive which feeds and which criteria stand from `now` on; raise ClockError where
    `now` cannot be. `may_be_new`: the operator may have changed the settings just now, so what
    these kept us from asking is asked again."""
    await mind_the_clock(archive, now)
    if may_be_new:
        await archive.write(feeds.ask_the_forbidden)
    await archive.write(feeds.sync, config.feeds, now)
    used = RuleSets(config.rules, config.feeds)
    await archive.write(rule_sets.note, used, version=hrwatch.__version__, now=now)
    criteria = {s.name: match.criteria(s.interest) for s in config.subscribers}
    await archive.write(subscribers.sync, criteria, now)
    addresses = {subscriber.name: subscriber.address for subscriber in config.subscribers}
    await archive.write(subscriptions.sync, addresses, now)
