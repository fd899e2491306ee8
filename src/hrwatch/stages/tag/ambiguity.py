"""Names that stand for more than one country, or for none: settled by their company in the text."""

from collections import Counter
from dataclasses import dataclass, field, replace

from hrwatch.model.tags import Field
from hrwatch.stages.tag.gazetteer import FormKind, Occurrence, folded, read_rows, split
from hrwatch.stages.tag.matcher import Matcher
from hrwatch.stages.tag.tokens import Tokens, tokenise

_NOTHING = "-"
_ANY = "any"
# A capitalised neighbour that still leaves a country a country: "In Jordan", "King of Jordan".
_NO_GIVEN_NAME = frozenset(
    tokenise(
        "a an and as at between by for from in into inside leave near of on or outside over the to "
        "via with within after against amid how why when what where who this that these those "
        "northern southern eastern western north south east west central king queen "
        "prince kingdom"
    ).forms
)

_Key = tuple[str, str]  # language, folded surface


@dataclass(slots=True)
class _Rule:
    default: tuple[str, ...]
    person: bool  # also a given name
    candidates: dict[str, None] = field(default_factory=dict)
    company: list[tuple[str, str]] = field(default_factory=list)  # country in the text, candidate


@dataclass(frozen=True, slots=True)
class _Cue:
    key: _Key
    code: str


class Ambiguity:
    """The rules of ambiguous.csv: candidates of a name, and the cues that speak for each."""

    def __init__(self) -> None:
        self._rules: dict[_Key, _Rule] = {}
        self._cues: Matcher[_Cue] = Matcher()
        for row in read_rows("ambiguous.csv"):
            key = (row["language"], folded(row["surface"]))
            rule = self._rules.setdefault(key, _Rule(split(row["default"]), bool(row["person"])))
            rule.candidates.setdefault(row["code"])
            for cue in split(row["cues"]):
                if cue.startswith("@"):
                    rule.company.append((cue[1:], row["code"]))
                else:
                    self._cues.add(cue, _Cue(key, row["code"]))

    def settle(
        self,
        occurrences: list[Occurrence],
        tokens: dict[Field, Tokens],
        focus: tuple[str, ...] = (),
    ) -> list[tuple[Occurrence, tuple[str, ...]]]:
        """Given all occurrences of a text, the words of its fields and the countries that its feed
        mostly writes about, return those that name something, with the codes they stand for."""
        keys = [self._key(occurrence) for occurrence in occurrences]
        doubtful = {key for key in keys if key is not None}
        if not doubtful and not focus:
            return [(occurrence, occurrence.form.codes) for occurrence in occurrences]
        votes = self._votes(doubtful, occurrences, keys, tokens)
        settled: list[tuple[Occurrence, tuple[str, ...]]] = []
        for occurrence, key in zip(occurrences, keys, strict=True):
            codes = occurrence.form.codes
            candidates = codes if occurrence.form.undecided else ()
            if key is not None:
                codes = self._decide(key, votes[key])
                candidates = tuple(self._rules[key].candidates) if _is_tie(votes[key]) else ()
                alone = not votes[key]
                if alone and self._rules[key].person and _is_person(occurrence, tokens):
                    continue
            own = tuple(code for code in candidates if code in focus)
            if len(own) == 1:
                settled.append((replace(occurrence, by_focus=True), own))
            elif codes:
                settled.append((occurrence, codes))
        return settled

    def _key(self, occurrence: Occurrence) -> _Key | None:
        if occurrence.form.kind in {FormKind.MASK, FormKind.ORGANISATION}:
            return None
        return self.key(occurrence.form.written, occurrence.form.language)

    def key(self, name: str, language: str) -> _Key | None:
        """Return by what a name in a language is asked about here; None where it is in no doubt."""
        surface = folded(name)
        for spoken in (language, _ANY):
            if (spoken, surface) in self._rules:
                return (spoken, surface)
        return None

    def is_open(self, key: _Key) -> bool:
        """Return whether a name stands for nothing, or for several, where nothing else is said."""
        return len(self._rules[key].default) != 1

    def is_candidate(self, key: _Key, code: str) -> bool:
        """Return whether a name may stand for a country or place."""
        return code in self._rules[key].candidates

    def alone(
        self, key: _Key, words: Tokens, named: set[str], focus: tuple[str, ...]
    ) -> tuple[str, ...] | None:
        """Given a name outside a text, the words beside it, the countries that they name and those
        that its feed mostly writes about, return what it stands for; None where nothing decides."""
        rule = self._rules[key]
        votes = Counter(
            cue.payload.code for cue in self._cues.find(words) if cue.payload.key == key
        )
        votes.update(candidate for country, candidate in rule.company if country in named)
        votes.update(code for code in rule.candidates if code in named)
        if not _is_tie(votes):
            return self._decide(key, votes)
        own = tuple(code for code in rule.candidates if code in focus)
        return own if self.is_open(key) and len(own) == 1 else None

    def _votes(
        self,
        doubtful: set[_Key],
        occurrences: list[Occurrence],
        keys: list[_Key | None],
        tokens: dict[Field, Tokens],
    ) -> dict[_Key, Counter[str]]:
        votes: dict[_Key, Counter[str]] = {key: Counter() for key in doubtful}
        for words in tokens.values():
            for cue in self._cues.find(words):
                if cue.payload.key in votes:
                    votes[cue.payload.key][cue.payload.code] += 1
        certain = {
            code
            for occurrence, key in zip(occurrences, keys, strict=True)
            if key is None and not occurrence.form.undecided
            for code in occurrence.form.codes
        }
        for key in doubtful:
            for country, candidate in self._rules[key].company:
                if country in certain:
                    votes[key][candidate] += 1
        return votes

    def _decide(self, key: _Key, votes: Counter[str]) -> tuple[str, ...]:
        if _is_tie(votes):
            return self._rules[key].default
        winner = votes.most_common(1)[0][0]
        return () if winner == _NOTHING else (winner,)


def _is_tie(votes: Counter[str]) -> bool:
    """Return whether nothing in the text decides: no cue, or as many for another."""
    ranked = votes.most_common(2)
    return not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1])


def _is_person(occurrence: Occurrence, tokens: dict[Field, Tokens]) -> bool:
    """Return whether the name stands beside another capitalised word, as a person's does."""
    words = tokens[occurrence.field]
    if _is_name(words, occurrence.first, occurrence.first - 1):
        return True
    if occurrence.field is Field.TITLE and _is_title_case(words.text):
        return False  # there the verb behind a country is capitalised too
    return _is_name(words, occurrence.last + 1, occurrence.last + 1)


def _is_name(words: Tokens, right: int, position: int) -> bool:
    """Return whether the word at `position` is capitalised and parted by a mere space."""
    if not 0 < right < len(words.forms) or not words.text[words.starts[position]].isupper():
        return False
    gap = words.text[words.ends[right - 1] : words.starts[right]]
    return gap == " " and words.forms[position] not in _NO_GIVEN_NAME


def _is_title_case(text: str) -> bool:
    """Return whether a short text capitalises most of its words, so that capitals say little."""
    words = [word for word in text.split()[:30] if word[0].isalpha()]
    return sum(word[0].isupper() for word in words) * 10 > len(words) * 6
