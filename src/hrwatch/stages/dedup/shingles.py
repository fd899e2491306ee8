"""A text as what it shares with its copies: shingles, and the numbers in it.

A shingle is three words in a row, or five characters where a script has no spaces between words.
Two texts with one origin have most shingles in common, whatever stands around them; two reports on
one event hardly any. The few smallest hashes, the sketch, are what the archive finds copies by
(bottom-k sampling: Broder, On the resemblance and containment of documents, 1997).
"""

import hashlib
import heapq
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from hrwatch import text

SKETCH = 32  # hashes that a text is found by
SPARE = 64  # that are taken of it, since some may be common
_SHORTEST = 50  # shingles
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_BITS = 0xFFFF_FFFF_FFFF_FFFF
# Odd numbers without pattern: by them the words of a shingle count by their place in it.
_FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F
_STIR = 0xD6E8FEB86659FD93


@dataclass(frozen=True, slots=True)
class Telling:
    """What a title and text are compared by."""

    shingles: frozenset[int]  # hashes below 2**63, so that every database can hold them
    numbers: frozenset[str]
    words: int


def telling(title: str, body: str) -> Telling:
    """Given a title and a text, return what they are compared by; linear in their length."""
    words = text.search_text(f"{title}\n{body}").split()
    return Telling(
        shingles=_shingles(words),
        numbers=frozenset(_NUMBER.findall(f"{title}\n{body}")),
        words=len(words),
    )


def sketch(words: Sequence[str]) -> tuple[int, ...]:
    """Given the folded words of a text, return its smallest shingles, in order; fewer than `SPARE`
    where it has no more."""
    return tuple(heapq.nsmallest(SPARE, _shingles(words)))


def telling_hashes(sketch: Sequence[int], common: Collection[int] = ()) -> tuple[int, ...]:
    """Return the hashes of a sketch that a text is found by: those that are not too common. None
    for a short text: those are often alike by chance, and equal ones are recognised otherwise."""
    if len(sketch) < _SHORTEST:
        return ()
    return tuple(islice((one for one in sketch if one not in common), SKETCH))


def _shingles(words: Sequence[str]) -> frozenset[int]:
    hashes = list(map(_hash, words))
    if _is_unspaced(words):  # three threes that overlap: five characters
        hashes = _threes(hashes)
    return frozenset(_threes(hashes))


def _is_unspaced(words: Sequence[str]) -> bool:
    """Return whether most words are characters of a script without spaces, which `search_text`
    sets apart."""
    single = [word for word in words if len(word) == 1]
    return 2 * sum(word >= "\u0e00" for word in single) > len(words)


@lru_cache(maxsize=65_536)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def _threes(hashes: Sequence[int]) -> list[int]:
    """Return a hash for each three in a row, by their order."""
    sums = (
        (one * _FIRST + two * _SECOND + three) & _BITS
        for one, two, three in zip(hashes, hashes[1:], hashes[2:], strict=False)
    )
    return [((each ^ (each >> 32)) * _STIR & _BITS) >> 1 for each in sums]
