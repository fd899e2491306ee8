"""Sentences of our own, in `sentences/`: what each must be tagged with, and what never.

Half of them tempt: idioms, sports, films, budgets. The format stands at the head of
`sentences/common.yaml`; the floors in `floors.json` are only ever raised by hand.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from hrwatch.config import names, reading
from hrwatch.config.issues import GROUPS
from hrwatch.config.taxonomy import shipped
from hrwatch.model.tags import Kind, Relation
from hrwatch.stages.tag import Tagger

HERE = Path(__file__).parent
FILES = sorted((HERE / "sentences").glob("*.yaml"))
FLOORS = json.loads((HERE / "floors.json").read_text())["sentences"]
CLAIMS = ("is", "names", "not")
SENTENCES = 400
TEMPTING = 200  # of them, about nothing
LANGUAGES = 10
EACH = 7  # sentences at least in each of these


@dataclass(frozen=True)
class Sentence:
    """One entry of a file; `claims` are pairs such as ("not", "torture")."""

    file: str
    language: str
    title: str
    text: str
    claims: tuple[tuple[str, str], ...]


@cache
def sentences() -> tuple[Sentence, ...]:
    return tuple(sentence for file in FILES for sentence in _read(file))


def _read(file: Path) -> Iterator[Sentence]:
    for entry in reading.parse(file.read_bytes(), file.name).root.plain():
        assert set(entry) <= {"lang", "title", "text", *CLAIMS}, (file.name, entry)
        claims = tuple((claim, value) for claim in CLAIMS for value in entry.get(claim, ()))
        assert claims, (file.name, entry)
        language = names.language(entry["lang"])
        yield Sentence(file.stem, language, entry.get("title", ""), entry["text"], claims)


@cache
def broken_claims() -> tuple[tuple[Sentence, str, str], ...]:
    """Return the claims that do not hold."""
    tagger = Tagger(shipped())
    return tuple(
        (sentence, claim, keyword)
        for sentence in sentences()
        for claim, keyword in sentence.claims
        if not _holds(claim, keyword, _relations(tagger, sentence))
    )


def _relations(tagger: Tagger, sentence: Sentence) -> dict[str, Relation]:
    tags = tagger.tag(sentence.title, sentence.text, sentence.language)
    return {tag.value: tag.relation for tag in tags if tag.kind is Kind.KEYWORD}


def _holds(claim: str, keyword: str, relations: dict[str, Relation]) -> bool:
    expected = {"is": Relation.SUBJECT, "names": Relation.MENTION, "not": None}[claim]
    return relations.get(keyword) is expected


def _told(broken: list[tuple[Sentence, str, str]]) -> str:
    return "\n".join(
        f"{sentence.file}.yaml [{sentence.language}] {claim} {keyword}: "
        f"{sentence.title} / {sentence.text}"
        for sentence, claim, keyword in broken
    )


@pytest.mark.parametrize("language", FLOORS)
def test_claims_of_own_sentences_hold(language: str) -> None:
    def in_language(sentence: Sentence) -> bool:
        return language in {"all", sentence.language}

    broken = [found for found in broken_claims() if in_language(found[0])]
    claims = sum(len(sentence.claims) for sentence in sentences() if in_language(sentence))
    assert claims, f"no sentence in {language}"
    assert 1 - len(broken) / claims >= FLOORS[language], f"of {claims} claims:\n{_told(broken)}"


def test_own_sentences_are_of_shipped_groups_and_keywords() -> None:
    known = {keyword.id for keyword in shipped().keywords}
    assert {file.stem for file in FILES} <= {*GROUPS, "common"}
    for sentence in sentences():
        assert {keyword for _, keyword in sentence.claims} <= known, sentence


def test_own_sentences_are_many_and_tempting_in_many_languages() -> None:
    tempting = [one for one in sentences() if "is" not in dict(one.claims)]
    by_language = Counter(one.language for one in sentences())
    assert len(sentences()) >= SENTENCES
    assert len(tempting) >= TEMPTING
    assert sum(count >= EACH for count in by_language.values()) >= LANGUAGES, by_language
