"""The operator's file as a tree that remembers the place of every key and value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from hrwatch import text
from hrwatch.errors import Mistake

Scalar: TypeAlias = str | int | float | bool | None
Plain: TypeAlias = "Scalar | list[Plain] | dict[str, Plain]"
Path: TypeAlias = tuple[str | int, ...]
MAX_KEY_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; both count from 1, columns in code points."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """One value of the file; `children` names those of a mapping or a list."""

    value: Scalar
    place: Place
    key: Place | None = None  # where the key stands, for what stands in a mapping
    mapping: "dict[str, Node] | None" = None
    sequence: "list[Node] | None" = None
    verbatim: bool = False  # the value stands in the file as it is, quotes aside, on one line
    quoted: bool = False
    broken: bool = False  # a mistake was told here already: nothing below is judged

    def plain(self) -> Plain:
        """Return the value without places."""
        if self.mapping is not None:
            return {key: child.plain() for key, child in self.mapping.items()}
        if self.sequence is not None:
            return [child.plain() for child in self.sequence]
        return self.value

    def child(self, step: str | int) -> "Node | None":
        """Return the node under a key or at a position, or None."""
        if isinstance(step, str):
            return self.mapping.get(step) if self.mapping is not None else None
        if self.sequence is not None and 0 <= step < len(self.sequence):
            return self.sequence[step]
        return None

    def given(self, name: str) -> "Node | None":
        """Return the node under a key, or None where it is missing or null."""
        child = self.child(name)
        if child is None or child.broken or child.mapping is not None or child.sequence is not None:
            return child
        return child if child.value is not None else None

    def texts(self, name: str) -> "Iterator[tuple[Path, str]]":
        """Yield path and text of each member of the list under `name` that is a text."""
        child = self.child(name)
        for position, member in enumerate((child and child.sequence) or ()):
            if isinstance(member.value, str):
                yield (name, position), member.value

    def members(self, name: str) -> "Iterator[tuple[Path, Node]]":
        """Yield path and node of each mapping in the list under `name`."""
        child = self.child(name)
        for position, member in enumerate((child and child.sequence) or ()):
            if member.mapping is not None:
                yield (name, position), member


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its tree, and the mistakes that reading found."""

    file: str  # as the operator named it
    root: Node
    mistakes: tuple[Mistake, ...]

    def mistake(
        self, path: Path, problem: str, *, at_key: bool = False, shift: int = 0
    ) -> Mistake | None:
        """Return the mistake with its place, or None under what is told as broken already.

        A path that leads nowhere (a missing key) takes the place of what it is missing from.
        """
        node = self.root
        for step in path:
            if node.broken:
                return None
            child = node.child(step)
            if child is None:
                break
            node = child
        if node.broken:
            return None
        place = node.key if at_key and node.key else node.place
        return Mistake(self.file, place.line, place.column + shift, shown(path), problem)

    def under(self, key: str) -> "Document":
        """Return the document as if its whole tree stood under `key` of a larger one."""
        above = Node(None, self.root.place, mapping={key: self.root})
        return Document(self.file, above, self.mistakes)


def shown(path: Path) -> str:
    """Return `path` as people read it: `feeds[3].every`; the whole file is `file`."""
    result = ""
    for step in path:
        if isinstance(step, int):
            result += f"[{step}]"
        else:
            key = text.clean_line(step, MAX_KEY_SHOWN) or '""'
            result += f".{key}" if result else key
    return result or "file"
