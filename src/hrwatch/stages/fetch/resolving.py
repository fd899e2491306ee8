"""How names are looked up: by the system, in threads that nobody waits for."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from queue import SimpleQueue

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class _Question:
    host: str
    port: int
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[tuple[str, ...]]


class Resolver:
    """The system's resolver in threads of its own: a name server that hangs must not hold up
    whoever else uses the event loop's threads, nor the end of the process. Python
    waits for the threads of its own pools when it ends, whatever these were told; for a daemon
    thread it does not.
    """

    def __init__(self, threads: int) -> None:
        """Begin no more than `threads`, each when it is first needed."""
        self._most = threads
        self._begun = 0
        self._idle = 0  # threads less questions that wait; of the event loop alone
        self._questions: SimpleQueue[_Question | None] = SimpleQueue()

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses of `host` as text, in the order to try them; raise OSError or
        UnicodeError."""
        if _is_address(host):
            return (host,)  # there is nothing to look up, and a thread costs more than all the rest
        loop = asyncio.get_running_loop()
        question = _Question(host, port, loop, loop.create_future())
        self._idle -= 1
        if self._idle < 0 and self._begun < self._most:
            threading.Thread(target=self._work, name="resolve", daemon=True).start()
            self._begun, self._idle = self._begun + 1, self._idle + 1
        self._questions.put(question)
        return await question.answer

    def close(self) -> None:
        """Let go of the threads without waiting for a name server."""
        for _ in range(self._begun):
            self._questions.put(None)

    def _work(self) -> None:
        while (question := self._questions.get()) is not None:
            found: tuple[str, ...] | Exception = ()
            if not question.answer.cancelled():  # else its deadline came before its turn
                try:
                    found = lookup(question.host, question.port)
                except Exception as error:
                    found = error
            with suppress(RuntimeError):  # the loop has ended meanwhile: nobody wants to know
                question.loop.call_soon_threadsafe(self._told, question, found)

    def _told(self, question: _Question, found: tuple[str, ...] | Exception) -> None:
        self._idle += 1
        if question.answer.done():
            return
        if isinstance(found, Exception):
            question.answer.set_exception(found)
        else:
            question.answer.set_result(found)


def lookup(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of `host` as the system's resolver gives them; may take long."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[4][0]) for address in found))


def _is_address(host: str) -> bool:
    """Say whether a host is an address as it is written in full; any shorter or odder way to write
    one (127.1, 0x7f000001) is left to the system's resolver, and checked like everything else."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
