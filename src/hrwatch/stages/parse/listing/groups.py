"""Which links of a page are its list of news: those that repeat one structure, found by what
their entries say."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from hrwatch.stages.parse.listing import extents, records
from hrwatch.stages.parse.listing.links import Link
from hrwatch.stages.parse.page import Element

# What is looked at of a page, the largest groups first: a list is never among the smallest.
_MOST_GROUPS = 100
_STEPS = 5  # elements above a link that make its place: enough to part a list from a sidebar
_LEAST_SHARE = 0.6  # of the links of a list, those with a title
_MOSTLY_DATED = 0.8
_LEAST_DIFFERENT = 0.7  # of the titles of a list, those that are there once
_LONGEST_TITLE = 400
_OWN_ELEMENT = ("article", "li", "tr", "dd")
_DATED_WEIGHT = 8  # a dated line is an entry even when its title is short
# Classes that differ between the entries of one list: what WordPress and Drupal tell of each.
_OF_ONE_ENTRY = re.compile(
    r".*\d.*|odd|even|first|last|active|current|sticky|alt|views-row.*|hentry"
    r"|(?:post|category|tag|type|status|format|has|author|term|pmpro|no|is)-.*",
    re.I,
)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a list, as it stands in the page."""

    link: Link
    extent: records.Extent
    title: str
    dated: bool = False
    date_text: str = ""  # as the operator's selector finds it


@dataclass(frozen=True, slots=True)
class _Group:
    found: tuple[Found, ...]
    score: float

    @property
    def is_dated(self) -> bool:
        return sum(one.dated for one in self.found) >= _LEAST_SHARE * len(self.found)

    @property
    def is_headed(self) -> bool:
        headed = sum(
            any(True for _ in one.extent.elements(*records.HEADINGS)) for one in self.found
        )
        return headed >= _LEAST_SHARE * len(self.found)


def entries(links: Sequence[Link], dated: Callable[[Found], bool]) -> tuple[Found, ...]:
    """Given the links of a page that may lead to news, and what tells whether an entry has a
    date, return the page's entries, in the order of the document; none where nothing is a list.
    """
    keys = {link.element: link.key for link in links}

    def reach_of(some: Sequence[Link]) -> dict[str, records.Extent]:
        """Return how far each entry reaches, with all links to its page: picture and headline."""
        return {
            key: replace(
                extent,
                links=tuple(one for one in extent.elements("a") if keys.get(one) == key)
                or extent.links,
            )
            for key, extent in extents.of(some).items()
        }

    by_place: dict[tuple[str, ...], list[Link]] = defaultdict(list)
    for link in links:
        by_place[_place(link.element)].append(link)
    places = sorted(by_place.values(), key=len, reverse=True)[:_MOST_GROUPS]
    lists = [
        (group, one)
        for one in places
        if len({link.key for link in one}) > 1
        for group in _lists(one, reach_of(one), dated)
        if len(group.found) > 1
    ]
    if not lists:
        return _alone(places, dated)
    best, beside = max(lists, key=lambda item: item[0].score)
    chosen = {one.link.key: one for one in best.found}
    inside = {link for one in best.found for link in one.extent.elements("a")}
    for one in places:
        further = [link for link in one if link.key not in chosen and link.element not in inside]
        # Beside the list, so that no further entry reaches into it.
        reach = reach_of([*beside, *further] if one is not beside else beside)
        for group in _lists(further, reach, dated):
            if _belongs(group, best):
                for found in group.found:
                    chosen.setdefault(found.link.key, found)
    order = {link.key: number for number, link in reversed(list(enumerate(links)))}
    return tuple(sorted(chosen.values(), key=lambda one: order[one.link.key]))


def _lists(
    links: Sequence[Link],
    reach: Mapping[str, records.Extent],
    dated: Callable[[Found], bool],
) -> Iterator[_Group]:
    """Yield the lists among links of one place: those whose entries are neighbours, each by
    itself (a sidebar is often built like the list beside it), and those that stand alone."""
    by_parent: dict[Element, list[Link]] = defaultdict(list)
    for link in links:
        by_parent[reach[link.key].parent()].append(link)
    alone: list[Link] = []
    for neighbours in by_parent.values():
        if len({link.key for link in neighbours}) == 1:
            alone += neighbours
        elif group := _group(neighbours, reach, dated):
            yield group
    if alone and (group := _group(alone, reach, dated)):
        yield group


def _alone(places: Sequence[Sequence[Link]], dated: Callable[[Found], bool]) -> tuple[Found, ...]:
    """Return the one entry of a listing that has no more: dated, and in an element of its own."""
    for links in places:
        own = next((one for one in links[0].element.iterancestors(*_OWN_ELEMENT)), None)
        if own is None or len({link.key for link in links}) > 1:
            continue
        extent = records.Extent((own,), tuple(link.element for link in links))
        group = _group(links, {links[0].key: extent}, dated)
        if group and group.is_dated:
            return group.found
    return ()


def _place(element: Element) -> tuple[str, ...]:
    """Return how a link is nested: names and classes of the elements above it, without what
    differs from entry to entry."""
    steps = []
    current = element
    for _ in range(_STEPS):
        if current is None:
            break
        classes = sorted(
            one for one in (current.get("class") or "").split() if not _OF_ONE_ENTRY.fullmatch(one)
        )
        steps.append(".".join((current.tag, *classes)))
        current = current.getparent()
    return tuple(steps)


def _group(
    links: Sequence[Link],
    reach: Mapping[str, records.Extent],
    dated: Callable[[Found], bool],
) -> _Group | None:
    """Return what the links of one place are as a list, or None where they are none."""
    first = {link.key: link for link in reversed(links)}
    found = []
    for key, link in reversed(first.items()):
        one = Found(link, reach[key], records.title(reach[key]))
        one = replace(one, dated=bool(one.title) and dated(one))
        least = _DATED_WEIGHT if one.dated else records.LEAST_WEIGHT
        if least <= records.weight(one.title) <= _LONGEST_TITLE:
            found.append(one)
    if sum(one.dated for one in found) >= _MOSTLY_DATED * len(found):
        # "All our news" stands at the end of a list like an entry, but says nothing more.
        found = [one for one in found if one.dated or records.summary(one.extent, one.title)]
    titles = {one.title for one in found}
    if len(found) < _LEAST_SHARE * len(first) or len(titles) < _LEAST_DIFFERENT * len(found):
        return None
    return _Group(tuple(found), _score(found)) if found else None


def _score(found: Sequence[Found]) -> float:
    """Return how much a group looks like a page's list of news."""
    worth = 0.0
    for one in found:
        own = min(records.weight(one.title), 80) / 80
        own *= 3 if one.dated else 1
        own *= 1.5 if any(True for _ in one.extent.elements(*records.HEADINGS)) else 1
        own *= 1.3 if _in_middle(one.link.element) else 1
        own *= 1.3 if records.summary(one.extent, one.title) else 1
        worth += own
    return worth


def _in_middle(element: Element) -> bool:
    return any(
        above.tag in ("main", "article") or above.get("role") == "main"
        for above in element.iterancestors()
    )


def _belongs(group: _Group, best: _Group) -> bool:
    """Say whether a further group is part of the same listing: the article that is shown large,
    the second column. What is not clearly so is left out: an entry that is missed comes with the
    next page of the list, a sidebar that is taken for news is mailed."""
    if best.is_dated != group.is_dated or best.is_headed != group.is_headed:
        return False
    if _main(group) is not _main(best):
        return False
    return best.is_dated or _sections(group) <= _sections(best)


def _main(group: _Group) -> Element | None:
    """Return the page's main part, where the group stands in it."""
    first = group.found[0].link.element
    return next((one for one in first.iterancestors() if one.tag == "main"), None)


def _sections(group: _Group) -> set[tuple[str, ...]]:
    """Return of each address the path in which its page lies, numbers as one."""
    paths = [urlsplit(one.link.address).path.strip("/").split("/") for one in group.found]
    return {tuple(_NUMBER.sub("#", step) for step in steps[:-1]) for steps in paths}
