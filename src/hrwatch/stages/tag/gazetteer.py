"""Which words name which country or place: the data files, read and compiled by language.

A form written with a capital wants one in the text; one written all in capitals wants it so
(`US`, never `us`); longer forms win over shorter ones inside them.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources

from hrwatch.model.tags import Field
from hrwatch.stages.tag.inflections import variants
from hrwatch.stages.tag.matcher import Found, Matcher
from hrwatch.stages.tag.tokens import Tokens, tokenise

# Languages with forms of our own beside CLDR's names: all are tried where none is known.
TENDED = ("en", "fr", "es", "pt", "ar", "fa", "ru", "uk", "be", "pl", "de", "tr", "zh")
_LATIN = frozenset(["en", "fr", "es", "pt", "de"])  # write foreign cities much as English does
_FILES = (
    "masks.csv",
    "aliases.csv",
    "place_names.csv",
    "towns.csv",
    "demonyms.csv",
    "divisions.csv",
    "prisons.csv",
    "cities.csv",
    "zone_cities.csv",
)
_KEPT_MATCHERS = 40  # at once in one process: the tended languages, alone and with others
_FEW_LETTERS = 4  # a form this short in capitals says nothing in a text that shouts


class FormKind(StrEnum):
    """What sort of word a form is, as the column `kind` of the data files says it."""

    NAME = "name"  # of a country or place
    PEOPLE = "people"  # demonym or adjective
    PLACE = "place"  # below a country, with a code of its own
    REGION = "region"  # a state or province: of the town named right before it, too
    ABBREVIATION = "abbreviation"  # of a region, only right behind a town: "Birmingham, Ala."
    TOWN = "town"  # a town or landmark
    SEAT = "seat"  # of international bodies: of its country where the text names that as well
    CUE = "cue"  # a prison or agency
    MASK = "mask"  # names no country, whatever it contains
    ORGANISATION = "organisation"  # as a mask, and takes a country right behind it along


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling and what it stands for."""

    written: str
    codes: tuple[str, ...]  # none for masks
    kind: FormKind
    language: str
    undecided: bool = False  # one of the codes, not all


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A form at its place in a field."""

    form: Form
    field: Field
    first: int
    last: int
    by_focus: bool = False  # stands for what it does because the feed mostly writes about that


class Gazetteer:
    """All forms, compiled for a language when the first text in it comes."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, list[str]]] = json.loads(read_data("names.json"))
        self._forms: dict[str, list[Form]] = {}
        for form in _own_forms():
            self._forms.setdefault(form.language, []).append(form)
        self._matchers: dict[tuple[str, ...], Matcher[Form]] = {}
        self._alone: dict[str, dict[str, str]] = {}

    def occurrences(self, tokens: Tokens, field: Field, language: str) -> list[Occurrence]:
        """Given the words of a field and the text's language (empty: unknown), return what is
        named in it, the longest first choice at each place, none overlapping."""
        shouting = _shouts(tokens.text)
        found = [
            one
            for together in self._languages(language)
            for one in self._matcher(together).find(tokens)
            if _written_so(one, tokens, shouting)
        ]
        found.sort(key=lambda one: (one.first, -one.last, -_weight(one.payload)))
        occurrences: list[Occurrence] = []
        free = 0
        for one in found:
            if one.first >= free:
                occurrences.append(Occurrence(one.payload, field, one.first, one.last))
                free = one.last + 1
        return occurrences

    def code(self, name: str, language: str) -> str:
        """Given words that stand alone, in a language or in English, return the country or place
        that they are a name of; empty where there is none, or more than one."""
        for tried in dict.fromkeys((language or "en", "en", "any")):
            names = self._alone.get(tried)
            if names is None:
                names = self._alone[tried] = self._names_of(tried)
            if found := names.get(name) or names.get(folded(name), ""):
                return found
        return ""

    def _names_of(self, language: str) -> dict[str, str]:
        """Return the names in a language, folded, with what they stand for; those that are all
        capitals as they are: US, and not us."""
        names: dict[str, str] = {}
        for form in self._forms_of(language):
            if form.kind in {FormKind.NAME, FormKind.PLACE} and len(form.codes) == 1:
                written = form.written
                names.setdefault(written if written.isupper() else folded(written), form.codes[0])
        return names

    def _languages(self, language: str) -> tuple[tuple[str, ...], ...]:
        """Return the languages whose forms are looked for, those together that one walk finds."""
        if not language:
            return tuple((one,) for one in ("any", *TENDED, "latin"))
        if language not in self._names and language not in self._forms:
            language = "en"
        return (("any", language, "latin") if language in _LATIN else ("any", language),)

    def _matcher(self, languages: tuple[str, ...]) -> Matcher[Form]:
        matcher = self._matchers.get(languages)
        if matcher is None:
            if len(self._matchers) >= _KEPT_MATCHERS:
                del self._matchers[next(iter(self._matchers))]  # the longest in it
            matcher = self._matchers[languages] = self._compile(languages)
        return matcher

    def _compile(self, languages: tuple[str, ...]) -> Matcher[Form]:
        matcher: Matcher[Form] = Matcher()
        for language in languages:
            for form in self._forms_of(language):
                people = form.kind is FormKind.PEOPLE
                for phrase in variants(form.written, language, people=people):
                    matcher.add(phrase, form)
        return matcher

    def _forms_of(self, language: str) -> Iterator[Form]:
        yield from self._forms.get(language, ())
        for code, names in self._names.get(language, {}).items():
            for name in names:
                yield Form(name, (code,), FormKind.NAME, language)


@cache
def read_data(name: str) -> str:
    """Return the text of a data file of this stage."""
    file = resources.files("hrwatch.stages.tag").joinpath("data", name)
    return file.read_text(encoding="utf-8")


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file of this stage."""
    return list(csv.DictReader(read_data(name).splitlines()))


def split(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds a list."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _own_forms() -> Iterator[Form]:
    for name in _FILES:
        for row in read_rows(name):
            undecided = ";" in row["code"]
            codes = tuple(row["code"].replace("+", ";").split(";")) if row["code"] else ()
            kind = FormKind(row["kind"])
            for written in split(row["forms"]):
                yield Form(written, codes, kind, row["language"], undecided)
    for row in read_rows("peoples.csv"):
        code = row.pop("code")
        for language, cell in row.items():
            for written in split(cell):
                yield Form(written, (code,), FormKind.PEOPLE, language)


def _weight(form: Form) -> int:
    """Masks come before places of the same length, places before names, names before towns."""
    if form.kind in {FormKind.MASK, FormKind.ORGANISATION}:
        return 4
    if form.kind is FormKind.PLACE:
        return 3
    return 1 if form.kind in {FormKind.TOWN, FormKind.REGION} else 2


def _written_so(one: Found[Form], tokens: Tokens, shouting: bool) -> bool:
    written = one.payload.written
    if written[1:].isupper():
        found = tokens.found(one.first, one.last)
        return found == written and not (shouting and len(written) <= _FEW_LETTERS)
    words = written.split()
    if len(words) == 1:
        return not (written[0].isupper() and tokens.text[tokens.starts[one.first]].islower())
    # Only where words and tokens go side by side can each be held against its own.
    starts = tokens.starts[one.first : one.last + 1]
    if len(words) != len(starts):
        words = words[:1]
    return not any(
        word[0].isupper() and tokens.text[start].islower()
        for word, start in zip(words, starts, strict=False)
    )


def _shouts(text: str) -> bool:
    letters = [character for character in text[:200] if character.isalpha()]
    return bool(letters) and sum(map(str.isupper, letters)) * 2 > len(letters)


@lru_cache(maxsize=16_384)
def folded(phrase: str) -> str:
    """Return a phrase as its folded words, to compare what rules and texts write."""
    return " ".join(tokenise(phrase).forms)
