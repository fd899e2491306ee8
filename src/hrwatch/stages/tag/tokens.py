"""Text cut into folded words that know where they stand, for the matchers of this stage."""

import re
from dataclasses import dataclass

from hrwatch.words import cut, fold_word, plain

__all__ = ["Tokens", "fold_word", "tokenise"]

_BREAK = re.compile(r"[!?;:()\[\]{}|•。！？；：…؟؛۔।]|\n\s*\n|\.\s")
_MERE_GAPS = frozenset(["", " ", "-", "'", ", "])  # most gaps: told without a search
_SENTENCE_END = re.compile(r"[!?。！？…؟۔।]|\n\s*\n|\.[\s\"'»”’)\[]")
_SHORT_WORD = 3  # letters of an abbreviation


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one field; `starts` and `ends` are code points of `text`."""

    text: str
    forms: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    joined: tuple[bool, ...]  # may continue a phrase that the word before began

    def found(self, first: int, last: int) -> str:
        """Return the words from `first` to `last`, as the text writes them."""
        return self.text[self.starts[first] : self.ends[last]]

    def sentences(self) -> list[int]:
        """Return, for each word, the number of the sentence that it stands in."""
        numbers = [0] * len(self.forms)
        for index in range(1, len(self.forms)):
            gap = self.text[self.ends[index - 1] : self.starts[index]]
            ends = gap not in _MERE_GAPS and self._ends_sentence(gap, index)
            numbers[index] = numbers[index - 1] + ends
        return numbers

    def _ends_sentence(self, gap: str, index: int) -> bool:
        end = _SENTENCE_END.search(gap)
        if end is None or end[0][0] != ".":
            return end is not None
        before = self.text[self.starts[index - 1] : self.ends[index - 1]]
        return not _abbreviated(before, self.text[self.starts[index]])


def tokenise(text: str) -> Tokens:
    """Given any text, return its words; never raises, linear in the length."""
    cleared = plain(text)
    forms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    joined: list[bool] = []
    start = end = 0
    for form, begins, stops in cut(cleared):
        gap = cleared[end:begins]
        joined.append(gap in _MERE_GAPS or not _breaks(gap, cleared[start:end], cleared[begins]))
        forms.append(form)
        start, end = begins, stops
        starts.append(start)
        ends.append(end)
    return Tokens(text, tuple(forms), tuple(starts), tuple(ends), tuple(joined))


def _breaks(gap: str, before: str, after: str) -> bool:
    broken = _BREAK.search(gap)
    if broken is None:
        return False
    return not (broken[0][0] == "." and before and _abbreviated(before, after))


def _abbreviated(before: str, after: str) -> bool:
    """Return whether a full stop ends no sentence: "St. Petersburg", "e.g. here", "art. 5", but
    not "it was he. Then". `after` is the letter that follows."""
    if len(before) > _SHORT_WORD:
        return False
    return len(before) == 1 or before[0].isupper() or after.isdigit()
