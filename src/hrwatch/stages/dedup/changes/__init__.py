"""What a publisher changed between two readings of one article, and what is only noise.

    cutting     a text → paragraphs, sentences, words as they are compared
    noise       which lines are stamps, counters, signatures
    aligning    which passages one reading has and the other has not, and which became which
    rewording   which words of such a passage are others
    titles      whether a title says something else

Pure: all that is known of a page is in `Told`. The reasons are in docs/decisions/0028.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property

from hrwatch import text
from hrwatch.model.articles import Change
from hrwatch.stages.dedup.changes import titles
from hrwatch.stages.dedup.changes.aligning import Passage, Side, differing, pairs
from hrwatch.stages.dedup.changes.cutting import Cut, cut, glued, paragraphs
from hrwatch.stages.dedup.changes.noise import is_aside
from hrwatch.stages.dedup.changes.rewording import Budget, Gap, gaps

# What a change keeps of each kind; the rest is counted, and stands in the versions themselves.
MOST = 30
LONGEST_PARAGRAPH = 600  # code points
LONGEST_WORDS = 300
_MOST_GAPS = 8  # in one passage: of more, the passage as a whole was written anew
_CONTEXT = 4  # words put in or taken out: of fewer, the word on each side is told with them
_FURNISHED = 1 / 3  # of a text, that stands around a story
_BESIDE = 3  # words round a changed one, in which a line of its own is looked for
_THREE = 3  # words in a row, by which texts are alike
_TELLING = 16  # letters that stand elsewhere in the text by no accident


@dataclass(frozen=True, slots=True)
class Told:
    """A title and a text, as one reading gives them; paragraphs stand on lines of their own."""

    title: str
    text: str
    # Lines, as `text.normalised` gives them, that stand on the page around the story: links to
    # others, buttons, notices. They change by themselves.
    furniture: Collection[str] = field(default_factory=frozenset)
    names: tuple[str, ...] = ()  # of the publisher and its site, which titles end with
    # All that stands on the page: what a reading of it passed over has not gone.
    page: str = ""


def changed(before: Told, after: Told) -> Change | None:
    """Given two readings of one article, return what its publisher changed in substance; None
    where nothing is changed, or only what surrounds the story."""
    return _Comparison(before, after).change()


def alike(before: Told, after: Told) -> float:
    """Return the share of the words of the old text that still stand between the words that they
    stood between, from 0 to 1; in scripts without spaces of its characters. Single words would
    tell nothing: any two texts of one language share a third of them."""
    if before.text == after.text:
        return 1.0
    old, new = cut(before.text).keys, cut(after.text).keys
    if not old:
        return 1.0
    width = min(_THREE, len(old))
    there = {new[start : start + width] for start in range(len(new) - width + 1)}
    found, reach = 0, 0
    for start in range(len(old) - width + 1):
        if old[start : start + width] in there:
            found += start + width - max(reach, start)
            reach = start + width
    return found / len(old)


class _Comparison:
    """One comparison of two readings, and what it has found so far."""

    def __init__(self, before: Told, after: Told) -> None:
        self._before, self._after = _credible(before), _credible(after)
        self._budget = Budget()
        self._removed: list[str] = []
        self._added: list[str] = []
        self._replaced: dict[tuple[str, str], None] = {}

    def change(self) -> Change | None:
        before, after = self._before, self._after
        names = (*before.names, *after.names)
        title = (
            (before.title, after.title)
            if titles.is_changed(before.title, after.title, names)
            else None
        )
        self._compare_texts()
        if not (title or self._removed or self._added or self._replaced):
            return None
        replaced = list(self._replaced)
        return Change(
            title=title,
            added=tuple(_shortened(one, LONGEST_PARAGRAPH) for one in self._added[:MOST]),
            removed=tuple(_shortened(one, LONGEST_PARAGRAPH) for one in self._removed[:MOST]),
            replaced=tuple(
                (_shortened(old, LONGEST_WORDS), _shortened(new, LONGEST_WORDS))
                for old, new in replaced[:MOST]
            ),
            more_added=max(0, len(self._added) - MOST),
            more_removed=max(0, len(self._removed) - MOST),
            more_replaced=max(0, len(replaced) - MOST),
        )

    def _compare_texts(self) -> None:
        before, after = self._before, self._after
        old, new = differing(Side(before.text, before.furniture), Side(after.text, after.furniture))
        headings = {glued(cut(title).keys) for title in (before.title, after.title)}
        old, new = (
            [one for one in side if glued(one.words.keys) not in headings] for side in (old, new)
        )
        partners = pairs(old, new)
        become = {number: old_number for old_number, number in partners.items()}
        for number, passage in enumerate(old):
            if number in partners or _is_around(passage.words, 0, None, before.furniture):
                continue
            if not self._stands(passage.words, self._all_new):
                self._tell(passage, self._removed, gone=True)
        for number, passage in enumerate(new):
            if number in become:
                self._compare(old[become[number]], passage)
            elif not (
                _is_around(passage.words, 0, None, after.furniture)
                or self._stands(passage.words, self._all_old)
            ):
                self._tell(passage, self._added, gone=False)

    def _tell(self, passage: Passage, paragraphs: list[str], *, gone: bool) -> None:
        told = passage.words.told
        if passage.whole:
            paragraphs.append(passage.words.text)
        else:
            self._replaced[(told, "") if gone else ("", told)] = None

    def _compare(self, old: Passage, new: Passage) -> None:
        """Tell the words by which one passage has become another."""
        here, there = old.words, new.words
        found = [
            gap
            for gap in gaps(here.keys, there.keys, self._budget)
            if not self._is_nothing(here, there, gap)
        ]
        if len(found) > _MOST_GAPS:
            self._replaced[here.told, there.told] = None
            return
        for gap in found:
            self._replaced[_told(here, there, gap)] = None

    def _is_nothing(self, here: Cut, there: Cut, gap: Gap) -> bool:
        """Return whether the same letters stand on both sides, or what is on one side only stands
        elsewhere in the other text: lines that were joined or parted."""
        old = here.between(gap.old_first, gap.old_last)
        new = there.between(gap.new_first, gap.new_last)
        if glued(old.keys) == glued(new.keys):
            return True
        if _is_around(here, gap.old_first, gap.old_last, self._before.furniture) and _is_around(
            there, gap.new_first, gap.new_last, self._after.furniture
        ):
            return True
        if (not old.keys or not new.keys) and is_aside(old.told or new.told):
            return True
        if not old.keys:
            return self._stands(new, self._all_old)
        return not new.keys and self._stands(old, self._all_new)

    def _stands(self, words: Cut, whole: str) -> bool:
        told = glued(words.keys)
        if len(told) < _TELLING or len(words.keys) < _CONTEXT:
            return False
        self._budget.left -= len(whole) // 100
        return self._budget.left > 0 and told in whole

    @cached_property
    def _all_old(self) -> str:
        return glued(cut(f"{self._before.text}\n{self._before.page}").keys)

    @cached_property
    def _all_new(self) -> str:
        return glued(cut(f"{self._after.text}\n{self._after.page}").keys)


def _credible(told: Told) -> Told:
    """Return a reading without its furniture where that is much of the text: then the page calls
    its story by such a name."""
    if not told.furniture:
        return told
    lines = list(paragraphs(told.text))
    around = sum(len(line) for line in lines if text.normalised(line) in told.furniture)
    return told if around <= _FURNISHED * len(told.text) else replace(told, furniture=frozenset())


def _is_around(words: Cut, first: int, last: int | None, furniture: Collection[str]) -> bool:
    """Return whether words, or these with a few beside them, stand around the story: the "882" of
    "882 views"."""
    last = len(words.keys) if last is None else last
    if first == last or not furniture:
        return first == last
    return any(
        text.normalised(_stretch(words, start, end)) in furniture
        for start in range(max(0, first - _BESIDE), first + 1)
        for end in range(last, min(len(words.keys), last + _BESIDE) + 1)
        if end - start > 1  # a figure stands on every page somewhere
    )


def _told(here: Cut, there: Cut, gap: Gap) -> tuple[str, str]:
    """Return what stood there and what stands there now. A word put in or taken out tells nothing
    by itself: its neighbours are told too."""
    old, new = (gap.old_first, gap.old_last), (gap.new_first, gap.new_last)
    few = min(old[1] - old[0], new[1] - new[0]) == 0
    if few and max(old[1] - old[0], new[1] - new[0]) < _CONTEXT:
        old, new = _widened(here, *old), _widened(there, *new)
    return _stretch(here, *old), _stretch(there, *new)


def _widened(words: Cut, first: int, last: int) -> tuple[int, int]:
    return max(0, first - 1), min(len(words.keys), last + 1)


def _stretch(words: Cut, first: int, last: int) -> str:
    """Return the text from a word up to, and without, another one; an initial with its dot."""
    if first == last:
        return ""
    start, end = words.places[first][0], words.places[last - 1][1]
    if words.text[end : end + 1] == "." and end - words.places[last - 1][0] == 1:
        end += 1
    return words.text[start:end]


def _shortened(told: str, limit: int) -> str:
    return told if len(told) <= limit else told[: limit - 1].rstrip() + "…"
