"""`hrwatch export`: the archive for other programs, its captures, or the feed list as OPML."""

import csv
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

import typer

import hrwatch
from hrwatch import text
from hrwatch.cli import opml, output
from hrwatch.cli.place import FAILED, Place, place
from hrwatch.config import Config
from hrwatch.model.articles import Record
from hrwatch.model.tags import Kind, Relation
from hrwatch.stages.store.articles import recognising
from hrwatch.stages.store.articles import records as record_table

COLUMNS = (
    "id",
    "feed",
    "feeds",
    "guid",
    "url",
    "title",
    "authors",
    "published_at",
    "whole_day",
    "published_text",
    "first_seen_at",
    "language",
    "text",
    "countries",
    "keywords",
    "story",
    "copy_of",
    "sha256",
    "published_offset",
)
# A spreadsheet takes what begins so for a formula and would run it (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """What `export` writes."""

    JSONL = "jsonl"
    CSV = "csv"
    OPML = "opml"
    WARC = "warc"


def export(
    context: typer.Context,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="jsonl, csv: every record; opml: the feeds; warc: what was captured.",
        ),
    ],
) -> None:
    """Write every record of the archive, oldest first, every capture, or the list of feeds."""
    where = place(context)
    config = where.config()
    match form:
        case Format.OPML:
            output.line(opml.write(config.feeds))
        case Format.WARC:
            _write_captures(where, config)
        case Format.JSONL:
            for one in _records(where, config):
                output.json_line(one)
        case Format.CSV:
            writer = csv.writer(sys.stdout)
            writer.writerow(COLUMNS)
            writer.writerows(
                [_cell(one[name]) for name in COLUMNS] for one in _records(where, config)
            )


def _write_captures(where: Place, config: Config) -> None:
    # What is needed for this format only.
    from hrwatch.cli.warc import Warc  # noqa: PLC0415 - warcio, only for this
    from hrwatch.wiring import utc_now  # noqa: PLC0415 - the parts, only for this

    if sys.stdout.isatty():
        raise typer.BadParameter(
            "a WARC file is no text for a terminal: write > FILE.warc.gz behind it",
            param_hint="--format",
        )
    gaps = 0

    def gap(words: str) -> None:
        nonlocal gaps
        gaps += 1
        output.complaint(f"hrwatch: {words}")

    with where.archive(config) as archive:
        Warc(sys.stdout.buffer).write(archive, f"hrwatch {hrwatch.__version__}", utc_now(), gap)
    if gaps:
        raise typer.Exit(FAILED)


def _records(where: Place, config: Config) -> Iterator[dict[str, object]]:
    with where.archive(config) as archive, archive.reading() as connection:
        carriers = recognising.carriers(connection)
        for record in record_table.stream(connection):
            yield _object(record, carriers)


def _object(
    record: Record, carriers: Mapping[tuple[str, str], tuple[str, ...]]
) -> dict[str, object]:
    page = (record.permalink, text.title_key(record.entry.title))
    return {
        "id": record.id,
        "feed": record.feed,
        "feeds": list(carriers.get(page, (record.feed,))),
        "guid": record.entry.guid,
        "url": record.entry.permalink,
        "title": record.title,
        "authors": list(record.entry.authors or (record.article.authors if record.article else ())),
        "published_at": output.instant(record.entry.published_at),
        # The time of day in published_at is nobody's word where a whole day is given.
        "whole_day": record.entry.whole_day,
        "published_text": record.entry.published_text,
        "published_offset": record.entry.published_offset,
        "first_seen_at": output.instant(record.first_seen_at),
        "language": record.language,
        "text": record.text,
        "countries": _subjects(record, Kind.COUNTRY),
        "keywords": _subjects(record, Kind.KEYWORD),
        "story": record.story,
        "copy_of": record.copy.of if record.copy else None,
        "sha256": record.page_sha256,
    }


def _subjects(record: Record, kind: Kind) -> list[str]:
    return sorted(
        {t.value for t in record.tags if t.kind is kind and t.relation is Relation.SUBJECT}
    )


def _cell(value: object) -> str:
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    words = output.plain_lines("" if value is None else str(value))
    return f"'{words}" if words.startswith(_FORMULA) else words
