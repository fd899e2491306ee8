"""Who else reported a story, when, and how like the shown report theirs is, in words. Pure; used by
wording."""

from dataclasses import dataclass
from datetime import UTC
from math import floor

from hrwatch.model.articles import CopyKind
from hrwatch.stages.digest import names
from hrwatch.stages.digest.times import Times
from hrwatch.stages.digest.tongue import Tongue, msgid
from hrwatch.stages.digest.view import Likeness, Report

# What is said of likeness to the shown report, and to the original where that is another.
_ALIKE = {
    CopyKind.SAME_PERMALINK: (msgid("same page"), msgid("same page as the original's")),
    CopyKind.SAME_TEXT: (msgid("same text"), msgid("same text as the original")),
    CopyKind.TRANSLATION: (msgid("translation"), msgid("translation of the original")),
    CopyKind.NEAR_TEXT: (
        msgid("%(share)s of it the same"),
        msgid("%(share)s of it the same as the original"),
    ),
    CopyKind.CONTAINED: (
        msgid("shorter, %(share)s of it in this"),
        msgid("shorter, %(share)s of it in the original"),
    ),
}
_LONGER = (msgid("holds %(share)s of it"), msgid("holds %(share)s of the original"))


@dataclass(frozen=True, slots=True)
class Reports:
    """The words for other reports, with the times of one digest and in its language."""

    times: Times

    def line(self, report: Report) -> str:
        """Return whose report it is, when it came, and how like the shown one it is."""
        tongue = self.times.tongue
        told_at = report.told_at.astimezone(self.times.zone if report.time_given else UTC)
        when = self.times.day(told_at)
        if report.time_given:
            when += f" {told_at:%H:%M}"
        parts = [
            names.language(report.language_code, tongue),
            when if report.published else tongue.gettext("first seen %(when)s", when=when),
            *_relation(report, tongue),
            *([tongue.gettext("same publisher")] if report.same_house else []),
        ]
        return f"{tongue.isolate(report.publisher)} ({tongue.listed(parts)})"


def _relation(report: Report, tongue: Tongue) -> list[str]:
    """Return what a report is to the shown one."""
    alike = report.likeness
    if report.original and alike and alike.kind is CopyKind.TRANSLATION:
        return [tongue.gettext("the original, of which this is a translation")]
    told = [tongue.gettext("the original")] if report.original else []
    return [*told, _likeness(alike, tongue)] if alike else told


def _likeness(likeness: Likeness, tongue: Tongue) -> str:
    """Return how like the shown report a listed one is, or how like the original."""
    to_shown, to_original = _LONGER if _is_longer(likeness) else _ALIKE[likeness.kind]
    # Rounded down: what is not all the same is not said to be.
    share = tongue.percent(floor(likeness.score * 100 + 1e-9))
    return tongue.gettext(to_original if likeness.of_original else to_shown, share=share)


def _is_longer(likeness: Likeness) -> bool:
    return likeness.kind is CopyKind.CONTAINED and likeness.longer
