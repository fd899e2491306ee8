"""The daemon's tasks: each name once; the end waits for all, and nothing begins after it."""

import asyncio
from datetime import timedelta

from hrwatch.daemon.tasks import Tasks
from hrwatch.errors import ArchiveError


def test_drain_waits_for_what_runs_and_starts_nothing_more() -> None:
    done = []

    async def run() -> int:
        tasks = Tasks()

        async def late() -> None:
            done.append("late")

        async def first() -> None:
            await asyncio.sleep(0.01)
            tasks.start("late:", late())
            done.append("first")

        tasks.start("first:", first())
        left = await tasks.drain(timedelta(seconds=5))
        await asyncio.sleep(0.01)
        return left

    assert asyncio.run(run()) == 0
    assert done == ["first"]


def test_start_name_that_runs_is_not_started_again_and_trouble_is_kept_until_it_is_over() -> None:
    begun = []

    async def run() -> list[dict[str, str]]:
        tasks, seen = Tasks(), []

        async def work(error: Exception | None) -> None:
            begun.append(error)
            if error:
                raise error

        for error in (ArchiveError("the disk is full"), None):
            tasks.start("mail:", work(error))
            tasks.start("mail:", work(error))
            await asyncio.sleep(0.01)
            seen.append(dict(tasks.trouble))
        return seen

    assert asyncio.run(run()) == [{"mail": "the disk is full"}, {}]
    assert len(begun) == 2


def test_start_says_whether_the_work_began_so_that_its_turn_can_be_given_back() -> None:
    async def run() -> list[bool]:
        tasks, gate = Tasks(), asyncio.Event()

        async def work() -> None:
            await gate.wait()

        told = [tasks.start("poll:wire", work()), tasks.start("poll:wire", work())]
        gate.set()
        await tasks.drain(timedelta(seconds=5))
        return [*told, tasks.start("poll:agency", work())]

    assert asyncio.run(run()) == [True, False, False]
