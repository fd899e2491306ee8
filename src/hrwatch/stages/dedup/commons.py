"""Shingles that many articles share, and which therefore tell nothing of where a text comes from:
stock phrases, notices under every page. They are learned from the archive itself."""

from collections import Counter
from collections.abc import Iterable, Sequence

from hrwatch.stages.dedup.shingles import telling

SAMPLE = 2_000  # articles; enough to find what stands on one in a hundred
_MANY = 15  # articles of a sample
# A sample has a million different shingles, nearly all of them once: a hundred megabytes of counts.
# So they are counted by their last bits first, and by themselves only where those are frequent.
_BITS = 20


def common(sample: Sequence[tuple[str, str]]) -> frozenset[int]:
    """Given titles and texts of a sample of articles, return the shingles that many have."""
    mask = (1 << _BITS) - 1
    crowds = bytearray(1 << _BITS)
    for shingles in _each(sample):
        for one in shingles:
            place = one & mask
            if crowds[place] < _MANY:
                crowds[place] += 1
    counts: Counter[int] = Counter()
    for shingles in _each(sample):
        counts.update(one for one in shingles if crowds[one & mask] == _MANY)
    return frozenset(one for one, count in counts.items() if count >= _MANY)


def _each(sample: Sequence[tuple[str, str]]) -> Iterable[frozenset[int]]:
    return (telling(title, text).shingles for title, text in sample)
