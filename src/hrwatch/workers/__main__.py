"""A worker process: limits itself, then does one hop after the other until its input ends."""

import ctypes
import gc
import importlib
import json
import math
import os
import pickle
import resource
import signal
import sys
from collections.abc import Iterator
from typing import IO

from hrwatch.errors import HopError, HrwatchError, NoWorker
from hrwatch.model.tags import Rules
from hrwatch.workers.bench import Bench, described
from hrwatch.workers.frames import BEGUN, LENGTH, MAX_FRAME, dump, frame

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# The one file that a worker writes is py3langid's unpacked model, 68 MB in a temporary file.
MAX_FILE = 100_000_000


def main() -> None:
    """Work for the process at the other end of stdin and stdout."""
    tasks, results = _private_pipes()
    # Until the first hop is ready: the collector would find nothing, and take a sixth of the time.
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    _die_with_parent()
    setup = _read(tasks)
    if setup is None:
        return
    registry, rules, cpu_seconds, memory_bytes = pickle.loads(setup)  # noqa: S301 - of our parent
    bench = _bench(registry, rules, memory_bytes)
    done = 0
    while (payload := _read(tasks)) is not None:
        if not _limit_processor_time(cpu_seconds) and done:
            return  # the next one in line has its whole share
        for answer in _answers(bench, payload):
            results.write(frame(answer))
            results.flush()
        done += 1


def _bench(registry: str, rules: Rules, memory_bytes: int) -> Bench | NoWorker:
    """Return the hops, this process limited before; or what is to be told to whoever asks."""
    try:
        _limit_process(memory_bytes)
        return Bench(importlib.import_module(registry).registry(rules))
    except Exception as error:  # whatever it is, the main process is told, and not with a status
        return NoWorker(f"no worker could start: {described(error)}")


def _answers(bench: Bench | NoWorker, payload: bytes) -> Iterator[bytes]:
    """Yield that the input is looked at from now on, then what was made of it; or, instead of
    both, why it cannot be looked at here."""
    try:
        if isinstance(bench, NoWorker):
            raise bench
        name, task = pickle.loads(payload)  # noqa: S301 - of our parent
        bench.make_ready(name)
        if not gc.isenabled():
            gc.freeze()  # libraries and tables stay
            gc.enable()
    except NoWorker as error:
        yield _told(error)
        return
    yield BEGUN
    yield _answer(bench, name, task)


def _answer(bench: Bench, name: str, task: object) -> bytes:
    try:
        result = bench.perform(name, task)
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
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, MAX_FILE)


def _limit(kind: int, wanted: int) -> None:
    """Limit this process for good, or leave it the narrower limit it was born with: no process
    may widen that."""
    _, hard = resource.getrlimit(kind)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (limit, limit))


def _limit_processor_time(seconds: int) -> bool:
    """Move the soft limit, because the kernel counts the whole life of the process, and leave the
    hard one; say whether it leaves the hop its whole share."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds)
    if hard == resource.RLIM_INFINITY or soft <= hard:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
        return True
    resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
    return False


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
