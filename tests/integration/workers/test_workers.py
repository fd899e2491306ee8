"""Worker processes: what is done in them comes back, and what goes wrong in them stays there."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import hostile_hops
from hrwatch.errors import HopError, NoWorker, ParseError
from hrwatch.model.settings import HopLimits
from hrwatch.workers import Workers
from hrwatch.workers.pool import HOPS_PER_WORKER
from workplace import LIMITS, alive, gone, use

TESTS = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _hostile_hops_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


@pytest.mark.parametrize("count", [0, 1])
def test_run_hop_in_registry_gives_its_result(count: int) -> None:
    async def work(workers: Workers) -> str:
        return await workers.run(hostile_hops.echo, "Міністерство 🕊 \ud800")

    assert use(work, count=count) == "Міністерство 🕊 \ud800"


@pytest.mark.parametrize("count", [0, 1])
def test_run_hop_that_refuses_its_input_raises_its_own_error(count: int) -> None:
    async def work(workers: Workers) -> None:
        with pytest.raises(ParseError, match="no feed"):
            await workers.run(hostile_hops.refuse, "no feed")

    use(work, count=count)


@pytest.mark.parametrize("count", [0, 1])
def test_run_hop_with_a_bug_raises_hop_error_that_says_where(count: int) -> None:
    async def work(workers: Workers) -> None:
        with pytest.raises(HopError, match=r"ZeroDivisionError: by a page \(at \S+ stumble"):
            await workers.run(hostile_hops.stumble, "by a page")

    use(work, count=count)


def test_run_refusal_leaves_the_worker_at_work_and_a_bug_replaces_it() -> None:
    async def work(workers: Workers) -> list[int]:
        seen = [await workers.run(hostile_hops.process_id, "")]
        with pytest.raises(ParseError):
            await workers.run(hostile_hops.refuse, "")
        seen.append(await workers.run(hostile_hops.process_id, ""))
        with pytest.raises(HopError):
            await workers.run(hostile_hops.stumble, "")
        seen.append(await workers.run(hostile_hops.process_id, ""))
        return seen

    first, second, third = use(work)
    assert first == second
    assert third != first


@pytest.mark.parametrize(
    ("hop", "task", "told"),
    [
        (hostile_hops.burn, 60.0, r"^took more than 2 s of processor time and was ended$"),
        (hostile_hops.hoard, 2_000_000_000, r"^ran out of memory$"),
        (hostile_hops.leave, 3, r"^ended its worker with exit status 3$"),
        (hostile_hops.crash, signal.SIGSEGV, r"^ended its worker by SIGSEGV$"),
        (hostile_hops.crash, signal.SIGABRT, r"^ended its worker by SIGABRT$"),
        (hostile_hops.foreign, "", r"cannot be handed over"),
        (hostile_hops.another_type, "", r"not asked for"),
    ],
    ids=["processor", "memory", "exit", "fault", "abort", "foreign", "another type"],
)
def test_run_hop_that_breaks_its_worker_raises_hop_error_and_the_next_one_works(
    hop: Callable[[Any], Any], task: Any, told: str
) -> None:
    async def work(workers: Workers) -> str:
        with pytest.raises(HopError, match=told):
            await workers.run(hop, task)
        return await workers.run(hostile_hops.echo, "next")

    assert use(work) == "next"


def test_run_hop_that_waits_for_ever_is_ended_by_the_clock() -> None:
    async def work(workers: Workers) -> str:
        with pytest.raises(HopError, match=r"^took more than 1\.5 s and was ended$"):
            await workers.run(hostile_hops.wait, 60.0)
        return await workers.run(hostile_hops.echo, "next")

    assert use(work, limits=HopLimits(wall=timedelta(seconds=1.5))) == "next"


def test_run_broken_hop_beside_good_ones_touches_none_of_them() -> None:
    async def work(workers: Workers) -> list[Any]:
        return await asyncio.gather(
            workers.run(hostile_hops.leave, 1),
            *(workers.run(hostile_hops.echo, str(number)) for number in range(20)),
            workers.run(hostile_hops.crash, signal.SIGKILL),
            return_exceptions=True,
        )

    first, *good, last = use(work, count=2)
    assert good == [str(number) for number in range(20)]
    assert isinstance(first, HopError)
    assert isinstance(last, HopError)


def test_run_many_hops_in_one_worker_counts_processor_time_for_each_alone() -> None:
    async def work(workers: Workers) -> set[int]:
        for _ in range(4):
            await workers.run(hostile_hops.burn, 0.8)
        return {await workers.run(hostile_hops.process_id, "")}

    assert len(use(work)) == 1


@pytest.mark.parametrize(
    "forged",
    ["garbage", "pickle", "a list", "nesting", "a number", "an error", "an odd error", "too much",
     "half of it", "no worker", "a disguise"],
)  # fmt: skip
def test_run_worker_that_was_taken_over_can_hand_back_declared_values_only(forged: str) -> None:
    async def work(workers: Workers) -> str:
        with pytest.raises(HopError) as caught:
            await workers.run(hostile_hops.forge, forged)
        assert not isinstance(caught.value, NoWorker)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) <= 500
        return await workers.run(hostile_hops.echo, "next")

    assert use(work) == "next"


@pytest.mark.parametrize(
    ("forged", "told"),
    [("an error in disguise", r"^\[2Jno feed$"), ("an endless error", "^no no no .{480,490}…$")],
    ids=["controls", "length"],
)
def test_run_error_that_a_worker_tells_is_one_clean_line(forged: str, told: str) -> None:
    async def work(workers: Workers) -> None:
        with pytest.raises(ParseError, match=told):
            await workers.run(hostile_hops.forge, forged)

    use(work)


def test_run_hop_that_prints_keeps_the_frames_whole() -> None:
    async def work(workers: Workers) -> list[str]:
        return [
            await workers.run(hostile_hops.chatter, "noise"),
            await workers.run(hostile_hops.echo, "next"),
        ]

    assert use(work) == ["", "next"]


def test_worker_environment_holds_no_secret_of_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HRWATCH_SMTP_PASSWORD", "not-for-workers")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/not-for-workers")

    async def work(workers: Workers) -> tuple[str, ...]:
        return await workers.run(hostile_hops.environment, "")

    told = use(work)
    assert any(one.startswith("LANG=") for one in told)
    assert not [one for one in told if "not-for-workers" in one]


def test_worker_limits_are_set_before_the_first_hop() -> None:
    async def work(workers: Workers) -> tuple[int, ...]:
        return await workers.run(hostile_hops.limits, "")

    core, file, memory = use(work)
    assert (core, memory) == (0, LIMITS.memory_bytes)
    assert file == 100_000_000


def test_workers_without_work_end_and_start_again_when_there_is_some() -> None:
    async def work(workers: Workers) -> tuple[int, bool, int]:
        first = await workers.run(hostile_hops.process_id, "")
        ended = await gone(first)
        return first, ended, await workers.run(hostile_hops.process_id, "")

    first, ended, second = use(work, idle=timedelta(seconds=0.2))
    assert ended
    assert second != first


def test_workers_are_not_started_before_there_is_work() -> None:
    def children() -> list[str]:
        return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()

    async def work(workers: Workers) -> list[str]:
        await asyncio.sleep(0.1)
        return children()

    before = children()
    assert use(work, count=2) == before


def test_worker_after_its_share_of_hops_is_replaced() -> None:
    async def work(workers: Workers) -> list[int]:
        return [await workers.run(hostile_hops.process_id, "") for _ in range(HOPS_PER_WORKER + 2)]

    *share, first_of_next, second_of_next = use(work)
    assert len(set(share)) == 1
    assert first_of_next == second_of_next != share[0]


def test_run_more_hops_than_workers_serves_first_come_first() -> None:
    async def work(workers: Workers) -> list[str]:
        done: list[str] = []

        async def one(name: str) -> None:
            done.append(await workers.run(hostile_hops.echo, name))

        await asyncio.gather(*(one(str(number)) for number in range(12)))
        return done

    assert use(work) == [str(number) for number in range(12)]


def test_run_cancelled_ends_its_worker_and_frees_its_place() -> None:
    async def work(workers: Workers) -> tuple[bool, str]:
        process = await workers.run(hostile_hops.process_id, "")
        running = asyncio.create_task(workers.run(hostile_hops.wait, 60.0))
        await asyncio.sleep(0.2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return await gone(process), await workers.run(hostile_hops.echo, "next")

    assert use(work) == (True, "next")


def test_close_with_hops_at_work_ends_everything() -> None:
    async def work(workers: Workers) -> tuple[int, BaseException]:
        process = await workers.run(hostile_hops.process_id, "")
        running = asyncio.create_task(workers.run(hostile_hops.wait, 60.0))
        await asyncio.sleep(0.2)
        await workers.close()
        (error,) = await asyncio.gather(running, return_exceptions=True)
        return process, error

    process, error = use(work)
    assert isinstance(error, NoWorker)  # the input did nothing
    assert not alive(process)


@pytest.mark.parametrize("count", [0, 1])
def test_run_after_close_raises_hop_error(count: int) -> None:
    async def work(workers: Workers) -> None:
        await workers.close()
        with pytest.raises(NoWorker, match="closed"):
            await workers.run(hostile_hops.echo, "late")

    use(work, count=count)


def test_worker_that_cannot_start_is_told_as_hop_error() -> None:
    async def work(workers: Workers) -> None:
        with pytest.raises(NoWorker, match="could start: ModuleNotFoundError"):
            await workers.run(hostile_hops.echo, "")

    nowhere = ModuleType("nowhere_to_be_found")
    use(work, registry=nowhere)


def test_worker_where_the_machine_has_no_room_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    async def work(workers: Workers) -> None:
        with pytest.raises(NoWorker, match="no worker could be started"):
            await workers.run(hostile_hops.echo, "")

    use(work)


def test_worker_ignores_the_interrupt_that_its_parent_handles() -> None:
    async def work(workers: Workers) -> tuple[int, int]:
        process = await workers.run(hostile_hops.process_id, "")
        os.kill(process, signal.SIGINT)
        await asyncio.sleep(0.1)
        return process, await workers.run(hostile_hops.process_id, "")

    before, after = use(work)
    assert before == after


@pytest.mark.parametrize("busy", [True, False])
def test_workers_of_a_killed_parent_end_by_themselves(busy: bool, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio, hostile_hops\n"
        "from hrwatch.model.settings import HopLimits\n"
        "from hrwatch.model.tags import Rules\n"
        "from hrwatch.workers import Workers\n"
        "async def main():\n"
        "    workers = Workers(1, Rules(), HopLimits(), registry=hostile_hops)\n"
        "    print(await workers.run(hostile_hops.process_id, ''), flush=True)\n"
        f"    await {'workers.run(hostile_hops.wait, 60.0)' if busy else 'asyncio.sleep(60)'}\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert alive(worker)
        parent.kill()
        parent.wait()
        assert asyncio.run(gone(worker))
