"""Hostile and huge digests, drawn by chance: everything that a digest tells, in any number, length
and script. All invented."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

from builders import a_feed, a_feed_state, a_match, a_record, a_subscriber, an_entry, an_evidence
from hrwatch.model.articles import Change, Copy, CopyKind, Record
from hrwatch.model.evidence import Standing, Visit
from hrwatch.model.feeds import Coverage, Feed, FeedState, Outcome, PublisherType, State
from hrwatch.model.mail import (
    Beginning,
    Cadence,
    Detail,
    Earlier,
    Grouping,
    Interest,
    MailKind,
    Match,
    Quiet,
    Reason,
    Schedule,
    Subscriber,
)
from hrwatch.model.tags import Field, Kind, Relation, Tag
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.tongue import LANGUAGES
from hrwatch.stages.digest.view import Composition, Occasion
from hrwatch.text import clean

NOW = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)
CODES = "AF AR BA BD BF BI BY CD CF CG CN CO CU EG ER ET GE GN GT HN HT ID IL IN IQ IR KE KG KZ MX"
COUNTRIES = tuple(CODES.split())
WORDS = (
    "torture",
    "prisoners",
    "пытках",
    "تعذيب",
    "拷问",
    "ทรมาน",
    "עינויים",
    "🙂",
    "<b>",
    "a&b",
    "x.",
)
# What stands in a title or a text now and then, and must do no harm there.
ODD = (
    "",
    " ",
    "[7] A number at the beginning",
    "x" * 5_000,
    "虚构" * 2_500,
    "ทรมาน" * 300,
    "تعذيب" * 700,
    "עינויים " * 200,
    "𠀀" * 400,
    "e\u0301\u0302\u0303" * 200,
    "\u2067unclosed \u202eoverride",
    "%(num)s {{ 7 * 7 }} {% raw %}",
    '<li value="3"></ul></body><script>x</script>',
    "line\nline\n\n[9] line\n======\n-- \nhrwatch",
    "&amp;&#160;& 160;",
    "👩\u200d👩\u200d👧" * 150,
    "URGENT. Feeds with problems",
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A digest to be, and what of it has to be found in its pages."""

    reader: Subscriber
    composition: Composition
    failing: tuple[str, ...]  # what the feeds with problems are called, each once


def a_text(chance: Random, words: int) -> str:
    """Return words of some scripts, or something odd."""
    if chance.random() < 0.2:
        return chance.choice(ODD)
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, words)))


def a_reader(chance: Random, languages: Sequence[str]) -> Subscriber:
    """Return somebody who asked for much or little."""
    countries = tuple(chance.sample(COUNTRIES, chance.choice((0, 1, 3, 30))))
    keywords = tuple(f"issue-{n}" for n in range(chance.choice((0, 1, 3, 80))))
    cadence = chance.choice(list(Cadence))
    has_day = cadence in (Cadence.DAILY, Cadence.WEEKLY)
    weekday = 0 if cadence is Cadence.WEEKLY else None
    return replace(
        a_subscriber(),
        name=chance.choice(("desk", "x" * 60, "مكتب")),
        interest=Interest(
            countries=countries,
            keywords=keywords,
            feeds=tuple(f"feed-{n:04}" for n in range(chance.choice((0, 0, 40)))),
            exclude_keywords=tuple(f"not-{n}" for n in range(chance.choice((0, 30)))),
            query=chance.choice((None, "torture OR " * 60 + "пытки")),
            relation=chance.choice(list(Relation)),
            roll_up=chance.random() < 0.5,
        ),
        schedule=Schedule(cadence, time(7) if has_day else None, weekday),
        timezone=chance.choice(("UTC", "Europe/Vilnius", "America/Argentina/Buenos_Aires")),
        subject=chance.choice(("full", "discreet")),
        urgent=chance.choice((0, 3)),
        quiet=chance.choice((None, Quiet(time(22), time(6, 30)))),
        empty=chance.random() < 0.5,
        mail_language=chance.choice(languages),
        group_by=chance.choice(list(Grouping)),
        text_only=chance.random() < 0.5,
        detail=chance.choice(list(Detail)),
        pgp_key_file=Path("k.asc") if chance.random() < 0.2 else None,
    )


def _tags(chance: Random, text: str) -> tuple[Tag, ...]:
    """Return what an article is about: little as a rule, now and then all there is."""
    many = chance.random() < 0.1
    values = [f"issue-{n}" for n in chance.sample(range(80), chance.randint(0, 70 if many else 3))]
    values += chance.sample(COUNTRIES, chance.randint(0, len(COUNTRIES) if many else 3))
    found = []
    for value in values:
        evidence = tuple(
            an_evidence(
                found=chance.choice(("word", "пытка", "拷问" * 9, "x" * 80)) + str(n),
                field=chance.choice(list(Field)),
                offset=chance.randint(0, max(0, len(text) - 1)),
                length=chance.randint(0, 12),
            )
            for n in range(chance.randint(0, 12 if many else 2))
        )
        kind = Kind.KEYWORD if value.startswith("issue") else Kind.COUNTRY
        found.append(Tag(kind, value, chance.choice(list(Relation)), evidence))
    return tuple(found)


def _record(chance: Random, number: int, feeds: int) -> Record:
    text = clean(a_text(chance, 300))
    address = chance.choice(
        (
            f"https://wire.example/{number}",
            f"https://wire.example/{number}?" + "я" * chance.choice((20, 1_950)),
            f"https://wire.example/{number}/" + "x" * chance.choice((90, 3_900, 9_000)),
            "javascript:alert(1)",
            "",
        )
        if chance.random() < 0.3
        else (f"https://wire.example/{number}",)
    )
    change = None
    if chance.random() < 0.3:
        change = Change(
            title=chance.choice((None, ("Before", "After"))),
            added=tuple(a_text(chance, 40) for _ in range(chance.choice((0, 2, 200)))),
            removed=tuple(a_text(chance, 40) for _ in range(chance.choice((0, 2, 200)))),
            replaced=(("12 people", "13 people"),) * chance.choice((0, 1, 50)),
            more_added=chance.choice((0, 500)),
        )
    name = f"{number:032x}"
    seen_at = NOW - timedelta(minutes=chance.randint(0, 3_000))
    return replace(
        a_record(
            name,
            entry=an_entry(
                guid=name,
                permalink=address,
                published_at=chance.choice((None, seen_at, seen_at - timedelta(days=900))),
            ),
            title=a_text(chance, 40),
            text=text,
            tags=_tags(chance, text),
            first_seen_at=seen_at,
        ),
        feed=f"feed-{chance.randrange(feeds):04}",
        permalink=address if address.startswith("https") else "",
        language=chance.choice(("en", "ru", "ar", "zh", "th", "he", "und", "", "xx")),
        version=3 if change else 1,
        change=change,
        seen_at=NOW - timedelta(hours=1) if change else seen_at,
    )


def _copies(chance: Random, original: Record, number: int) -> list[Record]:
    kinds = list(CopyKind)
    return [
        replace(
            _record(chance, 1_000_000 + 1_000 * number + place, 500),
            story=original.story,
            copy=Copy(original.id, chance.choice(kinds), chance.random()),
        )
        for place in range(chance.choice((1, 5, 40, 300)))
    ]


def _matches(chance: Random, record: Record, copies: Sequence[Record]) -> list[Match]:
    found = []
    for told in (record, *copies[: chance.choice((0, 0, 2, 20))]):
        because = tuple(tag for tag in told.tags if chance.random() < 0.7)
        reason = chance.choice((Reason.NEW, Reason.NEW, Reason.NEW, *Reason))
        relation = chance.choice((Relation.SUBJECT, Relation.SUBJECT, Relation.MENTION))
        found.append(a_match(told, relation=relation, reason=reason, because=because))
    return found


def _feeds(chance: Random, number: int) -> dict[str, Feed]:
    return {
        f"feed-{n:04}": a_feed(
            name=f"feed-{n:04}",
            publisher=chance.choice((f"The Wire {n}", "صحيفة مختلقة", "虚构" * 80, "W" * 90, "")),
            publisher_type=chance.choice((None, *PublisherType)),
        )
        for n in range(number)
    }


def _state(chance: Random, number: int) -> FeedState:
    # Beyond the feeds above, so that each is called by its own name.
    return a_feed_state(
        feed=f"failing-{number:04}-" + chance.choice(("", "x" * 50)),
        state=chance.choice(list(State)),
        outcome=Outcome.FAILED,
        failing_since=chance.choice((None, NOW - timedelta(days=9))),
        last_polled_at=chance.choice((None, NOW)),
        newest_entry_at=chance.choice((None, NOW - timedelta(days=30))),
    )


def draw(chance: Random, largest: int, languages: Sequence[str] = LANGUAGES) -> Drawn:
    """Return a digest of up to so many stories."""
    reader = a_reader(chance, languages)
    feeds = _feeds(chance, 50)
    matches: list[Match] = []
    stories: dict[str, tuple[Record, ...]] = {}
    for number in range(chance.choice((0, 1, chance.randint(2, 29), chance.randint(30, largest)))):
        record = _record(chance, number, 50)
        copies = _copies(chance, record, number) if chance.random() < 0.08 else []
        stories[record.story] = (record, *copies)
        matches += _matches(chance, record, copies)
    states = tuple(
        _state(chance, n) for n in range(chance.choice((0, 3, 31, chance.randint(100, 40 * 30))))
    )
    labels = {f"issue-{n}": f"Issue {n} " + chance.choice(("", "of note " * 9)) for n in range(80)}
    older = {match.record.id for match in matches if match.reason is not Reason.NEW}
    visits = {
        id_: Visit(
            record=id_,
            feed="wire",
            url="https://wire.example/1",
            standing=Standing.REMOVED,
            last_visit_at=NOW,
            missing=3,
            missing_since=NOW - timedelta(days=2),
            status=chance.choice((404, 410, 451)),
        )
        for id_ in older
        if chance.random() < 0.8
    }
    told = {id_: Earlier(NOW - timedelta(days=9), NOW - timedelta(days=3), 1) for id_ in older}
    kind = MailKind.URGENT if chance.random() < 0.1 else MailKind.DIGEST
    composition = compose(
        reader,
        tuple(chance.sample(matches, len(matches))),
        coverage=Coverage(len(states) + 4, 4, states),
        window=None,
        now=NOW,
        stories=stories,
        feeds=feeds,
        labels=labels,
        version="1.0",
        told=told,
        visits=visits,
        occasion=Occasion(
            kind=kind,
            alerts=chance.choice((None, 0, 3)),
            muted=chance.choice((0, 40)),
            begins=chance.choice((None, Beginning(NOW - timedelta(days=1)))),
            replies=chance.random() < 0.5,
        ),
    )
    failing = () if kind is MailKind.URGENT else tuple(state.feed for state in states)
    return Drawn(reader, composition, failing)
