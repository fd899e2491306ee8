"""The sentences of a digest, in English, the same for text and HTML. Pure; used by render.

What comes from feeds is isolated where it runs right to left; escaping is the templates' matter.
"""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, timedelta
from math import floor
from zoneinfo import ZoneInfo

from hrwatch import text
from hrwatch.model.articles import CopyKind
from hrwatch.model.feeds import FeedState, State
from hrwatch.model.mail import Cadence, Reason, Schedule
from hrwatch.model.tags import Field, Relation
from hrwatch.stages.digest import names
from hrwatch.stages.digest.fates import Fates
from hrwatch.stages.digest.layout import isolate
from hrwatch.stages.digest.times import DAYS, MONTHS, Times, day
from hrwatch.stages.digest.view import (
    Composition,
    Likeness,
    MatchedTag,
    NoExtract,
    Report,
    Section,
    Story,
    Undated,
    Update,
)

SUBJECT_LIMIT = 70
_KINDS = {
    Cadence.AT_ONCE: "Update",
    Cadence.HOURLY: "Hourly digest",
    Cadence.DAILY: "Daily digest",
    Cadence.WEEKLY: "Weekly digest",
}
_FIELDS = {
    Field.TITLE: "title",
    Field.TEXT: "text",
    Field.CATEGORIES: "the publisher's category",
}
_UNDATED = {
    Undated.NOT_GIVEN: "Publication date not given.",
    Undated.NOT_UNDERSTOOD: "Publication date not understood.",
    Undated.AHEAD: "Dated in the future by its publisher.",
}
_NO_EXTRACT = {
    NoExtract.TERMS: "No extract: this publisher's terms allow no copies.",
    NoExtract.HEADLINE: "No extract: only the headline of this feed is archived.",
    NoExtract.SUMMARY: "No extract: the feed gave no summary, and no more than that is archived.",
}
STATES = {
    State.EMPTY: "answers, but empty",
    State.NOT_A_FEED: "what is there is no feed",
    State.LAYOUT_CHANGED: "page layout changed, no links found",
    State.UNREACHABLE: "cannot be reached",
    State.REFUSED: "refuses our reader",
    State.GONE: "is gone from its address",
    State.INVALID: "cannot be read",
}


class Wording:
    """The sentences of one digest, in its subscriber's time zone."""

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        self._zone = ZoneInfo(composition.subscriber.timezone)
        opened = composition.window.opened_at if composition.window else composition.now
        self._moment = opened.astimezone(self._zone)
        self._times = Times(self._zone, composition.now)
        self.fates = Fates(self._times)

    def subject(self, page: int = 1, pages: int = 1) -> str:
        """Return the subject line: counts by country where the subscriber chose `full`; no word of
        any feed stands in it. Of several pages it says which one it is."""
        part = f", {self.part(page, pages)}" if pages > 1 else ""
        return self._subject(SUBJECT_LIMIT - len(part)) + part

    def part(self, page: int, pages: int) -> str:
        """Return which page of how many it is."""
        return f"{page} of {pages}"

    def _subject(self, limit: int) -> str:
        composition = self._composition
        if composition.subscriber.subject != "full":
            time = "" if self._has_date_window() else f" {self._moment:%H:%M}"
            return f"{self._kind()} {day(self._moment, year=False)}{time}"
        # What is counted by country is what is new, or, where nothing is, what became of the rest.
        of_country = {
            section.code: len(section.stories if composition.new else section.updates)
            for section in composition.sections
        }
        ranked = sorted(
            (code for code, number in of_country.items() if number),
            key=lambda code: (not code, -of_country[code], code),
        )
        counts = [f"{code or 'other'} {of_country[code]}" for code in ranked]
        head = f"[hrwatch] {_counts(composition.new, composition.updates)}"
        for shown in range(len(counts), 0, -1):
            left = sum(of_country[code] for code in ranked[shown:])
            tail = [f"{left} elsewhere"] if left else []
            subject = f"{head} ({', '.join(counts[:shown] + tail)})"
            if len(subject) <= limit:
                return subject
        return head

    def heading(self) -> str:
        """Return the heading: "Daily digest, Sunday 22 November 2026"."""
        moment = self._moment
        date = f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
        time = "" if self._has_date_window() else f", {moment:%H:%M}"
        return f"{self._kind()}, {DAYS[moment.weekday()]} {date}{time}"

    def period(self) -> str:
        """Return the stretch of time in which what is new was first seen."""
        seen = [
            match.record.seen_at or match.record.first_seen_at
            for match in self._composition.matches
            if match.reason is Reason.NEW
        ]
        until = self._times.short(self._composition.now)
        if not seen:
            return f"Until {until}, {self.zone()}."
        since = self._times.short(min(seen))
        stretch = since if since == until else f"from {since} to {until}"
        return f"First seen {stretch}, {self.zone()}."

    def zone(self) -> str:
        """Return the zone in words: "Vilnius time (UTC+2)"."""
        name = self._zone.key.rpartition("/")[2].replace("_", " ")
        offset = self._composition.now.astimezone(self._zone).utcoffset() or timedelta(0)
        if name in ("UTC", "GMT"):
            return name
        sign = "-" if offset < timedelta(0) else "+"
        hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
        return f"{name} time (UTC{sign}{hours}{f':{minutes:02}' if minutes else ''})"

    def counts(self) -> str:
        """Return the counts in words; they add up to the contents."""
        composition = self._composition
        new = text.counted(composition.new, "new story", "new stories")
        if not composition.new:
            new = "No new stories"
        if composition.updates:
            new += f", {_counts(0, composition.updates)}"
        mentions = len(composition.mentions)
        if not mentions:
            return f"{new}."
        return f"{new}, and {text.counted(mentions, 'mention')} as titles at the end."

    def coverage(self) -> str:
        """Return how many feeds were read of how many; silence is not an empty day."""
        coverage = self._composition.coverage
        line = f"Coverage: {coverage.read} of {coverage.configured} feeds read."
        if coverage.failing:
            problems = len(coverage.failing)
            line += f" {problems} with problems, listed at the end."
        return f"{line} Silence here does not mean nothing happened."

    def section(self, section: Section) -> str:
        """Return a section's counts: "3 new, 1 changed"."""
        return _counts(len(section.stories), section.updates)

    def published(self, story: Story) -> str:
        """Return when a story was published, in the subscriber's time and UTC, and first seen."""
        seen = story.first_seen_at.astimezone(UTC)
        first_seen = f"First seen {day(seen, year=False)} {seen:%H:%M} UTC."
        if story.published_at is None:
            return f"{_UNDATED[story.undated or Undated.NOT_GIVEN]} {first_seen}"
        if not story.time_given:
            date = day(story.published_at.astimezone(UTC), year=True)
            return f"Published {date}, time not given. {first_seen}"
        return f"Published {self._times.with_utc(story.published_at)}. {first_seen}"

    def matched(self, tags: tuple[MatchedTag, ...]) -> str:
        """Return the tags with their words and where they stand."""
        return "; ".join(map(_matched, tags)) + "."

    def report(self, report: Report) -> str:
        """Return whose report it is, when it came, and how like the shown one it is."""
        told_at = report.told_at.astimezone(self._zone if report.time_given else UTC)
        when = self._times.day(told_at)
        if report.time_given:
            when += f" {told_at:%H:%M}"
        parts = [
            names.language(report.language_code),
            when if report.published else f"first seen {when}",
            *_relation(report),
            *(["same publisher"] if report.same_house else []),
        ]
        return f"{isolate(report.publisher)} ({', '.join(parts)})"

    def version(self, story: Story) -> str:
        """Return which version of an article is told, where it is not the first."""
        seen = f", seen {self._times.with_utc(story.seen_at)}" if story.seen_at else ""
        return f"This is version {story.version} of the article{seen}."

    def no_extract(self, story: Story) -> str:
        """Return why nothing of a story's text is cited; empty where something is, or could be."""
        return _NO_EXTRACT[story.no_extract] if story.no_extract else ""

    def kept(self, story: Story | Update) -> str:
        """Return the archive's reference of a story."""
        if isinstance(story, Update):
            seen, what = story.seen_at.astimezone(UTC), "kept"
        else:
            seen = story.first_seen_at.astimezone(UTC)
            what = "headline kept" if story.no_extract else "kept"
        kept = f"ref {story.reference}, {what} {day(seen, year=False)} {seen:%H:%M} UTC"
        return (
            f"{kept}, page sha256 {story.sha256[:12]}" if story.sha256 else f"{kept}, no page kept"
        )

    def trouble(self, state: FeedState) -> str:
        """Return what is wrong with a feed and since when nothing came of it, in words for its
        readers: the error's own text is the operator's, and may name machines, settings or files.
        """
        parts = [STATES.get(state.state, "cannot be read")]
        if state.failing_since is not None:
            parts.append(f"since {self._times.short(state.failing_since)}")
        if state.last_polled_at is not None:
            parts.append(f"last tried {self._times.short(state.last_polled_at)}")
        if state.newest_entry_at is not None:
            parts.append(f"newest entry known {day(state.newest_entry_at, year=True)}")
        return ", ".join(parts) + "."

    def why(self) -> str:
        """Return why the subscriber gets this: what they asked for."""
        subscriber, asked = self._composition.subscriber, self._composition.asked
        parts = [
            _asked("keywords", asked.keywords),
            _asked("countries", asked.countries),
            _asked("languages", asked.languages),
            _asked("feeds", asked.feeds),
        ]
        if subscriber.interest.roll_up:
            parts.append("territories with their country")
        if asked.excluded:
            parts.append(f"without {', '.join(asked.excluded)}")
        if subscriber.interest.query:
            parts.append(f"query {isolate(text.clean_line(subscriber.interest.query, 500))}")
        in_full = subscriber.interest.relation is Relation.MENTION
        parts.append("mentions in full" if in_full else "main subject only")
        parts.append(f"{schedule(subscriber.schedule)}, {self.zone()}")
        return f'Subscription "{subscriber.name}": {"; ".join(parts)}.'

    def _kind(self) -> str:
        return _KINDS[self._composition.subscriber.schedule.cadence]

    def _has_date_window(self) -> bool:
        cadence = self._composition.subscriber.schedule.cadence
        return cadence in (Cadence.DAILY, Cadence.WEEKLY)


def schedule(value: Schedule) -> str:
    """Return a schedule in words: "weekly on Monday at 07:00"."""
    if value.at is None:
        return value.cadence.value
    day = "" if value.weekday is None else f" on {DAYS[value.weekday]}"
    return f"{value.cadence}{day} at {value.at:%H:%M}"


def _counts(new: int, updates: Collection[Update]) -> str:
    """Return "3 new, 1 changed, 1 removed"; new ones are left out where there are only others."""
    of_reason = Counter(update.reason for update in updates)
    told = [f"{new} new"] if new or not updates else []
    told += [f"{of_reason[reason]} {reason}" for reason in Reason if of_reason[reason]]
    return ", ".join(told)


def _relation(report: Report) -> list[str]:
    """Return what a report is to the shown one."""
    alike = report.likeness
    if report.original and alike and alike.kind is CopyKind.TRANSLATION:
        return ["the original, of which this is a translation"]
    told = ["the original"] if report.original else []
    return [*told, _likeness(alike)] if alike else told


def _likeness(likeness: Likeness) -> str:
    """Return how like the shown report a listed one is, or how like the original."""
    # Rounded down: what is not all the same is not said to be.
    share = f"{floor(likeness.score * 100 + 1e-9)}%"
    of_original = likeness.of_original
    match likeness.kind:
        case CopyKind.SAME_PERMALINK:
            return "same page as the original's" if of_original else "same page"
        case CopyKind.SAME_TEXT:
            return "same text as the original" if of_original else "same text"
        case CopyKind.TRANSLATION:
            return "translation of the original" if of_original else "translation"
        case CopyKind.NEAR_TEXT:
            return f"{share} of it the same{' as the original' if of_original else ''}"
        case CopyKind.CONTAINED if likeness.longer:
            return f"holds {share} of {'the original' if of_original else 'it'}"
        case CopyKind.CONTAINED:
            return f"shorter, {share} of it {'in the original' if of_original else 'in this'}"


def _matched(tag: MatchedTag) -> str:
    said = ", ".join((tag.label, *(f'"{isolate(word)}"' for word in tag.words)))
    where = [" and ".join(_FIELDS[field] for field in tag.fields)] if tag.fields else []
    if tag.by_focus:
        where.append("taken for the feed's country")
    if tag.relation is Relation.MENTION:
        where.append("in passing")
    return f"{said} ({', '.join(where)})" if where else said


def _asked(group: str, values: tuple[str, ...]) -> str:
    return f"{group} {', '.join(values)}" if values else f"all {group}"
