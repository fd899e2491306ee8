"""The sentences of a digest, the same for text and HTML, in its subscriber's language. Pure; used
by render.

What comes from feeds is isolated where it runs against the mail; escaping is the templates' matter.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from hrwatch import text
from hrwatch.model.feeds import FeedState, State
from hrwatch.model.mail import Cadence, MailKind, Reason, Schedule
from hrwatch.model.tags import Relation
from hrwatch.stages.digest.bylines import Bylines
from hrwatch.stages.digest.fates import Fates
from hrwatch.stages.digest.replying import commands
from hrwatch.stages.digest.reports import Reports
from hrwatch.stages.digest.times import Times
from hrwatch.stages.digest.tongue import Tongue, msgid, speaking
from hrwatch.stages.digest.view import (
    Composition,
    NoExtract,
    Section,
    Sheet,
    Story,
    Undated,
    Update,
)

SUBJECT_LIMIT = 70
_NAMED_IN_SHORT = 3
_ASKED_NAMED = 12  # of one kind; the others are counted
_KINDS = {
    Cadence.AT_ONCE: msgid("Update"),
    Cadence.HOURLY: msgid("Hourly digest"),
    Cadence.DAILY: msgid("Daily digest"),
    Cadence.WEEKLY: msgid("Weekly digest"),
}
_UNDATED = {
    Undated.NOT_GIVEN: msgid("Publication date not given."),
    Undated.NOT_UNDERSTOOD: msgid("Publication date not understood."),
    Undated.AHEAD: msgid("Dated in the future by its publisher."),
}
_NO_EXTRACT = {
    NoExtract.TERMS: msgid("No extract: this publisher's terms allow no copies."),
    NoExtract.HEADLINE: msgid("No extract: only the headline of this feed is archived."),
    NoExtract.SUMMARY: msgid(
        "No extract: the feed gave no summary, and no more than that is archived."
    ),
}
STATES = {
    State.EMPTY: msgid("answers, but empty"),
    State.NOT_A_FEED: msgid("what is there is no feed"),
    State.LAYOUT_CHANGED: msgid("page layout changed, no links found"),
    State.UNREACHABLE: msgid("cannot be reached"),
    State.REFUSED: msgid("refuses our reader"),
    State.GONE: msgid("is gone from its address"),
    State.INVALID: msgid("cannot be read"),
}


class Wording:
    """The sentences of one digest, in its subscriber's language and time zone."""

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        self._tongue = speaking(composition.subscriber.mail_language)
        self._zone = ZoneInfo(composition.subscriber.timezone)
        opened = composition.window.opened_at if composition.window else composition.now
        self._moment = opened.astimezone(self._zone)
        self._times = Times(self._zone, composition.now, self._tongue)
        self.fates = Fates(self._times)
        self.reports = Reports(self._times)
        self.bylines = Bylines(self._tongue)

    def subject(self, page: int = 1, pages: int = 1) -> str:
        """Return the subject line: counts by country where the subscriber chose `full`; no word of
        any feed stands in it. Of several pages it says which one it is."""
        if self._composition.subscriber.subject != "full":
            return self.discreet(page, pages)
        part = self._of_several(page, pages)
        return self._counted(SUBJECT_LIMIT - len(part)) + part

    def discreet(self, page: int = 1, pages: int = 1) -> str:
        """Return a subject line that says nothing of what is inside."""
        date = self._tongue.day(self._moment, year=False) + self._time(" ")
        said = self._tongue.gettext("%(digest)s %(date)s", digest=self._kind(), date=date)
        return said + self._of_several(page, pages)

    def _of_several(self, page: int, pages: int) -> str:
        return self._tongue.listed(["", self.part(page, pages)]) if pages > 1 else ""

    def part(self, page: int, pages: int) -> str:
        """Return which page of how many it is."""
        return self._tongue.gettext("%(number)s of %(pages)s", number=page, pages=pages)

    def _counted(self, limit: int) -> str:
        composition, tongue = self._composition, self._tongue
        # What is counted by country is what is new, or, where nothing is, what became of the rest.
        of_country = {
            section.code: len(section.stories if composition.new else section.updates)
            for section in composition.sections
        }
        ranked = sorted(
            (code for code, number in of_country.items() if number),
            key=lambda code: (not code, -of_country[code], code),
        )
        other = tongue.gettext("other")
        counts = [f"{code or other} {of_country[code]}" for code in ranked]
        head = f"[hrwatch] {self._counts(composition.new, composition.updates)}"
        if self._is_urgent():
            head = f"[hrwatch] {self.urgent()}: {self._counts(composition.new, ())}"
        for shown in range(len(counts), 0, -1):
            left = sum(of_country[code] for code in ranked[shown:])
            tail = [tongue.ngettext("%(num)s elsewhere", "%(num)s elsewhere", left)] if left else []
            subject = f"{head} ({tongue.listed(counts[:shown] + tail)})"
            if len(subject) <= limit:
                return subject
        return head

    def heading(self, page: int = 1, pages: int = 1) -> str:
        """Return the heading: "Daily digest, Sunday 22 November 2026"."""
        parts = [self._kind(), self._tongue.full_date(self._moment)]
        if time := self._time(""):
            parts.append(time)
        if pages > 1:
            parts.append(self.part(page, pages))
        return self._tongue.listed(parts)

    def period(self) -> str:
        """Return the stretch of time in which what is new was first seen."""
        gettext, zone = self._tongue.gettext, self.zone()
        seen = [
            match.record.seen_at or match.record.first_seen_at
            for match in self._composition.matches
            if match.reason is Reason.NEW
        ]
        until = self._times.short(self._composition.now)
        if not seen:
            return gettext("Until %(when)s, %(zone)s.", when=until, zone=zone)
        since = self._times.short(min(seen))
        if since == until:
            return gettext("First seen %(when)s, %(zone)s.", when=since, zone=zone)
        return gettext(
            "First seen from %(since)s to %(until)s, %(zone)s.", since=since, until=until, zone=zone
        )

    def zone(self) -> str:
        """Return the zone in words: "Vilnius time (UTC+2)"."""
        city = self._tongue.isolate(self._tongue.city(self._zone.key))
        offset = self._composition.now.astimezone(self._zone).utcoffset() or timedelta(0)
        if self._zone.key.rpartition("/")[2] in ("UTC", "GMT"):
            return self._zone.key.rpartition("/")[2]
        sign = "-" if offset < timedelta(0) else "+"
        hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
        written = f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}"
        return self._tongue.gettext("%(city)s time (%(offset)s)", city=city, offset=written)

    def counts(self) -> str:
        """Return the counts in words; they add up to the contents."""
        composition, ngettext = self._composition, self._tongue.ngettext
        if composition.new:
            told = ngettext("%(num)s new story", "%(num)s new stories", composition.new)
        else:
            told = self._tongue.gettext("No new stories")
        if composition.updates:
            told = self._tongue.listed([told, self._counts(0, composition.updates)])
        mentions = len(composition.mentions)
        if not mentions:
            return f"{told}."
        return ngettext(
            "%(told)s, and %(num)s mention as a title at the end.",
            "%(told)s, and %(num)s mentions as titles at the end.",
            mentions,
            told=told,
        )

    def nothing(self) -> str:
        """Return why a digest comes that has nothing new to tell; empty where it has."""
        composition = self._composition
        if composition.new or composition.updates:
            return ""
        if composition.coverage.failing:
            return self._tongue.gettext(
                "This digest comes all the same, because not every feed could be read."
            )
        if composition.subscriber.empty:
            return self._tongue.gettext(
                "This digest comes all the same, so that you know that your feeds are being read."
            )
        return ""

    def coverage(self) -> str:
        """Return how many feeds were read of how many; silence is not an empty day."""
        coverage, tongue = self._composition.coverage, self._tongue
        told = [
            tongue.ngettext(
                "Coverage: %(read)s of %(num)s feed read.",
                "Coverage: %(read)s of %(num)s feeds read.",
                coverage.configured,
                read=coverage.read,
            )
        ]
        if coverage.failing and not self._is_urgent():
            told.append(
                tongue.ngettext(
                    "%(num)s with problems, listed at the end.",
                    "%(num)s with problems, listed at the end.",
                    len(coverage.failing),
                )
            )
        told.append(tongue.gettext("Silence here does not mean nothing happened."))
        return " ".join(told)

    def section(self, section: Section) -> str:
        """Return a section's counts: "3 new, 1 changed"."""
        return self._counts(len(section.stories), section.updates)

    def published(self, story: Story) -> str:
        """Return when a story was published, in the subscriber's time and UTC, and first seen."""
        gettext, day = self._tongue.gettext, self._tongue.day
        seen = story.first_seen_at.astimezone(UTC)
        when = f"{day(seen, year=False)} {seen:%H:%M}"
        if story.published_at is None:
            published = gettext(_UNDATED[story.undated or Undated.NOT_GIVEN])
        elif not story.time_given:
            date = day(story.published_at.astimezone(UTC), year=True)
            published = (
                gettext("Dated %(date)s on the page, time not given.", date=date)
                if story.from_list
                else gettext("Published %(date)s, time not given.", date=date)
            )
        else:
            written = self._times.with_utc(story.published_at)
            published = gettext("Published %(when)s.", when=written)
        return f"{published} {gettext('First seen %(when)s UTC.', when=when)}"

    def version(self, story: Story) -> str:
        """Return which version of an article is told, where it is not the first."""
        gettext = self._tongue.gettext
        if story.seen_at is None:
            return gettext("This is version %(version)s of the article.", version=story.version)
        return gettext(
            "This is version %(version)s of the article, seen %(when)s.",
            version=story.version,
            when=self._times.with_utc(story.seen_at),
        )

    def no_extract(self, story: Story) -> str:
        """Return why nothing of a story's text is cited; empty where something is, or could be."""
        return self._tongue.gettext(_NO_EXTRACT[story.no_extract]) if story.no_extract else ""

    def kept(self, story: Story | Update) -> str:
        """Return the archive's reference of a story."""
        gettext, isolate = self._tongue.gettext, self._tongue.isolate
        if isinstance(story, Update):
            seen, in_part = story.seen_at.astimezone(UTC), False
        else:
            seen, in_part = story.first_seen_at.astimezone(UTC), bool(story.no_extract)
        when = f"{self._tongue.day(seen, year=False)} {seen:%H:%M}"
        parts = [
            gettext("ref %(reference)s", reference=isolate(story.reference)),
            gettext("headline kept %(when)s UTC", when=when)
            if in_part
            else gettext("kept %(when)s UTC", when=when),
        ]
        if story.sha256:
            parts.append(gettext("page sha256 %(digits)s", digits=isolate(story.sha256[:12])))
        else:
            parts.append(gettext("no page kept"))
        return self._tongue.listed(parts)

    def trouble(self, state: FeedState) -> str:
        """Return what is wrong with a feed and since when nothing came of it, in words for its
        readers: the error's own text is the operator's, and may name machines, settings or files.
        """
        gettext, times = self._tongue.gettext, self._times
        parts = [gettext(STATES.get(state.state, STATES[State.INVALID]))]
        if state.failing_since is not None:
            parts.append(gettext("since %(when)s", when=times.short(state.failing_since)))
        if state.last_polled_at is not None:
            parts.append(gettext("last tried %(when)s", when=times.short(state.last_polled_at)))
        if state.newest_entry_at is not None:
            date = self._tongue.day(state.newest_entry_at, year=True)
            parts.append(gettext("newest entry known %(when)s", when=date))
        return self._tongue.listed(parts) + "."

    def why(self) -> str:
        """Return why the subscriber gets this: what they asked for."""
        subscriber, asked = self._composition.subscriber, self._composition.asked
        gettext, listed = self._tongue.gettext, self._named
        parts = [
            gettext("keywords %(list)s", list=listed(asked.keywords))
            if asked.keywords
            else gettext("all keywords"),
            gettext("countries %(list)s", list=listed(asked.countries))
            if asked.countries
            else gettext("all countries"),
            gettext("languages %(list)s", list=listed(asked.languages))
            if asked.languages
            else gettext("all languages"),
            gettext("feeds %(list)s", list=listed(map(self._tongue.isolate, asked.feeds)))
            if asked.feeds
            else gettext("all feeds"),
        ]
        if subscriber.interest.roll_up:
            parts.append(gettext("territories with their country"))
        if asked.excluded:
            excluded = listed(map(self._tongue.isolate, asked.excluded))
            parts.append(gettext("without %(list)s", list=excluded))
        if subscriber.interest.query:
            query = self._tongue.isolate(text.clean_line(subscriber.interest.query, 500))
            parts.append(gettext("query %(query)s", query=query))
        in_full = subscriber.interest.relation is Relation.MENTION
        parts.append(gettext("mentions in full") if in_full else gettext("main subject only"))
        parts.append(
            self._tongue.listed([schedule(subscriber.schedule, self._tongue), self.zone()])
        )
        if subscriber.urgent:
            parts.append(
                self._tongue.ngettext(
                    "at most %(num)s urgent alert a day",
                    "at most %(num)s urgent alerts a day",
                    subscriber.urgent,
                )
            )
        if subscriber.quiet:
            since, until = f"{subscriber.quiet.since:%H:%M}", f"{subscriber.quiet.until:%H:%M}"
            parts.append(gettext("no mail from %(since)s to %(until)s", since=since, until=until))
        return gettext(
            "Subscription %(name)s: %(what)s.",
            name=self._tongue.quoted(self._tongue.isolate(subscriber.name)),
            what=self._tongue.grouped(parts),
        )

    def _named(self, names: Iterable[str]) -> str:
        """Return a list that is not too long: the others are counted."""
        told = list(names)
        more = len(told) - _ASKED_NAMED
        if more <= 0:
            return self._tongue.listed(told)
        others = self._tongue.ngettext("%(num)s more", "%(num)s more", more)
        return self._tongue.listed([*told[:_ASKED_NAMED], others])

    def urgent(self) -> str:
        """Return the word that stands before a story which is told at once."""
        return self._tongue.gettext("URGENT")

    def about(self) -> str:
        """Return what the subscriber asked for, in short; empty where it is no keyword and no
        country."""
        gettext, ngettext = self._tongue.gettext, self._tongue.ngettext
        keywords, countries = self._composition.asked.keywords, self._composition.asked.countries
        if not keywords and not countries:
            return ""
        what = ngettext("%(num)s keyword", "%(num)s keywords", len(keywords))
        if len(keywords) <= _NAMED_IN_SHORT:
            what = self._tongue.listed(keywords) or gettext("All keywords")
        where = ngettext("%(num)s country", "%(num)s countries", len(countries))
        if len(countries) <= _NAMED_IN_SHORT:
            where = self._tongue.listed(countries) or gettext("all countries")
        return gettext("%(keywords)s: %(countries)s", keywords=what, countries=where)

    def since_last(self) -> str:
        """Return what was told since the last digest, and what is not told in this one; empty for
        neither."""
        ngettext, occasion = self._tongue.ngettext, self._composition.occasion
        told = []
        if occasion.alerts is not None and not self._is_urgent():
            told.append(
                ngettext(
                    "%(num)s urgent alert since your last digest.",
                    "%(num)s urgent alerts since your last digest.",
                    occasion.alerts,
                )
            )
        if occasion.muted:
            told.append(
                ngettext(
                    "%(num)s story is left out: you muted it.",
                    "%(num)s stories are left out: you muted them.",
                    occasion.muted,
                )
            )
        return " ".join(told)

    def commands(self, page: Sheet) -> tuple[tuple[str, str], ...]:
        """Return what may be replied to a page, and what that does; nothing where replies are not
        read."""
        if not self._composition.occasion.replies:
            return ()
        return commands(self._tongue, next(iter(page.numbers), None))

    def _is_urgent(self) -> bool:
        return self._composition.occasion.kind is MailKind.URGENT

    def _kind(self) -> str:
        if self._is_urgent():
            return self._tongue.gettext("Alert")
        return self._tongue.gettext(_KINDS[self._composition.subscriber.schedule.cadence])

    def _time(self, before: str) -> str:
        """Return the time of day where a digest is not the only one of its day."""
        cadence = self._composition.subscriber.schedule.cadence
        if self._is_urgent():
            return f"{before}{self._moment:%H:%M}"
        return "" if cadence in (Cadence.DAILY, Cadence.WEEKLY) else f"{before}{self._moment:%H:%M}"

    def _counts(self, new: int, updates: Collection[Update]) -> str:
        """Return "3 new, 1 changed, 1 removed"; new ones are left out where there are only
        others."""
        ngettext = self._tongue.ngettext
        of_reason = Counter(update.reason for update in updates)
        changed, removed = of_reason[Reason.CHANGED], of_reason[Reason.REMOVED]
        returned = of_reason[Reason.RETURNED]
        told = [ngettext("%(num)s new", "%(num)s new", new)] if new or not updates else []
        if changed:
            told.append(ngettext("%(num)s changed", "%(num)s changed", changed))
        if removed:
            told.append(ngettext("%(num)s removed", "%(num)s removed", removed))
        if returned:
            told.append(ngettext("%(num)s returned", "%(num)s returned", returned))
        return self._tongue.listed(told)


def schedule(value: Schedule, tongue: Tongue) -> str:
    """Return a schedule in words: "weekly on Monday at 07:00"."""
    if value.at is None:
        hourly = value.cadence is Cadence.HOURLY
        return tongue.gettext("hourly") if hourly else tongue.gettext("at once")
    time = f"{value.at:%H:%M}"
    if value.weekday is None:
        return tongue.gettext("daily at %(time)s", time=time)
    weekday = tongue.weekday(value.weekday)
    return tongue.gettext("weekly on %(weekday)s at %(time)s", weekday=weekday, time=time)
