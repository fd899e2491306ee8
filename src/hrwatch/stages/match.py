"""Match a record with a subscriber's interest: after the archive gave what is unsent, before the
digest. Pure.

A record matches when the interest of today asks for it *and* the interest that stood when it was
first seen asked for it too. So what is widened later mails nothing old, what is narrowed acts at
once but loses nothing that both ask for, and an exclude that was lifted still holds for what was
seen while it stood.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hrwatch.model.articles import Record
from hrwatch.model.mail import InForce, Interest, Match, Subscriber
from hrwatch.model.tags import Kind, Relation, Tag
from hrwatch.query import Node, matches, parse, places_asked_for, rolled_up, with_territories

ALL = "*"  # stands in the archive for an empty list: everything is asked for
_LISTS = ("countries", "keywords", "languages", "feeds")
_EXCLUDES = ("exclude_countries", "exclude_keywords", "exclude_feeds")


def criteria(interest: Interest) -> tuple[tuple[str, str], ...]:
    """Given an interest, return its (group, value) pairs as the archive dates them; `*` stands for
    an empty list, and nothing for an empty exclude."""
    pairs = [(group, value) for group in _LISTS for value in (getattr(interest, group) or (ALL,))]
    pairs += [(group, value) for group in _EXCLUDES for value in getattr(interest, group)]
    pairs.append(("query", interest.query if interest.query is not None else ALL))
    pairs.append(("relation", interest.relation.value))
    pairs.append(("roll_up", str(interest.roll_up).lower()))
    return tuple(dict.fromkeys(pairs))


class Matcher:
    """One subscriber's interest, today's and those of the past, read once for many records.

    `in_force` dates the criteria; `parents` maps a territory to the country that brings it when
    the interest rolls up (HK to CN).
    """

    def __init__(
        self, subscriber: Subscriber, in_force: tuple[InForce, ...], parents: Mapping[str, str]
    ) -> None:
        self._in_force = in_force
        self._parents = parents
        self._today = _Asked.of(subscriber.interest, parents)
        ends = {criterion.until for criterion in in_force if criterion.until is not None}
        self._changes = sorted({criterion.since for criterion in in_force} | ends)
        self._past: dict[int, _Asked | None] = {}  # by the number of changes before

    def match(self, record: Record) -> Match | None:
        """Given a record, return the match with the tags that made it, or None."""
        found = self._today.answer(record)
        then = self._asked_at(record.first_seen_at) if found else None
        before = then.answer(record) if then else None
        if found is None or before is None:
            return None
        relation = max(found.relation, before.relation, key=_weakness)
        return Match(record, found.because, relation)

    def _asked_at(self, instant: datetime) -> "_Asked | None":
        period = bisect_right(self._changes, instant)
        if period not in self._past:
            interest = _interest(
                (criterion.group, criterion.value)
                for criterion in self._in_force
                if criterion.since <= instant
                and (criterion.until is None or instant < criterion.until)
            )
            self._past[period] = _Asked.of(interest, self._parents) if interest else None
        return self._past[period]


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a record meets an interest."""

    because: tuple[Tag, ...]
    relation: Relation


@dataclass(frozen=True, slots=True)
class _Asked:
    """An interest made ready for many records."""

    interest: Interest
    countries: frozenset[str]  # with the territories that roll up
    keywords: frozenset[str]
    excluded: frozenset[str]  # countries, with theirs too, and keywords
    languages: tuple[str, ...]
    query: Node | None

    @classmethod
    def of(cls, interest: Interest, parents: Mapping[str, str]) -> "_Asked":
        """Given an interest, return it with roll-up done and its query parsed; raise QueryError."""
        countries, excluded = interest.countries, interest.exclude_countries
        query = parse(interest.query) if interest.query is not None else None
        if interest.roll_up:
            countries = with_territories(countries, parents)
            by_name = places_asked_for(query) if query is not None else frozenset[str]()
            excluded = _without_territories(interest, by_name, parents)
            query = rolled_up(query, parents) if query is not None else None
        return cls(
            interest,
            frozenset(countries),
            frozenset(interest.keywords),
            frozenset(excluded + interest.exclude_keywords),
            tuple(language.lower() for language in interest.languages),
            query,
        )

    def answer(self, record: Record) -> _Answer | None:
        """Given a record, return how it meets the interest, or None where it does not."""
        if self._excludes(record) or not self._lists_feed_and_language(record):
            return None
        places = [tag for tag in record.tags if tag.kind is not Kind.KEYWORD]
        keywords = [tag for tag in record.tags if tag.kind is Kind.KEYWORD]
        groups = [
            [tag for tag in tags if tag.value in asked]
            for asked, tags in ((self.countries, places), (self.keywords, keywords))
            if asked
        ]
        if not all(groups):
            return None
        if self.query is not None and not matches(
            self.query,
            title=record.title,
            text=record.text,
            tags=record.tags,
            language=record.language,
            feed=record.feed,
            told_at=record.entry.published_at or record.first_seen_at,
        ):
            return None
        because = [tag for group in groups for tag in group]
        if not groups:
            because = [tag for tag in record.tags if tag.relation is Relation.SUBJECT]
        in_full = self.interest.relation is Relation.MENTION or all(
            any(tag.relation is Relation.SUBJECT for tag in group) for group in groups
        )
        return _Answer(
            tuple(sorted(because, key=lambda tag: _weakness(tag.relation))),
            Relation.SUBJECT if in_full else Relation.MENTION,
        )

    def _excludes(self, record: Record) -> bool:
        """What is excluded is excluded as a subject: a passing mention costs nobody a report."""
        subjects = {tag.value for tag in record.tags if tag.relation is Relation.SUBJECT}
        return record.feed in self.interest.exclude_feeds or not subjects.isdisjoint(self.excluded)

    def _lists_feed_and_language(self, record: Record) -> bool:
        language = record.language.lower()
        return (not self.interest.feeds or record.feed in self.interest.feeds) and (
            not self.languages
            or any(
                language == asked or language.startswith(f"{asked}-") for asked in self.languages
            )
        )


def _without_territories(
    interest: Interest, queried: frozenset[str], parents: Mapping[str, str]
) -> tuple[str, ...]:
    """Given an interest that rolls up and the places that its query names, return the countries
    that it excludes with their territories, but not those that are asked for by name: Hong Kong
    without China."""
    excluded = interest.exclude_countries
    by_name = queried.union(interest.countries) - frozenset(excluded)
    return tuple(code for code in with_territories(excluded, parents) if code not in by_name)


def _interest(pairs: Iterable[tuple[str, str]]) -> Interest | None:
    """Given the pairs of one instant, return the interest they spell, or None where a list had no
    row at all: then the subscriber was not there yet."""
    values: dict[str, list[str]] = {}
    for group, value in sorted(pairs):
        values.setdefault(group, []).append(value)
    if not all(group in values for group in _LISTS):
        return None

    def listed(group: str) -> tuple[str, ...]:
        members = values.get(group, [])
        return () if ALL in members else tuple(members)

    query = values.get("query", [ALL])[0]
    return Interest(
        countries=listed("countries"),
        keywords=listed("keywords"),
        languages=listed("languages"),
        feeds=listed("feeds"),
        exclude_countries=listed("exclude_countries"),
        exclude_keywords=listed("exclude_keywords"),
        exclude_feeds=listed("exclude_feeds"),
        query=None if query == ALL else query,
        relation=Relation(values.get("relation", [Relation.SUBJECT])[0]),
        roll_up="true" in values.get("roll_up", ()),
    )


def _weakness(relation: Relation) -> int:
    return 0 if relation is Relation.SUBJECT else 1
