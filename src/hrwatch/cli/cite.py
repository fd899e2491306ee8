"""`hrwatch cite`: how an archived article is cited: a line, RIS, or the fields of CSL-JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from hrwatch.cli import output
from hrwatch.cli.finding import named_record
from hrwatch.cli.place import FAILED, place
from hrwatch.model.articles import Kept, Record
from hrwatch.model.evidence import Capture, CaptureKind, Link
from hrwatch.stages.digest.layout import isolate
from hrwatch.stages.digest.stories import published, publisher
from hrwatch.stages.store.evidence import captures


@dataclass(frozen=True, slots=True)
class _Citation:
    """What there is to be cited, each on one line, without what could steer a terminal."""

    id: str
    version: int
    publisher: str
    title: str
    authors: tuple[str, ...]
    url: str
    language: str
    published_at: datetime | None  # UTC
    time_given: bool
    dated: str  # the publisher's words, where they are no date that can be told
    capture: Capture | None
    sha256: str  # of the capture, else of the page as it was read; empty without either
    first_seen_at: datetime

    @property
    def kept_at(self) -> datetime:
        """When its capture was made; without one, when it was first seen."""
        return self.capture.fetched_at if self.capture else self.first_seen_at

    @property
    def evidence(self) -> str:
        """What is kept of it, and by which hash it is proven."""
        at = output.instant(self.kept_at)
        if self.capture is None:
            told = f"first seen {at}, no copy kept"
            return f"{told}; SHA-256 of its page {self.sha256}" if self.sha256 else told
        what = "as its feed gave it" if self.capture.kind is CaptureKind.ENTRY else "its page"
        return f"captured {at}, {what}, SHA-256 {self.sha256}"

    @property
    def reference(self) -> str:
        """Where it is in the archive."""
        later = f", version {self.version}" if self.version > 1 else ""
        return f"hrwatch ref {self.id}{later}"


def cite(
    context: typer.Context,
    record_id: Annotated[
        str, typer.Argument(metavar="ID", help="An archive reference, or how it begins.")
    ],
    as_ris: Annotated[bool, typer.Option("--ris", help="As RIS, which Zotero reads.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One object with the fields of CSL-JSON.")
    ] = False,
) -> None:
    """Cite an article: publisher, title, date, address, when it was captured, and its SHA-256."""
    if as_ris and as_json:
        raise typer.BadParameter("goes without --json", param_hint="--ris")
    where = place(context)
    config = where.config()
    with where.archive(config) as archive:
        record = named_record(archive, record_id)
        with archive.reading() as connection:
            links = captures.of(connection, record.id)
    if record.kept is Kept.NOTHING:
        output.remark(
            f"{record.id} was removed: nothing is left to cite (hrwatch show {record.id})"
        )
        raise typer.Exit(FAILED)
    by = publisher(record.feed, {feed.name: feed for feed in config.feeds})
    cited = _citation(record, by, links)
    if as_json:
        output.json_line(_csl(cited))
    elif as_ris:
        output.line("\r\n".join(f"{tag}  - {value}" for tag, value in _ris(cited)) + "\r")
    else:
        output.line(_line(cited))


def _citation(record: Record, by: str, links: tuple[Link, ...]) -> _Citation:
    held = [link.capture for link in links if link.capture]
    held = [one for one in held if one.kind is not CaptureKind.TOMBSTONE]
    capture = held[-1] if held else None
    moment, time_given = published(record)
    authors = record.entry.authors or (record.article.authors if record.article else ())
    return _Citation(
        id=record.id,
        version=record.version,
        publisher=output.plain(by),
        title=output.plain(record.title) or "(no title)",
        authors=tuple(filter(None, map(output.plain, authors))),
        url=output.plain(record.entry.permalink or record.permalink, limit=None),
        language=output.plain(record.language),
        published_at=moment.astimezone(UTC) if moment else None,
        time_given=time_given,
        dated="" if moment else output.plain(record.entry.published_text),
        capture=capture,
        sha256=capture.body_sha256 if capture else record.page_sha256 or "",
        first_seen_at=record.first_seen_at,
    )


def _line(cited: _Citation) -> str:
    parts = [isolate(cited.publisher), f'"{isolate(cited.title)}"', _date(cited)]
    parts.append(cited.url or "no address given")
    return f"{', '.join(parts)} ({cited.evidence}; {cited.reference})"


def _date(cited: _Citation) -> str:
    if cited.published_at is None:
        return f'dated "{isolate(cited.dated)}"' if cited.dated else "date not given"
    if cited.time_given:
        return f"{cited.published_at:%Y-%m-%d %H:%M} UTC"
    return f"{cited.published_at:%Y-%m-%d}"


def _ris(cited: _Citation) -> Iterator[tuple[str, str]]:
    """Yield tags and values. ELEC: what is cited is a web page, whoever publishes it. A date that
    is not given has no tag; the time of day, where there is one, stands behind the date."""
    yield "TY", "ELEC"
    yield "ID", cited.id
    yield "TI", cited.title
    for author in cited.authors:
        yield "AU", author
    yield "PB", cited.publisher
    if moment := cited.published_at:
        yield "PY", f"{moment:%Y}"
        time = f"{moment:%H:%M} UTC" if cited.time_given else ""
        yield "DA", f"{moment:%Y/%m/%d}/{time}"
    yield "Y2", f"{cited.kept_at.astimezone(UTC):%Y/%m/%d}/"
    if cited.url:
        yield "UR", cited.url
    if cited.language:
        yield "LA", cited.language
    yield "N1", _note(cited)
    yield "ER", ""


def _csl(cited: _Citation) -> dict[str, object]:
    """Return the item of CSL-JSON (citation style language, 1.0.2); what that has no field for is
    under `custom`."""
    moment, kept_at = cited.published_at, cited.kept_at.astimezone(UTC)
    item: dict[str, object] = {
        "id": cited.id,
        "type": "webpage",
        "title": cited.title,
        "author": [{"literal": author} for author in cited.authors],
        "publisher": cited.publisher,
        "container-title": cited.publisher,
        "issued": _day(moment) if moment else None,
        "accessed": _day(kept_at),
        "URL": cited.url,
        "language": cited.language,
        "archive": "hrwatch",
        "archive_location": cited.id,
        "note": _note(cited),
        "custom": {
            "published_at": moment if cited.time_given else None,
            "captured_at": cited.capture.fetched_at if cited.capture else None,
            "first_seen_at": cited.first_seen_at,
            "sha256": cited.sha256 or None,
            "version": cited.version,
        },
    }
    return {name: value for name, value in item.items() if value not in (None, "", [])}


def _note(cited: _Citation) -> str:
    undated = "" if cited.published_at else f"{_date(cited)}; "
    return f"{undated}{cited.evidence}; {cited.reference}"


def _day(moment: datetime) -> dict[str, list[list[int]]]:
    return {"date-parts": [[moment.year, moment.month, moment.day]]}
