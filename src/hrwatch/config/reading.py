"""From a file to a tree: bounded, strict YAML in which every value keeps its place.

The reader works on YAML events and builds the tree itself, because the loaders of PyYAML turn
`NO` into false and `07:00` into 420, let duplicate keys pass, and follow aliases.
"""

import re
from pathlib import Path as FilePath

import yaml

from hrwatch.config import files, syntax
from hrwatch.config.tree import Document, Node, Path, Place, Scalar, shown
from hrwatch.errors import ConfigError, Mistake

MAX_BYTES = 4_000_000
MAX_DEPTH = 16
MAX_NODES = 200_000  # far above any real file; a file of commas would fill the memory
_EVENTS: type[yaml.CSafeLoader] | type[yaml.SafeLoader] = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What word processors and web pages have instead of spaces.
_NO_SPACE = re.compile(
    "^ *([\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff])", re.MULTILINE
)


def read(path: FilePath, prefix: Path = ()) -> Document:
    """Given the path of a YAML file, return its tree; raise ConfigError where there is none."""
    try:
        body = files.content(path, MAX_BYTES)
    except ValueError as error:
        missing = isinstance(error.__cause__, FileNotFoundError | NotADirectoryError)
        hint = "; see that --config or $HRWATCH_CONFIG names the right file" if missing else ""
        raise ConfigError((Mistake(str(path), 1, 1, "file", f"{error}{hint}"),)) from error
    return parse(body, str(path), prefix)


def parse(body: bytes, file: str, prefix: Path = ()) -> Document:
    """Given the bytes of a YAML file, return its tree; raise ConfigError where there is none."""
    builder = _Builder(file, prefix)
    content = _decoded(body, file)
    try:
        for event in yaml.parse(content, Loader=_EVENTS):
            builder.take(event)
    except yaml.YAMLError as error:
        builder.mistakes.append(syntax.mistake(error, file, content.splitlines()))
        raise ConfigError(tuple(builder.mistakes)) from error
    if builder.root is None or _is_empty(builder.root):
        empty = Mistake(file, 1, 1, "file", "is empty; the shipped config/feeds.yaml shows the way")
        raise ConfigError((*builder.mistakes, empty))
    return Document(file, builder.root, tuple(builder.mistakes))


def _is_empty(root: Node) -> bool:
    scalar = root.mapping is None and root.sequence is None
    return scalar and root.value is None and not root.broken


def _decoded(body: bytes, file: str) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in body[:4]:
        raise ConfigError((Mistake(file, 1, 1, "file", "is UTF-16 or binary; save it as UTF-8"),))
    try:
        content = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8-sig")
        problem = f"the byte 0x{body[error.start]:02X} is not UTF-8 here; save the file as UTF-8"
        raise ConfigError((_at_end(before, file, problem),)) from error
    forbidden = _FORBIDDEN.search(content)
    if forbidden:
        problem = f"the invisible character U+{ord(forbidden[0]):04X} may not stand here; remove it"
        raise ConfigError((_at_end(content[: forbidden.start()], file, problem),))
    disguised = _NO_SPACE.search(content)
    if disguised:
        problem = (
            f"this line is indented with U+{ord(disguised[1]):04X}, which looks like a space and "
            "is none; type spaces in its place"
        )
        raise ConfigError((_at_end(content[: disguised.start(1)], file, problem),))
    return content


def _at_end(before: str, file: str, problem: str) -> Mistake:
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Mistake(file, len(lines), len(lines[-1]) + 1, "file", problem)


class _Builder:
    """Takes YAML events in order and grows the tree, telling each mistake where it stands."""

    def __init__(self, file: str, prefix: Path) -> None:
        self.root: Node | None = None
        self.mistakes: list[Mistake] = []
        self._file = file
        self._prefix = prefix
        self._open: list[Node] = []
        self._path: list[str | int] = []
        self._key: tuple[str, Place] | None = None  # read, its value not yet
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        """Grow the tree by one event; raise ConfigError where reading on makes no sense."""
        place = _place(event)
        if isinstance(event, yaml.DocumentStartEvent):
            if self.root is not None:
                problem = "a second document starts here; the configuration is one (remove `---`)"
                raise ConfigError((*self.mistakes, self._mistake(place, problem)))
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent | yaml.CollectionStartEvent):
            self._count(place)
            if self._expects_key():
                self._take_key(event, place)
            else:
                self._take_value(event, place)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            if self._path:
                self._path.pop()

    def _expects_key(self) -> bool:
        return bool(self._open) and self._open[-1].mapping is not None and self._key is None

    def _take_key(self, event: yaml.NodeEvent, place: Place) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            problem = "a key must be a plain word; put a text that begins with [, { or * in quotes"
            raise ConfigError((*self.mistakes, self._mistake(place, problem)))
        self._tell_extras(event, place)
        self._key = (event.value, place)

    def _take_value(self, event: yaml.NodeEvent, place: Place) -> None:
        node = _node(event, place)
        step: str | int | None = None
        if self._open:
            parent = self._open[-1]
            if parent.mapping is not None and self._key is not None:
                step, node.key = self._key
                self._key = None
                self._put(parent.mapping, step, node)
            elif parent.sequence is not None:
                step = len(parent.sequence)
                parent.sequence.append(node)
        else:
            self.root = node
        if step is not None:
            self._path.append(step)
        node.broken = self._tell_extras(event, place) or node.broken
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append(node)
            if len(self._open) > MAX_DEPTH:
                problem = f"lists and mappings stand more than {MAX_DEPTH} deep in each other"
                raise ConfigError((*self.mistakes, self._mistake(place, problem)))
        elif step is not None:
            self._path.pop()

    def _put(self, mapping: dict[str, Node], key: str, node: Node) -> None:
        first = mapping.get(key)
        if first is None:
            mapping[key] = node
        elif node.key is not None and first.key is not None:
            problem = (
                f"stands here a second time (first on line {first.key.line}, column "
                f"{first.key.column}); keep one"
            )
            self.mistakes.append(self._mistake(node.key, problem, key))

    def _tell_extras(self, event: yaml.NodeEvent, place: Place) -> bool:
        """Tell aliases, anchors and tags; return whether the value is lost by them."""
        if isinstance(event, yaml.AliasEvent):
            problem = "aliases (*name) are not allowed; write the value out, or quote the `*`"
            self.mistakes.append(self._mistake(place, problem))
            return True
        if event.anchor is not None:
            problem = "anchors (&name) are not allowed; remove it, or quote the text"
            self.mistakes.append(self._mistake(place, problem))
        tag = getattr(event, "tag", None)
        if tag is not None:
            problem = "tags (!name) are not allowed; remove it, or put the text in quotes"
            self.mistakes.append(self._mistake(place, problem))
        return tag is not None

    def _count(self, place: Place) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            problem = f"the file holds more than {MAX_NODES} values, the most that is read"
            raise ConfigError((*self.mistakes, self._mistake(place, problem)))

    def _mistake(self, place: Place, problem: str, *steps: str) -> Mistake:
        path = shown((*self._prefix, *self._path, *steps))
        return Mistake(self._file, place.line, place.column, path, problem)


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _node(event: yaml.NodeEvent, place: Place) -> Node:
    if isinstance(event, yaml.MappingStartEvent):
        return Node(None, place, mapping={})
    if isinstance(event, yaml.SequenceStartEvent):
        return Node(None, place, sequence=[])
    if isinstance(event, yaml.ScalarEvent):
        plain = event.style in (None, "")
        verbatim = _spanned(event) == len(event.value) + (0 if plain else 2)
        value = _resolved(event.value) if plain and event.tag is None else event.value
        return Node(value, place, verbatim=verbatim, quoted=not plain)
    return Node(None, place)


def _spanned(event: yaml.Event) -> int | None:
    """Return how many columns the event takes in the file, or None over several lines."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None or start.line != end.line:
        return None
    return end.column - start.column


def _resolved(value: str) -> Scalar:
    """Return what an unquoted scalar means: null, true, false, a decimal number, else itself."""
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _FRACTION.fullmatch(value):
        return float(value)
    return value
