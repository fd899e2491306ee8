"""Where a text holds e-mail addresses and phone numbers, which no digest shows: in no snippet, no
title and no matched word. Pure; used by snippet and stories.

Victims' and relatives' numbers stand in releases. Leaving one in does harm, taking a figure out
does little, so doubtful digits go.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from hrwatch.stages.digest.tongue import msgid

EMAIL = msgid("[e-mail removed]")
PHONE = msgid("[phone removed]")

# Every repetition is bounded: the text is the publisher's, and so is its worst case.
_AT = r"(?:@|＠|\s?[\[({]\s?(?:at|arroba|собака)\s?[\])}]\s?)"
_DOT = r"(?:\.|\s?[\[({]\s?(?:dot|punto|точка)\s?[\])}]\s?)"
_EMAIL = re.compile(
    rf"[\w.!#$%&'*+/=?^`{{|}}~-]{{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,6}}", re.I
)
# Seven digits or more with what stands between a number's groups; \d holds Arabic, Persian and
# other digits too. One digit a repetition: no number can be read in two ways.
_DIGITS = re.compile(
    r"(?<![\w.,/-])(?:[+＋]\s?)?\(?\d(?:[()\s.\u2010-\u2015/-]{0,4}\d){6,24}(?![\w%])"
)
_YEAR = r"(?:1[89]|20)\d\d"
_DATE = (
    rf"(?:{_YEAR}[-./]\d{{1,2}}[-./]\d{{1,2}}"
    rf"|\d{{1,2}}(?:[-–]\d{{1,2}})?[-./]\d{{1,2}}[-./](?:{_YEAR}|\d\d))"
)
_NO_PHONE = re.compile(
    rf"{_DATE}(?:\s?[-–—]?\s?{_DATE})?(?:\s\d\d)?"  # 2026-11-21 16, 01.11.2026 - 21.11.2026
    rf"|{_YEAR}(?:[\s./\u2010-\u2015-]{{1,3}}{_YEAR}){{1,3}}"  # 2019-2024
    rf"|\d{{1,5}}\s\({_YEAR}"  # resolution 2334 (2016
    r"|\d{3,6}/\d\d"  # application 12345/18
    r"|[1-9]\d?(?:[ .\u00a0\u202f]\d{3}){2,4}"  # 1 234 567
    r"|[1-9]\d{0,2}(?:[ .\u00a0\u202f]\d{3}){1,3}[ .\u00a0\u202f]000"  # 120 000 000
)


@dataclass(frozen=True, slots=True)
class Removal:
    """A stretch from `start` to `end` that is shown as `label`, translated."""

    start: int
    end: int
    label: str


def removals(text: str) -> tuple[Removal, ...]:
    """Given a text, return what must not be shown, in order and without overlap."""
    found = [Removal(match.start(), match.end(), EMAIL) for match in _EMAIL.finditer(text)]
    addresses = list(found)
    found += [
        Removal(match.start(), match.end(), PHONE)
        for match in _DIGITS.finditer(text)
        if not _NO_PHONE.fullmatch(match[0])
        and all(match.end() <= one.start or one.end <= match.start() for one in addresses)
    ]
    return tuple(sorted(found, key=lambda removal: removal.start))


def redacted(text: str, translate: Callable[[str], str] = str) -> str:
    """Given a text, return it as it may be shown, its labels in the language of `translate`."""
    shown, position = "", 0
    for removal in removals(text):
        shown += text[position : removal.start] + translate(removal.label)
        position = removal.end
    return shown + text[position:]
