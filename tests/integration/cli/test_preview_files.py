"""`preview --html` and `--eml`: what would be sent, in files of the operator's own. In this
process; every story is invented."""

import stat
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pysequoia
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from builders import NOW, a_feed, a_match, a_record
from hrwatch.cli.main import app
from hrwatch.model.mail import Detail, Interest, Mute, MuteKind
from hrwatch.stages.match import criteria
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.stages.store.mail import ledger, subscribers, subscriptions

FILE = """
feeds:
  - {name: wire, url: "http://wire.example/feed.xml"}
subscribers:
  - {name: desk, address: desk@example.org, send: "daily 07:00"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder, with one article that waits for the next digest."""
    (tmp_path / "feeds.yaml").write_text(FILE)
    record = a_record("record0001")
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        archive.write_now(subscribers.sync, {"desk": criteria(Interest())}, NOW)
        archive.write_now(records.add, (record,))
        archive.write_now(ledger.add, {"desk": (a_match(record),)}, 1, NOW)
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    options = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*options, "preview", "desk", *words])


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that the archive holds."""
    with (
        Archive.open("archive.db", directory=folder / "state", writing=False) as archive,
        archive.reading() as connection,
    ):
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table))]
            for table in tables.metadata.sorted_tables
        }


def test_preview_writes_page_and_mail_for_the_operator_alone_and_marks_nothing(
    folder: Path,
) -> None:
    before = rows(folder)
    html, eml = folder / "digest.html", folder / "digest.eml"

    ended = run(folder, "--html", str(html), "--eml", str(eml))

    assert ended.exit_code == 0, ended.output
    assert ended.stdout == run(folder).stdout
    assert f"written: {html}" in ended.stderr
    assert f"written: {eml}" in ended.stderr
    assert [stat.S_IMODE(file.stat().st_mode) for file in (html, eml)] == [0o600, 0o600]
    mail = message_from_bytes(eml.read_bytes(), policy=policy.default)
    assert mail["To"] == "desk@example.org"
    part = mail.get_body(("html",))
    assert part is not None
    assert part.get_content().splitlines() == html.read_text().splitlines()
    assert rows(folder) == before
    assert not (folder / "state" / "outbox").exists()


def test_preview_of_several_mails_numbers_their_files(folder: Path) -> None:
    later = a_record("record0002", story="record0002", title="Another invented story")
    later_still = NOW.replace(month=4)
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(
            records.add, (a_record("record0003", story="record0003", first_seen_at=later_still),)
        )
        archive.write_now(records.add, (later,))

    ended = run(folder, "--since", "3000d", "--eml", str(folder / "mail.eml"))

    assert ended.exit_code == 0, ended.output
    names = [folder / "mail.eml", folder / "mail-2.eml"]
    assert [line for line in ended.stderr.splitlines() if "written" in line] == [
        f"written: {name}" for name in names
    ]
    subjects = [message_from_bytes(name.read_bytes())["Subject"] for name in names]
    assert len(set(subjects)) == 2


def test_preview_never_overwrites(folder: Path) -> None:
    theirs = folder / "mine.html"
    theirs.write_text("mine")

    ended = run(folder, "--html", str(theirs))

    assert str(ended.exception) == f"{theirs}: there already, and left alone; name a new file"
    assert theirs.read_text() == "mine"
    nowhere = run(folder, "--eml", str(folder / "no" / "mail.eml"))
    assert "mail.eml cannot be written: No such file or directory" in str(nowhere.exception)


def test_preview_with_nothing_to_tell_says_that_no_file_was_written(folder: Path) -> None:
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(lambda c: c.execute(sa.delete(tables.ledger)).rowcount)

    ended = run(folder, "--eml", str(folder / "mail.eml"))

    assert "no file was written" in ended.stderr
    assert not (folder / "mail.eml").exists()


def test_preview_is_of_the_next_window_and_as_the_subscriber_chose(folder: Path) -> None:
    usual = run(folder).stdout
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(subscriptions.set_detail, "desk", Detail.TITLES)

    shown = run(folder).stdout

    assert usual.startswith("Subject: Daily digest ")
    assert "*tortured* in police custody" in " ".join(usual.split())
    assert "in police custody" not in " ".join(shown.split())


def test_preview_shows_the_digest_that_goes_out_though_nothing_is_new(folder: Path) -> None:
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(lambda c: c.execute(sa.delete(tables.ledger)).rowcount)
        now = datetime.now(UTC)
        archive.write_now(subscriptions.pause, "desk", now + timedelta(days=3), now)
    path = folder / "feeds.yaml"
    path.write_text(path.read_text().replace('07:00"', '07:00", empty: send'))

    ended = run(folder, "--eml", str(folder / "mail.eml"))
    listed = run(folder, "--since", "3d")

    assert "(empty: send) are not listed" in listed.stderr
    assert "are not listed" not in ended.stderr
    assert ended.stdout.startswith("Subject: ")
    assert "desk is paused, and written to again from" in ended.stderr
    assert (folder / "mail.eml").exists()


def test_preview_tells_what_keeps_mail_from_being_as_it_shows_it(folder: Path) -> None:
    now = datetime.now(UTC)
    quiet = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    path = folder / "feeds.yaml"
    path.write_text(
        path.read_text().replace('07:00"', f'07:00", quiet: "{quiet}", urgent: 3 a day')
    )
    before = run(folder)

    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        for kind, value in (
            (MuteKind.STORY, "record0001"),
            (MuteKind.STORY, "record0009"),
            (MuteKind.FEED, "other"),
        ):
            archive.write_now(subscriptions.mute, "desk", Mute(kind, value, NOW))
    waiting, since = run(folder), run(folder, "--since", "3000d")

    held = f"desk has quiet hours: nothing is sent before {quiet[6:]} (UTC)."
    urgent = "1 story of these would leave before, in alerts (at most 3 a day)"
    assert held in before.stderr
    assert urgent in before.stderr
    assert "muted" not in before.stderr
    for ended in (waiting, since):
        assert ended.exit_code == 0, ended.output
        assert held in ended.stderr
        assert "desk has muted 2 stories, 1 feed: what that leaves out is not" in ended.stderr
        assert "Nothing to tell" in ended.stderr
        assert urgent not in ended.stderr
        assert ended.stdout == ""


def test_preview_for_a_subscriber_with_a_key_is_encrypted_or_says_why_not(folder: Path) -> None:
    path = folder / "feeds.yaml"
    path.write_text(path.read_text().replace('07:00"', '07:00", pgp_key_file: desk.asc'))
    key = pysequoia.Tsk.generate("Invented <desk@example.org>").extract_certificate()
    (folder / "desk.asc").write_bytes(bytes(key))

    ended = run(folder, "--eml", str(folder / "mail.eml"))
    (folder / "desk.asc").write_bytes(b"no key")
    unusable = run(folder, "--eml", str(folder / "other.eml"))

    assert ended.exit_code == 0, ended.output
    mail = message_from_bytes((folder / "mail.eml").read_bytes(), policy=policy.default)
    assert mail.get_content_type() == "multipart/encrypted"
    assert "the key file holds no OpenPGP public key" in str(unusable.exception)
    assert "nothing is written to desk: their key cannot be used" in unusable.stderr
    assert not (folder / "other.eml").exists()
