"""Reading: strict YAML in which every value means what it looks like and keeps its place."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.config import reading, syntax
from hrwatch.config.tree import Document, Plain, shown
from hrwatch.errors import ConfigError


def parse(written: str | bytes) -> Document:
    body = written.encode() if isinstance(written, str) else written
    return reading.parse(body, "feeds.yaml")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("y", "y"),
        ("true", True),
        ("false", False),
        ("True", True),
        ("'true'", "true"),
        ("null", None),
        ("~", None),
        ("'~'", "~"),
        ("12", 12),
        ("-3", -3),
        ("012", "012"),
        ("0o14", "0o14"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("07:00", "07:00"),
        ("1:30:00", "1:30:00"),
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22T07:00:00Z", "2026-11-22T07:00:00Z"),
        ("<<", "<<"),
        ("=", "="),
        ("9" * 30, "9" * 30),
        ('"a\\tb"', "a\tb"),
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_scalar_means_what_it_looks_like(written: str, meant: Plain) -> None:
    document = parse(f"a: {written}\n")

    assert document.root.plain() == {"a": meant}
    assert document.mistakes == ()


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parse("{NO: 1, 12: 2, true: 3, null: 4, 07:00: 5}").root.plain() == {
        "NO": 1,
        "12": 2,
        "true": 3,
        "null": 4,
        "07:00": 5,
    }


@pytest.mark.parametrize(
    "written", [b"\xef\xbb\xbfa: 1\n", b"---\na: 1\n...\n", b"a: 1\r\n", b"a: 1"]
)
def test_file_with_mark_start_end_or_other_line_ends_is_read(written: bytes) -> None:
    assert parse(written).root.plain() == {"a": 1}


def test_places_count_code_points_from_one() -> None:
    document = parse("ключ: {é: 𝒳, b: [x,\n   y]}\n")

    def place(*path: str | int, at_key: bool = False) -> tuple[int, int]:
        found = document.mistake(path, "", at_key=at_key)
        assert found is not None
        return found.line, found.column

    assert place("ключ") == (1, 7)
    assert place("ключ", "é", at_key=True) == (1, 8)
    assert place("ключ", "é") == (1, 11)
    assert place("ключ", "b", 0) == (1, 18)
    assert place("ключ", "b", 1) == (2, 4)
    assert place("ключ", "c") == (1, 7)  # what is missing stands where it is missing from
    assert place() == (1, 1)


def test_first_of_two_equal_keys_is_kept_and_both_places_are_told() -> None:
    document = parse("a: 1\nb: {c: 1}\na : 2\n")

    assert document.root.plain() == {"a": 1, "b": {"c": 1}}
    assert [str(mistake) for mistake in document.mistakes] == [
        "feeds.yaml:3:1: a: stands here a second time (first on line 1, column 1); keep one"
    ]


def test_many_mistakes_of_reading_are_told_before_a_syntax_error() -> None:
    with pytest.raises(ConfigError) as raised:
        parse("a: *x\na: &y 1\nb: !z 1\nc: [\n")

    assert [mistake.line for mistake in raised.value.mistakes] == [1, 2, 2, 3, 5]


def test_bomb_of_aliases_is_refused_without_being_opened() -> None:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
    lines += [
        f"{n}: &{n} [{','.join([f'*{m}'] * 10)}]"
        for m, n in zip("abcdefgh", "bcdefghi", strict=True)
    ]

    document = parse("\n".join(lines))

    assert len(document.mistakes) == 9 + 80
    assert document.root.mapping is not None
    assert len(document.root.mapping) == 9


def test_file_of_very_many_values_is_refused() -> None:
    with pytest.raises(ConfigError, match="more than 200000 values"):
        parse("[" + "a," * (reading.MAX_NODES + 1) + "]")


def test_nesting_of_any_depth_is_refused_without_recursion() -> None:
    for opening in ("[", "{a: ", "- ", "? "):
        with pytest.raises(ConfigError):
            parse(opening * 100_000)


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize(
    "written",
    [
        "a: b: c",
        "a:\n\tb: 1",
        "a: [1",
        "a: {b: 1",
        "a: 'x",
        'a: "x\\q"',
        "- a\nb: 1",
        "a: 1\n- b",
        "a: @x",
        "a: `x`",
        "a: %x",
        "a: &",
        "a: *",
        "a: !x!foo y",
        "a: ]",
        "a: }",
        "a: - b",
        "key: [a]]",
        "a: >x",
        "a: x\n...\nfoo",
        "a: x\nb",
        "a: 'it's'",
    ],
)
def test_syntax_error_of_either_parser_is_told_in_plain_words(loader: type, written: str) -> None:
    with pytest.raises(yaml.YAMLError) as raised:
        list(yaml.parse(written, Loader=loader))

    mistake = syntax.mistake(raised.value, "feeds.yaml", written.splitlines())

    assert not any(
        word in mistake.text for word in ("token", "scalar", "mapping values", "expected <")
    )
    assert "cannot be read from here on" not in mistake.text
    assert mistake.line <= written.count("\n") + 2


@given(st.binary(max_size=300))
def test_any_bytes_are_a_document_or_mistakes(body: bytes) -> None:
    try:
        document = parse(body)
    except ConfigError as error:
        assert error.mistakes
        assert all(mistake.line >= 1 and mistake.column >= 1 for mistake in error.mistakes)
    else:
        assert document.root.plain() is not None or document.mistakes


_TEXT = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=20)
_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(10**17), 10**17), _TEXT)
_TREES = st.recursive(
    _LEAVES,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(_TEXT, below, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(_TEXT, _TREES, max_size=4))
def test_json_is_read_as_json_says(tree: dict[str, Plain]) -> None:
    document = parse(json.dumps(tree, ensure_ascii=False))

    assert document.root.plain() == tree
    assert document.mistakes == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "file"),
        (("feeds", 3, "every"), "feeds[3].every"),
        (("a\n\u202eb", ""), 'a b.""'),
        (("x" * 100,), "x" * 59 + "…"),
    ],
)
def test_path_is_shown_on_one_short_line(path: tuple[str | int, ...], text: str) -> None:
    assert shown(path) == text
