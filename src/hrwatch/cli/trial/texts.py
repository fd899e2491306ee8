"""`hrwatch try tags` and `try copies`: texts of your own, as JSON lines."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, TypeVar

import typer

from hrwatch.cli import output
from hrwatch.cli.explaining import print_marked, print_tags
from hrwatch.cli.place import FAILED, STANDARD_INPUT, place
from hrwatch.config import files as config_files
from hrwatch.model.articles import Copy, CopyKind, Fingerprint
from hrwatch.model.tags import Cues, Field, Kind, Relation, Tag
from hrwatch.stages.dedup import commons
from hrwatch.stages.dedup.copies import fingerprint
from hrwatch.stages.dedup.shelf import Shelf, Told
from hrwatch.stages.dedup.shingles import telling_hashes
from hrwatch.stages.tag import Tagger, language

Files = Annotated[
    list[str] | None, typer.Argument(metavar="[FILE]...", help="- or nothing: standard input.")
]
_EXAMPLE = 'write one object on each line, such as {"id": "1", "title": "…", "text": "…"}'
_Made = TypeVar("_Made")
_TRUSTED = Cues(trust_categories=True)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Failure:
    """An input that could not be used; what is printed of it."""

    input: str  # FILE:LINE, or FILE where it cannot be read
    error: str


@dataclass(frozen=True, slots=True)
class _Article:
    """A text that may repeat another."""

    id: object  # as it was given
    title: str
    text: str
    fingerprint: Fingerprint
    published_at: datetime | None

    @property
    def name(self) -> str:
        return "" if self.id is None else str(self.id)


def tags(
    context: typer.Context,
    files: Files = None,
    text: Annotated[
        str | None,
        typer.Option(help="One text, told in plain words instead of JSON.", show_default=False),
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="The same of a title.", show_default=False)
    ] = None,
) -> None:
    """Tag texts, given as JSON lines {id, title, text, lang?, categories?}, or one by --title and
    --text.

    Categories are those of a publisher, a list, and count as those of a feed that is trusted.
    """
    tagger = Tagger(place(context).rules_and_fetching()[0])
    if text is not None or title is not None:
        if files:
            raise typer.BadParameter("give either this or files", param_hint="--text, --title")
        _explain(tagger, title or "", text or "")
        return

    def answer(given: Mapping[str, object]) -> dict[str, object]:
        title, body = _text(given, "title"), _text(given, "text")
        code = _text(given, "lang") or language.detect(title, body)
        found = tagger.tag(title, body, code, _categories(given), _TRUSTED)
        return {"id": given.get("id"), "language": code, **_tags(found)}

    _print(_each(files or [STANDARD_INPUT], answer))


def _explain(tagger: Tagger, title: str, body: str) -> None:
    code = language.detect(title, body)
    found = tagger.tag(title, body, code)
    for words, field in ((title, Field.TITLE), (body, Field.TEXT)):
        if words:
            print_marked(words, found, field)
            output.line()
    output.line(f"language:   {code or 'not certain: the words of every language are tried'}")
    print_tags(found)
    if not found:
        output.line("No country, no place and no keyword was found.")


def copies(files: Files = None) -> None:
    """Say which texts repeat another, given as JSON lines {id, title, text, published?}.

    Of equal texts the one published first is the original, in whatever order the lines come. Those
    without a time (ISO 8601; UTC where it names no zone) come last, in the order of their lines.
    """
    inputs = tuple(_each(files or [STANDARD_INPUT], _article))
    found = _copies([(place, one) for place, one in enumerate(inputs) if isinstance(one, _Article)])
    _print(
        one if isinstance(one, _Failure) else _copied(one, found.get(place))
        for place, one in enumerate(inputs)
    )


def _article(given: Mapping[str, object]) -> _Article:
    title, body = _text(given, "title"), _text(given, "text")
    return _Article(
        id=given.get("id"),
        title=title,
        text=body,
        fingerprint=fingerprint(title, body),
        published_at=_instant(_text(given, "published")),
    )


def _copies(articles: Sequence[tuple[int, _Article]]) -> dict[int, Copy]:
    """Given articles and their places, return what is a copy, by its place."""
    step = max(1, len(articles) // commons.SAMPLE)
    common = commons.common([(one.title, one.text) for _, one in articles[::step]])
    shelf = Shelf(common)
    equal: dict[str, str] = {}
    found: dict[int, Copy] = {}
    for number, one in sorted(articles, key=lambda article: article[1].published_at or _LAST):
        told = one.fingerprint
        hashes = telling_hashes(told.sketch, common)
        new = Told(one.name, one.title, one.text, hashes, original=one.name)
        if told.text_hash in equal:
            copy: Copy | None = Copy(equal[told.text_hash], CopyKind.SAME_TEXT, 1.0)
        else:
            copy = shelf.copy(new)
        original = copy.of if copy else one.name
        if copy:
            found[number] = copy
        if told.text_hash:  # else too short to be judged
            equal.setdefault(told.text_hash, original)
        shelf.put(replace(new, original=original))
    return found


def _copied(article: _Article, copy: Copy | None) -> dict[str, object]:
    return {
        "id": article.id,
        "story": copy.of if copy else article.name,
        "copy_of": copy.of if copy else None,
        "kind": copy.kind if copy else None,
        "score": copy.score if copy else None,
    }


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
        raise ValueError(f"{name!r} must be a text: put it between double quotes")
    return value


def _categories(given: Mapping[str, object]) -> tuple[str, ...]:
    told = given.get("categories")
    told = [] if told is None else told
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        raise ValueError('\'categories\' must be a list of texts, such as ["Belarus", "Torture"]')
    return tuple(told)


def _instant(written: str) -> datetime | None:
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError("'published' must be a time such as 2026-03-02T09:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print(answers: Iterable[dict[str, object] | _Failure]) -> None:
    """Print a line for each; leave with 1 where one of them failed."""
    good = True
    for answer in answers:
        good &= not isinstance(answer, _Failure)
        output.json_line(asdict(answer) if isinstance(answer, _Failure) else answer)
    if not good:
        raise typer.Exit(FAILED)


def _each(
    files: Iterable[str], make: Callable[[Mapping[str, object]], _Made]
) -> Iterator[_Made | _Failure]:
    """Give what `make` makes of each line, in order; a line it cannot use is a failure of its own,
    and so is a file that cannot be read to its end."""
    for name in files:
        try:
            with _opened(name) as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield _one(f"{name}:{number}", line, make)
        except OSError as error:
            yield _Failure(name, config_files.unreadable(error))


def _one(
    where: str, line: bytes, make: Callable[[Mapping[str, object]], _Made]
) -> _Made | _Failure:
    try:
        return make(_object(line))
    except RecursionError:
        return _Failure(where, f"is nested too deep; {_EXAMPLE}")
    except ValueError as error:
        return _Failure(where, str(error))


def _object(line: bytes) -> dict[str, object]:
    """Return the object that a line holds; raise ValueError where it holds none."""
    try:
        # The -sig takes a byte order mark off, which stands at the beginning of some files.
        given = json.loads(line.decode("utf-8-sig"))
        if b"\\u" in line:
            json.dumps(given, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        wrong = error.object[error.start]
        raise ValueError(
            f"the byte 0x{wrong:02X} at {error.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None
    except UnicodeEncodeError:
        raise ValueError(
            r"holds half a character, a \ud8xx without the \udcxx that goes with it; write the "
            "character itself"
        ) from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON from character {error.colno} on; {_EXAMPLE}") from None
    except ValueError:  # what Python refuses to read as a number
        raise ValueError("holds a number of thousands of digits; put it in quotes") from None
    if not isinstance(given, dict):
        raise ValueError(f"is JSON, but no object; {_EXAMPLE}")
    return given


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
    else:
        with Path(name).open("rb") as lines:
            yield lines
