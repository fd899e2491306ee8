"""Wrapping: 72 columns as displayed, whole addresses, closed isolates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.stages.digest.layout import (
    WIDTH,
    columns,
    isolate,
    runs_right_to_left,
    wrap,
)

ARABIC = "قالت منظمة حقوقية إن السلطات نفذت عمليات تعذيب بحق المعتقلين في سجن إيفين"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("abc", 3), ("酷刑", 4), ("é", 1), ("e\u0301", 1), ("\u2068a\u2069", 1)],
)
def test_columns_count_what_a_terminal_shows(text: str, expected: int) -> None:
    assert columns(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("катаванні", "катаванні"),
        ("تعذيب", "\u2068تعذيب\u2069"),
        ("Evin: עינויים", "\u2068Evin: עינויים\u2069"),
    ],
)
def test_isolate_is_put_round_right_to_left_text_only(text: str, expected: str) -> None:
    assert isolate(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), ("12 - ", False), ("a تعذيب", False), ("12: تعذيب in", True)],
)
def test_direction_is_that_of_the_first_letter(text: str, expected: bool) -> None:
    assert runs_right_to_left(text) is expected


def test_wrap_hangs_the_following_lines_under_the_first() -> None:
    lines = wrap("word " * 30, "[12] ").split("\n")
    assert lines[0].startswith("[12] word")
    assert all(line.startswith("     word") for line in lines[1:])


def test_wrap_never_breaks_an_address() -> None:
    address = "https://news.example/" + "long/" * 40
    assert wrap(f"Read: {address}", "    ").split("\n") == ["    Read:", f"    {address}"]


def test_wrap_of_chinese_breaks_between_characters_but_not_before_punctuation() -> None:
    lines = wrap("被拘押者遭受酷刑，家属与律师数周未能会面。" * 6, "    ").split("\n")
    assert len(lines) > 2
    assert all(columns(line) <= WIDTH for line in lines)
    assert not any(line.strip()[0] in "，。" for line in lines)


def test_wrap_closes_isolates_at_every_line_end() -> None:
    lines = wrap(isolate(ARABIC * 3), "[4] ").split("\n")
    assert len(lines) > 2
    assert all(line.count("\u2068") == line.count("\u2069") == 1 for line in lines)


@pytest.mark.parametrize(
    "text",
    ["Chapter one " + "." * 205, "Budget" + "!" * 150, "漢" + "_" * 100, "ไ" * 70 + ":" * 80],
)
def test_wrap_breaks_a_run_that_no_line_holds(text: str) -> None:
    lines = wrap(text, "[12] ").split("\n")
    assert max(map(columns, lines)) <= WIDTH
    assert "".join("".join(lines).split()) == "".join(f"[12] {text}".split())


_RUNS = st.builds(str.__mul__, st.sampled_from(".!…_-a酷»é\u0301/"), st.integers(1, 200))


@given(
    st.text(st.sampled_from("ab c酷ا\u0301.-ไ"), max_size=400)
    | st.lists(_RUNS, max_size=6).map(lambda runs: "".join(runs).replace("://", "")),
    st.sampled_from(["", "    ", "[30] "]),
)
def test_wrap_of_any_text_keeps_its_characters_and_its_width(text: str, first: str) -> None:
    lines = wrap(text, first).split("\n")
    kept = "".join("".join(lines).split())
    assert kept == "".join((first + text).split())
    assert all(columns(line) <= WIDTH for line in lines)
    assert not any(line.endswith(" ") for line in lines)
