"""The daemon over half an hour: many feeds, a reload every minute, a kill every five."""

import asyncio
import os
import random
import signal
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from loopback import Loopback
from newsdesk import Desk, a_reader, at_the_desk, told

FEEDS = 200
EVERY = 20  # seconds between two polls of a feed
RELOAD = 60
KILL = 300
# A poll may come late by this much: the daemon looks once a second, and is started anew meanwhile.
SLACK = 15


@dataclass
class Course:
    """What happened so far."""

    titles: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)  # KB of the main process, at each reload
    restarts: int = 0
    reloads: int = 0


@pytest.mark.drill
@pytest.mark.timeout(3 * 3600)
def test_run_half_an_hour_of_reloads_and_kills_misses_and_doubles_nothing(tmp_path: Path) -> None:
    minutes = int(os.environ.get("DRILL_MINUTES", "30"))

    async def test(desk: Desk) -> None:
        course = Course()
        for number in range(FEEDS):
            publish(desk, course, number)
        # One digest a day, due while the drill lasts.
        due = datetime.now(UTC) + timedelta(minutes=minutes / 2)
        daily = a_reader(name="daily", address="d@desk.example", send=f"daily {due:%H:%M}")
        await live(desk, course, daily, minutes * 60)

        print_figures(course, desk.server, minutes)
        mails = [(mail["To"], mail["Message-ID"], told(mail)) for mail in desk.mails()]
        at_once = {
            title: len(
                {one for to, one, text in mails if to.startswith("reader") and title in text}
            )
            for title in course.titles
        }
        assert at_once == dict.fromkeys(course.titles, 1)
        assert len([one for to, one, _ in mails if to.startswith("d@")]) == 1
        assert longest_gap(desk.server) <= EVERY + SLACK
        assert course.memory[-1] <= course.memory[0] * 1.3

    at_the_desk(tmp_path, test)


async def live(desk: Desk, course: Course, daily: dict[str, object], seconds: int) -> None:
    """Run the daemon for so long, publish a few stories a minute, reload and kill it now and then;
    at the end, let it tell what it has read."""
    chance = random.Random(20261122)  # noqa: S311 - a course of events, no secret
    loop = asyncio.get_running_loop()
    begun, next_reload, next_kill = loop.time(), RELOAD, KILL
    configure(desk, daily, 0)
    process = await desk.start("run")
    log = asyncio.create_task(process.communicate())
    while (elapsed := loop.time() - begun) < seconds:
        await asyncio.sleep(5)
        publish(desk, course, chance.randrange(FEEDS))
        if elapsed >= next_reload:
            next_reload += RELOAD
            course.reloads += 1
            course.memory.append(resident(process.pid))
            configure(desk, daily, course.reloads)
            process.send_signal(signal.SIGHUP)
        if elapsed >= next_kill:
            next_kill += KILL
            course.restarts += 1
            process.kill()
            await log
            process = await desk.start("run")
            log = asyncio.create_task(process.communicate())
    await asyncio.sleep(EVERY + SLACK)
    process.terminate()
    await log
    assert process.returncode == 0


def configure(desk: Desk, daily: dict[str, object], reloads: int) -> None:
    """Write the operator's file; every reload changes a feed's publisher and the number of workers,
    so that something is replaced."""
    desk.configure(
        fetch={
            "contact": "mailto:test@desk.example",
            "allow_addresses": [desk.server.exemption],
            "gap": "0s",
            "per_domain": 16,
            "every": f"{EVERY}s",
        },
        workers=1 + reloads % 2,
        feeds=[
            {
                "name": f"feed{number}",
                "url": desk.server.url(f"/feed{number}"),
                "publisher": f"Invented paper {number}, edition {reloads}",
            }
            for number in range(FEEDS)
        ],
        subscribers=[a_reader(), daily],
    )


def publish(desk: Desk, course: Course, number: int) -> None:
    """Add one invented story to a feed."""
    name = f"feed{number}"
    title = f"Arvenia invented story {len(course.titles):05} of {name}"
    course.titles.append(title)
    desk.feed(name, *(one for one in course.titles if one.endswith(f" {name}")))


def longest_gap(server: Loopback) -> float:
    """Return the longest time between two polls of one feed, in seconds."""
    polls = defaultdict(list)
    for request in server.requests:
        if request.target.count("/") == 1:
            polls[request.target].append(request.at)
    return max(later - earlier for times in polls.values() for earlier, later in pairwise(times))


def resident(process: int) -> int:
    """Return the resident memory of a process in KB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def print_figures(course: Course, server: Loopback, minutes: int) -> None:
    polls = sum(request.target.count("/") == 1 for request in server.requests)
    figures = (
        f"{minutes} minutes: {polls} polls, {len(course.titles)} stories, "
        f"{course.reloads} reloads, {course.restarts} kills, "
        f"longest gap {longest_gap(server):.1f} s, "
        f"memory {course.memory[0]} to {course.memory[-1]} KB"
    )
    print(f"\n{figures}")  # noqa: T201 - the figures of the drill
