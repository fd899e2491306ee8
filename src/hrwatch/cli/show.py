"""`hrwatch show`: one record in full, the words that its tags rest on marked in the text."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer

from hrwatch.cli import output
from hrwatch.cli.explaining import print_marked, print_tags
from hrwatch.cli.finding import named_record
from hrwatch.cli.place import place
from hrwatch.cli.versions import print_versions
from hrwatch.config.rule_sets import RuleSets
from hrwatch.model.articles import Copy, CopyKind, Kept, Record
from hrwatch.model.evidence import Capture, CaptureKind, Link
from hrwatch.model.tags import Field
from hrwatch.pipeline.reading.older import LOOK
from hrwatch.stages.digest.stories import dated_ahead, published
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import rule_sets
from hrwatch.stages.store.articles import visits as visit_table
from hrwatch.stages.store.articles.rule_sets import Known
from hrwatch.stages.store.evidence import captures, tombstones
from hrwatch.text import counted

_KEPT = {
    Kept.FULL: "",
    Kept.SUMMARY: "the headline and the feed's summary, not the text",
    Kept.HEADLINE: "the headline, not the text",
    Kept.NOTHING: "nothing: it was removed",
}


def show(
    context: typer.Context,
    record_id: Annotated[
        str, typer.Argument(metavar="ID", help="An archive reference, or how it begins.")
    ],
    with_versions: Annotated[
        bool,
        typer.Option("--versions", help="Every version of it, and what changed; JSON: one a line."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Show one record: where it is from, its tags and why, its text."""
    where = place(context)
    config = where.config()
    with where.archive(config) as archive:
        found = named_record(archive, record_id)
        rules_hash = found.rules_hash
        with archive.reading() as connection:
            versions = record_table.versions(connection, found.id) if with_versions else ()
            visit = visit_table.of(connection, [found.id]).get(found.id)
            others = record_table.others(connection, [found])
            known = rule_sets.get(connection, rules_hash) if rules_hash else None
            removed = tombstones.latest(connection, found.id)
            held = [link for link in captures.of(connection, found.id) if link.capture != removed]
    if with_versions:
        print_versions(versions, visit, as_json=as_json)
        return
    if as_json:
        evidence = {"captures": list(map(_capture_object, held))}
        output.json_line(asdict(found) | evidence | _removed(removed))
        return
    if removed is not None and found.kept is Kept.NOTHING:
        _print_removed(found, removed)
        return
    today = RuleSets(config.rules, config.feeds).hash_for(found.feed)
    _print(found, others, _rule_set(known, rules_hash, today), removed, held)


def _removed(tombstone: Capture | None) -> dict[str, object]:
    """Return what JSON tells more of a record of which something was removed."""
    if tombstone is None:
        return {}
    return {"removed_at": tombstone.fetched_at, "removed_because": tombstones.reason(tombstone)}


def _print_removed(record: Record, tombstone: Capture) -> None:
    for name, value in (
        ("reference", record.id),
        ("feed", record.feed),
        ("first seen", output.instant(record.first_seen_at)),
        ("page sha256", record.page_sha256),
        ("removed", output.instant(tombstone.fetched_at)),
        ("reason", tombstones.reason(tombstone)),
    ):
        if value:
            output.line(f"{name + ':':12}{output.plain(value)}")


def _print(
    record: Record,
    others: Iterable[Record],
    tagged_by: str,
    removed: Capture | None,
    held: Iterable[Link],
) -> None:
    def told(name: str, value: object) -> None:
        if value:
            output.line(f"{name + ':':12}{output.plain(str(value))}")

    print_marked(record.title, record.tags, Field.TITLE)
    output.line()
    told("reference", record.id)
    told("feed", record.feed)
    told("language", record.language)
    told("published", _published(record))
    told("first seen", output.instant(record.first_seen_at))
    if record.version > 1:
        seen = output.instant(record.seen_at)
        told("version", f"{record.version}, seen {seen} (hrwatch show {record.id} --versions)")
    told("categories", ", ".join(record.entry.categories))
    told("authors", ", ".join(record.entry.authors))
    told("link", record.entry.permalink)
    told("page sha256", record.page_sha256)
    for link in held:
        told("captured", _capture(link))
    told("kept", _kept(record, removed))
    told("no page", record.extract_error)
    told("backlog", "older than the backfill: archived, never mailed" if record.backlog else "")
    if record.copy:
        told("copy of", f"{record.copy.of} ({_likeness(record.copy)})")
    told("unlinked", "somebody said that it is no copy (hrwatch unlink)" if record.unlinked else "")
    for other in others:
        told("same story", f"{other.id}  {other.feed}  {other.title}")
    print_tags(record.tags)
    told("tagged by", tagged_by)
    output.line()
    print_marked(record.text, record.tags, Field.TEXT)


def _capture(link: Link) -> str:
    capture = link.capture
    if capture is None or capture.kind is CaptureKind.TOMBSTONE:
        return ""
    told = "the feed's entry" if capture.status is None else f"status {capture.status}"
    return (
        f"{output.instant(capture.fetched_at)}, {told}, {counted(capture.body_size, 'byte')}, "
        f"sha256 {capture.body_sha256}"
    )


def _capture_object(link: Link) -> dict[str, object]:
    capture = link.capture
    found = {"number": link.number, "chain_hash": link.chain_hash}
    if capture is None:
        return found
    return found | {
        "kind": capture.kind,
        "fetched_at": capture.fetched_at,
        "requested_url": capture.requested_url,
        "url": capture.url,
        "status": capture.status,
        "sha256": capture.body_sha256,
        "bytes": capture.body_size,
        "note": capture.note,
    }


def _likeness(copy: Copy) -> str:
    """Return how like its original a copy is; a translation is not, and no share tells it."""
    if copy.kind is CopyKind.TRANSLATION:
        return str(copy.kind)
    return f"{copy.kind}, {copy.score:.0%}"


def _kept(record: Record, removed: Capture | None) -> str:
    """Return how much is kept of a record, and why it is no more where it once was."""
    told = _KEPT[record.kept]
    if not told or removed is None:
        return told
    return f"{told}; since {output.instant(removed.fetched_at)}: {tombstones.reason(removed)}"


def _rule_set(known: Known | None, rules_hash: str | None, today: str) -> str:
    """Return in words what made a record's tags."""
    if rules_hash is None:
        return "an hrwatch that did not keep by which rules"
    told = f"rule set {rules_hash[:12]}"
    if known:
        told += (
            f" of {counted(known.rule_set.keywords, 'keyword')} and "
            f"{counted(known.rule_set.terms, 'term')}, first used "
            f"{output.instant(known.first_used_at)} by hrwatch {known.hrwatch}"
        )
    return told if rules_hash == today else f"{told}; today's is another ({LOOK})"


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
