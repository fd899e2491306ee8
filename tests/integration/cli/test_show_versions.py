"""What an article was and became, on the machine where the archive is; the story is invented."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from builders import NOW, a_feed, a_fingerprint, a_record
from hrwatch.cli.main import app
from hrwatch.model.articles import Change
from hrwatch.model.evidence import Standing, Visit
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records, visits

FIRST = a_record("story0001", title="Case of Yana Invented", page_sha256="ab" * 32)
CHANGE = Change(
    title=("Case of Yana Invented", "Case of Y. I."),
    added=("A hearing was held.",),
    removed=("She lives in Lesk.\x1b[31m",),
    replaced=(("Yana Invented said", "Y. I. said"),),
    more_added=2,
)
SECOND = replace(
    FIRST, version=2, title="Case of Y. I.", seen_at=NOW + timedelta(days=1), change=CHANGE
)
THIRD = replace(SECOND, version=3, seen_at=NOW + timedelta(days=2), change=None)
MISSING = Visit(
    record="story0001",
    feed="wire",
    url="http://wire.example/stories/1",
    standing=Standing.MISSING,
    visits=4,
    last_visit_at=NOW + timedelta(days=3),
    missing=2,
    missing_since=NOW + timedelta(days=2),
    status=404,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yaml").write_text(
        'feeds: [{name: wire, url: "http://wire.example/feed.xml"}]\n'
    )
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        for version in (FIRST, SECOND, THIRD):
            archive.write_now(records.add, (version,))
        archive.write_now(visits.add, (MISSING,))
    return tmp_path


def show(folder: Path, *words: str) -> Result:
    options = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*options, "show", "story0001", *words])


def test_versions_tell_what_changed_from_each_to_the_next_and_what_the_page_came_to(
    folder: Path,
) -> None:
    words = a_fingerprint(FIRST.title).words

    assert show(folder, "--versions").stdout.split("\n") == [
        f"version 1, seen 2026-03-02T09:00:00Z, {words} words, page sha256 abababababab",
        "    Case of Yana Invented",
        "",
        f"version 2, seen 2026-03-03T09:00:00Z, {words} words, page sha256 abababababab",
        "    Case of Y. I.",
        "    what changed: 1 paragraph removed, 3 paragraphs added, "
        "1 name replaced by initials, title changed",
        "    - title: Case of Yana Invented",
        "    + title: Case of Y. I.",
        "    - She lives in Lesk.[31m",
        "    + A hearing was held.",
        "    - Yana Invented said",
        "    + Y. I. said",
        "    and 2 more",
        "",
        f"version 3, seen 2026-03-04T09:00:00Z, {words} words, page sha256 abababababab",
        "    Case of Y. I.",
        "    its page could be read now; the publisher changed nothing",
        "",
        "page:       missing, looked at again 4 times, last 2026-03-05T09:00:00Z, answer 404",
        "            missing on 2 visits in a row, since 2026-03-04T09:00:00Z",
        "",
    ]


def test_versions_as_json_are_one_a_line_with_texts(folder: Path) -> None:
    lines = [json.loads(line) for line in show(folder, "--versions", "--json").stdout.splitlines()]

    assert [line["version"] for line in lines] == [1, 2, 3]
    assert [line["change"] is None for line in lines] == [True, False, True]
    assert lines[1]["change"]["removed"] == list(CHANGE.removed)
    assert lines[1]["what_changed"].endswith("title changed")
    assert lines[0]["text"] == FIRST.text


def test_show_of_a_later_version_names_it_and_where_the_others_are(folder: Path) -> None:
    told = "version:    3, seen 2026-03-04T09:00:00Z (hrwatch show story0001 --versions)"
    assert told in show(folder).stdout
