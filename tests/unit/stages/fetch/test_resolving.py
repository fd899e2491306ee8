"""Names looked up in threads that hold up nobody: neither other names nor the end."""

import asyncio
import socket
import subprocess
import sys
import threading
import time

import pytest

from hrwatch.stages.fetch import resolving
from hrwatch.stages.fetch.resolving import Resolver

MANY = 20

ENDS = """
import asyncio, time
from hrwatch.stages.fetch import resolving

resolving.lookup = lambda host, port: time.sleep(30)

async def work():
    resolver = resolving.Resolver(2)
    try:
        async with asyncio.timeout(0.2):
            await resolver("hung.example", 80)
    except TimeoutError:
        print("given up")
    resolver.close()

asyncio.run(work())
"""


class NameServer:
    """One that hangs for some names until it is let go; counts whom it was asked for."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.asked: list[str] = []

    def lookup(self, host: str, port: int) -> tuple[str, ...]:
        """Stand in for the system's resolver."""
        self.asked.append(host)
        if host.startswith("hung"):
            self.let_go.wait(20)
        if host.startswith("unknown"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return (f"{host}:{port}",)


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> NameServer:
    server = NameServer()
    monkeypatch.setattr(resolving, "lookup", server.lookup)
    return server


async def given_up(resolver: Resolver, *hosts: str) -> None:
    async def ask(host: str) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await resolver(host, 80)

    await asyncio.gather(*map(ask, hosts))


def test_process_ends_while_a_name_server_hangs() -> None:
    started_at = time.monotonic()

    ended = subprocess.run(
        [sys.executable, "-c", ENDS], capture_output=True, text=True, timeout=20, check=True
    )

    assert ended.stdout == "given up\n"
    assert ended.stderr == ""
    assert time.monotonic() - started_at < 15


def test_names_are_answered_while_others_hang(name_server: NameServer) -> None:
    async def work() -> None:
        resolver = Resolver(4)
        await given_up(resolver, "hung1", "hung2", "hung3")
        for number in range(MANY):
            assert await resolver(f"name{number}", 80) == (f"name{number}:80",)
        assert resolver._begun == 4
        name_server.let_go.set()
        resolver.close()

    asyncio.run(work())


def test_name_whose_deadline_came_before_its_turn_is_not_looked_up(
    name_server: NameServer,
) -> None:
    async def work() -> None:
        resolver = Resolver(1)
        await given_up(resolver, "hung", "late1", "late2")
        name_server.let_go.set()
        assert await resolver("name", 80) == ("name:80",)
        resolver.close()

    asyncio.run(work())
    assert name_server.asked == ["hung", "name"]


def test_names_in_turn_share_a_thread_and_errors_come_back(name_server: NameServer) -> None:
    async def work() -> None:
        resolver = Resolver(8)
        for number in range(MANY):
            await resolver(f"name{number}", 80)
            with pytest.raises(socket.gaierror):
                await resolver("unknown", 80)
        assert resolver._begun == 1
        assert await resolver("192.0.2.1", 80) == ("192.0.2.1",)
        resolver.close()

    asyncio.run(work())
    assert "192.0.2.1" not in name_server.asked


def test_answer_that_comes_after_the_loop_ended_is_nobodys(name_server: NameServer) -> None:
    resolver, before = Resolver(1), set(threading.enumerate())
    asyncio.run(given_up(resolver, "hung"))
    resolver.close()
    (thread,) = set(threading.enumerate()) - before

    name_server.let_go.set()
    thread.join(5)

    assert not thread.is_alive()
