"""What of a composition stands on which page. Pure; used by render, which says how large a page
would be.

A page holds consecutive numbers. The first one holds what is told once: counts, contents, feeds
with problems; where these alone would fill it, they are shortened, and say by how much.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hrwatch.errors import ComposeError
from hrwatch.model.mail import Detail, MailKind, Subscriber
from hrwatch.stages.digest.view import Composition, Sheet, Story, Stretch, Update

FULL_STORIES = 30  # past them titles only: a digest is read on a phone
_NUMBERS_WIDEST = 999  # pages that a measured page says there are
_TRIED_WHOLE = 1_000  # stories; more never fit one page
_FIRST_TRIED = 300  # titles on a page
_LEAST = 0.01  # of a page, that a template which shows next to nothing is taken to fill
_FILLED = 0.85  # of the limit: then nobody looks whether one story more fits


@dataclass(frozen=True, slots=True)
class _Frame:
    """How much of what is told once stands on the first page."""

    contents: bool
    troubles: int  # feeds with their states
    names: int  # further feeds, by name


_FRAMES = (
    _Frame(contents=True, troubles=30, names=400),
    _Frame(contents=True, troubles=10, names=50),
    _Frame(contents=False, troubles=10, names=20),
    _Frame(contents=False, troubles=0, names=0),
)


def full_stories(subscriber: Subscriber) -> int:
    """Return how many stories of a digest stand in full, at most."""
    return 0 if subscriber.detail is Detail.TITLES else FULL_STORIES


def sheets(
    composition: Composition, size: Callable[[Sheet], int], limit: int, in_full: int
) -> tuple[Sheet, ...]:
    """Given what to tell, how large a page with it is and how large one may be, in the same
    measure, return the pages, at least one.

    At most `in_full` stand in full on all of them, fewer where one alone fills more than a
    page. Raise ComposeError where a page would be too large with nothing, or one title, on it.
    """
    plan = _Plan(composition, _FRAMES[0], _in_full(composition, in_full))
    whole = plan.sheet(1, 1, 0, plan.count)
    if plan.count <= _TRIED_WHOLE and size(whole) <= limit:
        return (whole,)
    for frame in _FRAMES:
        plan = replace(plan, frame=frame)
        if size(plan.sheet(1, _NUMBERS_WIDEST, 0, 0)) <= limit / 2:
            break
    else:
        raise ComposeError(f"a page without a story would have more than {limit // 2} bytes")
    if not plan.count:
        return (plan.sheet(1, 1, 0, 0),)

    def fits(first: int, last: int) -> float:
        number = 1 if first == 0 else _NUMBERS_WIDEST
        return size(plan.sheet(number, _NUMBERS_WIDEST, first, last)) / limit

    ends = [0]
    while ends[-1] < plan.count:
        end = _end_of_page(ends[-1], plan.count, fits)
        if end > ends[-1]:
            ends.append(end)
        elif plan.is_full(end):
            plan = replace(plan, full=plan.full - {plan.items[end].number})
        else:
            raise ComposeError(f"a page with one title would have more than {limit} bytes")
    return tuple(
        plan.sheet(number, len(ends) - 1, first, last)
        for number, (first, last) in enumerate(pairwise(ends), 1)
    )


def _end_of_page(first: int, count: int, fits: Callable[[int, int], float]) -> int:
    """Given how much of a page the stories from one to another fill, return where the page that
    begins with `first` ends: after as many as fit, or nearly; `first` where none does."""
    low, filled = first, 0.0
    high = count + 1
    guess = min(count, first + _FIRST_TRIED)
    while high - low > 1 and (filled < _FILLED or low == first):
        share = fits(first, guess)
        if share <= 1:
            low, filled = guess, share
        else:
            high = guess
        # As many as would fill it nearly, if all were of one size.
        even = first + int((guess - first) * 0.95 / max(share, _LEAST))
        guess = even if low < even < high else (low + high) // 2
    return low


@dataclass(frozen=True, slots=True)
class _Plan:
    """A composition as a row of stories, and which of them stand in full, by their numbers."""

    composition: Composition
    frame: _Frame
    full: frozenset[int]

    @property
    def items(self) -> tuple[Story | Update, ...]:
        """All that has a number, in the order of the numbers."""
        of_sections = (item for section in self.composition.sections for item in section.items)
        return (*of_sections, *(mention.story for mention in self.composition.mentions))

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return len(self.items)

    def is_full(self, place: int) -> bool:
        """Say whether the story at a place stands in full."""
        return self.items[place].number in self.full

    def sheet(self, number: int, of: int, first: int, last: int) -> Sheet:
        """Return a page that holds the stories from `first` up to `last`, counted from 0."""
        told = {item.number for item in self.items[first:last]}
        # An alert tells what cannot wait, and no more.
        tells_all = number == 1 and self.composition.occasion.kind is not MailKind.URGENT
        troubles = self.composition.troubles if tells_all else ()
        in_words = troubles[: self.frame.troubles]
        by_name = troubles[len(in_words) :][: self.frame.names]
        return Sheet(
            number=number,
            of=of,
            stretches=tuple(self._stretches(told)),
            mentions=tuple(m for m in self.composition.mentions if m.story.number in told),
            contents=tells_all and self.frame.contents,
            troubles=in_words,
            named_troubles=by_name,
            more_troubles=len(troubles) - len(in_words) - len(by_name),
        )

    def _stretches(self, told: set[int]) -> Iterator[Stretch]:
        for place, section in enumerate(self.composition.sections, 1):
            items = [item for item in section.items if item.number in told]
            if items:
                yield Stretch(
                    section=section,
                    anchor=f"s{place}",
                    begins=items[0] is section.items[0],
                    full=tuple(item for item in items if item.number in self.full),
                    titles=tuple(item for item in items if item.number not in self.full),
                )


def _in_full(composition: Composition, limit: int) -> frozenset[int]:
    """Return the numbers of the stories that stand in full, `limit` in all."""
    given = shares([len(section.items) for section in composition.sections], limit)
    return frozenset(
        item.number
        for section, share in zip(composition.sections, given, strict=True)
        for item in section.items[:share]
    )


def shares(counts: Sequence[int], limit: int) -> tuple[int, ...]:
    """Given how many items each section has, return how many stand in full, `limit` in all: none
    starves because another has many."""
    given = [0] * len(counts)
    left = min(limit, sum(counts))
    while left:
        for place, wanted in enumerate(counts):
            if left and given[place] < wanted:
                given[place] += 1
                left -= 1
    return tuple(given)
