"""The weekly report: how hrwatch fares, and what needs doing first. Pure; English, plain text."""

from collections import defaultdict
from collections.abc import Iterator

from hrwatch import text
from hrwatch.model.feeds import State
from hrwatch.model.mail import Page
from hrwatch.model.operating import Affairs, Trouble
from hrwatch.stages.digest.layout import wrap
from hrwatch.stages.digest.operator import words
from hrwatch.stages.digest.operator.words import day, grouped, moment, names, numbered, size, span

_CLOSING = (
    'What each line means: docs/operating.md, "The operator\'s mail". You get this because '
    "mail.operator names your address; mail.report says when, and `report: off` ends it."
)


def report(affairs: Affairs) -> Page:
    """Given how everything stands, return the mail's text."""
    sections = (
        _head(affairs),
        _first(affairs),
        _feeds(affairs),
        _mail(affairs),
        _subscribers(affairs),
        _rejected(affairs),
        _muted(affairs),
        _sizes(affairs),
        iter([wrap(_CLOSING)]),
    )
    body = "\n\n".join("\n".join(lines) for section in sections if (lines := list(section)))
    count = len(grouped(affairs.first))
    to_do = f"{text.counted(count, 'thing')} to do" if count else "nothing to do"
    return Page(f"hrwatch: the week to {day(affairs.now)}, {to_do}", f"{body}\n", "", ())


def _head(affairs: Affairs) -> Iterator[str]:
    yield f"hrwatch {affairs.version}: the week to {moment(affairs.now)}"


def _first(affairs: Affairs) -> Iterator[str]:
    yield "WHAT NEEDS DOING FIRST"
    yield from numbered(affairs.first)
    if not affairs.first:
        yield "Nothing."


def _feeds(affairs: Affairs) -> Iterator[str]:
    count = sum(number for _, number in affairs.states)
    yield f"FEEDS: {count} switched on"
    if affairs.states:
        yield wrap(", ".join(f"{number} {state}" for state, number in affairs.states))
    by_state: dict[State | None, list[Trouble]] = defaultdict(list)
    for one in affairs.failing:
        by_state[one.state].append(one)
    for state, group in by_state.items():
        yield ""
        yield wrap(f"{str(state or 'not read').capitalize()}: {group[0].remedy}.")
        for one in group:
            yield wrap(f"{one.of}{_since(one, affairs)}", first="  - ")
    if affairs.quiet:
        yield ""
        yield wrap("Quiet, for far longer than is usual for them: look at their sites.")
        for feed in affairs.quiet:
            usual = f", usually every {span(feed.rhythm)}" if feed.rhythm else ""
            newest = f"newest {day(feed.newest_at)}" if feed.newest_at else "nothing ever"
            yield wrap(f"{feed.feed}: {newest}{usual}", first="  - ")
    if affairs.only_copies:
        yield ""
        yield wrap("Only copies of what other feeds bring, in four weeks: is it needed?")
        for name, articles in affairs.only_copies:
            yield wrap(f"{name}: {text.counted(articles, 'article')}", first="  - ")
    if affairs.moved:
        yield ""
        yield wrap(
            "Moved for good; the old address still leads there. `hrwatch feeds` shows the line of "
            f"your file to change: {names(affairs.moved)}."
        )


def _since(trouble: Trouble, affairs: Affairs) -> str:
    if trouble.since is None:
        return ""
    return f" since {day(trouble.since)}, for {span(affairs.now - trouble.since)}"


def _mail(affairs: Affairs) -> Iterator[str]:
    traffic = affairs.traffic
    yield "MAIL, this week"
    yield wrap(
        f"Written: {text.counted(traffic.digests, 'digest')}, "
        f"{text.counted(traffic.urgent, 'urgent alert')} to subscribers."
    )
    withdrawn = f", {traffic.withdrawn} withdrawn" if traffic.withdrawn else ""
    yield wrap(
        f"{text.counted(traffic.sent, 'mail')} sent, {traffic.refused} refused for good{withdrawn}."
    )
    if traffic.waiting:
        oldest = traffic.waiting_since
        since = f", the oldest since {moment(oldest)}" if oldest else ""
        yield wrap(f"{text.counted(traffic.waiting, 'mail')} waiting now{since}.")
    else:
        yield "None waits now."
    if traffic.parked:
        yield wrap(
            f"{text.counted(traffic.parked, 'mail')} parked: {words.PARKED}; {words.OF_PARKED}."
        )


def _subscribers(affairs: Affairs) -> Iterator[str]:
    holding = affairs.holding
    yield f"SUBSCRIBERS: {affairs.subscribers}"
    if holding.paused:
        listed = [f"{name} until {first_day}" for name, first_day in holding.paused]
        yield wrap(f"paused: {names(listed)}", first="  - ")
    if holding.stopped:
        yield wrap(f"stopped, by their own reply: {names(holding.stopped)}", first="  - ")
    for name, since, because in holding.suspended:
        told = f"suspended since {day(since)}: {name} ({because})"
        yield wrap(told, first="  - ")
    for name, because in holding.unusable:
        yield wrap(f"mail held, the key cannot be used: {name} ({because})", first="  - ")
    if not any((holding.paused, holding.stopped, holding.suspended, holding.unusable)):
        yield "All of them are written to."


def _rejected(affairs: Affairs) -> Iterator[str]:
    if not affairs.rejected:
        return
    yield "MOST REJECTED, in four weeks (subscribers replied `wrong`)"
    for what, term, articles in affairs.rejected:
        yield wrap(f"{what}, by the term {term}: {text.counted(articles, 'article')}", first="  - ")
    yield wrap("Narrow the term, or leave it out: docs/rules.md.")


def _muted(affairs: Affairs) -> Iterator[str]:
    if not affairs.muted:
        return
    yield "MOST MUTED WORDS (subscribers replied `mute word`)"
    for word, subscribers in affairs.muted:
        yield wrap(f"{word}: {text.counted(subscribers, 'subscriber')}", first="  - ")
    yield wrap("For them, what only such a word found is left out, and counted in their digests.")


def _sizes(affairs: Affairs) -> Iterator[str]:
    sizes = affairs.sizes
    yield "SIZES"
    grown = ""
    if sizes.archive_before is not None and sizes.before_at is not None:
        difference = sizes.archive - sizes.archive_before
        sign = "+" if difference >= 0 else "-"
        grown = f" ({sign}{size(abs(difference))} since the report of {day(sizes.before_at)})"
    yield wrap(f"Archive: {size(sizes.archive)}{grown}.")
    yield wrap(f"Articles: {sizes.records:,}, {sizes.new_records:,} of them new.")
    yield wrap(f"Outbox: {text.counted(sizes.mails, 'mail')}, {size(sizes.mail_bytes)}.")
    if sizes.free is not None:
        yield wrap(f"Free on its disk: {size(sizes.free)}.")
