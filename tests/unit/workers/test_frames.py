"""What a worker hands back: values of the declared type and nothing else."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_parsed_feed, a_reading, a_tag, an_entry
from hrwatch import hops
from hrwatch.model.articles import CopyKind, Reading
from hrwatch.model.feeds import Entry, ParsedFeed
from hrwatch.model.tags import Evidence, Kind
from hrwatch.workers.frames import Malformed, dump, load, result_type

moments = st.datetimes(timezones=st.just(UTC))
entries = st.builds(
    Entry,
    guid=st.text(),
    permalink=st.text(),
    title=st.text(),
    authors=st.lists(st.text(st.characters(codec=None))).map(tuple),
    published_at=st.none() | moments,
    updated_at=st.none() | moments,
)


def passed_on(declared: Any, value: Any) -> Any:
    """Return what the main process gets of a value."""
    return load(declared, json.loads(json.dumps(dump(value))))


@given(st.lists(entries).map(tuple), st.none() | st.timedeltas(min_value=timedelta(0)))
def test_load_any_feed_gives_what_was_dumped(
    told: tuple[Entry, ...], ttl: timedelta | None
) -> None:
    feed = a_parsed_feed(an_entry(), *told, ttl=ttl)
    loaded = passed_on(ParsedFeed, feed)
    assert loaded.entries == feed.entries
    # Seconds as a number with a fraction are exact for some centuries only.
    assert (ttl is None) == (loaded.ttl is None)


def test_load_reading_gives_what_was_dumped() -> None:
    reading = a_reading(tags=(a_tag(), a_tag("BY")), extract_error="no article text found")
    assert passed_on(Reading, reading) == reading


@pytest.mark.parametrize("hop", [hops.read_feed, hops.read_article])
def test_result_type_of_every_hop_can_be_loaded(hop: Any) -> None:
    with pytest.raises(Malformed):
        load(result_type(hop), {"not": "a result"})


def test_dump_moment_in_another_zone_is_utc() -> None:
    moment = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=2)))
    loaded = passed_on(datetime, moment)
    assert loaded == moment
    assert loaded.tzinfo is UTC


@pytest.mark.parametrize("value", [b"bytes", {"a": 1}, [1], object(), Entry, {1, 2}])
def test_dump_of_what_cannot_be_handed_over_raises_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        dump((value,))


@pytest.mark.parametrize(
    ("declared", "data"),
    [
        (str, 7),
        (str, None),
        (str, ["a"]),
        (int, True),
        (int, 1.0),
        (int, "1"),
        (bool, 1),
        (float, "1"),
        (float, None),
        (str | None, 7),
        (tuple[str, ...], "abc"),
        (tuple[str, ...], ["a", 7]),
        (tuple[str, int], ["a"]),
        (tuple[str, int], ["a", 1, 2]),
        (Kind, "COUNTRY"),
        (Kind, "__class__"),
        (Kind, ["country"]),
        (CopyKind, None),
        (datetime, "2026-03-02T09:00:00"),
        (datetime, "not a moment"),
        (datetime, 7),
        (date, "2026-13-01"),
        (timedelta, "7"),
        (timedelta, 1e300),
        (timedelta, float("nan")),
        (Evidence, []),
        (Evidence, ["only", "four", "of", "them"]),
        (Evidence, {"rule": "x"}),
        (Evidence, None),
    ],
)
def test_load_of_anything_but_the_declared_type_raises_malformed(declared: Any, data: Any) -> None:
    with pytest.raises(Malformed):
        load(declared, data)


@dataclass(frozen=True, slots=True)
class _Odd:
    values: dict[str, str]


@pytest.mark.parametrize("declared", [dict[str, str], list[str], Any, object, str | int, _Odd])
def test_load_by_a_type_that_hops_may_not_declare_raises_type_error(declared: Any) -> None:
    with pytest.raises(TypeError, match="cannot declare"):
        load(declared, "x")


def test_load_enum_date_and_float_from_their_plain_values() -> None:
    assert load(Kind, "country") is Kind.COUNTRY
    assert load(date, "2026-03-02") == NOW.date()
    assert load(float, 1) == 1.0
    assert load(str | None, None) is None
