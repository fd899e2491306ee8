"""Country and place tags: what a text names, and which of it the text is about.

Occurrences in the gazetteer are thinned (datelines, masks, organisations, ambiguity), weighed by
where they stand, and summed by country; those near the heaviest are the subject.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from hrwatch.model.tags import Evidence, Field, Kind, Relation, Tag
from hrwatch.stages.tag.ambiguity import Ambiguity
from hrwatch.stages.tag.datelines import dateline
from hrwatch.stages.tag.gazetteer import Form, FormKind, Gazetteer, Occurrence
from hrwatch.stages.tag.tokens import Tokens
from hrwatch.territories import places

_TITLE = 3.0
_OPENING = 3.0
_OPENING_SHARE = 0.15  # of the text's words
_OPENING_WORDS = 20  # at least, for what is only a summary
_LEAD = 600  # code points: what is first named behind them must be named twice
_SHARE_OF_TOP = 0.4
_WEIGHTS = {
    FormKind.NAME: 1.0,
    FormKind.PEOPLE: 1.0,
    FormKind.PLACE: 1.0,
    FormKind.REGION: 0.5,
    FormKind.TOWN: 0.5,
    FormKind.CUE: 0.5,
}
_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class _Weighed:
    code: str
    place: str
    weight: float
    occurrence: Occurrence


class CountryTagger:
    """Countries and places of one text after another."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._ambiguity = Ambiguity()

    def tag(self, title: Tokens, text: Tokens, language: str) -> tuple[Tag, ...]:
        """Given the words of title and text and the text's language (empty: unknown), return
        countries, the weightiest first, then places."""
        tokens = {Field.TITLE: title, Field.TEXT: text}
        opening = dateline(text)
        topical: list[Occurrence] = []
        sent_from: list[Occurrence] = []
        for field, words in tokens.items():
            found = _unmasked(self._gazetteer.occurrences(words, field, language), words)
            head = opening.words if field is Field.TEXT else 0
            topical += (one for one in found if _is_topical(one, head))
            sent_from += (one for one in found if not _is_topical(one, head))
        weighed = self._weigh(topical, tokens)
        if not any(one.weight for one in weighed) and not opening.seat:
            weighed += self._weigh(sent_from, tokens)
        return _tags(weighed, tokens)

    def _weigh(self, occurrences: list[Occurrence], tokens: dict[Field, Tokens]) -> list[_Weighed]:
        settled = self._ambiguity.settle(occurrences, tokens)
        length = len(tokens[Field.TEXT].forms)
        return [one for occurrence, codes in settled for one in _weigh(occurrence, codes, length)]


def _is_topical(occurrence: Occurrence, dateline_words: int) -> bool:
    return occurrence.first >= dateline_words or occurrence.form.kind not in {
        FormKind.TOWN,
        FormKind.REGION,
    }


def _unmasked(occurrences: list[Occurrence], words: Tokens) -> list[Occurrence]:
    """Leave out masks, and the country in an organisation's name."""
    kept: list[Occurrence] = []
    after_organisation = -1
    for occurrence in occurrences:
        kind = occurrence.form.kind
        if kind is FormKind.REGION and kept and _is_address(kept[-1], occurrence, words):
            kept[-1] = replace(kept[-1], form=replace(kept[-1].form, codes=occurrence.form.codes))
        if kind is FormKind.ORGANISATION:
            after_organisation = occurrence.last + 1
        elif kind is FormKind.MASK:
            continue
        elif occurrence.first != after_organisation or not words.joined[occurrence.first]:
            kept.append(occurrence)
    return kept


def _is_address(town: Occurrence, region: Occurrence, words: Tokens) -> bool:
    """Return whether the two read as "Birmingham, Ala."."""
    gap = words.text[words.ends[town.last] : words.starts[region.first]]
    return town.form.kind is FormKind.TOWN and gap == ", "


def _weigh(occurrence: Occurrence, codes: tuple[str, ...], length: int) -> list[_Weighed]:
    weight = _WEIGHTS[occurrence.form.kind]
    if occurrence.field is Field.TITLE:
        weight *= _TITLE
    elif occurrence.first < max(length * _OPENING_SHARE, _OPENING_WORDS):
        weight *= _OPENING
    if occurrence.form.undecided and len(codes) > 1:
        weight = 0.0  # named, never the subject
    weighed = []
    for code in codes:
        if code in places():
            parents = places()[code][1]
            share = weight if len(parents) == 1 else 0.0
            weighed += [_Weighed(parent, code, share, occurrence) for parent in parents or ("",)]
        else:
            weighed.append(_Weighed(code, "", weight, occurrence))
    return weighed


def _tags(weighed: list[_Weighed], tokens: dict[Field, Tokens]) -> tuple[Tag, ...]:
    of_country: defaultdict[str, list[_Weighed]] = defaultdict(list)
    of_place: defaultdict[str, list[_Weighed]] = defaultdict(list)
    for one in weighed:
        if one.code:
            of_country[one.code].append(one)
        if one.place:
            of_place[one.place].append(one)
    scores = {code: _sum(weights) for code, weights in of_country.items()}
    place_scores = {place: _sum(weights) for place, weights in of_place.items()}
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
    weights: list[_Weighed], score: float, least: float, tokens: dict[Field, Tokens]
) -> Relation:
    early = any(
        one.occurrence.field is Field.TITLE
        or tokens[Field.TEXT].starts[one.occurrence.first] < _LEAD
        for one in weights
    )
    if score and score >= least and (early or len(weights) > 1):
        return Relation.SUBJECT
    return Relation.MENTION


def _sum(weights: list[_Weighed]) -> float:
    return sum(one.weight for one in weights)


def _evidence(weights: list[_Weighed], tokens: dict[Field, Tokens]) -> tuple[Evidence, ...]:
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
                f"gazetteer:{form.kind}",
                form.written,
                found,
                language,
                occurrence.field,
                words.starts[occurrence.first],
                len(found),
            )
        )
    return tuple(evidence)
