"""What a publisher changed, in plain words: one line for a digest, and the passages themselves as
they may be shown. Pure; used by compose and by the command line."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hrwatch.model.articles import Change
from hrwatch.stages.digest.redact import redacted
from hrwatch.text import clean_line, counted

# Characters of a passage that is shown: fewer than a change keeps, so that no half of a telephone
# number or an address can stand at the end of one.
LONGEST = 200
_WORD = re.compile(r"[^\W_]+(?:[.,:][0-9]+)*")


class Part(StrEnum):
    """What a passage is a part of."""

    TITLE = "title"
    REMOVED = "removed"  # a paragraph
    ADDED = "added"  # the same
    REPLACED = "replaced"  # words within a paragraph that stayed otherwise


@dataclass(frozen=True, slots=True)
class Passage:
    """A changed passage, redacted: what stood there and what stands there now, either may be
    empty."""

    part: Part
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Account:
    """What was changed, in words."""

    line: str  # such as "1 paragraph removed, 1 name replaced by initials, title unchanged"
    passages: tuple[Passage, ...]  # the title first, then in the order of the text
    left_out: str  # what the passages do not show, such as "and 14 more"; empty: nothing


def account(change: Change, limit: int = 10) -> Account:
    """Given a change, return what tells it to people, with at most `limit` passages."""
    passages = [
        *([_passage(Part.TITLE, *change.title)] if change.title else []),
        *(_passage(Part.REMOVED, one, "") for one in change.removed),
        *(_passage(Part.ADDED, "", one) for one in change.added),
        *(_passage(Part.REPLACED, *pair) for pair in change.replaced),
    ]
    beyond = change.more_removed + change.more_added + change.more_replaced
    beyond += max(0, len(passages) - limit)
    return Account(_line(change), tuple(passages[:limit]), f"and {beyond} more" if beyond else "")


def _line(change: Change) -> str:
    kinds = Counter(map(_kind, change.replaced))
    counts = (
        (len(change.removed) + change.more_removed, "paragraph removed", "paragraphs removed"),
        (len(change.added) + change.more_added, "paragraph added", "paragraphs added"),
        (kinds["initials"], "name replaced by initials", "names replaced by initials"),
        (kinds["figure"], "figure changed", "figures changed"),
        (kinds["taken out"], "passage shortened", "passages shortened"),
        (kinds["put in"], "passage extended", "passages extended"),
        (kinds["other"] + change.more_replaced, "passage reworded", "passages reworded"),
    )
    told = [counted(count, one, several) for count, one, several in counts if count]
    return ", ".join([*told, "title changed" if change.title else "title unchanged"])


def _kind(pair: tuple[str, str]) -> str:
    """Given what stood there and what stands there now, return what kind of replacement it is."""
    before, after = (_WORD.findall(told) for told in pair)
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    if not before:
        return "put in"
    if not after:
        return "taken out"
    if _are_initials(after, of=before):
        return "initials"
    if any(map(_has_figure, before)) and any(map(_has_figure, after)):
        rest = [[word for word in side if not _has_figure(word)] for side in (before, after)]
        if rest[0] == rest[1]:
            return "figure"
    return "other"


def _are_initials(words: Sequence[str], *, of: Sequence[str]) -> bool:
    """Return whether words are the first letters of the last ones of a name, in its order."""
    return (
        len(words) <= len(of)
        and all(len(word) == 1 and not word.isdigit() for word in words)
        and all(len(name) > 1 and not name[0].islower() for name in of)
        and all(
            word.casefold() == name[0].casefold()
            for word, name in zip(words, of[-len(words) :], strict=True)
        )
    )


def _has_figure(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _passage(part: Part, before: str, after: str) -> Passage:
    return Passage(part, _shown(before), _shown(after))


def _shown(told: str) -> str:
    return clean_line(redacted(told), LONGEST)
