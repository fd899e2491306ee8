"""All checks in their order, each within its time, so that one that hangs holds up no other."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import hrwatch
from hrwatch.config import Config, databases
from hrwatch.doctor import machine, network, storage, work
from hrwatch.doctor.findings import Finding, Verdict, fine, trouble, warning
from hrwatch.errors import HrwatchError
from hrwatch.pipeline.mailing import troubles
from hrwatch.pipeline.reading.older import LOOK, count_older
from hrwatch.pipeline.reading.revisit import visited_feeds
from hrwatch.secrets import SMTP_PASSWORD, Secret, required
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import visits
from hrwatch.stages.store.mail import affairs, subscriptions
from hrwatch.stages.store.running import checkup
from hrwatch.stages.store.running.checkup import Standing
from hrwatch.text import counted

USUAL = timedelta(seconds=15)
OF_MAIL = timedelta(seconds=30)
OF_PROXIES = timedelta(seconds=60)  # each within fetch.timeout
OF_WORKERS = timedelta(seconds=60)  # the first start of all compiles a hundred modules
OF_INTEGRITY = timedelta(minutes=2)  # a GB on a slow disk
LATELY = timedelta(days=7)
OVERDUE = timedelta(days=1)  # looks that wait for so long are not made
GRACE = timedelta(seconds=5)  # for a check to come to its own end


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at."""

    config: Config
    directory: Path  # the state directory
    user: int  # as whom we run
    now: datetime


def without_configuration(directory: Path, user: int) -> Iterator[tuple[str, Finding]]:
    """Give the findings, by what was looked at, that can be had while the file is bad."""
    yield "state directory", within(USUAL, storage.state_directory, directory, user)
    yield "versions", within(USUAL, machine.versions)
    yield "supervisor", machine.supervisor(os.environ)


def examine(patient: Patient) -> Iterator[tuple[str, Finding]]:
    """Give the findings, each by what was looked at."""
    config, directory = patient.config, patient.directory
    yield "configuration", _configuration(config)
    for mistake in config.warnings:
        yield "configuration", Finding(Verdict.WARNING, str(mistake))
    yield from without_configuration(directory, patient.user)
    folder = network.mail_folder(config.mail, directory)
    yield from _archive(patient, folder)
    yield "time zones", within(USUAL, machine.zones, [s.timezone for s in config.subscribers])
    yield "names", within(USUAL, network.names, config.feeds, config.fetch)
    yield "proxy", within(OF_PROXIES, network.ways, config.feeds, config.fetch)
    yield "certificates", within(USUAL, network.authorities, config.fetch, patient.now)

    def password() -> Secret:
        return required(SMTP_PASSWORD, config.mail.password_file, os.environ)

    yield "mail", within(OF_MAIL, network.mail, config.mail, directory, password, OF_MAIL)
    yield "digest", within(USUAL, work.digest, config.subscribers, config.mail, patient.now)
    if any(subscriber.pgp_key_file for subscriber in config.subscribers):
        yield "keys", within(USUAL, work.keys, config.subscribers, patient.now)
    yield "reading", within(OF_WORKERS, work.reading, config.workers, config.rules, patient.now)
    yield "limits", within(OF_WORKERS, work.limits)


def within(limit: timedelta, check: Callable[..., Finding], *arguments: object) -> Finding:
    """Return what `check` finds; trouble where it takes longer than `limit`, or cannot be done.

    A call into the system that hangs cannot be ended: it is left behind in its thread.
    """
    found: list[Finding] = []

    def look() -> None:
        try:
            found.append(check(*arguments))
        except HrwatchError as error:
            found.append(trouble(str(error), ""))
        except OSError as error:
            found.append(trouble(f"this could not be looked at: {error}", "see who may read it"))
        except Exception as error:  # a bug in one check must not hide what the others find
            told = f"the check failed with {type(error).__name__}: {error}"
            found.append(trouble(told, "this is a fault of hrwatch: report it"))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join((limit + GRACE).total_seconds())
    if found:
        return found[0]
    seconds = limit.total_seconds()
    return trouble(f"no answer within {seconds:.0f} s", "does a disk or a name server hang?")


def _configuration(config: Config) -> Finding:
    enabled = sum(feed.enabled for feed in config.feeds)
    return fine(
        f"{config.path}: {counted(len(config.feeds), 'feed')} ({enabled} enabled), "
        f"{counted(len(config.rules.keywords), 'keyword')}, "
        f"{counted(len(config.subscribers), 'subscriber')}"
    )


def _archive(patient: Patient, folder: Path | None) -> Iterator[tuple[str, Finding]]:
    directory, user = patient.directory, patient.user
    found: list[Standing] = []

    def look() -> Finding:
        url = patient.config.archive
        password = databases.password(url, patient.config, os.environ)
        found.append(checkup.standing(url, directory, password))
        return storage.archive(found[0])

    yield "archive", within(USUAL, look)
    standing = found[0] if found else None
    if standing and standing.revision:
        if standing.path is not None:
            limit = OF_INTEGRITY
            yield "integrity", within(limit, storage.integrity, standing.path, limit)
        else:
            yield "integrity", storage.on_a_server(standing.name)
    if standing and standing.is_current:
        yield "contents", within(OF_INTEGRITY, _contents, patient)
        yield "evidence", within(OF_INTEGRITY, _evidence, patient)
        yield "tags", within(USUAL, _tags, patient)
        yield "visits", within(USUAL, _visits, patient)
        yield "subscribers", within(USUAL, _subscribers, patient)
    path = directory / patient.config.archive if "://" not in patient.config.archive else None

    def room() -> Finding:
        if path is None:
            return storage.space(directory, None)
        return storage.space(path.parent, path.stat().st_size if path.exists() else 0)

    yield "space", within(USUAL, room)
    yield (
        "permissions",
        within(USUAL, lambda: storage.permissions(storage.accesses(directory, path, folder), user)),
    )
    yield "clock", within(USUAL, _clock, patient, standing, path)


def _clock(patient: Patient, standing: Standing | None, path: Path | None) -> Finding:
    files = {
        "this version of hrwatch": Path(hrwatch.__file__),
        "the configuration": patient.config.path,
    }
    written = machine.file_times(files | ({"the archive's file": path} if path else {}))
    newest = None
    if standing and standing.is_current:
        with _opened(patient) as archive, archive.reading() as connection:
            newest = record_table.counts(connection).first_seen_at
    return machine.clock(patient.now, written, newest)


def _contents(patient: Patient) -> Finding:
    with _opened(patient) as archive:
        return storage.contents(archive, OF_INTEGRITY)


def _evidence(patient: Patient) -> Finding:
    with _opened(patient) as archive:
        return storage.evidence(archive)


def _tags(patient: Patient) -> Finding:
    with _opened(patient) as archive:
        count = count_older(archive, patient.config)
    if count:
        return warning(f"{counted(count, 'article')} tagged by other rules than today's", LOOK)
    return fine("every article is tagged by today's rules")


def _visits(patient: Patient) -> Finding:
    with _opened(patient) as archive, archive.reading() as connection:
        names = visited_feeds(patient.config.feeds)
        watched = visits.watched(connection, names, patient.now - LATELY)
    told = (
        f"{counted(watched.articles, 'article')} looked at again, {watched.removed} found removed "
        "within a week"
    )
    if watched.next_visit_at and watched.next_visit_at < patient.now - OVERDUE:
        late = f"{told}; the next look was due {watched.next_visit_at:%Y-%m-%d %H:%M} UTC"
        return warning(late, "does the daemon run?")
    return fine(told)


def _subscribers(patient: Patient) -> Finding:
    with _opened(patient) as archive, archive.reading() as connection:
        kept = subscriptions.all(connection)
        parked = affairs.parked(connection)
    held = troubles.holding(patient.config.subscribers, kept, patient.now)
    return work.subscribers(held, parked)


def _opened(patient: Patient) -> Archive:
    url = patient.config.archive
    password = databases.password(url, patient.config, os.environ)
    return Archive.open(url, directory=patient.directory, writing=False, password=password)
