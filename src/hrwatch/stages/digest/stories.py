"""One match → the story that a digest shows of it. Pure; used by compose."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from itertools import zip_longest

from hrwatch import text, urls
from hrwatch.model.articles import CopyKind, Kept, Record
from hrwatch.model.feeds import Feed, PublisherType, Terms
from hrwatch.model.mail import Match
from hrwatch.model.tags import BY_FOCUS, Evidence, Field, Kind, Relation, Tag
from hrwatch.stages.digest import matched, names
from hrwatch.stages.digest.redact import redacted
from hrwatch.stages.digest.snippet import LIMIT, snippet
from hrwatch.stages.digest.tongue import Tongue
from hrwatch.stages.digest.view import (
    Likeness,
    MatchedTag,
    NoExtract,
    Report,
    Story,
    Undated,
    Word,
)

_TITLE_LIMIT = 300  # characters; some feeds put the whole text there
# What is listed of a story; the others are counted.
WORDS_LISTED = 5  # of one tag's evidence
TAGS_LISTED = 12  # of a kind
REPORTS_LISTED = 12
_NAMED = 5  # in passing
_LONGEST_LINK = 4_000  # bytes; browsers and servers refuse what is longer
_PUBLISHER_LIMIT = 80
_LONGER = 600  # characters of a snippet, for who asked for more
_MARGIN = 200  # looked at behind a title, so that an address at its end is seen to be that


@dataclass(frozen=True, slots=True)
class Writer:
    """What all stories of one digest are written with."""

    stories: Mapping[str, tuple[Record, ...]]  # by the id of the original
    feeds: Mapping[str, Feed]
    labels: Mapping[str, str]
    tongue: Tongue
    longer: bool = False  # snippets, than usual

    def story(self, number: int, match: Match, *, in_full: bool = True) -> Story:
        """Given a match and its number, return all that may be shown of it; not `in_full`, what is
        shown of a title alone, without its words and extract, which take time."""
        record = match.record
        published_at, time_given = published(record)
        because = match.because if in_full else ()
        keywords = [tag for tag in because if tag.kind is Kind.KEYWORD]
        places = [tag for tag in because if tag.kind is not Kind.KEYWORD]
        asked = {(tag.kind, tag.value) for tag in match.because}
        others = [tag for tag in record.tags if in_full and (tag.kind, tag.value) not in asked]
        tagged = self._labels(others, Relation.SUBJECT)
        named = self._labels(others, Relation.MENTION)
        also = self._also(record)
        listed = also[:REPORTS_LISTED] if in_full else ()
        limit = _LONGER if self.longer else LIMIT
        return Story(
            number=number,
            title=title_of(record, self.tongue),
            publisher=publisher(record.feed, self.feeds),
            language=names.language(record.language, self.tongue),
            language_code=record.language,
            link=link_of(record),
            published_at=published_at,
            time_given=time_given,
            publishers_offset=publishers_offset(record),
            undated=None if published_at else _undated(record),
            first_seen_at=record.first_seen_at,
            keywords=tuple(self._matched(tag, record) for tag in keywords[:TAGS_LISTED]),
            countries=tuple(self._matched(tag, record) for tag in places[:TAGS_LISTED]),
            also_tagged=tagged[:TAGS_LISTED],
            also_named=named[:_NAMED],
            snippet=snippet(
                record.text,
                _evidence(keywords) or _evidence(places),
                limit,
                self.tongue.gettext,
            )
            if in_full
            else (),
            also=tuple(self._listed(other, record) for other in listed),
            more_also=len(also) - len(listed),
            reference=record.id,
            sha256=record.page_sha256 or "",
            no_extract=self._no_extract(record),
            page_missing=bool(record.extract_error),
            version=record.version if record.change else 1,
            seen_at=record.seen_at if record.change else None,
            publisher_type=publisher_type(record.feed, self.feeds),
            from_list=bool((feed := self.feeds.get(record.feed)) and feed.page),
            translated=record.copy is not None and record.copy.kind is CopyKind.TRANSLATION,
            more_keywords=len(keywords[TAGS_LISTED:]),
            more_countries=len(places[TAGS_LISTED:]),
            more_tagged=len(tagged[TAGS_LISTED:]),
            more_named=len(named[_NAMED:]),
        )

    def _labels(self, tags: Iterable[Tag], relation: Relation) -> tuple[str, ...]:
        return tuple(self._label(tag) for tag in tags if tag.relation is relation)

    def _no_extract(self, record: Record) -> NoExtract | None:
        if record.kept is Kept.SUMMARY and not record.text:
            return NoExtract.SUMMARY
        if record.kept is not Kept.HEADLINE:
            return None
        feed = self.feeds.get(record.feed)
        is_forbidden = feed is not None and feed.terms is Terms.FORBIDDEN
        return NoExtract.TERMS if is_forbidden else NoExtract.HEADLINE

    def _also(self, shown: Record) -> tuple[Record, ...]:
        """Return what else was reported of the story: the original, then the earliest first. The
        very same entry in a publisher's second feed is no second report; another address is one, so
        that what was taken for a copy by mistake is not lost to the reader."""
        found = {self._identity(shown): shown}
        for record in sorted(self.stories.get(shown.story, ()), key=original_first):
            if record.kept is not Kept.NOTHING:
                found.setdefault(self._identity(record), record)
        return tuple(found.values())[1:]

    def _listed(self, record: Record, shown: Record) -> Report:
        """Return another report as it is listed under the shown one: without what they share."""
        report = self._report(record, shown)
        if text.title_key(report.title) == text.title_key(title_of(shown, self.tongue)):
            report = replace(report, title="")
        return replace(report, link="") if record.permalink == shown.permalink else report

    def _report(self, record: Record, shown: Record) -> Report:
        published_at, time_given = published(record)
        return Report(
            publisher=publisher(record.feed, self.feeds),
            language_code=record.language,
            title=title_of(record, self.tongue),
            link=link_of(record),
            told_at=published_at or record.first_seen_at,
            published=published_at is not None,
            time_given=time_given or published_at is None,
            likeness=_likeness(record, shown),
            original=record.id == shown.story,
            same_house=self._one_house(record.feed, shown.feed),
        )

    def _one_house(self, feed: str, other: str) -> bool:
        """Say whether one publisher is behind both feeds: of one name, of one org, or, where these
        are not told of both, on one domain. Several may share that (a server of the United Nations,
        a host of blogs), so names that differ weigh more."""
        if publisher(feed, self.feeds) == publisher(other, self.feeds):
            return True
        one, two = self.feeds.get(feed), self.feeds.get(other)
        if one is None or two is None:
            return False
        if one.publisher and two.publisher and not (one.org and two.org):
            return False
        return urls.one_house(one.org, one.address, two.org, two.address)

    def _identity(self, record: Record) -> tuple[str, ...]:
        """Return what tells a report from every other one of its story."""
        by, title = publisher(record.feed, self.feeds), text.title_key(record.title)
        return by, record.language, title, record.permalink

    def _matched(self, tag: Tag, record: Record) -> MatchedTag:
        # A word of a text that is not kept is none that could be shown.
        words: dict[str, set[Field]] = {}
        for found in tag.evidence:
            if found.length:
                shown = matched.shown(found, record, self.tongue.gettext)
                words.setdefault(shown, set()).add(found.field)
        listed = [Word(word, _in_order(fields)) for word, fields in words.items()]
        return MatchedTag(
            label=self._label(tag),
            words=tuple(listed[:WORDS_LISTED]),
            fields=_in_order({evidence.field for evidence in tag.evidence}),
            relation=tag.relation,
            by_focus=any(evidence.rule == BY_FOCUS for evidence in tag.evidence),
            more_words=len(listed[WORDS_LISTED:]),
        )

    def _label(self, tag: Tag) -> str:
        if tag.kind is Kind.KEYWORD:
            return names.keyword(tag.value, self.labels, self.tongue)
        return names.country(tag.value, self.labels, self.tongue)


def _in_order(fields: Collection[Field]) -> tuple[Field, ...]:
    return tuple(field for field in Field if field in fields)


def original_first(record: Record) -> tuple[bool, datetime, str]:
    """Return what sorts the records of a story: the original, then the earliest."""
    return record.id != record.story, record.first_seen_at, record.id


def published(record: Record) -> tuple[datetime | None, bool]:
    """Return when it was published and whether a time of day is known; None for a date that lay
    ahead, which was archived as that of the first visit. What a page says is read as a date, and
    stands at midnight."""
    if record.entry.published_at is not None and not dated_ahead(record):
        return record.entry.published_at, not record.entry.whole_day
    if record.article is None or record.article.published_at is None:
        return None, False
    moment = record.article.published_at
    return moment, moment.astimezone(UTC).time() != time(0)


def publishers_offset(record: Record) -> int | None:
    """Return how many minutes its publisher's clock was ahead of UTC at the time that `published`
    returns; None where nobody said."""
    if record.entry.published_at is not None and not dated_ahead(record):
        return record.entry.published_offset
    return record.article.published_offset if record.article else None


def dated_ahead(record: Record) -> bool:
    """Say whether the publisher's date lay in the future: then it was archived as that of the
    first visit, and the publisher's words with it."""
    entry = record.entry
    return bool(entry.published_text) and entry.published_at == record.first_seen_at


def _likeness(record: Record, shown: Record) -> Likeness | None:
    """Return how like the shown record another one of its story is. The archive knows how like
    each is to the original: where neither is that, and the shown one says not the very same, it
    is likeness to the original that is told."""
    if record.permalink and record.permalink == shown.permalink:
        return Likeness(CopyKind.SAME_PERMALINK, 1.0)
    known = record.copy or (shown.copy if record.id == shown.story else None)
    if known is None:
        return None
    other = record.fingerprint.words > shown.fingerprint.words
    is_original_shown = shown.copy is None or shown.copy.kind is CopyKind.SAME_TEXT
    return Likeness(
        known.kind,
        known.score,
        longer=other,
        of_original=record.copy is not None and not is_original_shown,
    )


def _undated(record: Record) -> Undated:
    if dated_ahead(record):
        return Undated.AHEAD
    return Undated.NOT_UNDERSTOOD if record.entry.published_text else Undated.NOT_GIVEN


def publisher(feed: str, feeds: Mapping[str, Feed]) -> str:
    """Return who publishes a feed; its name where that is not told or the feed is gone."""
    known = feeds.get(feed)
    name = known.publisher if known and known.publisher else feed
    return name if len(name) <= _PUBLISHER_LIMIT else text.clean_line(name, _PUBLISHER_LIMIT)


def publisher_type(feed: str, feeds: Mapping[str, Feed]) -> PublisherType | None:
    """Return what kind of house publishes a feed, where that is told."""
    known = feeds.get(feed)
    return known.publisher_type if known else None


def title_of(record: Record, tongue: Tongue) -> str:
    """Return a record's title as it may be shown."""
    # What lies further is cut in any case, and some feeds put the whole text there.
    whole = text.clean_line(record.title)[: _TITLE_LIMIT + _MARGIN]
    title = redacted(whole, tongue.gettext)
    return text.clean_line(title, _TITLE_LIMIT) or tongue.gettext("(no title)")


def link_of(record: Record) -> str:
    """Return the address as the feed gives it, where it is http(s) and cannot be misread; else the
    canonical one, which is."""
    link = record.entry.permalink
    plain = link.isprintable() and " " not in link and text.clean(link) == link
    if not (plain and link.startswith(("http://", "https://"))):
        link = record.permalink
    return link if len(link.encode()) <= _LONGEST_LINK else ""


def _evidence(tags: Iterable[Tag]) -> tuple[Evidence, ...]:
    """Return the words in the text, each tag's first before any tag's second."""
    columns = [[word for word in tag.evidence if word.field is Field.TEXT] for tag in tags]
    rows = zip_longest(*columns)
    return tuple(word for row in rows for word in row if word is not None)
