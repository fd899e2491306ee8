"""Tag: title and text in, countries, places and keywords out, each with the words that say so."""

from hrwatch.model.tags import Cues, Rules, Tag
from hrwatch.stages.tag.categories import Categories
from hrwatch.stages.tag.countries import CountryTagger
from hrwatch.stages.tag.gazetteer import Gazetteer
from hrwatch.stages.tag.keywords import KeywordTagger
from hrwatch.stages.tag.language import primary
from hrwatch.stages.tag.tokens import tokenise

NO_CUES = Cues()


class Tagger:
    """A rule set, compiled once; tags one text after another and keeps nothing of them."""

    def __init__(self, rules: Rules) -> None:
        gazetteer = Gazetteer()
        self._countries = CountryTagger(gazetteer)
        self._keywords = KeywordTagger(rules)
        self._categories = Categories(gazetteer, rules, self._keywords)

    def tag(
        self,
        title: str,
        text: str,
        language: str,
        categories: tuple[str, ...] = (),
        cues: Cues = NO_CUES,
    ) -> tuple[Tag, ...]:
        """Given the strings as they are stored, the language (empty: unknown), the entry's
        categories and the cues of its feed, return the tags: countries, places, keywords. Offsets
        are code points of exactly these strings."""
        code = primary(language)
        titles, words = tokenise(title), tokenise(text)
        found = self._countries.tag(titles, words, code, cues.countries, cues.publisher)
        found += self._keywords.tag(titles, words, code)
        return self._categories.add(found, categories, cues, code)
