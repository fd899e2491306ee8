"""Shingles that many articles share, and which therefore tell nothing of where a text comes from:
stock phrases, notices under every page. They are learned from the archive itself."""

from collections import Counter
from collections.abc import Iterable

from hrwatch.stages.dedup.shingles import Telling

SAMPLE = 2_000  # articles; enough to find what stands on one in a hundred
_MANY = 15  # articles of a sample


def common(tellings: Iterable[Telling]) -> frozenset[int]:
    """Given a sample of articles, return the shingles that many of them have."""
    counts: Counter[int] = Counter()
    for told in tellings:
        counts.update(told.shingles)
    return frozenset(one for one, count in counts.items() if count >= _MANY)
