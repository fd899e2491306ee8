"""What a check comes to: one finding, in words for an operator."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a thing stands."""

    OK = "ok"
    WARNING = "warning"  # it works, and somebody should look
    TROUBLE = "trouble"  # hrwatch cannot work so, or soon not


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    verdict: Verdict
    told: str
    remedy: str = ""  # what to do; empty where nothing is to be done


def fine(told: str) -> Finding:
    """Return the finding that all is well."""
    return Finding(Verdict.OK, told)


def warning(told: str, remedy: str) -> Finding:
    """Return the finding that somebody should look."""
    return Finding(Verdict.WARNING, told, remedy)


def trouble(told: str, remedy: str) -> Finding:
    """Return the finding that hrwatch cannot work so."""
    return Finding(Verdict.TROUBLE, told, remedy)
