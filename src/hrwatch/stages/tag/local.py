"""The last resort: smaller towns and provinces, by which a local paper names its country and by
nothing else. They are asked only where no other name weighs, since most are surnames or words."""

from collections import Counter, defaultdict
from functools import cache

from hrwatch.model.tags import Field
from hrwatch.stages.tag.gazetteer import Form, FormKind, Occurrence, read_rows
from hrwatch.stages.tag.tokens import Tokens

_MOST_WORDS = 3
_LEAST = 2  # different towns of one country; one alone may be anything


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    """Return the countries of each name; some 30 000, folded, read when first wanted."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for row in read_rows("local.csv"):
        for name in row["names"].split(";"):
            found[name] += (row["code"],)
    return dict(found)


def local_names(tokens: dict[Field, Tokens], known: list[Occurrence]) -> list[Occurrence]:
    """Given the words of title and text and what the gazetteer knows in them, return the towns and
    provinces of the one country that most of them are in; none where that is in doubt."""
    taken = {(one.field, word) for one in known for word in range(one.first, one.last + 1)}
    named = [
        one
        for field, words in tokens.items()
        for one in _named(words, field)
        if (field, one.first) not in taken
    ]
    countries = {one.form.written: one.form.codes for one in named}
    votes = Counter(code for codes in countries.values() for code in set(codes))
    (country, most), (_, second) = (*votes.most_common(2), ("", 0), ("", 0))[:2]
    if most < _LEAST or most == second:
        return []
    return [
        Occurrence(
            Form(one.form.written, (country,), FormKind.TOWN, "any"), one.field, one.first, one.last
        )
        for one in named
        if country in one.form.codes
    ]


def _named(words: Tokens, field: Field) -> list[Occurrence]:
    """Return what may be such a name, but for words that stand somewhere as part of a longer name:
    who is Ann Douglas once is no town where only Douglas is written."""
    found: list[Occurrence] = []
    persons: set[str] = set()
    position = 0
    while position < len(words.forms):
        name, last = _longest(words, position)
        if name:
            if _capitals(words, position) or _capitals(words, last + 1):
                persons.add(name)
            elif position:  # the first word of a text has its capital anyway
                form = Form(name, _countries()[name], FormKind.TOWN, "any")
                found.append(Occurrence(form, field, position, last))
        position = last + 1
    return [one for one in found if one.form.written not in persons]


def _longest(words: Tokens, position: int) -> tuple[str, int]:
    """Return the longest name of the data that begins at a word, and where it ends."""
    if words.text[words.starts[position]].isupper():
        for last in range(min(position + _MOST_WORDS, len(words.forms)) - 1, position - 1, -1):
            name = " ".join(words.forms[position : last + 1])
            if name in _countries() and all(words.joined[position + 1 : last + 1]):
                return name, last
    return "", position


def _capitals(words: Tokens, right: int) -> bool:
    """Return whether the words on both sides of a mere space have capitals."""
    if not 0 < right < len(words.forms):
        return False
    gap = words.text[words.ends[right - 1] : words.starts[right]]
    return gap == " " and all(
        words.text[words.starts[index]].isupper() for index in (right - 1, right)
    )
