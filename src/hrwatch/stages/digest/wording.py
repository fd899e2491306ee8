"""The sentences of a digest, the same for text and HTML, in its subscriber's language. Pure; used
by render.

What comes from feeds is isolated where it runs against the mail; escaping is the templates' matter.
"""

from collections import Counter
from collections.abc import Collection
from zoneinfo import ZoneInfo

from hrwatch.model.mail import Cadence, MailKind, Reason
from hrwatch.stages.digest import names
from hrwatch.stages.digest.asking import why
from hrwatch.stages.digest.bylines import Bylines
from hrwatch.stages.digest.fates import Fates
from hrwatch.stages.digest.items import ItemWords
from hrwatch.stages.digest.periods import period
from hrwatch.stages.digest.replying import commands
from hrwatch.stages.digest.reports import Reports
from hrwatch.stages.digest.times import Times
from hrwatch.stages.digest.tongue import msgid, speaking
from hrwatch.stages.digest.view import (
    Composition,
    Section,
    Sheet,
    Update,
)

SUBJECT_LIMIT = 70
_NAMED_IN_SHORT = 3
_KINDS = {
    Cadence.AT_ONCE: msgid("Update"),
    Cadence.HOURLY: msgid("Hourly digest"),
    Cadence.DAILY: msgid("Daily digest"),
    Cadence.WEEKLY: msgid("Weekly digest"),
}


class Wording(ItemWords):
    """The sentences of one digest, in its subscriber's language and time zone."""

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        self._tongue = speaking(composition.subscriber.mail_language)
        self._zone = ZoneInfo(composition.subscriber.timezone)
        opened = composition.window.opened_at if composition.window else composition.now
        self._moment = opened.astimezone(self._zone)
        super().__init__(Times(self._zone, composition.now, self._tongue))
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
        urgent = f"{self.urgent()}{tongue.colon}" if self._is_urgent() else ""
        head = urgent + self._counts(composition.new, composition.updates)
        if about := self._one_keyword():
            subject = f"[hrwatch] {about}{tongue.colon}{head} ({tongue.listed(counts)})"
            if counts and len(subject) <= limit:
                return subject
        head = f"[hrwatch] {head}"
        for shown in range(len(counts), 0, -1):
            left = sum(of_country[code] for code in ranked[shown:])
            tail = [tongue.ngettext("%(num)s elsewhere", "%(num)s elsewhere", left)] if left else []
            subject = f"{head} ({tongue.listed(counts[:shown] + tail)})"
            if len(subject) <= limit:
                return subject
        if len(head) <= limit:
            return head
        # Four numbers with their words are too long in some languages.
        new = tongue.ngettext("%(num)s new", "%(num)s new", composition.new)
        return f"[hrwatch] {urgent}{tongue.some([new], len(composition.updates))}"

    def _one_keyword(self) -> str:
        """Return the one keyword that was asked for: by its id in English, which is short."""
        asked = self._composition.subscriber.interest.keywords
        if len(asked) != 1:
            return ""
        label = self._composition.asked.keywords[0]
        return names.keyword(asked[0], {}, self._tongue) if self._tongue.code == "en" else label

    def heading(self, page: int = 1, pages: int = 1) -> str:
        """Return the heading: "Daily digest, Sunday 22 November 2026"."""
        parts = [self._kind(), self._tongue.full_date(self._moment)]
        if time := self._time(""):
            parts.append(time)
        if pages > 1:
            parts.append(self.part(page, pages))
        return self._tongue.listed(parts)

    def period(self) -> str:
        """Return the period that the digest tells of, and how much in it is older."""
        return period(self._composition, self._times)

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

    def more_sections(self, page: Sheet) -> str:
        """Return what the list of sections counts together; empty for nothing. The counts of the
        list add up with it."""
        composition = self._composition
        others = composition.sections[len(composition.sections) - page.more_sections :]
        if not page.more_sections:
            return ""
        updates = [update for section in others for update in section.updates]
        counts = self._counts(sum(len(section.stories) for section in others), updates)
        ngettext = self._tongue.ngettext
        told = ngettext("%(num)s more group", "%(num)s more groups", len(others))
        return f"{told}{self._tongue.colon}{counts}"

    def why(self) -> str:
        """Return why the subscriber gets this: what they asked for."""
        return why(self._composition, self._tongue, self._times.zone_at(self._composition.now))

    def sender(self) -> str:
        """Return what wrote the mail, and who runs that where they want it told."""
        version, contact = self._composition.version, self._composition.occasion.contact
        if not contact:
            return f"hrwatch {version}"
        return self._tongue.gettext(
            "hrwatch %(version)s, run by %(contact)s",
            version=version,
            contact=self._tongue.isolate(contact),
        )

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
