"""Fetching pages that no operator chose: robots.txt is obeyed, a site that limps left alone."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from fakes import Clock
from hrwatch.errors import BadStatus, Disallowed, FetchError, Resting, Unreachable
from hrwatch.model.settings import FetchSettings
from hrwatch.stages.fetch import Fetcher
from loopback import Answer, Loopback, Request, a_fetcher, an_answer, names, serving

PAGE = b"<p>an invented story</p>"
NO = b"User-agent: *\nDisallow: /private\n"


async def silent(_: Request, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def hung_up(_: Request, __: asyncio.StreamWriter) -> None:
    """Close without an answer."""


def pages(*paths: str, robots: Answer | None = None, **settings: Any) -> tuple[list[str], Loopback]:
    """Fetch these pages one after the other from a site; return how each came out."""

    async def work() -> tuple[list[str], Loopback]:
        told = []
        answers: dict[str, Answer] = {"/story": an_answer(PAGE), "/private/1": an_answer(PAGE)}
        if robots is not None:
            answers["/robots.txt"] = robots
        async with serving(answers) as server, a_fetcher(server, **settings) as fetcher:
            for path in paths:
                try:
                    await fetcher.fetch(server.url(path), obey_robots=True)
                    told.append("read")
                except FetchError as error:
                    told.append(f"{type(error).__name__}: {error}")
        return told, server

    return asyncio.run(work())


def asked(server: Loopback) -> list[str]:
    return [request.target for request in server.requests]


def test_page_that_robots_txt_disallows_is_not_asked_for() -> None:
    told, server = pages("/private/1", "/story", "/private/1", robots=an_answer(NO))

    refusal = "Disallowed: robots.txt of 127.0.0.1 asks not to read this page"
    assert told == [refusal, "read", refusal]
    assert asked(server) == ["/robots.txt", "/story"]
    assert server.requests[0].headers["user-agent"].startswith("hrwatch/")
    assert server.connections == 1


def test_feed_is_asked_for_whatever_robots_txt_says() -> None:
    async def work() -> list[str]:
        answers = {"/robots.txt": an_answer(b"User-agent: *\nDisallow: /"), "/f": an_answer(PAGE)}
        async with serving(answers) as server, a_fetcher(server) as fetcher:
            await fetcher.fetch(server.url("/f"))
            return asked(server)

    assert asyncio.run(work()) == ["/f"]


LONG = b"User-agent: *\nDisallow: /private\n" + b"# an invented comment\n" * 60_000


@pytest.mark.parametrize(
    ("robots", "private", "words"),
    [
        (an_answer(NO), False, "asks not to read"),
        (an_answer(status="404 Not Found"), True, ""),
        (an_answer(status="403 Forbidden"), True, ""),
        (an_answer(b"", status="204 No Content"), True, ""),
        (an_answer(b"<html>not found</html>"), True, ""),
        (an_answer(status="302 Found", location="/robots.txt"), True, ""),
        (an_answer(status="302 Found", location="ftp://h/"), True, ""),
        (an_answer(status="302 Found", location="http://127.0.0.2/"), True, ""),
        (an_answer(LONG), False, "asks not to read"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n" + LONG, False, "asks not to read"),
        (an_answer(status="500 Oops"), False, "cannot be read.*500"),
        (an_answer(status="429 Too Many"), False, "cannot be read.*429"),
        (an_answer(NO, content_encoding="br"), False, "cannot be read"),
        (hung_up, False, "cannot be read.*closed the connection"),
        (silent, False, "cannot be read.*no complete answer"),
    ],
)
def test_page_is_judged_by_whatever_robots_txt_is(
    robots: Answer, private: bool, words: str
) -> None:
    told, server = pages("/private/1", robots=robots, timeout=timedelta(seconds=1))

    if private:
        assert told == ["read"]
    else:
        (refusal,) = told
        assert refusal.startswith(("Disallowed: robots", "RobotsUnread: robots"))
        assert re.search(words, refusal)
        assert "/private/1" not in asked(server)


def test_robots_txt_behind_redirects_is_obeyed() -> None:
    async def work() -> None:
        async with serving({"/r.txt": an_answer(NO)}) as other:
            answers = {
                "/robots.txt": an_answer(status="301 Moved", location="/robots"),
                "/robots": an_answer(status="302 Found", location=other.url("/r.txt")),
            }
            async with serving(answers) as server, a_fetcher(server, other) as fetcher:
                with pytest.raises(Disallowed):
                    await fetcher.fetch(server.url("/private/1"), obey_robots=True)

    asyncio.run(work())


def test_robots_txt_is_asked_once_for_many_pages_at_once_and_again_after_a_day() -> None:
    async def work() -> list[int]:
        clock, counts = Clock(), []
        async with serving({"/robots.txt": an_answer(NO), "/story": an_answer(PAGE)}) as server:
            settings = FetchSettings(
                allow_addresses=(server.exemption,), gap=timedelta(0), per_domain=8
            )
            fetcher = Fetcher(settings, clock=clock, version="0.1")
            for step in (timedelta(0), timedelta(hours=23), timedelta(hours=2)):
                clock.advance(step)
                await asyncio.gather(
                    *(fetcher.fetch(server.url("/story"), obey_robots=True) for _ in range(8))
                )
                counts.append(asked(server).count("/robots.txt"))
            await fetcher.aclose()
        return counts

    assert asyncio.run(work()) == [1, 1, 2]


def test_robots_txt_that_could_not_be_read_is_asked_again_soon() -> None:
    async def work() -> list[str]:
        clock, answers = Clock(), dict[str, Answer]()
        answers |= {"/robots.txt": an_answer(status="503 Busy"), "/story": an_answer(PAGE)}
        async with serving(answers) as server:
            settings = FetchSettings(allow_addresses=(server.exemption,), gap=timedelta(0))
            fetcher = Fetcher(settings, clock=clock, version="0.1")
            for minutes in (0, 5, 6):
                clock.advance(timedelta(minutes=minutes))
                if minutes == 6:
                    answers["/robots.txt"] = an_answer(status="404 Not Found")
                    await fetcher.fetch(server.url("/story"), obey_robots=True)
                else:
                    with pytest.raises(Disallowed):
                        await fetcher.fetch(server.url("/story"), obey_robots=True)
            await fetcher.aclose()
            return asked(server)

    assert asyncio.run(work()) == ["/robots.txt", "/robots.txt", "/story"]


def test_page_that_redirects_is_judged_at_each_address() -> None:
    async def work() -> tuple[list[str], list[str], list[str]]:
        told = []
        async with serving({"/robots.txt": an_answer(NO), "/b": an_answer(PAGE)}) as other:
            answers = {
                "/robots.txt": an_answer(b"User-agent: *\nDisallow: /hidden"),
                "/1": an_answer(status="302 Found", location="/hidden"),
                "/2": an_answer(status="302 Found", location=other.url("/private/x")),
                "/3": an_answer(status="302 Found", location=other.url("/b")),
            }
            async with serving(answers) as server, a_fetcher(server, other) as fetcher:
                for path in ("/1", "/2", "/3"):
                    try:
                        await fetcher.fetch(server.url(path), obey_robots=True)
                        told.append("read")
                    except Disallowed:
                        told.append("disallowed")
                return told, asked(server), asked(other)

    told, here, there = asyncio.run(work())
    assert told == ["disallowed", "disallowed", "read"]
    assert here == ["/robots.txt", "/1", "/2", "/3"]
    assert there == ["/robots.txt", "/b"]


def test_pages_keep_the_gap_that_robots_txt_asks_for() -> None:
    robots = an_answer(b"User-agent: hrwatch\nCrawl-delay: 0.4\n")

    _, server = pages("/story", "/story", "/story", robots=robots)

    starts = [request.at for request in server.requests if request.target == "/story"]
    assert all(later - earlier >= 0.38 for earlier, later in pairwise(starts))


def visits(
    answers: Mapping[str, Answer], *paths: str, **settings: Any
) -> tuple[list[type[FetchError] | None], list[str]]:
    """Ask these pages in turn; return how each came out and what was asked, robots.txt apart."""

    async def work() -> tuple[list[type[FetchError] | None], list[str]]:
        outcomes: list[type[FetchError] | None] = []
        async with serving(answers) as server, a_fetcher(server, **settings) as fetcher:
            for path in paths:
                try:
                    await fetcher.fetch(server.url(path), obey_robots=True)
                    outcomes.append(None)
                except FetchError as error:
                    outcomes.append(type(error))
            return outcomes, [path for path in asked(server) if path != "/robots.txt"]

    return asyncio.run(work())


SITE: dict[str, Answer] = {
    "/slow": silent,
    "/busy": an_answer(status="503 Busy"),
    "/later": an_answer(status="429 Too Many Requests", retry_after="60"),
    "/gone": an_answer(status="404 Not Found"),
    "/story": an_answer(PAGE),
}


def test_pages_of_a_site_that_never_answers_cost_three_deadlines_and_no_more() -> None:
    outcomes, told = visits(SITE, *["/slow"] * 8, timeout=timedelta(seconds=0.2))

    assert outcomes == [Unreachable] * 3 + [Resting] * 5
    assert told == ["/slow"] * 3


@pytest.mark.parametrize(
    ("paths", "outcomes"),
    [
        (("/busy", "/busy", "/story", "/busy"), [BadStatus, BadStatus, None, BadStatus]),
        (("/busy", "/busy", "/busy", "/story"), [BadStatus, BadStatus, BadStatus, Resting]),
        (("/later", "/story"), [BadStatus, Resting]),
        (("/gone",) * 4 + ("/story",), [BadStatus] * 4 + [None]),
    ],
)
def test_pages_of_a_site_rest_after_failures_in_a_row_or_at_once_when_told(
    paths: tuple[str, ...], outcomes: list[type[FetchError] | None]
) -> None:
    assert visits(SITE, *paths)[0] == outcomes


def test_pages_that_wait_for_their_turn_meanwhile_are_not_asked_for() -> None:
    async def work() -> list[str]:
        async with (
            serving(SITE) as server,
            a_fetcher(server, timeout=timedelta(seconds=0.2)) as fetcher,
        ):
            await asyncio.gather(
                *(fetcher.fetch(server.url("/slow"), obey_robots=True) for _ in range(8)),
                return_exceptions=True,
            )
            return asked(server)

    assert asyncio.run(work()) == ["/robots.txt", *["/slow"] * 3]


def test_feed_and_other_domains_are_asked_while_a_domains_pages_rest() -> None:
    async def work() -> list[str]:
        async with (
            serving(SITE) as server,
            a_fetcher(server, resolve=names(a="127.0.0.1", b="127.0.0.1")) as fetcher,
        ):
            here, there = (f"http://{name}.example:{server.port}" for name in "ab")
            with pytest.raises(BadStatus):
                await fetcher.fetch(f"{here}/later", obey_robots=True)
            with pytest.raises(Resting, match="429"):
                await fetcher.fetch(f"{here.replace('a.', 'www.a.')}/story", obey_robots=True)
            await fetcher.fetch(f"{there}/story", obey_robots=True)
            await fetcher.fetch(f"{here}/story")
            return asked(server)

    assert asyncio.run(work()).count("/story") == 2


def test_feed_that_fails_says_nothing_of_its_domains_pages() -> None:
    async def work() -> None:
        async with serving(SITE) as server, a_fetcher(server) as fetcher:
            for _ in range(4):
                with pytest.raises(BadStatus):
                    await fetcher.fetch(server.url("/later"))
            await fetcher.fetch(server.url("/story"), obey_robots=True)

    asyncio.run(work())


@pytest.mark.parametrize("paths", [("/no",) * 3, ("/later",), ("/busy",) * 3])
def test_pages_that_a_hostile_feed_makes_fail_rest_for_that_feed_alone(
    paths: tuple[str, ...],
) -> None:
    async def work() -> None:
        answers: dict[str, Answer] = {**SITE, "/no": an_answer(status="403 Forbidden")}
        async with (
            serving(answers) as server,
            a_fetcher(server, resolve=names(victim="127.0.0.1")) as fetcher,
        ):
            victim = f"http://victim.example:{server.port}"
            hostile = "http://hosted.example/hostile/feed"
            for path in paths:
                with pytest.raises(BadStatus):
                    await fetcher.fetch(victim + path, home=hostile, obey_robots=True)
            for home in (f"http://feeds.victim.example:{server.port}/f", f"{hostile}2"):
                await fetcher.fetch(f"{victim}/story", home=home, obey_robots=True)
            with pytest.raises(Resting):
                await fetcher.fetch(f"{victim}/story", home=hostile, obey_robots=True)

    asyncio.run(work())


def test_pages_that_fail_rest_for_all_feeds_of_their_site() -> None:
    async def work() -> None:
        async with (
            serving(SITE) as server,
            a_fetcher(server, resolve=names(a="127.0.0.1")) as fetcher,
        ):
            site = f"http://a.example:{server.port}"
            with pytest.raises(BadStatus):
                await fetcher.fetch(f"{site}/later", home=f"{site}/1", obey_robots=True)
            with pytest.raises(Resting, match="429"):
                await fetcher.fetch(f"{site}/story", home=f"{site}/2", obey_robots=True)

    asyncio.run(work())
