"""One worker as the main process sees it: start it, hand it a hop, end it."""

import asyncio
import contextlib
import json
import os
import pickle
import signal
import sys
from typing import Any

from hrwatch import text
from hrwatch.errors import HopError, NoWorker
from hrwatch.model.settings import HopLimits
from hrwatch.model.tags import Rules
from hrwatch.workers.bench import EXPECTED
from hrwatch.workers.frames import BEGUN, LENGTH, MAX_FRAME, Malformed, load

# Variables of the main process that a worker inherits; no other, so that no secret does.
_INHERITED = ("PATH", "PYTHONPATH", "TMPDIR")
# Seconds between the end of a worker's pipe and the end of the worker.
LAST_WORDS = 2.0
# Until a worker looks at its task: a start takes under a second where the machine is not short.
READY_SECONDS = 60.0
_PIECE = 262_144  # bytes
MAX_SAID = 500  # characters of a worker's error


class Lost(Exception):
    """A worker was gone, and the input may not be to blame: it was killed from outside, or ended
    before it looked at the input. `told` is what to raise where that happens again."""

    def __init__(self, told: HopError) -> None:
        super().__init__(told)
        self.told = told


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
        return cls(process, pickle.dumps(setup), limits)

    @property
    def alive(self) -> bool:
        """Whether the process is there, as far as is known without asking it."""
        return self._process.returncode is None and not self._results.at_eof()

    async def exchange(self, name: str, task: object, declared: Any) -> Any:
        """Have the worker do a hop; return its result, of the declared type, or raise what it
        failed with; Lost where the worker was gone and the input may not be to blame. After
        HopError and Lost, and when cancelled, the worker is not usable any more."""
        self.usable = False  # until an answer is there, nobody knows what it is doing
        self.hops += 1
        await self._begin(name, task)
        wall = self._limits.wall.total_seconds()
        try:
            async with asyncio.timeout(wall):
                result = _result(await self._next(), declared)
        except TimeoutError:
            raise HopError(f"took more than {wall:g} s and was ended") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise await self._ended_at_work() from None
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

    async def _begin(self, name: str, task: object) -> None:
        """Hand the task over and wait until the worker looks at it; raise NoWorker where it says
        that it cannot, Lost where it ended before."""
        setup, self._setup = self._setup, None
        try:
            async with asyncio.timeout(READY_SECONDS):
                if setup:
                    await self._send(setup)
                await self._send(pickle.dumps((name, task)))
                said = await self._next()
        except TimeoutError:
            raise NoWorker(f"no worker could start within {READY_SECONDS:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            how = _how(await self._status())
            raise Lost(NoWorker(f"no worker could start: it ended {how}")) from None
        if said != BEGUN:
            raise NoWorker(_reason(said))

    async def _send(self, payload: bytes) -> None:
        """Write a frame in pieces: a pipe takes 64 KB, and what is written beyond is copied."""
        self._tasks.write(LENGTH.pack(len(payload)))
        whole = memoryview(payload)
        for start in range(0, len(whole), _PIECE):
            self._tasks.write(whole[start : start + _PIECE])
            await self._tasks.drain()

    async def _next(self) -> bytes:
        """Return the payload of the worker's next frame."""
        (length,) = LENGTH.unpack(await self._results.readexactly(LENGTH.size))
        if length > MAX_FRAME:
            raise HopError("answered with more than is taken and was ended")
        return await self._results.readexactly(length)

    async def _ended_at_work(self) -> "HopError | Lost":
        """Return what the end of a process in the middle of a hop means."""
        status = await self._status()
        if status is None:
            return HopError("closed its worker's pipe")
        if status == -signal.SIGXCPU:
            seconds = self._limits.cpu_seconds
            return HopError(f"took more than {seconds} s of processor time and was ended")
        error = HopError(f"ended its worker {_how(status)}")
        # The kernel kills so where the machine is out of memory, and takes the largest process.
        return Lost(error) if status == -signal.SIGKILL else error

    async def _status(self) -> int | None:
        """Return how the process ended, or None where it closed its pipe and lives on."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                return await self._process.wait()
        self._kill()
        await self._process.wait()
        return None

    def _kill(self) -> None:
        # Not by Process.kill: that polls first, and where the process has just ended by itself the
        # poll takes its status away from asyncio, which then warns and reports 255.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)


def _how(status: int | None) -> str:
    if status is None:
        return "by closing its pipe"
    return f"by {signal.Signals(-status).name}" if status < 0 else f"with exit status {status}"


def _result(answer: bytes, declared: Any) -> Any:
    """Return the value in an answer, or the error in it; raise HopError for anything else. What a
    worker says may be a stranger's words: an error's text is cleaned here."""
    try:
        told = json.loads(answer)
        if "value" in told:
            return load(declared, told["value"])
        return EXPECTED[told["error"]](text.clean_line(load(str, told["text"]), MAX_SAID))
    except (Malformed, ValueError, KeyError, TypeError, RecursionError) as error:
        said = text.clean_line(
            f"answered with something that was not asked for ({error})", MAX_SAID
        )
        raise HopError(said) from error


def _reason(answer: bytes) -> str:
    """Return why a worker cannot begin."""
    try:
        return text.clean_line(load(str, json.loads(answer)["text"]), MAX_SAID)
    except (Malformed, ValueError, KeyError, TypeError, RecursionError):
        return "no worker could start: it said nothing that can be understood"


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # One thread a worker: there are as many workers as cores.
    return {**kept, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
