"""What is one word to the rules, in every script: how text is cut into words and words are folded.

One folding serves every language: NFKC, case folded, İ I ı i as one letter, ё as е, ў as у, Arabic
and Persian letters unified, traditional Chinese as simplified; tatweel, tashkeel, stress marks,
soft hyphen and joiners dropped. Scripts without spaces give one word a character, so that a phrase
of them matches as a substring; a Persian ZWNJ parts words as a space does: writers use either.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

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
_PERSIAN_JOINT = re.compile("(?<=[\u0620-\u06ff])\u200c")
_LONGEST_WORD = 64  # letters that are compared; what folding remembers has to stay small


def _simplified() -> dict[int, str]:
    """Return traditional Chinese characters, each with its simplified one."""
    table = resources.files("hrwatch").joinpath("data", "traditional.txt")
    pairs = table.read_text(encoding="utf-8").replace("\n", "")
    return {ord(first): second for first, second in zip(pairs[::2], pairs[1::2], strict=True)}


_LETTERS = {
    **dict.fromkeys([0x00AD, 0x200C, 0x200D, 0x0640, 0x0670]),
    **dict.fromkeys(range(0x0300, 0x0370)),  # what NFKC could not join: stress marks of Cyrillic
    **dict.fromkeys(range(0x064B, 0x0660)),
    **dict.fromkeys(range(0x06D6, 0x06EE)),
    **{ord(letter): "i" for letter in "İIı"},
    **{ord(letter): "ا" for letter in "أإآٱ"},
    **{ord(letter): "ي" for letter in "ىی"},
    ord("ک"): "ك",
    ord("ة"): "ه",
    ord("ё"): "е",
    ord("Ё"): "е",
    ord("ў"): "у",
    ord("Ў"): "у",
    **_simplified(),
}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a phrase as rules write it; `stem`: any letters may follow."""

    form: str
    stem: bool

    def covers(self, other: "Word") -> bool:
        """Return whether every word that `other` finds is found by this one too."""
        if self.stem:
            return other.form.startswith(self.form)
        return not other.stem and other.form == self.form


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """Return one word as it is compared; empty when nothing but joiners is left."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word).translate(_LETTERS).casefold()


def is_unspaced(text: str) -> bool:
    """Return whether `text` has letters of a script that parts no words, each then a word here."""
    return _ANY_UNSPACED.search(text) is not None


def plain(text: str) -> str:
    """Return `text` of the same length, with what only looks like letters made what it is."""
    text = text.translate(_NOT_LETTERS)
    return _PERSIAN_JOINT.sub(" ", text) if "\u200c" in text else text


def cut(text: str) -> Iterator[tuple[str, int, int]]:
    """Given what `plain` returned, yield its words folded, with where each begins and ends."""
    pattern = _WORD_OR_CHARACTER if is_unspaced(text) else _WORD
    for match in pattern.finditer(text):
        form = fold_word(match[0][:_LONGEST_WORD])
        if form:
            yield form, match.start(), match.end()


def of_phrase(phrase: str) -> tuple[Word, ...]:
    """Given a phrase as rules write it, return its words; none when it could never be found."""
    return tuple(Word(form, phrase[end : end + 1] == "*") for form, _, end in cut(plain(phrase)))
