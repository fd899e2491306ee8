"""Rule sets: what made the tags of a record, as a hash that is kept with it.

The hash covers all that decides: the rules (the shipped keywords with the operator's own), what the
operator says of the record's feed, and the tagger itself, its data files and its source. So no
version has to be counted up by hand, and none can be forgotten; a tagger that changed in a comment
only counts as another one, and tagging anew then changes nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from hrwatch.model.feeds import Feed
from hrwatch.model.tags import Cues, Keyword, Rules, RuleSet

# What the tagger is, below the package: folders with all they hold, and files.
_TAGGER = ("stages/tag", "data", "words.py", "territories.py", "text.py")
_LEFT_OUT = (".pyc", ".md")


class RuleSets:
    """The rule set of each feed: the rules are the same, what the operator says of it is not."""

    def __init__(self, rules: Rules, feeds: Iterable[Feed]) -> None:
        self._rules = _hash(_tagger(), repr(rules))
        self._of_feed = {
            feed.name: _hash(self._rules, repr(feed.cues)) for feed in feeds if feed.cues != Cues()
        }
        self._keywords = len(rules.keywords)
        self._terms = sum(map(_terms, rules.keywords))

    def hash_for(self, feed: str) -> str:
        """Given a feed's name, return the hash of what tags its articles; a feed that is not
        configured is one of which nothing is said."""
        return self._of_feed.get(feed, self._rules)

    def __iter__(self) -> Iterator[RuleSet]:
        """Give every rule set that is in use, once."""
        for told in sorted({self._rules, *self._of_feed.values()}):
            yield RuleSet(told, self._keywords, self._terms)


def _terms(keyword: Keyword) -> int:
    listed = (keyword.terms, keyword.weak, keyword.near, keyword.passing)
    return sum(len(phrases) for by_language in listed for _, phrases in by_language)


@cache
def _tagger() -> str:
    """Return the hash of the installed tagger: a few milliseconds, once in a process."""
    package = resources.files("hrwatch")
    contents = [_of_files(package.joinpath(name)) for name in _TAGGER]
    return _hash(*(told for found in contents for told in found))


def _of_files(found: Traversable) -> Iterator[str]:
    if found.is_dir():
        for inside in sorted(found.iterdir(), key=lambda one: one.name):
            yield from _of_files(inside)
    elif not found.name.endswith(_LEFT_OUT):
        yield f"{found.name} {hashlib.sha256(found.read_bytes()).hexdigest()}"


def _hash(*told: str) -> str:
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
