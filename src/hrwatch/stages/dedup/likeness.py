"""Whether one text is a copy of another, judged on both texts as a whole."""

from collections.abc import Collection
from dataclasses import dataclass

from hrwatch.stages.dedup.shingles import Telling

# Tuned on one half of labelled copies, reported on the other: docs/decisions/0026.
_ALIKE = 0.3  # of the shingles of both
_CONTAINED = 0.55  # of the shorter one's shingles
_LONG_ENOUGH = 30  # shingles of the shorter one; less is contained by chance
# Below these, likeness is only believed with the word of a copy in between that both are like.
_ALIKE_BY_A_COPY = 0.2
_CONTAINED_BY_A_COPY = 0.4
# Above it two articles of one site are versions of one. Notes of a channel that share their links
# alone have 0.4 to 0.6; that would take four times more links than text.
_NEARLY_ALL = 0.8  # of the shorter one's shingles
_SAME_NUMBERS = 2 / 3
_FEW_NUMBERS = 3
_DENSE = 0.05  # numbers a word: a report of figures, which differ while the words stay


@dataclass(frozen=True, slots=True, order=True)
class Likeness:
    """How much of two texts is the same: shares of shingles from 0 to 1."""

    alike: float  # of all that either has (Jaccard)
    contained: float  # of the shorter one's


def likeness(one: Telling, other: Telling, common: Collection[int] = ()) -> Likeness:
    """Given two texts, and shingles too common to tell, return how much they share."""
    shared = one.shingles & other.shingles
    few, many = sorted((len(one.shingles), len(other.shingles)))
    if common:
        shared = frozenset(shared.difference(common))
        if not shared:
            return Likeness(0.0, 0.0)
        few, many = sorted(len(each.shingles.difference(common)) for each in (one, other))
    if not few:
        return Likeness(0.0, 0.0)
    return Likeness(len(shared) / (few + many - len(shared)), len(shared) / few)


def is_copy(
    one: Telling, other: Telling, common: Collection[int] = (), *, both_like_a_copy: bool = False
) -> Likeness | None:
    """Given two texts, return their likeness where one is a copy of the other, else None.

    `both_like_a_copy`: a copy of `other` is at the same time like `one`, so that less will do:
    three who tell one story need not have kept the same parts of it.
    """
    alike, contained = (
        (_ALIKE_BY_A_COPY, _CONTAINED_BY_A_COPY) if both_like_a_copy else (_ALIKE, _CONTAINED)
    )
    found = likeness(one, other, common)
    shorter, longer = sorted((one, other), key=lambda each: len(each.shingles))
    is_contained = found.contained >= contained and len(shorter.shingles) >= _LONG_ENOUGH
    if found.alike < alike and not is_contained:
        return None
    return found if _has_same_numbers(shorter, longer) else None


def is_alike(found: Likeness) -> bool:
    """Return whether of two copies both tell much the same; else one contains the other."""
    return found.alike >= _ALIKE


def is_version(one: Telling, other: Telling) -> bool:
    """Return whether nearly all of one of two texts stands in the other."""
    few = min(len(one.shingles), len(other.shingles))
    return len(one.shingles & other.shingles) >= _NEARLY_ALL * few


def _has_same_numbers(shorter: Telling, longer: Telling) -> bool:
    """Return whether figures tell one report from another: of the same words in a daily bulletin
    only they are new."""
    few = len(shorter.numbers) < max(_FEW_NUMBERS, _DENSE * shorter.words)
    return few or len(shorter.numbers & longer.numbers) >= _SAME_NUMBERS * len(shorter.numbers)
