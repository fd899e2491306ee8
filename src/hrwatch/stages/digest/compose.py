"""What stands where in a digest: matches → Composition. Pure; after match, before render."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time

from hrwatch import text
from hrwatch.model.articles import Record
from hrwatch.model.feeds import Coverage, Feed
from hrwatch.model.mail import Interest, Match, Subscriber, Window
from hrwatch.model.tags import Evidence, Field, Kind, Relation, Tag
from hrwatch.stages.digest import names
from hrwatch.stages.digest.snippet import snippet
from hrwatch.stages.digest.view import (
    Asked,
    Composition,
    Hit,
    Item,
    Mention,
    Report,
    Section,
    Trouble,
)

FULL_ITEMS = 30  # past them titles only: a digest is read on a phone, and mail is clipped
_WORDS_SHOWN = 5  # of one tag's evidence


def compose(
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
    full_items: int = FULL_ITEMS,
) -> Composition:
    """Given a subscriber's unsent matches, return what their digest says.

    `stories` holds, by the id of the original, every record of the stories that matched; `labels`
    what keywords and places are called. Grouped by country, the newest first; a story stands once.
    """
    writer = _Writer(subscriber.interest, stories, feeds, labels)
    full, passing = _one_a_story(matches)
    by_country: dict[str, list[Match]] = {}
    for match in sorted(full, key=_newest_first):
        by_country.setdefault(_country(match, subscriber.interest), []).append(match)
    sections: list[Section] = []
    number = 0
    for code in sorted(by_country, key=lambda code: (not code, names.country(code, labels))):
        items = [
            writer.item(number + place, match) for place, match in enumerate(by_country[code], 1)
        ]
        room = max(0, full_items - number)
        name = names.country(code, labels) if code else names.OTHER
        full_part, titles = tuple(items[:room]), tuple(items[room:])
        sections.append(Section(code, name, full_part, titles, number + 1, len(items)))
        number += len(items)
    mentions: list[Mention] = []
    for match in sorted(passing, key=_newest_first):
        code = _country(match, subscriber.interest)
        name = names.country(code, labels) if code else ""
        mentions.append(Mention(name, writer.item(number + len(mentions) + 1, match)))
    return Composition(
        subscriber=subscriber,
        window=window,
        now=now,
        sections=tuple(sections),
        mentions=tuple(mentions),
        troubles=tuple(
            Trouble(_publisher(state.feed, feeds), state)
            for state in sorted(coverage.failing, key=lambda state: state.feed)
        ),
        asked=_asked(subscriber.interest, feeds, labels),
        coverage=coverage,
        matches=matches,
        version=version,
    )


def _one_a_story(matches: Iterable[Match]) -> tuple[list[Match], list[Match]]:
    """Return the match to show of each story, those in full and those in passing.

    Shown is the original where it matched, else the earliest; a story that is told in full is not
    mentioned again.
    """
    full: dict[str, Match] = {}
    passing: dict[str, Match] = {}
    for match in sorted(matches, key=_original_first):
        shown = full if match.relation is Relation.SUBJECT else passing
        shown.setdefault(match.record.story, match)
    return list(full.values()), [match for story, match in passing.items() if story not in full]


def _original_first(match: Match) -> tuple[bool, datetime, str]:
    record = match.record
    return record.id != record.story, record.first_seen_at, record.id


def _newest_first(match: Match) -> tuple[float, str]:
    return -(_published(match.record)[0] or match.record.first_seen_at).timestamp(), match.record.id


def _country(match: Match, interest: Interest) -> str:
    """Return the country an item stands under: the first that the subscriber asked for (their
    order) of those it is about, else the first it is about, else the first it names."""
    ranked = sorted(match.record.tags, key=lambda tag: tag.relation is Relation.MENTION)
    found = [tag.value for tag in ranked if tag.kind is Kind.COUNTRY]
    about = [
        tag.value for tag in ranked if tag.kind is Kind.COUNTRY and tag.relation is Relation.SUBJECT
    ]
    if match.relation is Relation.MENTION:
        about = found
    asked = [code.split("-")[0] for code in interest.countries]  # CN-XJ stands under CN
    brought = [tag.value for tag in match.because if tag.kind is Kind.COUNTRY]  # by roll-up
    return next((code for code in (*asked, *brought, *about) if code in about), "")


def _published(record: Record) -> tuple[datetime | None, bool]:
    """Return when it was published and whether a time of day is known: what a page says is read
    as a date, and stands at midnight."""
    if record.entry.published_at is not None:
        return record.entry.published_at, True
    if record.article is None or record.article.published_at is None:
        return None, False
    moment = record.article.published_at
    return moment, moment.astimezone(UTC).time() != time(0)


def _publisher(feed: str, feeds: Mapping[str, Feed]) -> str:
    """Return who publishes a feed; its name where that is not told or the feed is gone."""
    known = feeds.get(feed)
    return known.publisher if known and known.publisher else feed


def _link(record: Record) -> str:
    """Return the address as the feed gives it, where it is http(s) and cannot be misread."""
    link = record.entry.permalink or record.permalink
    plain = link.startswith(("http://", "https://")) and text.clean_line(link, len(link)) == link
    return link if plain and " " not in link else record.permalink


def _asked(interest: Interest, feeds: Mapping[str, Feed], labels: Mapping[str, str]) -> Asked:
    return Asked(
        countries=tuple(names.country(code, labels) for code in interest.countries),
        keywords=tuple(names.keyword(value, labels) for value in interest.keywords),
        languages=tuple(names.language(code) for code in interest.languages),
        feeds=tuple(_publisher(feed, feeds) for feed in interest.feeds),
        excluded=(
            *(names.country(code, labels) for code in interest.exclude_countries),
            *(names.keyword(value, labels) for value in interest.exclude_keywords),
            *(_publisher(feed, feeds) for feed in interest.exclude_feeds),
        ),
    )


class _Writer:
    """What all items of one digest are written with."""

    def __init__(
        self,
        interest: Interest,
        stories: Mapping[str, tuple[Record, ...]],
        feeds: Mapping[str, Feed],
        labels: Mapping[str, str],
    ) -> None:
        self._interest = interest
        self._stories = stories
        self._feeds = feeds
        self._labels = labels

    def item(self, number: int, match: Match) -> Item:
        """Given a match and its number, return all that may be shown of it."""
        record = match.record
        published_at, time_given = _published(record)
        keywords = [tag for tag in match.because if tag.kind is Kind.KEYWORD]
        places = [tag for tag in match.because if tag.kind is not Kind.KEYWORD]
        return Item(
            number=number,
            title=record.title or "(no title)",
            publisher=_publisher(record.feed, self._feeds),
            language=names.language(record.language),
            language_code=record.language,
            link=_link(record),
            published_at=published_at,
            time_given=time_given,
            first_seen_at=record.first_seen_at,
            keywords=tuple(_hit(tag, names.keyword(tag.value, self._labels)) for tag in keywords),
            countries=tuple(_hit(tag, names.country(tag.value, self._labels)) for tag in places),
            snippet=snippet(record.text, _evidence(keywords) or _evidence(places)),
            also=self._also(record),
            reference=record.id,
            sha256=record.page_sha256 or "",
            extract_error=record.extract_error or "",
        )

    def _also(self, shown: Record) -> tuple[Report, ...]:
        """Return the other reports of the story. A publisher's second feed with the very same
        entry is no second report."""
        reports: dict[tuple[str, str, str], Report] = {}
        for record in sorted(
            self._stories.get(shown.story, ()), key=lambda record: (record.first_seen_at, record.id)
        ):
            publisher = _publisher(record.feed, self._feeds)
            same = (publisher, shown.language, text.title_key(shown.title)) == (
                _publisher(shown.feed, self._feeds),
                record.language,
                text.title_key(record.title),
            )
            if record.id == shown.id or same:
                continue
            differs = text.title_key(record.title) != text.title_key(shown.title)
            report = Report(
                publisher=publisher,
                language=names.language(record.language),
                title=record.title if differs else "",
                language_code=record.language,
                original=record.id == shown.story,
            )
            reports.setdefault((publisher, record.language, report.title), report)
        return tuple(reports.values())


def _hit(tag: Tag, label: str) -> Hit:
    words = dict.fromkeys(evidence.found for evidence in tag.evidence)
    fields = {evidence.field for evidence in tag.evidence}
    return Hit(
        label,
        tuple(text.clean_line(word, 60) for word in words)[:_WORDS_SHOWN],
        tuple(field for field in Field if field in fields),
        tag.relation,
    )


def _evidence(tags: Iterable[Tag]) -> tuple[Evidence, ...]:
    """Return the evidence of the tags, each tag's best before any tag's second."""
    columns = [tag.evidence for tag in tags]
    longest = max((len(column) for column in columns), default=0)
    return tuple(column[row] for row in range(longest) for column in columns if row < len(column))
