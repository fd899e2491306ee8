"""Traps of our own for the countries of a text, in `traps/`, a file for each language.

A case is a story of two to five invented sentences that tempts a tagger. `subject`: exactly the
countries it is about; `mention`: named in passing only; `never`: no tag at all; `places`: tagged,
as subject or mention; `trap`: what it tempts to. `open`: why it does not hold yet; such a case is
an expected failure and has to lose that line when it holds.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from hrwatch.config import reading
from hrwatch.config.taxonomy import shipped
from hrwatch.model.tags import Kind, Relation
from hrwatch.stages.tag import Tagger
from hrwatch.stages.tag.gazetteer import TENDED
from hrwatch.territories import countries, places

FILES = sorted((Path(__file__).parent / "traps").glob("*.yaml"))
FIELDS = {"trap", "title", "text", "subject", "mention", "never", "places", "open"}
AT_LEAST = 12


@dataclass(frozen=True)
class Trap:
    """One story, and what it must and must not be tagged with."""

    language: str
    trap: str
    title: str
    text: str
    subject: frozenset[str]
    mention: frozenset[str]
    never: frozenset[str]
    places: frozenset[str]
    open: str


def _read(file: Path) -> Iterator[Trap]:
    for case in reading.parse(file.read_bytes(), file.name).root.plain():
        assert {"trap", "title", "text", "subject"} <= set(case) <= FIELDS, (file.name, case)
        yield Trap(
            file.stem,
            case["trap"],
            case["title"],
            case["text"],
            *(
                frozenset(case.get(field, ()))
                for field in ("subject", "mention", "never", "places")
            ),
            case.get("open", ""),
        )


TRAPS = [trap for file in FILES for trap in _read(file)]


@cache
def tagger() -> Tagger:
    return Tagger(shipped())


def parameters() -> Iterator[object]:
    for trap in TRAPS:
        marks = [pytest.mark.xfail(reason=trap.open, strict=True)] if trap.open else []
        yield pytest.param(trap, id=f"{trap.language}: {trap.trap}", marks=marks)


@pytest.mark.parametrize("trap", list(parameters()))
def test_a_trap_catches_no_tag_that_its_story_does_not_earn(trap: Trap) -> None:
    tags = tagger().tag(trap.title, trap.text, trap.language)
    named = [tag for tag in tags if tag.kind is Kind.COUNTRY]
    subjects = {tag.value for tag in named if tag.relation is Relation.SUBJECT}
    mentions = {tag.value for tag in named if tag.relation is Relation.MENTION}
    found = {tag.value for tag in tags if tag.kind is Kind.PLACE}
    assert subjects == trap.subject, (trap.trap, mentions)
    assert trap.mention <= mentions
    assert not trap.never & (subjects | mentions | found)
    assert trap.places <= found


def test_every_tended_language_has_its_traps() -> None:
    cases = Counter(trap.language for trap in TRAPS)

    assert set(cases) == set(TENDED)
    assert min(cases.values()) >= AT_LEAST, cases


def test_every_code_of_the_traps_is_known() -> None:
    codes = {
        code for trap in TRAPS for code in trap.subject | trap.mention | trap.never | trap.places
    }

    assert codes <= set(countries()) | set(places())
