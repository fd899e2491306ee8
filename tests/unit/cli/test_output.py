"""How verbs print: what strangers wrote neither steers the terminal nor stops the printing."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hrwatch.cli import output
from hrwatch.cli.once import summary
from hrwatch.model.feeds import Outcome, PollReport
from hrwatch.model.mail import Delivery, Status

HOSTILE = "\x1b]0;owned\x07 \x1b[2J \x9b31m \u202egnp.exe \ud800 end"


def test_plain_words_of_strangers_are_one_harmless_line() -> None:
    shown = output.plain(f"one\n  two{HOSTILE}")

    assert shown == "one two]0;owned [2J 31m gnp.exe end"


def test_plain_long_words_are_cut_only_where_a_limit_is_set() -> None:
    words = "x" * 5000

    assert len(output.plain(words)) == 1000
    assert output.plain(words, limit=None) == words
    assert output.plain("\u0958" * 3, limit=None) == "\u0915\u093c" * 3  # longer than it was


def test_plain_lines_keep_their_layout() -> None:
    assert output.plain_lines(f"  1  Title{HOSTILE}\n\n     link\r\n") == (
        "  1  Title]0;owned [2J 31m gnp.exe  end\n\n     link \n"
    )


@pytest.mark.parametrize(
    "character", ["\x1b", "\x07", "\x9b", "\x85", "\u2028", "\u202e", "\u2066"]
)
def test_json_line_controls_are_escaped_and_come_back(
    character: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output.json_line({"title": f"a{character}b", "other": "Ö العربية \u200c"})

    out = capsys.readouterr().out
    assert character not in out
    assert out.count("\n") == 1
    assert json.loads(out) == {"title": f"a{character}b", "other": "Ö العربية \u200c"}


def test_json_line_half_a_character_is_replaced_and_never_raises(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    output.json_line({"\udcff": ["\ud800", "😀"]})
    sys.stdout.flush()

    assert json.loads(capfdbinary.readouterr().out) == {"\ufffd": ["\ufffd", "😀"]}


def test_json_line_times_are_utc_and_spans_are_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    noon = datetime(2026, 3, 2, 12, 0, 0, 999, UTC)

    output.json_line({"at": noon, "span": timedelta(minutes=2)})

    assert json.loads(capsys.readouterr().out) == {"at": "2026-03-02T12:00:00Z", "span": 120.0}


def test_json_line_what_has_no_json_form_is_a_bug() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        output.json_line({"what": object()})


def test_table_cells_are_plain_and_nothing_is_cut_off_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.table(("feed", "error"), [("wire", f"{HOSTILE} {'long ' * 60}end"), ("paper", None)])

    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.split() == ["feed", "error"]
    assert "\x1b" not in first
    assert first.endswith("long end")
    assert second.split() == ["paper"]


def test_complaint_is_one_harmless_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    output.complaint(f"hrwatch: the archive {HOSTILE}\ncannot be read")

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "hrwatch: the archive ]0;owned [2J 31m gnp.exe end cannot be read\n"


def test_summary_of_once_tells_strangers_words_plainly(capsys: pytest.CaptureFixture[str]) -> None:
    failed = PollReport("wire", Outcome.FAILED, error=f"host/{HOSTILE}")
    refused = Delivery(
        "id@desk.example", "reader", Status.REFUSED, datetime(2026, 3, 2, tzinfo=UTC), HOSTILE
    )

    summary([failed], [refused])

    out = capsys.readouterr().out
    assert out.isprintable() is False  # line ends
    assert all(line.isprintable() for line in out.splitlines())
    assert "  failed: wire: host/]0;owned" in out
    assert "  refused: mail to reader: ]0;owned" in out


def test_heard_or_not_reader_who_left_stops_no_work() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as gone, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", gone)

        unwritten: list[OSError] = []
        with output.heard_or_not(unwritten):
            output.json_line({"feed": "wire"})
            gone.flush()
        output.json_line({"feed": "paper"})
        gone.flush()

    assert unwritten == []


def test_heard_or_not_disk_that_is_full_is_kept_to_be_told() -> None:
    unwritten: list[OSError] = []
    with Path("/dev/full").open("w") as full:
        with output.heard_or_not(unwritten):
            full.write("invented")
            full.flush()
        (error,) = unwritten
        assert output.unwritten(error, full) == 2


def test_heard_or_not_other_errors_are_bugs() -> None:
    with pytest.raises(FileNotFoundError), output.heard_or_not([]):
        Path("/there/is/none").read_text()


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=-5), "0s"),
        (timedelta(seconds=59), "59s"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (timedelta(hours=47), "47h"),
        (timedelta(hours=48), "2d"),
        (timedelta(days=4000), "4000d"),
    ],
)
def test_span_is_told_in_one_unit_rounded_down(length: timedelta, shown: str) -> None:
    assert output.span(length) == shown
