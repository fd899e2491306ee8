"""Doing one piece of work and telling how it went: the same code in a worker and inline."""

import traceback
from collections.abc import Callable, Mapping
from typing import Any

from hrwatch.errors import ExtractError, HopError, HrwatchError, ParseError

# The failures that hops have on purpose; a worker can make the main process raise these only.
EXPECTED: Mapping[str, type[HrwatchError]] = {
    one.__name__: one for one in (ParseError, ExtractError, HopError)
}
MAX_TRACE = 2_000


def perform(hops: Mapping[str, Callable[[Any], object]], name: str, task: object) -> object:
    """Do the named hop; raise its expected error, or HopError for anything unexpected."""
    try:
        return hops[name](task)
    except MemoryError as error:
        raise HopError("ran out of memory") from error
    except Exception as error:
        if type(error).__name__ in EXPECTED and isinstance(error, HrwatchError):
            raise
        # By class, and all of them: what a parser raises on a stranger's bytes is their matter.
        # The trace says where, so that a mistake of ours is found.
        trace = "".join(traceback.format_exception(error, limit=-5)).strip()[-MAX_TRACE:]
        raise HopError(f"failed with {type(error).__name__}: {error}\n{trace}") from error
