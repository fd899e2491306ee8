"""One worker as the main process sees it: start it, hand it a hop, end it."""

import asyncio
import contextlib
import json
import os
import pickle
import signal
import sys
from typing import Any

from hrwatch.errors import HopError, NoWorker
from hrwatch.model.settings import HopLimits
from hrwatch.model.tags import Rules
from hrwatch.workers.bench import EXPECTED
from hrwatch.workers.frames import LENGTH, MAX_FRAME, Malformed, frame, load

# Variables of the main process that a worker inherits; no other, so that no secret does.
_INHERITED = ("PATH", "PYTHONPATH", "TMPDIR")
# Seconds between the end of a worker's pipe and the end of the worker.
LAST_WORDS = 2.0


class Worker:
    """A started process. Once it is not `usable` it does no further hop: end it."""

    def __init__(self, process: asyncio.subprocess.Process, setup: bytes, limits: HopLimits):
        if process.stdin is None or process.stdout is None:
            raise ValueError("a worker is started with pipes")
        self._process = process
        self._tasks = process.stdin
        self._results = process.stdout
        self._setup: bytes | None = setup
        self._limits = limits
        self.usable = True
        self.hops = 0

    @classmethod
    async def start(cls, registry: str, rules: Rules, limits: HopLimits) -> "Worker":
        """Start a process that takes its hops from the module `registry`; raise NoWorker where
        the machine has no room for one."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # a file in the working directory must not pass for a library
                "-B",
                "-m",
                "hrwatch.workers",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError as error:
            raise NoWorker(f"no worker could be started: {error}") from error
        setup = (registry, rules, limits.cpu_seconds, limits.memory_bytes)
        return cls(process, frame(pickle.dumps(setup)), limits)

    async def exchange(self, name: str, task: object, declared: Any) -> Any:
        """Have the worker do a hop; return its result, of the declared type, or raise what it
        failed with. After HopError, and when cancelled, the worker is not usable any more."""
        self.usable = False  # until an answer is there, nobody knows what it is doing
        self.hops += 1
        try:
            async with asyncio.timeout(self._limits.wall.total_seconds()):
                result = _result(await self._ask(name, task), declared)
        except TimeoutError:
            wall = self._limits.wall.total_seconds()
            raise HopError(f"took more than {wall:g} s and was ended") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise HopError(await self._obituary()) from None
        if isinstance(result, HopError):
            raise result
        self.usable = True
        if isinstance(result, Exception):
            raise result
        return result

    async def end(self) -> None:
        """Kill the process, whatever it is doing, and wait until it is gone."""
        self.usable = False
        self._kill()
        self._tasks.close()
        await self._process.wait()

    async def _ask(self, name: str, task: object) -> bytes:
        setup, self._setup = self._setup, None
        self._tasks.write((setup or b"") + frame(pickle.dumps((name, task))))
        await self._tasks.drain()
        (length,) = LENGTH.unpack(await self._results.readexactly(LENGTH.size))
        if length > MAX_FRAME:
            raise HopError("answered with more than is taken and was ended")
        return await self._results.readexactly(length)

    async def _obituary(self) -> str:
        """Return how the process came to its end."""
        try:
            async with asyncio.timeout(LAST_WORDS):
                status = await self._process.wait()
        except TimeoutError:
            self._kill()  # it closed its pipe and lives on
            status = await self._process.wait()
        if status == -signal.SIGXCPU:
            return f"took more than {self._limits.cpu_seconds} s of processor time and was ended"
        if status < 0:
            return f"ended its worker by {signal.Signals(-status).name}"
        return f"ended its worker with exit status {status}"

    def _kill(self) -> None:
        # Not by Process.kill: that polls first, and where the process has just ended by itself the
        # poll takes its status away from asyncio, which then warns and reports 255.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)


def _result(answer: bytes, declared: Any) -> Any:
    """Return the value in an answer, or the error in it; raise HopError for anything else."""
    try:
        told = json.loads(answer)
        if "value" in told:
            return load(declared, told["value"])
        return EXPECTED[told["error"]](load(str, told["text"]))
    except (Malformed, ValueError, KeyError, TypeError, RecursionError) as error:
        raise HopError(f"answered with something that was not asked for ({error})") from error


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # One thread a worker: there are as many workers as cores.
    return {**kept, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
