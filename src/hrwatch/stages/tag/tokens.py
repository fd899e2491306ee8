"""Text cut into folded words that know where they stand, for the matchers of this stage."""

import re
from dataclasses import dataclass

from hrwatch.words import cut, fold_word, plain

__all__ = ["Tokens", "fold_word", "tokenise"]

_BREAK = re.compile(r"[!?;:()\[\]{}|•。！？；：…؟؛۔।]|\n\s*\n|\.[\s\"'»”’)\[]")
_MERE_GAPS = frozenset(["", " ", "-", "'", ", "])  # most gaps: told without a search
_SENTENCE_END = re.compile(r"[!?。！？…؟۔।]|\n\s*\n|\.[\s\"'»”’)\[]")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"]+")  # its words name pages, not what is told
_SHORT_WORD = 3  # letters of an abbreviation


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one field; `starts` and `ends` are code points of `text`."""

    text: str
    forms: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    joined: tuple[bool, ...]  # may continue a phrase that the word before began
    sentences: tuple[int, ...]  # the number of the sentence that each word stands in

    def found(self, first: int, last: int) -> str:
        """Return the words from `first` to `last`, as the text writes them."""
        return self.text[self.starts[first] : self.ends[last]]


def tokenise(text: str) -> Tokens:
    """Given any text, return its words; never raises, linear in the length."""
    cleared = plain(_URL.sub(_blanked, text) if "://" in text or "www." in text else text)
    forms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    joined: list[bool] = []
    sentences: list[int] = []
    start = end = sentence = 0
    for form, begins, stops in cut(cleared):
        gap = cleared[end:begins]
        parted = gap not in _MERE_GAPS and _breaks(gap, cleared[start:end], cleared[begins])
        if parted and _SENTENCE_END.search(gap):
            sentence += 1
        joined.append(not parted)
        sentences.append(sentence)
        forms.append(form)
        start, end = begins, stops
        starts.append(start)
        ends.append(end)
    return Tokens(text, tuple(forms), tuple(starts), tuple(ends), tuple(joined), tuple(sentences))


def _blanked(url: re.Match[str]) -> str:
    return "|" * len(url[0])


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
