"""What a publisher changed, in plain words: one line for a digest, and the passages themselves as
they may be shown. Pure; used by compose and by the command line."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hrwatch.model.articles import Change
from hrwatch.stages.digest.redact import redacted
from hrwatch.stages.digest.tongue import Tongue
from hrwatch.text import clean_line

# Characters of a passage that is shown: fewer than a change keeps, so that no half of a telephone
# number or an address can stand at the end of one.
LONGEST = 200
_NAME = "initials"  # the kind of replacement that a name by its initials is
_WORD = re.compile(r"[^\W_]+(?:[.,:][0-9]+)*")


class Part(StrEnum):
    """What a passage is a part of."""

    TITLE = "title"
    REMOVED = "removed"  # a paragraph
    ADDED = "added"  # the same
    REPLACED = "replaced"  # words within a paragraph that stayed otherwise
    INITIALS = "initials"  # the same: a name, and what is left of it


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
    names: int  # that were replaced by initials


def account(change: Change, tongue: Tongue, limit: int = 10) -> Account:
    """Given a change, return what tells it to people, with at most `limit` passages."""

    def passage(part: Part, before: str, after: str) -> Passage:
        return Passage(part, _shown(before, tongue), _shown(after, tongue))

    passages = [
        *([passage(Part.TITLE, *change.title)] if change.title else []),
        *(passage(Part.REMOVED, one, "") for one in change.removed),
        *(passage(Part.ADDED, "", one) for one in change.added),
        *(
            passage(Part.INITIALS if _kind(pair) == _NAME else Part.REPLACED, *pair)
            for pair in change.replaced
        ),
    ]
    beyond = change.more_removed + change.more_added + change.more_replaced
    beyond += max(0, len(passages) - limit)
    left_out = more(beyond, tongue) if beyond else ""
    names = _names(change)
    return Account(_line(change, names, tongue), tuple(passages[:limit]), left_out, names)


def more(number: int, tongue: Tongue) -> str:
    """Return how many passages are not shown."""
    return tongue.ngettext("and %(num)s more", "and %(num)s more", number)


def _names(change: Change) -> int:
    """Return how many names were replaced by initials: each once, however often it stood there."""
    pairs = [*([change.title] if change.title else []), *change.replaced]
    return len({_core(pair) for pair in pairs if _kind(pair) == _NAME})


def _line(change: Change, names: int, tongue: Tongue) -> str:
    ngettext = tongue.ngettext
    kinds = Counter(map(_kind, change.replaced))
    removed = len(change.removed) + change.more_removed
    added = len(change.added) + change.more_added
    figures = kinds["figure"]
    shortened, extended = kinds["taken out"], kinds["put in"]
    reworded = kinds["other"] + change.more_replaced
    told = (
        ngettext("%(num)s paragraph removed", "%(num)s paragraphs removed", removed),
        ngettext("%(num)s paragraph added", "%(num)s paragraphs added", added),
        ngettext("%(num)s name replaced by initials", "%(num)s names replaced by initials", names),
        ngettext("%(num)s figure changed", "%(num)s figures changed", figures),
        ngettext("%(num)s passage shortened", "%(num)s passages shortened", shortened),
        ngettext("%(num)s passage extended", "%(num)s passages extended", extended),
        ngettext("%(num)s passage reworded", "%(num)s passages reworded", reworded),
    )
    counts = (removed, added, names, figures, shortened, extended, reworded)
    title = tongue.gettext("title changed") if change.title else tongue.gettext("title unchanged")
    return tongue.listed([*(one for one, count in zip(told, counts, strict=True) if count), title])


def _kind(pair: tuple[str, str]) -> str:
    """Given what stood there and what stands there now, return what kind of replacement it is."""
    before, after = _core(pair)
    if not before:
        return "put in"
    if not after:
        return "taken out"
    if _are_initials(after, of=before):
        return _NAME
    if any(map(_has_figure, before)) and any(map(_has_figure, after)):
        rest = [[word for word in side if not _has_figure(word)] for side in (before, after)]
        if rest[0] == rest[1]:
            return "figure"
    return "other"


def _core(pair: tuple[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Given what stood there and what stands there now, return the words of both that the other
    does not begin or end with."""
    before, after = (_WORD.findall(told) for told in pair)
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return tuple(before), tuple(after)


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


def _shown(told: str, tongue: Tongue) -> str:
    return clean_line(redacted(told, tongue.gettext), LONGEST)
