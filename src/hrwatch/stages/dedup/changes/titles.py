"""Whether a title says something else than before, whatever stands around it: the publisher's
name, a count of messages, a stamp."""

import re
from collections.abc import Sequence

from hrwatch import text
from hrwatch.stages.dedup.changes.cutting import cut, glued
from hrwatch.stages.dedup.changes.noise import is_noise

_COUNT = re.compile(r"^\s*\(\d{1,3}\+?\)\s*")
# What stands behind a bar is the site's; behind a dash it may be the story's.
_BARS = re.compile(r"\s*[|·•»«]\s*|\s+::\s+")
_DASHES = re.compile(r"\s+[-–—]\s+")
_SHORTEST_LABEL = 3


def is_changed(before: str, after: str, names: Sequence[str]) -> bool:
    """Given two titles, and what the publisher and its site are called, return whether another
    story is told, or the same in other words."""
    old, new = _core(before, names), _core(after, names)
    if glued(cut(old).keys) == glued(cut(new).keys):
        return False
    first, second = _BARS.split(old)[0], _BARS.split(new)[0]
    barred = first != old or second != new
    same = glued(cut(first).keys) == glued(cut(second).keys)
    return not (barred and same and glued(cut(first).keys))


def _core(title: str, names: Sequence[str]) -> str:
    """Return a title without stamps and names of the publisher at its ends."""
    told = _COUNT.sub("", title)
    while True:
        shorter = _shorter(told, names)
        if shorter == told:
            return told
        told = shorter


def _shorter(told: str, names: Sequence[str]) -> str:
    for between in (_BARS, _DASHES):
        found = list(between.finditer(told))
        if not found:
            continue
        first, last = found[0], found[-1]
        if told[: last.start()].strip() and _is_around(told[last.end() :], names):
            return told[: last.start()]
        if told[first.end() :].strip() and _is_around(told[: first.start()], names):
            return told[first.end() :]
    return told


def _is_around(part: str, names: Sequence[str]) -> bool:
    if not part.strip() or is_noise(cut(part)):
        return True
    key = text.normalised(part)
    squeezed = key.replace(" ", "")
    initials = "".join(word[0] for word in key.split())
    for name in names:
        known = text.normalised(name)
        if key == known or squeezed == known.replace(" ", ""):
            return True
        labels = [label for label in name.lower().split(".")[:-1] if label != "www"]
        if any(
            len(label) >= _SHORTEST_LABEL and label in (squeezed, initials, *key.split())
            for label in labels
        ):
            return True
    return False
