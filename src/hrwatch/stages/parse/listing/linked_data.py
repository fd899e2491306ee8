"""What a page tells machines of the articles it lists: JSON-LD (schema.org), by address."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hrwatch import urls
from hrwatch.stages.parse.listing.links import key
from hrwatch.stages.parse.page import Page

MAX_SCRIPTS = 20
MAX_SCRIPT = 500_000
MAX_NODES = 20_000


def published(page: Page) -> Mapping[str, str]:
    """Given a page, return when the articles that its linked data name were published, as written,
    by the key of their address."""
    found: dict[str, str] = {}
    for node in _nodes(page):
        address = node.get("url") or node.get("@id") or node.get("mainEntityOfPage")
        if isinstance(address, dict):
            address = address.get("@id")
        told = node.get("datePublished")
        if isinstance(address, str) and isinstance(told, str):
            absolute = urls.absolute(address, page.base)
            if absolute:
                found.setdefault(key(absolute), told[:100])
    return found


def _nodes(page: Page) -> Iterator[dict[str, Any]]:
    """Yield the objects of all linked data, without recursion: strangers wrote it."""
    scripts = [one for one in page.root.iter("script") if _is_linked_data(one.get("type"))]
    waiting: list[Any] = []
    for script in scripts[:MAX_SCRIPTS]:
        try:
            waiting.append(json.loads((script.text or "")[:MAX_SCRIPT]))
        except (ValueError, RecursionError):  # not JSON, or nested to no end: no help then
            continue
    count = 0
    while waiting and count < MAX_NODES:
        count += 1
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _is_linked_data(declared: str | None) -> bool:
    return (declared or "").partition(";")[0].strip().lower() == "application/ld+json"
