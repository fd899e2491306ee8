"""What is hashed of a capture: one form for one value, which others can compute."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_capture
from hrwatch.stages.store.evidence import chaining

texts = st.text(max_size=20)
keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def by_hand(value: Any) -> str:
    """RFC 8785, written once more from its text: for values without fractions."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n"}
            short |= {"\r": "\\r", "\t": "\\t"}
            told = (short.get(c, c if c >= " " else f"\\u{ord(c):04x}") for c in value)
            return f'"{"".join(told)}"'
        case list() | tuple():
            return f"[{','.join(map(by_hand, value))}]"
    assert isinstance(value, dict)
    return "{" + ",".join(f"{by_hand(key)}:{by_hand(value[key])}" for key in sorted(value)) + "}"


@given(values)
def test_canonical_form_is_that_of_the_rfc_and_reads_back(value: Any) -> None:
    told = chaining.canonical(value)

    assert told == by_hand(value).encode()
    assert json.loads(told) == value


@given(st.dictionaries(keys, texts, max_size=6), st.randoms(use_true_random=False))
def test_canonical_form_does_not_know_in_which_order_it_was_told(
    value: dict[str, str], chance: Any
) -> None:
    pairs = list(value.items())
    chance.shuffle(pairs)

    assert chaining.canonical(dict(pairs)) == chaining.canonical(value)


def test_half_of_a_surrogate_pair_is_no_text_and_becomes_a_question_mark() -> None:
    assert chaining.canonical(["a\ud800b"]) == b'["a?b"]'


def test_row_hash_is_what_the_documented_form_gives() -> None:
    told = (
        '{"body_sha256":"' + hashlib.sha256(b"x").hexdigest() + '","body_size":1,'
        '"certificate_sha256":null,"content_type":"text/html","feed":"wire",'
        '"fetched_at":"2026-03-02T09:00:00.000000Z","headers":[["Content-Type","text/html"]],'
        '"kind":"page","note":"","number":7,"record":"r","redirects":'
        '[["https://wire.example/go/1",302]],"requested_url":"https://wire.example/go/1",'
        '"software":"hrwatch 0.1.0","status":200,"url":"https://wire.example/stories/1"}'
    )
    headers = (("Content-Type", "text/html"),)
    capture = a_capture(b"x", record="r", certificate_sha256=None, headers=headers)

    assert chaining.row_hash(7, capture) == hashlib.sha256(told.encode()).hexdigest()
    assert (
        chaining.chain_hash("a" * 64, "b" * 64) == hashlib.sha256(b"a" * 64 + b"b" * 64).hexdigest()
    )


@pytest.mark.parametrize(
    "moment",
    [NOW, NOW.astimezone(timezone(timedelta(hours=5))), datetime(2026, 3, 2, 9, tzinfo=UTC)],
)
def test_moment_is_hashed_in_utc_whatever_its_zone(moment: datetime) -> None:
    assert chaining.instant(moment) == "2026-03-02T09:00:00.000000Z"
