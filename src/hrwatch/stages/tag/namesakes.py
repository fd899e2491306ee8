"""Towns that have a namesake abroad: London in Kentucky, Birmingham in Alabama. A town is in the
same country as the rest of the text, where there is one of that name."""

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

from hrwatch.stages.tag.gazetteer import Form, FormKind, Occurrence, folded, read_rows, split
from hrwatch.stages.tag.tokens import Tokens

Settled = tuple[Occurrence, tuple[str, ...]]  # a name, and the codes it stands for
_TOWNS = frozenset([FormKind.TOWN, FormKind.SEAT])


@dataclass(frozen=True, slots=True)
class _Namesake:
    code: str
    large: bool  # enough that its country is named, and the better known town's is not
    regions: frozenset[str]  # one of them named tells it


class Namesakes:
    """The rows of namesakes.csv, by the name of the town."""

    def __init__(self) -> None:
        self._of: defaultdict[str, list[_Namesake]] = defaultdict(list)
        for row in read_rows("namesakes.csv"):
            regions = frozenset(folded(region) for region in split(row["regions"]))
            self._of[row["name"]].append(_Namesake(row["code"], row["large"] == "yes", regions))

    def settle(self, names: list[Settled]) -> list[Settled]:
        """Given the names of a text with the codes they stand for, return them with the codes of
        towns changed where the rest of the text says so."""
        doubtful = {
            name.form.written
            for name, _ in names
            if name.form.kind in _TOWNS and name.form.written in self._of
        }
        moved = self._moved(names, doubtful) if doubtful else {}
        if not moved:
            return names
        return [
            (name, (moved[name.form.written],) if name.form.written in moved else codes)
            for name, codes in names
        ]

    def _moved(self, names: list[Settled], doubtful: set[str]) -> dict[str, str]:
        """Return the doubtful towns whose own country nothing else names, while something names
        the region of a namesake or the country of a large one."""
        regions = {
            folded(name.form.written) for name, _ in names if name.form.kind is FormKind.REGION
        }
        moved: dict[str, str] = {}
        # First by what is beyond doubt, then by the towns that this has left where they were.
        for unsure in (doubtful, set[str]()):
            named: defaultdict[str, set[str]] = defaultdict(set)
            for name, codes in names:
                if name.form.written not in unsure | moved.keys():
                    for code in codes:
                        named[code].add(name.form.written)
            for name, codes in names:
                written = name.form.written
                if written in doubtful and not any(named[code] - {written} for code in codes):
                    for namesake in self._of[written]:
                        country = namesake.large and named[namesake.code] - {written}
                        if country or not regions.isdisjoint(namesake.regions):
                            moved[written] = namesake.code
        return moved


def addressed(names: list[Occurrence], words: Tokens) -> dict[str, str]:
    """Return the towns that stand as "Birmingham, Ala.", with the country that is meant."""
    return {
        town.form.written: region.form.codes[0]
        for town, region in pairwise(names)
        if town.form.kind in _TOWNS
        and region.form.kind is FormKind.REGION
        and words.text[words.ends[town.last] : words.starts[region.first]] == ", "
        and town.form.codes != region.form.codes
    }


def relocated(names: list[Occurrence], elsewhere: dict[str, str]) -> list[Occurrence]:
    """Given names and the towns among them that are elsewhere, return them moved, all of a name,
    written "Paris, US": so no rule for an ambiguous Paris is asked about them any more."""
    if not elsewhere:
        return names
    return [
        replace(name, form=_moved(name.form, elsewhere[name.form.written]))
        if name.form.kind in _TOWNS and name.form.written in elsewhere
        else name
        for name in names
    ]


def _moved(town: Form, code: str) -> Form:
    return replace(town, written=f"{town.written}, {code}", codes=(code,))
