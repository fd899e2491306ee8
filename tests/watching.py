"""A site of invented articles that changes, and an hrwatch in this process that watches it on a
clock of its own: for tests of looking at articles again."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import sqlalchemy as sa
import yaml

from fakes import Clock
from hrwatch import pipeline, wiring
from hrwatch.config import load
from hrwatch.model.evidence import Visit
from hrwatch.model.mail import Reason
from hrwatch.model.settings import FetchSettings
from hrwatch.pipeline import Desk, Parts
from hrwatch.pipeline.reading import poll
from hrwatch.pipeline.reading.revisit import Looked, revisit_pass
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import visits
from hrwatch.stages.store.articles.visits import Due
from loopback import Answer, Loopback, an_answer, serving
from newsdesk import a_page, a_reader
from parts import the_parts
from postgres import Place

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Told = tuple[str, int, Reason]  # title of the first version, version, reason


@dataclass
class Article:
    """What the site says under one address."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    noise: int = 0  # counts up with whatever surrounds the article
    carried: str | None = None  # all of it stands in the feed, as this
    aside: str = ""

    @property
    def path(self) -> str:
        return f"/stories/{self.number}"

    def page(self) -> bytes:
        """The page as it is today, with its noise."""
        page = a_page(self.title, *self.paragraphs).partition(b"\r\n\r\n")[2].decode()
        seen = f"<p class=counter>{self.noise + 17} readers</p>"
        related = f"<aside><a href=/s/{self.noise}>Related {self.noise}</a></aside>"
        page = page.replace("</nav>", f"</nav><!-- {self.noise} -->{seen}")
        page = page.replace("</body>", f"{related}<footer>{self.noise}</footer></body>")
        return an_answer(page.encode(), Content_Type="text/html; charset=utf-8")


def an_article(number: int, **changes: Any) -> Article:
    """An invented article, unlike any other."""
    words = [f"word{number}x{count}" for count in range(200)]
    paragraphs = tuple(
        f"Paragraph {place} of an invented report from Arvenia about the matter of "
        f"{' '.join(words[place * 20 : place * 20 + 20])}, as a court found out on that day."
        for place in range(8)
    )
    title = f"Invented matter {number} is heard in Arvenia {words[0]}"
    return replace(Article(number, title, paragraphs), **changes)


@dataclass
class Site:
    """Serves articles and the feed of them."""

    server: Loopback
    answers: dict[str, Answer]
    clock: Clock
    articles: dict[int, Article] = field(default_factory=dict)

    def publish(self, *articles: Article) -> None:
        """Put articles on the site as they are; the feed names them all, oldest first."""
        for article in articles:
            self.articles[article.number] = article
            self.answers[article.path] = article.page()
        self.write_feed()

    def edit(self, number: int, **changes: Any) -> Article:
        """Change an article's page, and leave the feed alone."""
        article = self.articles[number] = replace(self.articles[number], **changes)
        self.answers[article.path] = article.page()
        return article

    def answer(self, number: int, answer: Answer | None) -> None:
        """Let an article's address answer so; None: with the article."""
        article = self.articles[number]
        self.answers[article.path] = article.page() if answer is None else answer

    def write_feed(self) -> None:
        dated = format_datetime(self.clock() - HOUR)
        items = "".join(
            f"<item><title>{escape(one.title)}</title><guid>story-{one.number}</guid>"
            f"<link>{self.server.url(one.path)}</link><pubDate>{dated}</pubDate>"
            f"<description>{escape(one.carried or one.aside)}</description></item>"
            for one in self.articles.values()
        )
        self.answers["/wire"] = an_answer(
            f'<rss version="2.0"><channel><title>wire</title>{items}</channel></rss>'.encode(),
            Content_Type="application/rss+xml",
        )


@dataclass
class Watch:
    """An hrwatch that watches the site."""

    site: Site
    clock: Clock
    parts: Parts
    desk: Desk

    @property
    def archive(self) -> Archive:
        return self.parts.archive

    async def poll(self) -> None:
        """Poll every feed, due or not, and match what came."""
        for feed in self.desk.config.feeds:
            report = await poll.poll_feed(self.parts, feed)
            assert report is not None
            assert report.error is None, report.error
        await pipeline.match_pass(self.parts, self.desk)

    async def visit(self, *, after: timedelta = timedelta()) -> tuple[Looked, ...]:
        """Make the visits that are due after so long."""
        self.clock.advance(after)
        looked = await revisit_pass(self.parts, self.desk.config.feeds)
        await pipeline.match_pass(self.parts, self.desk)
        return looked

    async def visits_until(self, end: timedelta) -> None:
        """Make every visit that is due within so long, each at its time."""
        until = self.clock() + end
        while (due := self.next_visit_at()) and due <= until:
            self.clock.now = max(self.clock.now, due)
            await self.visit()
        self.clock.now = until

    def next_visit_at(self) -> Any:
        with self.archive.reading() as connection:
            return visits.watched(connection, self._feeds(), self.clock()).next_visit_at

    async def tell(self) -> list[Told]:
        """Write the digests; return what they told that no digest told before, in order."""
        before = set(self.told())
        await pipeline.match_pass(self.parts, self.desk)
        failed = await pipeline.digest_pass(self.parts, self.desk, regardless=True)
        assert failed == ()
        return [one for one in self.told() if one not in before]

    def due(self) -> tuple[Due, ...]:
        """The visits whose time has come."""
        with self.archive.reading() as connection:
            return visits.due(connection, self._feeds(), self.clock(), 1000)

    def _feeds(self) -> list[str]:
        return [feed.name for feed in self.desk.config.feeds]

    def told(self) -> list[Told]:
        """What digests told of, by title of the first version."""
        query = (
            "SELECT r.title, l.version, l.reason FROM ledger l JOIN records r "
            "ON r.id = l.record AND r.version = 1 WHERE l.digest IS NOT NULL ORDER BY 1, 2, 3"
        )
        return [(row[0], row[1], Reason(row[2])) for row in self.rows(query)]

    def rows(self, query: str) -> list[Any]:
        """What the archive answers."""
        with self.archive.reading() as connection:
            return list(connection.execute(sa.text(query)).all())

    def known(self) -> list[Visit]:
        """What is known of each article from visits, by record."""
        with self.archive.reading() as connection:
            ids = connection.execute(sa.text("SELECT record FROM visits")).scalars().all()
            found = visits.of(connection, ids)
        return [found[one] for one in sorted(found)]


@asynccontextmanager
async def watching(
    place: Place, folder: Path, *, also: tuple[dict[str, Any], ...] = (), **of_feed: Any
) -> AsyncIterator[Watch]:
    """Watch a site; `of_feed` are settings of its feed in the operator's file, `also` those of
    further feeds, each at the path of its name."""
    clock, answers = Clock(), {}
    async with serving(answers) as server:
        site = Site(server, answers, clock)
        told = {
            "workers": 0,
            "fetch": {"contact": "mailto:t@desk.example", "gap": "0s", "every": "1m"},
            "feeds": [
                {"url": server.url(f"/{one['name']}"), **one}
                for one in ({"name": "wire", **of_feed}, *also)
            ],
            "keywords": {"use": ["torture"]},  # all of them take a second to be made ready
            "subscribers": [a_reader()],
        }
        (folder / "feeds.yaml").write_text(yaml.safe_dump(told))
        config = load(folder / "feeds.yaml")
        settings = FetchSettings(
            allow_addresses=(server.exemption,), gap=timedelta(0), timeout=timedelta(seconds=1)
        )
        fetcher = Fetcher(settings, clock=clock, version="1.0")
        workers = wiring.open_workers(config)
        with place.open(clock=clock) as archive:
            parts = the_parts(
                folder, archive=archive, fetcher=fetcher, workers=workers, clock=clock
            )
            numbers = itertools.count()
            parts = replace(
                parts,
                new_id=lambda: f"{next(numbers):012}",
                new_token=lambda: f"{next(numbers):032x}",
                feeds={feed.name: feed for feed in config.feeds},
            )
            await wiring.put_in_force(archive, config, clock())
            try:
                yield Watch(site, clock, parts, wiring.open_desk(config, archive))
            finally:
                await fetcher.aclose()
                await workers.close()


def watch(place: Place, folder: Path, test: Any, **of_feed: Any) -> None:
    """Run `test` with a watched site."""

    async def run() -> None:
        async with watching(place, folder, **of_feed) as watched:
            await test(watched)

    asyncio.run(run())
