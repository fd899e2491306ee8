"""Runs of digits in a text: which of them are telephone numbers or identify somebody."""

import re
from collections.abc import Iterator
from enum import StrEnum

from hrwatch.stages.digest.redaction import identities, staying, vocabulary
from hrwatch.stages.digest.redaction.letters import (
    DOT,
    HYPHEN,
    JOINERS,
    LETTER,
    SPACE,
    behind,
    words,
)


class Kind(StrEnum):
    """What a number is."""

    PHONE = "phone"
    IDENTITY = "identity"


# Four digits or more with what stands between a number's groups. Not ". ", which ends a sentence.
# One digit a repetition: no number can be read in two ways.
_NUMBER = re.compile(
    rf"(?:[+＋][{SPACE}]?)?[(（]?\d"
    rf"(?:(?:(?:(?!(?<![{SPACE}])\.[{SPACE}])[()（）{SPACE}{JOINERS}./{HYPHEN}]){{0,4}}|[{DOT}])\d){{3,40}}"
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
_GROUP = re.compile(r"[+＋(]?\d*")
_DIGITS = "0123456789"
_BETWEEN = f" \t\u00a0\u202f()./-{chr(0x2013)}{DOT}"
_LEAST = 7  # digits of a number that no word announces
_LEAST_WEAK = 5
_SURE = 9  # digits that are no figure, in groups
_SHORT = re.compile(rf"\d{{1,3}}[{HYPHEN}]\d\d[{HYPHEN}]\d\d")  # may look like a day of a year, too
_AND = re.compile(rf"[{SPACE}]?(?:{vocabulary.AND}|[./{HYPHEN}])?[{SPACE}]?", re.IGNORECASE)
_EXTENSION = re.compile(
    rf"[{SPACE}]?[,;(]?[{SPACE}]?(?:{vocabulary.EXTENSION})[{SPACE}.:№]{{0,3}}\d{{1,6}}\)?",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Give where numbers begin and end that are not to be shown, and what each is, in order."""
    last, kind, position = -1, Kind.PHONE, 0
    while match := _NUMBER.search(text, position):
        start, position = match.span()
        if text[start] in "(（" and not {")", "）"} & set(match[0]):
            start += 1
        follows = start >= last >= 0 and _AND.fullmatch(text, last, start) is not None
        found = _judge(text, start, position, kind if follows else None)
        if found is None and _begins_inside(text, start):
            position = start + len(_GROUP.match(text, start)[0])  # type: ignore[index] # begins so
        elif found is None and _ends_inside(text, position):
            whole = start + len(text[start:position].rstrip(_DIGITS).rstrip(_BETWEEN))
            found = _judge(text, start, whole, None) if whole > start else None
        if found is not None and found[0] >= last:
            yield found
            _, last, kind = found
            position = last
    for match in _MIXED.finditer(text):
        start, end = match.span()
        if not match[0].isdigit() and not match[0].isalpha():
            inside = identities.behind_word(text, start, end)
            if inside is not None:
                yield (*inside, Kind.IDENTITY)


_Found = tuple[int, int, Kind]


def _judge(text: str, start: int, end: int, like: Kind | None) -> _Found | None:
    """Return what is not to be shown of a number; `like`: what the one is that it follows."""
    return _told(text, start, end, like) or _alone(text, start, end)


def _told(text: str, start: int, end: int, like: Kind | None) -> _Found | None:
    """Return it where a word before it, or its check digits, say what it is."""
    number = text[start:end]
    digits = sum(letter.isdigit() for letter in number)
    if not staying.is_moment(number) and not staying.is_counted(text, start, end):
        if whole := identities.behind_word(text, start, end):
            return (*whole, Kind.IDENTITY)
        if identities.is_one(number):
            return start, end, Kind.IDENTITY
        if like is not None and digits >= _LEAST_WEAK:
            return start, _with_extension(text, end), like
    elif not (_SHORT.fullmatch(number) or (number.isdigit() and staying.is_called(number))):
        return None
    if _is_announced(text, start, digits):
        return start, _with_extension(text, end), Kind.PHONE
    return None


def _alone(text: str, start: int, end: int) -> _Found | None:
    """Return it where it is long enough, and nothing that has to stay."""
    number = text[start:end]
    digits = sum(letter.isdigit() for letter in number)
    if digits < _LEAST or _begins_inside(text, start) or staying.stays(text, start, end):
        return None
    is_sure = number[0] in "+＋" or (digits >= _SURE and not number.isdigit())
    if not is_sure and _ends_inside(text, end):
        return None
    return start, _with_extension(text, end), Kind.PHONE


def _is_announced(text: str, start: int, digits: int) -> bool:
    before = text[max(0, start - 60) : start]
    if _BEHIND_STRONG.search(before):
        return True
    return digits >= _LEAST_WEAK and _BEHIND_WEAK.search(before) is not None


def _begins_inside(text: str, start: int) -> bool:
    """Say whether what stands before a number makes it a part of a decimal, an address, a code."""
    before = text[max(0, start - 1) : start]
    return text[start] not in "+＋" and re.match(rf"[{LETTER}.,/_-]", before) is not None


def _ends_inside(text: str, end: int) -> bool:
    return re.match(rf"[{LETTER}%_]", text[end : end + 1]) is not None


def _with_extension(text: str, end: int) -> int:
    found = _EXTENSION.match(text, end)
    return found.end() if found else end
