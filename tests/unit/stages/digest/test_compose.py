"""Composing: groups, order, a story once, and what is shown of each. All stories invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import (
    NOW,
    a_feed,
    a_feed_state,
    a_match,
    a_record,
    a_subscriber,
    a_tag,
    an_article,
    an_entry,
    an_evidence,
)
from hrwatch.model.articles import Copy, CopyKind, Kept, Record
from hrwatch.model.feeds import Coverage, Feed, State
from hrwatch.model.mail import Match, Subscriber
from hrwatch.model.tags import Field, Relation
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.redact import EMAIL, PHONE
from hrwatch.stages.digest.view import Composition, MatchedTag, Story, Undated, Word
from hrwatch.urls import canonical

FEEDS = {
    "wire": a_feed(name="wire", publisher="The Wire"),
    "wire-all": a_feed(name="wire-all", publisher="The Wire"),
    "herald": a_feed(name="herald", publisher="The Herald"),
    "nameless": a_feed(name="nameless"),
}
LABELS = {"torture": "Torture and other ill-treatment", "CN-XJ": "Xinjiang", "HK": "Hong Kong"}
HOUR = timedelta(hours=1)


def composed(
    *matches: Match,
    subscriber: Subscriber | None = None,
    coverage: Coverage | None = None,
    stories: dict[str, tuple[Record, ...]] | None = None,
    feeds: dict[str, Feed] = FEEDS,
) -> Composition:
    """Return what a digest of these matches says."""
    return compose(
        subscriber or a_subscriber(),
        matches,
        coverage=coverage or Coverage(4, 4, ()),
        window=None,
        now=NOW + HOUR,
        stories=stories or {},
        feeds=feeds,
        labels=LABELS,
        version="1.0",
    )


def about(id: str, *values: str, hours_ago: int = 0, **changes: Any) -> Match:
    """Return a match of a record that is about these countries and keywords."""
    entry = an_entry(title=f"Story {id}", published_at=NOW - hours_ago * HOUR)
    record = a_record(id, entry=entry, tags=tuple(a_tag(value) for value in values), **changes)
    return a_match(record)


def passing(match: Match) -> Match:
    """Return the match as one that only mentions what was asked for."""
    return replace(match, relation=Relation.MENTION)


def outline(composition: Composition) -> list[tuple[str, list[str]]]:
    """Return section names with the references of their stories."""
    return [
        (section.name, [story.reference for story in section.stories])
        for section in composition.sections
    ]


def only_story(composition: Composition) -> Story:
    """Return the one story there is."""
    (section,) = composition.sections
    (story,) = section.stories
    return story


def test_compose_groups_by_country_name_and_puts_the_newest_first() -> None:
    composition = composed(
        about("u1", "UA"),
        about("b2", "BY", hours_ago=5),
        about("b1", "BY", hours_ago=2),
        about("x", "torture"),
        about("m1", "MX", hours_ago=1),
    )
    assert outline(composition) == [
        ("Belarus", ["b1", "b2"]),
        ("Mexico", ["m1"]),
        ("Ukraine", ["u1"]),
        ("Other", ["x"]),
    ]
    numbers = [story.number for section in composition.sections for story in section.stories]
    assert numbers == [1, 2, 3, 4, 5]
    assert composition.new == 5


def test_compose_orders_an_undated_story_by_when_it_was_first_seen() -> None:
    undated = about("undated", "BY", first_seen_at=NOW - 3 * HOUR)
    undated = a_match(replace(undated.record, entry=an_entry(published_at=None)))
    composition = composed(about("old", "BY", hours_ago=5), undated, about("new", "BY"))
    assert outline(composition) == [("Belarus", ["new", "undated", "old"])]


@pytest.mark.parametrize(
    ("asked", "tags", "expected"),
    [
        ((), ("BY", "RU"), "Belarus"),
        (("RU", "BY"), ("BY", "RU"), "Russia"),
        (("RU",), ("BY", "RU", "MX"), "Russia"),
        (("FR",), ("MX", "BY"), "Mexico"),
        (("CN-XJ",), ("US", "CN", "CN-XJ"), "China"),
        ((), ("torture",), "Other"),
    ],
)
def test_compose_puts_a_story_once_under_the_first_country_asked_for(
    asked: tuple[str, ...], tags: tuple[str, ...], expected: str
) -> None:
    composition = composed(about("a", *tags), subscriber=a_subscriber(countries=asked))
    assert outline(composition) == [(expected, ["a"])]


def test_compose_puts_a_rolled_up_territory_under_its_own_name() -> None:
    record = a_record(tags=(a_tag("US"), a_tag("HK")))
    match = a_match(record, because=(a_tag("HK"),))
    subscriber = a_subscriber(countries=("CN",), roll_up=True)
    assert outline(composed(match, subscriber=subscriber))[0][0] == "Hong Kong"


def test_compose_never_groups_under_a_country_that_is_only_mentioned() -> None:
    record = a_record(tags=(a_tag("RU", relation=Relation.MENTION), a_tag("BY")))
    subscriber = a_subscriber(countries=("RU", "BY"))
    assert outline(composed(a_match(record), subscriber=subscriber))[0][0] == "Belarus"


def a_story() -> tuple[Record, ...]:
    """Return an original and three that carry it."""
    original = a_record("original", tags=(a_tag("BY"),), first_seen_at=NOW)
    copy = Copy("original", CopyKind.SAME_TEXT, 1.0)
    return (
        original,
        replace(
            original,
            id="herald",
            feed="herald",
            title="Told otherwise",
            copy=copy,
            first_seen_at=NOW - HOUR,
        ),
        replace(original, id="second-feed", feed="wire-all", copy=copy),
        replace(original, id="french", feed="wire-all", language="fr", title="En cour", copy=copy),
    )


def test_compose_shows_a_story_once_by_its_original() -> None:
    records = a_story()
    story = only_story(
        composed(*(a_match(record) for record in reversed(records)), stories={"original": records})
    )
    assert story.reference == "original"
    assert [(report.publisher, report.language_code, report.title) for report in story.also] == [
        ("The Herald", "en", "Told otherwise"),
        ("The Wire", "fr", "En cour"),
    ]


def test_compose_shows_the_earliest_match_where_the_original_is_none() -> None:
    records = a_story()
    story = only_story(
        composed(a_match(records[3]), a_match(records[1]), stories={"original": records})
    )
    assert story.reference == "herald"
    assert [(report.publisher, report.title, report.original) for report in story.also] == [
        ("The Wire", records[0].title, True),
        ("The Wire", "En cour", False),
    ]


def test_compose_shows_the_earliest_of_a_story_but_a_page_as_its_publisher_tells_it() -> None:
    early = a_story()[1]
    carried = replace(early, copy=Copy("original", CopyKind.SAME_PERMALINK, 1.0))
    matches = (a_match(carried), a_match(a_story()[0]))
    assert only_story(composed(*matches)).reference == "original"

    first = a_record("first", tags=(a_tag("BY"),), first_seen_at=NOW - 2 * HOUR)
    copies = [
        replace(first, id=id, copy=Copy("first", CopyKind.NEAR_TEXT, 0.9), story="first")
        for id in ("second", "third")
    ]
    seen = [replace(one, first_seen_at=NOW - n * HOUR) for n, one in enumerate(copies)]
    stories = {"first": (first, *seen)}
    assert only_story(composed(*map(a_match, seen), stories=stories)).reference == "third"


def test_compose_names_no_report_that_was_removed_from_the_archive() -> None:
    original, herald, *_ = a_story()
    gone = replace(herald, title="", kept=Kept.NOTHING)
    story = only_story(composed(a_match(original), stories={"original": (original, gone)}))
    assert story.also == ()


def test_compose_leaves_a_title_out_of_other_reports_where_it_is_the_same() -> None:
    original = a_story()[0]
    copy = replace(original, id="herald", feed="herald", title=original.title.upper() + "!")
    story = only_story(composed(a_match(original), stories={"original": (original, copy)}))
    assert [(report.publisher, report.title) for report in story.also] == [("The Herald", "")]


@pytest.mark.parametrize(
    ("one", "two", "is_one"),
    [
        ({"publisher": "A"}, {"publisher": "A", "url": "https://other.example/"}, True),
        ({"publisher": "A"}, {"publisher": "B"}, False),
        ({"publisher": "A", "org": "ab"}, {"publisher": "B", "org": "ab"}, True),
        ({"org": "a"}, {"org": "b"}, False),
        ({}, {}, True),  # on one domain, and nothing else is told
        ({}, {"url": "https://other.example/"}, False),
    ],
)
def test_compose_knows_a_second_source_from_the_same_publisher(
    one: dict[str, str], two: dict[str, str], is_one: bool
) -> None:
    feeds = {"one": a_feed(name="one", **one), "two": a_feed(name="two", **two)}
    original = replace(a_story()[0], feed="one")
    other = replace(a_story()[1], feed="two")
    stories = {"original": (original, other)}
    (report,) = only_story(composed(a_match(original), stories=stories, feeds=feeds)).also
    assert report.same_house == is_one


def test_compose_keeps_the_address_of_every_report_that_has_one_of_its_own() -> None:
    original = a_story()[0]

    def at(id: str, link: str, **changes: Any) -> Record:
        entry = an_entry(permalink=link)
        copy = Copy("original", CopyKind.SAME_TEXT, 1.0)
        return replace(
            original, id=id, entry=entry, permalink=canonical(link), copy=copy, **changes
        )

    records = (
        original,
        at("same", "http://wire.example/stories/1?utm_source=all", feed="herald"),
        at("mistaken", "http://wire.example/stories/2"),  # the same words, another event
        at("mistaken-again", "http://wire.example/stories/2#top", feed="wire-all"),
        at("elsewhere", "https://herald.example/7", feed="herald", title="Told otherwise"),
        at("unsafe", "javascript:alert(1)", feed="nameless"),
    )
    story = only_story(composed(a_match(original), stories={"original": records}))
    assert {(report.publisher, report.title, report.link) for report in story.also} == {
        ("The Herald", "", ""),
        ("The Wire", "", "http://wire.example/stories/2"),
        ("The Herald", "Told otherwise", "https://herald.example/7"),
        ("nameless", "", ""),
    }


def test_compose_shows_no_contact_in_titles_and_matched_words() -> None:
    title = "Call +375 29 123-45-67: torture@example.org takes reports" + "!" * 300
    words = (
        an_evidence(found="torture", field=Field.TITLE, offset=title.index("torture"), length=7),
        an_evidence(found="tortured"),
        an_evidence(found="8 800 555-35-35", offset=0, length=15),
    )
    original = a_record("a", title=title, tags=(a_tag(evidence=words),))
    copy = replace(original, id="b", feed="herald", title="Write to anna [at] example.org")
    story = only_story(composed(a_match(original), stories={"a": (original, copy)}))
    assert story.title.startswith(f"Call {PHONE}: {EMAIL} takes reports!!")
    assert len(story.title) == 300
    assert [report.title for report in story.also] == [f"Write to {EMAIL}"]
    assert tuple(word.text for word in story.keywords[0].words) == (EMAIL, "tortured", PHONE)


def test_compose_puts_mentions_at_the_end_and_counts_them_apart() -> None:
    composition = composed(passing(about("m", "RU")), about("b", "BY"))
    assert outline(composition) == [("Belarus", ["b"])]
    assert [(mention.country, mention.story.number) for mention in composition.mentions] == [
        ("Russia", 2)
    ]
    assert composition.new == 1


def test_compose_does_not_mention_again_what_it_tells_in_full() -> None:
    records = a_story()
    composition = composed(
        passing(a_match(records[1])), a_match(records[2]), stories={"original": records}
    )
    assert composition.mentions == ()
    assert only_story(composition).reference == "second-feed"


def test_compose_answers_for_every_match_that_was_given() -> None:
    matches = (about("a", "BY"), passing(about("b", "RU")), about("c", "BY", story="a"))
    assert composed(*matches).matches == matches


def test_compose_says_which_words_are_the_publishers_and_what_the_feed_decided() -> None:
    category = an_evidence(
        found="Torture", rule="feed:category", field=Field.CATEGORIES, offset=3, length=7
    )
    court = an_evidence(found="tortured", rule="feed:focus")
    record = a_record(tags=(a_tag("torture", evidence=(category,)), a_tag("BY", evidence=(court,))))
    story = only_story(composed(a_match(record, because=record.tags)))
    assert story.keywords == (
        MatchedTag(
            "Torture and other ill-treatment",
            (Word("Torture", (Field.CATEGORIES,)),),
            (Field.CATEGORIES,),
            Relation.SUBJECT,
        ),
    )
    assert story.countries[0].by_focus


def test_compose_says_why_with_labels_words_and_places() -> None:
    words = (
        an_evidence(found="tortured"),
        an_evidence(found="tortured", rule="taxonomy:other"),
        an_evidence(found="torture", field=Field.TITLE, offset=27),
    )
    record = a_record(
        tags=(
            a_tag("torture", evidence=words),
            a_tag("CN-XJ", evidence=()),
            a_tag("unknown-issue", relation=Relation.MENTION, evidence=words[:1]),
            a_tag("BY"),
            a_tag("RU", relation=Relation.MENTION),
        )
    )
    story = only_story(composed(a_match(record, because=record.tags[:3])))
    assert story.keywords == (
        MatchedTag(
            "Torture and other ill-treatment",
            (Word("tortured", (Field.TEXT,)), Word("torture", (Field.TITLE,))),
            (Field.TITLE, Field.TEXT),
            Relation.SUBJECT,
        ),
        MatchedTag(
            "Unknown issue",
            (Word("tortured", (Field.TEXT,)),),
            (Field.TEXT,),
            Relation.MENTION,
        ),
    )
    assert story.countries == (MatchedTag("Xinjiang", (), (), Relation.SUBJECT),)
    assert story.also_tagged == ("Belarus",)
    assert story.also_named == ("Russia",)
    assert [piece.text for piece in story.snippet if piece.marked] == ["tortured"]


def test_compose_marks_country_words_where_no_keyword_was_asked() -> None:
    record = a_record(tags=(a_tag("BY"),))
    story = only_story(composed(a_match(record)))
    assert [piece.text for piece in story.snippet if piece.marked] == ["tortured"]


MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("of_entry", "of_page", "expected"),
    [
        (NOW, MIDNIGHT, (NOW, True)),
        (MIDNIGHT, None, (MIDNIGHT, True)),
        (None, MIDNIGHT, (MIDNIGHT, False)),
        (None, NOW, (NOW, True)),
        (None, None, (None, False)),
    ],
)
def test_compose_of_a_date_from_the_page_knows_no_time_of_day(
    of_entry: datetime | None, of_page: datetime | None, expected: tuple[datetime | None, bool]
) -> None:
    record = a_record(
        entry=an_entry(published_at=of_entry), article=an_article(published_at=of_page)
    )
    story = only_story(composed(a_match(record)))
    assert (story.published_at, story.time_given) == expected


def test_compose_takes_the_publishers_clock_from_where_the_date_is_from() -> None:
    page = an_article(published_at=MIDNIGHT, published_offset=180)
    of_entry = an_entry(published_at=MIDNIGHT, published_offset=-360)
    unknown, ahead = (
        an_entry(published_at=MIDNIGHT),
        an_entry(published_at=NOW, published_text="2031"),
    )
    for entry, offset in ((of_entry, -360), (unknown, None), (ahead, 180)):
        record = a_record(entry=entry, article=page, first_seen_at=NOW)
        assert only_story(composed(a_match(record))).publishers_offset == offset


@pytest.mark.parametrize(
    ("of_entry", "expected"),
    [
        ({"published_at": MIDNIGHT, "whole_day": True}, (MIDNIGHT, False, None)),
        ({"published_at": None}, (None, False, Undated.NOT_GIVEN)),
        (
            {"published_at": None, "published_text": "some day"},
            (None, False, Undated.NOT_UNDERSTOOD),
        ),
        # Archived as first seen, because it lay ahead.
        ({"published_at": NOW, "published_text": "1 May 2031"}, (None, False, Undated.AHEAD)),
        ({"published_at": MIDNIGHT, "published_text": "soon"}, (MIDNIGHT, True, None)),
    ],
)
def test_compose_of_a_date_that_is_not_known_says_why(
    of_entry: dict[str, Any], expected: tuple[datetime | None, bool, Undated | None]
) -> None:
    record = a_record(entry=an_entry(**of_entry), article=None, first_seen_at=NOW)
    story = only_story(composed(a_match(record)))
    assert (story.published_at, story.time_given, story.undated) == expected


@pytest.mark.parametrize(
    ("permalink", "canonical", "expected"),
    [
        (
            "https://a.example/1?utm_source=x",
            "https://a.example/1",
            "https://a.example/1?utm_source=x",
        ),
        ("", "", ""),
        ("javascript:alert(1)", "", ""),
        ("https://a.example/a b", "https://a.example/a%20b", "https://a.example/a%20b"),
        ("https://a.example/\u202egpj", "https://a.example/x", "https://a.example/x"),
    ],
)
def test_compose_links_to_the_address_as_given_unless_it_could_be_misread(
    permalink: str, canonical: str, expected: str
) -> None:
    record = a_record(entry=an_entry(permalink=permalink), permalink=canonical)
    assert only_story(composed(a_match(record))).link == expected


def test_compose_calls_a_feed_without_publisher_by_its_name() -> None:
    assert only_story(composed(a_match(a_record(feed="nameless")))).publisher == "nameless"
    assert only_story(composed(a_match(a_record(feed="long-gone")))).publisher == "long-gone"


def test_compose_of_an_entry_without_title_says_so() -> None:
    assert only_story(composed(a_match(a_record(title="")))).title == "(no title)"


def test_compose_says_which_feed_of_a_publisher_with_several_fails() -> None:
    feeds = {
        name: a_feed(name=name, publisher=publisher, enabled=enabled)
        for name, publisher, enabled in (
            ("un-news", "UN News", True),
            ("un-news-ar", "UN News", True),
            ("wire", "The Wire", True),
            ("wire-old", "The Wire", False),
        )
    }
    failing = tuple(a_feed_state(feed=name, state=State.GONE) for name in ("un-news-ar", "wire"))
    composition = composed(coverage=Coverage(3, 1, failing), feeds=feeds)

    assert [one.name for one in composition.troubles] == ["UN News (un-news-ar)", "The Wire"]


def test_compose_names_failing_feeds_in_order() -> None:
    failing = (
        a_feed_state(feed="wire", state=State.GONE),
        a_feed_state(feed="herald", state=State.EMPTY),
    )
    composition = composed(coverage=Coverage(4, 2, failing))
    assert [trouble.name for trouble in composition.troubles] == ["The Herald", "The Wire (wire)"]


CODES = st.sampled_from(["BY", "RU", "MX", "torture"])
MATCHES = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.lists(CODES, max_size=3, unique=True),
        st.booleans(),
        st.integers(0, 5),
    ),
    max_size=12,
    unique_by=lambda one: one[0],
)


@given(MATCHES)
def test_compose_of_any_matches_shows_each_story_once_and_numbers_add_up(
    drawn: list[tuple[int, list[str], bool, int]],
) -> None:
    matches = []
    for number, tags, in_passing, story in drawn:
        match = about(str(number), *tags, hours_ago=number, story=str(story))
        matches.append(passing(match) if in_passing else match)
    composition = composed(*matches)
    told = [story for section in composition.sections for story in section.stories]
    told += [mention.story for mention in composition.mentions]
    stories = {match.record.id: match.record.story for match in matches}
    shown = [stories[story.reference] for story in told]
    assert sorted(shown) == sorted(set(stories.values()))
    assert [story.number for story in told] == list(range(1, len(told) + 1))
    full = {match.record.story for match in matches if match.relation is Relation.SUBJECT}
    assert composition.new == len(full)
