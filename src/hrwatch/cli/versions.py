"""`hrwatch show ID --versions`: what an article was and became, one version after the other. Here,
where the archive is, what a publisher took out is shown too."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from hrwatch.cli import output
from hrwatch.model.articles import Change, Kept, Record
from hrwatch.model.evidence import Visit
from hrwatch.stages.digest.changing import Part, account
from hrwatch.stages.digest.tongue import speaking
from hrwatch.text import counted

_ALL = 1_000  # more passages than a change holds
_SIGNS = {
    Part.REMOVED: ("-", ""),
    Part.ADDED: ("", "+"),
    Part.REPLACED: ("-", "+"),
    Part.INITIALS: ("-", "+"),
}


def print_versions(versions: Sequence[Record], visit: Visit | None, *, as_json: bool) -> None:
    """Given an article's versions, the first one first, and what visits to its page came to, print
    what changed from each to the next."""
    if as_json:
        for record in versions:
            output.json_line(_line(record))
        return
    for record in versions:
        _print(record)
    if visit is not None:
        output.line("\n".join(_page(visit)))


def _line(record: Record) -> dict[str, object]:
    change = record.change
    return {
        "record": record.id,
        "version": record.version,
        "seen_at": record.seen_at or record.first_seen_at,
        "title": record.title,
        "language": record.language,
        "words": record.fingerprint.words,
        "page_sha256": record.page_sha256,
        "kept": record.kept,
        "what_changed": account(change, speaking("en")).line if change else None,
        "change": asdict(change) if change else None,
        "text": record.text,
    }


def _print(record: Record) -> None:
    seen = output.instant(record.seen_at or record.first_seen_at)
    words = counted(record.fingerprint.words, "word")
    page = f", page sha256 {record.page_sha256[:12]}" if record.page_sha256 else ""
    output.line(f"version {record.version}, seen {seen}, {words}{page}")
    if record.kept is Kept.NOTHING:
        output.line("    removed from the archive")
    else:
        output.line(f"    {output.plain(record.title)}")
    if record.change:
        output.line("\n".join(_told(record.change)))
    elif record.version > 1:
        output.line("    its page could be read now; the publisher changed nothing")
    output.line()


def _told(change: Change) -> Iterable[str]:
    """Yield what changed, line by line."""
    whole = account(change, speaking("en"), _ALL)
    yield f"    what changed: {whole.line}"
    for passage in whole.passages:
        before, after = output.plain(passage.before), output.plain(passage.after)
        if passage.part is Part.TITLE:
            yield f"    - title: {before}"
            yield f"    + title: {after}"
            continue
        for sign, words in zip(_SIGNS[passage.part], (before, after), strict=True):
            if sign and words:
                yield f"    {sign} {words}"
    if whole.left_out:
        yield f"    {whole.left_out}"


def _page(visit: Visit) -> Iterable[str]:
    """Yield what visits to the page came to."""
    if visit.last_visit_at is None:
        yield "page:       not looked at again yet"
        return
    last = output.instant(visit.last_visit_at)
    times = counted(visit.visits, "time")
    told = f"page:       {visit.standing}, looked at again {times}, last {last}"
    if visit.status:
        told += f", answer {visit.status}"
    yield told
    if visit.missing and visit.missing_since:
        since = output.instant(visit.missing_since)
        yield f"            missing on {counted(visit.missing, 'visit')} in a row, since {since}"
