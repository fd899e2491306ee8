"""`hrwatch demo` as a newcomer runs it: the real process, and what it leaves behind."""

import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

import socket_guard
from hrwatch.demo.newsroom import publications

PROMISED_SECONDS = 30
SUBSCRIBERS = ("desk@monitor.example", "reader@monitor.example", "editor@monitor.example")
LEFT_OUT = "United States: court grants stay of execution hours before lethal injection"


@dataclass(frozen=True)
class Run:
    """A demo that is over."""

    directory: Path
    status: int
    shown: str
    complaints: str
    refused: Path  # names what it wanted from the network, where it wanted anything

    def rounds(self) -> tuple[str, str]:
        """What was shown in round one and in round two."""
        _, one, two = re.split(r"^Round (?:one|two): .*$", self.shown, flags=re.MULTILINE)
        return one, two

    def mails(self, round_number: int) -> dict[str, str]:
        """What the text parts of one round's mails say, by recipient, on one line each."""
        names = re.findall(r"^  (outbox/\S+\.eml): to ", self.rounds()[round_number - 1], re.M)
        read = [text_part(self.directory / name) for name in names]
        told: dict[str, str] = {}
        for recipient, text in read:
            told[recipient] = " ".join((told.get(recipient, ""), *text.split())).strip()
        return told


def text_part(path: Path) -> tuple[str, str]:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(mail["To"]), body.get_content()


def start(directory: Path, report: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hrwatch", "demo", "--dir", str(directory)],
        check=False,
        capture_output=True,
        text=True,
        timeout=PROMISED_SECONDS,
        env=socket_guard.process_environment(report),
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("demo")
    process = start(folder / "there", folder / "refused.txt")
    return Run(
        directory=folder / "there",
        status=process.returncode,
        shown=process.stdout,
        complaints=process.stderr,
        refused=folder / "refused.txt",
    )


@pytest.fixture(scope="module")
def archive(demo: Run) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(demo.directory / "archive.db")) as connection:
        yield connection


def titles(round_number: int) -> set[str]:
    told = publications(datetime.now(UTC), round_number)
    return {story.title for publication in told for story in publication.stories}


def test_demo_ends_well_and_asks_nothing_of_the_network(demo: Run) -> None:
    assert (demo.status, demo.complaints) == (0, "")
    assert not demo.refused.exists()


def test_demo_archives_every_entry_in_eight_languages(archive: sqlite3.Connection) -> None:
    of_entries = "SELECT language, count(*) FROM records WHERE version = 1 GROUP BY language"
    rows = archive.execute(of_entries).fetchall()

    assert sum(number for _, number in rows) == 45
    assert {language for language, _ in rows} == {"ar", "en", "es", "fr", "pt", "ru", "tr", "uk"}


def test_demo_links_copies_and_keeps_what_has_no_page(archive: sqlite3.Connection) -> None:
    rows = archive.execute("SELECT copy_of, backlog, extract_error FROM records").fetchall()

    assert sum(copy_of is not None for copy_of, _, _ in rows) == 4
    assert sum(backlog for _, backlog, _ in rows) == 2
    (reason,) = [reason for _, _, reason in rows if reason is not None]
    assert "404" in reason


def test_demo_fetches_no_page_where_the_feed_carries_the_text(archive: sqlite3.Connection) -> None:
    rows = archive.execute("SELECT feed, page_sha256 IS NULL FROM records").fetchall()

    without_page = {feed for feed, pageless in rows if pageless}
    assert without_page == {"agence-fictive", "invented-courier"}  # the latter: its page is gone


def test_demo_keeps_menus_comments_and_banners_out_of_the_archive(
    archive: sqlite3.Connection,
) -> None:
    (text,) = archive.execute(
        "SELECT text FROM records WHERE title LIKE 'Hungary: spyware%'"
    ).fetchone()

    assert "address book" in text
    for noise in ("cookies", "Podcasts", "You may also like", "newsletter", "Box office"):
        assert noise not in text


def test_demo_names_the_feed_that_fails_and_no_other(demo: Run) -> None:
    for told in demo.rounds():
        failed = re.findall(r"^  (\S+) +failed:", told, re.MULTILINE)
        assert failed == ["broken-bulletin"]


def test_demo_round_two_reads_again_only_what_changed(demo: Run) -> None:
    _, two = demo.rounds()

    unchanged = set(re.findall(r"^  (\S+) +not modified$", two, re.MULTILINE))

    assert unchanged == {"correio-imaginario", "hayali-haber", "vyhadanyi-visnyk"}


def test_demo_mails_each_subscriber_once_a_round(demo: Run) -> None:
    assert sorted(demo.mails(1)) == sorted(SUBSCRIBERS)
    assert sorted(demo.mails(2)) == sorted(SUBSCRIBERS)
    # The editor, who asked for nearly everything, has the first digest in two mails.
    assert len(list(demo.directory.glob("outbox/*.eml"))) == 7


@pytest.mark.parametrize("recipient", SUBSCRIBERS)
def test_demo_round_two_mails_only_what_is_new(demo: Run, recipient: str) -> None:
    first, second = demo.mails(1)[recipient], demo.mails(2)[recipient]
    new = titles(2) - titles(1)

    assert [title for title in titles(1) if title in second] == []
    assert [title for title in new if title in first] == []
    assert any(title in second for title in new)


def test_demo_mails_everything_recent_to_who_asked_for_everything_but_one_issue(demo: Run) -> None:
    first, second = demo.mails(1)["editor@monitor.example"], demo.mails(2)["editor@monitor.example"]
    old = {"Peru: report on land defenders lists ninety threats in a year"}
    old |= {title for title in titles(1) if title.startswith("لبنان")}

    assert {title for title in titles(1) if title not in first} == old | {LEFT_OUT}
    # The corrected title belongs to a story that was mailed in round one.
    missing = {title for title in titles(2) - titles(1) if title not in second}
    assert all(title.endswith("(corrected)") for title in missing)


def test_demo_tells_that_a_story_which_was_mailed_has_changed(demo: Run) -> None:
    told = " ".join(demo.mails(2)["editor@monitor.example"].split())

    assert "1 changed" in told
    assert "CHANGED since your digest of" in told
    assert '"est désormais fixée à mardi, après trois reports"' in told
    assert "était prévue lundi" not in told


def test_demo_mails_arabic_only_to_who_reads_only_arabic(demo: Run) -> None:
    first = demo.mails(1)["reader@monitor.example"]

    told = {title for title in titles(1) if title in first}

    assert len(told) == 3
    assert all("\u0600" <= title[0] <= "\u06ff" for title in told)


def test_demo_shows_one_digest_as_its_reader_sees_it(demo: Run) -> None:
    name = re.findall(r"(outbox/\S+\.eml): to desk@", demo.rounds()[0])[0]
    _, text = text_part(demo.directory / name)

    shown = {line.strip() for line in demo.shown.splitlines()}

    assert [line for line in text.splitlines() if line.strip() not in shown] == []


def test_demo_ends_with_commands_that_work(demo: Run) -> None:
    _, _, offered = demo.shown.partition("Look at it with\n")
    commands = [shlex.split(line) for line in offered.splitlines()]

    assert len(commands) == 4
    for command in commands:
        report = demo.directory.parent / "refused-later.txt"
        process = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            env=socket_guard.process_environment(report),
        )
        assert (process.returncode, report.exists()) == (0, False), process.stderr
        assert process.stdout.strip()


def test_demo_in_a_directory_that_holds_something_is_refused(demo: Run, tmp_path: Path) -> None:
    kept = tmp_path / "mine.txt"
    kept.write_text("mine")

    process = start(tmp_path, tmp_path.parent / "refused.txt")

    assert process.returncode == 2
    assert "holds something already" in process.stderr
    assert list(tmp_path.iterdir()) == [kept]
