"""One worker as the main process sees it: start it, hand it a hop, end it."""

import asyncio
import json
import os
import pickle
import signal
import sys
from typing import Any

from hrwatch.errors import HopError
from hrwatch.model.settings import HopLimits
from hrwatch.model.tags import Rules
from hrwatch.workers.bench import EXPECTED
from hrwatch.workers.frames import LENGTH, MAX_FRAME, Malformed, frame, load


class Worker:
    """A started process. After any HopError raised by `exchange` with `usable` false, end it."""

    def __init__(self, process: asyncio.subprocess.Process, limits: HopLimits) -> None:
        self._process = process
        self._limits = limits
        self.usable = True
        self.hops = 0

    @classmethod
    async def start(cls, registry: str, rules: Rules, limits: HopLimits) -> "Worker":
        """Start a process that takes its hops from the module `registry`."""
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
        worker = cls(process, limits)
        setup = (registry, rules, limits.cpu_seconds, limits.memory_bytes)
        await worker._send(pickle.dumps(setup))
        return worker

    async def exchange(self, name: str, task: object, declared: Any) -> Any:
        """Have the worker do a hop; return its result, or raise what it failed with."""
        self.usable = False  # until an answer is there, nobody knows what it is doing
        self.hops += 1
        try:
            async with asyncio.timeout(self._limits.wall.total_seconds()):
                await self._send(pickle.dumps((name, task)))
                answer = await self._receive()
        except TimeoutError:
            wall = self._limits.wall.total_seconds()
            raise HopError(f"took more than {wall:g} s and was ended") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise HopError(self._obituary(await self._process.wait())) from None
        result = self._result(answer, declared)
        self.usable = True
        if isinstance(result, Exception):
            raise result
        return result

    async def end(self) -> None:
        """Kill the process, whatever it is doing, and wait until it is gone."""
        self.usable = False
        if self._process.returncode is None:
            self._process.kill()
        assert self._process.stdin  # noqa: S101 - it was started with a pipe
        self._process.stdin.close()
        await self._process.wait()

    async def _send(self, payload: bytes) -> None:
        assert self._process.stdin  # noqa: S101 - it was started with a pipe
        self._process.stdin.write(frame(payload))
        await self._process.stdin.drain()

    async def _receive(self) -> bytes:
        assert self._process.stdout  # noqa: S101 - it was started with a pipe
        header = await self._process.stdout.readexactly(LENGTH.size)
        (length,) = LENGTH.unpack(header)
        if length > MAX_FRAME:
            raise HopError("answered with more than is taken and was ended")
        return await self._process.stdout.readexactly(length)

    def _result(self, answer: bytes, declared: Any) -> Any:
        """Return the value in an answer, or the error in it; raise HopError for anything else."""
        try:
            told = json.loads(answer)
            if "value" in told:
                return load(declared, told["value"])
            return EXPECTED[told["error"]](load(str, told["text"]))
        except (Malformed, ValueError, KeyError, TypeError, RecursionError) as error:
            raise HopError(f"answered with something else than asked ({error})") from error

    def _obituary(self, status: int) -> str:
        if status == -signal.SIGXCPU:
            return f"took more than {self._limits.cpu_seconds} s of processor time and was ended"
        if status < 0:
            return f"ended its worker by signal {signal.Signals(-status).name}"
        return f"ended its worker with status {status}"


def _environment() -> dict[str, str]:
    """Return the environment of a worker: no secret of the daemon's is in it."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR") if name in os.environ}
    # One thread a worker: there are as many workers as cores.
    return {**kept, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
