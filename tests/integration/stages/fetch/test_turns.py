"""Turns and deadlines of real fetches."""

import asyncio
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from hrwatch.errors import BadStatus, Unreachable
from hrwatch.model.feeds import Response
from loopback import Answer, Request, a_fetcher, an_answer, connections, names, serving

FEED = b"<rss>an invented feed</rss>"
SLOW = 0.1


class Watched:
    """An answer that takes a while, and counts how many ask at once."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0
        self.started_at: list[float] = []

    async def __call__(self, _: Request, writer: asyncio.StreamWriter) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        self.started_at.append(time.monotonic())
        await asyncio.sleep(SLOW)
        self.now -= 1
        writer.write(an_answer(FEED))


def open_sockets() -> int:
    """How many sockets this process holds."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not show a process's open files")
    links = list(folder.iterdir())
    return sum(link.is_symlink() and str(link.readlink()).startswith("socket:") for link in links)


def fetch_at_once(hosts: list[str], **settings: object) -> Watched:
    async def work() -> Watched:
        watched = Watched()
        resolve = names(**dict.fromkeys("abcdefgh", "127.0.0.1"))
        async with (
            serving(watched) as server,
            a_fetcher(server, resolve=resolve, **settings) as fetcher,
        ):
            await asyncio.gather(
                *(fetcher.fetch(f"http://{host}.example:{server.port}/") for host in hosts)
            )
        return watched

    return asyncio.run(work())


def test_fetches_of_one_domain_and_its_subdomains_go_one_after_the_other() -> None:
    assert fetch_at_once(["a", "www.a", "news.a", "a"]).most == 1


def test_fetches_of_different_domains_go_together_up_to_the_concurrency() -> None:
    assert fetch_at_once(list("abcdef")).most == 6
    assert fetch_at_once(list("abcdef"), concurrency=2).most == 2


def test_fetches_of_one_domain_keep_the_gap() -> None:
    starts = fetch_at_once(["a"] * 3, gap=timedelta(seconds=0.2)).started_at
    for before, after in pairwise(starts):
        assert after - before >= SLOW + 0.2 - 0.02


def test_fetch_waiting_for_its_turn_does_not_use_up_the_deadline() -> None:
    watched = fetch_at_once(["a"] * 6, timeout=timedelta(seconds=0.3))
    assert len(watched.started_at) == 6  # the last waited for 0.5 s


def test_fetch_redirected_to_another_domain_waits_for_a_turn_there() -> None:
    async def work() -> tuple[int, Response]:
        watched = Watched()
        resolve = names(a="127.0.0.1", b="127.0.0.1")
        answers: dict[str, Answer] = {"/slow": watched}
        async with serving(answers) as server, a_fetcher(server, resolve=resolve) as fetcher:
            slow = f"http://b.example:{server.port}/slow"
            answers["/moved"] = an_answer(status="302 Found", location=slow)
            moved = f"http://a.example:{server.port}/moved"
            response, _ = await asyncio.gather(fetcher.fetch(moved), fetcher.fetch(slow))
            assert isinstance(response, Response)
            return watched.most, response

    most, response = asyncio.run(work())
    assert most == 1
    assert response.body == FEED


def test_fetches_that_redirect_to_each_others_domains_do_not_wait_for_ever() -> None:
    async def work() -> None:
        resolve = names(a="127.0.0.1", b="127.0.0.1")
        answers: dict[str, Answer] = {"/end": an_answer(FEED)}
        async with (
            serving(answers) as server,
            a_fetcher(server, resolve=resolve, concurrency=1) as fetcher,
        ):
            for here, there in ("ab", "ba"):
                answers[f"/{here}"] = an_answer(
                    status="302 Found", location=f"http://{there}.example:{server.port}/end"
                )
            await asyncio.gather(
                *(fetcher.fetch(f"http://{h}.example:{server.port}/{h}") for h in "abab")
            )

    asyncio.run(asyncio.wait_for(work(), 10))


def test_fetch_cancelled_at_any_moment_frees_its_turn_and_connection() -> None:
    async def work() -> None:
        watched = Watched()
        async with (
            serving({"/slow": watched, "/": an_answer(FEED)}) as server,
            a_fetcher(server, concurrency=1) as fetcher,
        ):
            await fetcher.fetch(server.url())
            before = open_sockets()
            for step in range(60):  # well before, within and after the exchange
                task = asyncio.create_task(fetcher.fetch(server.url("/slow")))
                await asyncio.sleep(step * 0.0005)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                assert task.cancelled()
                await asyncio.wait_for(fetcher.fetch(server.url()), 5)
            await asyncio.sleep(2 * SLOW)  # the server's side of the last ones
            assert open_sockets() <= before

    asyncio.run(work())


def test_fetches_that_meet_the_deadline_leave_no_connection_behind() -> None:
    async def never(_: Request, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def work() -> None:
        async with (
            serving({"/never": never, "/": an_answer(FEED)}) as server,
            a_fetcher(server, timeout=timedelta(seconds=0.05), per_domain=8) as fetcher,
        ):
            before = open_sockets()
            outcomes = await asyncio.gather(
                *(fetcher.fetch(server.url("/never")) for _ in range(24)), return_exceptions=True
            )
            assert all(isinstance(outcome, Unreachable) for outcome in outcomes)
            assert open_sockets() - before <= server.connections  # the server's side of each

    asyncio.run(work())


def test_fetches_that_end_in_a_status_leave_no_connection_behind() -> None:
    answers: dict[str, Answer] = {
        "/gone": an_answer(b"x" * 200_000, status="410 Gone"),
        "/moved": an_answer(b"x" * 200_000, status="302 Found", location="/gone"),
        "/short": an_answer(b"gone", status="410 Gone"),
    }

    async def work() -> None:
        async with serving(answers) as server, a_fetcher(server) as fetcher:
            for path in ("/gone", "/moved", "/short") * 5:
                with pytest.raises(BadStatus):
                    await fetcher.fetch(server.url(path))
            assert len(connections(fetcher)) <= 1

    asyncio.run(work())


def test_fetches_of_many_keep_no_more_connections_than_the_concurrency() -> None:
    async def work() -> int:
        hosts = [f"h{number}" for number in range(40)]
        resolve = names(**dict.fromkeys(hosts, "127.0.0.1"))
        async with (
            serving(an_answer(FEED)) as server,
            a_fetcher(server, resolve=resolve, concurrency=4) as fetcher,
        ):
            await asyncio.gather(
                *(fetcher.fetch(f"http://{host}.example:{server.port}/") for host in hosts)
            )
            return len(connections(fetcher))

    assert asyncio.run(work()) <= 4
