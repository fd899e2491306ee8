"""How an archived article is cited. In this process; every story is invented."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from builders import NOW, a_feed, a_record, an_entry
from hrwatch.cli.main import app
from hrwatch.model.articles import Kept, Record
from hrwatch.model.evidence import Capture, CaptureKind
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.stages.store.evidence import bodies, captures

FILE = """
feeds:
  - {name: wire, url: "http://wire.example/feed.xml", publisher: The Wire}
"""
PAGE = "http://wire.example/stories/1"
BODY = b"<p>Nothing of this happened.</p>"
SHA256 = bodies.pack(BODY).sha256
DATED = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
RECORD = a_record(
    "record000001",
    entry=an_entry(
        permalink=PAGE, title="Ferries of Arvenia", authors=("Ina Vent",), published_at=DATED
    ),
    article=None,
)
CAPTURE = Capture(
    kind=CaptureKind.PAGE,
    record=RECORD.id,
    feed="wire",
    requested_url=PAGE,
    url=PAGE,
    redirects=(),
    status=200,
    headers=(),
    content_type="text/html",
    fetched_at=NOW,
    body_sha256=SHA256,
    body_size=len(BODY),
    certificate_sha256=None,
    software="hrwatch 1",
)


def cited(folder: Path, record: Record, *options: str, capture: Capture | None = CAPTURE) -> Result:
    (folder / "feeds.yaml").write_text(FILE)
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        archive.write_now(records.add, (record,))
        if capture:
            archive.write_now(captures.append, [(capture, BODY)])
    places = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*places, "cite", "record0", *options])


def an_entry_of(**changes: Any) -> Record:
    return replace(RECORD, entry=replace(RECORD.entry, **changes))


def test_cite_tells_who_what_when_where_and_by_which_hash(tmp_path: Path) -> None:
    ended = cited(tmp_path, RECORD)

    assert ended.exit_code == 0
    assert ended.stdout == (
        f'The Wire, "Ferries of Arvenia", 2026-02-28 23:30 UTC, {PAGE} (captured '
        f"2026-03-02T09:00:00Z, its page, SHA-256 {SHA256}; hrwatch ref record000001)\n"
    )


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (an_entry_of(whole_day=True), '"Ferries of Arvenia", 2026-02-28, http'),
        (an_entry_of(published_at=None), '"Ferries of Arvenia", date not given, http'),
        (
            an_entry_of(published_at=None, published_text="last Tuesday"),
            '"Ferries of Arvenia", dated "last Tuesday", http',
        ),
        (
            an_entry_of(published_at=NOW, published_text="1 Jan 2031"),
            '"Ferries of Arvenia", dated "1 Jan 2031", http',
        ),
        (replace(RECORD, version=2, change=None), "hrwatch ref record000001, version 2)"),
    ],
    ids=["a day", "no date", "no date that is understood", "a date ahead", "a later version"],
)
def test_cite_says_no_more_than_is_known(tmp_path: Path, record: Record, told: str) -> None:
    assert told in cited(tmp_path, record).stdout


def test_cite_of_what_no_capture_is_kept_of_says_so(tmp_path: Path) -> None:
    record = replace(RECORD, kept=Kept.HEADLINE, page_sha256="ab" * 32)
    ended = cited(tmp_path, record, capture=None)
    assert f"(first seen 2026-03-02T09:00:00Z, no copy kept; SHA-256 of its page {'ab' * 32}; " in (
        ended.stdout
    )


def test_cite_of_what_only_a_feed_gave_says_so(tmp_path: Path) -> None:
    ended = cited(tmp_path, RECORD, capture=replace(CAPTURE, kind=CaptureKind.ENTRY))
    assert "captured 2026-03-02T09:00:00Z, as its feed gave it, SHA-256" in ended.stdout


def test_cite_of_a_title_that_would_turn_the_line_round_keeps_it_apart(tmp_path: Path) -> None:
    arabic = "تقرير"
    ended = cited(tmp_path, replace(RECORD, title=f"\u202e{arabic}\n"))
    assert f'"\u2068{arabic}\u2069", 2026' in ended.stdout


def test_cite_as_ris_is_read_by_other_programs(tmp_path: Path) -> None:
    ended = cited(tmp_path, RECORD, "--ris")

    note = f"captured 2026-03-02T09:00:00Z, its page, SHA-256 {SHA256}; hrwatch ref record000001"
    lines = [
        "TY  - ELEC",
        "ID  - record000001",
        "TI  - Ferries of Arvenia",
        "AU  - Ina Vent",
        "PB  - The Wire",
        "PY  - 2026",
        "DA  - 2026/02/28/23:30 UTC",
        "Y2  - 2026/03/02/",
        f"UR  - {PAGE}",
        "LA  - en",
        f"N1  - {note}",
        "ER  - ",
    ]
    assert ended.stdout_bytes.decode() == "".join(f"{line}\r\n" for line in lines)


def test_cite_as_ris_without_a_date_gives_none(tmp_path: Path) -> None:
    told = cited(tmp_path, an_entry_of(published_at=None), "--ris").stdout
    assert "PY  -" not in told
    assert "DA  -" not in told
    assert "N1  - date not given; captured" in told


def test_cite_as_json_has_the_fields_of_csl(tmp_path: Path) -> None:
    item = json.loads(cited(tmp_path, RECORD, "--json").stdout)

    note = item.pop("note")
    assert note.startswith("captured 2026-03-02T09:00:00Z")
    assert item == {
        "id": "record000001",
        "type": "webpage",
        "title": "Ferries of Arvenia",
        "author": [{"literal": "Ina Vent"}],
        "publisher": "The Wire",
        "container-title": "The Wire",
        "issued": {"date-parts": [[2026, 2, 28]]},
        "accessed": {"date-parts": [[2026, 3, 2]]},
        "URL": PAGE,
        "language": "en",
        "archive": "hrwatch",
        "archive_location": "record000001",
        "custom": {
            "published_at": "2026-02-28T23:30:00Z",
            "captured_at": "2026-03-02T09:00:00Z",
            "first_seen_at": "2026-03-02T09:00:00Z",
            "sha256": SHA256,
            "version": 1,
        },
    }


def test_cite_as_json_without_a_date_has_no_field_for_it(tmp_path: Path) -> None:
    item = json.loads(cited(tmp_path, an_entry_of(published_at=None), "--json").stdout)
    assert "issued" not in item
    assert item["custom"]["published_at"] is None


def test_cite_of_what_was_removed_says_that_nothing_is_left(tmp_path: Path) -> None:
    ended = cited(tmp_path, replace(RECORD, kept=Kept.NOTHING), capture=None)
    assert ended.exit_code == 1
    assert "nothing is left to cite" in ended.stderr


def test_cite_in_two_forms_at_once_is_refused(tmp_path: Path) -> None:
    assert cited(tmp_path, RECORD, "--ris", "--json").exit_code == 2
