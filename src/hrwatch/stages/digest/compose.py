"""What stands where in a digest: matches → Composition. Pure; after match, before render."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from types import MappingProxyType

from hrwatch import text
from hrwatch.model.articles import Record
from hrwatch.model.evidence import Visit
from hrwatch.model.feeds import Coverage, Feed, FeedState
from hrwatch.model.mail import (
    Detail,
    Earlier,
    Grouping,
    Interest,
    Match,
    Reason,
    Subscriber,
    Window,
)
from hrwatch.model.tags import Kind, Relation
from hrwatch.stages.digest import names
from hrwatch.stages.digest.pages import full_stories, shares
from hrwatch.stages.digest.stories import Writer, original_first, published, publisher
from hrwatch.stages.digest.tongue import Tongue, speaking
from hrwatch.stages.digest.updates import Older
from hrwatch.stages.digest.view import Asked, Composition, Mention, Occasion, Section, Trouble

USUAL = Occasion()
_REASONS = tuple(Reason)  # the order in which they stand


def compose(  # noqa: PLR0913 - what a digest says has this many sources
    subscriber: Subscriber,
    matches: tuple[Match, ...],
    *,
    coverage: Coverage,
    window: Window | None,
    now: datetime,
    stories: Mapping[str, tuple[Record, ...]],
    feeds: Mapping[str, Feed],
    labels: Mapping[str, str],
    version: str,
    told: Mapping[str, Earlier] = MappingProxyType({}),
    visits: Mapping[str, Visit] = MappingProxyType({}),
    occasion: Occasion = USUAL,
) -> Composition:
    """Given a subscriber's unsent matches, return what their digest says.

    `stories` holds, by the id of the original, every record of the stories that matched; `labels`
    what keywords and places are called; by the id of a record, `told` says what earlier digests
    told the subscriber of it, and `visits` what its page was found to be. Grouped by country or by
    keyword, the newest first; a story stands once.
    """
    tongue = speaking(subscriber.mail_language)
    writer = Writer(stories, feeds, labels, tongue, longer=subscriber.detail is Detail.LONGER)
    older = Older(writer, told, visits)
    full, passing = _one_a_story(match for match in matches if match.reason is Reason.NEW)
    updates = _updates(match for match in matches if match.reason is not Reason.NEW)
    sections: list[Section] = []
    number = count(1)
    numbers: dict[tuple[str, Reason], int] = {}
    group_of, name_of = _GROUPINGS[subscriber.group_by]
    new = _groups(sorted(full, key=_newest_first), subscriber.interest, group_of)
    known = _groups(sorted(updates, key=_by_reason), subscriber.interest, group_of)
    called = {code: name_of(code, labels, tongue) for code in new.keys() | known.keys()}
    codes = sorted(called, key=lambda code: (not code, text.fold(called[code])))
    counts = [len(new.get(code, ())) + len(known.get(code, ())) for code in codes]
    for code, in_full in zip(codes, shares(counts, full_stories(subscriber)), strict=True):
        for match in (*new.get(code, ()), *known.get(code, ())):
            numbers[_told_as(match)] = next(number)
        section = Section(
            code,
            called[code] if code else tongue.gettext(names.OTHER),
            tuple(
                writer.story(numbers[_told_as(match)], match, in_full=place < in_full)
                for place, match in enumerate(new.get(code, ()))
            ),
            tuple(
                older.update(numbers[_told_as(match)], match, updates[match])
                for match in known.get(code, ())
            ),
        )
        sections.append(section)
    mentions: list[Mention] = []
    for match in sorted(passing, key=_newest_first):
        numbers[_told_as(match)] = next(number)
        code = _country(match, subscriber.interest)
        name = names.country(code, labels, tongue) if code else ""
        story = writer.story(numbers[_told_as(match)], match, in_full=False)
        mentions.append(Mention(name, story))
    failing = sorted(coverage.failing, key=lambda state: state.feed)
    return Composition(
        subscriber=subscriber,
        window=window,
        now=now,
        sections=tuple(sections),
        mentions=tuple(mentions),
        troubles=tuple(_troubles(failing, feeds)),
        asked=_asked(subscriber.interest, feeds, labels, tongue),
        coverage=coverage,
        matches=matches,
        numbers=tuple(numbers.get(_told_as(match), 0) for match in matches),
        version=version,
        occasion=occasion,
    )


def _troubles(failing: Iterable[FeedState], feeds: Mapping[str, Feed]) -> Iterator[Trouble]:
    """Yield the feeds that fail by their publisher; of one who has several feeds, which it is: the
    others may be well."""
    of_publisher = Counter(publisher(feed.name, feeds) for feed in feeds.values() if feed.enabled)
    for state in failing:
        name = publisher(state.feed, feeds)
        several = of_publisher[name] > 1 and name != state.feed
        yield Trouble(f"{name} ({state.feed})" if several else name, state)


def _groups(
    matches: Iterable[Match], interest: Interest, group_of: Callable[[Match, Interest], str]
) -> dict[str, list[Match]]:
    groups: dict[str, list[Match]] = {}
    for match in matches:
        groups.setdefault(group_of(match, interest), []).append(match)
    return groups


def _told_as(match: Match) -> tuple[str, Reason]:
    """Return what the matches have in common that one number answers for."""
    return match.record.story, match.reason


def _one_a_story(matches: Iterable[Match]) -> tuple[list[Match], list[Match]]:
    """Return the match to show of each story, those in full and those in passing.

    Shown is the earliest of those that the subscriber asked for; that is the original where it is
    among them, but for a page that others carried before its publisher did: it is shown as its
    publisher tells it. A story that is told in full is not mentioned again.
    """
    full: dict[str, Match] = {}
    passing: dict[str, Match] = {}
    for match in sorted(matches, key=lambda match: original_first(match.record)):
        shown = full if match.relation is Relation.SUBJECT else passing
        shown.setdefault(match.record.story, match)
    return list(full.values()), [match for story, match in passing.items() if story not in full]


def _updates(matches: Iterable[Match]) -> dict[Match, list[Match]]:
    """Return what to show of stories that were told before, one match for each of what became of
    them, with the others of its story of which the same is to be told. What is only named in
    passing is not followed."""
    groups: dict[tuple[str, Reason], list[Match]] = {}
    for match in sorted(matches, key=lambda match: original_first(match.record)):
        if match.relation is Relation.SUBJECT:
            groups.setdefault((match.record.story, match.reason), []).append(match)
    return {first: others for first, *others in groups.values()}


def _newest_first(match: Match) -> tuple[float, float, str]:
    moment = published(match.record)[0] or match.record.first_seen_at
    return 0, -moment.timestamp(), match.record.id


def _by_reason(match: Match) -> tuple[float, float, str]:
    seen_at = match.record.seen_at or match.record.first_seen_at
    return _REASONS.index(match.reason), -seen_at.timestamp(), match.record.id


def _country(match: Match, interest: Interest) -> str:
    """Return the country a story stands under: the first that the subscriber asked for (their
    order) of those it is about, else the first it is about, else the first it names."""
    asked = [code.split("-")[0] for code in interest.countries]  # CN-XJ stands under CN
    return _first_of(Kind.COUNTRY, match, asked)


def _keyword(match: Match, interest: Interest) -> str:
    """Return the keyword a story stands under, chosen as the country is."""
    return _first_of(Kind.KEYWORD, match, interest.keywords)


def _first_of(kind: Kind, match: Match, asked: Iterable[str]) -> str:
    ranked = sorted(match.record.tags, key=lambda tag: tag.relation is Relation.MENTION)
    about = [
        tag.value
        for tag in ranked
        if tag.kind is kind and match.relation in (tag.relation, Relation.MENTION)
    ]
    brought = [tag.value for tag in match.because if tag.kind is kind]  # by roll-up, or a query
    return next((value for value in (*asked, *brought, *about) if value in about), "")


_GROUPINGS = {
    Grouping.COUNTRY: (_country, names.country),
    Grouping.KEYWORD: (_keyword, names.keyword),
}


def _asked(
    interest: Interest, feeds: Mapping[str, Feed], labels: Mapping[str, str], tongue: Tongue
) -> Asked:
    return Asked(
        countries=tuple(names.country(code, labels, tongue) for code in interest.countries),
        keywords=tuple(names.keyword(value, labels, tongue) for value in interest.keywords),
        languages=tuple(names.language(code, tongue) for code in interest.languages),
        feeds=tuple(publisher(feed, feeds) for feed in interest.feeds),
        excluded=(
            *(names.country(code, labels, tongue) for code in interest.exclude_countries),
            *(names.keyword(value, labels, tongue) for value in interest.exclude_keywords),
            *(publisher(feed, feeds) for feed in interest.exclude_feeds),
        ),
    )
