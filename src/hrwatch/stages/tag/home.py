"""A text that names no country, from a feed that writes about one: it speaks of that one where it
speaks of a capital, a government, a court, a prison, without saying whose."""

from collections.abc import Collection

from hrwatch.model.tags import Field
from hrwatch.stages.tag.gazetteer import Form, FormKind, Occurrence, read_rows, split
from hrwatch.stages.tag.matcher import Matcher
from hrwatch.stages.tag.tokens import Tokens


class Home:
    """The words of home.csv, compiled for a language when the first text asks for it."""

    def __init__(self) -> None:
        self._rows = {row["language"]: row for row in read_rows("home.csv")}
        self._matchers: dict[tuple[str, str], Matcher[str]] = {}

    def occurrences(
        self,
        tokens: Tokens,
        field: Field,
        language: str,
        country: str,
        masked: Collection[int],
    ) -> list[Occurrence]:
        """Given the words of a field, the text's language (empty: unknown), the country that the
        feed writes about and the positions of names that the gazetteer knows, return what in the
        field speaks of a state, as words that stand for that country."""
        elsewhere = set(masked)
        for one in self._matcher("elsewhere", language).find(tokens):
            elsewhere.update(range(one.first, one.last + 1))
        return [
            Occurrence(
                Form(one.payload, (country,), FormKind.CUE, language or "any"),
                field,
                one.first,
                one.last,
                by_focus=True,
            )
            for one in self._matcher("words", language).find(tokens)
            if elsewhere.isdisjoint(range(one.first, one.last + 1))
        ]

    def _matcher(self, column: str, language: str) -> Matcher[str]:
        matcher = self._matchers.get((column, language))
        if matcher is None:
            matcher = self._matchers[column, language] = Matcher()
            known = {language} & self._rows.keys() if language else self._rows
            for name in known:
                for phrase in split(self._rows[name][column]):
                    matcher.add(phrase, phrase, clitics=name == "ar")
        return matcher
