"""Workers of the hostile registry, and whether their processes are there."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import hostile_hops
from hrwatch.model.settings import HopLimits
from hrwatch.model.tags import Rules
from hrwatch.workers import Workers

LIMITS = HopLimits(wall=timedelta(seconds=20), cpu_seconds=2, memory_bytes=600_000_000)


def use(
    work: Callable[[Workers], Coroutine[Any, Any, Any]],
    *,
    count: int = 1,
    limits: HopLimits = LIMITS,
    registry: ModuleType = hostile_hops,
    **settings: Any,
) -> Any:
    """Run `work` with workers of the hostile registry, and close them."""

    async def main() -> Any:
        workers = Workers(count, Rules(), limits, registry=registry, **settings)
        try:
            return await work(workers)
        finally:
            await workers.close()

    return asyncio.run(main())


def alive(process: int) -> bool:
    """Say whether a process runs (a zombie does not)."""
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


async def gone(process: int, within: float = 10) -> bool:
    """Say whether a process ends in time."""
    deadline = time.monotonic() + within
    while alive(process):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True
