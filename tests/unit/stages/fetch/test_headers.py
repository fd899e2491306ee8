"""What is said in headers, and what is made of theirs."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.model.feeds import Validators
from hrwatch.stages.fetch import headers

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=366)


def at(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("mailto:desk@example.org", "hrwatch/0.1 (+mailto:desk@example.org)"),
        ("https://example.org/bot?x=1", "hrwatch/0.1 (+https://example.org/bot?x=1)"),
        ("", "hrwatch/0.1"),
        ("a\r\nX-Evil: 1", "hrwatch/0.1 (+a%0D%0AX-Evil:%201)"),
        ("a) (b", "hrwatch/0.1 (+a%29%20%28b)"),
        ("mailto:desk@žurnál.example", "hrwatch/0.1 (+mailto:desk@%C5%BEurn%C3%A1l.example)"),
    ],
)
def test_user_agent_names_the_contact_and_nothing_else(contact: str, expected: str) -> None:
    assert headers.user_agent("0.1", contact) == expected


@given(st.text())
def test_user_agent_of_any_contact_is_one_line_with_one_comment(contact: str) -> None:
    said = headers.user_agent("0.1", contact)
    assert said.isascii()
    assert said.isprintable()
    assert said.count("(") == said.count(")") <= 1
    assert "\\" not in said


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta(0)),
        ("9" * 400, YEAR),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        (at(NOW + timedelta(hours=2)), timedelta(hours=2)),
        (at(NOW - timedelta(hours=2)), timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", YEAR),
        ("Mon, 02 Mar 2026 10:00:00 +9999", None),
    ],
)
def test_retry_after_of_seconds_or_a_date_is_a_bounded_wait(
    value: str, expected: timedelta | None
) -> None:
    assert headers.retry_after({"retry-after": value}, NOW) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", None),
        ("max-age=600", timedelta(minutes=10)),
        ('public, Max-Age="60"', timedelta(minutes=1)),
        ("max-age=-1", None),
        ("no-cache", None),
        ("max-age=" + "9" * 30, YEAR),
    ],
)
def test_max_age_of_cache_control_is_a_bounded_length(
    value: str, expected: timedelta | None
) -> None:
    in_an_hour = at(NOW + timedelta(hours=1))

    assert headers.max_age({"cache-control": value, "expires": in_an_hour}) == expected


@pytest.mark.parametrize(
    ("given_headers", "expected"),
    [
        ({}, None),
        ({"expires": at(NOW + timedelta(hours=1))}, timedelta(hours=1)),
        ({"expires": "0"}, None),
        ({"expires": at(NOW - timedelta(days=1))}, timedelta(0)),
        ({"expires": "Fri, 31 Dec 9999 23:59:59 GMT"}, YEAR),
        (
            {"cache-control": "no-cache", "expires": at(NOW + timedelta(hours=1))},
            timedelta(hours=1),
        ),
        ({"cache-control": "max-age=5", "expires": at(NOW + timedelta(hours=1))}, None),
        ({"cache-control": "max-age=x", "expires": at(NOW + timedelta(hours=1))}, None),
        (  # a server whose clock is a day fast means an hour, not a day
            {
                "date": at(NOW + timedelta(days=1)),
                "expires": at(NOW + timedelta(days=1, hours=1)),
            },
            timedelta(hours=1),
        ),
    ],
)
def test_expires_without_a_max_age_is_a_bounded_length(
    given_headers: dict[str, str], expected: timedelta | None
) -> None:
    assert headers.expires(given_headers, NOW) == expected


@given(st.text(max_size=80) | st.datetimes().map(format_datetime))
def test_dates_of_any_text_never_raise(value: str) -> None:
    told = {"retry-after": value, "expires": value, "date": value, "cache-control": value}
    expires = headers.expires({"expires": value, "date": value}, NOW)
    for wait in (headers.retry_after(told, NOW), headers.max_age(told), expires):
        assert wait is None or timedelta(0) <= wait <= YEAR


def test_validators_as_given_are_sent_back() -> None:
    told = headers.validators({"etag": ' W/"a b" ', "last-modified": at(NOW)})
    assert told == Validators('W/"a b"', at(NOW))
    assert headers.conditional(told) == {
        "If-None-Match": 'W/"a b"',
        "If-Modified-Since": at(NOW),
    }


@pytest.mark.parametrize("value", ["", "  ", "x" * 600, "é", "a\x1bb", "a\nb"])
def test_validators_that_cannot_be_sent_back_are_left(value: str) -> None:
    assert headers.validators({"etag": value, "last-modified": value}) == Validators()
    assert headers.conditional(Validators(value, value)) == {}


def test_conditional_without_validators_asks_nothing() -> None:
    assert headers.conditional(None) == headers.conditional(Validators()) == {}
