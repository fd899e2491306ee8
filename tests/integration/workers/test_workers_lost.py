"""Workers on a machine that kills them or has no room: no input is blamed for it."""

import asyncio
import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import hostile_hops
from hrwatch.errors import HopError, NoWorker
from hrwatch.workers import Workers
from hrwatch.workers import process as one_worker
from workplace import gone, use

TESTS = Path(__file__).parents[2]
PR_CAPBSET_DROP, CAP_SYS_RESOURCE = 24, 24  # linux/prctl.h, linux/capability.h


@pytest.fixture(autouse=True)
def _hostile_hops_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed", "not yet noticed"])
def test_run_after_idle_workers_were_killed_from_outside_blames_no_input(noticed: bool) -> None:
    async def work(workers: Workers) -> list[str]:
        hops = (workers.run(hostile_hops.wait, 0.3) for _ in range(2))
        for process in await asyncio.gather(*hops):
            os.kill(process, signal.SIGKILL)
            assert not noticed or await gone(process)
        echoes = (workers.run(hostile_hops.echo, str(number)) for number in range(4))
        return await asyncio.gather(*echoes)

    assert use(work, count=2) == ["0", "1", "2", "3"]


def test_run_hop_whose_worker_is_killed_from_outside_is_done_in_another(tmp_path: Path) -> None:
    async def work(workers: Workers) -> str:
        return await workers.run(hostile_hops.fall, str(tmp_path / "begun"))

    assert use(work) == str(tmp_path / "begun")


@pytest.mark.parametrize(
    ("hop", "times", "told"),
    [(hostile_hops.fall_always, 2, "SIGKILL"), (hostile_hops.break_always, 1, "SIGSEGV")],
)
def test_run_hop_that_ends_every_worker_is_repeated_at_most_once(
    hop: Callable[[str], str], times: int, told: str, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"

    async def work(workers: Workers) -> str:
        await workers.run(hostile_hops.echo, "warm")
        with pytest.raises(HopError, match=rf"^ended its worker by {told}$") as caught:
            await workers.run(hop, str(begun))
        assert not isinstance(caught.value, NoWorker)
        return await workers.run(hostile_hops.echo, "next")

    assert use(work) == "next"
    assert len(begun.read_bytes()) == times


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ("raise", r"could start: OSError: no room for a model \(at \S+ _make_ready"),
        ("leave", r"could start: it ended with exit status 3$"),
        ("fall", r"could start: it ended by SIGKILL$"),
    ],
)
def test_run_hop_that_no_worker_can_be_made_ready_for_blames_the_machine(
    trouble: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", f"/nowhere/{trouble}")

    async def work(workers: Workers) -> None:
        with pytest.raises(NoWorker, match=told):
            await workers.run(hostile_hops.echo, "x" * 1_000_000)

    use(work)


def test_run_hop_that_cannot_be_made_ready_inline_blames_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TMPDIR", "/nowhere/raise")

    async def work(workers: Workers) -> None:
        with pytest.raises(NoWorker, match="no room"):
            await workers.run(hostile_hops.echo, "")

    use(work, count=0)


def test_run_hop_whose_worker_is_not_ready_in_time_blames_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(one_worker, "READY_SECONDS", 0.001)

    async def work(workers: Workers) -> None:
        with pytest.raises(NoWorker, match=r"could start within 0\.001 s$"):
            await workers.run(hostile_hops.echo, "")

    use(work)


def run_under(
    kind: int, limit: int, folder: Path, registry: str, *lines: str
) -> subprocess.CompletedProcess[str]:
    """Run these lines, with workers at hand, in a process that was born with a limit."""
    script = folder / "parent.py"
    script.write_text(
        f"import asyncio, {registry} as registry\n"
        "from datetime import UTC, datetime\n"
        "from hrwatch.model.feeds import Entry\n"
        "from hrwatch.model.settings import HopLimits\n"
        "from hrwatch.model.tags import Rules\n"
        "from hrwatch.workers import Workers\n"
        "async def main():\n"
        "    limits = HopLimits(cpu_seconds=2, memory_bytes=600_000_000)\n"
        "    workers = Workers(1, Rules(), limits, registry=registry)\n"
        + "".join(f"    {line}\n" for line in lines)
        + "    await workers.close()\n"
        "asyncio.run(main())\n"
    )

    def narrow() -> None:
        resource.setrlimit(kind, (limit, limit))
        # Root may widen limits; without this capability it may not, as anybody else.
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE, 0, 0, 0)

    return subprocess.run(
        [sys.executable, script], preexec_fn=narrow, capture_output=True, text=True, check=False
    )


def test_worker_that_cannot_load_its_libraries_under_a_limit_blames_no_article(
    tmp_path: Path,
) -> None:
    ended = run_under(
        resource.RLIMIT_FSIZE,
        51_200_000,  # the language model is larger
        tmp_path,
        "hrwatch.hops",
        "now = datetime(2026, 1, 1, tzinfo=UTC)",
        "body = b'<rss version=\"2.0\"><channel><item><title>a</title></item></channel></rss>'",
        "feed = await workers.run(registry.read_feed, registry.FeedTask(body, '', '', now))",
        "task = registry.ArticleTask(Entry('', '', 'Short'), None, None, 'en', now)",
        "print(feed.feed.entries[0].title)",
        "try: await workers.run(registry.read_article, task)",
        "except Exception as error: print(type(error).__name__, error)",
    )
    assert ended.stdout.startswith("a\nNoWorker no worker could start: OSError: "), ended
    assert "too large" in ended.stdout


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (resource.RLIMIT_CPU, 3_600),
        (resource.RLIMIT_CPU, 3),
        (resource.RLIMIT_AS, 400_000_000),
        (resource.RLIMIT_FSIZE, 51_200_000),
        (resource.RLIMIT_CORE, 0),
    ],
    ids=["ulimit -t 3600", "ulimit -t 3", "ulimit -v", "ulimit -f", "ulimit -c"],
)
def test_workers_under_limits_of_their_parent_work_within_them(
    kind: int, limit: int, tmp_path: Path
) -> None:
    ended = run_under(
        kind,
        limit,
        tmp_path,
        "hostile_hops",
        f"for _ in range({3 if limit == 3 else 1}):",  # more than one worker is given
        "    await workers.run(registry.burn, 0.7)",
        "print(*await workers.run(registry.limits, ''), flush=True)",
    )
    assert ended.returncode == 0, ended.stderr
    core, file, memory = map(int, ended.stdout.split())
    wanted = {
        resource.RLIMIT_CORE: (core, 0),
        resource.RLIMIT_FSIZE: (file, 100_000_000),
        resource.RLIMIT_AS: (memory, 600_000_000),
    }
    assert all(
        held == min(most, limit if one is kind else most) for one, (held, most) in wanted.items()
    )
