"""The doctor on the work itself, done on invented words: a digest written, a page read by a worker
that is held within its limits."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import hrwatch
from hrwatch import hops
from hrwatch.doctor import hops as own_hops
from hrwatch.doctor.findings import Finding, fine, trouble, warning
from hrwatch.errors import ComposeError, HopError
from hrwatch.model.articles import Fingerprint, Reading, Record
from hrwatch.model.feeds import Coverage, Entry, Response, Validators
from hrwatch.model.mail import Cadence, Interest, Match, Schedule, Subscriber
from hrwatch.model.operating import Holding
from hrwatch.model.settings import HopLimits, MailSettings
from hrwatch.model.tags import Kind, Relation, Rules
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.encrypt import unusable
from hrwatch.stages.digest.mime import build
from hrwatch.stages.digest.operator import words
from hrwatch.stages.digest.render import render
from hrwatch.text import counted
from hrwatch.workers import Workers

TITLE = "Belarus: invented activist arrested in Minsk"
TEXT = (
    "Police in Minsk arrested an activist who does not exist, said a group that was made up for "
    "this page. The Belarusian court that is to hear the case is invented as well. "
)
NOBODY = Subscriber("nobody", "nobody@example.org", Interest(), Schedule(Cadence.AT_ONCE))
_TIGHT = HopLimits(wall=timedelta(seconds=15), cpu_seconds=1)
_SECRETS = ("PASSWORD", "CREDENTIALS", "TOKEN", "PGPASS")
_OWN_MISTAKE = "this is a fault of hrwatch or of its installation: install it anew, and report it"


def digest(subscribers: Sequence[Subscriber], settings: MailSettings, now: datetime) -> Finding:
    """Write a digest of an invented record for everybody, as far as the mail's bytes."""
    match = Match(_record(now), (), Relation.SUBJECT)
    for subscriber in subscribers or (NOBODY,):
        composition = compose(
            subscriber,
            (match,),
            coverage=Coverage(0, 0, ()),
            window=None,
            now=now,
            stories={match.record.story: (match.record,)},
            feeds={},
            labels={},
            version=hrwatch.__version__,
        )
        unlocked = replace(subscriber, pgp_key_file=None)  # keys are looked at by themselves
        try:
            for page in render(composition, "invented", settings.templates).pages:
                build(page, unlocked, settings, "invented0", now, token="0" * 32)
        except ComposeError as error:
            told = f"a digest for {subscriber.name} cannot be written: {error}"
            return trouble(told, "see mail.from, the subscriber's address and mail.templates")
    return fine(f"a digest of an invented record was written for {len(subscribers) or 'nobody'}")


def keys(subscribers: Sequence[Subscriber], now: datetime) -> Finding:
    """See that mail can be encrypted to everybody who has a key."""
    files = {one.name: one.pgp_key_file for one in subscribers if one.pgp_key_file is not None}
    found = [(name, unusable(path, now)) for name, path in files.items()]
    held = [f"{name}: {reason}" for name, reason in found if reason]
    if held:
        told = f"mail is held, since it cannot be encrypted: {'; '.join(held)}"
        return trouble(told, "ask them for their key of today and put it into the file")
    return fine(f"mail can be encrypted to {counted(len(files), 'key')}")


def subscribers(held: Holding, parked: int) -> Finding:
    """Judge to whom nothing is written; keys are looked at by `keys`."""
    if held.suspended:
        names = ", ".join(name for name, _, _ in held.suspended)
        return trouble(
            f"refused for good by their mail server, and written to no more: {names}",
            "write a right address into your file, or hrwatch outbox requeue ID",
        )
    if parked:
        told = f"{counted(parked, 'mail')} parked: {words.PARKED}"
        return warning(told, words.OF_PARKED)
    away = [f"{name} until {day}" for name, day in held.paused]
    away += [f"{name}, who stopped by their reply" for name in held.stopped]
    return fine(f"nothing is written to {'; '.join(away)}" if away else "all are written to")


def reading(count: int, rules: Rules, now: datetime) -> Finding:
    """Have a worker read an invented page, and look at what it made of it."""
    try:
        read, around = asyncio.run(_read(rules, now))
    except HopError as error:
        return trouble(
            f"a worker cannot read a small page: {error}",
            "is there memory and room in /tmp (its language model takes 70 MB there)? Else "
            + _OWN_MISTAKE,
        )
    return judge_reading(count, read, around)


def judge_reading(count: int, read: Reading, around: own_hops.Surroundings) -> Finding:
    """Given what a worker made of the page and what it found around itself, judge both."""
    about = {tag.value for tag in read.tags if tag.kind is Kind.COUNTRY}
    if read.article is None or read.language != "en" or "BY" not in about:
        told = f"language {read.language or 'none'}, countries {', '.join(sorted(about)) or 'none'}"
        reason = f" ({read.extract_error})" if read.extract_error else ""
        return trouble(f"a page about Belarus in English was read as {told}{reason}", _OWN_MISTAKE)
    if not 0 < around.memory_bytes <= HopLimits().memory_bytes:
        return trouble(f"a worker may take {around.memory_bytes} bytes of memory", _OWN_MISTAKE)
    known = [name for name in around.variables if any(part in name for part in _SECRETS)]
    if known:
        return trouble(f"a worker was given {', '.join(known)}", _OWN_MISTAKE)
    if not count:
        return warning(
            "a worker read a page well, but workers: 0 has pages read without any, where nothing "
            "bounds what a hostile one costs",
            "set workers: 2",
        )
    return fine("a worker read a page, found its country and its language, and holds no secret")


def limits() -> Finding:
    """See that a worker which never comes to an end is ended."""
    try:
        asyncio.run(_work_in_vain())
    except HopError as error:
        if "processor time" in str(error):
            return fine("a worker that went on for too long was ended")
        return trouble(f"a worker did not do its work: {error}", _OWN_MISTAKE)
    return trouble("a worker that went on for too long was not ended", _OWN_MISTAKE)


async def _read(rules: Rules, now: datetime) -> tuple[Reading, own_hops.Surroundings]:
    entry = Entry(guid="", permalink="http://news.invalid/1", title=TITLE)
    task = hops.ArticleTask(entry, _page(now), None, "", now)
    workers = Workers(1, rules, HopLimits(), registry=own_hops)
    try:
        read = await workers.run(hops.read_article, task)
        return read, await workers.run(own_hops.look_around, None)
    finally:
        await workers.close()


async def _work_in_vain() -> None:
    workers = Workers(1, Rules(), _TIGHT, registry=own_hops)
    try:
        await workers.run(own_hops.work_in_vain, 10.0)
    finally:
        await workers.close()


def _page(now: datetime) -> Response:
    paragraphs = "".join(f"<p>{TEXT}</p>" for _ in range(3))
    body = f"<html><body><article><h1>{TITLE}</h1>{paragraphs}</article></body></html>"
    return Response(
        url="http://news.invalid/1",
        requested_url="http://news.invalid/1",
        status=200,
        headers=(),
        content_type="text/html; charset=utf-8",
        body=body.encode(),
        validators=Validators(),
        retry_after=None,
        max_age=None,
        fetched_at=now,
    )


def _record(now: datetime) -> Record:
    entry = Entry(guid="1", permalink="http://news.invalid/1", title=TITLE, published_at=now)
    return Record(
        id="invented",
        version=1,
        feed="invented",
        entry=entry,
        permalink=entry.permalink,
        article=None,
        title=TITLE,
        text=TEXT,
        language="en",
        fingerprint=Fingerprint("", len(TEXT.split())),
        tags=(),
        copy=None,
        story="invented",
        first_seen_at=now,
        backlog=False,
        page_sha256=None,
        extract_error=None,
    )
