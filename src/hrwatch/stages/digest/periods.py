"""The period that a digest tells of, in words. Pure; used by wording.

Periods join: each begins where the one before it ended, so that a reader who has both mails knows
that nothing between them was left out, and who misses one sees that.
"""

from datetime import datetime, timedelta

from hrwatch.stages.digest.times import Times
from hrwatch.stages.digest.tongue import msgid
from hrwatch.stages.digest.view import Composition

# An article is first seen when the visit to its feed begins, and archived when the pages of all
# that is new there are read: as late as that it is no older than its period.
_READING = timedelta(hours=1)
_FIRST = msgid("Period: %(since)s, when your subscription began, to %(until)s, %(zone)s.")
_NEXT = msgid("Period: %(since)s to %(until)s, %(zone)s.")


def period(composition: Composition, times: Times) -> str:
    """Return from when to when a digest tells what was found, in its subscriber's time, and how
    many of its stories are older."""
    gettext, ngettext = times.tongue.gettext, times.tongue.ngettext
    begins, now = composition.occasion.begins, composition.now
    if begins is None:
        until, zone = times.short(now), times.zone_at(now)
        return gettext("Period: until %(until)s, %(zone)s.", until=until, zone=zone)
    since, until, zone = _bounds(min(begins.at, now), now, times)
    sentence = _FIRST if begins.is_first else _NEXT
    told = gettext(sentence, since=since, until=until, zone=zone)
    if older := _older(composition, begins.at - _READING):
        late = ngettext(
            "%(num)s story was first seen before that and is told only now.",
            "%(num)s stories were first seen before that and are told only now.",
            older,
        )
        return f"{told} {late}"
    return told


def _bounds(since: datetime, until: datetime, times: Times) -> tuple[str, str, str]:
    """Return both ends and the zone in words: "Sat 21 Nov 07:00", "Sun 22 Nov 07:00", "Vilnius time
    (UTC+2)". Where clocks changed between, the offset stands with each; seconds stand where the
    minute is the same."""
    first, last = times.short(since), times.short(until)
    if first == last:
        first, last = f"{first}:{since:%S}", f"{last}:{until:%S}"
    if times.offset(since) == times.offset(until):
        return first, last, times.zone_at(until)
    return f"{first} ({times.offset(since)})", f"{last} ({times.offset(until)})", times.clock()


def _older(composition: Composition, begun: datetime) -> int:
    """Return how many stories were first seen before then, in the version that is told."""
    stories = [story for section in composition.sections for story in section.stories]
    stories += [mention.story for mention in composition.mentions]
    return sum((story.seen_at or story.first_seen_at) < begun for story in stories)
