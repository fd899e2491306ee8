"""The articles that new ones are compared with: found by their sketches, judged by their texts.

A copy is linked to an original whose own text it is like, never to a copy of it: by chains two
texts would be one story that have nothing in common.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hrwatch.model.articles import Copy, CopyKind
from hrwatch.stages.dedup.likeness import Likeness, is_alike, is_copy
from hrwatch.stages.dedup.shingles import Telling, sketch

# Two texts of one origin share many of their smallest hashes; one may be shared by chance.
_SHARED = 2
# A hash that stands on so many articles tells nothing of any.
CROWD = 200
_COMPARED = 8  # articles, those with most hashes in common first
# Shorter texts are often alike by chance; equal ones are recognised otherwise.
_SHORTEST = 20  # shingles


@dataclass(frozen=True, slots=True)
class _Kept:
    """A telling in less memory, and what its article is a copy of."""

    shingles: "array[int]"
    numbers: frozenset[str]
    words: int
    original: str

    @property
    def telling(self) -> Telling:
        return Telling(frozenset(self.shingles), self.numbers, self.words)


class Shelf:
    """Articles by name, originals and copies; `common` are shingles that tell nothing."""

    def __init__(self, common: Collection[int] = ()) -> None:
        self._common = frozenset(common)
        self._kept: dict[str, _Kept] = {}
        self._by_hash: defaultdict[int, list[str]] = defaultdict(list)

    def put(self, name: str, told: Telling, of: str | None) -> None:
        """Take in an article: `of` is its original where it is a copy. The original is taken in
        before its copies."""
        if len(told.shingles) < _SHORTEST:
            return
        shingles = array("q", told.shingles)
        self._kept[name] = _Kept(shingles, told.numbers, told.words, of or name)
        for one in sketch(told.shingles, self._common):
            self._by_hash[one].append(name)

    def copy(self, told: Telling) -> Copy | None:
        """Given a new article, return the link to the original that it is most like, if any."""
        if len(told.shingles) < _SHORTEST:
            return None
        found: tuple[Likeness, str] | None = None
        for name in self._alike(told):
            kept = self._kept[name]
            likeness = self._likeness(told, kept)
            if likeness and (found is None or likeness > found[0]):
                found = likeness, kept.original
        return _copy(*found) if found else None

    def _alike(self, told: Telling) -> Iterable[str]:
        """Return who shares hashes with it, most of them first, the earliest of equals first."""
        shared: Counter[str] = Counter()
        for one in sketch(told.shingles, self._common):
            names = self._by_hash.get(one, ())
            if len(names) <= CROWD:
                shared.update(names)
        return [name for name, count in shared.most_common(_COMPARED) if count >= _SHARED]

    def _likeness(self, told: Telling, kept: _Kept) -> Likeness | None:
        """Return how like the original of `kept` it is, where it is a copy of that."""
        original = self._kept.get(kept.original)
        if original is None:  # not compared by its text, because somebody else speaks for its page
            return None
        likeness = is_copy(told, original.telling, self._common)
        if likeness or original is kept or not is_copy(told, kept.telling, self._common):
            return likeness
        return is_copy(told, original.telling, self._common, both_like_a_copy=True)


def _copy(likeness: Likeness, original: str) -> Copy:
    if likeness.alike == 1.0:
        return Copy(original, CopyKind.SAME_TEXT, 1.0)
    if is_alike(likeness):
        return Copy(original, CopyKind.NEAR_TEXT, round(likeness.alike, 3))
    return Copy(original, CopyKind.CONTAINED, round(likeness.contained, 3))
