"""The entries of a listing page by the operator's selectors."""

from collections.abc import Sequence
from dataclasses import replace

from hrwatch.errors import NoListing
from hrwatch.model.feeds import Select
from hrwatch.selectors import xpath
from hrwatch.stages.parse.listing import extents, links, records
from hrwatch.stages.parse.listing.groups import Found
from hrwatch.stages.parse.listing.links import Link
from hrwatch.stages.parse.page import Element, Page, words


def entries(page: Page, select: Select) -> tuple[Found, ...]:
    """Given a page and a selector for entry or link, return its entries in the order of the
    document, each page once; raise NoListing where there is none."""
    reach = _by_entry(page, select) if select.entry else _by_link(page, select)
    return tuple(Found(link, extent, records.title(extent)) for link, extent in reach)


def refined(found: Sequence[Found], select: Select) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """Given entries, return them with title and date by the operator's selectors, and what these
    did not find."""
    better, untitled, undated = [], 0, 0
    for one in found:
        title = _text(one.extent, select.title)
        written = _text(one.extent, select.date, attribute="datetime")
        untitled += not title
        undated += not written
        better.append(replace(one, title=title or one.title, date_text=written))
    missed = (("title", select.title, untitled), ("date", select.date, undated))
    return tuple(better), tuple(
        f"the selector {kind} ({selector}) finds nothing in {count} of {len(found)} entries"
        for kind, selector, count in missed
        if selector and count
    )


def _by_entry(page: Page, select: Select) -> Sequence[tuple[Link, records.Extent]]:
    matched = _find(page.root, select.entry)
    if not matched:
        raise NoListing(f"the selector entry ({select.entry}) finds nothing on the page")
    taken: dict[str, tuple[Link, records.Extent]] = {}
    for element in matched[: links.MAX_LINKS]:
        link = _link_of(page, element, select.link)
        if link is not None:
            own = tuple(
                one.element for one in links.all_links(page, element) if one.key == link.key
            )
            extent = records.Extent((element,), own or (link.element,))
            taken.setdefault(link.key, (link, extent))
    if not taken:
        what = f"link ({select.link}) finds no link" if select.link else "entry finds no link"
        raise NoListing(
            f"the selector {what} in what entry ({select.entry}) finds: {len(matched)} elements"
        )
    return tuple(taken.values())


def _by_link(page: Page, select: Select) -> Sequence[tuple[Link, records.Extent]]:
    matched = [
        link
        for element in _find(page.root, select.link)[: links.MAX_LINKS]
        if (link := next(links.all_links(page, element), None)) is not None
    ]
    if not matched:
        raise NoListing(f"the selector link ({select.link}) finds no link on the page")
    reach = extents.of(matched)
    first = {link.key: link for link in reversed(matched)}
    return tuple((first[key], extent) for key, extent in reach.items())


def _link_of(page: Page, element: Element, selector: str) -> Link | None:
    """Return the link of an entry: by the selector; else the one that the entry is or stands in,
    the one of its heading, the first that says something, the first."""
    if selector:
        found = (next(links.all_links(page, one), None) for one in _find(element, selector))
        return next((link for link in found if link is not None), None)
    within = list(links.all_links(page, element))
    around = element.xpath("ancestor::a[@href][1]") if not within else []
    for heading in element.iter(*records.HEADINGS):
        if link := next(links.all_links(page, heading), None):
            return link
    for link in within:
        if records.weight(words(link.element)) >= records.LEAST_WEIGHT:
            return link
    within += [link for one in around for link in links.all_links(page, one)]
    return next(iter(within), None)


def _find(element: Element, selector: str) -> list[Element]:
    return [one for one in element.xpath(xpath(selector)) if isinstance(one.tag, str)]


def _text(extent: records.Extent, selector: str, attribute: str = "") -> str:
    """Return what the first element found says, by its attribute or its text."""
    if not selector:
        return ""
    for part in extent.parts:
        if not isinstance(part, str):
            for element in _find(part, selector):
                if told := (attribute and element.get(attribute)) or words(element):
                    return str(told)
    return ""
