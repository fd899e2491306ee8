"""What became of an article that was told before, in sentences. Pure; used by render.

Of what is gone it says what was seen, and how often; not why.
"""

from dataclasses import dataclass

from hrwatch.model.evidence import Visit
from hrwatch.model.mail import Reason
from hrwatch.stages.digest.times import Times
from hrwatch.stages.digest.tongue import msgid
from hrwatch.stages.digest.view import Update

_STATES = {
    Reason.CHANGED: msgid("CHANGED"),
    Reason.REMOVED: msgid("REMOVED from its address"),
    Reason.RETURNED: msgid("RETURNED to its address"),
}
_ANSWERS = {404: msgid("404 not found"), 410: msgid("410 gone")}


@dataclass(frozen=True, slots=True)
class Fates:
    """The sentences, with the times of one digest and in its language."""

    times: Times

    def state(self, update: Update) -> str:
        """Return what became of it: "CHANGED since your digest of 19 November"."""
        if update.reason is Reason.CHANGED and update.earlier:
            date = self.times.whole_day(update.earlier.last_at)
            return self.times.tongue.gettext("CHANGED since your digest of %(date)s", date=date)
        return self.times.tongue.gettext(_STATES[update.reason])

    def state_in_short(self, update: Update) -> str:
        """Return the same where only titles stand."""
        gettext = self.times.tongue.gettext
        state = gettext(_STATES[update.reason])
        is_removed = update.reason is Reason.REMOVED
        if update.changed:
            return f"{state} ({update.changed.line})"
        return f"{state} ({gettext('may be a site change')})" if is_removed else state

    def first_told(self, update: Update) -> str:
        """Return which digest told of it first; empty where that is not known."""
        if update.earlier is None:
            return ""
        date = self.times.whole_day(update.earlier.first_at)
        return self.times.tongue.gettext("First in your digest of %(date)s.", date=date)

    def sentences(self, update: Update) -> tuple[str, ...]:
        """Return what is known of it."""
        told = self._known(update)
        if update.also:
            tongue = self.times.tongue
            also = tongue.some([*map(tongue.isolate, update.also)], update.more_also)
            same = tongue.gettext("The same is to be said of this story at: %(also)s.", also=also)
            told = (*told, same)
        return told

    def _known(self, update: Update) -> tuple[str, ...]:
        gettext = self.times.tongue.gettext
        if update.reason is Reason.CHANGED:
            return self._change(update)
        if update.reason is Reason.REMOVED:
            return self._missing(update.visit), gettext(
                "This may be a site change, not a withdrawal."
            )
        seen_at = update.visit.last_visit_at if update.visit else None
        if seen_at is None:
            return (gettext("The address shows the article again."),)
        when = self.times.with_utc(seen_at)
        return (gettext("The address shows the article again, seen %(when)s.", when=when),)

    def _change(self, update: Update) -> tuple[str, ...]:
        gettext = self.times.tongue.gettext
        when, version = self.times.with_utc(update.seen_at), update.version
        # What is told of a change is told from the version before, which may be a later one.
        told = update.earlier.version if update.earlier else version - 1
        skips = told < version - 1
        if skips:
            seen = gettext(
                "Change seen %(when)s. Version %(version)s; that digest told version %(told)s.",
                when=when,
                version=version,
                told=told,
            )
        else:
            seen = gettext("Change seen %(when)s. Version %(version)s.", when=when, version=version)
        if update.changed is None:
            return (seen,)
        what = update.changed.line
        if skips:
            told_what = gettext("What changed last: %(what)s.", what=what)
        else:
            told_what = gettext("What changed: %(what)s.", what=what)
        if not (update.changed.names_taken and update.earlier):
            return seen, told_what
        # A publisher who does this fears for somebody; the mails of before are out of our hands.
        return (
            seen,
            told_what,
            gettext(
                "Earlier digests may still hold a name that was taken out: take care who sees them."
            ),
        )

    def _missing(self, visit: Visit | None) -> str:
        """Return what visits found, and nothing that they did not."""
        tongue = self.times.tongue
        last_at = None if visit is None else visit.missing_until or visit.last_visit_at
        if visit is None or visit.missing_since is None or last_at is None:
            return tongue.gettext("The address answered more than once that there is no such page.")
        since, until = self.times.in_utc(visit.missing_since), self.times.in_utc(last_at)
        status = visit.status or 0
        if status not in _ANSWERS:
            return tongue.ngettext(
                "The address answered that there is no such page on %(num)s check, "
                "from %(since)s to %(until)s UTC.",
                "The address answered that there is no such page on %(num)s checks, "
                "from %(since)s to %(until)s UTC.",
                visit.missing,
                since=since,
                until=until,
            )
        return tongue.ngettext(
            "The address answered %(answer)s on %(num)s check, from %(since)s to %(until)s UTC.",
            "The address answered %(answer)s on %(num)s checks, from %(since)s to %(until)s UTC.",
            visit.missing,
            answer=tongue.quoted(tongue.gettext(_ANSWERS[status])),
            since=since,
            until=until,
        )
