"""Country and place tags: what a text names, and which of it the text is about.

Sightings of the gazetteer are thinned (datelines, masks, organisations, ambiguity), weighed by
where they stand, and summed by country; those near the heaviest are the subject.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from hrwatch.model.tags import Evidence, Field, Kind, Relation, Tag
from hrwatch.stages.tag.ambiguity import Ambiguity
from hrwatch.stages.tag.gazetteer import Form, FormKind, Gazetteer, Sighting
from hrwatch.stages.tag.territories import places
from hrwatch.stages.tag.tokens import Tokens

_TITLE = 3.0
_OPENING = 3.0
_OPENING_SHARE = 0.15  # of the text's words
_SHARE_OF_TOP = 0.4
_WEIGHTS = {
    FormKind.NAME: 1.0,
    FormKind.PEOPLE: 1.0,
    FormKind.PLACE: 1.0,
    FormKind.TOWN: 0.5,
    FormKind.CUE: 0.5,
}
_EVIDENCE = 5
# "OTTAWA -", "(Beirut) –", "GENEVA (12 November 2026) -", "MINSK, Belarus (AP) —" open a text.
_DATELINE = re.compile(
    r"\s*(?:\([^()\n]{2,40}\)|[^\W\d_a-zа-я][^\n()–—]{1,40}?)"
    r"(?:\s*\([^()\n]{2,40}\))?\s*(?:[–—]|--?(?=\s)|(?<=[A-ZА-Я])-(?=\s))\s*"
)
_MOST_WORDS_OF_DATELINE = 8


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
        sightings = []
        for field, words in tokens.items():
            found = self._gazetteer.sightings(words, field, language)
            sightings += _unmasked(found, words, field)
        settled = self._ambiguity.settle(sightings, tokens)
        weighed = [
            item for sighting, codes in settled for item in _weigh(sighting, codes, len(text.forms))
        ]
        return _tags(weighed, tokens)


def _unmasked(sightings: list[Sighting], words: Tokens, field: Field) -> list[Sighting]:
    """Leave out datelines, masks, and the country in an organisation's name."""
    start = _dateline_words(words) if field is Field.TEXT else 0
    kept = []
    after_organisation = -1
    for sighting in sightings:
        kind = sighting.form.kind
        if kind is FormKind.ORGANISATION:
            after_organisation = sighting.last + 1
        elif kind is FormKind.MASK or sighting.first < start:
            continue
        elif sighting.first != after_organisation or not words.joined[sighting.first]:
            kept.append(sighting)
    return kept


def _dateline_words(words: Tokens) -> int:
    """Return how many words at the head of a text are its dateline."""
    match = _DATELINE.match(words.text)
    if match is None:
        return 0
    count = bisect_left(words.starts, match.end())
    return count if count <= _MOST_WORDS_OF_DATELINE else 0


def _weigh(sighting: Sighting, codes: tuple[str, ...], length: int) -> list[_Weighed]:
    weight = _WEIGHTS[sighting.form.kind]
    if sighting.field is Field.TITLE:
        weight *= _TITLE
    elif sighting.first < length * _OPENING_SHARE:
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
            Relation.SUBJECT if score and score >= least else Relation.MENTION,
            _evidence(of[value], tokens),
        )
        for kind, of, ranked in (
            (Kind.COUNTRY, of_country, scores),
            (Kind.PLACE, of_place, place_scores),
        )
        for value, score in sorted(ranked.items(), key=lambda pair: (-pair[1], pair[0]))
    )


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
