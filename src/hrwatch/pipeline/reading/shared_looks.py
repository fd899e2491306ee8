"""A look at a page that several feeds carry: what was seen there for one does for the others, so
that a publisher is asked once and not for each feed (decision 0029).

Only a page that was there, at the very same address and by the same way, after this article was
seen last, and lately. What is missing is asked for each time: what is told of a removal are checks
of the article's own. What was taken from another is noted as of when the page was asked for: it
may be handed on, and never as a later look than it is.
"""

from dataclasses import replace

from hrwatch.cadence import visits as schedule
from hrwatch.model.evidence import Standing
from hrwatch.model.feeds import Validators
from hrwatch.pipeline.reading.looking import Found, Subject, beginning, captured, judged
from hrwatch.pipeline.reading.pages import goes_the_same_way
from hrwatch.stages.store.articles import visits as visit_table


async def seen_for_another(subject: Subject) -> Found | None:
    """Return what was found at the article's address for another feed, where that will do; raise
    NoWorker. None: it is to be asked."""
    parts, record, visit = subject.parts, subject.record, subject.visit
    since = schedule.seen_since(visit, record.first_seen_at, parts.clock())
    if since is None:
        return None
    for other in await parts.archive.read(visit_table.of_page, record, visit.url, since):
        by = parts.feeds.get(other.feed)
        if by is None or other.body_sha256 is None or not goes_the_same_way(subject.feed, by):
            continue
        if other.body_sha256 == visit.body_sha256:
            known = Validators(visit.etag, visit.last_modified)
            return Found(
                Standing.THERE, other.status, seen_at=other.last_visit_at, validators=known
            )
        found = await captured(parts.archive, other.record, other.body_sha256)
        if found is None or found[0].fetched_at < since:
            continue
        page = replace(
            await beginning(*found), validators=Validators(other.etag, other.last_modified)
        )
        judgement = await judged(subject, page, found[1], f"as fetched for record {other.record}")
        return replace(judgement, seen_at=other.last_visit_at)
    return None
