"""Hops that the doctor has workers do, beside the real ones: they look at the worker itself."""

import os
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hrwatch import hops
from hrwatch.model.tags import Rules


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a worker finds around itself."""

    memory_bytes: int  # of address space, at most; -1 for no limit
    variables: tuple[str, ...]  # of its environment, the names


def look_around(_: None) -> Surroundings:
    """Return the limits and the environment of the worker that this runs in."""
    return Surroundings(resource.getrlimit(resource.RLIMIT_AS)[0], tuple(sorted(os.environ)))


def work_in_vain(seconds: float) -> float:
    """Use the processor for so long, and return how long that took."""
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass
    return time.process_time() - began


def registry(rules: Rules) -> Mapping[str, Callable[[], Callable[[Any], object]]]:
    """Given the rules, return what makes these hops and the real ones ready, by name."""
    return {
        **hops.registry(rules),
        look_around.__name__: lambda: look_around,
        work_in_vain.__name__: lambda: work_in_vain,
    }
