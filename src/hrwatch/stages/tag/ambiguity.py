"""Names that stand for more than one country, or for none: settled by their company in the text."""

from collections import Counter
from dataclasses import dataclass

from hrwatch.stages.tag.gazetteer import Sighting, folded, read_rows, split
from hrwatch.stages.tag.matcher import Matcher
from hrwatch.stages.tag.tokens import Tokens

_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class _Cue:
    surface: str
    code: str


class Ambiguity:
    """The rules of ambiguous.csv: candidates of a name, and the cues that speak for each."""

    def __init__(self) -> None:
        self._defaults: dict[str, tuple[str, ...]] = {}
        self._company: dict[str, list[tuple[str, str]]] = {}  # surface → (country, candidate)
        self._cues: Matcher[_Cue] = Matcher()
        for row in read_rows("ambiguous.csv"):
            surface = folded(row["surface"])
            if row["default"]:
                self._defaults[surface] = split(row["default"])
            self._defaults.setdefault(surface, ())
            for cue in split(row["cues"]):
                if cue.startswith("@"):
                    pair = (cue[1:], row["code"])
                    self._company.setdefault(surface, []).append(pair)
                else:
                    self._cues.add(cue, _Cue(surface, row["code"]))

    def settle(
        self, sightings: list[Sighting], title: Tokens, text: Tokens
    ) -> list[tuple[Sighting, tuple[str, ...]]]:
        """Given all sightings of a text, return those that name something, with their codes."""
        surfaces = [folded(sighting.form.written.rstrip("*")) for sighting in sightings]
        doubtful = self._defaults.keys() & set(surfaces)
        if not doubtful:
            return [(sighting, sighting.form.codes) for sighting in sightings]
        certain = {
            code
            for sighting, surface in zip(sightings, surfaces, strict=True)
            if surface not in doubtful
            for code in sighting.form.codes
        }
        votes: dict[str, Counter[str]] = {surface: Counter() for surface in doubtful}
        for tokens in (title, text):
            for item in self._cues.find(tokens):
                if item.payload.surface in votes:
                    votes[item.payload.surface][item.payload.code] += 1
        for surface in doubtful:
            for country, candidate in self._company.get(surface, ()):
                if country in certain:
                    votes[surface][candidate] += 1
        codes = {surface: self._decide(surface, votes[surface]) for surface in doubtful}
        return [
            (sighting, chosen)
            for sighting, surface in zip(sightings, surfaces, strict=True)
            if (chosen := codes.get(surface, sighting.form.codes))
        ]

    def _decide(self, surface: str, votes: Counter[str]) -> tuple[str, ...]:
        ranked = votes.most_common(2)
        if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
            return self._defaults[surface]
        return () if ranked[0][0] == _NOTHING else split(ranked[0][0].replace("+", ";"))
