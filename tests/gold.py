"""The whole way to one digest: the sites of `gold_stories` on loopback, polled, read, visited again
and mailed from 11 to 22 November 2026 on a clock of the test's own."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

import yaml

from fakes import Clock
from gold_stories import EDITED, EDITED_AT, STORIES, WITHDRAWN, WITHDRAWN_AT, Told, at, edited
from hrwatch import pipeline, wiring
from hrwatch.config import load
from hrwatch.model.settings import FetchSettings
from hrwatch.pipeline.reading import poll
from hrwatch.pipeline.reading.revisit import revisit_pass
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.articles import visits
from loopback import Answer, Loopback, an_answer, serving
from parts import the_parts
from postgres import Place

BEGIN, END = at(11, 9), at(22, 5, 0)  # 07:00 in Vilnius
PUBLISHERS: dict[str, dict[str, Any]] = {
    "open-ledger": {"publisher": "The Open Ledger", "publisher_type": "ngo", "org": "ledger"},
    "open-ledger-it": {"publisher": "Registro Aperto", "publisher_type": "ngo", "org": "ledger"},
    "lifeline": {"publisher": "Lifeline for Teachers", "publisher_type": "ngo"},
    "volny-list": {"publisher": "Вольны ліст", "publisher_type": "public-media"},
    "assembly-press": {"publisher": "Assembly Press Office", "publisher_type": "un"},
    "hoja-suelta": {"publisher": "Hoja Suelta", "publisher_type": "independent-media"},
    "casa-lince": {"publisher": "Casa Lince", "publisher_type": "ngo", "countries": ["MX"]},
    "strana-list": {"publisher": "Страна и лист", "publisher_type": "independent-media"},
    "dozor": {"publisher": "Дозор", "publisher_type": "ngo"},
    "rayon-listok": {"publisher": "Районный листок", "publisher_type": "media"},
    "evening-post": {"publisher": "The Evening Post", "publisher_type": "media"},
    "gate-monitor": {"publisher": "Gate Monitor", "publisher_type": "ngo"},
    "press-room": {"publisher": "The Press Room", "publisher_type": "intergovernmental"},
    "city-desk": {"publisher": "City Desk", "publisher_type": "media"},
}
LISTED = ("casa-lince", "press-room")
REFUSED_FROM, EMPTY_FROM, REBUILT_FROM = at(12, 8), at(14, 9), at(20, 17)
_BY_KEY = {told.key: told for told in STORIES}
CONTACT = "desk@monitor.example, PGP 0123 4567 89AB CDEF"
ADDRESS = "monitor-0142@reader.example"


@dataclass
class Site:
    """One publisher's feed, or listing page, with its articles."""

    name: str
    server: Loopback
    answers: dict[str, Answer]
    told: list[Told] = field(default_factory=list)

    def address(self, key: str) -> str:
        return self.server.url(f"/{key}")

    def write(self, now: datetime) -> None:
        """Let the feed, or page, be what it is now."""
        if self.name == "gate-monitor" and now >= REFUSED_FROM:
            self.answers["/feed"] = an_answer(status="403 Forbidden")
        elif self.name == "press-room" and now >= REBUILT_FROM:
            self.answers["/feed"] = _html("<div id=app></div><script src=/app.js></script>")
        elif self.name == "city-desk" and now >= EMPTY_FROM:
            self.answers["/feed"] = _rss(self.name, ())
        elif self.name in LISTED:
            self.answers["/feed"] = _html(f"<main><ul>{''.join(self._listed())}</ul></main>")
        else:
            self.answers["/feed"] = _rss(self.name, self._items())

    def _items(self) -> Iterator[str]:
        yield _item("Notice of the library", self.address("notice"), format_datetime(BEGIN))
        for one in self.told:
            dated = format_datetime(one.published) if one.published else one.dated
            yield _item(one.title, self.address(one.key), dated)

    def _listed(self) -> Iterator[str]:
        for one in self.told:
            yield _listed(one.title, self.address(one.key), one.dated)
        for number in (3, 2, 1):
            title = f"Comunicado número {number} sobre el horario de la biblioteca"
            yield _listed(title, self.address(f"notice-{number}"), f"0{number}/11/2026")


@dataclass
class Days:
    """The days as they went: the mails by when they were written."""

    mails: list[tuple[datetime, EmailMessage]]
    sites: dict[str, Site]

    def on(self, moment: datetime) -> EmailMessage:
        """The one mail that was written then."""
        (mail,) = [mail for written_at, mail in self.mails if written_at == moment]
        return mail


@asynccontextmanager
async def the_days(place: Place, folder: Path, **of_subscriber: Any) -> AsyncIterator[Days]:
    """Live through the days; `of_subscriber` are further keys of the operator's file."""
    clock = Clock(BEGIN)
    async with AsyncExitStack() as stack:
        sites: dict[str, Site] = {}
        for number, name in enumerate(PUBLISHERS, 2):
            answers: dict[str, Answer] = {}
            serves = serving(answers, host=f"127.0.0.{number}")
            sites[name] = Site(name, await stack.enter_async_context(serves), answers)
        for site in sites.values():
            for notice in ("notice", "notice-1", "notice-2", "notice-3"):
                site.answers[f"/{notice}"] = _notice(notice)
        _configure(folder, sites, of_subscriber)
        config = load(folder / "feeds.yaml")
        settings = FetchSettings(
            allow_addresses=tuple(site.server.exemption for site in sites.values()),
            gap=timedelta(0),
        )
        fetcher = Fetcher(settings, clock=clock, version="1.0")
        stack.push_async_callback(fetcher.aclose)
        workers = wiring.open_workers(config)
        stack.push_async_callback(workers.close)
        archive = stack.enter_context(place.open(clock=clock))
        numbers = itertools.count()
        parts = replace(
            the_parts(folder, archive=archive, fetcher=fetcher, workers=workers, clock=clock),
            new_id=lambda: f"{next(numbers):012}",
            new_token=lambda: f"{next(numbers):032x}",
            feeds={feed.name: feed for feed in config.feeds},
            orgs={feed.name: feed.org for feed in config.feeds if feed.org},
        )
        await wiring.put_in_force(archive, config, clock())
        desk = wiring.open_desk(config, archive)
        days = Days([], sites)
        for moment in _moments():
            for due in _visits(archive, config, until=moment):
                clock.now = max(clock.now, due)
                _happen(sites, clock.now)
                await revisit_pass(parts, config.feeds)
                await pipeline.match_pass(parts, desk)
            clock.now = moment
            _happen(sites, moment)
            for feed in config.feeds:
                await poll.poll_feed(parts, feed)
            await pipeline.match_pass(parts, desk)
            assert await pipeline.digest_pass(parts, desk, regardless=False) == ()
            for delivery in await pipeline.deliver_pass(parts, desk):
                path = folder / delivery.detail
                mail = message_from_bytes(path.read_bytes(), policy=policy.default)
                days.mails.append((moment, mail))
        yield days


def _moments() -> list[datetime]:
    """Polls, among them those that find a story or a fault, and the last seven o'clocks in
    Vilnius."""
    mornings = [at(day, 5) for day in range(18, 23)]
    faults = [REFUSED_FROM, EMPTY_FROM, at(20, 16), REBUILT_FROM]
    return sorted({BEGIN, *mornings, *faults, *(told.seen for told in STORIES)})


def _visits(archive: Any, config: Any, until: datetime) -> Iterator[datetime]:
    """Give, while it is before `until`, when the next visit is due."""
    names = [feed.name for feed in config.feeds]
    while True:
        with archive.reading() as connection:
            due = visits.watched(connection, names, until).next_visit_at
        if due is None or due >= until:
            return
        yield due


def _happen(sites: dict[str, Site], now: datetime) -> None:
    """Let the sites be what they are by now."""
    for one in STORIES:
        site = sites[one.feed]
        if one.seen <= now and one not in site.told:
            site.told.insert(0, one)
            links = {
                language: next(
                    sites[other.feed].address(key) for other in STORIES if other.key == key
                )
                for language, key in one.in_other_languages.items()
            }
            site.answers[f"/{one.key}"] = _page(one.language, one.title, one.paragraphs, links)
        if one.key == EDITED and now >= EDITED_AT:
            site.answers[f"/{one.key}"] = _page(one.language, *edited(one), {})
        if one.key == WITHDRAWN and now >= WITHDRAWN_AT:
            site.answers[f"/{one.key}"] = an_answer(status="404 Not Found")
    for site in sites.values():
        site.write(now)


def _configure(folder: Path, sites: dict[str, Site], of_subscriber: dict[str, Any]) -> None:
    feeds = [
        {
            "name": name,
            ("page" if name in LISTED else "url"): site.address("feed"),
            **PUBLISHERS[name],
        }
        for name, site in sites.items()
    ]
    reader = {
        "name": "torture-3",
        "address": ADDRESS,
        "countries": ["BY", "MX", "RU"],
        "keywords": ["torture"],
        "send": "daily 07:00",
        "timezone": "Europe/Vilnius",
        "subject": "full",
    }
    told = {
        "workers": 0,
        "fetch": {"contact": "mailto:desk@monitor.example", "gap": "0s", "every": "1m"},
        "feeds": feeds,
        "keywords": {"use": ["torture", "enforced-disappearance", "prison-conditions"]},
        "subscribers": [reader | of_subscriber],
        "mail": {"from": "hrwatch <digest@monitor.example>", "contact": CONTACT},
    }
    (folder / "feeds.yaml").write_text(yaml.safe_dump(told, allow_unicode=True))


def _rss(name: str, items: Any) -> bytes:
    body = f'<rss version="2.0"><channel><title>{name}</title>{"".join(items)}</channel></rss>'
    return an_answer(body.encode(), Content_Type="application/rss+xml")


def _item(title: str, link: str, dated: str) -> str:
    return (
        f"<item><title>{escape(title)}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{dated}</pubDate></item>"
    )


def _listed(title: str, link: str, dated: str) -> str:
    return f'<li><h3><a href="{link}">{escape(title)}</a></h3><span>{dated}</span></li>'


def _notice(name: str) -> bytes:
    return _page(
        "en",
        f"Notice of the library: {name}",
        ("The reading room is open from nine to five, and on Sundays after the bells.",),
        {},
    )


def _page(language: str, title: str, paragraphs: tuple[str, ...], links: dict[str, str]) -> bytes:
    others = "".join(
        f'<link rel=alternate hreflang={code} href="{address}">' for code, address in links.items()
    )
    told = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return _html(f"<article><h1>{escape(title)}</h1>{told}</article>", title, language, others)


def _html(body: str, title: str = "News", language: str = "en", head: str = "") -> bytes:
    page = (
        f"<html lang={language}><head><title>{escape(title)}</title>{head}</head>"
        f"<body><nav>Menu</nav>{body}</body></html>"
    )
    return an_answer(page.encode(), Content_Type="text/html; charset=utf-8")
