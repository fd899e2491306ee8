"""What the demo says of what happened: values of the pipeline, in words. Pure but for the mails."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from pathlib import Path

from hrwatch.demo.newsroom import Publication
from hrwatch.model.articles import Record
from hrwatch.model.feeds import Outcome, PollReport
from hrwatch.model.mail import Delivery, Status
from hrwatch.model.tags import Kind, Relation
from hrwatch.text import counted

_MOST_COMMON = 5


class Look(Enum):
    """What a step is to whoever watches."""

    HEADING = "heading"
    LINE = "line"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, in words."""

    words: str
    look: Look = Look.LINE


Show = Callable[[Step], None]


def of_newsroom(publications: Iterable[Publication]) -> str:
    """Say what there is to read."""
    told = tuple(publications)
    stories = sum(len(publication.stories) for publication in told)
    languages = sorted({publication.language for publication in told})
    return (
        f"{len(told)} feeds, {stories} entries in {len(languages)} languages "
        f"({', '.join(languages)}). No story in it ever happened."
    )


def of_report(report: PollReport) -> str:
    """Say what came of one poll."""
    match report.outcome:
        case Outcome.FAILED:
            return f"failed: {report.error}"
        case Outcome.NEW:
            copies = f" ({counted(report.copies, 'copy', 'copies')})" if report.copies else ""
            return f"{report.new} new{copies}"
        case Outcome.NOT_MODIFIED:
            return "not modified"
        case _:
            return "nothing new"


def of_archive(kept: Iterable[Record]) -> tuple[str, ...]:
    """Say what the archive holds now."""
    records = tuple(kept)
    copies = sum(record.copy is not None for record in records)
    backlog = sum(record.backlog for record in records)
    pageless = [record for record in records if record.extract_error]
    lines = [
        f"The archive holds {len(records)} records: {counted(copies, 'copy', 'copies')} linked to "
        f"what they repeat, {backlog} too old to be mailed.",
        f"Countries: {_most_common(records, Kind.COUNTRY)}.",
        f"Keywords: {_most_common(records, Kind.KEYWORD)}.",
    ]
    lines += [
        f"Kept with the feed's summary, {record.extract_error}: “{record.title}”"
        for record in pageless
    ]
    return tuple(lines)


def _most_common(records: tuple[Record, ...], kind: Kind) -> str:
    counted = Counter(
        tag.value
        for record in records
        for tag in record.tags
        if tag.kind is kind and tag.relation is Relation.SUBJECT
    )
    told = [f"{value} {number}" for value, number in counted.most_common(_MOST_COMMON)]
    more = len(counted) - len(told)
    return ", ".join(told) + (f" and {more} more" if more > 0 else "")


def of_delivery(delivery: Delivery, directory: Path) -> str:
    """Say which file holds a mail, to whom, and its subject; or why there is none."""
    if delivery.status is not Status.SENT:
        return f"{delivery.subscriber}: {delivery.status}: {delivery.detail}"
    mail = _read(directory / delivery.detail)
    return f"{delivery.detail}: to {mail['To']}, “{mail['Subject']}”"


def text_of(path: Path) -> str:
    """Given a mail's file, return its text part, as a reader of plain text sees it."""
    body = _read(path).get_body(("plain",))
    if body is None:
        raise ValueError(f"{path} has no text part")
    return str(body.get_content())


def _read(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    if not isinstance(message, EmailMessage):  # only another policy gives anything else
        raise TypeError(type(message).__name__)
    return message
