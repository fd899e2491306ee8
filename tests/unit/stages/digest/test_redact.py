"""Contacts in a text are found; dates, figures and references are left alone."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.stages.digest.redact import EMAIL, PHONE, redacted, removals


@pytest.mark.parametrize(
    "number",
    [
        "+375 29 123-45-67",
        "+375291234567",
        "+ 44 20 7946 0958",
        "0044 20 7946 0958",
        "(029) 123-45-67",
        "8 (029) 123 45 67",
        "8-800-555-35-35",
        "555-0123-45",
        "55 1234 5678",
        "(01) 55-1234-5678",
        "600 123 456",
        "020 7946 0958",
        "06.12.34.56.78",
        "+1 (202) 555-0143",
        "٠٢١-٨٨٧٧٦٦٥٥",
        "+۹۸ ۲۱ ۸۸۷۷ ۶۶۵۵",
        "1234567",
        "4021889913",
    ],
)
def test_removals_of_a_phone_number_take_all_of_it(number: str) -> None:
    assert redacted(f"Call {number}, please.") == f"Call {PHONE}, please."


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org",
        "a.b-c+d@mail.example.co.uk",
        "анна@пример.рф",
        "anna [at] example.org",
        "anna(at)example(dot)org",
        "anna＠example.org",
    ],
)
def test_removals_of_an_email_address_take_all_of_it(address: str) -> None:
    assert redacted(f"Write to {address} today.") == f"Write to {EMAIL} today."


def test_removals_of_an_address_made_of_digits_take_it_once() -> None:
    assert redacted("Write 4021889913@example.org now") == f"Write {EMAIL} now"


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-11-21 in court",
        "on 21.11.2026 and 22.11.2026",
        "from 01.11.2026 - 21.11.2026",
        "at 2026-11-21 16:30",
        "on 20-21.11.2026",
        "in 2019-2024",
        "in 2019, 2020 and 2021",
        "the years 2019–2020",
        "1 234 567 people",
        "12.500.000 people",
        "120 000 000 people",
        "$1,250,000 and 3.5 million",
        "resolution 2334 (2016) says",
        "S/RES/2334 (2016)",
        "application no. 12345/18 of",
        "A/HRC/53/24/Add.1",
        "at 10:30 and 11:45",
        "article 123456 of",
        "https://news.example/2026/11/21/10234567.html",
    ],
)
def test_removals_of_dates_figures_and_references_are_none(text: str) -> None:
    assert redacted(text) == text


@given(st.text(st.sampled_from("0123456789 .-()+@ab٣/"), max_size=80))
def test_removals_of_any_text_are_in_order_and_apart(text: str) -> None:
    found = removals(text)
    assert all(removal.start < removal.end <= len(text) for removal in found)
    assert all(one.end <= two.start for one, two in pairwise(found))


@pytest.mark.parametrize(
    "text", ["1" * 3000, "1 " * 1500, "a" * 3000, "a." * 1500, "a@" * 1500, "(" * 3000]
)
def test_removals_of_a_hostile_text_are_quick(text: str) -> None:
    begin = time.perf_counter()
    removals(text)
    assert time.perf_counter() - begin < 1
