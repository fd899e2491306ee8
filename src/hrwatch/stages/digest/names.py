"""What countries and languages are called in a digest (CLDR by babel); used by compose. Pure."""

from collections.abc import Mapping
from functools import cache

from babel import Locale

OTHER = "Other"
_RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi")
)


def country(code: str, labels: Mapping[str, str]) -> str:
    """Given a country or place code, return its label, else CLDR's English name, else the code."""
    return labels.get(code) or _english().territories.get(code) or code


def keyword(value: str, labels: Mapping[str, str]) -> str:
    """Given a keyword's id, return its label, or the id in words where the rules lost it."""
    return labels.get(value) or value.replace("-", " ").capitalize()


def language(code: str) -> str:
    """Given a BCP 47 code, return the language's English name, or what is known of it."""
    if not code or code == "und":
        return "language not known"
    names = _english().languages
    return names.get(code.replace("-", "_")) or names.get(_primary(code)) or code


def is_right_to_left(code: str) -> bool:
    """Say whether the language is written from right to left."""
    return _primary(code) in _RIGHT_TO_LEFT


def _primary(code: str) -> str:
    return code.partition("-")[0].lower()


@cache
def _english() -> Locale:
    return Locale("en")
