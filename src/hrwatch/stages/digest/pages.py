"""What of a composition stands on which page. Pure; used by render, which says how large a page
would be.

A page holds consecutive numbers. The first one holds what is told once: counts, contents, feeds
with problems. Of these as many as leave room for stories; the names of the others run on after the
last story.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from hrwatch.errors import ComposeError
from hrwatch.model.mail import Detail, MailKind, Subscriber
from hrwatch.stages.digest.shorter import shorter, title_alone
from hrwatch.stages.digest.view import Composition, Sheet, Story, Stretch, Trouble, Update

FULL_STORIES = 30  # past them titles only: a digest is read on a phone
_NUMBERS_WIDEST = 999  # pages that a measured page says there are
_TRIED_WHOLE = 1_000  # stories and names of feeds; more never fit one page
_FIRST_TRIED = 300  # titles on a page
_LEAST = 0.01  # of a page, that a template which shows next to nothing is taken to fill
_FILLED = 0.85  # of the limit: then nobody looks whether one story more fits
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class _Frame:
    """How much of what is told once stands on the first page before its stories."""

    sections: int  # in the contents; the others are counted
    troubles: int  # feeds with their states and since when
    names: int  # further feeds, by state and name


_FRAMES = (
    _Frame(sections=_ALL, troubles=30, names=400),
    _Frame(sections=_ALL, troubles=10, names=50),
    _Frame(sections=40, troubles=10, names=20),
    _Frame(sections=5, troubles=0, names=0),
    _Frame(sections=0, troubles=0, names=0),
)


def full_stories(subscriber: Subscriber) -> int:
    """Return how many stories of a digest stand in full, at most."""
    return 0 if subscriber.detail is Detail.TITLES else FULL_STORIES


def sheets(
    composition: Composition, size: Callable[[Sheet], int], limit: int, in_full: int
) -> tuple[Sheet, ...]:
    """Given what to tell, how large a page with it is and how large one may be, in the same
    measure, return the pages, at least one.

    `in_full` stand in full on all of them, and one that would fill more than a page is told
    shorter. Raise ComposeError where a page would be too large with nothing, or one title, on it.
    """
    plan = _Plan(composition, _FRAMES[0], _in_full(composition, in_full), {})
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

    def filled(plan: _Plan, page: int, first: int, last: int) -> float:
        number = 1 if page == 1 else _NUMBERS_WIDEST
        return size(plan.sheet(number, _NUMBERS_WIDEST, first, last)) / limit

    ends = [0]
    while ends[-1] < plan.count:
        first, page = ends[-1], len(ends)
        end = _end_of_page(first, plan.count, partial(filled, plan, page))
        if end == first:
            # Beside what is told once a story may have too little room that has enough on page 2.
            shorter_plans = plan.shorter(first, as_title=page > 1)
            fitting = (one for one in shorter_plans if filled(one, page, first, first + 1) <= 1)
            if (less := next(fitting, None)) is not None:
                plan = less
                continue
            if page > 1:
                raise ComposeError(f"a page with one title would have more than {limit} bytes")
        ends.append(end)
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
    """A composition as a row of stories and, after them, of feeds with problems that the first page
    had no room for; and which stories stand in full, by their numbers."""

    composition: Composition
    frame: _Frame
    full: frozenset[int]
    told: Mapping[int, Story | Update]  # those that are told shorter

    @property
    def items(self) -> tuple[Story | Update, ...]:
        """All that has a number, in the order of the numbers."""
        of_sections = (item for section in self.composition.sections for item in section.items)
        return (*of_sections, *(mention.story for mention in self.composition.mentions))

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """The feeds with problems: first those that are told in words, then all others by their
        states. An alert tells what cannot wait, and no more."""
        if self.composition.occasion.kind is MailKind.URGENT:
            return ()
        troubles, in_words = self.composition.troubles, self.frame.troubles
        by_state = sorted(troubles[in_words:], key=lambda trouble: trouble.state.state)
        return (*troubles[:in_words], *by_state)

    @property
    def left(self) -> tuple[Trouble, ...]:
        """The feeds with problems that run on after the last story."""
        return self.troubles[self.frame.troubles + self.frame.names :]

    @property
    def count(self) -> int:
        """How much there is to deal out to pages."""
        return len(self.items) + len(self.left)

    def shorter(self, place: int, *, as_title: bool) -> Iterator["_Plan"]:
        """Yield plans that tell what stands at a place ever shorter; as a title at last."""
        items = self.items
        if place >= len(items) or items[place].number not in self.full:
            return
        item = items[place]
        for less in shorter(item):
            yield replace(self, told={**self.told, item.number: less})
        if as_title:
            told = {**self.told, item.number: title_alone(item)}
            yield replace(self, told=told, full=self.full - {item.number})

    def sheet(self, number: int, of: int, first: int, last: int) -> Sheet:
        """Return a page that holds what stands from `first` up to `last`, counted from 0."""
        items, left, frame = self.items, self.left, self.frame
        told = {item.number for item in items[first:last]}
        troubles = self.troubles[: len(self.troubles) - len(left)] if number == 1 else ()
        running_on = left[max(0, first - len(items)) : max(0, last - len(items))]
        tells_all = number == 1 and self.composition.occasion.kind is not MailKind.URGENT
        goes_on = bool(troubles or running_on) or number == 1
        return Sheet(
            number=number,
            of=of,
            stretches=tuple(self._stretches(told)),
            mentions=tuple(m for m in self.composition.mentions if m.story.number in told),
            contents=tells_all and bool(frame.sections),
            troubles=troubles[: frame.troubles],
            named_troubles=(*troubles[frame.troubles :], *running_on),
            more_troubles=len(left) - max(0, last - len(items)) if goes_on else 0,
            more_sections=max(0, len(self.composition.sections) - frame.sections),
        )

    def _stretches(self, told: set[int]) -> Iterator[Stretch]:
        for place, section in enumerate(self.composition.sections, 1):
            items = [item for item in section.items if item.number in told]
            if items:
                yield Stretch(
                    section=section,
                    anchor=f"s{place}",
                    begins=items[0] is section.items[0],
                    full=tuple(self._told(item) for item in items if item.number in self.full),
                    titles=tuple(
                        self._told(item) for item in items if item.number not in self.full
                    ),
                )

    def _told(self, item: Story | Update) -> Story | Update:
        return self.told.get(item.number, item)


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
