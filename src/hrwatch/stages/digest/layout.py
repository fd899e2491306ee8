"""Plain text in 72 columns: wrapping by display width, isolating what runs right to left. Pure;
used by render."""

import unicodedata
from collections.abc import Iterator

WIDTH = 72
_FSI, _PDI = "\u2068", "\u2069"  # first strong isolate, pop directional isolate (UAX #9)
_RIGHT = frozenset(("R", "AL"))
_STRONG = _RIGHT | {"L"}


def isolate(text: str) -> str:
    """Return `text` between bidi isolates where it holds a letter that runs right to left, so that
    it cannot reorder the words round it."""
    if any(unicodedata.bidirectional(character) in _RIGHT for character in text):
        return f"{_FSI}{text}{_PDI}"
    return text


def runs_right_to_left(text: str) -> bool:
    """Say whether the first letter with a direction runs right to left (UAX #9, P2)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in _STRONG:
            return direction in _RIGHT
    return False


def columns(text: str) -> int:
    """Return how many columns `text` takes in a terminal: wide characters two, marks none."""
    return sum(_columns(character) for character in text)


def wrap(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> str:
    """Return `text` in lines of at most `width` columns, the first after `first`, the others after
    `rest` (as many spaces when left out). Addresses are never broken; an isolate that a line end
    cuts is closed there and opened again, because a line of plain text is a paragraph of its own.
    """
    rest = " " * columns(first) if rest is None else rest
    lines: list[str] = []
    line = ""
    for word in text.split():
        for piece in _breakable(word, width - columns(rest)):
            prefix = rest if lines else first
            joined = f"{line} {piece.text}" if line and piece.after_space else line + piece.text
            if line and columns(prefix) + columns(joined) > width:
                lines.append(prefix + line)
                line = piece.text
            else:
                line = joined
    lines.append((rest if lines else first) + line)
    return "\n".join(_balanced(lines))


class _Piece:
    """A stretch of a word between two places where a line may end."""

    __slots__ = ("after_space", "text")

    def __init__(self, text: str, after_space: bool) -> None:
        self.text = text
        self.after_space = after_space


def _breakable(word: str, width: int) -> Iterator[_Piece]:
    """Yield the word whole, or in pieces: wide characters (Chinese, Japanese) may part anywhere,
    so may what fits no line (Thai), but no address."""
    wide = any(unicodedata.east_asian_width(character) in "WF" for character in word)
    if "://" in word or (not wide and columns(word) <= width):
        yield _Piece(word, after_space=True)
        return
    cluster = ""
    after_space = True
    for character in word:
        joins = unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf", "Po", "Pe", "Pf")
        narrow = wide and cluster and _columns(cluster[-1]) == _columns(character) == 1
        if cluster and not joins and not narrow:
            yield _Piece(cluster, after_space)
            cluster, after_space = "", False
        cluster += character
    yield _Piece(cluster, after_space)


def _balanced(lines: list[str]) -> Iterator[str]:
    is_open = False
    for line in lines:
        body = line.lstrip(" ")
        indent = line[: len(line) - len(body)]
        opened = f"{_FSI}{body}" if is_open else body
        is_open = opened.count(_FSI) > opened.count(_PDI)
        yield (indent + opened + (_PDI if is_open else "")).rstrip()


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
