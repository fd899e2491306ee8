"""What a text names without being about it: whose currency a sum is in, from which country the
newspaper or agency comes that it quotes, and which power comments. Told by the words beside it."""

import re
from collections import defaultdict
from functools import cache

from hrwatch.stages.tag.gazetteer import FormKind, Occurrence, read_rows, split
from hrwatch.stages.tag.tokens import Tokens

_BESIDE = 24  # code points: the longest phrase of the data fits
_NEAR = 45  # code points: "صحيفة نيويورك تايمز (The New York Times) الأميركية"
_SENTENCE_END = re.compile(r"[;:!?\n。]|\.\s")


class Passing:
    """The words of passing.csv: what stands right after a name, right before it, or soon after it;
    and shortly before a people."""

    def __init__(self) -> None:
        words: defaultdict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
        for row in read_rows("passing.csv"):
            words[row["language"], row["side"]] += split(row["words"])
        self._words = dict(words)

    def holds(self, name: Occurrence, tokens: Tokens, language: str) -> bool:
        """Return whether the text names it only so."""
        text, start, end = tokens.text, tokens.starts[name.first], tokens.ends[name.last]
        after = name.last + 1
        if after < len(tokens.forms) and tokens.joined[after]:
            beside = text[tokens.starts[after] : tokens.starts[after] + _BESIDE]
            if _begins(beside.casefold(), self._at(language, "after")):
                return True
        if name.first and tokens.joined[name.first]:
            before = tokens.ends[name.first - 1]
            beside = text[max(before - _BESIDE, 0) : before]
            if beside.casefold().endswith(self._at(language, "before")):
                return True
        rest = _SENTENCE_END.split(text[end : end + _NEAR], maxsplit=1)[0].casefold()
        if any(word in rest for word in self._at(language, "soon")):
            return True
        if name.form.kind is not FormKind.PEOPLE:
            return False
        shortly = text[max(start - _NEAR, 0) : start]
        return any(word in shortly for word in self._at(language, "shortly"))

    def _at(self, language: str, side: str) -> tuple[str, ...]:
        return self._words.get((language, side), ())


def _begins(text: str, phrases: tuple[str, ...]) -> bool:
    """Return whether a text begins with one of the phrases, as whole words but for a `*`."""
    if not text.startswith(_stems(phrases)):  # mostly: told at once
        return False
    for phrase in phrases:
        stem = phrase.removesuffix("*")
        if text.startswith(stem) and (stem != phrase or not text[len(stem) :][:1].isalpha()):
            return True
    return False


@cache
def _stems(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(phrase.removesuffix("*") for phrase in phrases)
