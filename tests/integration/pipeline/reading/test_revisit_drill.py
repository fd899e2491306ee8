"""Many articles over many days on a site that edits, adds noise, withdraws and restores at random:
what a reader is told is what an oracle says, which goes by what the site was asked and answered."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from hrwatch.model.mail import Reason
from hrwatch.stages.store.mail.ledger import MOST_CHANGED
from loopback import an_answer
from newsdesk import a_page
from postgres import Place
from watching import DAY, HOUR, Article, Told, Watch, an_article, watch

FRONT = a_page("The front page of an invented site", *(["Welcome to the news of today."] * 4))
GONE = (an_answer(status="404 Not Found"), an_answer(status="410 Gone"))
OTHERWISE = (
    an_answer(status="403 Forbidden"),
    an_answer(status="503 Service Unavailable"),
    an_answer(status="302 Found", Location="/front"),
    FRONT,
)
POLLS = 6  # hours between two


@dataclass
class Expected:
    """What a reader is to be told of one article."""

    title: str
    is_carried: bool
    words: object = None  # of its latest version
    said: list[object] = field(default_factory=list)  # by each of its versions
    version: int = 1
    missed: list[datetime] = field(default_factory=list)
    is_removed: bool = False
    takes_for_removed: bool = False  # the reader does, or will with the next digest
    heard: set[tuple[int, Reason]] = field(default_factory=set)
    waits: dict[Reason, int] = field(default_factory=dict)

    def seen(self, words: object) -> None:
        """Its words were read."""
        if self.words is not None and words in self.said:
            return  # as it was before
        if self.words is not None:
            self.version += 1
            if sum(reason is Reason.CHANGED for _, reason in self.heard) < MOST_CHANGED:
                self.waits[Reason.CHANGED] = self.version
        elif not self.is_carried:
            self.version += 1  # completed
        self.words = words
        self.said.append(words)

    def there(self) -> None:
        """Its page was seen with it."""
        if self.is_removed and self.waits.pop(Reason.REMOVED, None):
            self.takes_for_removed = False
        elif self.is_removed and self.takes_for_removed:
            self.takes_for_removed = False
            self._wait(Reason.RETURNED)
        self.missed, self.is_removed = [], False

    def missing(self, now: datetime) -> None:
        """Its address answered that it is not there."""
        self.missed.append(now)
        if len(self.missed) >= 3 and now - self.missed[0] >= DAY and not self.is_removed:
            self.is_removed = True
            if self.waits.pop(Reason.RETURNED, None):
                self.takes_for_removed = True
            else:
                self.takes_for_removed |= self._wait(Reason.REMOVED)

    def _wait(self, reason: Reason) -> bool:
        is_new = (self.version, reason) not in self.heard
        if is_new:
            self.waits[reason] = self.version
        return is_new

    def told(self) -> list[Told]:
        """A digest was written."""
        told = [(self.title, version, reason) for reason, version in self.waits.items()]
        self.heard.update((version, reason) for _, version, reason in told)
        self.waits = {}
        return told


class Drill:
    """The site's life, and what is expected of who watches it."""

    def __init__(self, desk: Watch, seed: int, articles: int) -> None:
        self.desk = desk
        self.chance = random.Random(seed)  # noqa: S311 - an invented life, no secrets
        self.troubled: set[int] = set()
        self.gone: set[int] = set()
        self.expected: dict[int, Expected] = {}
        self.asked = 0
        self.edits = 0
        desk.site.answers["/front"] = FRONT
        for number in range(articles):
            article = an_article(number)
            if number % 4 == 3:
                article = replace(article, carried=carried(article))
            desk.site.publish(article)
            self.expected[number] = Expected(article.title, article.carried is not None)
            if number % 10 == 0:
                self.set_trouble(number, OTHERWISE[1])

    def set_trouble(self, number: int, answer: bytes | None) -> None:
        self.troubled.discard(number)
        self.gone.discard(number)
        if answer is not None:
            (self.gone if answer in GONE else self.troubled).add(number)
        self.desk.site.answer(number, answer)

    def live(self) -> None:
        """Let something happen on the site."""
        number = self.chance.choice(list(self.expected))
        what = self.chance.choices(
            ("edit", "noise", "gone", "trouble", "restore", "aside"), (4, 4, 2, 2, 5, 1)
        )[0]
        article = self.desk.site.articles[number]
        is_shown = number not in self.troubled | self.gone
        if what in ("edit", "aside") and self.expected[number].words is None:
            return  # while its page was not had, the feed's own words are what is compared
        if what == "edit":
            self.edits += 1
            article = edited(article, self.chance, self.edits)
        elif what == "noise":
            article = replace(article, noise=article.noise + 1)
        elif what == "aside" and article.carried is None:
            article = replace(article, aside=f"In other words {self.edits}.")
        elif what == "gone":
            self.set_trouble(number, self.chance.choice(GONE))
            return
        elif what == "trouble":
            self.set_trouble(number, self.chance.choice(OTHERWISE))
            return
        elif what == "restore":
            self.set_trouble(number, None)
            return
        self.desk.site.articles[number] = article
        if is_shown:
            self.desk.site.answer(number, None)

    async def poll(self) -> None:
        self.desk.site.write_feed()
        self.desk.parts.fetcher._patience._standings.clear()
        await self.desk.poll()
        self.look()
        for number, expected in self.expected.items():
            article = self.desk.site.articles[number]
            if expected.is_carried:
                expected.seen(article.carried)

    async def visit(self) -> None:
        self.desk.parts.fetcher._patience._standings.clear()
        await self.desk.visit()
        self.look()

    def look(self) -> None:
        """Take note of what was asked, and answered as the site stands."""
        requests = self.desk.site.server.requests
        for request in requests[self.asked :]:
            if not request.target.startswith("/stories/"):
                continue
            number = int(request.target.rpartition("/")[2])
            expected, article = self.expected[number], self.desk.site.articles[number]
            if number in self.gone:
                expected.missing(self.desk.clock())
            elif number not in self.troubled:
                if not expected.is_carried:
                    expected.seen((article.title, article.paragraphs))
                expected.there()
        self.asked = len(requests)


def carried(article: Article) -> str:
    return "".join(f"<p>{one}</p>" for one in (article.title, *article.paragraphs))


def edited(article: Article, chance: random.Random, count: int) -> Article:
    kind = chance.choice(("add", "remove", "title"))
    paragraphs = list(article.paragraphs)
    if kind == "title":
        article = replace(article, title=f"{article.title.partition(':')[0]}: ruling {count}")
    elif kind == "remove" and len(paragraphs) > 5:
        del paragraphs[chance.randrange(len(paragraphs))]
    else:
        words = " ".join(f"later{count}x{place}" for place in range(12))
        told = f"In the days after, the court of Arvenia wrote of {words} and of nothing else."
        paragraphs.insert(chance.randrange(len(paragraphs) + 1), told)
    article = replace(article, paragraphs=tuple(paragraphs))
    return replace(article, carried=carried(article)) if article.carried else article


def drill(place: Place, folder: Path, seed: int, articles: int, days: int) -> None:
    async def test(desk: Watch) -> None:
        life = Drill(desk, seed, articles)
        await life.poll()
        for expected in life.expected.values():
            # What could not be had then is completed; what was read is what is known.
            expected.version = 1
        assert len(await desk.tell()) == articles
        for hour in range(days * 24):
            for _ in range(life.chance.randrange(1 + articles // 8)):
                life.live()
            desk.clock.advance(HOUR)
            while (due := desk.next_visit_at()) and due <= desk.clock():
                await life.visit()
            if hour % POLLS == POLLS - 1:
                await life.poll()
            if hour % 24 == 23:
                expected = sorted(one for each in life.expected.values() for one in each.told())
                told = sorted(await desk.tell())
                assert told == expected, f"day {hour // 24}, seed {seed}"
        asked = sum(r.target.startswith("/stories/") for r in desk.site.server.requests)
        assert asked <= articles * (1 + 30)

    watch(place, folder, test)


def test_life_of_a_few_articles_is_told_as_it_was(place: Place, tmp_path: Path) -> None:
    drill(place, tmp_path, seed=1, articles=5, days=3)


@pytest.mark.drill
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(3))
def test_life_of_many_articles_is_told_as_it_was(place: Place, tmp_path: Path, seed: int) -> None:
    drill(place, tmp_path, seed=seed, articles=200, days=30)
