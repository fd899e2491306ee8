"""Floors on labelled copies, by the verb that tells them: `hrwatch try copies`.

The texts belong to others and are not in this repository; see `tests/conftest.py`.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conftest import Corpora

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())["copies"]
SETS = ("reuters-natural", "bsnlp-natural", "synthetic")
# The kinds of pairs that tempt most: another text on the same event, and what came after it.
HARDEST = (
    "-same event, different text",
    "-natural: same period, different story or follow-up",
    "-NEG follow-up with copied background",
)


@pytest.fixture(scope="module")
def figures(corpora: Corpora, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {name: score(corpora, name, tmp_path_factory.mktemp(name)) for name in SETS}


def score(corpora: Corpora, name: str, folder: Path) -> Any:
    docs, pairs = (
        next(corpora.unpack("neardup-dev").rglob(f"{name}-{what}.jsonl"))
        for what in ("docs", "pairs")
    )
    told = folder / "told.jsonl"
    with told.open("w") as out:
        verb = [sys.executable, "-m", "hrwatch", "try", "copies", str(docs)]
        subprocess.run(verb, stdout=out, check=True)
    scored = subprocess.run(
        [sys.executable, corpora.folder / "score_dups.py", pairs, told, "--json"],
        capture_output=True,
        check=True,
    )
    return json.loads(scored.stdout)


@pytest.mark.parametrize("name", SETS)
def test_copies_of_labelled_texts_stay_above_their_floor(
    name: str, figures: dict[str, Any]
) -> None:
    assert figures[name]["f1"] >= FLOORS[name]["f1"], figures[name]


def test_copies_of_all_labelled_texts_together_stay_above_their_floor(
    figures: dict[str, Any],
) -> None:
    total: Counter[str] = Counter()
    for one in figures.values():
        total.update({what: one[what] for what in ("tp", "fp", "fn")})
    assert total["tp"] / (total["tp"] + total["fp"]) >= FLOORS["all"]["p"], total
    f1 = 2 * total["tp"] / (2 * total["tp"] + total["fp"] + total["fn"])
    assert f1 >= FLOORS["all"]["f1"], total


def test_other_texts_on_the_same_event_are_not_merged(figures: dict[str, Any]) -> None:
    kinds = {kind: told for one in figures.values() for kind, told in one["kinds"].items()}
    assert sum(kinds[kind]["of"] for kind in HARDEST) == 380
    assert sum(kinds[kind]["flagged"] for kind in HARDEST) <= 1
