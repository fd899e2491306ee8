"""A text as what two readings of it are compared by: paragraphs, sentences, words.

Two words are the same where they differ in case, in Unicode's forms, in what shows nothing or in
the kind of digits; punctuation is none, but for what makes a question of a statement and a sum of a
number.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hrwatch import words

# Characters of a sentence or a word are cut where they stand; nothing is looked at twice.
_UNSPACED = (
    "\u0e01-\u0eff\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0730-\u074a\u07a6-\u07b0\u0900-\u0963\u0970-\u0dff\u0f71-\u0fbc\u00ad\u200c\u200d"
)
_SUMS = "%‰$¢£¤¥֏؋৲৳฿₠-₿﷼＄￠￡￥"
_WORD = re.compile(
    rf"(?P<number>\d+(?:[.,٫٬]\d+)*)|[{_UNSPACED}]|(?:(?![{_UNSPACED}])(?:[^\W\d_]|[{_MARKS}]))+"
    rf"|[{_SUMS}]|(?P<question>[?？؟](?=\W|$))"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_ENDS = re.compile(r"[.!?…؟۔।]+[\"'”’»)\]]*\s+|[。！？]+[”’」』)]*")
_FEWEST = 3  # words of what stands as a sentence for itself: "I. P. was seen." is one


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of a text with its words: how each is compared, and where it stands in it."""

    text: str
    keys: tuple[str, ...]
    places: tuple[tuple[int, int], ...]  # start and end in `text`

    def between(self, first: int, last: int) -> "Cut":
        """Return the words from `first` up to, and without, `last`, in the same text."""
        return Cut(self.text, self.keys[first:last], self.places[first:last])

    @property
    def told(self) -> str:
        """The text from the first word to the last."""
        return self.text[self.places[0][0] : self.places[-1][1]] if self.places else ""


def paragraphs(told: str) -> Iterator[str]:
    """Yield the lines that tell something."""
    return (line for each in told.split("\n") if (line := each.strip()))


def cut(told: str) -> Cut:
    """Given a stretch of text, return it with its words."""
    keys, places = [], []
    for match in _WORD.finditer(words.plain(told)):
        if key := _key(match):
            keys.append(key)
            places.append(match.span())
    return Cut(told, tuple(keys), tuple(places))


def sentences(paragraph: Cut) -> list[Cut]:
    """Given a paragraph, return its sentences; what is too short to be one belongs to the next."""
    found: list[Cut] = []
    first = position = 0
    for end in _ENDS.finditer(paragraph.text):
        while position < len(paragraph.keys) and paragraph.places[position][0] < end.end():
            position += 1
        if position - first >= _FEWEST:
            found.append(paragraph.between(first, position))
            first = position
    if first < len(paragraph.keys):
        found.append(paragraph.between(first, len(paragraph.keys)))
    return found


def glued(keys: Sequence[str]) -> str:
    """Return words without what parts them: "healthcare" is "health care"."""
    return "".join(keys)


def _key(match: re.Match[str]) -> str:
    found = match[0]
    if match["question"]:
        return "?"
    if match["number"]:
        return _number(found)
    return words.fold_word(found[:64])


def _number(written: str) -> str:
    """Return a number as it is compared: 1,500 is 1500, and 1,5 is 1.5."""
    if not written.isascii():
        written = "".join(
            str(unicodedata.decimal(one)) if one.isdecimal() else "." for one in written
        )
    if _THOUSANDS.fullmatch(written):
        return written.replace(",", "").replace(".", "")
    return written.replace(",", ".")
