"""Plain text in 72 columns: wrapping by display width, isolating what runs right to left. Pure;
used by render."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

WIDTH = 72
# Right-to-left mark and isolate, first strong isolate, pop directional isolate (UAX #9).
_RLM, _RLI, _FSI, _PDI = "\u200f", "\u2067", "\u2068", "\u2069"
_RIGHT = frozenset(("R", "AL"))
_LEFT = frozenset(("L",))
_WITHOUT_WIDTH = frozenset(("Mn", "Me", "Cf"))
_JOINING = _WITHOUT_WIDTH | {"Mc", "Po", "Pe", "Pf"}  # begin no line
_BREAKS = re.compile(r"[ \t\n]+")  # feed text has no other spaces (text.clean)
_STRONG = _RIGHT | _LEFT
# Paragraphs: a page is written several times until it is known what fits, and many get one story.
_REMEMBERED = 2_000


def isolate(text: str, *, in_right_to_left: bool = False) -> str:
    """Return `text` between bidi isolates where it holds a letter that runs against the mail, which
    runs left to right or `in_right_to_left`, so that it cannot reorder the words round it."""
    if text.isascii() and not in_right_to_left:
        return text
    against = _LEFT if in_right_to_left else _RIGHT
    if any(unicodedata.bidirectional(character) in against for character in text):
        return f"{_FSI}{text}{_PDI}"
    return text


def read_from_the_right(text: str) -> str:
    """Given the text part of a mail that runs right to left, return it so that each line reads
    right in programs that take a line's direction from its first letter, and in those that set
    every line from left to right.

    Addresses, which stand alone on their lines, rules and the signature's mark are left as they
    are: who copies an address copies nothing else.
    """
    return "\n".join(map(_line_from_the_right, text.split("\n")))


def _line_from_the_right(line: str) -> str:
    body = line.lstrip(" ")
    if "://" in body or not any(map(str.isalnum, body)):
        return line
    return f"{line[: len(line) - len(body)]}{_RLM}{_RLI}{body}{_PDI}"


def runs_right_to_left(text: str) -> bool:
    """Say whether the first letter with a direction runs right to left (UAX #9, P2)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in _STRONG:
            return direction in _RIGHT
    return False


def columns(text: str) -> int:
    """Return how many columns `text` takes in a terminal: wide characters two, marks none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=_REMEMBERED)
def wrap(
    text: str,
    first: str = "",
    rest: str | None = None,
    width: int = WIDTH,
    *,
    addresses_alone: bool = False,
) -> str:
    """Return `text` in lines of at most `width` columns, the first after `first`, the others after
    `rest` (as many spaces when left out). Addresses are never broken, and with `addresses_alone`
    begin a line; an isolate that a line end cuts is closed there and opened again, because a line
    of plain text is a paragraph of its own. A space that must not break (U+00A0) does not.
    """
    rest = " " * columns(first) if rest is None else rest
    lines = [first]
    left = width - columns(first)
    for word in _BREAKS.split(text.strip()):
        space = " "
        if addresses_alone and "://" in word and lines[-1].strip():
            lines.append(rest)
            left = width - columns(rest)
        room = width - columns(rest)
        for piece in (word,) if word.isascii() and len(word) <= room else _breakable(word, room):
            needed = columns(piece)
            if len(lines[-1]) == len(rest if len(lines) > 1 else first):
                lines[-1] += piece
            elif columns(space) + needed <= left:
                lines[-1] += space + piece
                left -= columns(space)
            else:
                lines.append(rest + piece)
                left = room
            left -= needed
            space = ""
    return "\n".join(_balanced(lines))


def _breakable(word: str, width: int) -> Iterator[str]:
    """Yield the word whole, or in pieces of at most `width` columns: wide characters (Chinese,
    Japanese) may part anywhere, so may what fits no line (Thai), but no address. What joins the
    character before it is parted from it only where the line is full (dots in a row)."""
    wide = any(unicodedata.east_asian_width(character) in "WF" for character in word)
    if "://" in word or (not wide and columns(word) <= width):
        yield word
        return
    cluster, taken = "", 0
    for character in word:
        needed = _columns(character)
        joins = unicodedata.category(character) in _JOINING
        narrow = wide and cluster and _columns(cluster[-1]) == needed == 1
        if cluster and (taken + needed > width or not (joins or narrow)):
            yield cluster
            cluster, taken = "", 0
        cluster += character
        taken += needed
    yield cluster


def _balanced(lines: list[str]) -> Iterator[str]:
    is_open = False
    for line in lines:
        body = line.lstrip(" ")
        indent = line[: len(line) - len(body)]
        opened = f"{_FSI}{body}" if is_open else body
        is_open = opened.count(_FSI) > opened.count(_PDI)
        yield (indent + opened + (_PDI if is_open else "")).rstrip()


def _columns(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
