"""From a path to a Config: read, judge the shape, judge the meaning, convert."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from hrwatch.config import files, meaning, messages, notices, reading, shapes, taxonomy, values
from hrwatch.config.settings import Config
from hrwatch.config.tree import Document
from hrwatch.errors import ConfigError, Mistake
from hrwatch.model.feeds import Feed, Keep, PublisherType, Route, Select, Terms
from hrwatch.model.mail import Detail, Grouping, Interest, Subscriber
from hrwatch.model.settings import FetchSettings, MailSettings
from hrwatch.model.tags import Cues, Relation

_Shape = TypeVar("_Shape", bound=shapes.Shape)
VARIABLE = "HRWATCH_CONFIG"
NEAR = Path("config/feeds.yaml")
SYSTEM = Path("/etc/hrwatch/feeds.yaml")


def locate(option: Path | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """Given --config, the environment and the working directory, return which file is meant.

    What is named is meant, even if it is not there; raise ConfigError where nothing is found.
    """
    if option is not None:
        return option
    named = environ.get(VARIABLE)
    if named:
        return Path(named)
    for path in (cwd / NEAR, SYSTEM):
        if _is_there(path):
            return path
    problem = (
        f"there is no configuration: --config names none, ${VARIABLE} is not set, and neither "
        f"./{NEAR} nor {SYSTEM} exists"
    )
    raise ConfigError((Mistake(str(NEAR), 1, 1, "file", problem),))


def _is_there(path: Path) -> bool:
    """Return whether something has that name; loading tells what is wrong with it."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # a folder that may not be looked into: falling through would hide it
        return True
    return True


def load(path: Path) -> Config:
    """Given the path of the operator's file, return it found good; raise ConfigError with every
    mistake in it and in what it names, in order of place."""
    return configured(reading.read(path), path)


def configured(main: Document, path: Path) -> Config:
    """Given the tree of the operator's file and its path, return it as `load` does."""
    found = list(main.mistakes)
    shape = _shaped(main, shapes.File, found)
    more = _subscribers_file(main, path, found)
    listed = _shaped(more, shapes.Subscribers, found) if more else shapes.Subscribers()
    found += meaning.mistakes(main, (more,) if more else ())
    if found or shape is None or listed is None:
        raise ConfigError(_ordered(found, main.file))
    subscribers = (*shape.subscribers, *listed.subscribers)
    return Config(
        archive=shape.archive,
        archive_password_file=_beside(path, shape.archive_password_file),
        workers=shape.workers,
        copies=shape.copies,
        fetch=_fetch(shape.fetch, path),
        feeds=tuple(_feed(feed, shape.fetch) for feed in shape.feeds),
        rules=taxonomy.rules(shape.keywords),
        subscribers=tuple(_subscriber(subscriber, path) for subscriber in subscribers),
        mail=_mail(shape.mail, path),
        warnings=_ordered(notices.of(main, shape), main.file),
        path=path,
        subscribers_file=path.parent / shape.subscribers_file if shape.subscribers_file else None,
        feed_lines=_lines(main),
    )


def _shaped(document: Document, shape: type[_Shape], found: list[Mistake]) -> _Shape | None:
    """Return the tree as `shape`, or None with the reasons added to `found`."""
    try:
        return shape.model_validate(document.root.plain())
    except ValidationError as error:
        found.extend(messages.mistakes(error, shape, document))
        return None


def _ordered(found: list[Mistake], first: str) -> tuple[Mistake, ...]:
    """Return each mistake once, those of the main file first, by place."""
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda m: (m.file != first, m.file, m.line, m.column, m.path)))


def _subscribers_file(main: Document, path: Path, found: list[Mistake]) -> Document | None:
    node = main.root.given("subscribers_file")
    if node is None or not isinstance(node.value, str):
        return None
    named = path.parent / node.value
    try:
        body = files.content(named, reading.MAX_BYTES)
        document = reading.parse(body, str(named), ("subscribers",)).under("subscribers")
    except ValueError as error:
        problem = f"the file {error} (the path is relative to this file)"
        mistake = main.mistake(("subscribers_file",), problem)
        found.extend([mistake] if mistake else [])
        return None
    except ConfigError as error:
        found.extend(error.mistakes)
        return None
    found.extend(document.mistakes)
    return document


def _fetch(shape: shapes.Fetch, path: Path) -> FetchSettings:
    return FetchSettings(
        contact=shape.contact,
        loopback_only=shape.contact == shapes.EXAMPLE_CONTACT,
        timeout=shape.timeout,
        max_bytes=shape.max_bytes,
        concurrency=shape.concurrency,
        per_domain=shape.per_domain,
        gap=shape.gap,
        allow_addresses=tuple(shape.allow_addresses),
        ca_file=_beside(path, shape.ca_file),
        proxy=shape.proxy,
    )


def _mail(shape: shapes.Mail, path: Path) -> MailSettings:
    return MailSettings(
        sender=shape.sender,
        transport=shape.transport,
        password_file=_beside(path, shape.password_file),
        ca_file=_beside(path, shape.ca_file),
        operator=shape.operator or "",
        report=shape.report,
        alert=shape.alert,
        templates=_beside(path, shape.templates),
        contact=shape.contact or "",
        replies=shape.replies,
    )


def _beside(path: Path, named: str | None) -> Path | None:
    """Return a file that the operator's file at `path` names, wherever hrwatch goes from here."""
    return (path.parent / named).absolute() if named else None


def _feed(shape: shapes.Feed, defaults: shapes.Fetch) -> Feed:
    given = shape.model_fields_set
    return Feed(
        name=shape.name,
        url=shape.url and values.without_login(shape.url),
        page=shape.page and values.without_login(shape.page),
        publisher=shape.publisher or "",
        language=shape.language or "",
        enabled=shape.enabled,
        every=shape.every or defaults.every,
        every_at_most=_longest_interval(shape, defaults),
        backfill=shape.backfill if "backfill" in given else defaults.backfill,
        full_text=defaults.full_text if shape.full_text is None else shape.full_text,
        select=_select(shape.select),
        route=Route(proxy=shape.proxy, tls_sha256=shape.tls_sha256),
        cues=Cues(
            countries=tuple(shape.countries),
            publisher=shape.publisher or "",
            trust_categories=shape.trust_categories,
            categories=tuple((name, tuple(meant)) for name, meant in shape.categories.items()),
        ),
        publisher_type=PublisherType(shape.publisher_type) if shape.publisher_type else None,
        org=shape.org or "",
        terms=Terms(shape.terms),
        keep=_keep(shape, defaults),
        keep_for=shape.keep_for if "keep_for" in given else defaults.keep_for,
        revisit=defaults.revisit if shape.revisit is None else shape.revisit,
    )


def _keep(shape: shapes.Feed, defaults: shapes.Fetch) -> Keep:
    """Return how much is archived; where the publisher forbids copies, the headline."""
    if Terms(shape.terms) is Terms.FORBIDDEN:
        return Keep.HEADLINE
    return Keep(shape.keep or defaults.keep)


def _select(shape: shapes.Select | None) -> Select:
    if shape is None:
        return Select()
    return Select(
        entry=shape.entry or "",
        link=shape.link or "",
        title=shape.title or "",
        date=shape.date or "",
    )


def _longest_interval(shape: shapes.Feed, defaults: shapes.Fetch) -> timedelta | None:
    """Return how far the feed may slow its polls; one with a longer `every` of its own does not."""
    if "every_at_most" in shape.model_fields_set:
        return shape.every_at_most
    longest, every = defaults.every_at_most, shape.every or defaults.every
    return None if longest is None or longest < every else longest


def _lines(main: Document) -> dict[str, int]:
    """Return by the name of each feed the line on which its address stands."""
    lines = {}
    for _, feed in main.root.members("feeds"):
        name, address = feed.child("name"), feed.given("url") or feed.given("page")
        if name is not None and isinstance(name.value, str) and address is not None:
            lines[name.value] = address.place.line
    return lines


def _subscriber(shape: shapes.Subscriber, path: Path) -> Subscriber:
    return Subscriber(
        name=shape.name,
        address=shape.address,
        interest=Interest(
            countries=tuple(shape.countries),
            keywords=tuple(shape.keywords),
            languages=tuple(shape.languages),
            feeds=tuple(shape.feeds),
            exclude_countries=tuple(shape.exclude.countries),
            exclude_keywords=tuple(shape.exclude.keywords),
            exclude_feeds=tuple(shape.exclude.feeds),
            query=shape.query,
            relation=Relation(shape.relation),
            roll_up=shape.roll_up,
        ),
        schedule=shape.send,
        timezone=shape.timezone,
        subject=shape.subject,
        urgent=shape.urgent,
        quiet=shape.quiet,
        empty=shape.empty == "send",
        pause_until=shape.pause_until,
        mail_language=shape.mail_language,
        group_by=Grouping(shape.group_by),
        text_only=shape.text_only,
        detail=Detail(shape.detail),
        pgp_key_file=_beside(path, shape.pgp_key_file),
    )
