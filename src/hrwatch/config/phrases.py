"""The phrases of an operator's keyword as they stand in the file, each with its place and role, and
what the shipped keyword of that name has where the operator gives nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from hrwatch.config import taxonomy, terms
from hrwatch.config.tree import Node, Path
from hrwatch.model.tags import Keyword
from hrwatch.words import Word, of_phrase

BY_LANGUAGE = ("terms", "weak", "near", "passing")
GUARDS = ("mask", "veto_near", "mention_only")

Lists = dict[str, dict[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Written:
    """One phrase or pair of a keyword. `path` is None for what was shipped."""

    role: str  # the key that it stands under
    language: str  # `any` for guards
    text: str
    words: tuple[Word, ...]  # of a phrase
    path: Path | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is a phrase: neither a pair nor the name of a list."""
        return "~" not in self.text and not terms.listed(self.text)


def of_keyword(name: str, node: Node, shipped: Keyword | None) -> list[Written]:
    """Return every phrase of a keyword that can be read, of shipped keys that the file does not
    replace too."""
    found: list[Written] = []
    for role in BY_LANGUAGE:
        own = node.given(role)
        if own is None:
            found += (
                Written(role, language, text, of_phrase(text))
                for language, group in (getattr(shipped, role) if shipped else ())
                for text in group
            )
        for language in (own and own.mapping) or ():
            path = ("keywords", name, role)
            found += _readable(role, language, own, path)
    for role in GUARDS:
        if node.given(role) is None:
            found += (
                Written(role, "any", text, of_phrase(text))
                for text in (getattr(shipped, role) if shipped else ())
            )
        else:
            found += _readable(role, "any", node, ("keywords", name), role)
    return found


def _readable(
    role: str, language: str, node: Node | None, above: Path, key: str = ""
) -> Iterator[Written]:
    check = terms.term if role in BY_LANGUAGE else terms.phrase
    for below, value in node.texts(key or language) if node else ():
        try:
            text = check(value)
        except ValueError:
            continue  # what its shape tells
        if words := of_phrase(text):
            yield Written(role, language, text, words, (*above, *below))


def guarded(node: Node, shipped: Keyword | None) -> set[str]:
    """Return the terms of a keyword that count in company only."""
    own = node.given("need_near")
    if own is None:
        return {term for term, _ in shipped.need_near} if shipped else set()
    return set(own.mapping or ())


def lists(own: Node | None) -> Lists:
    """Return the lists that pairs may call: the shipped ones and the operator's."""
    known = {name: dict(members) for name, members in taxonomy.shipped().lists}
    given = own.child("lists") if own else None
    for name, node in ((given and given.mapping) or {}).items():
        known[name] = {
            language: tuple(value for _, value in node.texts(language))
            for language in node.mapping or ()
        }
    return known


def alternatives(side: Iterable[str], language: str, known: Lists) -> dict[str, list[str]]:
    """Given the parts of a pair's side and the pair's language, return the phrases that it looks
    for, by the language of the text that they are looked for in (`any`: in every one)."""
    found: dict[str, list[str]] = {}
    for part in side:
        called = terms.listed(part)
        members = known.get(called, {}) if called else {language: (part,)}
        for spoken, group in members.items():
            if group and "any" in {language, spoken}:
                found.setdefault(spoken, []).extend(group)
            elif group and language == spoken:
                found.setdefault(language, []).extend(group)
    return found


@cache
def global_masks() -> tuple[str, ...]:
    """Return the masks that every keyword has."""
    return taxonomy.shipped().global_mask


def within(inner: tuple[Word, ...], outer: tuple[Word, ...]) -> bool:
    """Return whether wherever `outer` is found, `inner` is found inside it."""
    size = len(inner)
    return any(
        all(one.covers(other) for one, other in zip(inner, outer[start:], strict=False))
        for start in range(len(outer) - size + 1)
    )
