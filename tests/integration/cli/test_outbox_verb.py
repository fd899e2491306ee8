"""`hrwatch outbox` as an operator types it, beside a writer that holds the archive."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from builders import NOW, a_mail, a_match, a_record
from hrwatch.cli.main import app
from hrwatch.model.mail import Delivery, Digest, MailKind, Page, Status
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import ledger, outbox, subscriptions

FILE = """
feeds:
  - {name: wire, url: "http://wire.example/feed.xml"}
subscribers:
  - {name: desk, address: desk@example.org}
"""
RECORDS = tuple(a_record(f"record{n}", title=f"Invented {n}") for n in (1, 2, 3))
PAGES = (Page("1 of 2", "1", "", (1, 2)), Page("2 of 2", "2", "", (3,)))
DIGEST = Digest("digest1", "desk", None, PAGES, tuple(map(a_match, RECORDS)), (1, 2, 3))
FIRST, SECOND, ANSWER = "<aa11@example.org>", "<ab22@example.org>", "<cc33@example.org>"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    (tmp_path / "feeds.yaml").write_text(FILE)
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        archive.write_now(records.add, RECORDS)
        archive.write_now(ledger.add, {"desk": DIGEST.matches}, len(RECORDS), NOW)
        mails = (a_mail(message_id=FIRST), a_mail(message_id=SECOND, page=2))
        assert archive.write_now(outbox.enqueue, DIGEST, mails, NOW)
        answer = a_mail(message_id=ANSWER, kind=MailKind.ANSWER)
        archive.write_now(outbox.put, (answer,), NOW + timedelta(hours=1))
        yield archive


@pytest.fixture
def folder(tmp_path: Path, archive: Archive) -> Path:
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    options = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*options, "outbox", *words])


def listed(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(folder, "--json").stdout.splitlines()]


def settle(archive: Archive, message_id: str, status: Status, detail: str = "") -> None:
    archive.write_now(outbox.settle, Delivery(message_id, "desk", status, NOW, detail))


def waiting(archive: Archive) -> list[str]:
    with archive.reading() as connection:
        return [one.record.id for one in ledger.waiting(connection, "desk")]


def due(archive: Archive) -> list[str]:
    with archive.reading() as connection:
        return [one.message_id for one in outbox.waiting(connection, now=NOW, regardless=False)]


def test_outbox_lists_what_did_not_leave_and_no_address(archive: Archive, folder: Path) -> None:
    settle(archive, FIRST, Status.SENT)
    settle(archive, SECOND, Status.UNKNOWN, "no answer to the mail")

    ended = run(folder)

    assert ended.exit_code == 0
    assert "aa11" not in ended.stdout
    assert "@" not in ended.stdout
    told = " ".join(ended.stdout.split())
    assert "ab22 desk digest unknown, parked 0 never" in told
    assert "no answer to the mail" in told
    assert "cc33 desk answer queued 0 now" in told
    second, answer = listed(folder)
    assert (second["id"], second["page"], second["parked"]) == ("ab22", 2, True)
    assert (answer["kind"], answer["parked"], answer["size"]) == (
        "answer",
        False,
        len(a_mail().bytes),
    )
    assert "@" not in json.dumps([{**one, "message_id": ""} for one in (second, answer)])


def test_outbox_of_which_every_mail_left_says_so(archive: Archive, folder: Path) -> None:
    for message_id in (FIRST, SECOND, ANSWER):
        settle(archive, message_id, Status.SENT)
    ended = run(folder)
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert "Every mail has left" in ended.stderr


@pytest.mark.parametrize("status", [Status.REFUSED, Status.DEFERRED, Status.UNKNOWN])
def test_requeue_lets_a_mail_be_tried_as_a_new_one(
    archive: Archive, folder: Path, status: Status
) -> None:
    settle(archive, FIRST, status)
    assert FIRST not in due(archive)

    ended = run(folder, "requeue", "aa")

    assert ended.exit_code == 0
    assert "aa11 waits to be tried at once" in ended.stdout
    assert due(archive)[0] == FIRST
    again = archive.write_now(
        outbox.claim, FIRST, owner="me", now=NOW, until=NOW + timedelta(hours=1)
    )
    assert again is not None
    assert (again.attempts, again.mail.bytes) == (1, a_mail().bytes)


def test_requeue_of_a_mail_to_who_was_suspended_lets_them_be_written_to_again(
    archive: Archive, folder: Path
) -> None:
    refused = Delivery(FIRST, "desk", Status.REFUSED, NOW, "550 no such user", of_recipient=True)
    archive.write_now(outbox.refused_for_good, refused, "desk@example.org")
    told = " ".join(run(folder).stdout.split())
    assert "aa11 desk digest refused 0 suspended" in told
    assert "ab22 desk digest queued 0 suspended" in told

    assert run(folder, "requeue", "aa11").exit_code == 0

    with archive.reading() as connection:
        standing = subscriptions.of(connection, "desk")
    assert standing is not None
    assert standing.suspended_at is None


def test_drop_gives_a_page_up_and_lets_its_articles_wait_again(
    archive: Archive, folder: Path
) -> None:
    ended = run(folder, "drop", "<ab22@example.org>")

    assert ended.exit_code == 0
    assert "ab22 is given up; 1 article it told of waits for the next digest of desk" in (
        ended.stdout
    )
    assert waiting(archive) == ["record3"]
    assert [one["id"] for one in listed(folder)] == ["aa11", "cc33"]
    assert run(folder, "requeue", "ab22").exit_code == 1, "it is given up"


def test_drop_of_everything_names_each_and_what_it_answered_for(
    archive: Archive, folder: Path
) -> None:
    settle(archive, FIRST, Status.UNKNOWN)
    ended = run(folder, "drop", "--all")
    assert ended.exit_code == 0
    lines = ended.stdout.splitlines()
    assert lines[0].endswith("wait for the next digest of desk, though it may have arrived")
    assert lines[2] == "cc33 is given up; it answered for no article"
    assert listed(folder) == []
    assert waiting(archive) == ["record1", "record2", "record3"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("a",), 1, "a begins several ids: aa11, ab22"),
        (("aa11", "ff"), 1, "ff is no mail that did not leave"),
        ((), 2, "name mails by their ids, or say --all"),
        (("aa11", "--all"), 2, "name mails by their ids, or say --all"),
    ],
)
def test_outbox_order_that_is_not_clear_does_nothing(
    archive: Archive, folder: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    for verb in ("requeue", "drop"):
        ended = run(folder, verb, *words)
        assert ended.exit_code == code
        assert told in " ".join(ended.stderr.replace("│", " ").split())
    assert len(listed(folder)) == 3
    assert waiting(archive) == []


@pytest.mark.parametrize("verb", ["requeue", "drop"])
def test_outbox_leaves_a_mail_alone_that_is_being_sent(
    archive: Archive, folder: Path, verb: str
) -> None:
    until = datetime.now(UTC) + timedelta(minutes=1)
    assert archive.write_now(outbox.claim, FIRST, owner="me", now=NOW, until=until)
    ended = run(folder, verb, "aa11")
    assert ended.exit_code == 1
    assert "just being sent" in ended.stderr
    assert waiting(archive) == []
