"""What a publisher changed between two readings of one article, and what is only noise."""

from collections import Counter
from dataclasses import dataclass

from hrwatch import text
from hrwatch.model.articles import Change


@dataclass(frozen=True, slots=True)
class Told:
    """A title and a text, as one reading gives them; paragraphs stand on lines of their own."""

    title: str
    text: str


def changed(before: Told, after: Told) -> Change | None:
    """Given two readings of one article, return what its publisher changed in substance; None
    where nothing is changed, or only what surrounds the story."""
    old, new = _paragraphs(before.text), _paragraphs(after.text)
    removed = tuple(line for key, line in old.items() if key and key not in new)
    added = tuple(line for key, line in new.items() if key and key not in old)
    title = (before.title, after.title)
    same_title = text.title_key(before.title) == text.title_key(after.title)
    if same_title and not removed and not added:
        return None
    return Change(None if same_title else title, added, removed)


def alike(before: Told, after: Told) -> float:
    """Return the share of the words of the old text that are still there, from 0 to 1; in scripts
    without spaces of its characters."""
    old, new = _words(before.text), _words(after.text)
    return (old & new).total() / old.total() if old else 1.0


def _words(told: str) -> Counter[str]:
    return Counter(text.search_text(told).split())


def _paragraphs(told: str) -> dict[str, str]:
    return {text.normalised(line): line for line in told.split("\n")}
