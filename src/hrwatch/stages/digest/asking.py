"""Why a subscriber gets a digest: what they asked for, in words. Pure; used by wording."""

from collections.abc import Iterable
from itertools import accumulate, islice

from hrwatch import text
from hrwatch.model.mail import Cadence, Schedule
from hrwatch.model.tags import Relation
from hrwatch.stages.digest.tongue import Tongue
from hrwatch.stages.digest.view import Composition

# Of one kind, the others are counted: it stands on every page, of 18 000 bytes some of them.
_ASKED_NAMED = 12
_ASKED_LETTERS = 240
_QUERY_LIMIT = 300


def why(composition: Composition, tongue: Tongue, zone: str) -> str:
    """Given a digest and its time zone in words, return what its subscriber asked for."""

    def listed(names: Iterable[str]) -> str:
        return _named(names, tongue)

    subscriber, asked, gettext = composition.subscriber, composition.asked, tongue.gettext
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
        gettext("feeds %(list)s", list=listed(map(tongue.isolate, asked.feeds)))
        if asked.feeds
        else gettext("all feeds"),
    ]
    if subscriber.interest.roll_up:
        parts.append(gettext("territories with their country"))
    if asked.excluded:
        excluded = listed(map(tongue.isolate, asked.excluded))
        parts.append(gettext("without %(list)s", list=excluded))
    if subscriber.interest.query:
        query = tongue.isolate(text.clean_line(subscriber.interest.query, _QUERY_LIMIT))
        parts.append(gettext("query %(query)s", query=query))
    in_full = subscriber.interest.relation is Relation.MENTION
    parts.append(gettext("mentions in full") if in_full else gettext("main subject only"))
    parts.append(tongue.listed([schedule(subscriber.schedule, tongue), zone]))
    if subscriber.urgent:
        parts.append(
            tongue.ngettext(
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
        name=tongue.quoted(tongue.isolate(subscriber.name)),
        what=tongue.grouped(parts),
    )


def _named(names: Iterable[str], tongue: Tongue) -> str:
    """Return a list that is not too long: the others are counted."""
    told = list(names)
    letters = accumulate(map(len, told))
    fitting = sum(so_far <= _ASKED_LETTERS for so_far in islice(letters, _ASKED_NAMED))
    shown = max(1, fitting)
    return tongue.some(told[:shown], len(told[shown:]))


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
