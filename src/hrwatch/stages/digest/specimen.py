"""An invented composition that holds one of everything a digest may tell, to try templates on."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hrwatch.model.articles import CopyKind
from hrwatch.model.evidence import Standing, Visit
from hrwatch.model.feeds import Coverage, FeedState, PublisherType, State
from hrwatch.model.mail import (
    Beginning,
    Cadence,
    Earlier,
    Interest,
    MailKind,
    Reason,
    Schedule,
    Subscriber,
    Window,
)
from hrwatch.model.tags import Field, Relation
from hrwatch.stages.digest.view import (
    Asked,
    Changed,
    Composition,
    Likeness,
    MatchedTag,
    Mention,
    NoExtract,
    Occasion,
    Piece,
    Report,
    Section,
    Story,
    Trouble,
    Undated,
    Update,
    Word,
)

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
_EARLIER = NOW - timedelta(days=3)
_LINK = "https://news.invalid/1"
_CONTACT = "an invented desk <desk@example.org>"


def specimens() -> tuple[Composition, ...]:
    """Return a daily digest, one of nothing new, an urgent alert, and one of several pages."""
    return _daily(), _composed((), (), Occasion()), _urgent(), _long()


def _daily() -> Composition:
    stories = (_story(1), _untitled(2), _arabic(3))
    updates = tuple(
        _update(number, reason)
        for number, reason in enumerate((Reason.CHANGED, Reason.REMOVED, Reason.RETURNED), 4)
    )
    section = Section("BY", "Belarus", stories, updates)
    mentions = (Mention("Mexico", _story(7)), Mention("", _untitled(8)))
    return _composed(
        (section,),
        mentions,
        Occasion(alerts=1, muted=2, begins=Beginning(_EARLIER), contact=_CONTACT, replies=True),
    )


def _urgent() -> Composition:
    section = Section("", "Other", (_story(1),))
    return _composed(
        (section,),
        (),
        Occasion(kind=MailKind.URGENT, begins=Beginning(NOW, is_first=True), replies=True),
    )


def _long() -> Composition:
    """Return one of whose groups and feeds with problems the first page cannot hold the list."""
    stories = (_story(1), *(_untitled(number) for number in range(2, 401)))
    sections = tuple(
        Section(
            f"invented-{n}",
            f"An issue whose name is as long as no name ever should be {n}",
            pair,
        )
        for n, pair in enumerate(zip(stories[::2], stories[1::2], strict=True))
    )
    long = _composed(sections, (), Occasion())
    return replace(long, troubles=long.troubles * 900)


def _composed(
    sections: tuple[Section, ...], mentions: tuple[Mention, ...], occasion: Occasion
) -> Composition:
    failing = FeedState("invented", _LINK, state=State.GONE, failing_since=_EARLIER)
    return Composition(
        subscriber=Subscriber(
            "nobody",
            "nobody@example.org",
            Interest(countries=("BY",), query="torture", roll_up=True),
            Schedule(Cadence.DAILY, time(7)),
            urgent=3,
        ),
        window=Window("2026-11-22", NOW, NOW.date()),
        now=NOW,
        sections=sections,
        mentions=mentions,
        troubles=(Trouble("The Invented Post", failing),),
        asked=Asked(("Belarus",), ("Torture",), ("English",), (), ("The Invented Times",)),
        coverage=Coverage(3, 2, (failing,)),
        matches=(),
        numbers=(),
        version="1.0",
        occasion=occasion,
    )


def _story(number: int) -> Story:
    return Story(
        number=number,
        title="Invented witnesses tell of <torture> & beatings",
        publisher="The Invented Post",
        language="English",
        language_code="en",
        link=_LINK,
        published_at=NOW - timedelta(hours=9),
        time_given=True,
        undated=None,
        first_seen_at=NOW - timedelta(hours=8),
        keywords=(
            MatchedTag(
                "Torture",
                (Word("tortured", (Field.TEXT,)),),
                (Field.TEXT,),
                Relation.SUBJECT,
                more_words=2,
            ),
        ),
        countries=(
            MatchedTag(
                "Belarus", (Word("Minsk", (Field.TITLE,)),), (Field.TITLE,), Relation.SUBJECT
            ),
        ),
        also_tagged=("Prison conditions",),
        also_named=("Mexico",),
        more_keywords=1,
        more_countries=2,
        more_tagged=3,
        more_named=4,
        snippet=(Piece("They were "), Piece("tortured", marked=True), Piece(", they said.")),
        also=(_report(), _report(original=True)),
        more_also=3,
        reference="invented1",
        sha256="0" * 64,
        no_extract=None,
        page_missing=True,
        version=2,
        seen_at=NOW - timedelta(hours=1),
        publisher_type=PublisherType.NGO,
        from_list=True,
        translated=True,
        publishers_offset=-360,
    )


def _untitled(number: int) -> Story:
    """Return a story of which next to nothing is known."""
    return Story(
        number=number,
        title="(no title)",
        publisher="invented",
        language="language not known",
        language_code="",
        link="",
        published_at=None,
        time_given=False,
        undated=Undated.NOT_GIVEN,
        first_seen_at=NOW,
        keywords=(),
        countries=(),
        also_tagged=(),
        also_named=(),
        snippet=(),
        also=(),
        more_also=0,
        reference="invented2",
        sha256="",
        no_extract=NoExtract.TERMS,
        page_missing=False,
    )


def _arabic(number: int) -> Story:
    return Story(
        number=number,
        title="تقرير مختلق عن سجن",
        publisher="صحيفة مختلقة",
        language="Arabic",
        language_code="ar",
        link=_LINK,
        published_at=_EARLIER,
        time_given=False,
        undated=None,
        first_seen_at=NOW,
        keywords=(),
        countries=(),
        also_tagged=(),
        also_named=(),
        snippet=(Piece("نص مختلق."),),
        also=(),
        more_also=0,
        reference="invented3",
        sha256="",
        no_extract=None,
        page_missing=False,
    )


def _report(*, original: bool = False) -> Report:
    return Report(
        publisher="The Invented Times",
        language_code="fr",
        title="Le même récit, inventé",
        link=_LINK,
        told_at=_EARLIER,
        published=True,
        time_given=True,
        likeness=Likeness(CopyKind.NEAR_TEXT, 0.9),
        original=original,
    )


def _update(number: int, reason: Reason) -> Update:
    is_change = reason is Reason.CHANGED
    visit = Visit(
        record="invented4",
        feed="invented",
        url=_LINK,
        standing=Standing.THERE if reason is Reason.RETURNED else Standing.REMOVED,
        last_visit_at=NOW,
        missing=3,
        missing_since=_EARLIER,
        status=404,
    )
    return Update(
        number=number,
        reason=reason,
        title="An invented case",
        publisher="The Invented Post",
        language="English",
        language_code="en",
        link=_LINK,
        earlier=Earlier(_EARLIER, _EARLIER, 1),
        seen_at=NOW,
        version=2,
        changed=Changed("title unchanged", ("Put in.",), "and 1 more", True) if is_change else None,
        visit=visit,
        also=("The Invented Times",),
        more_also=13,
        reference="invented4",
        sha256="0" * 64,
        publisher_type=PublisherType.NGO,
    )
