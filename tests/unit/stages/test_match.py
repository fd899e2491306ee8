"""Matching: lists, excludes, relation, roll-up, queries, and what was in force when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_record, a_subscriber, a_tag, an_entry
from hrwatch.errors import QueryError
from hrwatch.model.articles import Record
from hrwatch.model.mail import InForce, Interest, Match
from hrwatch.model.tags import Kind, Relation
from hrwatch.stages.match import Matcher, criteria

LONG_AGO = NOW - timedelta(days=90)
PARENTS = {"HK": "CN", "MO": "CN", "CN-XJ": "CN"}
MENTION = {"relation": Relation.MENTION}


def in_force(interest: Interest, since: Any = LONG_AGO, until: Any = None) -> tuple[InForce, ...]:
    """Return the rows that the archive keeps of an interest."""
    return tuple(InForce(group, value, since, until) for group, value in criteria(interest))


def matched(record: Record, **interest: Any) -> Match | None:
    """Return the match of a record with an interest that stood all the time."""
    subscriber = a_subscriber(**interest)
    return Matcher(subscriber, in_force(subscriber.interest), PARENTS).match(record)


def changed(record: Record, before: Interest, after: Interest, at: Any) -> Match | None:
    """Return the match of a record with an interest that changed at `at`."""
    kept = set(criteria(before)) & set(criteria(after))
    rows = [InForce(group, value, LONG_AGO) for group, value in kept]
    rows += [InForce(*pair, LONG_AGO, at) for pair in criteria(before) if pair not in kept]
    rows += [InForce(*pair, at) for pair in criteria(after) if pair not in kept]
    return Matcher(replace(a_subscriber(), interest=after), tuple(rows), PARENTS).match(record)


def tagged(*tags: Any, **changes: Any) -> Record:
    """Return a record with these tags: a value, or a value and its relation."""
    return a_record(
        tags=tuple(
            a_tag(tag) if isinstance(tag, str) else a_tag(tag[0], relation=tag[1]) for tag in tags
        ),
        **changes,
    )


def test_criteria_of_an_empty_interest_are_stars_relation_and_roll_up() -> None:
    assert criteria(Interest()) == (
        ("countries", "*"),
        ("keywords", "*"),
        ("languages", "*"),
        ("feeds", "*"),
        ("query", "*"),
        ("relation", "subject"),
        ("roll_up", "false"),
    )


def test_criteria_of_a_full_interest_hold_each_member_once() -> None:
    interest = Interest(
        countries=("BY", "RU", "BY"),
        exclude_feeds=("gossip",),
        query="prison*",
        relation=Relation.MENTION,
        roll_up=True,
    )
    pairs = criteria(interest)
    assert pairs[:2] == (("countries", "BY"), ("countries", "RU"))
    assert ("exclude_feeds", "gossip") in pairs
    assert ("query", "prison*") in pairs
    assert ("relation", "mention") in pairs
    assert ("roll_up", "true") in pairs
    assert len(pairs) == len(set(pairs))


RECORD = tagged("torture", "BY", ("RU", Relation.MENTION), feed="wire", language="be")


@pytest.mark.parametrize(
    ("interest", "expected"),
    [
        ({}, Relation.SUBJECT),
        ({"countries": ("BY",)}, Relation.SUBJECT),
        ({"countries": ("MX", "BY")}, Relation.SUBJECT),
        ({"countries": ("MX",)}, None),
        ({"countries": ("BY",), "keywords": ("torture",)}, Relation.SUBJECT),
        ({"countries": ("BY",), "keywords": ("land-rights",)}, None),
        ({"countries": ("RU",)}, Relation.MENTION),
        ({"countries": ("RU",), "keywords": ("torture",)}, Relation.MENTION),
        ({"countries": ("RU",), "relation": Relation.MENTION}, Relation.SUBJECT),
        ({"countries": ("RU", "BY")}, Relation.SUBJECT),
        ({"languages": ("be",)}, Relation.SUBJECT),
        ({"languages": ("BE", "ru")}, Relation.SUBJECT),
        ({"languages": ("en",)}, None),
        ({"languages": ("b",)}, None),
        ({"feeds": ("wire",)}, Relation.SUBJECT),
        ({"feeds": ("other",)}, None),
        ({"exclude_countries": ("BY",)}, None),
        ({"exclude_countries": ("RU",)}, Relation.SUBJECT),  # a mention excludes nothing
        ({"exclude_keywords": ("torture",)}, None),
        ({"exclude_feeds": ("wire",)}, None),
        ({"exclude_feeds": ("other",)}, Relation.SUBJECT),
        ({"query": "arvenia"}, Relation.SUBJECT),
        ({"query": "arvenia AND NOT custody"}, None),
        ({"query": "arvenia", "countries": ("MX",)}, None),
        ({"query": "country:BY keyword:torture"}, Relation.SUBJECT),
        ({"query": "country:RU"}, None),  # the query asks for the relation itself
        ({"query": "country:RU", "relation": Relation.MENTION}, None),
        ({"query": "mentions:RU"}, Relation.SUBJECT),
        ({"query": "mentions:RU", "countries": ("RU",)}, Relation.MENTION),
        ({"query": "-mentions:RU"}, None),
        ({"query": "court ~2 arvenia"}, Relation.SUBJECT),
        ({"query": "custody ~2 arvenia"}, None),
    ],
)
def test_match_of_lists_and_query_is_and_between_or_within(
    interest: dict[str, Any], expected: Relation | None
) -> None:
    found = matched(RECORD, **interest)
    assert (found.relation if found else None) == expected


def test_match_of_a_language_with_a_region_is_met_by_its_primary_language() -> None:
    assert matched(tagged("BY", language="pt-BR"), languages=("pt",))
    assert not matched(tagged("BY", language="pt"), languages=("pt-BR",))


def test_match_because_holds_every_asked_tag_that_is_there_subjects_first() -> None:
    record = tagged(("RU", Relation.MENTION), "BY", "torture", "land-rights", "MX")
    found = matched(record, countries=("RU", "BY"), keywords=("torture", "women"))
    assert found is not None
    assert [tag.value for tag in found.because] == ["BY", "torture", "RU"]


def test_match_because_when_nothing_was_asked_is_what_the_record_is_about() -> None:
    found = matched(tagged(("RU", Relation.MENTION), "BY", "torture"))
    assert found is not None
    assert [tag.value for tag in found.because] == ["BY", "torture"]


@pytest.mark.parametrize(
    ("countries", "roll_up", "tags", "expected"),
    [
        (("CN",), False, ("HK",), None),
        (("CN",), True, ("HK",), "HK"),
        (("CN",), True, ("MO",), "MO"),
        (("CN",), True, ("TW",), None),
        (("HK",), True, ("CN",), None),
        (("CN-XJ",), False, ("CN", "CN-XJ"), "CN-XJ"),
        (("CN-XJ",), False, ("CN",), None),
    ],
)
def test_match_of_territories_follows_roll_up_only_where_asked(
    countries: tuple[str, ...], roll_up: bool, tags: tuple[str, ...], expected: str | None
) -> None:
    found = matched(tagged(*tags), countries=countries, roll_up=roll_up)
    assert (found.because[0].value if found else None) == expected


@pytest.mark.parametrize(
    ("query", "roll_up", "is_met"),
    [
        ("country:CN", False, False),
        ("country:CN", True, True),
        ("mentions:CN arvenia", True, True),
        ("arvenia -country:CN", True, False),
        ("arvenia -country:CN", False, True),
        ("(country:TW OR country:GB)", True, False),
    ],
)
def test_match_of_a_query_rolls_up_as_the_lists_do(query: str, roll_up: bool, is_met: bool) -> None:
    assert bool(matched(tagged("HK"), query=query, roll_up=roll_up)) is is_met


@pytest.mark.parametrize(
    ("interest", "tag", "is_met"),
    [
        ({"exclude_countries": ("CN",)}, "HK", False),
        ({"exclude_countries": ("CN",), "roll_up": False}, "HK", True),
        ({"exclude_countries": ("CN",)}, "TW", True),
        ({"exclude_countries": ("CN",)}, ("HK", Relation.MENTION), True),
        ({"exclude_countries": ("HK",)}, "CN", True),
        ({"countries": ("CN",), "exclude_countries": ("HK",)}, "HK", False),
        ({"countries": ("CN",), "exclude_countries": ("HK",)}, "MO", True),
        ({"countries": ("HK",), "exclude_countries": ("CN",)}, "HK", True),  # asked for by name
        ({"countries": ("HK",), "exclude_countries": ("CN", "HK")}, "HK", False),
        ({"query": "country:HK OR arrest", "exclude_countries": ("CN",)}, "HK", True),
        ({"query": "-country:HK OR country:CN", "exclude_countries": ("CN",)}, "HK", False),
    ],
)
def test_match_of_an_exclude_takes_the_territories_out_that_roll_up(
    interest: dict[str, Any], tag: Any, is_met: bool
) -> None:
    found = matched(tagged(tag), **{"roll_up": True, **interest})
    assert (found is not None) is is_met


def test_match_by_a_date_in_the_query_is_by_the_feed_else_by_when_it_was_seen() -> None:
    dated, seen = a_record(), a_record(entry=an_entry(published_at=None))
    yesterday = replace(dated, first_seen_at=dated.first_seen_at + timedelta(days=1))
    assert matched(yesterday, query="until:2026-03-02")
    assert not matched(yesterday, query="since:2026-03-03")
    assert matched(seen, query="since:2026-03-02")


def test_match_with_a_ring_of_parents_comes_to_an_end() -> None:
    subscriber = a_subscriber(countries=("CN",), roll_up=True)
    ring = {"HK": "MO", "MO": "HK"}
    assert Matcher(subscriber, in_force(subscriber.interest), ring).match(tagged("HK")) is None


def test_match_of_a_keyword_named_like_a_country_is_kept_apart() -> None:
    record = a_record(tags=(a_tag("BY", kind=Kind.KEYWORD),))
    assert matched(record, countries=("BY",)) is None


def test_match_with_a_broken_query_names_the_mistake() -> None:
    with pytest.raises(QueryError):
        matched(RECORD, query='"open')


SEEN = tagged("torture", "BY", first_seen_at=NOW)
BEFORE, AFTER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
BY, MX = Interest(countries=("BY",)), Interest(countries=("MX",))
BOTH, ALL = Interest(countries=("BY", "MX")), Interest()
NOT_BY = Interest(exclude_countries=("BY",))


@pytest.mark.parametrize(
    ("before", "after", "at", "expected"),
    [
        (MX, BOTH, BEFORE, True),  # widened, then seen
        (MX, BOTH, AFTER, False),  # seen, then widened: mails nothing old
        (MX, ALL, AFTER, False),
        (BOTH, BY, AFTER, True),  # narrowed: what both ask for is not lost
        (ALL, BY, AFTER, True),
        (BOTH, MX, AFTER, False),  # narrowing acts at once
        (BY, ALL, AFTER, True),  # asked for before, asked for now
        (MX, BY, AFTER, False),
        (MX, BY, NOW, True),  # in force from the instant on
        (BY, MX, NOW, False),
        (NOT_BY, ALL, AFTER, False),  # the exclude stood when it was seen
        (NOT_BY, ALL, BEFORE, True),
        (ALL, NOT_BY, AFTER, False),  # an exclude acts at once
        (Interest(query="custody"), Interest(query="custody OR court"), AFTER, True),
        (Interest(query="glacier"), Interest(query="court"), AFTER, False),
        (ALL, Interest(feeds=("wire",)), AFTER, True),
        (Interest(feeds=("other",)), ALL, AFTER, False),
        (Interest(languages=("fr",)), ALL, AFTER, False),
    ],
)
def test_match_after_a_change_asks_for_the_interest_of_now_and_of_then(
    before: Interest, after: Interest, at: Any, expected: bool
) -> None:
    assert (changed(SEEN, before, after, at) is not None) is expected


def test_match_of_a_record_seen_before_the_subscriber_came_is_none() -> None:
    subscriber = a_subscriber()
    rows = in_force(subscriber.interest, since=NOW + timedelta(seconds=1))
    assert Matcher(subscriber, rows, PARENTS).match(SEEN) is None


def test_match_of_a_record_seen_while_the_subscriber_was_away_is_none() -> None:
    subscriber = a_subscriber()
    rows = in_force(subscriber.interest, until=BEFORE) + in_force(subscriber.interest, since=AFTER)
    matcher = Matcher(subscriber, rows, PARENTS)
    assert matcher.match(SEEN) is None
    assert matcher.match(replace(SEEN, first_seen_at=BEFORE - timedelta(days=1)))
    assert matcher.match(replace(SEEN, first_seen_at=AFTER))


def test_match_without_any_row_in_force_is_none() -> None:
    assert Matcher(a_subscriber(), (), PARENTS).match(SEEN) is None


def test_match_after_relation_was_widened_stays_a_mention() -> None:
    record = tagged(("BY", Relation.MENTION))
    after = replace(BY, relation=Relation.MENTION)
    found = changed(record, BY, after, AFTER)
    assert found is not None
    assert found.relation is Relation.MENTION


def test_match_after_roll_up_was_switched_on_mails_nothing_old() -> None:
    china = Interest(countries=("CN",))
    assert changed(tagged("HK"), china, replace(china, roll_up=True), AFTER) is None


COUNTRIES = st.lists(st.sampled_from(["BY", "MX", "HK", "CN"]), max_size=3).map(tuple)
INTERESTS = st.builds(
    Interest,
    countries=COUNTRIES,
    keywords=st.lists(st.sampled_from(["torture", "women"]), max_size=2).map(tuple),
    exclude_countries=COUNTRIES,
    roll_up=st.booleans(),
)
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["BY", "MX", "HK", "torture", "women"]), st.sampled_from(list(Relation))
    ),
    max_size=4,
    unique_by=lambda tag: tag[0],
).map(lambda tags: tagged(*tags))


@given(RECORDS, INTERESTS, INTERESTS)
def test_match_of_what_both_interests_ask_for_survives_any_change(
    record: Record, before: Interest, after: Interest
) -> None:
    asked_before = matched(record, **{name: getattr(before, name) for name in Interest.__slots__})
    asked_after = matched(record, **{name: getattr(after, name) for name in Interest.__slots__})
    found = changed(record, before, after, AFTER)
    assert (found is not None) == (asked_before is not None and asked_after is not None)
