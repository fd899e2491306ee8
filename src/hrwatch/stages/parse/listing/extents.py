"""How far each entry of a list reaches: from its link out to what belongs to it alone."""

import itertools
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence

from hrwatch.stages.parse.listing.links import Link
from hrwatch.stages.parse.listing.records import HEADINGS, Extent
from hrwatch.stages.parse.page import Element

_STARTS = HEADINGS | {"dt"}
_NEVER_WITHIN = frozenset(("html", "body", "main", "table", "tbody"))
_SEVERAL = ""  # what stands for more than one target: no key is empty
# How many neighbours of a link may belong to its entry, where a list has no element for each.
_MOST_NEIGHBOURS = 12


def of(links: Sequence[Link]) -> dict[str, Extent]:
    """Given the links of one list, return by key how far the entry of each reaches: the largest
    element that holds no other entry's link, and where several of them are neighbours, what
    stands between them. A page that is linked twice has the extent of its first link."""
    holders = _holders(links)
    by_parent: dict[Element, dict[Element, list[Link]]] = defaultdict(dict)
    seen: dict[str, Element] = {}
    # An entry that stands apart (the last year's only one, the one shown large) would reach up to
    # all that surrounds it: none reaches further than most.
    usual = statistics.median_low([len(_above(link, holders)) for link in links]) if links else 0
    for link in links:
        record = ([link.element, *_above(link, holders)][: usual + 1])[-1]
        if seen.setdefault(link.key, record) is record:
            by_parent[record.getparent()].setdefault(record, []).append(link)
    found: dict[str, Extent] = {}
    for parent, records in by_parent.items():
        extents = _among(parent, records) if len(records) > 1 else {r: (r,) for r in records}
        for record, own in records.items():
            found[own[0].key] = Extent(extents[record], tuple(one.element for one in own))
    return {link.key: found[link.key] for link in links if link.key in found}


def _holders(links: Sequence[Link]) -> dict[Element, str]:
    """Return for each element above a link the one key found in it, or that there are several."""
    holders: dict[Element, str] = {}
    for link in links:
        element = link.element
        while element is not None:
            held = holders.setdefault(element, link.key)
            if held != link.key:
                if held == _SEVERAL:
                    break  # and so in all above
                holders[element] = _SEVERAL
            element = element.getparent()
    return holders


def _above(link: Link, holders: Mapping[Element, str]) -> list[Element]:
    """Return the elements above a link that hold no other entry's link, from within."""
    found = []
    element = link.element
    while (element := element.getparent()) is not None:
        if holders[element] == _SEVERAL or element.tag in _NEVER_WITHIN:
            break
        found.append(element)
    return found


def _among(
    parent: Element, records: Mapping[Element, object]
) -> dict[Element, tuple[Element | str, ...]]:
    """Share out the children of an element, and the text between them, among the entries that are
    its children."""
    items: list[Element | str] = [parent.text or ""]
    for child in parent:
        items += [child, child.tail or ""]
    places = [at for at, item in enumerate(items) if not isinstance(item, str) and item in records]
    starts = _starts(items, places)
    longest = max(after - before for before, after in itertools.pairwise(starts))
    found = {}
    for number, (start, place) in enumerate(zip(starts, places, strict=True)):
        end = starts[number + 1] if number + 1 < len(starts) else min(start + longest, len(items))
        end = max(min(end, place + _MOST_NEIGHBOURS), place + 1)
        stop = next((at for at in range(place + 1, end) if _is_start(items[at])), end)
        found[items[place]] = tuple(items[max(start, place - _MOST_NEIGHBOURS) : stop])
    return found


def _starts(items: Sequence[Element | str], places: Sequence[int]) -> list[int]:
    """Return where each entry begins: at a heading before it, where every one has such; else just
    behind the one before, where something stands before the first and nothing after the last;
    else with its own element."""
    before = [-1, *places[:-1]]
    headings = [
        max((at for at in range(low + 1, place) if _is_start(items[at])), default=None)
        for low, place in zip(before, places, strict=True)
    ]
    if all(at is not None for at in headings):
        return [at for at in headings if at is not None]
    between = [
        any(_says_something(items[at]) for at in range(low + 1, place))
        for low, place in itertools.pairwise(places)
    ]
    first, last = places[0], places[-1]
    leads = any(_is_dated(item) for item in items[max(first - 2, 0) : first])
    trails = any(_is_dated(item) for item in items[last + 1 : last + 3])
    if all(between) and leads and not trails:
        width = min(after - low for low, after in itertools.pairwise(places))
        return [max(first - width + 1, 0), *(place + 1 for place in places[:-1])]
    return list(places)


def _is_start(item: Element | str) -> bool:
    return not isinstance(item, str) and item.tag in _STARTS


def _says_something(item: Element | str) -> bool:
    told = item if isinstance(item, str) else "".join(item.itertext())
    return any(character.isalnum() for character in told)


def _is_dated(item: Element | str) -> bool:
    """Say whether an item may be a date: short, and with a number in it."""
    told = (item if isinstance(item, str) else "".join(item.itertext())).strip()
    return len(told) <= 60 and any(character.isdigit() for character in told)  # noqa: PLR2004 - a line of a byline
