"""Thousands of feeds of the shared newsroom: what a pass costs, and what it asks of the servers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

SCRIPT = Path("newsroom/newsroom.py")
HOSTS = 200
PORT = 8080
# What is asked of the poller beside its floor, a bare loop of the HTTP library.
MOST_TIMES_THE_LOOP = 2.5
MOST_GROWTH = 1.3
PASSES = 3

# The floor: the same requests by the library alone, as many at once, each answer read to its end.
BARE_LOOP = """
import asyncio, json, sys
import httpx

async def main():
    asked = json.load(sys.stdin)
    slots = asyncio.Semaphore(16)
    told = {}
    limits = httpx.Limits(max_connections=16, max_keepalive_connections=16)
    async with httpx.AsyncClient(trust_env=False, limits=limits) as client:
        async def one(url, etag, last_modified):
            headers = {"If-None-Match": etag, "If-Modified-Since": last_modified} if etag else {}
            async with slots:
                answer = await client.get(url, headers=headers)
            told[url] = (answer.headers.get("etag"), answer.headers.get("last-modified"))
        await asyncio.gather(*(one(*each) for each in asked))
    print(json.dumps(told))

asyncio.run(main())
"""


@dataclass(frozen=True)
class Pass:
    """What one process cost."""

    cpu: float  # seconds, with its workers
    seconds: float
    peak: int  # KB of the main process
    workers: int  # processes that it started
    out: str

    @property
    def new(self) -> int:
        reports = (json.loads(line) for line in self.out.splitlines())
        return sum(int(report.get("new", 0)) for report in reports)


@dataclass(frozen=True)
class Newsroom:
    """The generator's world in a folder, and the state of a desk that polls it."""

    script: Path
    folder: Path

    def call(self, verb: str, *words: str) -> str:
        command = [sys.executable, str(self.script), verb, "world", *words]
        return subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, text=True, timeout=1800
        ).stdout

    def configure(self, feeds: int, full_text: bool) -> None:
        sections = {
            "workers": 2,
            "fetch": {
                "contact": "mailto:test@desk.example",
                "allow_addresses": ["127.0.1.0/24"],
                "gap": "0s",
                "per_domain": 16,
                "full_text": full_text,
            },
            "feeds": [{"name": f"feed{n}", "url": address(n)} for n in range(feeds)],
        }
        (self.folder / "feeds.yaml").write_text(yaml.safe_dump(sections))

    def poll(self) -> Pass:
        """Poll every feed once."""
        words = [
            "--config",
            "feeds.yaml",
            "--state-dir",
            "state",
            "once",
            "--all",
            "--digests",
            "none",
            "--json",
        ]
        return measured([sys.executable, "-m", "hrwatch", *words], self.folder, "")

    def requests(self) -> dict[str, int]:
        """Return how often the servers were asked since this was asked last, by kind and status."""
        told = json.loads(self.call("tally", "--reset"))
        return {kind: counts["requests"] for kind, counts in told.items()}


def address(feed: int) -> str:
    """Return the address of a feed as the generator lays them out."""
    return f"http://127.0.1.{feed % HOSTS + 1}:{PORT}/f/{feed:05}.xml"


@contextmanager
def newsroom(folder: Path, *words: str) -> Iterator[Newsroom]:
    """Give a newsroom that is served."""
    shared = os.environ.get("HRWATCH_SHARED") or Path(__file__).parents[3] / "shared"
    script = Path(shared) / SCRIPT
    if not script.exists():
        pytest.skip(f"the newsroom's generator is not at {script}")
    world = Newsroom(script, folder)
    world.call("generate", *words)
    world.call("serve")
    try:
        yield world
    finally:
        world.call("stop")


def measured(command: list[str], folder: Path, given: str) -> Pass:
    """Run a command to its end and return what it cost."""
    with (folder / "out").open("w+") as out, (folder / "given").open("w+") as asked:
        asked.write(given)
        asked.seek(0)
        begun = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdin=asked, stdout=out)
        peak, children = 0, set[str]()
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            told = Path(f"/proc/{process.pid}")
            lines = (told / "status").read_text().splitlines()
            peak = max([peak, *(int(one.split()[1]) for one in lines if one.startswith("VmHWM"))])
            children.update((told / "task" / told.name / "children").read_text().split())
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        out.seek(0)
        cpu = usage.ru_utime + usage.ru_stime
        return Pass(cpu, time.monotonic() - begun, peak, len(children), out.read())


def bare_loop(
    folder: Path, feeds: int, validators: dict[str, list[str | None]]
) -> tuple[Pass, dict[str, list[str | None]]]:
    """Ask for so many feeds with the library alone; return the cost, and the validators told."""
    asked = [[address(n), *validators.get(address(n), (None, None))] for n in range(feeds)]
    loop = measured([sys.executable, "-c", BARE_LOOP], folder, json.dumps(asked))
    return loop, json.loads(loop.out)


def say(what: str, cost: Pass, requests: dict[str, int] | None = None) -> None:
    """Print a line of the drill's figures."""
    told = (
        f"{what}: {cost.cpu:.1f} s CPU, {cost.seconds:.0f} s, main process {cost.peak // 1000} MB, "
        f"{cost.workers} workers started {requests or ''}"
    )
    print(told)  # noqa: T201 - the figures of the drill


def marginal_cost(world: Newsroom) -> float:
    """Return how many times the bare loop's cost one more feed costs us where nothing changed:
    1 000 feeds less 500, summed over some passes, since one pass differs by a tenth from the next.
    """
    _, validators = bare_loop(world.folder, 1000, {})
    ours = floor = 0.0
    for _ in range(PASSES):
        world.configure(1000, full_text=True)
        whole = world.poll()
        world.configure(500, full_text=True)
        half = world.poll()
        ours += whole.cpu - half.cpu
        whole_floor, _ = bare_loop(world.folder, 1000, validators)
        half_floor, _ = bare_loop(world.folder, 500, validators)
        floor += whole_floor.cpu - half_floor.cpu
        say("warm, 1 000 feeds", whole)
        say("warm, 500 feeds", half, world.requests())
        say("bare loop, 1 000 feeds", whole_floor)
        say("bare loop, 500 feeds", half_floor)
    return ours / floor


@pytest.mark.drill
@pytest.mark.timeout(3 * 3600)
def test_pass_over_a_thousand_feeds_costs_little_where_nothing_changed(tmp_path: Path) -> None:
    with newsroom(tmp_path, "--feeds", "1000") as world:
        world.configure(1000, full_text=True)
        cold = world.poll()
        say("cold", cold, asked := world.requests())
        assert cold.new == 20_000
        assert asked["feed 200"] == 1000

        warm = world.poll()
        say("warm, 1 000 feeds", warm, asked := world.requests())
        assert warm.new == 0
        assert warm.workers == 0
        assert asked == {"feed 304": 1000}

        ratio = marginal_cost(world)
        print(f"marginal CPU a feed: {ratio:.2f} times the bare loop's")  # noqa: T201 - a figure
        assert ratio <= MOST_TIMES_THE_LOOP

        world.configure(1000, full_text=True)
        world.call("mutate", "--percent", "5")
        fresh = world.poll()
        say("5 % with a new entry", fresh, asked := world.requests())
        assert fresh.new == 50
        assert asked["feed 200"] == 50

        world.call("mutate", "--percent", "5", "--touch")
        touched = world.poll()
        say("5 % touched, the same bytes", touched, world.requests())
        assert touched.new == 0
        assert touched.workers == 0


@pytest.mark.drill
@pytest.mark.timeout(3 * 3600)
def test_five_thousand_feeds_need_little_more_memory_than_one_thousand(tmp_path: Path) -> None:
    with newsroom(tmp_path, "--feeds", "5000", "--entries", "3", "--no-articles") as world:
        world.configure(1000, full_text=False)
        thousand = world.poll()
        say("cold, 1 000 feeds", thousand, world.requests())

        world.configure(5000, full_text=False)
        five_thousand = world.poll()
        say("cold, 4 000 more", five_thousand, world.requests())
        again = world.poll()
        say("warm, 5 000 feeds", again, world.requests())
        assert again.new == 0
        assert max(five_thousand.peak, again.peak) <= thousand.peak * MOST_GROWTH
