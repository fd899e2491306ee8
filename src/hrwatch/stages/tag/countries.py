"""Country and place tags: what a text names, and which of it the text is about.

Sightings of the gazetteer are thinned (datelines, masks, organisations, ambiguity), weighed by
where they stand, and summed by country; those near the heaviest are the subject.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from hrwatch.model.tags import Evidence, Field, Kind, Relation, Tag
from hrwatch.stages.tag.ambiguity import Ambiguity
from hrwatch.stages.tag.datelines import dateline
from hrwatch.stages.tag.gazetteer import Form, FormKind, Gazetteer, Sighting
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
    sighting: Sighting


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
        topical: list[Sighting] = []
        sent_from: list[Sighting] = []
        for field, words in tokens.items():
            found = _unmasked(self._gazetteer.sightings(words, field, language), words)
            head = opening.words if field is Field.TEXT else 0
            topical += (item for item in found if _is_topical(item, head))
            sent_from += (item for item in found if not _is_topical(item, head))
        weighed = self._weigh(topical, tokens)
        if not any(item.weight for item in weighed) and not opening.seat:
            weighed += self._weigh(sent_from, tokens)
        return _tags(weighed, tokens)

    def _weigh(self, sightings: list[Sighting], tokens: dict[Field, Tokens]) -> list[_Weighed]:
        settled = self._ambiguity.settle(sightings, tokens)
        length = len(tokens[Field.TEXT].forms)
        return [item for sighting, codes in settled for item in _weigh(sighting, codes, length)]


def _is_topical(sighting: Sighting, dateline_words: int) -> bool:
    return sighting.first >= dateline_words or sighting.form.kind not in {
        FormKind.TOWN,
        FormKind.REGION,
    }


def _unmasked(sightings: list[Sighting], words: Tokens) -> list[Sighting]:
    """Leave out masks, and the country in an organisation's name."""
    kept: list[Sighting] = []
    after_organisation = -1
    for sighting in sightings:
        kind = sighting.form.kind
        if kind is FormKind.REGION and kept and _is_address(kept[-1], sighting, words):
            kept[-1] = replace(kept[-1], form=replace(kept[-1].form, codes=sighting.form.codes))
        if kind is FormKind.ORGANISATION:
            after_organisation = sighting.last + 1
        elif kind is FormKind.MASK:
            continue
        elif sighting.first != after_organisation or not words.joined[sighting.first]:
            kept.append(sighting)
    return kept


def _is_address(town: Sighting, region: Sighting, words: Tokens) -> bool:
    """Return whether the two read as "Birmingham, Ala."."""
    gap = words.text[words.ends[town.last] : words.starts[region.first]]
    return town.form.kind is FormKind.TOWN and gap == ", "


def _weigh(sighting: Sighting, codes: tuple[str, ...], length: int) -> list[_Weighed]:
    weight = _WEIGHTS[sighting.form.kind]
    if sighting.field is Field.TITLE:
        weight *= _TITLE
    elif sighting.first < max(length * _OPENING_SHARE, _OPENING_WORDS):
        weight *= _OPENING
    if sighting.form.undecided and len(codes) > 1:
        weight = 0.0  # named, never the subject
    weighed = []
    for code in codes:
        if code in places():
            parents = places()[code][1]
            share = weight if len(parents) == 1 else 0.0
            weighed += [_Weighed(parent, code, share, sighting) for parent in parents or ("",)]
        else:
            weighed.append(_Weighed(code, "", weight, sighting))
    return weighed


def _tags(weighed: list[_Weighed], tokens: dict[Field, Tokens]) -> tuple[Tag, ...]:
    of_country: defaultdict[str, list[_Weighed]] = defaultdict(list)
    of_place: defaultdict[str, list[_Weighed]] = defaultdict(list)
    for item in weighed:
        if item.code:
            of_country[item.code].append(item)
        if item.place:
            of_place[item.place].append(item)
    scores = {code: _sum(items) for code, items in of_country.items()}
    place_scores = {place: _sum(items) for place, items in of_place.items()}
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
    items: list[_Weighed], score: float, least: float, tokens: dict[Field, Tokens]
) -> Relation:
    early = any(
        item.sighting.field is Field.TITLE or tokens[Field.TEXT].starts[item.sighting.first] < _LEAD
        for item in items
    )
    if score and score >= least and (early or len(items) > 1):
        return Relation.SUBJECT
    return Relation.MENTION


def _sum(items: list[_Weighed]) -> float:
    return sum(item.weight for item in items)


def _evidence(items: list[_Weighed], tokens: dict[Field, Tokens]) -> tuple[Evidence, ...]:
    ordered = sorted(items, key=lambda item: (-item.weight, item.sighting.first))
    sightings = dict.fromkeys(item.sighting for item in ordered)
    evidence = []
    for sighting in list(sightings)[:_EVIDENCE]:
        form: Form = sighting.form
        words = tokens[sighting.field]
        found = words.found(sighting.first, sighting.last)
        language = "" if form.language == "any" else form.language
        evidence.append(
            Evidence(
                f"gazetteer:{form.kind}",
                form.written,
                found,
                language,
                sighting.field,
                words.starts[sighting.first],
                len(found),
            )
        )
    return tuple(evidence)
