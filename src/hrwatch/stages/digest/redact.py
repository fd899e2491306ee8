"""Where a text holds e-mail addresses, phone numbers and numbers of identity papers, which no
digest shows: in no snippet, no title, no changed passage and no matched word. Pure; used by
snippet, stories and changing.

Victims' and relatives' numbers stand in releases. Leaving one in does harm, taking a figure out
does little, so doubtful digits go.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from hrwatch.stages.digest.redaction import addresses, identities, numbers
from hrwatch.stages.digest.tongue import msgid

EMAIL = msgid("[e-mail removed]")
PHONE = msgid("[phone removed]")
IDENTITY = msgid("[ID number removed]")
_LABELS = {numbers.Kind.PHONE: PHONE, numbers.Kind.IDENTITY: IDENTITY}
_FOUR_DIGITS = re.compile(r"\d(?:\D{0,8}\d){3}")  # with fewer there is no number
# Numbers in an address of the network are its own, but for those that call somebody.
_LINK = re.compile(r"(?:https?://|www\.)(?!wa\.me|t\.me|api\.whatsapp)[^\s<>\"']{4,500}")
_REMEMBERED = 1_000  # texts: a title is asked for several times, and by everybody who gets it
_GONE = "\0"  # stands where something was found, so that the next look sees no part of it


@dataclass(frozen=True, slots=True)
class Removal:
    """A stretch from `start` to `end` that is shown as `label`, translated."""

    start: int
    end: int
    label: str


@lru_cache(maxsize=_REMEMBERED)
def removals(text: str) -> tuple[Removal, ...]:
    """Given a text, return what must not be shown, in order and without overlap."""
    found = [Removal(start, end, EMAIL) for start, end in addresses.find(text)]
    if _FOUR_DIGITS.search(text):
        left = _without(_in_ascii_digits(text), found)
        left = _LINK.sub(lambda link: _GONE * len(link[0]), left)
        found += _apart(Removal(start, end, IDENTITY) for start, end in identities.find(left))
        left = _without(left, found)
        found += _apart(
            Removal(start, end, _LABELS[kind]) for start, end, kind in numbers.find(left)
        )
    return tuple(sorted(found, key=lambda removal: removal.start))


def redacted(text: str, translate: Callable[[str], str] = str) -> str:
    """Given a text, return it as it may be shown, its labels in the language of `translate`."""
    shown, position = "", 0
    for removal in removals(text):
        shown += text[position : removal.start] + translate(removal.label)
        position = removal.end
    return shown + text[position:]


def _in_ascii_digits(text: str) -> str:
    """Return a text with the digits of every script as 0 to 9, each in its place."""
    if text.isascii():
        return text
    return re.sub(r"\d", lambda digit: str(unicodedata.decimal(digit[0])), text)


def _without(text: str, found: Iterable[Removal]) -> str:
    for removal in found:
        gone = _GONE * (removal.end - removal.start)
        text = text[: removal.start] + gone + text[removal.end :]
    return text


def _apart(found: Iterable[Removal]) -> list[Removal]:
    """Return removals without those that overlap an earlier one; of two that begin together, the
    longer."""
    kept: list[Removal] = []
    for removal in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or removal.start >= kept[-1].end:
            kept.append(removal)
    return kept
