"""Captures as WARC: what a web archive's own tools make of the file. Every page is invented."""

import hashlib
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, redirect_stdout
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import warcio.cli
from typer.testing import CliRunner, Result
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from builders import NOW, a_capture, an_entry
from hrwatch.cli.main import app
from hrwatch.cli.warc import Warc
from hrwatch.model.evidence import CaptureKind
from hrwatch.pipeline.reading import evidence
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.evidence import bodies, captures, chaining, tombstones

PAGE = b"<!doctype html><p>An invented page. \xe2\x98\x83</p>" * 99
HEADERS = (
    ("Date", "Mon, 02 Mar 2026 09:00:00 GMT"),
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Encoding", "gzip"),
    ("transfer-encoding", "chunked"),
    ("X-Odd", 'caf\u00e9; filename="n\u00ff\u00e9"'),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive with a page, an entry, a page that was removed, and an empty one."""
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - {name: w, url: 'http://w.example/f'}\n")
    page = a_capture(PAGE, headers=HEADERS, fetched_at=NOW + timedelta(microseconds=5))
    entry, told = evidence.entry_capture(an_entry(), record="r2", feed="wire", now=NOW)
    gone = a_capture(b"<p>Gone.</p>", record="r3")
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        new = [(page, PAGE), (entry, told), (gone, b"<p>Gone.</p>")]
        archive.write_now(captures.append, new)
        archive.write_now(tombstones.erase, [3], "asked for", NOW, "hrwatch 9")
        empty = a_capture(b"", record="r4", status=299)
        archive.write_now(captures.append, [(replace(empty, redirects=()), b"")])
    return tmp_path


def export(folder: Path) -> Result:
    options = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*options, "export", "--format", "warc"])


@pytest.fixture
def exported(folder: Path) -> bytes:
    ended = export(folder)
    assert (ended.exit_code, ended.stderr) == (0, "")
    return ended.stdout_bytes


def records(exported: bytes) -> Iterator[tuple[ArcWarcRecord, bytes]]:
    for record in ArchiveIterator(io.BytesIO(exported), check_digests="raise"):
        yield record, record.content_stream().read()


def mark(record: ArcWarcRecord, name: str) -> str:
    return str(record.rec_headers.get_header(name))


def test_warc_passes_the_check_of_its_own_tool(exported: bytes, tmp_path: Path) -> None:
    file = tmp_path / "captures.warc.gz"
    file.write_bytes(exported)

    with redirect_stdout(io.StringIO()) as told, pytest.raises(SystemExit) as ended:
        warcio.cli.main(["check", "-v", str(file)])

    assert ended.value.code == 0
    assert told.getvalue().count("digest pass") == len(list(records(exported)))


def test_warc_holds_each_capture_with_what_is_told_of_it(exported: bytes) -> None:
    found = list(records(exported))

    assert [record.rec_type for record, _ in found] == [
        "warcinfo",
        *("response", "metadata"),
        *("resource", "metadata"),
        *("metadata", "metadata"),
        *("response", "metadata"),
    ]
    assert {record.rec_headers.protocol for record, _ in found} == {"WARC/1.1"}
    ids = [mark(record, "WARC-Record-ID") for record, _ in found]
    assert len(set(ids)) == len(ids)
    assert mark(found[2][0], "WARC-Refers-To") == ids[1]


def test_warc_response_is_the_page_with_its_headers_as_they_came(exported: bytes) -> None:
    page, body = list(records(exported))[1]

    assert body == PAGE
    assert mark(page, "WARC-Target-URI") == "https://wire.example/stories/1"
    assert mark(page, "WARC-Date") == "2026-03-02T09:00:00.000005Z"
    assert mark(page, "WARC-Payload-Digest").startswith("sha1:")
    assert mark(page, "WARC-Block-Digest").startswith("sha1:")
    assert page.http_headers.statusline == "200 OK"
    names = [name for name, _ in page.http_headers.headers]
    assert names == [
        "Date",
        "Content-Type",
        "X-Archive-Orig-Content-Encoding",
        "X-Archive-Orig-transfer-encoding",
        "X-Odd",
        "Content-Length",
    ]
    assert page.http_headers.get_header("Content-Length") == str(len(PAGE))


def test_warc_resource_is_the_entry_and_stands_in_nobodys_place(exported: bytes) -> None:
    entry, body = list(records(exported))[3]

    assert evidence.entry_of(body) == an_entry()
    assert mark(entry, "WARC-Target-URI") == "urn:hrwatch:capture:2"
    assert mark(entry, "Content-Type") == "application/json"


def test_chain_can_be_computed_from_the_file_alone(exported: bytes) -> None:
    found = list(records(exported))
    info = found[0][1].decode()
    before, numbers = chaining.START, []
    for record, body in found:
        if record.rec_type != "metadata":
            continue
        told = json.loads(body)
        row_hash = told["row_hash"]
        if not told.get("removed"):
            assert row_hash == hashlib.sha256(chaining.canonical(told["row"])).hexdigest()
            numbers.append((told["row"]["number"], told["row"]["kind"]))
        before = hashlib.sha256((before + row_hash).encode()).hexdigest()
        assert told["chain_hash"] == before

    assert numbers == [(1, "page"), (2, "entry"), (4, "tombstone"), (5, "page")]
    assert f"hrwatch-head: {before}\r\n" in info
    page = json.loads(found[2][1])["row"]
    assert page["headers"] == [list(pair) for pair in HEADERS]
    assert page["redirects"] == [["https://wire.example/go/1", 302]]
    assert page["certificate_sha256"] == "c" * 64
    assert b"Gone" not in b"".join(body for _, body in found)


def test_warc_is_the_same_from_either_engine(archive: Archive) -> None:
    capture = a_capture(PAGE, headers=HEADERS, fetched_at=NOW + timedelta(microseconds=5))
    archive.write_now(captures.append, [(capture, PAGE)])
    out = io.BytesIO()

    Warc(out).write(archive, "hrwatch 9", NOW, pytest.fail)

    (info, _), (page, body), (about, told) = records(out.getvalue())
    assert body == PAGE
    assert json.loads(told)["row"] == json.loads(json.dumps(chaining.values(1, capture)))
    assert {mark(page, "WARC-Date"), mark(about, "WARC-Date")} == {"2026-03-02T09:00:00.000005Z"}
    assert mark(info, "WARC-Date") == "2026-03-02T09:00:00.000000Z"


def test_warc_goes_on_behind_what_was_tampered_with_and_names_it(folder: Path) -> None:
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        of_entry = sa.select(tables.captures.c.body_sha256).where(
            tables.captures.c.kind == CaptureKind.ENTRY
        )
        altered = sa.update(tables.bodies).where(tables.bodies.c.sha256.in_(of_entry))
        packed = bodies.pack(b"{}")
        values = altered.values(compressed=packed.compressed, size=2)
        archive.write_now(lambda connection: connection.execute(values).close())
    tampered(folder, "UPDATE captures SET url = 'http://forged.example/' WHERE number = 1")
    tampered(folder, "UPDATE captures SET fetched_at = 'x' WHERE number = 4")
    tampered(folder, "UPDATE chain SET number = 'x'")

    ended = export(folder)

    known = "only what is known of it is in the file"
    assert ended.exit_code == 1
    assert ended.stderr.splitlines() == [
        "hrwatch: the noted end of the chain cannot be read",
        f"hrwatch: capture 1: its row was altered; {known}",
        f"hrwatch: capture 2: the body of a capture is not what was fetched; {known}",
        f"hrwatch: capture 4: it cannot be read: captures.fetched_at holds what it cannot; {known}",
    ]
    found = list(records(ended.stdout_bytes))
    assert [record.rec_type for record, _ in found] == [
        "warcinfo",
        *["metadata"] * 4,
        *("response", "metadata"),
    ]
    about = [json.loads(body) for record, body in found if record.rec_type == "metadata"]
    assert about[1]["row"]["kind"] == "entry"
    assert {mark(record, "WARC-Target-URI") for record, _ in found[1:5]} == {
        f"urn:hrwatch:capture:{number}" for number in (1, 2, 3, 4)
    }
    assert [one.get("removed") for one in about] == [None, None, True, False, None]
    before = chaining.START
    for one in about:
        assert one["chain_hash"] == (before := chaining.chain_hash(before, one["row_hash"]))


def tampered(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "state" / "archive.db")) as archive, archive:
        archive.execute(statement)


def test_warc_names_a_body_that_is_missing(folder: Path) -> None:
    tampered(folder, "DELETE FROM bodies WHERE size = 0")

    ended = export(folder)

    assert ended.exit_code == 1
    assert "capture 5: its body is missing" in ended.stderr
    assert len(list(records(ended.stdout_bytes))) == 8


def test_warc_is_not_written_to_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)

    ended = export(folder)

    assert ended.exit_code == 2
