"""Hops that do to a worker what a stranger's bytes might: the registry of the workers' tests."""

import functools
import json
import os
import resource
import signal
import stat
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hrwatch.errors import ParseError
from hrwatch.model.feeds import Entry
from hrwatch.model.tags import Rules
from hrwatch.workers.frames import LENGTH, frame


def process_id(task: str) -> int:
    """Return which process does the work; the task says nothing."""
    return os.getpid()


def echo(task: str) -> str:
    """Return the task."""
    return task


def burn(task: float) -> float:
    """Keep the processor busy for so many of its seconds."""
    end = time.process_time() + task
    while time.process_time() < end:
        sum(range(1000))
    return task


def wait(task: float) -> int:
    """Do nothing for so many seconds, then return which process it was."""
    time.sleep(task)
    return os.getpid()


def hoard(task: int) -> int:
    """Take so many bytes of memory."""
    return len(bytearray(task))


def leave(task: int) -> int:
    """End the process with a status, as a library that calls exit would."""
    os._exit(task)


def crash(task: int) -> int:
    """End the process by a signal, as a fault in a C library would."""
    os.kill(os.getpid(), task)
    time.sleep(10)
    return task


def fall(task: str) -> str:
    """Note in the file `task` that this was begun; the first time be killed, as from outside."""
    return _fall_until(task, 2, signal.SIGKILL)


def fall_always(task: str) -> str:
    """The same, killed every time."""
    return _fall_until(task, 99, signal.SIGKILL)


def break_always(task: str) -> str:
    """The same, by a fault of its own every time."""
    return _fall_until(task, 99, signal.SIGSEGV)


def _fall_until(path: str, stands: int, signal_number: int) -> str:
    with Path(path).open("ab") as file:
        file.write(b"x")
    if Path(path).stat().st_size < stands:
        crash(signal_number)
    return path


def stumble(task: str) -> str:
    """Raise what nobody expected."""
    raise ZeroDivisionError(task)


def refuse(task: str) -> str:
    """Raise what hops raise on purpose."""
    raise ParseError(task)


def chatter(task: str) -> str:
    """Print, as libraries do, to Python's stdout, to the descriptor, and to stderr."""
    print(task)  # noqa: T201 - that is the point
    sys.stdout.flush()
    os.write(1, b"\x00\x00\x00\x05hello")
    os.write(2, b"x" * 200_000)
    return sys.stdin.read()


def environment(task: str) -> tuple[str, ...]:
    """Return the names and values of the worker's environment."""
    told = Path(f"/proc/{os.getpid()}/environ").read_bytes().decode()
    return (*told.split("\0"), *(f"{name}={value}" for name, value in os.environ.items()))


def limits(task: str) -> tuple[int, ...]:
    """Return the hard limits on core dumps, files and memory."""
    kinds = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_AS)
    return tuple(resource.getrlimit(kind)[1] for kind in kinds)


def foreign(task: str) -> str:
    """Return what was not declared and cannot be handed over."""
    return signal.SIGINT.__class__  # type: ignore[return-value]  # that is the point


def another_type(task: str) -> Entry:
    """Return plain text where an entry is declared."""
    return task  # type: ignore[return-value]  # that is the point


def forge(task: str) -> str:
    """Write an answer of one's own to the pipe, as code that took the worker over would."""
    answers = {
        "garbage": frame(b"\x80\x04no JSON"),
        "pickle": frame(b"cos\nsystem\n(S'true'\ntR."),
        "a list": frame(b"[]"),
        "nesting": frame(b"[" * 100_000),
        "a number": frame(json.dumps({"value": 7}).encode()),
        "an error": frame(json.dumps({"error": "SystemExit", "text": "x"}).encode()),
        "an error in disguise": frame(
            json.dumps({"error": "ParseError", "text": "\x1b[2J\u202eno\r\nfeed\x00"}).encode()
        ),
        "an endless error": frame(
            json.dumps({"error": "ParseError", "text": "no " * 100_000}).encode()
        ),
        "a disguise": frame(json.dumps({"error": "\x1b[2J\n" + "x" * 9_999}).encode()),
        "no worker": frame(json.dumps({"error": "NoWorker", "text": "x"}).encode()),
        "an odd error": frame(json.dumps({"error": "ParseError", "text": [1]}).encode()),
        "too much": LENGTH.pack(0xFFFFFFFF),
        "half of it": LENGTH.pack(1000) + b"{",
    }
    for descriptor in range(3, 64):
        try:
            kind = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind):
            try:
                os.write(descriptor, answers[task])
            except OSError:
                continue  # the end that is read from
    os._exit(0)


def registry(rules: Rules) -> Mapping[str, Callable[[], Callable[[Any], object]]]:
    """Return by the names of the hops above what makes them ready."""
    hops: tuple[Callable[[Any], object], ...] = (
        process_id, echo, burn, wait, hoard, leave, crash, stumble, refuse, chatter, environment,
        limits, foreign, another_type, forge, fall, fall_always, break_always,
    )  # fmt: skip
    return {hop.__name__: functools.partial(_make_ready, hop) for hop in hops}


def _make_ready(hop: Callable[[Any], object]) -> Callable[[Any], object]:
    """Return the hop, or do what the tests ask for in the environment, as a machine without room
    would."""
    match os.environ.get("TMPDIR", "").partition("/nowhere/"):
        case ["", _, "raise"]:
            raise OSError("no room for a model")
        case ["", _, "leave"]:
            os._exit(3)
        case ["", _, "fall"]:
            crash(signal.SIGKILL)
    return hop
