"""Doing one piece of work and telling how it went: the same code in a worker and inline."""

import traceback
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from hrwatch.errors import (
    ExtractError,
    HopError,
    HrwatchError,
    NoListing,
    NoWorker,
    ParseError,
    WebPage,
)

Hop = Callable[[Any], object]
# A hop by its name, and what makes it ready: loads its libraries and returns the function.
Registry = Mapping[str, Callable[[], Hop]]
# The failures that hops have on purpose; a worker can make the main process raise these only.
EXPECTED: Mapping[str, type[HrwatchError]] = {
    one.__name__: one for one in (ParseError, WebPage, NoListing, ExtractError, HopError)
}
# Of an error that nobody expected: how much of its text is told, and how many places.
MAX_TEXT = 300
PLACES = 4


class Bench:
    """The hops of a registry, each made ready when it is first asked for."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._ready: dict[str, Hop] = {}

    def make_ready(self, name: str) -> Hop:
        """Return the named hop; raise NoWorker where it cannot be made ready, whatever the reason:
        no input was looked at yet."""
        if name not in self._ready:
            try:
                self._ready[name] = self._registry[name]()
            except Exception as error:
                raise NoWorker(f"no worker could start: {described(error)}") from error
        return self._ready[name]

    def perform(self, name: str, task: object) -> object:
        """Do the named hop; raise its expected error, HopError for anything unexpected, NoWorker
        where it cannot be made ready."""
        hop = self.make_ready(name)
        try:
            return hop(task)
        except tuple(EXPECTED.values()):
            raise
        except MemoryError as error:
            raise HopError("ran out of memory") from error
        except Exception as error:  # what a parser raises on a stranger's bytes ends nothing else
            raise HopError(f"failed with {described(error)}") from error


def described(error: Exception) -> str:
    """Return an error in one line: its type, its text, and where it came from, the inmost first."""
    text = " ".join(str(error).split())[:MAX_TEXT]
    frames = reversed(traceback.extract_tb(error.__traceback__)[-PLACES:])
    places = ", ".join(f"{PurePath(at.filename).name}:{at.lineno} {at.name}" for at in frames)
    return f"{type(error).__name__}: {text} (at {places})"
