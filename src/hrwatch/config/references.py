"""What subscribers refer to, in lists and queries, and what categories of feeds mean: feeds,
keywords and countries that have to be there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hrwatch import query
from hrwatch.config import keywords, names, taxonomy
from hrwatch.config.names import quoted
from hrwatch.config.tree import Document, Node, Path
from hrwatch.errors import Mistake, QueryError
from hrwatch.text import suggestion


@dataclass(frozen=True, slots=True)
class _Known:
    """What subscribers may refer to."""

    feeds: frozenset[str]
    keywords: frozenset[str]
    left_out: frozenset[str]  # shipped keywords that `use` does not name

    def feed(self, name: str) -> None:
        """Raise ValueError where no feed has that name."""
        if name not in self.feeds:
            guess = suggestion(name, self.feeds) or "; name one that stands under feeds"
            raise ValueError(f"there is no feed {quoted(name)}{guess}")

    def keyword(self, name: str) -> None:
        """Raise ValueError where no keyword in use has that id."""
        if name in self.left_out:
            raise ValueError(f"{quoted(name)} is left out by keywords.use; name it there too")
        if name not in self.keywords:
            # People write a keyword's label: Water cannon.
            guess = suggestion(name, self.keywords) or suggestion(
                "-".join(name.split()), self.keywords
            )
            guess = guess or "; define it under keywords, or name one that is there"
            raise ValueError(f"there is no keyword {quoted(name)}{guess}")

    def meaning(self, value: str) -> None:
        """Raise ValueError where a value is neither a code nor a keyword in use."""
        if value in self.keywords | self.left_out:
            self.keyword(value)
            return
        try:
            names.country(value)
        except ValueError as error:
            if value.isupper() or "did you mean" in str(error):
                raise
            self.keyword(value)


def mistakes(main: Document, documents: tuple[Document, ...]) -> list[Mistake | None]:
    """Given the main file and all files with subscribers, return which references of subscribers
    and of feeds' categories lead nowhere."""
    known = _known(main)
    found = [mistake for document in documents for mistake in _of_document(document, known)]
    return [*found, *_categories(main, known)]


def _known(main: Document) -> _Known:
    named = (feed.child("name") for _, feed in main.root.members("feeds"))
    feeds = frozenset(name.value for name in named if name and isinstance(name.value, str))
    own = main.root.child("keywords")
    additions = frozenset((own and own.mapping) or ()) - keywords.RESERVED
    shipped = frozenset(keyword.id for keyword in taxonomy.shipped().keywords)
    limited = own.child("use") if own else None
    used = shipped
    if own and limited and limited.sequence is not None:
        used = shipped & {value for _, value in own.texts("use")}
    return _Known(feeds, used | additions, shipped - used - additions)


def _of_document(document: Document, known: _Known) -> Iterator[Mistake | None]:
    for path, subscriber in document.root.members("subscribers"):
        exclude = subscriber.child("exclude")
        for above, node in ((path, subscriber), ((*path, "exclude"), exclude)):
            if node is None:
                continue
            for below, value in node.texts("feeds"):
                yield from _told(document, (*above, *below), known.feed, value)
            for below, value in node.texts("keywords"):
                yield from _told(document, (*above, *below), known.keyword, value)
        yield from _nothing_left(document, path, subscriber)
        written = subscriber.child("query")
        if written is not None and isinstance(written.value, str):
            yield from _query(document, (*path, "query"), written, known)


def _categories(main: Document, known: _Known) -> Iterator[Mistake | None]:
    """Tell what a category of a feed cannot mean."""
    for path, feed in main.root.members("feeds"):
        meanings = feed.child("categories")
        if meanings is None or meanings.mapping is None:
            continue
        for category, node in meanings.mapping.items():
            below = (*path, "categories", category)
            if isinstance(node.value, str):
                yield from _told(main, below, known.meaning, node.value)
            for (_, position), value in meanings.texts(category):
                yield from _told(main, (*below, position), known.meaning, value)


def _nothing_left(document: Document, path: Path, subscriber: Node) -> Iterator[Mistake | None]:
    """Tell a list of which every value is excluded again: such a subscriber never gets a mail."""
    exclude = subscriber.child("exclude")
    for group in ("countries", "keywords", "feeds"):
        asked = {value for _, value in subscriber.texts(group)}
        excluded = {value for _, value in exclude.texts(group)} if exclude else set()
        if asked and asked <= excluded:
            problem = (
                "excludes all that is asked for above, so that nothing can ever match; take it out "
                "of one of the two"
            )
            yield document.mistake((*path, "exclude", group), problem)


def _told(
    document: Document, path: Path, check: Callable[[str], object], value: str
) -> Iterator[Mistake | None]:
    try:
        check(value)
    except ValueError as error:
        yield document.mistake(path, str(error))


def _query(document: Document, path: Path, node: Node, known: _Known) -> Iterator[Mistake | None]:
    """Tell what is wrong with a query, in its own column where it stands in the file as it is."""
    written = str(node.value)
    start = int(node.quoted)
    try:
        tree = query.parse(written)
    except QueryError as error:
        shift = start + error.position if node.verbatim else 0
        yield document.mistake(path, error.text, shift=shift)
        return
    for unknown in _unknown(written, tree, known):
        shift = start + unknown.position if node.verbatim else 0
        yield document.mistake(path, unknown.text, shift=shift)


def check_query(
    written: str, tree: query.Node, *, feeds: Iterable[str], keywords: Iterable[str]
) -> None:
    """Given a query and its tree, raise QueryError at the first value that is no country, no
    language, and none of these feeds and keywords: it would find nothing, and say nothing."""
    known = _Known(frozenset(feeds), frozenset(keywords), frozenset())
    for error in _unknown(written, tree, known):
        raise error


def _unknown(written: str, tree: query.Node, known: _Known) -> Iterator[QueryError]:
    checks: dict[query.FieldName, tuple[Callable[[str], object], ...]] = {
        query.FieldName.COUNTRY: (names.country,),
        query.FieldName.KEYWORD: (known.keyword,),
        query.FieldName.MENTIONS: (names.country, known.keyword),
        query.FieldName.LANGUAGE: (names.language_tag,),
        query.FieldName.FEED: (known.feed,),
    }
    for field in _fields(tree):
        for value in field.values:
            check = checks[field.name][0 if value.isupper() else -1]
            try:
                check(value)
            except ValueError as error:
                found = max(written.find(value), written.casefold().find(value.casefold()), 0)
                yield QueryError(str(error), found)


def _fields(node: query.Node) -> Iterator[query.Field]:
    if isinstance(node, query.Field):
        yield node
    elif isinstance(node, query.Not):
        yield from _fields(node.node)
    elif isinstance(node, query.And | query.Or):
        for below in node.nodes:
            yield from _fields(below)
