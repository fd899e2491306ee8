"""One match → the item that a digest shows of it. Pure; used by compose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from itertools import zip_longest

from hrwatch import text
from hrwatch.model.articles import Record
from hrwatch.model.feeds import Feed
from hrwatch.model.mail import Match
from hrwatch.model.tags import Evidence, Field, Kind, Relation, Tag
from hrwatch.stages.digest import names
from hrwatch.stages.digest.snippet import snippet
from hrwatch.stages.digest.view import Hit, Item, Report

_TITLE_LIMIT = 300  # characters; some feeds put the whole text there
_WORD_LIMIT = 60
_WORDS_SHOWN = 5  # of one tag's evidence


@dataclass(frozen=True, slots=True)
class Writer:
    """What all items of one digest are written with."""

    stories: Mapping[str, tuple[Record, ...]]  # by the id of the original
    feeds: Mapping[str, Feed]
    labels: Mapping[str, str]

    def item(self, number: int, match: Match) -> Item:
        """Given a match and its number, return all that may be shown of it."""
        record = match.record
        published_at, time_given = published(record)
        keywords = [tag for tag in match.because if tag.kind is Kind.KEYWORD]
        places = [tag for tag in match.because if tag.kind is not Kind.KEYWORD]
        others = [
            tag
            for tag in record.tags
            if tag.relation is Relation.SUBJECT and tag not in match.because
        ]
        return Item(
            number=number,
            title=_title(record),
            publisher=publisher(record.feed, self.feeds),
            language=names.language(record.language),
            language_code=record.language,
            link=_link(record),
            published_at=published_at,
            time_given=time_given,
            first_seen_at=record.first_seen_at,
            keywords=tuple(self._hit(tag) for tag in keywords),
            countries=tuple(self._hit(tag) for tag in places),
            also_tagged=tuple(self._label(tag) for tag in others),
            snippet=snippet(record.text, _evidence(keywords) or _evidence(places)),
            also=self._also(record),
            reference=record.id,
            sha256=record.page_sha256 or "",
            extract_error=text.clean_line(record.extract_error or "", _TITLE_LIMIT),
        )

    def _also(self, shown: Record) -> tuple[Report, ...]:
        """Return the other reports of the story: the original, then the earliest first. The very
        same entry in a publisher's second feed is no second report."""
        told = self._report(shown)
        reports: dict[tuple[str, str, str], Report] = {}
        for record in sorted(self.stories.get(shown.story, ()), key=original_first):
            report = self._report(record)
            if record.id == shown.id or report == told:
                continue
            if text.title_key(report.title) == text.title_key(told.title):
                report = replace(report, title="")
            if record.id == shown.story:
                report = replace(report, original=True)
            reports.setdefault((report.publisher, report.language_code, report.title), report)
        return tuple(reports.values())

    def _report(self, record: Record) -> Report:
        return Report(publisher(record.feed, self.feeds), record.language, _title(record))

    def _hit(self, tag: Tag) -> Hit:
        words = dict.fromkeys(evidence.found for evidence in tag.evidence)
        fields = {evidence.field for evidence in tag.evidence}
        return Hit(
            label=self._label(tag),
            words=tuple(text.clean_line(word, _WORD_LIMIT) for word in words)[:_WORDS_SHOWN],
            fields=tuple(field for field in Field if field in fields),
            relation=tag.relation,
        )

    def _label(self, tag: Tag) -> str:
        if tag.kind is Kind.KEYWORD:
            return names.keyword(tag.value, self.labels)
        return names.country(tag.value, self.labels)


def original_first(record: Record) -> tuple[bool, datetime, str]:
    """Return what sorts the records of a story: the original, then the earliest."""
    return record.id != record.story, record.first_seen_at, record.id


def published(record: Record) -> tuple[datetime | None, bool]:
    """Return when it was published and whether a time of day is known: what a page says is read
    as a date, and stands at midnight."""
    if record.entry.published_at is not None:
        return record.entry.published_at, True
    if record.article is None or record.article.published_at is None:
        return None, False
    moment = record.article.published_at
    return moment, moment.astimezone(UTC).time() != time(0)


def publisher(feed: str, feeds: Mapping[str, Feed]) -> str:
    """Return who publishes a feed; its name where that is not told or the feed is gone."""
    known = feeds.get(feed)
    return known.publisher if known and known.publisher else feed


def _title(record: Record) -> str:
    return text.clean_line(record.title, _TITLE_LIMIT) or "(no title)"


def _link(record: Record) -> str:
    """Return the address as the feed gives it, where it is http(s) and cannot be misread; else the
    canonical one, which is."""
    link = record.entry.permalink
    plain = link.isprintable() and " " not in link and text.clean(link) == link
    return link if plain and link.startswith(("http://", "https://")) else record.permalink


def _evidence(tags: Iterable[Tag]) -> tuple[Evidence, ...]:
    """Return the words in the text, each tag's first before any tag's second."""
    columns = [[word for word in tag.evidence if word.field is Field.TEXT] for tag in tags]
    rows = zip_longest(*columns)
    return tuple(word for row in rows for word in row if word is not None)
