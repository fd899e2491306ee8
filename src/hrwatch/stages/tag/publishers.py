"""The publisher is never the topic: where a text names its own publisher, the country in that name
says nothing of the text, as in "The Nairobi Courier has learned"."""

from collections.abc import Sequence

from hrwatch.stages.tag.tokens import Tokens

_LEAST_WORDS = 2  # a publisher called just "Belarus" is no name to leave out


def own_name(words: Tokens, publisher: Sequence[str]) -> frozenset[int]:
    """Given the words of a field and the folded words of the publisher's name, return the
    positions of words that are that name."""
    length = len(publisher)
    if length < _LEAST_WORDS:
        return frozenset()
    return frozenset(
        position
        for first, form in enumerate(words.forms)
        if form == publisher[0] and words.forms[first : first + length] == tuple(publisher)
        for position in range(first, first + length)
    )
