"""Text cut into folded words that know where they stand, for the matchers of this stage."""

import re
from dataclasses import dataclass

from hrwatch.words import cut, fold_word, plain

__all__ = ["Tokens", "fold_word", "tokenise"]

_BREAK = re.compile(r"[!?;:()\[\]{}|•。！？；：…]|\n\s*\n|\.\s")
_MERE_GAPS = frozenset(["", " ", "-", "'", ", "])  # most gaps: told without a search
_SENTENCE_END = re.compile(r"[!?。！？…؟।]|\n|\.[\s\"'»”’)]")
_SHORT_WORD = 3  # "St. Petersburg": a full stop after so few letters ends no sentence


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

    def sentence_ends_between(self, first: int, last: int) -> bool:
        """Return whether a sentence ends somewhere after word `first` and before word `last`."""
        for index in range(first, last):
            if self.joined[index + 1]:
                continue
            gap = self.text[self.ends[index] : self.starts[index + 1]]
            end = _SENTENCE_END.search(gap)
            if end and not (end[0][0] == "." and len(self.forms[index]) <= _SHORT_WORD):
                return True
        return False


def tokenise(text: str) -> Tokens:
    """Given any text, return its words; never raises, linear in the length."""
    cleared = plain(text)
    forms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    joined: list[bool] = []
    end = 0
    for form, start, stop in cut(cleared):
        gap = cleared[end:start]
        joined.append(gap in _MERE_GAPS or not _breaks(gap, forms))
        forms.append(form)
        starts.append(start)
        end = stop
        ends.append(end)
    return Tokens(text, tuple(forms), tuple(starts), tuple(ends), tuple(joined))


def _breaks(gap: str, before: list[str]) -> bool:
    broken = _BREAK.search(gap)
    if broken is None:
        return False
    return not (broken[0][0] == "." and before and len(before[-1]) <= _SHORT_WORD)
