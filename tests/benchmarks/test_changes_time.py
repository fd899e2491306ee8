"""No pair of texts makes their comparison slow: time grows with the texts.

As in test_linear_time.py: the ratio of texts and of the same eight times as long, in CPU time.
"""

import random
import time
from collections.abc import Callable

import pytest

from hrwatch.stages.dedup import changes
from hrwatch.stages.dedup.changes import Told

TIMES = 8
AT_MOST = 24
WORDS = [f"word{number}" for number in range(3_000)]
Pair = tuple[str, str]


def _lines(chance: random.Random, size: int, words: list[str], length: int) -> str:
    return "\n".join(" ".join(chance.choices(words, k=length)) + "." for _ in range(size))


def _many(length: int, words: list[str]) -> Callable[[random.Random, int], Pair]:
    def make(chance: random.Random, size: int) -> Pair:
        before, after = (_lines(chance, size // length, words, length) for _ in range(2))
        return before, after

    return make


def _thinned(chance: random.Random, size: int) -> Pair:
    words = chance.choices(WORDS, k=size)
    return " ".join(words), " ".join(one if n % 3 else "x" for n, one in enumerate(words))


PAIRS: dict[str, Callable[[random.Random, int], Pair]] = {
    "paragraphs with nothing in common but words": _many(40, WORDS),
    "one word a line": _many(1, WORDS),
    "two words only": _many(9, ["a", "b"]),
    "one line without an end": _thinned,
    "one word again and again": lambda _, size: ("a " * size, "a " * (size // 2) + "b a"),
    "figures": lambda _, size: (
        "\n".join(map(str, range(size))),
        "\n".join(map(str, range(size, 2 * size))),
    ),
    "short sentences": lambda _, size: ("a. " * size, "b. " * size),
    "stamps": lambda _, size: ("Updated 5 minutes ago\n" * size, "Updated 6 minutes ago\n" * size),
    "characters": lambda _, size: ("法官未" * size, "未法官" * size),
}


def seconds(pair: Pair) -> float:
    """The quicker of two runs."""
    before, after = (Told("", told) for told in pair)
    spent = []
    for _ in range(2):
        started = time.process_time()
        changes.changed(before, after)
        changes.alike(before, after)
        spent.append(time.process_time() - started)
    return min(spent)


@pytest.mark.parametrize("name", PAIRS)
def test_time_to_compare_grows_with_the_texts_and_no_faster(name: str) -> None:
    chance = random.Random(4)  # noqa: S311 - a test's
    make = PAIRS[name]
    short, long = (seconds(make(chance, 1_000 * times)) for times in (1, TIMES))
    assert long <= max(short, 0.002) * AT_MOST
