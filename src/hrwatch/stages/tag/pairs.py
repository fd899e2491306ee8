"""Two sides of a pair, found in one field, joined where they stand near each other."""

from bisect import bisect_left
from collections.abc import Iterator

from hrwatch.stages.tag.matcher import Found
from hrwatch.stages.tag.ruleset import FoundPhrase, Pair, Use
from hrwatch.stages.tag.tokens import Tokens


def joined(
    pair: Pair, sides: tuple[list[FoundPhrase], list[FoundPhrase]], tokens: Tokens, pace: int
) -> Iterator[FoundPhrase]:
    """Given what was found of both sides, in order of first words, and how many characters stand
    for a word where each is one (else 1), yield each left side with a right side that is close
    enough, if there is one."""
    lefts, rights = sides
    neighbours = _Neighbours(rights, tokens.sentences, pair.words * pace)
    for left in lefts:
        right = neighbours.of(left)
        if right is not None:
            spoken = left.payload.language
            language = spoken if pair.language == "any" else pair.language
            use = Use(pair.role, pair.keyword, language, pair.term, pair=True)
            yield Found(use, min(left.first, right.first), max(left.last, right.last))


class _Neighbours:
    """The right sides of a pair. Only a few are looked at for a left one: the end of its sentence
    or the number of words ends the search."""

    def __init__(self, phrases: list[FoundPhrase], sentences: tuple[int, ...], words: int) -> None:
        self._phrases = phrases
        self._firsts = [phrase.first for phrase in phrases]
        self._sentences = sentences
        self._words = words
        longest = max((phrase.last - phrase.first + 1 for phrase in phrases), default=0)
        self._reach = words + longest

    def of(self, left: FoundPhrase) -> FoundPhrase | None:
        """Return what stands behind `left`, else before it, and does not overlap it."""
        place = bisect_left(self._firsts, left.first)
        return self._behind(left, place) or self._before(left, place)

    def _behind(self, left: FoundPhrase, place: int) -> FoundPhrase | None:
        for index in range(place, len(self._phrases)):
            right = self._phrases[index]
            if right.first > left.last:
                near = right.first - left.last - 1 <= self._words
                return right if near and self._share_a_sentence(left, right) else None
        return None

    def _before(self, left: FoundPhrase, place: int) -> FoundPhrase | None:
        for index in range(place - 1, -1, -1):
            right = self._phrases[index]
            near = left.first - right.first <= self._reach
            if not (near and self._share_a_sentence(left, right)):
                return None
            if 0 <= left.first - right.last - 1 <= self._words:
                return right
        return None

    def _share_a_sentence(self, one: FoundPhrase, other: FoundPhrase) -> bool:
        return self._sentences[one.first] == self._sentences[other.first]
