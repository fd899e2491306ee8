"""`hrwatch erase`: nothing in the state directory names a subscriber any more who was erased. The
writer that holds the archive meanwhile stands for a daemon. Every story is invented."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from builders import NOW, a_mail, a_match, a_record
from hrwatch.cli import erase
from hrwatch.cli.main import app
from hrwatch.model.mail import Delivery, Digest, MailKind, Mute, MuteKind, Page, Status, Window
from hrwatch.model.replies import Command, Letter, Verb
from hrwatch.stages import letterbox
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import ledger, notices, outbox, subscribers, subscriptions
from hrwatch.stages.store.removing import erasing
from hrwatch.stages.store.running import daemon
from postgres import Place

FILE = """
feeds:
  - {name: wire, url: "http://wire.example/feed.xml"}
subscribers:
  - {name: desk, address: desk@example.org}
"""
NAME, ADDRESS, TOKEN = "zyxwen-desk", "zyxwen.qvorrel@example.net", "7a" * 16
RECORDS = tuple(a_record(f"record{n:04}", title=f"Invented {n}") for n in range(300))


def told(name: str, address: str, mails: int) -> Iterator[tuple[Digest, tuple]]:
    for number in range(mails):
        mine = RECORDS[number * 10 : number * 10 + 10]
        page = Page("hrwatch", "text", "", tuple(range(1, 11)))
        window = Window(f"2026-03-{number + 1:02}", NOW, NOW.date())
        digest = Digest(
            f"{name}-digest-{number}",
            name,
            window,
            (page,),
            tuple(map(a_match, mine)),
            tuple(range(1, 11)),
        )
        letter = f"To: {address}\r\nSubject: x\r\n\r\n{'Invented. ' * 900}{address}\r\n".encode()
        yield (
            digest,
            (
                a_mail(
                    message_id=f"<{name}{number}@example.org>",
                    subscriber=name,
                    recipient=address,
                    bytes=letter,
                ),
            ),
        )


def fill(archive: Archive) -> None:
    """Let two subscribers be told of much the same, one of whom is to be erased."""
    archive.write_now(records.add, RECORDS)
    both = {NAME: ADDRESS, "desk": "desk@example.org"}
    archive.write_now(subscribers.sync, {one: [("keywords", "torture")] for one in both}, NOW)
    archive.write_now(
        ledger.add, {one: list(map(a_match, RECORDS)) for one in both}, len(RECORDS), NOW
    )
    for name, address in both.items():
        for digest, mails in told(name, address, 20):
            assert archive.write_now(outbox.enqueue, digest, mails, NOW)
    sent = Delivery(f"<{NAME}0@example.org>", NAME, Status.SENT, NOW)
    archive.write_now(outbox.settle, sent)
    refused = Delivery(f"<{NAME}1@example.org>", NAME, Status.REFUSED, NOW, "550 no such user")
    archive.write_now(subscriptions.token_of, NAME, TOKEN)
    archive.write_now(outbox.refused_for_good, refused, ADDRESS)
    archive.write_now(subscriptions.mute, NAME, Mute(MuteKind.FEED, "wire", NOW))
    archive.write_now(subscriptions.reject, NAME, RECORDS[0], [("torture", "beating")], NOW)
    archive.write_now(subscriptions.note, "ab" * 32, NAME, "mute 1", NOW)
    alert = a_mail(
        message_id="<alert@example.org>",
        subscriber="",
        recipient="operator@example.org",
        kind=MailKind.ALERT,
        bytes=f"Subject: x\r\n\r\nnothing is written to {NAME} since then\r\n".encode(),
    )
    archive.write_now(notices.alert, [f"suspended:{NAME}", "disk"], alert, NOW)
    # As the daemon does once the file without them is in force.
    archive.write_now(subscribers.sync, {"desk": [("keywords", "torture")]}, NOW)
    archive.write_now(subscriptions.sync, {"desk": "desk@example.org"}, NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yaml").write_text(FILE)
    return tmp_path


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        fill(archive)
        yield archive


def run(folder: Path, name: str = NAME) -> Result:
    options = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*options, "erase", name])


def naming(folder: Path, *words: bytes) -> list[str]:
    """Return the files of the state directory that hold one of these words, by content or name."""
    return [
        str(path)
        for path in sorted((folder / "state").rglob("*"))
        if path.is_file()
        and any(word in path.read_bytes() or word.decode() in path.name for word in words)
    ]


def test_erase_leaves_no_trace_of_a_subscriber_in_the_state_directory(
    folder: Path, archive: Archive
) -> None:
    box = folder / "state" / "outbox"
    box.mkdir()
    for owner in (NAME, "desk"):
        (box / f"{owner}0.eml").write_text(f"To: {owner}")
    words = (NAME.encode(), ADDRESS.encode(), TOKEN.encode(), b"zyxwen")
    assert len(naming(folder, *words)) >= 2

    ended = run(folder)

    assert ended.exit_code == 0, ended.output
    assert "Erased: 20 digests, 20 mails" in ended.stderr
    assert "1 file of mail removed" in ended.stderr
    assert "Backups that were made before hold" in ended.stderr
    assert naming(folder, *words) == []
    assert (box / "desk0.eml").exists()
    with archive.reading() as connection:
        (left,) = connection.execute(sa.select(tables.erased)).all()
        assert (left.digests, left.mails) == (20, 20)
        assert len(outbox.waiting(connection, now=NOW, regardless=True)) == 20, "those of desk"
        kept = connection.scalars(sa.select(tables.notices.c.name)).all()
        assert kept == ["disk"]
        assert len(ledger.waiting(connection, "desk")) == 100
    archive.close()
    assert naming(folder, *words) == []


def test_erase_of_who_stands_in_the_file_is_refused_and_says_what_to_do(
    folder: Path, archive: Archive
) -> None:
    ended = run(folder, "desk")
    assert ended.exit_code == 2
    assert "take them out of it first" in " ".join(ended.stderr.replace("│", " ").split())
    with archive.reading() as connection:
        assert erasing.is_known(connection, "desk")


def test_erase_of_nobody_says_that_nothing_is_held(folder: Path, archive: Archive) -> None:
    ended = run(folder, "nobody")
    assert ended.exit_code == 1
    assert "holds nothing of nobody" in ended.stderr


def test_erase_waits_for_a_mail_that_is_being_sent(
    folder: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "PATIENCE", timedelta(0))
    until = datetime.now(UTC) + timedelta(minutes=5)
    assert archive.write_now(
        outbox.claim, f"<{NAME}5@example.org>", owner="me", now=NOW, until=until
    )
    ended = run(folder)
    assert ended.exit_code == 1
    assert "a mail to them, or one to you that names them, is just being sent" in ended.stderr
    with archive.reading() as connection:
        assert erasing.is_known(connection, NAME)


def test_erase_waits_for_a_daemon_that_has_not_taken_the_file_without_them(
    folder: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "PATIENCE", timedelta(0))
    both = {one: [("keywords", "torture")] for one in (NAME, "desk")}
    archive.write_now(subscribers.sync, both, NOW)
    began = {"pid": 1, "host": "h", "owner": "o", "version": "1", "config_path": "/f"}
    archive.write_now(daemon.began, **began, now=datetime.now(UTC))
    ended = run(folder)
    assert ended.exit_code == 1
    assert "the daemon has not taken the file without them" in ended.stderr


def an_alert(archive: Archive, text: str, id: str = "<2@example.org>") -> bytes:
    """Queue a mail to the operator; return its bytes."""
    data = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
    columns = {"message_id": id, "subscriber": "", "recipient": "operator@example.org"}
    archive.write_now(outbox.put, (a_mail(**columns, kind=MailKind.ALERT, bytes=data),), NOW)
    return data


def test_erase_removes_the_letters_that_a_subscriber_wrote_and_nobody_elses(
    folder: Path, archive: Archive
) -> None:
    state = folder / "state"
    mail = f"References: <{TOKEN}@hrwatch.invalid>\r\n\r\nInvented.\r\n".encode()
    mine = a_mail(message_id="<9@example.org>", subscriber=NAME, recipient=ADDRESS, bytes=mail)
    archive.write_now(outbox.put, (mine,), NOW)
    letterbox.make(state)
    theirs = (
        (ADDRESS.upper(), "cd" * 16, ()),
        ("elsewhere@example.net", TOKEN, ()),
        ("other@example.net", "cd" * 16, (f"<{NAME}3@example.org>",)),
    )
    for sender, token, about in (*theirs, (f"a.{ADDRESS}", "ef" * 16, ("<desk3@example.org>",))):
        letterbox.put(state, Letter("k", "", sender, (token,), about, Command(Verb.STOP)))
    letterbox.put_aside(letterbox.waiting(state / letterbox.FOLDER)[0])
    (state / letterbox.FOLDER / ".1.partial").write_text(f'{{"sender": "{ADDRESS}"')

    ended = run(folder)

    assert ended.exit_code == 0, ended.output
    (left,) = letterbox.all_of(state)
    assert letterbox.read(left).sender == f"a.{ADDRESS}"
    assert "4 files of mail removed" in ended.stderr


def test_erase_removes_the_operators_mail_that_names_them_from_its_folder(
    folder: Path, archive: Archive
) -> None:
    box = folder / "state" / "outbox"
    box.mkdir()
    (box / "alert.eml").write_bytes(an_alert(archive, f"{NAME}: refused", "<1@example.org>"))
    (box / "1.eml").write_bytes(an_alert(archive, f"to {NAME}.", "<3@example.org>"))
    (box / "2.eml").write_bytes(an_alert(archive, f"nothing for {NAME}-2"))
    (box / ".3.eml.partial").write_bytes(f"\r\n\r\n{NAME}".encode())
    # Emptied by something else before, while the file stayed.
    alert = sa.update(tables.outbox).where(tables.outbox.c.message_id == "<alert@example.org>")
    archive.write_now(lambda connection: connection.execute(alert.values(bytes=b"")) and None)

    assert run(folder).exit_code == 0

    assert [path.name for path in box.iterdir()] == ["2.eml"]


@pytest.mark.parametrize("ended_in", ["transaction", "files"])
def test_erase_that_was_ended_is_finished_by_the_next(
    folder: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch, ended_in: str
) -> None:
    box = folder / "state" / "outbox"
    box.mkdir()
    for number in range(3):
        (box / f"{NAME}{number}.eml").write_text(f"To: {ADDRESS}")

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if ended_in == "transaction":
            patched.setattr(erasing, "erase", end)
        else:
            patched.setattr(Path, "unlink", end)
        assert run(folder).exit_code != 0
    ended = run(folder)

    assert ended.exit_code == 0, ended.output
    assert naming(folder, NAME.encode(), ADDRESS.encode()) == []


@pytest.mark.parametrize(
    ("name", "text", "is_named"),
    [
        ("sin", "no mail leaves since 2026-03-01", False),
        ("sin", "nothing is written to sin: refused", True),
        ("desk", "nothing is written to desk-2 and desk.two", False),
        ("desk", "paused: night, desk. Do: nothing", True),
        ("n" * 64, f"paused: {'n' * 59}…, desk", True),
    ],
)
def test_erase_empties_mails_of_the_operators_that_name_them_as_a_word(
    place: Place, name: str, text: str, is_named: bool
) -> None:
    with place.open() as archive:
        an_alert(archive, text)
        archive.write_now(subscriptions.token_of, name, "8b" * 16)
        assert archive.write_now(erasing.erase, name, NOW) is not None
        with archive.reading() as connection:
            mail = connection.execute(sa.select(tables.outbox)).one()
        assert (mail.bytes == b"", mail.settled_at is not None) == (is_named, is_named)


def test_erase_waits_for_a_mail_of_the_operators_that_names_them(place: Place) -> None:
    with place.open() as archive:
        an_alert(archive, "nothing is written to sin")
        archive.write_now(subscriptions.token_of, "sin", "8b" * 16)
        until = NOW + timedelta(minutes=5)
        assert archive.write_now(outbox.claim, "<2@example.org>", owner="me", now=NOW, until=until)
        assert archive.write_now(erasing.erase, "sin", NOW) is None
        assert archive.write_now(erasing.erase, "sin", until) is not None


def test_erase_removes_the_same_from_every_database(place: Place) -> None:
    with place.open() as archive:
        fill(archive)
        done = archive.write_now(erasing.erase, NAME, NOW)
        assert done is not None
        assert (done.digests, done.mails, len(done.traces.message_ids)) == (20, 20, 20)
        with archive.reading() as connection:
            assert not erasing.is_known(connection, NAME)
            everything = [
                str(row)
                for table in tables.metadata.sorted_tables
                for row in connection.execute(sa.select(table))
            ]
        assert not [row for row in everything if NAME in row or ADDRESS in row]
        assert archive.scrub(done.leftovers)
