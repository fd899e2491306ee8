"""`hrwatch purge` as an operator types it, beside a writer that holds the archive. In this process;
every story is invented."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from builders import NOW, a_feed, a_mail, a_match, a_record, an_article, an_entry
from hrwatch.cli import purge
from hrwatch.cli.main import app
from hrwatch.model.articles import Copy, CopyKind
from hrwatch.model.mail import Digest
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.stages.store.mail import ledger, outbox

FILE = """
feeds:
  - {name: wire, url: "http://wire.example/feed.xml"}
subscribers:
  - {name: desk, address: desk@example.org}
"""
PAGE = "http://wire.example/qvorrel"
VICTIM = a_record("victim000001", entry=an_entry(permalink=PAGE, title="Qvorrel \u202espeaks"))
COPY = replace(
    a_record("copy00000001", feed="herald", entry=an_entry(permalink="http://herald.example/1")),
    article=an_article(url="http://herald.example/1"),
    copy=Copy(VICTIM.id, CopyKind.SAME_TEXT, 1.0),
    story=VICTIM.id,
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An operator's folder; somebody else holds the archive for writing, as a daemon does."""
    (tmp_path / "feeds.yaml").write_text(FILE)
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        archive.write_now(feeds.sync, (a_feed(), a_feed(name="herald")), NOW)
        archive.write_now(records.add, (VICTIM, COPY))
        yield tmp_path


def run(folder: Path, *words: str, typed: str | None = None) -> Result:
    options = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*options, *words], input=typed)


def titles(folder: Path) -> list[str]:
    lines = run(folder, "export", "--format", "jsonl").stdout.splitlines()
    return [json.loads(line)["title"] for line in lines]


@pytest.mark.parametrize("what", ["victim000001", "VICTIM0", PAGE, f"{PAGE}?utm_source=mail"])
def test_purge_removes_beside_a_writer_and_says_what_others_told(folder: Path, what: str) -> None:
    ended = run(folder, "purge", what, "--reason", "its publisher asked for it", "--yes")

    assert ended.exit_code == 0, ended.output
    assert "victim000001 2026-03-02 wire Qvorrel speaks http://wire.example/qvorrel" in (
        ended.stdout
    )
    assert "hrwatch purge copy00000001 --reason … # herald: " in ended.stdout
    assert "Removed: 1 record, 1 version, 0 captures." in ended.stderr
    assert titles(folder) == [COPY.title]
    assert "kept in part 1 removed" in run(folder, "status").stdout
    for file in (folder / "state").iterdir():
        assert b"Qvorrel" not in file.read_bytes()


def test_show_of_what_was_removed_says_when_and_why(folder: Path) -> None:
    run(folder, "purge", VICTIM.id, "--reason", "a request of\n7 March", "--yes")

    ended = run(folder, "show", VICTIM.id)

    assert ended.exit_code == 0
    assert "removed:    20" in ended.stdout
    assert "reason:     a request of 7 March\n" in ended.stdout
    assert "Qvorrel" not in ended.stdout
    assert run(folder, "search", "feed:wire").stdout == ""
    told = json.loads(run(folder, "show", VICTIM.id, "--json").stdout)
    assert (told["title"], told["removed_because"]) == ("", "a request of 7 March")


def test_purge_without_a_terminal_wants_to_be_told_yes(folder: Path) -> None:
    ended = run(folder, "purge", VICTIM.id, "--reason", "a request", typed="y\n")

    assert ended.exit_code == 2
    assert "say --yes" in ended.stderr
    assert VICTIM.title in titles(folder)


@pytest.mark.parametrize("reason", [(), ("--reason", " \n")])
def test_purge_without_a_reason_asks_for_one(folder: Path, reason: tuple[str, ...]) -> None:
    ended = run(folder, "purge", VICTIM.id, "--yes", *reason)

    assert ended.exit_code == 2
    assert "say why" in ended.stderr


def test_purge_that_is_tried_only_says_what_it_would_remove(folder: Path) -> None:
    ended = run(folder, "purge", VICTIM.id, "--dry-run")

    assert ended.exit_code == 0
    assert VICTIM.id in ended.stdout
    assert VICTIM.title in titles(folder)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("nothing00001", "the archive holds no record nothing00001"),
        ("vic", "the archive holds no record vic"),
        ("http://wire.example/other", "no article at http://wire.example/other"),
    ],
)
def test_purge_of_what_is_not_there_says_so(folder: Path, what: str, told: str) -> None:
    ended = run(folder, "purge", what, "--reason", "a request", "--yes")

    assert ended.exit_code == 1
    assert told in " ".join(ended.stderr.split())


def test_purge_of_an_ambiguous_reference_names_those_that_begin_so(folder: Path) -> None:
    with Archive.open_beside("archive.db", directory=folder / "state") as archive:
        archive.write_now(records.add, (a_record("victim000009"),))

    ended = run(folder, "purge", "victim0000", "--reason", "a request", "--yes")

    assert ended.exit_code == 1
    assert "begins several references: victim000001, victim000009" in ended.stderr


def test_purge_while_a_mail_that_tells_of_it_is_being_sent_removes_nothing_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "PATIENCE", timedelta(0))
    digest = Digest("digest1", "desk", None, (), (a_match(VICTIM),))
    until = datetime.now(UTC) + timedelta(hours=1)
    with Archive.open_beside("archive.db", directory=folder / "state") as archive:
        archive.write_now(ledger.add, {"desk": [a_match(VICTIM)]}, 2, NOW)
        assert archive.write_now(outbox.enqueue, digest, (a_mail(),), NOW)
        claim = {"owner": "me", "now": NOW, "until": until}
        assert archive.write_now(outbox.claim, a_mail().message_id, **claim)

    ended = run(folder, "purge", VICTIM.id, "--reason", "a request", "--yes")

    assert ended.exit_code == 1
    assert "is just being sent" in ended.stderr
    assert "1 mail not sent yet: taken back" in ended.stdout
    assert VICTIM.title in titles(folder)


def test_purge_again_says_that_it_is_removed_already(folder: Path) -> None:
    run(folder, "purge", VICTIM.id, "--reason", "a request", "--yes")
    again = run(folder, "purge", VICTIM.id, "--reason", "a request")

    assert again.exit_code == 0
    assert "victim000001 2026-03-02 wire removed already" in again.stdout
    assert "Removed: 0 records" in again.stderr


def test_purge_names_the_copies_that_upgrades_left(folder: Path) -> None:
    (folder / "state" / "archive.db.before-0007").touch()

    ended = run(folder, "purge", VICTIM.id, "--reason", "a request", "--yes")

    assert "archive.db.before-0007 is a copy from before an upgrade" in ended.stderr
