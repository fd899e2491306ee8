"""What a publisher changed, in plain words: one line for a digest, and the passages themselves as
they may be shown. Pure; used by compose and by the command line."""

from dataclasses import dataclass
from enum import StrEnum

from hrwatch.model.articles import Change
from hrwatch.stages.digest.redact import redacted
from hrwatch.text import clean_line, counted

LONGEST = 300  # characters of a passage that is shown


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
    removed = len(change.removed) + change.more_removed
    added = len(change.added) + change.more_added
    replaced = len(change.replaced) + change.more_replaced
    told = [
        *([f"{counted(removed, 'paragraph')} removed"] if removed else []),
        *([f"{counted(added, 'paragraph')} added"] if added else []),
        *([f"{counted(replaced, 'passage')} reworded"] if replaced else []),
        "title changed" if change.title else "title unchanged",
    ]
    return ", ".join(told)


def _passage(part: Part, before: str, after: str) -> Passage:
    return Passage(part, _shown(before), _shown(after))


def _shown(told: str) -> str:
    return clean_line(redacted(told), LONGEST)
