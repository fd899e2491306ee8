"""`hrwatch show`: one record in full, the words that its tags rest on marked in the text."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer

from hrwatch.cli import output
from hrwatch.cli.place import FAILED, place
from hrwatch.model.articles import Record
from hrwatch.model.tags import BY_FOCUS, Evidence, Field, Tag
from hrwatch.stages.digest.stories import dated_ahead, published
from hrwatch.stages.store import records as record_table
from hrwatch.territories import country_name


def show(
    context: typer.Context,
    record_id: Annotated[
        str, typer.Argument(metavar="ID", help="An archive reference, or how it begins.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Show one record: where it is from, its tags and why, its text."""
    where = place(context)
    record_id = output.plain(record_id)  # an argument may be bytes that are no text
    with where.archive(where.config()) as archive, archive.reading() as connection:
        found = record_table.get(connection, record_id.lower())
        story = record_table.stories(connection, [found.story]) if isinstance(found, Record) else ()
    if isinstance(found, record_table.Ambiguous):
        output.remark(f"{record_id} begins several references: {', '.join(found.ids)} …")
        raise typer.Exit(FAILED)
    if found is None:
        output.remark(f"the archive holds no record {record_id}; hrwatch search finds references")
        raise typer.Exit(FAILED)
    if as_json:
        output.json_line(asdict(found))
        return
    _print(found, [record for record in story if record.id != found.id])


def _print(record: Record, others: Iterable[Record]) -> None:
    def told(name: str, value: object) -> None:
        if value:
            output.line(f"{name + ':':12}{output.plain(str(value))}")

    output.line(output.plain(_marked(record.title, record.tags, Field.TITLE)))
    output.line()
    told("reference", record.id)
    told("feed", record.feed)
    told("language", record.language)
    told("published", _published(record))
    told("first seen", output.instant(record.first_seen_at))
    told("categories", ", ".join(record.entry.categories))
    told("authors", ", ".join(record.entry.authors))
    told("link", record.entry.permalink)
    told("page sha256", record.page_sha256)
    told("no page", record.extract_error)
    told("backlog", "older than the backfill: archived, never mailed" if record.backlog else "")
    if record.copy:
        told("copy of", f"{record.copy.of} ({record.copy.kind}, {record.copy.score:.0%})")
    for other in others:
        told("same story", f"{other.id}  {other.feed}  {other.title}")
    for tag in record.tags:
        told(tag.kind, f"{_named(tag)}, {tag.relation}: {', '.join(map(_why, tag.evidence))}")
    output.line()
    for paragraph in _marked(record.text, record.tags, Field.TEXT).split("\n"):
        output.line(output.plain(paragraph, limit=None))


def _published(record: Record) -> str:
    """Return when a record was published, or that this is not known and the first visit stands for
    it; with the publisher's words, where they say something else."""
    moment, time_given = published(record)
    words = record.entry.published_text
    if moment is None:
        reason = "the date lay ahead" if dated_ahead(record) else "no date"
        reason += f" ({words!r})" if words else " given"
        return f"{reason}: when it was first seen stands for it"
    told = output.instant(moment) if time_given else f"{moment:%Y-%m-%d}, no time of day given"
    if record.entry.published_at is None or dated_ahead(record):
        told = f"{told}, as its page says"
    return f"{told} (the feed: {words!r})" if words else f"{told}"


def _named(tag: Tag) -> str:
    name = country_name(tag.value)
    return tag.value if name == tag.value else f"{tag.value} ({name})"


def _why(evidence: Evidence) -> str:
    if evidence.field is Field.CATEGORIES:
        return f"{evidence.found!r}, a category of the publisher ({evidence.rule})"
    where = f"{evidence.found!r} at {evidence.field} {evidence.offset}"
    if evidence.rule == BY_FOCUS:
        where += ", taken for the feed's country"
    return f"{where} ({evidence.rule})"


def _marked(words: str, tags: Iterable[Tag], field: Field) -> str:
    """Return `words` with each stretch that a tag rests on set between asterisks."""
    spans = sorted(
        {
            (evidence.offset, evidence.offset + evidence.length)
            for tag in tags
            for evidence in tag.evidence
            if evidence.field is field
        }
    )
    pieces, done = [], 0
    for start, end in spans:
        if start < done:
            continue  # lies within one that is marked already
        pieces += [words[done:start], "*", words[start:end], "*"]
        done = end
    return "".join([*pieces, words[done:]])
