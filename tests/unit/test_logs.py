"""The log: a record is a line, and no stranger can write one."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hrwatch import logs

FORGED = "no\nERROR hrwatch event=forged\r\x1b[2J\u2028\x85 end \udcff"


@contextmanager
def _set_up() -> Iterator[None]:
    """The log as the daemon sets it up, and everything as before at the end."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()  # set_up closes what it finds, and these are pytest's
    logs.set_up()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_log_record_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    with _set_up():
        logging.getLogger("hrwatch.pipeline").warning("event=poll feed=wire error=%s", FORGED)

    assert capsys.readouterr().err == (
        "WARNING hrwatch.pipeline event=poll feed=wire error=no\\nERROR hrwatch event=forged\\r"
        "\ufffd[2J\ufffd\ufffd end \ufffd\n"
    )


def test_log_traceback_stands_indented_below_its_record(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = logging.getLogger("hrwatch")
    with _set_up():
        try:
            raise ValueError(FORGED)
        except ValueError:
            log.exception("event=bug feed=wire", stack_info=True)
        log.error("event=next")

    first, *below, last = capsys.readouterr().err.splitlines()
    assert first == "ERROR hrwatch event=bug feed=wire"
    assert last == "ERROR hrwatch event=next"
    assert any("event=forged" in line for line in below)
    assert all(line.startswith("    ") and line.isprintable() for line in below)


def test_log_traceback_that_another_formatter_wrote_is_not_taken_over() -> None:
    try:
        raise ValueError(FORGED)
    except ValueError:
        record = logging.LogRecord("x", 40, "x.py", 1, "event=bug", None, sys.exc_info())
    logging.Formatter().format(record)

    _, *below = logs.OneLine().format(record).splitlines()

    assert all(line.startswith("    ") for line in below)


def test_libraries_are_heard_from_warning_up(capsys: pytest.CaptureFixture[str]) -> None:
    with _set_up():
        logging.getLogger("httpx").info("GET https://feed.example/?token=invented")
        logging.getLogger("apscheduler.executors").info("ran a job")
        logging.getLogger("httpx").warning("trouble")

    assert capsys.readouterr().err == "WARNING httpx trouble\n"
