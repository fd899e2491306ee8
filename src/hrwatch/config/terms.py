"""The words of the rule language, checked one by one: phrases, pairs, the languages they are in."""

import re
import unicodedata

from hrwatch.config import names
from hrwatch.config.names import quoted

LONGEST_PHRASE = 200
FARTHEST = 50
_PAIR = re.compile(r"(.+?) ~([0-9]{1,2}) (.+)")
_LIST = re.compile(r"\{([a-z][a-z0-9-]*)\}")
_WORD = re.compile(r"[^\s-]+")
_SHORTEST_STEM = 2
_ADDRESS = re.compile(r"(?:https?://|www\.)\S", re.I)  # what the tagger blanks in a text
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # letters' company in Persian and Hindi


def phrase(value: str) -> str:
    """Given a phrase in which a `*` may end a word, return it; raise ValueError otherwise."""
    if not any(map(str.isalnum, value)):
        raise ValueError("holds no word that could be found; write a word, or remove the line")
    if len(value) > LONGEST_PHRASE:
        raise ValueError(f"must have at most {LONGEST_PHRASE} characters")
    if not value.isprintable() and any(map(_is_invisible, value)):
        raise ValueError(f"{quoted(value)} holds a line break or an invisible character")
    if _ADDRESS.search(value):
        raise ValueError(
            f"{quoted(value)} holds a web address, and is never found: addresses in a text are "
            "passed over, as their words name pages; write words that a text says, or poll the "
            "site as a feed"
        )
    if "~" in value:
        raise ValueError(
            f"{quoted(value)}: a ~ belongs in a pair, under terms, near, weak or passing, such as "
            "police ~5 beat*"
        )
    if "{" in value or "|" in value:
        raise ValueError(
            f"{quoted(value)}: a list stands alone, {{police}}, or in a pair, as | does, such as "
            "{police} ~5 beat*"
        )
    for word in _WORD.findall(value):
        stem = word.rstrip("*")
        if "*" in stem or word.count("*") > 1:
            raise ValueError(f"{quoted(value)}: a * may only end a word, such as tortur*")
        if word.endswith("*") and len(stem) < _SHORTEST_STEM:
            raise ValueError(
                f"{quoted(value)}: at least {_SHORTEST_STEM} letters stand before a *, or it finds "
                "nearly every word"
            )
    return value


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE and character not in _JOINERS


def term(value: str) -> str:
    """Given a phrase, the name of a list such as {police}, or a pair `a ~5 b`, return it."""
    if _LIST.fullmatch(value):
        return value
    return pair(value) if "~" in value else phrase(value)


def pair(value: str) -> str:
    """Given `a ~5 b` and how many words may part them, return it. A side is a phrase, the name of a
    list of words such as {police}, or several of them with | between."""
    match = _PAIR.fullmatch(value.strip())
    if not match or not 1 <= int(match[2]) <= FARTHEST:
        raise ValueError(
            f"{quoted(value)} is no pair; write two phrases with ~N between them (1 to {FARTHEST} "
            "words), such as police ~5 beat*"
        )
    for side in (match[1], match[3]):
        for part in side.split("|"):
            if not _LIST.fullmatch(part.strip()):
                phrase(part.strip())
    return value.strip()


def sides(value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Given a pair found good, return the alternatives of its left and right side."""
    match = _PAIR.fullmatch(value)
    if match is None:
        return (value,), ()
    left, right = (tuple(part.strip() for part in side.split("|")) for side in match.group(1, 3))
    return left, right


def listed(value: str) -> str:
    """Return the name of the list that a part of a pair calls, empty where it is a phrase."""
    match = _LIST.fullmatch(value)
    return match[1] if match else ""


def language(value: str) -> str:
    """Given the language a list of terms is in, or `any`, return it."""
    return value if value == "any" else names.language(value)
