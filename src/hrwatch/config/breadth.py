"""What in the operator's keywords finds nearly everything, or adds nothing: a warning each."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import resources

from hrwatch.config import phrases, taxonomy
from hrwatch.config.keywords import RESERVED
from hrwatch.config.names import quoted
from hrwatch.config.phrases import Written, within
from hrwatch.config.tree import Document, Node, Path
from hrwatch.words import Word, is_unspaced, of_phrase

_SHORT_STEM = 3  # letters
_SMALL = 3  # letters of articles and prepositions: "of the", but not "women's rights"
_KEY = 3  # letters of a first word that phrases are looked up by


def of(document: Document) -> Iterator[tuple[Path, str]]:
    """Given a file found good, yield path and text of what is likely not meant in its keywords."""
    own = document.root.child("keywords")
    shipped = {keyword.id: keyword for keyword in taxonomy.shipped().keywords}
    yield from _replaced(own)
    for name, node in ((own and own.mapping) or {}).items():
        if name in RESERVED or node.mapping is None:
            continue
        written = phrases.of_keyword(name, node, shipped.get(name))
        for one in written:
            problem = _broad(one) if one.role in phrases.BY_LANGUAGE and one.is_plain else ""
            if one.path and problem:
                yield one.path, f"{quoted(one.text)} {problem}"
        yield from _idle(written, phrases.guarded(node, shipped.get(name)))


def _replaced(own: Node | None) -> Iterator[tuple[Path, str]]:
    """Yield lists that take the place of a shipped one without having all its languages."""
    shipped = dict(taxonomy.shipped().lists)
    given = own.child("lists") if own else None
    for name, node in ((given and given.mapping) or {}).items():
        lost = [language for language, _ in shipped.get(name, ()) if not node.child(language)]
        if lost:
            problem = (
                "takes the place of the shipped list, and leaves the keywords that call it without "
                f"words in {', '.join(lost)}; give it a name of its own"
            )
            yield ("keywords", "lists", name), problem


def _broad(one: Written) -> str:
    words = one.words
    if len(words) == 1 and words[0].stem and _is_short(words[0]):
        return (
            f"finds every word that begins with {words[0].form}, which are many; write a longer "
            "beginning, or the words themselves"
        )
    if len(words) == 1 and is_unspaced(words[0].form):
        return "is one character, and is found inside many words; write the words that are meant"
    if len(words) == 1 and words[0].form.isdigit():
        return "is a number, and is found in many texts; write what it counts or names beside it"
    small = len(words) == 1 or all(len(word.form) <= _SMALL for word in words)
    frequent = all(_is_frequent(word, one.language) for word in words)
    if (small and frequent) or one.text in _frequent("zh"):
        return (
            "stands in nearly every article; write a phrase, or a pair such as "
            "police ~5 beat*, that only the issue has"
        )
    return ""


def _is_short(word: Word) -> bool:
    return len(word.form) <= _SHORT_STEM and not is_unspaced(word.form)


def _is_frequent(word: Word, language: str) -> bool:
    known = _frequent(language)
    return word.form in known or (word.stem and any(form.startswith(word.form) for form in known))


@cache
def _frequent(language: str) -> frozenset[str]:
    """Return words that most texts in a language hold, as they are compared; of `any`, none."""
    table = resources.files("hrwatch").joinpath("data", "frequent.txt").read_text(encoding="utf-8")
    for line in table.splitlines():
        code, _, words = line.partition(": ")
        if code == language:
            if language == "zh":
                return frozenset(words.split())
            return frozenset(word.form for word in of_phrase(words))
    return frozenset()


def _idle(written: list[Written], guarded: set[str]) -> Iterator[tuple[Path, str]]:
    """Yield phrases of the file that another one of the same list finds as well, without asking
    for company."""
    plain = [one for one in written if one.is_plain and one.role in phrases.BY_LANGUAGE]
    index: defaultdict[tuple[str, str, str], list[Written]] = defaultdict(list)
    for one in plain:
        if one.text not in guarded:
            index[one.role, one.language, one.words[0].form[:_KEY]].append(one)
    same: dict[tuple[str, str, tuple[Word, ...]], Written] = {}
    for one in plain:
        earlier = same.setdefault((one.role, one.language, one.words), one)
        if one.path is None:
            continue
        if earlier is not one:
            problem = f"is the same as {quoted(earlier.text)} once both are folded; leave one out"
            yield one.path, f"{quoted(one.text)} {problem}"
        elif wider := _wider(one, index):
            problem = f"adds nothing: {quoted(wider.text)} finds all that it does; leave one out"
            yield one.path, f"{quoted(one.text)} {problem}"


def _wider(one: Written, index: defaultdict[tuple[str, str, str], list[Written]]) -> Written | None:
    """Return a phrase that is found wherever `one` is."""
    for word in one.words:
        for letters in range(1, _KEY + 1):
            for other in index.get((one.role, one.language, word.form[:letters]), ()):
                if other.words != one.words and within(other.words, one.words):
                    return other
    return None
