"""What became of an article that was told before, in sentences. Pure; used by render.

Of what is gone it says what was seen, and how often; not why.
"""

from dataclasses import dataclass

from hrwatch import text
from hrwatch.model.evidence import Visit
from hrwatch.model.mail import Reason
from hrwatch.stages.digest.layout import isolate
from hrwatch.stages.digest.times import Times
from hrwatch.stages.digest.view import Update

_STATES = {
    Reason.CHANGED: "CHANGED",
    Reason.REMOVED: "REMOVED from its address",
    Reason.RETURNED: "RETURNED to its address",
}
_ANSWERS = {404: '"404 not found"', 410: '"410 gone"'}


@dataclass(frozen=True, slots=True)
class Fates:
    """The sentences, with the times of one digest."""

    times: Times

    def state(self, update: Update) -> str:
        """Return what became of it: "CHANGED since your digest of 19 November"."""
        if update.reason is Reason.CHANGED and update.earlier:
            return f"CHANGED since your digest of {self.times.whole_day(update.earlier.last_at)}"
        return _STATES[update.reason]

    def state_in_short(self, update: Update) -> str:
        """Return the same where only titles stand."""
        if update.changed:
            return f"CHANGED ({update.changed.line})"
        doubt = " (may be a site change)" if update.reason is Reason.REMOVED else ""
        return f"{_STATES[update.reason]}{doubt}"

    def first_told(self, update: Update) -> str:
        """Return which digest told of it first; empty where that is not known."""
        if update.earlier is None:
            return ""
        return f"First in your digest of {self.times.whole_day(update.earlier.first_at)}."

    def sentences(self, update: Update) -> tuple[str, ...]:
        """Return what is known of it."""
        told = self._known(update)
        if update.also:
            also = ", ".join(map(isolate, update.also))
            told = (*told, f"The same is to be said of this story at: {also}.")
        return told

    def _known(self, update: Update) -> tuple[str, ...]:
        if update.reason is Reason.CHANGED:
            seen = f"Change seen {self.times.with_utc(update.seen_at)}. Version {update.version}"
            # What is told of a change is told from the version before, which may be a later one.
            told = update.earlier.version if update.earlier else update.version - 1
            skips = told < update.version - 1
            seen += f"; that digest told version {told}." if skips else "."
            what = "What changed last" if skips else "What changed"
            return (seen, f"{what}: {update.changed.line}.") if update.changed else (seen,)
        if update.reason is Reason.REMOVED:
            doubt = "This may be a site change, not a withdrawal."
            return _missing(update.visit, self.times), doubt
        seen_at = update.visit.last_visit_at if update.visit else None
        seen = f", seen {self.times.with_utc(seen_at)}" if seen_at else ""
        return (f"The address shows the article again{seen}.",)


def _missing(visit: Visit | None, times: Times) -> str:
    """Return what visits found, and nothing that they did not."""
    last_at = None if visit is None else visit.missing_until or visit.last_visit_at
    if visit is None or visit.missing_since is None or last_at is None:
        return "The address answered more than once that there is no such page."
    answer = _ANSWERS.get(visit.status or 0, "that there is no such page")
    since, until = times.in_utc(visit.missing_since), times.in_utc(last_at)
    checks = text.counted(visit.missing, "check")
    return f"The address answered {answer} on {checks}, from {since} to {until} UTC."
