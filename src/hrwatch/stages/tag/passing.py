"""What a text names without being about it: whose currency a sum is in, and from which country the
newspaper or agency comes that it quotes. Told by the words right beside the name."""

from collections import defaultdict

from hrwatch.stages.tag.gazetteer import FormKind, Occurrence, read_rows, split
from hrwatch.stages.tag.tokens import Tokens

_BESIDE = 24  # code points: the longest phrase of the data fits
_SHORTLY = 45  # code points: "صحيفة نيويورك تايمز (The New York Times) الأميركية"


class Passing:
    """The words of passing.csv: what stands after a name, before it, or shortly before a people."""

    def __init__(self) -> None:
        words: defaultdict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
        for row in read_rows("passing.csv"):
            words[row["language"], row["side"]] += split(row["words"])
        self._words = dict(words)

    def holds(self, name: Occurrence, tokens: Tokens, language: str) -> bool:
        """Return whether the text names it only so."""
        text, start, after = tokens.text, tokens.starts[name.first], name.last + 1
        if after < len(tokens.forms) and tokens.joined[after]:
            beside = text[tokens.starts[after] : tokens.starts[after] + _BESIDE]
            if beside.casefold().startswith(self._words.get((language, "after"), ())):
                return True
        if name.first and tokens.joined[name.first]:
            end = tokens.ends[name.first - 1]
            beside = text[max(end - _BESIDE, 0) : end]
            if beside.casefold().endswith(self._words.get((language, "before"), ())):
                return True
        if name.form.kind is not FormKind.PEOPLE:
            return False
        shortly = text[max(start - _SHORTLY, 0) : start]
        return any(word in shortly for word in self._words.get((language, "shortly"), ()))
