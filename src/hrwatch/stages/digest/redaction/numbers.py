"""Runs of digits in a text: which of them are telephone numbers or identify somebody."""

import re
from collections.abc import Iterator
from enum import StrEnum

from hrwatch.stages.digest.redaction import identities, staying, vocabulary
from hrwatch.stages.digest.redaction.letters import HYPHEN, JOINERS, LETTER, SPACE, behind, words


class Kind(StrEnum):
    """What a number is."""

    PHONE = "phone"
    IDENTITY = "identity"


# Four digits or more with what stands between a number's groups. Not ". ", which ends a sentence.
# One digit a repetition: no number can be read in two ways.
_NUMBER = re.compile(
    rf"(?:[+＋][{SPACE}]?)?\(?\d"
    rf"(?:(?:(?!\.[{SPACE}])[(){SPACE}{JOINERS}./{HYPHEN}]){{0,4}}\d){{3,40}}"
)
_MIXED = re.compile(
    rf"(?<![{LETTER}\d])(?=[{LETTER}]{{0,8}}\d)[{LETTER}\d]{{6,24}}(?![{LETTER}\d])"
)
_BEHIND_STRONG = re.compile(
    behind(words(vocabulary.PHONE, vocabulary.PHONE_STEMS, vocabulary.PHONE_TOUCHING)) + "$",
    re.IGNORECASE,
)
_BEHIND_WEAK = re.compile(
    behind(
        words(vocabulary.WEAK_PHONE, vocabulary.WEAK_PHONE_STEMS, vocabulary.WEAK_PHONE_TOUCHING)
    )
    + "$",
    re.IGNORECASE,
)
_LEAST = 7  # digits of a number that no word announces
_LEAST_WEAK = 5
_SURE = 9  # digits that are no figure, in groups
_SHORT = re.compile(rf"\d{{1,3}}[{HYPHEN}]\d\d[{HYPHEN}]\d\d")  # may look like a day of a year, too
_AND = re.compile(rf"[{SPACE}]?(?:{vocabulary.AND})?[{SPACE}]?", re.IGNORECASE)
_EXTENSION = re.compile(
    rf"[{SPACE}]?[,;(]?[{SPACE}]?(?:{vocabulary.EXTENSION})[{SPACE}.:№]{{0,3}}\d{{1,6}}\)?",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Give where numbers begin and end that are not to be shown, and what each is, in order."""
    last, kind = -1, Kind.PHONE
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if text[start] == "(" and ")" not in match[0]:
            start += 1
        follows = last >= 0 and start >= last and _AND.fullmatch(text, last, start) is not None
        found = _judge(text, start, end, kind if follows else None)
        if found is not None and found[0] >= last:
            yield found
            _, last, kind = found
    for match in _MIXED.finditer(text):
        start, end = match.span()
        if not match[0].isdigit() and not match[0].isalpha():
            whole = identities.behind_word(text, start, end)
            if whole is not None:
                yield (*whole, Kind.IDENTITY)


def _judge(text: str, start: int, end: int, like: Kind | None) -> tuple[int, int, Kind] | None:
    """Return what is not to be shown of a number; `like`: what the one is that it follows."""
    number = text[start:end]
    digits = sum(letter.isdigit() for letter in number)
    is_open = not staying.is_moment(number) and not staying.is_counted(text, start, end)
    if is_open and (whole := identities.behind_word(text, start, end)):
        return (*whole, Kind.IDENTITY)
    if identities.is_one(number) and is_open:
        return start, end, Kind.IDENTITY
    if (is_open or _SHORT.fullmatch(number)) and _is_announced(text, start, digits):
        return start, _with_extension(text, end), Kind.PHONE
    if is_open and like is not None and digits >= _LEAST_WEAK:
        return start, _with_extension(text, end), like
    if digits < _LEAST or _is_glued(text, start, end, digits) or staying.stays(text, start, end):
        return None
    return start, _with_extension(text, end), Kind.PHONE


def _is_announced(text: str, start: int, digits: int) -> bool:
    before = text[max(0, start - 60) : start]
    if _BEHIND_STRONG.search(before):
        return True
    return digits >= _LEAST_WEAK and _BEHIND_WEAK.search(before) is not None


def _is_glued(text: str, start: int, end: int, digits: int) -> bool:
    """Say whether a number is a part of something else: of a decimal, an address, a code."""
    if text[start] in "+＋":
        return False
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if before and re.match(rf"[{LETTER}.,/_-]", before):
        return True
    is_grouped = digits >= _SURE and not text[start:end].isdigit()
    return bool(after) and not is_grouped and re.match(rf"[{LETTER}%_]", after) is not None


def _with_extension(text: str, end: int) -> int:
    found = _EXTENSION.match(text, end)
    return found.end() if found else end
