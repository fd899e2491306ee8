"""One linear-time matcher for all phrases at once: a trie of words, walked from every word.

The cost of a word depends on how many lengths stems have, not on how many phrases there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from hrwatch.stages.tag.tokens import Tokens
from hrwatch.words import of_phrase

Payload = TypeVar("Payload")
_REMEMBERED = 50_000  # words; the vocabulary of news is mostly the same few thousand


@dataclass(frozen=True, slots=True)
class Found(Generic[Payload]):
    """A phrase found: the words from `first` to `last`, both included."""

    payload: Payload
    first: int
    last: int


class _Edges(Generic[Payload]):
    """What may follow: whole words, and stems of inflected words by their lengths."""

    __slots__ = ("lengths", "stems", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node[Payload]] = {}
        self.stems: dict[str, _Node[Payload]] = {}
        self.lengths: tuple[int, ...] = ()

    def add(self, form: str, stem: bool) -> "_Node[Payload]":
        nodes = self.stems if stem else self.words
        node = nodes.get(form)
        if node is None:
            node = nodes[form] = _Node()
            if stem and len(form) not in self.lengths:
                self.lengths = tuple(sorted((*self.lengths, len(form))))
        return node

    def follow(self, form: str, nodes: "list[_Node[Payload]]") -> None:
        """Add what `form` leads to."""
        node = self.words.get(form)
        if node is not None:
            nodes.append(node)
        for length in self.lengths:
            if length > len(form):
                break
            node = self.stems.get(form[:length])
            if node is not None:
                nodes.append(node)


class _Node(Generic[Payload]):
    __slots__ = ("edges", "loose", "payloads")

    def __init__(self) -> None:
        self.edges: _Edges[Payload] | None = None
        self.loose: _Edges[Payload] | None = None  # words that accept Arabic clitics
        self.payloads: list[Payload] = []


class Matcher(Generic[Payload]):
    """Phrases with what they stand for. `*` after a word lets any letters follow it."""

    def __init__(self) -> None:
        self._root: _Node[Payload] = _Node()
        self._begun: dict[str, list[_Node[Payload]]] = {}  # what the first word leads to

    def add(self, phrase: str, payload: Payload, *, clitics: bool = False) -> bool:
        """Take in a phrase; with `clitics`, its Arabic words accept proclitics and pronouns.

        Return False when the phrase holds no word and so can never match.
        """
        words = of_phrase(phrase)
        if not words:
            return False
        self._begun.clear()
        node = self._root
        for word in words:
            if clitics and is_arabic(word.form):
                node.loose = node.loose or _Edges()
                node = node.loose.add(word.form, word.stem)
            else:
                node.edges = node.edges or _Edges()
                node = node.edges.add(word.form, word.stem)
        node.payloads.append(payload)
        return True

    def find(self, tokens: Tokens) -> Iterator[Found[Payload]]:
        """Yield every phrase in `tokens`, overlapping ones too, in order of their first word."""
        forms, joined = tokens.forms, tokens.joined
        count = len(forms)
        begun = self._begun
        for first, form in enumerate(forms):
            nodes = begun.get(form)
            if nodes is None:
                nodes = self._begin(form)
            last = first
            while nodes:
                for node in nodes:
                    for payload in node.payloads:
                        yield Found(payload, first, last)
                last += 1
                if last == count or not joined[last]:
                    break
                before, nodes = nodes, []
                for node in before:
                    _follow(node, forms[last], nodes)

    def _begin(self, form: str) -> list[_Node[Payload]]:
        if len(self._begun) >= _REMEMBERED:
            self._begun.clear()
        nodes = self._begun[form] = []
        _follow(self._root, form, nodes)
        return nodes


def _follow(node: _Node[Payload], form: str, nodes: list[_Node[Payload]]) -> None:
    """Add to `nodes` what `form` leads to from `node`."""
    if node.edges is not None:
        node.edges.follow(form, nodes)
    if node.loose is not None and is_arabic(form):
        loose: list[_Node[Payload]] = []
        for stripped in clitic_forms(form):
            node.loose.follow(stripped, loose)
        nodes.extend(dict.fromkeys(loose))


def is_arabic(form: str) -> bool:
    """Return whether a folded word is written in the Arabic script."""
    return "\u0620" <= form[0] <= "\u06ff"


_PRONOUNS = ("هما", "هم", "هن", "ها", "نا", "كم", "ه", "ك", "ي")
_SHORTEST = 3  # what is left of a word after stripping must still be one


@lru_cache(maxsize=16_384)
def clitic_forms(form: str) -> tuple[str, ...]:
    """Given a folded Arabic or Persian word, return it and what may be left without و ف, ب ك ل,
    ال and a pronoun at its end."""
    heads = [form]
    if form[0] in "وف":
        heads.append(form[1:])
    for head in tuple(heads):
        if head[:2] == "لل":
            heads.append("ال" + head[2:])
        if head[:1] in "بكل":
            heads.append(head[1:])
    heads.extend(head[2:] for head in tuple(heads) if head.startswith("ال"))
    forms = dict.fromkeys(head for head in heads if head == form or len(head) >= _SHORTEST)
    for head in tuple(forms):
        for pronoun in _PRONOUNS:
            if head.endswith(pronoun) and len(head) - len(pronoun) >= _SHORTEST:
                stem = head[: -len(pronoun)]
                forms[stem] = None
                if stem.endswith("ت"):
                    forms[stem[:-1] + "ه"] = None  # معاملته is معاملة with a pronoun
    return tuple(forms)
