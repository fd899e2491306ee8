"""`hrwatch try tags` and `try copies`: texts of your own, as JSON lines."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TextIO

import typer

from hrwatch.cli import output
from hrwatch.cli.place import FAILED, STANDARD_INPUT, place
from hrwatch.model.articles import Candidate
from hrwatch.model.tags import Kind, Relation, Tag
from hrwatch.stages.dedup.copies import copy_of, fingerprint
from hrwatch.stages.tag import Tagger, language

Files = Annotated[
    list[str] | None, typer.Argument(metavar="[FILE]...", help="- or nothing: standard input.")
]
Answer = Callable[[Mapping[str, object]], dict[str, object]]


def tags(context: typer.Context, files: Files = None) -> None:
    """Tag texts, given as JSON lines {id, title, text, lang?}."""
    tagger = Tagger(place(context).rules_and_fetching()[0])

    def answer(given: Mapping[str, object]) -> dict[str, object]:
        title, body = _text(given, "title"), _text(given, "text")
        code = _text(given, "lang") or language.detect(title, body)
        return {"id": given.get("id"), "language": code, **_tags(tagger.tag(title, body, code))}

    _each(files or [STANDARD_INPUT], answer)


def copies(files: Files = None) -> None:
    """Say which texts repeat an earlier one, given as JSON lines {id, title, text, published?}."""
    alike: dict[str, list[Candidate]] = {}

    def answer(given: Mapping[str, object]) -> dict[str, object]:
        name, title, body = str(given.get("id", "")), _text(given, "title"), _text(given, "text")
        told = fingerprint(title, body)
        before = alike.setdefault(told.text_hash, [])
        copy = copy_of(feed_address="", permalink="", title=title, told=told, candidates=before)
        copied = copy.of if copy else None
        before.append(Candidate(name, "", "", "", "", told.text_hash, copied))
        return {
            "id": given.get("id"),
            "story": copied or name,
            "copy_of": copied,
            "kind": copy.kind if copy else None,
            "score": copy.score if copy else None,
        }

    _each(files or [STANDARD_INPUT], answer)


def _tags(found: Sequence[Tag]) -> dict[str, object]:
    def values(kind: Kind, *relations: Relation) -> list[str]:
        return sorted({t.value for t in found if t.kind is kind and t.relation in relations})

    return {
        "countries": values(Kind.COUNTRY, Relation.SUBJECT),
        "countries_mentioned": values(Kind.COUNTRY, *Relation),
        "places": values(Kind.PLACE, *Relation),
        "keywords": values(Kind.KEYWORD, Relation.SUBJECT),
        "keywords_mentioned": values(Kind.KEYWORD, *Relation),
        "tags": [asdict(tag) for tag in found],
    }


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name!r} must be a text")
    return value


def _each(files: Sequence[str], answer: Answer) -> None:
    """Print an answer for each line of `files`; leave with 1 where one of them failed."""
    good = True
    for name in files:
        try:
            with _opened(name) as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        good &= _one(f"{name}:{number}", line, answer)
        except (OSError, UnicodeError) as error:
            good = False
            output.json_line({"input": name, "error": str(error)})
    if not good:
        raise typer.Exit(FAILED)


def _one(where: str, line: str, answer: Answer) -> bool:
    try:
        given = json.loads(line)
        if not isinstance(given, dict):
            raise ValueError("a line must be a JSON object")
        result = answer(given)
    except (ValueError, RecursionError) as error:
        output.json_line({"input": where, "error": str(error)})
        return False
    output.json_line(result)
    return True


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    if name == STANDARD_INPUT:
        yield sys.stdin
    else:
        with Path(name).open(encoding="utf-8") as lines:
            yield lines
