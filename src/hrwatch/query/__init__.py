"""The query language: `parse` turns text into a tree; `match` walks the tree, the archive turns it
into SQL, and the configuration checks it. All three mean the same by it."""

from hrwatch.query.grammar import parse
from hrwatch.query.tree import (
    And,
    Field,
    FieldName,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Since,
    Until,
    Word,
    places_asked_for,
    rolled_up,
    with_territories,
)
from hrwatch.query.walk import matches

__all__ = [
    "And",
    "Field",
    "FieldName",
    "Leaf",
    "Near",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Prefix",
    "Since",
    "Until",
    "Word",
    "matches",
    "parse",
    "places_asked_for",
    "rolled_up",
    "with_territories",
]
