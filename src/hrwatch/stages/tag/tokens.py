"""Text cut into folded words that know where they stand, for the matchers of this stage.

One folding serves every language: NFKC, case folded, İ I ı i as one letter, ё as е, Arabic and
Persian letters unified, tatweel, tashkeel, soft hyphen and joiners dropped. Scripts without spaces
give one token a character, so that a phrase of them matches as a substring.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Marks that Python's \w leaves out, and joiners that stand inside a word.
_INSIDE = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed\u0730-\u074a"
    "\u07a6-\u07b0\u0900-\u0963\u0966-\u0dff\u0f71-\u0fbc\u00ad\u200c\u200d"
)
_UNSPACED = (
    "\u0e01-\u0eff\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[\w{_INSIDE}]+")
_WORD_OR_CHARACTER = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\w{_INSIDE}])+")
_ANY_UNSPACED = re.compile(rf"[{_UNSPACED}]")
# Letters to Python that are apostrophes to readers; and the underscore, no part of a word here.
_NOT_LETTERS = {ord("_"): " ", **{code: "'" for code in range(0x2B9, 0x2C0)}}
_BREAK = re.compile(r"[!?;:()\[\]{}|•。！？；：…]|\n\s*\n|\.\s")
_MERE_GAPS = frozenset(["", " ", "-", "'", ", "])  # most gaps: told without a search
_LONGEST_WORD = 64  # letters that are compared; what folding remembers has to stay small
_SHORT_WORD = 3  # "St. Petersburg": a full stop after so few letters ends no sentence

_LETTERS = {
    **dict.fromkeys([0x00AD, 0x200C, 0x200D, 0x0640, 0x0307, 0x0670]),
    **dict.fromkeys(range(0x064B, 0x0660)),
    **dict.fromkeys(range(0x06D6, 0x06EE)),
    **{ord(letter): "i" for letter in "İIı"},
    **{ord(letter): "ا" for letter in "أإآٱ"},
    **{ord(letter): "ي" for letter in "ىی"},
    ord("ک"): "ك",
    ord("ة"): "ه",
    ord("ё"): "е",
    ord("Ё"): "е",
}


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """Return one word as matchers compare it; empty when nothing but joiners is left."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word).translate(_LETTERS).casefold()


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


def tokenise(text: str) -> Tokens:
    """Given any text, return its words; never raises, linear in the length."""
    plain = text.translate(_NOT_LETTERS)
    pattern = _WORD_OR_CHARACTER if _ANY_UNSPACED.search(plain) else _WORD
    forms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    joined: list[bool] = []
    end = 0
    for match in pattern.finditer(plain):
        form = fold_word(match[0][:_LONGEST_WORD])
        if not form:
            continue
        start = match.start()
        gap = plain[end:start]
        joined.append(gap in _MERE_GAPS or not _breaks(gap, forms))
        forms.append(form)
        starts.append(start)
        end = match.end()
        ends.append(end)
    return Tokens(text, tuple(forms), tuple(starts), tuple(ends), tuple(joined))


def _breaks(gap: str, before: list[str]) -> bool:
    broken = _BREAK.search(gap)
    if broken is None:
        return False
    return not (broken[0][0] == "." and before and len(before[-1]) <= _SHORT_WORD)
