"""Country and place tags: what a text names, and which of it the text is about.

Occurrences in the gazetteer are thinned here (datelines, masks, organisations, ambiguity), and
weighed in `weighing.py`.
"""

from dataclasses import replace

from hrwatch.model.tags import Field, Tag
from hrwatch.stages.tag.addresses import contact_lines
from hrwatch.stages.tag.ambiguity import Ambiguity
from hrwatch.stages.tag.datelines import dateline
from hrwatch.stages.tag.gazetteer import FormKind, Gazetteer, Occurrence, folded
from hrwatch.stages.tag.home import Home
from hrwatch.stages.tag.lists import shared
from hrwatch.stages.tag.local import local_names
from hrwatch.stages.tag.namesakes import Namesakes, addressed, relocated
from hrwatch.stages.tag.passing import Passing
from hrwatch.stages.tag.publishers import own_name
from hrwatch.stages.tag.tokens import Tokens
from hrwatch.stages.tag.weighing import Weighed, tags, weigh


class CountryTagger:
    """Countries and places of one text after another."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._ambiguity = Ambiguity()
        self._namesakes = Namesakes()
        self._passing = Passing()
        self._home = Home()

    def tag(
        self,
        title: Tokens,
        text: Tokens,
        language: str,
        focus: tuple[str, ...] = (),
        publisher: str = "",
    ) -> tuple[Tag, ...]:
        """Given the words of title and text, the text's language (empty: unknown), what its feed
        mostly writes about and who publishes it, return countries, the weightiest first, then
        places.

        The focus settles what the text leaves open: a name of several countries, and a text that
        names none and speaks of a state."""
        tokens = {Field.TITLE: title, Field.TEXT: text}
        opening = dateline(text)
        topical: list[Occurrence] = []
        sent_from: list[Occurrence] = []
        named: list[Occurrence] = []
        elsewhere: dict[str, str] = {}
        masthead = folded(publisher).split()
        for field, words in tokens.items():
            occurrences = self._gazetteer.occurrences(words, field, language)
            named += occurrences
            found = _unmasked(occurrences, words, own_name(words, masthead))
            elsewhere |= addressed(found, words)
            head = opening.words if field is Field.TEXT else 0
            topical += (one for one in found if _is_topical(one, head))
            sent_from += (one for one in found if not _is_topical(one, head))
        topical, sent_from = relocated(topical, elsewhere), relocated(sent_from, elsewhere)
        weighed = self._weigh(topical, tokens, focus, language, opening.wire)
        if not any(one.weight for one in weighed) and len(focus) == 1:
            weighed += self._at_home(named, tokens, focus[0], language)
        if not any(one.weight for one in weighed):
            topical += () if opening.seat else sent_from
            weighed = self._weigh(topical, tokens, focus)
        if not any(one.weight for one in weighed):
            weighed += self._weigh(local_names(tokens, named), tokens, focus)
        return tags(weighed, tokens)

    def _at_home(
        self, named: list[Occurrence], tokens: dict[Field, Tokens], country: str, language: str
    ) -> list[Weighed]:
        """Return what speaks of a state without saying of which, weighed for the feed's country;
        not within a name that the gazetteer knows: the International Criminal Court."""
        length = len(tokens[Field.TEXT].forms)
        found: list[Occurrence] = []
        for field, words in tokens.items():
            known = {
                position
                for one in named
                if one.field is field
                for position in range(one.first, one.last + 1)
            }
            found += self._home.occurrences(words, field, language, country, known)
        return [weighed for one in found for weighed in weigh(one, one.form.codes, length, 0)]

    def _weigh(
        self,
        occurrences: list[Occurrence],
        tokens: dict[Field, Tokens],
        focus: tuple[str, ...],
        language: str | None = None,
        wire: int = 0,
    ) -> list[Weighed]:
        """Return the names weighed; without a language, those in passing as well."""
        settled = self._namesakes.settle(self._ambiguity.settle(occurrences, tokens, focus))
        length = len(tokens[Field.TEXT].forms)
        surely = {
            code for name, codes in settled for code in codes if name.form.kind is not FormKind.SEAT
        }
        weighed: list[Weighed] = []
        shares = shared(settled, tokens)
        for (name, codes), share in zip(settled, shares, strict=True):
            found = weigh(name, codes, length, wire)
            if share > 1:
                found = [replace(one, weight=one.weight / share) for one in found]
            passing = language is not None and self._passing.holds(
                name, tokens[name.field], language
            )
            if passing or (name.form.kind is FormKind.SEAT and surely.isdisjoint(codes)):
                found = [replace(one, weight=0.0) for one in found]
            weighed += found
        return weighed


def _is_topical(occurrence: Occurrence, dateline_words: int) -> bool:
    return occurrence.first >= dateline_words or occurrence.form.kind not in {
        FormKind.TOWN,
        FormKind.REGION,
        FormKind.SEAT,
        FormKind.CUE,
    }


def _unmasked(
    occurrences: list[Occurrence], words: Tokens, masthead: frozenset[int]
) -> list[Occurrence]:
    """Leave out masks, the country in the name of an organisation or of the publisher, and contact
    lines."""
    lines = list(contact_lines(words.text))
    if lines or masthead:
        occurrences = [
            one
            for one in occurrences
            if one.first not in masthead
            and not any(start <= words.starts[one.first] < end for start, end in lines)
        ]
    kept: list[Occurrence] = []
    after_organisation = -1
    for occurrence in occurrences:
        kind = occurrence.form.kind
        if kind is FormKind.ORGANISATION:
            after_organisation = occurrence.last + 1
        elif kind is FormKind.MASK or (
            kind is FormKind.ABBREVIATION and not _follows_a_town(occurrence, words)
        ):
            continue
        elif kind is FormKind.ABBREVIATION:
            kept.append(replace(occurrence, form=replace(occurrence.form, kind=FormKind.REGION)))
        elif occurrence.first != after_organisation or not words.joined[occurrence.first]:
            kept.append(occurrence)
    return kept


def _follows_a_town(occurrence: Occurrence, words: Tokens) -> bool:
    """Return whether it stands as in "Elgin, Ill."; known towns or not."""
    first = occurrence.first
    if not first or words.text[words.ends[first - 1] : words.starts[first]] != ", ":
        return False
    return words.text[words.starts[first - 1]].isupper()
