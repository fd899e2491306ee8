"""What a publisher's categories say: names of countries and keywords, and what the operator says
that others mean. Only where the operator trusts a feed's categories, or names one of them."""

import re
from collections.abc import Sequence
from functools import lru_cache

from hrwatch import text
from hrwatch.model.tags import BY_CATEGORY, Cues, Evidence, Field, Kind, Relation, Rules, Tag
from hrwatch.stages.tag.company import Beside, Company
from hrwatch.stages.tag.gazetteer import Gazetteer
from hrwatch.stages.tag.keywords import KeywordTagger
from hrwatch.stages.tag.tokens import tokenise
from hrwatch.territories import countries, country_name, places

_REMEMBERED = 4_096  # of the few hundred that a publisher has
_EVIDENCE = 5
_PARTS = re.compile(r"[,;|/>•·]|\s-\s")
_AROUND = re.compile(r"^the\s|\s\(([^()]*)\)$", re.I)  # Iran (Islamic Republic of)
# "Sudan (South)" and "Congo, the Democratic Republic of the", as catalogues write them
_TURNED = re.compile(r"([^,()]+?)(?:,\s?|\s\()(?:the\s)?([^,()]+)\)?", re.I)
_ADDRESS = re.compile(r"[^,;|/>•·]+,[^,;|/>•·]+")
_ORDER = tuple(Kind)

_Named = tuple[Kind, str]


class Categories:
    """Reads the categories of one entry after another, by one rule set."""

    def __init__(self, gazetteer: Gazetteer, rules: Rules, keywords: KeywordTagger) -> None:
        self._gazetteer = gazetteer
        self._company = Company(gazetteer)
        self._tagger = keywords
        self._keywords = {
            text.normalised(written): keyword.id
            for keyword in rules.keywords
            for written in (keyword.id, keyword.label)
        }
        self._labels = {keyword.id: keyword.label for keyword in rules.keywords}
        self._of_itself = lru_cache(_REMEMBERED)(self._understood)

    def add(
        self, found: tuple[Tag, ...], categories: Sequence[str], cues: Cues, language: str
    ) -> tuple[Tag, ...]:
        """Given the tags of a text, its entry's categories, the cues of its feed and its language,
        return the tags with those that the publisher says: subjects, whatever the text tells."""
        if not categories or not (cues.trust_categories or cues.categories):
            return found
        told = {text.normalised(category): meant for category, meant in cues.categories}
        said: dict[_Named, Evidence] = {}
        for position, category in enumerate(categories):
            meant = told.get(text.normalised(category))
            if meant is not None:
                named = tuple(one for value in meant for one in _meaning(value))
            elif cues.trust_categories:
                named = self._of_itself(category, language, cues.countries)
            else:
                continue
            for one in named:
                said.setdefault(one, self._evidence(one, category, position))
        return _joined(found, said)

    def _understood(
        self, category: str, language: str, focus: tuple[str, ...]
    ) -> tuple[_Named, ...]:
        """Return what a category names as a whole, else what its parts name."""

        def named(
            written: str, rest: tuple[str, ...] = (), how: Beside = Beside.LIST
        ) -> tuple[_Named, ...]:
            meant = self._company.meant(written, rest, how, language, focus)
            if meant is None:
                return self._name(written, language)
            return tuple(one for code in meant for one in _meaning(code))

        if whole := named(category):
            return whole
        turned = _TURNED.fullmatch(category)
        if turned and (code := self._gazetteer.code(f"{turned[2]} {turned[1]}", language)):
            return _meaning(code)
        around = _AROUND.search(category)
        if around and (
            inner := named(_AROUND.sub("", category), (around[1] or "",), Beside.BRACKETS)
        ):
            return inner
        parts = [part.strip() for part in _PARTS.split(category)]
        if len(parts) == 1:
            return ()
        how = Beside.ADDRESS if _ADDRESS.fullmatch(category) else Beside.LIST
        found: dict[_Named, None] = {}
        for place, part in enumerate(parts):
            rest = (*parts[:place], *parts[place + 1 :])
            found |= dict.fromkeys(named(part, rest, how if place == 0 else Beside.LIST))
        return tuple(found)

    def _name(self, written: str, language: str) -> tuple[_Named, ...]:
        code = self._gazetteer.code(written, language)
        if code:
            return _meaning(code)
        keyword = self._keywords.get(text.normalised(written))
        if keyword:
            return ((Kind.KEYWORD, keyword),)
        words, nothing = tokenise(written), tokenise("")
        return tuple(
            (Kind.KEYWORD, tag.value)
            for tag in self._tagger.tag(words, nothing, language)
            if tag.relation is Relation.SUBJECT
            and any(
                evidence.rule == f"taxonomy:{tag.value}"
                and evidence.found == words.found(0, len(words.forms) - 1)
                for evidence in tag.evidence
            )
        )

    def _evidence(self, named: _Named, category: str, position: int) -> Evidence:
        kind, value = named
        term = self._labels.get(value, value) if kind is Kind.KEYWORD else country_name(value)
        return Evidence(BY_CATEGORY, term, category, "", Field.CATEGORIES, position, len(category))


def _meaning(value: str) -> tuple[_Named, ...]:
    """Return what a code or the id of a keyword stands for: a place for its country as well."""
    if value in places():
        parents = places()[value][1]
        country = ((Kind.COUNTRY, parents[0]),) if len(parents) == 1 else ()
        return (*country, (Kind.PLACE, value))
    return ((Kind.COUNTRY if value in countries() else Kind.KEYWORD, value),)


def _joined(found: tuple[Tag, ...], said: dict[_Named, Evidence]) -> tuple[Tag, ...]:
    """Return the tags of a text with those that its publisher says, countries first as ever."""
    joined = []
    for tag in found:
        evidence = said.pop((tag.kind, tag.value), None)
        if evidence is None:
            joined.append(tag)
        elif tag.relation is Relation.SUBJECT:
            joined.append(_subject(tag.kind, tag.value, *tag.evidence[: _EVIDENCE - 1], evidence))
        else:
            joined.append(_subject(tag.kind, tag.value, evidence, *tag.evidence[: _EVIDENCE - 1]))
    joined += [_subject(kind, value, evidence) for (kind, value), evidence in said.items()]
    return tuple(sorted(joined, key=lambda tag: _ORDER.index(tag.kind)))


def _subject(kind: Kind, value: str, *evidence: Evidence) -> Tag:
    return Tag(kind, value, Relation.SUBJECT, evidence)
