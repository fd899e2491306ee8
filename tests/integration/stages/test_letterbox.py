"""`hrwatch reply` and the letterbox: what a mail server's pipe meets."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hrwatch.cli import main
from hrwatch.model.replies import Command, Letter, Verb
from hrwatch.stages import letterbox
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import subscriptions

TOKEN = "0123456789abcdef" * 2
STOP = f"From: anna@example.org\nReferences: <{TOKEN}@hrwatch.invalid>\n\nstop\n".encode()
LETTER = Letter("key", "", "anna@example.org", (TOKEN,), (), Command(Verb.STOP))


def reply(folder: Path, data: bytes) -> tuple[int, str]:
    """Run the verb in this process; return its exit code and what it says."""
    ran = CliRunner().invoke(main.app, ["--state-dir", str(folder), "reply"], input=data)
    return ran.exit_code, ran.output


def letters(folder: Path) -> list[Letter]:
    return [letterbox.read(path) for path in letterbox.waiting(folder / letterbox.FOLDER)]


def test_reply_with_a_command_lies_in_the_letterbox_for_the_service_alone(tmp_path: Path) -> None:
    box = letterbox.make(tmp_path)
    assert reply(tmp_path, STOP) == (0, "")
    (kept,) = letters(tmp_path)
    assert (kept.sender, kept.command, kept.tokens) == (
        "anna@example.org",
        LETTER.command,
        (TOKEN,),
    )
    assert box.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in box.iterdir()] == [0o600]


def test_reply_that_asks_for_nothing_is_passed_over_in_silence(tmp_path: Path) -> None:
    for mail in (b"", b"\0" * 3_000_000, STOP.replace(b"stop", b"hello")):
        assert reply(tmp_path, mail) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_reply_where_there_is_no_letterbox_stays_with_the_mail_server(tmp_path: Path) -> None:
    assert reply(tmp_path, STOP) == (75, "")
    assert list(tmp_path.iterdir()) == []


def test_reply_where_the_letterbox_is_full_stays_with_the_mail_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letterbox, "MOST_LETTERS", 2)
    letterbox.make(tmp_path)
    assert [reply(tmp_path, STOP)[0] for _ in range(3)] == [0, 0, 75]
    assert len(letters(tmp_path)) == 2


def test_reply_in_which_hrwatch_has_a_bug_stays_with_the_mail_server_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("anna@example.org")

    monkeypatch.setattr(letterbox, "put", broken)
    assert reply(tmp_path, STOP) == (75, "")


def test_letters_are_waiting_in_their_order_and_half_a_one_is_none(tmp_path: Path) -> None:
    box = letterbox.make(tmp_path)
    for number in range(20):
        letterbox.put(tmp_path, replace(LETTER, key=str(number)))
    (box / ".half.partial").write_text("{")
    assert [kept.key for kept in letters(tmp_path)] == [str(number) for number in range(20)]


def test_letter_on_a_disk_that_is_full_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = letterbox.make(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        letterbox.put(tmp_path, LETTER)
    assert list(box.iterdir()) == []


def test_once_heeds_what_lies_in_the_letterbox_and_mails_the_answer(tmp_path: Path) -> None:
    file, state = tmp_path / "feeds.yaml", tmp_path / "state"
    file.write_text("""
keywords: {use: [torture]}
feeds: [{name: wire, url: "http://wire.example/feed", enabled: false}]
subscribers: [{name: desk, address: anna@example.org}]
""")
    with Archive.open("archive.db", directory=state, writing=True) as archive:
        archive.write_now(subscriptions.token_of, "desk", TOKEN)
    letterbox.make(state)
    assert reply(state, STOP) == (0, "")
    options = ["--config", str(file), "--state-dir", str(state)]
    assert CliRunner().invoke(main.app, [*options, "once"]).exit_code == 0
    (answer,) = (state / "outbox").glob("*.eml")
    assert b"Auto-Submitted: auto-replied" in answer.read_bytes()
    assert letters(state) == []
