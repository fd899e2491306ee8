"""The log: a record is a line, and no stranger can write one."""

import ast
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import hrwatch
from hrwatch import logs

SOURCE = Path(hrwatch.__file__).parent
FIELDS = re.compile(r"event=[a-z]+(?:-[a-z]+)*(?: [a-z]+=%[\w.]+)*(?: [a-z]+=[\w@-]+)?(?:%s)?")
# Names of what no log line may be given.
KEPT_OUT = ("title", "text", "summary", "address", "recipient", "sender", "query", "password")
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


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a logger in the program, with where it stands."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                whose = ast.unparse(node.func.value)
                if re.fullmatch(r"_?log|.*getLogger\(.*\)", whose) and node.args:
                    yield f"{path.relative_to(SOURCE)}:{node.lineno}", node


def test_every_line_of_the_log_is_an_event_with_fields() -> None:
    calls = list(_calls())
    assert len(calls) > 15
    for where, call in calls:
        if ast.unparse(call.func).endswith(("setLevel", "removeHandler", "addHandler")):
            continue
        texts = [one for one in call.args if isinstance(one, ast.Constant)]
        assert texts, where
        assert FIELDS.fullmatch(str(texts[0].value)), (where, texts[0].value)


def test_no_line_of_the_log_is_given_an_address_a_title_or_a_secret() -> None:
    for where, call in _calls():
        for argument in call.args[1:]:
            for node in ast.walk(argument):
                if isinstance(node, ast.Attribute):
                    assert node.attr not in KEPT_OUT, where


def test_log_traceback_leaves_out_the_row_that_postgresql_repeats(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with _set_up():
        try:
            raise ValueError(f"broken constraint\nDETAIL:  Failing row contains ({FORGED})")
        except ValueError:
            logging.getLogger("hrwatch").exception("event=bug feed=wire")

    told = capsys.readouterr().err
    assert "broken constraint" in told
    assert "forged" not in told
