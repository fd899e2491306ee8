"""Country and place tags: what a text names, and which of it the text is about.

Occurrences in the gazetteer are thinned here (datelines, masks, organisations, ambiguity), and
weighed in `weighing.py`.
"""

from dataclasses import replace

from hrwatch.model.tags import Field, Tag
from hrwatch.stages.tag.ambiguity import Ambiguity
from hrwatch.stages.tag.datelines import dateline
from hrwatch.stages.tag.gazetteer import FormKind, Gazetteer, Occurrence
from hrwatch.stages.tag.passing import Passing
from hrwatch.stages.tag.tokens import Tokens
from hrwatch.stages.tag.weighing import Weighed, tags, weigh


class CountryTagger:
    """Countries and places of one text after another."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._ambiguity = Ambiguity()
        self._passing = Passing()

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
        weighed = self._weigh(topical, tokens, language, opening.wire)
        if not any(one.weight for one in weighed):
            weighed = self._weigh(topical if opening.seat else topical + sent_from, tokens)
        return tags(weighed, tokens)

    def _weigh(
        self,
        occurrences: list[Occurrence],
        tokens: dict[Field, Tokens],
        language: str | None = None,
        wire: int = 0,
    ) -> list[Weighed]:
        """Return the names weighed; without a language, those in passing as well."""
        settled = self._ambiguity.settle(occurrences, tokens)
        length = len(tokens[Field.TEXT].forms)
        weighed: list[Weighed] = []
        for name, codes in settled:
            found = weigh(name, codes, length, wire)
            if language is not None and self._passing.holds(name, tokens[name.field], language):
                found = [replace(one, weight=0.0) for one in found]
            weighed += found
        return weighed


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
