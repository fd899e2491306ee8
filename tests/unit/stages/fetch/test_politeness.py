"""Turns, in virtual time: the loop's clock jumps to whatever is waited for next."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import timedelta
from itertools import pairwise
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from hrwatch.stages.fetch.politeness import Politeness

T = TypeVar("T")


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop that never sleeps, and says so when it would do so for ever."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.now


class _Selector(selectors.SelectSelector):
    def __init__(self, loop: VirtualTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise AssertionError("everything waits, and nothing will ever happen")
        self._loop.now += max(timeout, 0)
        return super().select(0)


def run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        return runner.run(work)


def politeness(*, concurrency: int = 16, per_domain: int = 1, gap: float = 0) -> Politeness:
    return Politeness(concurrency=concurrency, per_domain=per_domain, gap=timedelta(seconds=gap))


class Visits:
    """Takes turns and writes down when each began and ended."""

    def __init__(self, turns: Politeness) -> None:
        self.turns = turns
        self.log: list[tuple[str, float, float]] = []  # domain, started, ended

    async def visit(self, domain: str, seconds: float = 1.0) -> None:
        loop = asyncio.get_running_loop()
        async with self.turns.turn(domain):
            started = loop.time()
            try:
                await asyncio.sleep(seconds)
            finally:
                self.log.append((domain, started, loop.time()))

    async def all(self, *visits: tuple[str, float]) -> list[tuple[str, float, float]]:
        await asyncio.gather(*(self.visit(*visit) for visit in visits))
        return self.log


def test_turns_to_one_domain_are_taken_one_after_the_other_with_the_gap_between() -> None:
    log = run(Visits(politeness(gap=2)).all(("a", 1), ("a", 1), ("a", 1)))
    assert log == [("a", 0, 1), ("a", 3, 4), ("a", 6, 7)]


def test_turns_to_different_domains_run_at_the_same_time() -> None:
    log = run(Visits(politeness(gap=2)).all(("a", 1), ("b", 1), ("c", 1)))
    assert {started for _, started, _ in log} == {0}


def test_turns_two_at_once_to_one_domain_start_the_gap_apart() -> None:
    log = run(Visits(politeness(per_domain=2, gap=1)).all(("a", 5), ("a", 5), ("a", 5)))
    assert [started for _, started, _ in log] == [0, 1, 6]


def test_turns_never_exceed_the_concurrency() -> None:
    log = run(Visits(politeness(concurrency=2)).all(*((name, 1) for name in "abcdef")))
    assert [started for _, started, _ in log] == [0, 0, 1, 1, 2, 2]


def test_turns_of_a_domain_with_many_waiting_do_not_starve_the_others() -> None:
    log = run(Visits(politeness(concurrency=1)).all(*[("big", 1)] * 10, ("small", 1), ("tiny", 1)))
    assert sorted(domain for domain, _, _ in log[:4]) == ["big", "big", "small", "tiny"]


def test_turns_of_a_domain_in_its_gap_do_not_hold_up_the_others() -> None:
    log = run(Visits(politeness(concurrency=1, gap=100)).all(("a", 1), ("a", 1), ("b", 1)))
    assert [(domain, started) for domain, started, _ in log] == [("a", 0), ("b", 1), ("a", 101)]


def test_turn_of_a_cancelled_visit_is_given_to_the_next() -> None:
    async def work() -> float:
        visits = Visits(politeness())
        first = asyncio.create_task(visits.visit("a", 100))
        second = asyncio.create_task(visits.visit("a", 1))
        await asyncio.sleep(3)
        first.cancel()
        await second
        return visits.log[-1][1]

    assert run(work()) == 3


def test_turn_cancelled_while_waiting_is_passed_over() -> None:
    async def work() -> list[tuple[str, float, float]]:
        visits = Visits(politeness())
        tasks = [asyncio.create_task(visits.visit("a", 2)) for _ in range(3)]
        await asyncio.sleep(1)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return visits.log

    assert run(work()) == [("a", 0, 2), ("a", 2, 4)]


def test_turn_cancelled_in_the_moment_it_is_granted_is_not_lost() -> None:
    async def work() -> list[tuple[str, float, float]]:
        visits = Visits(politeness())
        async with visits.turns.turn("a"):
            second = asyncio.create_task(visits.visit("a"))
            third = asyncio.create_task(visits.visit("a"))
            await asyncio.sleep(1)
        second.cancel()  # it has its turn by now, and has not woken up yet
        await asyncio.gather(second, third, return_exceptions=True)
        assert second.cancelled()
        return visits.log

    assert run(work()) == [("a", 1, 2)]


def test_turns_once_over_leave_no_domain_behind() -> None:
    async def work() -> int:
        turns = politeness(gap=1)
        visits = Visits(turns)
        await visits.all(*((f"d{number}", 1) for number in range(500)))
        await asyncio.sleep(2)
        await visits.visit("last")
        return len(turns._domains)

    assert run(work()) == 1


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.integers(0, 5),  # arrives
            st.integers(0, 3),  # takes
            st.none() | st.integers(0, 8),  # is cancelled after
        ),
        max_size=12,
    ),
    st.integers(1, 4),
    st.integers(1, 2),
    st.integers(0, 3),
)
def test_turns_of_any_visits_keep_every_bound(
    plan: list[tuple[str, int, int, int | None]], concurrency: int, per_domain: int, gap: int
) -> None:
    async def visitor(visits: Visits, domain: str, arrives: int, takes: int) -> None:
        await asyncio.sleep(arrives)
        await visits.visit(domain, takes)

    async def work() -> list[tuple[str, float, float]]:
        visits = Visits(politeness(concurrency=concurrency, per_domain=per_domain, gap=gap))
        loop = asyncio.get_running_loop()
        tasks = []
        for domain, arrives, takes, cancelled_after in plan:
            tasks.append(asyncio.create_task(visitor(visits, domain, arrives, takes)))
            if cancelled_after is not None:
                loop.call_later(cancelled_after, tasks[-1].cancel)
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for (_, _, _, cancelled_after), outcome in zip(plan, outcomes, strict=True):
            assert outcome is None or cancelled_after is not None
        assert visits.turns._running == 0
        return visits.log

    log = run(work())
    for _, started, _ in log:
        running = [v for v in log if v[1] <= started < v[2]]
        assert len(running) <= concurrency
    for domain in "abc":
        visits = sorted((v for v in log if v[0] == domain), key=lambda v: v[1])
        for before, after in pairwise(visits):
            assert after[1] >= before[1] + gap
        for visit in visits:
            assert sum(v[1] <= visit[1] < v[2] for v in visits) <= per_domain
            assert all(visit[1] >= v[2] + gap for v in visits if v[2] < visit[1])
