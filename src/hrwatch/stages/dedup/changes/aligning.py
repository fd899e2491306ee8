"""Which paragraphs of two readings correspond: first the equal ones, by hash, wherever they stand;
then equal sentences; what is left is paired by the words it shares.

Linear but for the pairing, which looks at a bounded number of partners a passage.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hrwatch import text
from hrwatch.stages.dedup.changes.cutting import Cut, cut, glued, paragraphs, sentences
from hrwatch.stages.dedup.changes.noise import is_noise

# A sentence of so many words that stands anywhere in the other reading has not gone: pull quotes
# and leads say things twice. A shorter one has to be there as often as before.
_TELLING = 8
_ALIKE = 0.3  # of the words of both passages, and of pairs of them
_COMMON = 12  # passages that have a word: of more, it tells none
_MOST_ASKED = 2_000  # lines that differ; of so many, noise is not what they are
_PARTNERS = 4  # that are looked at closely for each passage


@dataclass(frozen=True, slots=True)
class Passage:
    """What one reading has of a paragraph and the other has not."""

    place: int  # of the paragraph
    words: Cut  # of the sentences that differ
    whole: bool  # no sentence of the paragraph stands in the other reading


@dataclass(frozen=True, slots=True)
class Side:
    """One reading: its text, and what stands on its page around the story."""

    text: str
    furniture: Collection[str] = ()


def differing(old: Side, new: Side) -> tuple[list[Passage], list[Passage]]:
    """Given both readings, return what each has that the other has not, in order, without
    noise."""
    lines = [list(paragraphs(side.text)) for side in (old, new)]
    counts = [Counter(each) for each in lines]
    left = [
        _own(lines[0], counts[0] - counts[1], old.furniture),
        _own(lines[1], counts[1] - counts[0], new.furniture),
    ]
    if not any(left):
        return [], []
    cuts = [{place: sentences(each) for place, each in side.items()} for side in left]
    spare = [Counter(_key(one) for side in each.values() for one in side) for each in cuts]
    said = [
        _said(lines[side], left[side], cuts[side]) if left[1 - side] else frozenset()
        for side in (0, 1)
    ]
    return (
        [*_unmatched(left[0], cuts[0], said[1], spare[1])],
        [*_unmatched(left[1], cuts[1], said[0], Counter(spare[0]))],
    )


def _own(lines: Sequence[str], extra: Counter[str], furniture: Collection[str]) -> dict[int, Cut]:
    """Return, by place, the lines that a reading has beyond the other one."""
    found: dict[int, Cut] = {}
    for place in range(len(lines) - 1, -1, -1):  # of a repeated line the last ones are new
        line = lines[place]
        if not extra[line]:
            continue
        extra[line] -= 1
        if furniture and text.normalised(line) in furniture:
            continue
        each = cut(line)
        if each.keys and (len(found) >= _MOST_ASKED or not is_noise(each)):
            found[place] = each
    return dict(sorted(found.items()))


def _said(lines: Sequence[str], left: dict[int, Cut], own: dict[int, list[Cut]]) -> frozenset[str]:
    """Return the long sentences of a whole reading."""
    return frozenset(
        _key(one)
        for place, line in enumerate(lines)
        for one in (own[place] if place in left else sentences(cut(line)))
        if len(one.keys) >= _TELLING
    )


def _unmatched(
    left: dict[int, Cut], cuts: dict[int, list[Cut]], said: frozenset[str], spare: Counter[str]
) -> Iterator[Passage]:
    asked = 0
    for place, paragraph in left.items():
        kept: list[Cut] = []
        for one in cuts[place]:
            key = _key(one)
            if key in said:
                continue
            if spare[key]:
                spare[key] -= 1
            elif len(cuts[place]) == 1 or asked >= _MOST_ASKED or not is_noise(one):
                kept.append(one)
                asked += 1
        if len(kept) == len(cuts[place]):
            yield Passage(place, paragraph, whole=True)
        elif kept:
            yield Passage(place, _together(kept), whole=False)


def _key(sentence: Cut) -> str:
    return glued(sentence.keys)


def _together(kept: Sequence[Cut]) -> Cut:
    """Return sentences of one paragraph as one stretch of it."""
    return Cut(
        kept[0].text,
        tuple(key for one in kept for key in one.keys),
        tuple(place for one in kept for place in one.places),
    )


def pairs(old: Sequence[Passage], new: Sequence[Passage]) -> dict[int, int]:
    """Given what each reading has that the other has not, return by its number in `old` the number
    in `new` of what each passage has become: the one most like it, each taken once."""
    grams = [[_grams(one.words.keys) for one in side] for side in (old, new)]
    having: dict[object, list[int]] = defaultdict(list)
    for number, each in enumerate(grams[1]):
        for gram in each:
            having[gram].append(number)
    scored: list[tuple[float, int, int]] = []
    for number, each in enumerate(grams[0]):
        shared = Counter(
            other
            for gram in each
            if len(holders := having.get(gram, ())) <= _COMMON
            for other in holders
        )
        for other, _ in shared.most_common(_PARTNERS):
            there = grams[1][other]
            alike = 2 * (each & there).total() / (each.total() + there.total())
            if alike >= _ALIKE:
                scored.append((-alike, number, other))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, number, other in sorted(scored):
        if number not in found and other not in taken:
            found[number] = other
            taken.add(other)
    return found


def _grams(keys: Sequence[str]) -> Counter[object]:
    """Return what a passage is compared by: its words, and pairs of them, in which texts that have
    nothing to do with each other hardly agree."""
    return Counter([*keys, *pairwise(keys)])
