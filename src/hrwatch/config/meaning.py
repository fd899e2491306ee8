"""What no single value can tell: names told twice, references to nothing, keys that go together.

It walks the trees of the files, not the models, so that one mistake does not hide another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from hrwatch import urls
from hrwatch.config import taxonomy
from hrwatch.config.names import quoted, suggestion
from hrwatch.config.tree import Document, Node
from hrwatch.errors import Mistake


@dataclass(frozen=True, slots=True)
class _Known:
    """What subscribers may refer to."""

    feeds: frozenset[str]
    keywords: frozenset[str]
    left_out: frozenset[str]  # shipped keywords that `use` does not name


def mistakes(main: Document, others: tuple[Document, ...]) -> list[Mistake]:
    """Given the main file and files with more subscribers, return the mistakes in what they say."""
    known = _known(main)
    everybody = (main, *others)
    found: list[Mistake | None] = [
        *_feeds(main),
        *_twice((main,), "feeds", "name", str.casefold),
        *_twice((main,), "feeds", "url", urls.canonical),
        *_twice((main,), "feeds", "page", urls.canonical),
        *_keywords(main),
        *_certificates(main),
        *_twice(everybody, "subscribers", "name", str.casefold),
    ]
    for document in everybody:
        found.extend(_references(document, known))
    return [mistake for mistake in found if mistake is not None]


def _known(main: Document) -> _Known:
    names = (feed.child("name") for _, feed in main.root.members("feeds"))
    feeds = frozenset(name.value for name in names if name and isinstance(name.value, str))
    own = main.root.child("keywords")
    additions = frozenset((own and own.mapping) or ()) - {"use"}
    shipped = frozenset(keyword.id for keyword in taxonomy.shipped().keywords)
    limited = own.child("use") if own else None
    used = shipped
    if own and limited and limited.sequence is not None:
        used = shipped & {value for _, value in own.texts("use")}
    return _Known(feeds, used | additions, shipped - used - additions)


def _twice(
    documents: tuple[Document, ...], section: str, key: str, canonical: Callable[[str], str]
) -> Iterator[Mistake | None]:
    first: dict[str, str] = {}
    for document in documents:
        for path, member in document.root.members(section):
            node = member.child(key)
            value = canonical(node.value) if node and isinstance(node.value, str) else ""
            if node and value in first:
                problem = f"is the same as {first[value]}; each needs its own"
                yield document.mistake((*path, key), problem)
            elif node and value:
                first[value] = f"{section}[{path[-1]}].{key} on line {node.place.line}"


def _feeds(main: Document) -> Iterator[Mistake | None]:
    for path, feed in main.root.members("feeds"):
        url, page = feed.child("url"), feed.child("page")
        if url is None and page is None:
            yield main.mistake(path, "has no address; add `url: https://…` of the feed")
        elif url is not None and page is not None:
            problem = "stands beside url; a feed has a url, or a page where there is no feed"
            yield main.mistake((*path, "page"), problem, at_key=True)
        if page is None and feed.child("select") is not None:
            problem = "goes with page only; a feed at a url needs no selectors"
            yield main.mistake((*path, "select"), problem, at_key=True)


def _keywords(main: Document) -> Iterator[Mistake | None]:
    own = main.root.child("keywords")
    if own is None or own.mapping is None:
        return
    shipped = {keyword.id: keyword for keyword in taxonomy.shipped().keywords}
    limited = own.child("use")
    used = {value for _, value in own.texts("use")}
    if limited and limited.sequence == []:
        problem = "names no keyword; name some, or remove the line to have them all"
        yield main.mistake(("keywords", "use"), problem)
    for path, value in own.texts("use"):
        if value not in shipped and value not in own.mapping:
            problem = f"{quoted(value)} is no keyword{suggestion(value, shipped)}"
            yield main.mistake(("keywords", *path), problem)
    for name, node in own.mapping.items():
        path = ("keywords", name)
        if name == "use" or node.mapping is None:
            continue
        if name in shipped:
            if limited and limited.sequence and name not in used:
                problem = "overrides a shipped keyword that `use` leaves out; name it there"
                yield main.mistake(path, problem, at_key=True)
        else:
            yield from _new_keyword(main, name, node, tuple(shipped))


def _new_keyword(
    main: Document, name: str, node: Node, shipped: tuple[str, ...]
) -> Iterator[Mistake | None]:
    path = ("keywords", name)
    if not taxonomy.is_id(name):
        problem = (
            "cannot be the id of a keyword; use small letters, digits and - only, such as "
            "water-cannon"
        )
        yield main.mistake(path, problem, at_key=True)
    missing = [key for key in ("label", "terms") if node.child(key) is None]
    if missing:
        problem = f"is a new keyword and needs {' and '.join(missing)}{suggestion(name, shipped)}"
        yield main.mistake(path, problem, at_key=True)
    terms = node.child("terms")
    if terms and terms.mapping is not None and not any(c.sequence for c in terms.mapping.values()):
        problem = "names no word; add a list for a language, such as en: [water cannon*]"
        yield main.mistake((*path, "terms"), problem)


def _references(document: Document, known: _Known) -> Iterator[Mistake | None]:
    for path, subscriber in document.root.members("subscribers"):
        exclude = subscriber.child("exclude")
        for above, node in ((path, subscriber), ((*path, "exclude"), exclude)):
            if node is None:
                continue
            for below, value in node.texts("feeds"):
                if value not in known.feeds:
                    problem = f"there is no feed {quoted(value)}{suggestion(value, known.feeds)}"
                    yield document.mistake((*above, *below), problem)
            for below, value in node.texts("keywords"):
                if value in known.left_out:
                    problem = f"{quoted(value)} is left out by keywords.use; name it there too"
                    yield document.mistake((*above, *below), problem)
                elif value not in known.keywords:
                    guess = suggestion(value, known.keywords)
                    problem = f"there is no keyword {quoted(value)}{guess}"
                    yield document.mistake((*above, *below), problem)


def _certificates(main: Document) -> Iterator[Mistake | None]:
    node = main.root.child("fetch")
    named = node.child("ca_file") if node else None
    if named is None or not isinstance(named.value, str):
        return
    path = FilePath(main.file).parent / named.value
    problem = ""
    try:
        with path.open("rb") as stream:
            if b"-----BEGIN" not in stream.read(1_000_000):
                problem = "holds no certificate; it must be a PEM file"
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no path"
        problem = f"the file cannot be read ({reason}); the path is relative to this file"
    if problem:
        yield main.mistake(("fetch", "ca_file"), problem)
