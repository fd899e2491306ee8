"""What the demo says of polls and records."""

import pytest

from builders import a_record, a_tag
from hrwatch.demo import telling
from hrwatch.model.articles import Copy, CopyKind
from hrwatch.model.feeds import Outcome, PollReport
from hrwatch.model.tags import Relation


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (PollReport("wire", Outcome.NEW, new=3), "3 new"),
        (PollReport("wire", Outcome.NEW, new=3, copies=2), "3 new (2 copies)"),
        (PollReport("wire", Outcome.NOT_MODIFIED), "not modified"),
        (PollReport("wire", Outcome.UNCHANGED), "nothing new"),
        (PollReport("wire", Outcome.FAILED, error="HTTP 500"), "failed: HTTP 500"),
    ],
)
def test_of_report_says_what_came_of_a_poll(report: PollReport, words: str) -> None:
    assert telling.of_report(report) == words


def test_of_archive_counts_subjects_copies_and_backlog() -> None:
    original = a_record(
        tags=(a_tag("BY"), a_tag("torture"), a_tag("PL", relation=Relation.MENTION))
    )
    copy = a_record("copy", tags=(a_tag("BY"),), copy=Copy(original.id, CopyKind.SAME_TEXT, 1.0))
    old = a_record("old", tags=(), backlog=True, extract_error="the page is gone")

    lines = telling.of_archive((original, copy, old))

    assert lines == (
        "The archive holds 3 records: 1 copy linked to what they repeat, 1 too old to be mailed.",
        "Countries: BY 2.",
        "Keywords: torture 1.",
        f"Kept with the feed's summary, the page is gone: “{old.title}”",
    )
