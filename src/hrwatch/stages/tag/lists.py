"""Countries told one after the other: "China, Burundi and Cuba voted against". A list names each of
them in passing, so that all of it weighs as one name."""

import re
from collections.abc import Sequence

from hrwatch.model.tags import Field
from hrwatch.stages.tag.gazetteer import Occurrence
from hrwatch.stages.tag.tokens import Tokens

_LEAST = 3  # names; two are a pair of countries that have to do with each other
# What stands between two members: a comma, and the word for "and" in the tended languages.
_BETWEEN = re.compile(
    r"\s*(?:[,;、،]\s*)?(?:(?:and|the|and the|et|y|e|und|i|oraz|a|и|й|і|та|ve|و)\s*)?"
)


def shared(
    settled: Sequence[tuple[Occurrence, tuple[str, ...]]], tokens: dict[Field, Tokens]
) -> list[int]:
    """Given the names of a text with their codes, return how many share the weight of each."""
    shares = [1] * len(settled)
    start = 0
    for index in range(1, len(settled) + 1):
        if index < len(settled) and _follows(settled[index - 1][0], settled[index][0], tokens):
            continue
        countries = {codes for _, codes in settled[start:index]}
        if len(countries) >= _LEAST:
            shares[start:index] = [len(countries)] * (index - start)
        start = index
    return shares


def _follows(before: Occurrence, after: Occurrence, tokens: dict[Field, Tokens]) -> bool:
    if before.field is not after.field or after.first <= before.last:
        return False
    words = tokens[before.field]
    gap = words.text[words.ends[before.last] : words.starts[after.first]]
    return _BETWEEN.fullmatch(gap) is not None
