"""What no single value can tell: names told twice, keys that go together, files that are named.

It walks the trees of the files, not the models, so that one mistake does not hide another.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path as FilePath
from urllib.parse import urlsplit

from hrwatch import proxies, urls
from hrwatch.config import files, keywords, references, shapes, times
from hrwatch.config.tree import Document, Node, Path
from hrwatch.errors import Mistake

MAX_CERTIFICATES = 10_000_000


def mistakes(main: Document, others: tuple[Document, ...]) -> list[Mistake]:
    """Given the main file and files with more subscribers, return the mistakes in what they say."""
    everybody = (main, *others)
    found: list[Mistake | None] = [
        *_feeds(main),
        *_twice((main,), "feeds", "name", str.casefold),
        *_twice((main,), "feeds", "url", urls.canonical),
        *_twice((main,), "feeds", "page", urls.canonical),
        *_intervals(main),
        *keywords.mistakes(main),
        *_certificates(main, "fetch"),
        *_certificates(main, "mail"),
        *_twice(everybody, "subscribers", "name", str.casefold),
    ]
    found.extend(references.mistakes(main, everybody))
    return [mistake for mistake in found if mistake is not None]


def _twice(
    documents: tuple[Document, ...], section: str, key: str, canonical: Callable[[str], str]
) -> Iterator[Mistake | None]:
    first: dict[str, tuple[str, str]] = {}
    for document in documents:
        for path, member in document.root.members(section):
            node = member.child(key)
            value = canonical(node.value) if node and isinstance(node.value, str) else ""
            if node and value in first:
                where, written = first[value]
                otherwise = "" if written == node.value else ", only written otherwise"
                problem = f"is the same as {where}{otherwise}; each needs its own"
                yield document.mistake((*path, key), problem)
            elif node and value:
                where = f"{section}[{path[-1]}].{key} on line {node.place.line}"
                elsewhere = f" of {document.file}" if document is not documents[-1] else ""
                first[value] = where + elsewhere, str(node.value)


def _feeds(main: Document) -> Iterator[Mistake | None]:
    for path, feed in main.root.members("feeds"):
        url, page = feed.given("url"), feed.given("page")
        if url is None and page is None:
            yield main.mistake(path, "has no address; add `url: https://…` of the feed")
        elif url is not None and page is not None:
            problem = "stands beside url; a feed has a url, or a page where there is no feed"
            yield main.mistake((*path, "page"), problem, at_key=True)
        yield from _way(main, path, feed)
        yield from _care(main, path, feed)
        if page is None and feed.given("select") is not None:
            problem = "goes with page only; a feed at a url needs no selectors"
            yield main.mistake((*path, "select"), problem, at_key=True)


def _way(main: Document, path: Path, feed: Node) -> Iterator[Mistake | None]:
    """Tell what cannot be reached the way it is written."""
    fetch = main.root.child("fetch")
    general = fetch.given("proxy") if fetch else None
    proxied = feed.given("proxy") is not None or general is not None
    for key in ("url", "page"):
        node = feed.given(key)
        if node is None or not isinstance(node.value, str):
            continue
        try:
            parts = urlsplit(node.value)
        except ValueError:
            continue  # told of the value itself
        host, is_secure = parts.hostname or "", parts.scheme.lower() == "https"
        if proxies.is_onion(host) and not proxied:
            problem = (
                "is an onion address, which only Tor reaches; add `proxy: socks5h://127.0.0.1:9050`"
            )
            yield main.mistake((*path, key), problem)
        elif proxied and (reason := proxies.refusal(host)):
            problem = f"is {reason}, which no proxy is asked for; write its public address"
            yield main.mistake((*path, key), problem)
        if feed.given("tls_sha256") is not None and not is_secure:
            problem = "goes with an https:// address only; there is no certificate to compare"
            yield main.mistake((*path, "tls_sha256"), problem, at_key=True)


def _care(main: Document, path: Path, feed: Node) -> Iterator[Mistake | None]:
    """Tell what goes against a publisher's terms as they are written beside it."""
    terms = feed.given("terms")
    if terms is None or terms.value != "forbidden":
        return
    keep = feed.given("keep")
    if keep is not None and keep.value in ("summary", "full"):
        problem = (
            "goes against `terms: forbidden`, under which the headline alone is kept; take it out"
        )
        yield main.mistake((*path, "keep"), problem)
    for key in ("full_text", "revisit"):
        node = feed.given(key)
        if node is not None and node.value is True:
            problem = "goes against `terms: forbidden`, under which no page is fetched; take it out"
            yield main.mistake((*path, key), problem)


def _intervals(main: Document) -> Iterator[Mistake | None]:
    """Tell an `every_at_most` below the `every` that it bounds."""
    fetch = main.root.child("fetch")
    usual = _span(fetch, "every") or shapes.Fetch().every
    sections = main.root.members("feeds")
    for path, node in ((("fetch",), fetch), *sections):
        longest = _span(node, "every_at_most")
        every = _span(node, "every") or usual
        if longest is not None and longest < every:
            problem = "is shorter than every, which is the shortest interval; make it longer"
            yield main.mistake((*path, "every_at_most"), problem)


def _span(node: Node | None, key: str) -> timedelta | None:
    """Return the duration under a key; None where there is none that can be read."""
    written = node.given(key) if node else None
    try:
        return None if written is None else times.interval(written.value)
    except ValueError:
        return None  # what its shape tells


def _certificates(main: Document, section: str) -> Iterator[Mistake | None]:
    node = main.root.child(section)
    named = node.child("ca_file") if node else None
    if named is None or not isinstance(named.value, str):
        return
    problem = ""
    try:
        body = files.content(FilePath(main.file).parent / named.value, MAX_CERTIFICATES)
        if b"-----BEGIN CERTIFICATE-----" not in body:
            problem = "holds no certificate; name a PEM file"
    except ValueError as error:
        problem = f"{error} (the path is relative to this file)"
    if problem:
        yield main.mistake((section, "ca_file"), f"the file {problem}")
