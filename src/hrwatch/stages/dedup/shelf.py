"""The articles that new ones are compared with: found by their sketches, judged by their texts.

A copy is linked to an original whose own text it is like, never to a copy of it: by chains two
texts would be one story that have nothing in common.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from hrwatch.model.articles import Copy, CopyKind
from hrwatch.stages.dedup.likeness import Likeness, is_alike, is_copy, is_version
from hrwatch.stages.dedup.shingles import Telling, telling
from hrwatch.text import title_key

# A hash that stands on so many articles tells nothing of any.
CROWD = 200
# Two texts of one origin share many of their smallest hashes; one may be shared by chance.
SHARED = 2
COMPARED = 8  # articles, those with most hashes in common first
# What stands under so many other articles of one site is its own, and tells of none of them. Two
# may be one article that the site published again under another title.
_REPEATED = 3


@dataclass(frozen=True, slots=True, eq=False)  # by identity: looked up hundreds of times
class Told:
    """An article as it is compared. `original`: its own name, or that of what it is a copy of."""

    name: str
    title: str
    text: str
    hashes: tuple[int, ...]  # that it is found by; see `shingles.telling_hashes`
    original: str
    site: str = ""  # registrable domain, empty where it is not known


class Shelf:
    """Articles by name, originals and copies; `common` are shingles that tell nothing."""

    def __init__(self, common: Collection[int] = ()) -> None:
        self._common = frozenset(common)
        self._told: dict[str, Told] = {}
        self._by_hash: defaultdict[int, list[str]] = defaultdict(list)

    def put(self, told: Told) -> None:
        """Take in an article; it can be found from now on."""
        self._told[told.name] = told
        for one in told.hashes:
            self._by_hash[one].append(told.name)

    def copy(self, new: Told) -> Copy | None:
        """Given a new article, return the link to the original that it is most like, if any."""
        alike = self._alike(new.hashes)
        if not alike:
            return None
        # Several may be copies of one original, whose text is then looked at once.
        telling_of = cache(lambda told: telling(told.title, told.text))
        common_of = cache(lambda told: self._common & telling_of(told).shingles)
        sites = _Sites(new, alike, telling_of)
        found = []
        for told in alike:
            original = self._told.get(told.original)
            # None: it is not compared by its text, because somebody else speaks for its page.
            if original is None or not _may_repeat(new, original):
                continue
            likeness = _likeness(new, told, original, telling_of, self._common)
            if likeness and (repeated := sites.repeated(original)):
                # Of the thousands that are common those that stand here, which is as good.
                common = repeated.union(*map(common_of, (new, told, original)))
                likeness = _likeness(new, told, original, telling_of, common)
            if likeness:
                found.append((likeness, told.original))
        return _copy(*max(found, key=lambda one: one[0])) if found else None

    def _alike(self, hashes: Iterable[int]) -> tuple[Told, ...]:
        """Return who shares hashes, most of them first, the earlier of equals first."""
        shared: Counter[str] = Counter()
        for one in hashes:
            names = self._by_hash.get(one, ())
            if len(names) <= CROWD:
                shared.update(names)
        found = (name for name, count in shared.most_common(COMPARED) if count >= SHARED)
        return tuple(self._told[name] for name in found)


def _likeness(
    new: Told,
    told: Told,
    original: Told,
    telling_of: Callable[[Told], Telling],
    common: Collection[int],
) -> Likeness | None:
    """Return how like the original of `told` a text is, where it is a copy of that."""
    text, of_original = telling_of(new), telling_of(original)
    likeness = is_copy(text, of_original, common)
    if (
        likeness is None
        and original is not told
        and _may_repeat(new, told)
        and is_copy(text, telling_of(told), common)
    ):
        likeness = is_copy(text, of_original, common, both_like_a_copy=True)
    return likeness


def _may_repeat(new: Told, other: Told) -> bool:
    """Return whether likeness would tell: one site says much the same under two titles where one
    notice stands with every article."""
    is_one_site = bool(new.site) and new.site == other.site
    return not is_one_site or title_key(new.title) == title_key(other.title)


class _Sites:
    """What the sites of articles that are alike put under several of them: links and appeals of a
    channel, which do not tell whether one article repeats another. Read is only what shares hashes
    with the new article anyway, and each at most once."""

    def __init__(
        self, new: Told, alike: tuple[Told, ...], telling_of: Callable[[Told], Telling]
    ) -> None:
        self._new = new
        self._alike = alike
        self._telling_of = telling_of
        self._title = cache(lambda told: title_key(told.title))
        self._is_version = cache(lambda both: is_version(*(telling_of(one) for one in both)))

    def repeated(self, original: Told) -> frozenset[int]:
        """Return the shingles that the site of the new article or of an original puts under its
        others as well. None under one title, nor of what is a version of the original: an agency
        tells a story again under another title."""
        if self._title(self._new) == self._title(original):
            return frozenset()
        own = {one.site: one for one in (self._new, original) if one.site}
        others = [
            (place, told)
            for place, told in enumerate(self._alike)
            if told.site in own
            and told.original != original.name
            and self._title(told) != self._title(own[told.site])
        ]
        counted = 0
        for place, told in others if len(others) >= _REPEATED else ():
            if not self._is_version(frozenset((told, original))):
                counted |= 1 << place
        if counted.bit_count() < _REPEATED:
            return frozenset()
        found = [
            some
            for places, some in self._by_places.items()
            if (places & counted).bit_count() >= _REPEATED
        ]
        return frozenset().union(*found)

    @cached_property
    def _by_places(self) -> dict[int, set[int]]:
        """Shingles by the articles that they stand on, a bit for each."""
        places: defaultdict[int, int] = defaultdict(int)
        for place, told in enumerate(self._alike):
            for one in self._telling_of(told).shingles:
                places[one] += 1 << place
        found: defaultdict[int, set[int]] = defaultdict(set)
        for one, where in places.items():
            found[where].add(one)
        return found


def _copy(likeness: Likeness, original: str) -> Copy:
    if likeness.alike == 1.0:
        return Copy(original, CopyKind.SAME_TEXT, 1.0)
    if is_alike(likeness):
        return Copy(original, CopyKind.NEAR_TEXT, round(likeness.alike, 3))
    return Copy(original, CopyKind.CONTAINED, round(likeness.contained, 3))
