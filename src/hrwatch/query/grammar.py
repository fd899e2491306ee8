"""From the text of a query to its tree; the language is described in docs/decisions/0006.

query  = any
any    = all { "OR" all }
all    = one { [ "AND" ] one }
one    = ( "NOT" | "-" ) one | side [ "~N" side ]
side   = "(" any ")" | field | phrase | word            (beside ~N: words and phrases, or with OR)
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from hrwatch.errors import QueryError
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
)
from hrwatch.text import closest

MAX_LENGTH = 2_000
MAX_DEPTH = 20  # of parentheses and negations in each other
MAX_DISTANCE = 50  # words between the two of a pair; the rules of keywords allow as many
MAX_SIDE = 20  # words of a phrase beside ~N
MAX_PAIRS = 30  # of what stands on one side of ~N with what stands on the other

_OPENING = '"“”„«»'
_CLOSING = {'"': '"', "“": "”“", "”": "”", "„": "“”", "«": "»", "»": "«»"}
_FIELD = re.compile(r"([A-Za-z]+):([^\s()]+)")
# BY, CN-XJ, SD-DARFUR, KASHMIR: the codes of countries and of places below or across them.
_PLACE = r"(?:[A-Z]{2}|KASHMIR|KURDISTAN)(?:-[A-Z0-9]+)*"
_EMPTY_FIELD = re.compile(r"([A-Za-z]+):(?=[\s()]|$)")
_AFTER_WORD = re.compile(f"[\\s(){_OPENING}]")
_DISTANCE = re.compile(f"~([0-9]+)(?=[\\s(){_OPENING}]|$)")
# As others write a pair, or with a space forgotten.
_ALMOST_A_PAIR = re.compile("(NEAR|W|WITHIN)/[0-9]+|.*~[0-9]+|~[0-9].*")
_DAY = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_DATES: dict[str, type[Since] | type[Until]] = {"since": Since, "until": Until}
_NAMES = (*(name.value for name in FieldName), *_DATES)
_VALUES = {
    FieldName.COUNTRY: re.compile(_PLACE),
    FieldName.KEYWORD: re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"),
    FieldName.MENTIONS: re.compile(rf"{_PLACE}|[a-z0-9]+(-[a-z0-9]+)*"),
    FieldName.LANGUAGE: re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*"),
    FieldName.FEED: re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*"),
}
_EXAMPLES = {
    FieldName.COUNTRY: "a code such as BY, or that of a place such as CN-XJ",
    FieldName.KEYWORD: "the name of a keyword, such as torture",
    FieldName.MENTIONS: "a country such as BY in capitals, or a keyword such as torture",
    FieldName.LANGUAGE: "a language such as ru or pt-br",
    FieldName.FEED: "the name of a feed",
}


class _Mark(Enum):
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class _Distance:
    words: int


@dataclass(frozen=True, slots=True)
class _Token:
    what: _Mark | _Distance | Node
    position: int


def parse(text: str) -> Node:
    """Given a query as a person writes it, return its tree; raise QueryError with the place and
    the trouble in plain words."""
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"the query has {len(text)} characters, at most {MAX_LENGTH} are read", MAX_LENGTH
        )
    return _Parser(_tokens(text)).query()


class _Parser:
    """Reads tokens from left to right, one ahead."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def query(self) -> Node:
        if self._token.what is _Mark.END:
            raise QueryError("the query is empty: write at least one word", 0)
        node = self._any(depth=0)
        if self._token.what is _Mark.CLOSE:
            raise QueryError("this parenthesis closes nothing", self._token.position)
        return node

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _any(self, depth: int) -> Node:
        parts = [self._all(depth)]
        while self._token.what is _Mark.OR:
            self._next += 1
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while self._token.what not in (_Mark.OR, _Mark.CLOSE, _Mark.END):
            if self._token.what is _Mark.AND:
                self._next += 1
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Node:
        token, what = self._token, self._token.what
        if depth > MAX_DEPTH:
            raise QueryError(
                f"more than {MAX_DEPTH} parentheses or negations within each other", token.position
            )
        if what is _Mark.NOT:
            self._next += 1
            return Not(self._one(depth + 1))
        node = self._side(depth)
        apart = self._token.what
        if not isinstance(apart, _Distance):
            return node
        left, position = _choice(node, token.position), self._token.position
        self._next += 1
        other = self._token.position
        right = _choice(self._side(depth), other)
        if len(left) * len(right) > MAX_PAIRS:
            raise QueryError(f"this asks for more than {MAX_PAIRS} pairs of words", position)
        if isinstance(self._token.what, _Distance):
            raise QueryError("a pair has two sides: join two pairs with AND", self._token.position)
        return Near(left, right, apart.words)

    def _side(self, depth: int) -> Node:
        token, what = self._token, self._token.what
        if isinstance(what, _Distance):
            raise QueryError(f"a word has to stand on both sides of ~{what.words}", token.position)
        if not isinstance(what, _Mark):
            self._next += 1
            return what
        if what is _Mark.OPEN:
            self._next += 1
            node = self._any(depth + 1)
            if self._token.what is not _Mark.CLOSE:
                raise QueryError("this parenthesis is not closed", token.position)
            self._next += 1
            return node
        raise QueryError(self._missing(what), token.position)

    def _missing(self, found: _Mark) -> str:
        before = self._tokens[self._next - 1].what if self._next else None
        if isinstance(before, _Distance):
            return f"a word or a phrase has to follow ~{before.words}"
        if isinstance(before, _Mark) and before in (_Mark.AND, _Mark.OR, _Mark.NOT):
            return f"something has to follow {before.name} (a word in small letters is a word)"
        if found is _Mark.CLOSE:
            return "there is nothing between these parentheses, or they close nothing"
        if found is _Mark.END:
            return "something has to follow the parenthesis"
        return f"something has to stand before {found.name} (in small letters it is a word)"


def _choice(node: Node, position: int) -> tuple[Leaf, ...]:
    """Given what stands beside a ~N, return the words and phrases of which it asks for any."""
    if isinstance(node, Or):
        return tuple(leaf for part in node.nodes for leaf in _choice(part, position))
    if not isinstance(node, Word | Phrase | Prefix):
        raise QueryError(
            "beside ~ stand a word, a phrase, or a choice such as (police OR army)", position
        )
    if len(node.words) > MAX_SIDE:
        raise QueryError(f"a phrase beside ~ has at most {MAX_SIDE} words", position)
    return (node,)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        token, position = _token_at(text, position)
        tokens.append(token)
    return [*tokens, _Token(_Mark.END, len(text))]


def _token_at(text: str, position: int) -> tuple[_Token, int]:
    """Return the token that begins at `position`, and where the next one may."""
    character = text[position]
    if character in "()":
        mark = _Mark.OPEN if character == "(" else _Mark.CLOSE
        return _Token(mark, position), position + 1
    if character == "-" and text[position + 1 : position + 2].strip():
        return _Token(_Mark.NOT, position), position + 1
    if character in _OPENING:
        return _phrase_at(text, position)
    if distance := _DISTANCE.match(text, position):
        return _Token(_distance(distance[1], position), position), distance.end()
    if empty := _EMPTY_FIELD.match(text, position):
        if empty[1].lower() in _NAMES:
            raise QueryError(f"{empty[0]} needs a value right after the colon", position)
    elif field := _FIELD.match(text, position):
        return _Token(_field(field[1], field[2], position), position), field.end()
    return _word_at(text, position)


def _word_at(text: str, position: int) -> tuple[_Token, int]:
    after = _AFTER_WORD.search(text, position)
    end = after.start() if after else len(text)
    word = text[position:end]
    if word in ("AND", "OR", "NOT"):
        return _Token(_Mark[word], position), end
    if _ALMOST_A_PAIR.fullmatch(word):
        raise QueryError("words near each other are written so: police ~5 crowd", position)
    return _Token(_worded(word, position, Word), position), end


def _distance(written: str, position: int) -> _Distance:
    words = int(written[:4])
    if not 1 <= words <= MAX_DISTANCE:
        raise QueryError(f"~ wants a number of words from 1 to {MAX_DISTANCE}", position)
    return _Distance(words)


def _phrase_at(text: str, position: int) -> tuple[_Token, int]:
    closing = _CLOSING[text[position]]
    end = next((i for i in range(position + 1, len(text)) if text[i] in closing), None)
    if end is None:
        raise QueryError("this quotation mark is not closed", position)
    phrase = text[position + 1 : end]
    if text[end + 1 : end + 2] == "*":
        phrase, end = f"{phrase}*", end + 1
    return _Token(_worded(phrase, position, Phrase), position), end + 1


def _worded(written: str, position: int, kind: type[Word] | type[Phrase]) -> Node:
    bare = written.rstrip("*")
    if "*" in bare:
        raise QueryError("a * may stand at the end of a word only", position + bare.index("*"))
    node: Word | Phrase | Prefix = kind(bare) if bare == written else Prefix(bare)
    if not node.words:
        raise QueryError(f"there is no letter or digit to search for in {written}", position)
    return node


def _field(name: str, written: str, position: int) -> Field | Since | Until:
    if name.lower() in _DATES:
        return _DATES[name.lower()](_day(name.lower(), written, position))
    if name.lower() not in _NAMES:
        near = closest(name, _NAMES)
        hint = f"did you mean {near}?" if near else f"the fields are {', '.join(_NAMES)};"
        raise QueryError(
            f"there is no field {name}: {hint} a word with a colon stands in quotation marks",
            position,
        )
    field = FieldName(name.lower())
    values = tuple(_value(field, value) for value in written.split(","))
    for value in values:
        if not _VALUES[field].fullmatch(value):
            raise QueryError(
                f"{field}: wants {_EXAMPLES[field]}; several are parted by commas without spaces",
                position,
            )
    return Field(field, tuple(dict.fromkeys(values)))


def _day(name: str, written: str, position: int) -> date:
    try:
        if _DAY.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:  # 2026-02-30
        pass
    raise QueryError(f"{name}: wants a day such as 2026-11-01", position)


def _value(field: FieldName, written: str) -> str:
    if field is FieldName.COUNTRY:
        return written.upper()
    if field in (FieldName.KEYWORD, FieldName.LANGUAGE):
        return written.lower()
    return written
