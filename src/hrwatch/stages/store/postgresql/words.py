"""The words of records in an index of PostgreSQL, and how it is asked for them.

The words are cut by hrwatch (text.search_text) and go into a tsvector as they are: PostgreSQL's own
parser would cut them anew, in its own way. Where they stand is not kept there: a tsvector counts
places only up to 16 383 and knows at most 256 of one word, fewer than a long report in Chinese has.
Words that have to stand next to each other are therefore looked up in the index singly, and what
has all of them is read.
"""

import re
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from hrwatch.query import And, Leaf, Near, Node, Or, Phrase, Prefix, Word
from hrwatch.stages.store.articles.rows import Words

# PostgreSQL refuses a word above 2 046 bytes, and words of together more than 1 MB.
_LONGEST_WORD = 2_000
_MOST_BYTES = 1_000_000
_NO_WORD = "' '"  # none has a space in it

_index = sa.table(
    "search_index",
    sa.column("ordinal", sa.BigInteger),
    sa.column("folded", sa.Text),  # " TITLE \n TEXT ": a phrase never begins in one to end in both
    sa.column("words", postgresql.TSVECTOR),  # NULL: too many, or too long; `folded` tells
)

# Made once: it is asked for every article, and making it costs half of what it does.
_INSERT = sa.insert(_index).values(
    ordinal=sa.bindparam("ordinal"),
    folded=sa.bindparam("folded"),
    words=sa.func.array_to_tsvector(
        sa.func.string_to_array(sa.bindparam("lexemes", type_=sa.Text), " ")
    ),
)


def add(connection: sa.Connection, new: Sequence[Words]) -> None:
    """Index the words of records."""
    values = [
        {
            "ordinal": words.ordinal,
            "folded": f" {words.title} \n {words.text} ",
            "lexemes": _lexemes(words),
        }
        for words in new
    ]
    connection.execute(_INSERT, values)


def remove(connection: sa.Connection, gone: Sequence[Words]) -> None:
    """Take records out of the index."""
    ordinals = [words.ordinal for words in gone]
    connection.execute(sa.delete(_index).where(_index.c.ordinal.in_(ordinals)))


def found(node: Node) -> sa.Select[tuple[int]]:
    """Given a textual node, return the query for the ordinals of what holds these words."""
    asked = sa.cast(sa.literal(_expression(node)), postgresql.TSQUERY)
    indexed = _index.c.words.op("@@")(asked)
    not_indexed = _index.c.words.is_(None)
    query = sa.select(_index.c.ordinal)
    if _tells_places(node):
        return query.where(sa.or_(indexed, not_indexed), _reads(node))
    return query.where(sa.or_(indexed, not_indexed & _reads(node)))


def _lexemes(words: Words) -> str | None:
    """Return each word once, parted by spaces; None where they are more than PostgreSQL takes."""
    lexemes = {*words.title.split(), *words.text.split()}
    sizes = [len(word.encode()) for word in lexemes]
    if sum(sizes) > _MOST_BYTES or max(sizes, default=0) > _LONGEST_WORD:
        return None
    return " ".join(sorted(lexemes))


def _expression(node: Node) -> str:
    """Write a textual node in the language of tsquery, next to each other or not. It never sees
    what a person wrote, only words of letters, digits and marks, each in quotation marks."""
    match node:
        case Word() | Phrase() | Prefix():
            return _all_of(node)
        case Near():
            sides = (" | ".join(map(_all_of, side)) for side in (node.left, node.right))
            return " & ".join(f"({side})" for side in sides)
        case And() | Or():
            operator = " & " if isinstance(node, And) else " | "
            return operator.join(f"({_expression(part)})" for part in node.nodes)
    raise TypeError(f"the search index knows no {type(node).__name__}")


def _all_of(leaf: Leaf) -> str:
    return " & ".join(map(_quoted, leaf.words)) + (":*" if isinstance(leaf, Prefix) else "")


def _quoted(word: str) -> str:
    return f"'{word}'" if len(word.encode()) <= _LONGEST_WORD else _NO_WORD


def _reads(node: Node) -> sa.ColumnElement[bool]:
    """Return the condition that what was folded says so, letter by letter."""
    match node:
        case Word() | Phrase() | Prefix():
            return _holds(_written(node.words, isinstance(node, Prefix)))
        case Near():
            pairs = [(left, right) for left in node.left for right in node.right]
            return sa.or_(*(_pair(left, right, node.words) for left, right in pairs))
        case And():
            return sa.and_(*map(_reads, node.nodes))
        case Or():
            return sa.or_(*map(_reads, node.nodes))
    raise TypeError(f"the search index knows no {type(node).__name__}")


def _holds(words: str) -> sa.ColumnElement[bool]:
    return sa.func.strpos(_index.c.folded, words) > 0


def _pair(left: Leaf, right: Leaf, words: int) -> sa.ColumnElement[bool]:
    """Return the condition that two leaves stand so near each other. Both are looked for first, and
    each order and overlap by itself: one expression for all of them is a hundred times as slow."""
    orders = ((left, right), (right, left))
    apart = [_index.c.folded.op("~")(_expression_of(*order, words)) for order in orders]
    overlapping = [_holds(written) for order in orders for written in _overlaps(*order)]
    return sa.and_(_reads(left), _reads(right), sa.or_(*apart, *overlapping))


def _expression_of(first: Leaf, second: Leaf, words: int) -> str:
    """Return the regular expression for one leaf behind the other: words with the space before each
    may stand between them."""
    start, end = (" ".join(map(re.escape, leaf.words)) for leaf in (first, second))
    rest = "[^ \\n]*" if isinstance(first, Prefix) else ""
    last = "" if isinstance(second, Prefix) else " "
    return f" {start}{rest}(?: [^ \\n]+){{0,{words}}} {end}{last}"


def _overlaps(first: Leaf, second: Leaf) -> Iterator[str]:
    """Yield how a text reads in which `second` begins within `first`."""
    for start in range(len(first.words)):
        merged: list[tuple[str, bool] | None] = []
        for place in range(max(len(first.words), start + len(second.words))):
            here, there = _word_at(first, place), _word_at(second, place - start)
            merged.append(_both(here, there) if here and there else here or there)
        if all(merged):
            words = [word for word, _ in filter(None, merged)]
            yield _written(words, is_beginning=any(begins for _, begins in filter(None, merged)))


def _word_at(leaf: Leaf, place: int) -> tuple[str, bool] | None:
    """Return a leaf's word at that place, and whether it is but the beginning of one."""
    if not 0 <= place < len(leaf.words):
        return None
    return leaf.words[place], isinstance(leaf, Prefix) and place == len(leaf.words) - 1


def _both(one: tuple[str, bool], other: tuple[str, bool]) -> tuple[str, bool] | None:
    """Return the word that is both, None where no word can be."""
    (shorter, begins), (longer, also_begins) = sorted((one, other), key=lambda word: len(word[0]))
    if shorter == longer:
        return shorter, begins and also_begins
    return (longer, also_begins) if begins and longer.startswith(shorter) else None


def _written(words: Sequence[str], is_beginning: bool) -> str:
    """Return how these words stand in what was folded; of the last perhaps only the beginning."""
    return f" {' '.join(words)}" + ("" if is_beginning else " ")


def _tells_places(node: Node) -> bool:
    """Say whether a node asks where words stand to each other, which the index does not know."""
    match node:
        case And() | Or():
            return any(map(_tells_places, node.nodes))
        case Word() | Phrase() | Prefix():
            return len(node.words) > 1
    return True
