"""One configuration in force, with what it needs; replaced as a whole at a reload.

What did not change goes on to the next generation. What did is closed when the last task that was
started with it has ended, so that a reload interrupts no poll and no mail.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Self, TypeVar

from hrwatch import wiring
from hrwatch.config import Config
from hrwatch.pipeline import Desk, Parts
from hrwatch.stages.deliver import Transport
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.workers import Workers

T = TypeVar("T")


class Held(Generic[T]):
    """Something to be closed when nobody holds it any more."""

    def __init__(self, value: T, close: Callable[[], Awaitable[None]]) -> None:
        self.value = value
        self._close = close
        self._holders = 0

    def take(self) -> Self:
        """Hold it too."""
        self._holders += 1
        return self

    async def leave(self) -> None:
        """Hold it no longer; the last one to leave closes it."""
        self._holders -= 1
        if not self._holders:
            await self._close()


@dataclass(frozen=True, slots=True)
class Tools:
    """What depends on the configuration and has to be closed."""

    fetcher: Held[Fetcher]
    workers: Held[Workers]
    transport: Held[Transport]

    @classmethod
    def open(cls, config: Config, directory: Path, before: "Generation | None") -> Self:
        """Given a configuration, return its tools, those of the generation before it where their
        settings are the same; raise DeliverError."""
        old, same = (before.config, before.tools) if before else (None, None)
        fetcher = same.fetcher if same and old and old.fetch == config.fetch else None
        workers = (
            same.workers
            if same and old and (old.workers, old.rules) == (config.workers, config.rules)
            else None
        )
        transport = same.transport if same and old and old.mail == config.mail else None
        if transport is None:
            opened = wiring.open_mail(config, directory)
            transport = Held(opened, opened.close)
        if fetcher is None:
            client = wiring.open_fetcher(config)
            fetcher = Held(client, client.aclose)
        if workers is None:
            processes = wiring.open_workers(config)
            workers = Held(processes, processes.close)
        return cls(fetcher.take(), workers.take(), transport.take())

    async def leave(self) -> None:
        """Hold none of them any longer."""
        for tool in (self.fetcher, self.workers, self.transport):
            await tool.leave()


class Generation:
    """A configuration in force and what works by it."""

    def __init__(self, config: Config, archive: Archive, tools: Tools) -> None:
        self.config = config
        self.tools = tools
        self.desk: Desk = wiring.open_desk(config, archive)
        self.parts: Parts = wiring.assemble(
            config, archive, tools.fetcher.value, tools.workers.value, tools.transport.value
        )
        self._users = 0
        self._retired = False

    @asynccontextmanager
    async def used(self) -> AsyncIterator[Self]:
        """Keep the generation's tools open for the length of a piece of work."""
        self._users += 1
        try:
            yield self
        finally:
            self._users -= 1
            if self._retired and not self._users:
                await self.tools.leave()

    async def retire(self) -> None:
        """Close the tools, those that the next generation did not take, once nobody works."""
        self._retired = True
        if not self._users:
            await self.tools.leave()
