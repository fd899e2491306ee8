"""What a text is about: names weighed by where they stand, summed by country and place, ranked.

A country is the subject when its sum is near the heaviest; or when the title names it, or a wire's
dateline does, whatever the sums.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from hrwatch.model.tags import BY_FOCUS, Evidence, Field, Kind, Relation, Tag
from hrwatch.stages.tag.gazetteer import Form, FormKind, Occurrence
from hrwatch.stages.tag.tokens import Tokens
from hrwatch.territories import places

# Tuned on the tune half of the labelled sets, as docs/decisions/0023-countries.md tells.
_TITLE = 3.0
_OPENING = 3.0
_OPENING_SHARE = 0.15  # of the text's words
_OPENING_WORDS = 20  # at least, for what is only a summary
_LEAD = 600  # code points: what is first named behind them must be named twice
_APART = 3  # words: nearer namings are one
_AGAIN = 0.5  # of its weight, for a further name of the country in the same sentence
_SHARE_OF_TOP = 0.4
_WEIGHTS = {
    FormKind.NAME: 1.0,
    FormKind.PEOPLE: 1.0,
    FormKind.PLACE: 1.0,
    FormKind.REGION: 1.0,
    FormKind.TOWN: 1.0,
    FormKind.SEAT: 1.0,
    FormKind.CUE: 0.5,
}
_TELLING = frozenset([FormKind.NAME, FormKind.PLACE])  # in a title: what the text is about
_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class Weighed:
    """One name at its place in the text, for one of the countries it stands for."""

    code: str  # of a country; empty for a place that has none
    place: str
    weight: float  # 0: named, never the subject
    certain: bool  # the subject whatever else weighs
    occurrence: Occurrence


def weigh(occurrence: Occurrence, codes: tuple[str, ...], length: int, wire: int) -> list[Weighed]:
    """Given a name, what it stands for, the words of the text and of a wire's dateline, return it
    weighed."""
    weight = _WEIGHTS[occurrence.form.kind]
    in_title = occurrence.field is Field.TITLE
    if in_title:
        weight *= _TITLE
    elif occurrence.first < max(length * _OPENING_SHARE, _OPENING_WORDS):
        weight *= _OPENING
    certain = occurrence.form.kind in _TELLING if in_title else occurrence.first < wire
    if occurrence.form.undecided and len(codes) > 1:
        weight = 0.0
    weighed = []
    for code in codes:
        if code in places():
            parents = places()[code][1]
            share = weight if len(parents) == 1 else 0.0
            weighed += [
                Weighed(parent, code, share, certain, occurrence) for parent in parents or ("",)
            ]
        else:
            weighed.append(Weighed(code, "", weight, certain, occurrence))
    return weighed


def tags(weighed: list[Weighed], tokens: dict[Field, Tokens]) -> tuple[Tag, ...]:
    """Given all names weighed and the words of title and text, return countries, then places, the
    weightiest first."""
    of_country: defaultdict[str, list[Weighed]] = defaultdict(list)
    of_place: defaultdict[str, list[Weighed]] = defaultdict(list)
    for one in weighed:
        if one.code:
            of_country[one.code].append(one)
        if one.place:
            of_place[one.place].append(one)
    scores = {code: _score(weights, tokens) for code, weights in of_country.items()}
    place_scores = {place: _score(weights, tokens) for place, weights in of_place.items()}
    least = max(scores.values(), default=0) * _SHARE_OF_TOP
    return tuple(
        Tag(
            kind,
            value,
            _relation(of[value], score, least, tokens),
            _evidence(of[value], tokens),
        )
        for kind, of, ranked in (
            (Kind.COUNTRY, of_country, scores),
            (Kind.PLACE, of_place, place_scores),
        )
        for value, score in sorted(ranked.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def _relation(
    weights: list[Weighed], score: float, least: float, tokens: dict[Field, Tokens]
) -> Relation:
    if any(one.certain and one.weight for one in weights):
        return Relation.SUBJECT
    early = any(
        one.occurrence.field is Field.TITLE
        or tokens[Field.TEXT].starts[one.occurrence.first] < _LEAD
        for one in weights
    )
    if score > least and (early or _places_named(weights) > 1):
        return Relation.SUBJECT
    return Relation.MENTION


def _places_named(weights: list[Weighed]) -> int:
    """Return at how many places of the text, well apart, the country is named."""
    firsts = sorted(one.occurrence.first for one in weights)
    return 1 + sum(after - before > _APART for before, after in pairwise(firsts))


def _score(weights: list[Weighed], tokens: dict[Field, Tokens]) -> float:
    """Return the sum over the sentences that name it: the weightiest of its names there and a part
    of the others. A sentence that goes through three of its towns says little more of it than of
    who came there."""
    of_sentence: defaultdict[tuple[Field, int], list[float]] = defaultdict(list)
    for one in weights:
        field = one.occurrence.field
        of_sentence[field, tokens[field].sentences[one.occurrence.first]].append(one.weight)
    return sum(_AGAIN * sum(named) + (1 - _AGAIN) * max(named) for named in of_sentence.values())


def _evidence(weights: list[Weighed], tokens: dict[Field, Tokens]) -> tuple[Evidence, ...]:
    ordered = sorted(weights, key=lambda one: (-one.weight, one.occurrence.first))
    occurrences = dict.fromkeys(one.occurrence for one in ordered)
    evidence = []
    for occurrence in list(occurrences)[:_EVIDENCE]:
        form: Form = occurrence.form
        words = tokens[occurrence.field]
        found = words.found(occurrence.first, occurrence.last)
        language = "" if form.language == "any" else form.language
        evidence.append(
            Evidence(
                BY_FOCUS if occurrence.by_focus else f"gazetteer:{form.kind}",
                form.written,
                found,
                language,
                occurrence.field,
                words.starts[occurrence.first],
                len(found),
            )
        )
    return tuple(evidence)
