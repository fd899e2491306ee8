"""Which words of one passage another one has not: a comparison of two sequences of words whose
cost is bounded.

Words that stand once in both are anchors, in their longest common order (patience sorting, as in
B. Cohen's patience diff); between them the longest common subsequence is computed while a budget
lasts, after which a whole gap counts as replaced. Never quadratic in a page, whatever it holds.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LARGEST_GAP = 100_000  # products of words on both sides
_DEEPEST = 8  # rounds of anchors


@dataclass(slots=True)
class Budget:
    """How many pairs of words may still be compared for one article."""

    left: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Gap:
    """Words from `first` up to `last` on each side that are not the same."""

    old_first: int
    old_last: int
    new_first: int
    new_last: int


def gaps(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Gap]:
    """Given the words of two passages, return where they differ, in order."""
    found = sorted(
        _gaps(old, new, Gap(0, len(old), 0, len(new)), budget),
        key=lambda gap: (gap.old_first, gap.new_first),
    )
    return _joined(found)


def _gaps(old: Sequence[str], new: Sequence[str], whole: Gap, budget: Budget) -> Iterator[Gap]:
    open_gaps = [(whole, 0)]
    while open_gaps:
        gap, depth = open_gaps.pop()
        gap = _trimmed(old, new, gap)
        if gap.old_first == gap.old_last and gap.new_first == gap.new_last:
            continue
        if gap.old_first == gap.old_last or gap.new_first == gap.new_last:
            yield gap
            continue
        anchors = _anchors(old, new, gap) if depth < _DEEPEST else []
        if anchors:
            open_gaps += [(part, depth + 1) for part in _parts(gap, anchors)]
            continue
        size = (gap.old_last - gap.old_first) * (gap.new_last - gap.new_first)
        if size > min(_LARGEST_GAP, budget.left):
            yield gap
            continue
        budget.left -= size
        yield from _parts(gap, _common(old, new, gap))


def _trimmed(old: Sequence[str], new: Sequence[str], gap: Gap) -> Gap:
    """Return the gap without what is the same at its beginning and its end."""
    i, j = gap.old_first, gap.new_first
    while i < gap.old_last and j < gap.new_last and old[i] == new[j]:
        i, j = i + 1, j + 1
    last, end = gap.old_last, gap.new_last
    while i < last and j < end and old[last - 1] == new[end - 1]:
        last, end = last - 1, end - 1
    return Gap(i, last, j, end)


def _anchors(old: Sequence[str], new: Sequence[str], gap: Gap) -> list[tuple[int, int]]:
    """Return places of words that stand once on each side, in an order that both share."""
    here = Counter(old[gap.old_first : gap.old_last])
    there = Counter(new[gap.new_first : gap.new_last])
    place = {new[j]: j for j in range(gap.new_first, gap.new_last)}
    pairs = [
        (i, place[old[i]])
        for i in range(gap.old_first, gap.old_last)
        if here[old[i]] == 1 and there.get(old[i]) == 1
    ]
    tops: list[int] = []  # the smallest place that ends a run of each length
    runs: list[int] = []  # the pair at the end of that run
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(tops, j)
        before.append(runs[length - 1] if length else -1)
        if length == len(tops):
            tops.append(j)
            runs.append(number)
        else:
            tops[length], runs[length] = j, number
    found: list[tuple[int, int]] = []
    number = runs[-1] if runs else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _common(old: Sequence[str], new: Sequence[str], gap: Gap) -> list[tuple[int, int]]:
    """Return the places of a longest common subsequence."""
    rows = range(gap.old_first, gap.old_last)
    width = gap.new_last - gap.new_first
    table = [[0] * (width + 1)]
    for i in reversed(rows):
        below, word = table[-1], old[i]
        row = [0] * (width + 1)
        for k in range(width - 1, -1, -1):
            if new[gap.new_first + k] == word:
                row[k] = below[k + 1] + 1
            else:
                row[k] = max(below[k], row[k + 1])
        table.append(row)
    table.reverse()
    found, i, k = [], 0, 0
    while i < len(rows) and k < width:
        if old[rows[i]] == new[gap.new_first + k]:
            found.append((rows[i], gap.new_first + k))
            i, k = i + 1, k + 1
        elif table[i + 1][k] >= table[i][k + 1]:
            i += 1
        else:
            k += 1
    return found


def _parts(gap: Gap, same: Sequence[tuple[int, int]]) -> Iterator[Gap]:
    """Yield what is left of a gap between pairs of places that are the same."""
    i, j = gap.old_first, gap.new_first
    for here, there in [*same, (gap.old_last, gap.new_last)]:
        if i < here or j < there:
            yield Gap(i, here, j, there)
        i, j = here + 1, there + 1


def _joined(found: Sequence[Gap]) -> list[Gap]:
    """Return gaps as one where no more than one word lies between them."""
    joined: list[Gap] = []
    for gap in found:
        if joined and gap.old_first - joined[-1].old_last <= 1:
            last = joined.pop()
            gap = Gap(last.old_first, gap.old_last, last.new_first, gap.new_last)  # noqa: PLW2901 - grown
        joined.append(gap)
    return joined
