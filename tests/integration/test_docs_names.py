"""What README and docs name is there: verbs and options, files and settings, alarms and events."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from hrwatch import secrets
from hrwatch.cli.main import app
from hrwatch.errors import SecretError
from hrwatch.model.feeds import State
from pages import (
    OPERATING,
    PAGES,
    README,
    ROOT,
    blocks,
    commands,
    heading,
    named_in,
    page_text,
    prose,
    table,
)

SOURCE = ROOT / "src" / "hrwatch"
# Programs that commands are made of beside hrwatch; a slip of the pen is none of them.
PROGRAMS = {
    *("cat", "chmod", "date", "exec", "find", "hrwatch", "install", "journalctl", "make", "pip"),
    *(
        "gpg",
        "python3",
        "runuser",
        "systemctl",
        "systemd-run",
        "systemd-sysusers",
        "systemd-tmpfiles",
    ),
    "umask",
}
# Lines of the alarm tables that systemd says, or that are an example.
OF_OTHERS = {"status=2", "start-limit-hit", "Watchdog timeout", "feeds.yaml:12:5: …"}


@cache
def told_by_the_program() -> str:
    """Every text that stands in the program, the pieces of an f-string apart."""
    with pytest.raises(SecretError) as missing:
        secrets.required(secrets.SMTP_PASSWORD, None, {})
    found = [str(missing.value)]
    for path in SOURCE.rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        values = (node.value for node in nodes if isinstance(node, ast.Constant))
        found += [value for value in values if isinstance(value, str)]
    return "\n".join(found)


def misspelled(given: list[str]) -> str:
    """Given a command, return what in it hrwatch does not know."""
    words = given
    while words and not ((words[0] == "hrwatch" and words is given) or "bin/hrwatch" in words[0]):
        words = words[1:]
    command: Any = typer.main.get_command(app)
    rest = iter(words[1:])
    for word in rest:
        if word.startswith("--"):
            option = word.partition("=")[0]
            takes = {name: one for one in command.params for name in one.opts}
            if option not in takes and option != "--help":
                return option
            if option in takes and not takes[option].is_flag and "=" not in word:
                next(rest, None)
        elif found := getattr(command, "commands", {}):
            if word.isupper():  # a stand-in, such as VERB
                return ""
            if word not in found:
                return word
            command = found[word]
    return ""


@pytest.mark.parametrize("page", PAGES)
def test_page_commands_name_what_is_there(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for block in blocks(page):
        if block.language != "sh":
            continue
        subprocess.run(["bash", "-n", "-c", block.text], check=True)
        for words in named_in(block):
            name = Path(words[0]).name
            assert name in PROGRAMS, (words, block)
            assert not misspelled(words), (misspelled(words), block)
            assert name != "make" or set(words[1:]) <= targets, block
    for found in re.findall(r"`(hrwatch [^`]+)`", prose(page)):
        for words in commands(found):
            assert not misspelled(words), found
    assert set(re.findall(r"`make ([a-z]+)`", page_text(page))) <= targets


@pytest.mark.parametrize("page", PAGES)
def test_page_names_files_that_exist(page: str) -> None:
    text = page_text(page)
    own = r"(?:config/feeds|docs|requirements|src|systemd|tests|tools)[/.][\w./-]*\w/?"
    for name in re.findall(rf"(?<![\w./-])({own})", text):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"`([\w/]+\.py)`", text):
        assert any(SOURCE.glob(f"**/{name}")) or (ROOT / name).exists(), name
    anchors = {heading(line) for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    for link in re.findall(r"\]\((?!https?://)([^)\s]+)\)", text):
        file, _, anchor = link.partition("#")
        assert (ROOT / page).parent.joinpath(file).exists(), link
        assert file or anchor in anchors, link


def test_pages_name_the_service_as_it_is() -> None:
    unit = (ROOT / "systemd/hrwatch.service").read_text()
    folders = (ROOT / "systemd/tmpfiles.d/hrwatch.conf").read_text()
    text = page_text(OPERATING)

    assert f"ExecStart={re.findall(r'exec setpriv .* (/opt/.*hrwatch) ', text)[0]} run\n" in unit
    for name in set(re.findall(r"/etc/credstore/([\w.-]+\w)", text)):
        assert f":{name}\n" in unit
    assert {"StateDirectory=hrwatch", "User=hrwatch"} <= set(unit.splitlines())
    assert "d /etc/hrwatch 0750 root hrwatch" in folders


@pytest.mark.parametrize(
    "title", ["### The service does not start", "### It runs, and complains", "### A feed fails"]
)
def test_alarm_of_the_table_is_one_that_the_program_gives(title: str) -> None:
    rows = table(OPERATING, title)
    assert rows
    for line in (line for row in rows for line in re.findall("`([^`]*)`", row[0])):
        for piece in line.split("…") if line not in OF_OTHERS else ():
            for words in re.split(r" (?=\w+=)", piece.strip()):
                known = words.strip() in told_by_the_program()
                assert known or re.fullmatch(r"\w+=\w*", words.strip()), (line, words)


def test_events_of_the_log_are_told_all_and_no_other() -> None:
    known = set(re.findall(r"event=([a-z-]+)", told_by_the_program()))
    told = {row[0].strip("`").removeprefix("event=") for row in table(OPERATING, "## The log")}

    assert told == known


def test_states_of_feeds_are_told_all_and_no_other() -> None:
    rows = table(OPERATING, "## How is it doing?")
    told = {row[0].strip("`") for row in rows if len(row) == 3}

    assert told == set(State)


def _below(command: Any) -> list[str]:
    """Return the verbs below one; "" for what it does by itself."""
    below = list(getattr(command, "commands", ()))
    return below if below and not command.invoke_without_command else ["", *below]


def test_readme_table_of_verbs_names_each_verb_and_no_other() -> None:
    root: Any = typer.main.get_group(app)
    verbs = {
        f"{name} {below}" if below else name
        for name, command in root.commands.items()
        for below in _below(command)
    }
    cells = [row[0] for row in table(README, "## The verbs")]

    told = {
        re.sub(r" [A-Z-].*", "", name) for cell in cells for name in re.findall("`([^`]+)`", cell)
    }

    assert told == verbs


@pytest.mark.parametrize("page", PAGES)
def test_page_names_settings_and_variables_that_exist(page: str) -> None:
    schema = yaml.safe_load((ROOT / "config/feeds.schema.json").read_text())
    keys = set(schema["properties"]) | {
        name for one in schema["$defs"].values() for name in one.get("properties", {})
    }
    for name in re.findall(r"`(?:fetch|mail)\.(\w+)`", page_text(page)):
        assert name in keys, name
    for name in re.findall(r"`([a-z_]+):`", page_text(page)):
        assert name in keys | {"file", "smtp", "smtps", "sendmail"}, name
    for name in re.findall(r"\$(HRWATCH_\w+)", page_text(page)):
        assert name in told_by_the_program(), name


@pytest.mark.parametrize("page", PAGES)
def test_page_names_tests_that_exist(page: str) -> None:
    known = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_*.py"))
    for name in re.findall(r"`(test_\w+)`", page_text(page)):
        assert f"def {name}(" in known, name
