"""The links of a page that may lead to news: not those of menus, footers and sidebars."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hrwatch import urls
from hrwatch.stages.parse.page import Element, Page

# A page with more of them is no listing that anybody reads; 3 000 cost a second or two.
MAX_LINKS = 3_000
_OUTSIDE_TAGS = frozenset(("nav", "footer", "aside", "template", "noscript", "select", "dialog"))
_OUTSIDE_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "menu", "menubar")
)
_MIDDLE_TAGS = frozenset(("main", "article", "li", "section", "td", "dd"))
_OWN = frozenset(("main", "article", "body", "html"))
# What the names of classes and ids say of an element: the first by themselves or as the last of
# several words ("site-footer", "block__pagination"), the others only as the whole or the first,
# since "container--section-more-ads" may hold everything. Never where the element holds the
# page's own matter, and never of what it "has".
_OUTSIDE_NAMES = re.compile(
    r"(?!(?:.*[-_])?(?:has|with|without|no)[-_])(?:"
    r"(?:.*[-_])?(?:nav|navbar|navigation|menu|submenu|megamenu|footer|breadcrumbs?|pagination"
    r"|pagenav|pager|paging|paginator|sidebar|tagcloud|site-header|masthead|most-read|most-popular"
    r"|related-posts|language-switcher|lang-switcher)"
    r"|sharing|socials?|share|cookies?|cookie-consent|related|popular|mostread|trending|tag-cloud"
    r"|tags|post-tags|languages?|lang|skip-links?|newsletter|subscribe|modal|popup|comments"
    r"|respond|banner|ads?|advert|advertisement|sponsors?|topbar|top-bar|widget|widget-area"
    r"|(?:widget|sidebar|related|most[-_]read|popular|footer|pagination|breadcrumbs?)[-_].*)"
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link to another page."""

    element: Element
    address: str  # absolute
    key: str  # what its target is told apart by


def key(address: str) -> str:
    """Given an absolute address, return by what its page is recognised: the canonical permalink
    without what a site changes while its pages stay: http or https, www., a slash at the end.

    It is an entry's guid: what a listing writes beside it may change without making it new.
    """
    _, _, rest = urls.canonical(address).partition("://")
    host, slash, path = rest.partition("/")
    return (host.removeprefix("www.") + slash + path).rstrip("/")


def candidates(page: Page) -> list[Link]:
    """Given a page, return its links to other pages of the same site, outside of what surrounds
    its own matter."""
    regions = _Regions(page)
    own = key(page.url)
    here = key(page.base)
    found: list[Link] = []
    for link in all_links(page, page.root):
        if link.key in (own, here) or (page.base and not urls.same_site(link.address, page.base)):
            continue
        if regions.is_outside(link.element):
            continue
        found.append(link)
        if len(found) == MAX_LINKS:
            break
    return found


def all_links(page: Page, within: Element) -> Iterator[Link]:
    """Yield the http(s) links at and below an element, wherever they lead."""
    for element in within.iter("a", "area"):
        written = (element.get("href") or "").strip()
        if not written or written.startswith("#"):
            continue
        address = urls.absolute(written, page.base).partition("#")[0]
        if "#!" in written:  # an address of its own, on sites that are one script
            address = urls.absolute(written, page.base)
        if address:
            yield Link(element, address, key(address))


class _Regions:
    """Which elements belong to what surrounds a page's own matter."""

    def __init__(self, page: Page) -> None:
        self._known: dict[Element, bool] = {}
        self._holders = set()
        for own in page.root.iter("h1", "main"):
            self._holders.add(own)
            self._holders.update(own.iterancestors())

    def is_outside(self, element: Element) -> bool:
        """Say whether the element or one above it belongs to menus, footers and the like."""
        path = []
        current = element
        while current is not None and current not in self._known:
            path.append(current)
            current = current.getparent()
        outside = self._known[current] if current is not None else False
        for one in reversed(path):
            outside = outside or self._begins_outside(one)
            self._known[one] = outside
        return outside

    def _begins_outside(self, element: Element) -> bool:
        tag = element.tag
        if tag in _OUTSIDE_TAGS or (element.get("role") or "").lower() in _OUTSIDE_ROLES:
            return True
        if tag == "header":
            return not any(one.tag in _MIDDLE_TAGS for one in element.iterancestors())
        if tag in _OWN or element in self._holders:
            return False
        named = f"{element.get('class') or ''} {element.get('id') or ''}"[:500].lower().split()
        return any(_OUTSIDE_NAMES.fullmatch(name) for name in named)
