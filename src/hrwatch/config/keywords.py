"""What the operator's keywords say as a whole: ids, guards, and terms that could never be found."""

import re
import unicodedata
from collections.abc import Iterator

from hrwatch.config import phrases, taxonomy, terms
from hrwatch.config.names import quoted
from hrwatch.config.phrases import Lists, Written, within
from hrwatch.config.tree import Document, Node, Path
from hrwatch.errors import Mistake
from hrwatch.model.tags import Keyword
from hrwatch.territories import languages
from hrwatch.text import suggestion
from hrwatch.words import Word, of_phrase

Guard = tuple[str, tuple[Word, ...]]  # as written, and its words
RESERVED = frozenset(["use", "lists"])  # under `keywords`, and no ids
# Scripts by the first word of a letter's Unicode name. Latin names stand in texts of any language.
_SCRIPTS = {
    "LATIN": "cs da de en es et fi fr hu id it lt lv nl no pl pt sk sl sv sw tr vi",
    "CYRILLIC": "be bg mk ru uk",
    "ARABIC": "ar fa ps ur",
    "HEBREW": "he yi",
    "GREEK": "el",
    "CJK": "zh",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "THAI": "th",
}
_SCRIPT = {
    language: script for script, languages in _SCRIPTS.items() for language in languages.split()
}
_OTHER_SCRIPTS = {"HANGUL", "HIRAGANA", "KATAKANA", "DEVANAGARI", "BENGALI", "ETHIOPIC", "MYANMAR"}
_ALIKE = frozenset("aceiopxyABCEHIKMOPTXYs")  # Latin letters that Cyrillic ones look like
_LATIN = "LATIN"
_BETWEEN = re.compile(r"[\s/\u2010-\u2015-]+")  # words of a phrase


def mistakes(main: Document) -> Iterator[Mistake | None]:
    """Given the operator's file, yield what is wrong with its keywords."""
    own = main.root.child("keywords")
    if own is None or own.mapping is None:
        return
    shipped = {keyword.id: keyword for keyword in taxonomy.shipped().keywords}
    limited = own.child("use")
    used = {value for _, value in own.texts("use")}
    if limited and limited.sequence == []:
        problem = "names no keyword; name some, or remove the line to have them all"
        yield main.mistake(("keywords", "use"), problem)
    for path, value in own.texts("use"):
        if value not in shipped and value not in own.mapping:
            problem = f"{quoted(value)} is no keyword{suggestion(value, shipped)}"
            yield main.mistake(("keywords", *path), problem)
    for name, node in own.mapping.items():
        path = ("keywords", name)
        if name in RESERVED or node.mapping is None:
            continue
        if name in shipped:
            if limited and limited.sequence and name not in used:
                problem = "overrides a shipped keyword that `use` leaves out; name it there"
                yield main.mistake(path, problem, at_key=True)
        else:
            yield from _new_keyword(main, name, node, tuple(shipped))
        yield from _guards(main, name, node, shipped.get(name))
        yield from _never_found(main, name, node, shipped.get(name))
    for path, language, value in _listed(main):
        if problem := _script_problem(value, language):
            yield main.mistake(path, f"{quoted(value)} {problem}")


def _new_keyword(
    main: Document, name: str, node: Node, shipped: tuple[str, ...]
) -> Iterator[Mistake | None]:
    path = ("keywords", name)
    if not taxonomy.is_id(name):
        problem = (
            "cannot be the id of a keyword; use small letters, digits and - only, such as "
            "water-cannon"
        )
        yield main.mistake(path, problem, at_key=True)
    missing = [key for key in ("label", "terms") if node.given(key) is None]
    if missing:
        problem = f"is a new keyword and needs {' and '.join(missing)}{suggestion(name, shipped)}"
        yield main.mistake(path, problem, at_key=True)
    terms = node.child("terms")
    if terms and terms.mapping is not None and not any(c.sequence for c in terms.mapping.values()):
        problem = "names no word; add a list for a language, such as en: [water cannon*]"
        yield main.mistake((*path, "terms"), problem)


def _guards(
    main: Document, name: str, node: Node, shipped: Keyword | None
) -> Iterator[Mistake | None]:
    """Tell guards of a term that the keyword does not have: they would do nothing, silently."""
    guarded = node.child("need_near")
    if guarded is None or guarded.mapping is None:
        return
    known: set[str] = set()
    for key in ("terms", "weak"):
        own = node.given(key)
        if own is not None and own.mapping is not None:
            known.update(value for language in own.mapping for _, value in own.texts(language))
        elif own is None and shipped is not None:
            groups = shipped.terms if key == "terms" else shipped.weak
            known.update(term for _, group in groups for term in group)
    for term in guarded.mapping:
        if term not in known:
            problem = (
                f"guards no term of this keyword{suggestion(term, known)}; write it as it stands "
                "under terms or weak"
            )
            yield main.mistake(("keywords", name, "need_near", term), problem, at_key=True)
        elif guarded.mapping[term].sequence == []:
            problem = (
                "names no company, so that the term could never count; name some, or remove it"
            )
            yield main.mistake(("keywords", name, "need_near", term), problem)


def _never_found(
    main: Document, name: str, node: Node, shipped: Keyword | None
) -> Iterator[Mistake | None]:
    """Tell terms and pairs that no text could ever be tagged by."""
    written = phrases.of_keyword(name, node, shipped)
    known = phrases.lists(main.root.child("keywords"))
    guards = {
        "mask": [(text, of_phrase(text)) for text in phrases.global_masks()],
        "veto_near": [],
    }
    for one in written:
        if one.role in guards:
            guards[one.role].append((one.text, one.words))
    for one in written:
        if one.path is None or one.role not in phrases.BY_LANGUAGE:
            continue
        problem = (
            _guarded(one, guards) or _script_problem(one.text, one.language)
            if one.is_plain
            else _sides_problem(one, known, guards["mask"])
        )
        if problem:
            yield main.mistake(one.path, f"{quoted(one.text)} {problem}")


def _listed(main: Document) -> Iterator[tuple[Path, str, str]]:
    own = main.root.child("keywords")
    given = own.child("lists") if own else None
    for name, node in ((given and given.mapping) or {}).items():
        for language in node.mapping or ():
            for below, value in node.texts(language):
                yield ("keywords", "lists", name, *below), language, value


def _guarded(one: Written, guards: dict[str, list[Guard]]) -> str:
    for role, members in guards.items():
        for text, words in members:
            if within(words, one.words):
                does = "blanks it" if role == "mask" else "undoes it"
                return (
                    f"is never found: {quoted(text)} under {role} {does} wherever it stands; take "
                    "one of the two out"
                )
    return ""


def _sides_problem(one: Written, known: Lists, masks: list[Guard]) -> str:
    """Return why a pair or a list finds nothing: no such list, or a side without words."""
    found = []
    for side in filter(None, terms.sides(one.text)):
        for part in side:
            called = terms.listed(part)
            if called and called not in known:
                guess = suggestion(called, known) or "; write it under keywords.lists"
                return f"calls a list {called}, which is not there{guess}"
        by_language = phrases.alternatives(side, one.language, known)
        if not by_language:
            called = terms.listed(side[0])
            return (
                f"finds nothing: {called} has no words in {one.language}; write some under "
                f"keywords.lists.{called}.{one.language}, or move this to a language that has"
            )
        if not any(_is_left(group, masks) for group in by_language.values()):
            return f"is never found: masks blank all of {' | '.join(side)}; take some out"
        found.append(set(by_language))
    left, right = found[0], found[-1]
    if "any" not in left | right and not left & right:
        return (
            "finds nothing: no language has words for both sides (the one has "
            f"{', '.join(sorted(left))}, the other {', '.join(sorted(right))})"
        )
    return ""


def _is_left(group: list[str], masks: list[Guard]) -> bool:
    """Say whether a side has a phrase that no mask blanks wherever it stands."""
    return any(not any(within(mask, words) for _, mask in masks) for words in map(of_phrase, group))


def _script_problem(text: str, language: str) -> str:
    """Return why a phrase is in no text of its language: letters of another script."""
    for word in _BETWEEN.split(text):  # IT-специалист is Latin and Cyrillic by right
        scripts = {_script(letter) for letter in word if letter.isalpha()}
        latin = "".join(letter for letter in word if letter.isascii() and letter.isalpha())
        if scripts == {_LATIN, "CYRILLIC"} and _ALIKE.issuperset(latin):
            return (
                f"mixes Cyrillic letters with Latin ones that look the same ({latin}), and is "
                "never found so; type it anew"
            )
        own = _SCRIPT.get(language)
        foreign = scripts & (_SCRIPTS.keys() | _OTHER_SCRIPTS) - {own, _LATIN} if own else set()
        if foreign:
            written = sorted(foreign)[0].title() if "CJK" not in foreign else "Chinese"
            return (
                f"is written in {written} letters, and texts in {languages()[language]} are not; "
                "move it to its language, or to any"
            )
    return ""


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
