"""A worker process: limits itself, then does one hop after the other until its input ends."""

import ctypes
import importlib
import json
import math
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from typing import IO, Any

from hrwatch.errors import HopError, HrwatchError, NoWorker
from hrwatch.workers.bench import described, perform
from hrwatch.workers.frames import LENGTH, MAX_FRAME, dump, frame

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# The one file that a worker writes is py3langid's unpacked model, 68 MB in a temporary file.
MAX_FILE = 100_000_000


def main() -> None:
    """Work for the process at the other end of stdin and stdout."""
    tasks, results = _private_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    _die_with_parent()
    setup = _read(tasks)
    if setup is None:
        return
    registry, rules, cpu_seconds, memory_bytes = pickle.loads(setup)  # noqa: S301 - of our parent
    _limit_process(memory_bytes)
    try:
        hops = importlib.import_module(registry).registry(rules)
    except Exception as error:  # whatever it is, the main process is told, and not with a status
        results.write(frame(_told(NoWorker(f"no worker could start: {described(error)}"))))
        results.flush()
        return
    while (payload := _read(tasks)) is not None:
        _limit_processor_time(cpu_seconds)
        results.write(frame(_answer(hops, payload)))
        results.flush()


def _answer(hops: Mapping[str, Callable[[Any], object]], payload: bytes) -> bytes:
    try:
        name, task = pickle.loads(payload)  # noqa: S301 - of our parent
        result = perform(hops, name, task)
        answer = json.dumps({"value": dump(result)}).encode()
    except HrwatchError as error:
        return _told(error)
    except (MemoryError, TypeError) as error:  # of what comes after the hop
        return _told(HopError(f"what it gave cannot be handed over ({described(error)})"))
    if len(answer) > MAX_FRAME:
        return _told(HopError("gave more than can be handed over"))
    return answer


def _told(error: HrwatchError) -> bytes:
    return json.dumps({"error": type(error).__name__, "text": str(error)}).encode()


def _private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take stdin and stdout away from everything else, so that no library's print can break a
    frame and none can read a task."""
    tasks = os.fdopen(os.dup(0), "rb")
    results = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return tasks, results


def _die_with_parent() -> None:
    """Have Linux end this process when its parent is gone, even in the middle of a hop; elsewhere
    it ends when it next reads its input."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _limit_process(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))


def _limit_processor_time(seconds: int) -> None:
    """Move the soft limit: the kernel counts the whole life of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _read(tasks: IO[bytes]) -> bytes | None:
    """Return the next frame's payload, or None at the end."""
    header = tasks.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(header)
    payload = tasks.read(length)
    return payload if len(payload) == length else None


if __name__ == "__main__":
    main()
