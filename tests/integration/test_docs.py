"""Whoever reads README, docs/operating.md or docs/rules.md from top to bottom finds that every
command runs, every output looks as it is shown, and every sentence is tagged as it says.

How a code block is taken (`…` in an output stands for anything, a line of it for any lines):

    ```sh            is run, and ends with 0
    ```sh exit=1     is run, and ends with 1
    ```sh daemon     is run until the daemon is up, and asked to end
    ```sh postgresql is run where there is a PostgreSQL, as is a yaml
    ```sh elsewhere  needs root, systemd or the network: what it names is looked at in
                     test_docs_names.py, and end_to_end/test_docs_drill.py runs it
    ```yaml          goes into the operator's file, which is good then
    ```yaml alone    the same, for this once
    ```yaml broken   the same, and the file is refused; the output is what `check` says
    ```yaml file     is a whole file, which is refused; the output is what `check` prints
    ```text          is what the block before it prints, or how the daemon's log looks
    ```text sentences  are tagged by the rules that stand in the operator's file then

Paths of the system are those of a temporary folder, the site `news.example` is the demo's newsroom.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from hrwatch import config
from hrwatch.demo import newsroom, server
from hrwatch.errors import ConfigError
from hrwatch.stages.tag.keywords import KeywordTagger
from hrwatch.stages.tag.tokens import tokenise
from newsdesk import ended_inside
from pages import MISTAKES, OPERATING, PAGES, README, RULES, Block, blocks
from postgres import Places

# Where the operator's file is on the pages that tell of one, and which feeds stand there already.
RUN: dict[str, tuple[str, tuple[str, ...]]] = {
    README: ("feeds.yaml", ()),
    OPERATING: ("etc/hrwatch/feeds.yaml", ("invented-courier", "vydumannaya-gazeta")),
    RULES: ("feeds.yaml", ()),
}
SITE = "https://news.example"
DATABASE = "postgresql+psycopg://hrwatch@/hrwatch?host=/run/postgresql"
SECONDS = 60


class Desk:
    """A folder that stands for the operator's machine, with the newsroom under `news.example`."""

    def __init__(self, root: Path, file: str, feeds: tuple[str, ...], site: str) -> None:
        self.root = root
        self.file = root / file
        self.elsewhere = {SITE: site}
        for folder in ("etc/hrwatch", "var/lib", "var/backups/hrwatch", "tmp", "bin", ".venv/bin"):
            (root / folder).mkdir(parents=True)
        start = f"exec {shlex.quote(sys.executable)} -m hrwatch"
        options = f"--config {self.file} --state-dir {root}/var/lib/hrwatch"
        for name, words in (("bin", f"{start} {options}"), (".venv/bin", start)):
            program = root / name / "hrwatch"
            program.write_text(f'#!/bin/sh\n{words} "$@"\n')
            program.chmod(0o755)
        self.write(
            {
                "workers": 1,
                "fetch": {
                    "allow_addresses": [site.removeprefix("http://")],
                    "gap": "0s",
                    "per_domain": 8,
                },
                "feeds": [{"name": name, "url": f"{SITE}/{name}/feed"} for name in feeds],
                "subscribers": [],
                "keywords": {},
                "mail": {},
            }
        )

    def write(self, sections: Mapping[str, Any]) -> None:
        self.file.write_text(self._moved(yaml.safe_dump(sections)))

    def add(self, fragment: Mapping[str, Any]) -> str:
        """Put a fragment into the file as its reader would; return what stood there before."""
        before = self.file.read_text()
        sections = yaml.safe_load(before)
        for name, value in fragment.items():
            match value:
                case list():
                    sections[name] += value
                case dict():
                    sections[name] |= value
                case _:
                    sections[name] = value
        self.write(sections)
        return before

    def mistakes(self) -> str:
        try:
            config.load(self.file)
        except ConfigError as error:
            return str(error)
        return ""

    def here(self, command: str) -> str:
        """Return a command of a page as it is to be run in this folder."""
        moved = re.sub(r"(?<![\w./])/(?=(?:etc|var|tmp)/)", f"{self.root}/", command)
        return self._moved(moved)

    def there(self, output: str) -> str:
        """Return what was printed here as the page shows it."""
        for shown, real in self.elsewhere.items():
            output = output.replace(real, shown)
        return output.replace(str(self.root), "")

    def _moved(self, text: str) -> str:
        for shown, real in self.elsewhere.items():
            text = text.replace(shown, real)
        return text

    def start(self, block: Block) -> subprocess.Popen[str]:
        path = f"{self.root}/bin{os.pathsep}{os.environ['PATH']}"
        return subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", self.here(block.text)],
            cwd=self.root,
            env=os.environ | {"PATH": path, "HOME": str(self.root)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def ended(desk: Desk, block: Block) -> str:
    """Run a block to its end; return what it printed."""
    process = desk.start(block)
    try:
        out, complaints = process.communicate(timeout=SECONDS)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    status = int(block.note.removeprefix("exit=")) if block.note.startswith("exit=") else 0
    assert process.returncode == status, (
        f"{block}ended with {process.returncode}:\n{out}{complaints}"
    )
    return desk.there(out)


def daemon_log(desk: Desk, block: Block) -> str:
    """Start a block's daemon, ask it to end once it is up, and return its log."""
    process = desk.start(block)
    log = ""
    try:
        assert process.stderr is not None
        while "event=started" not in log:
            line = process.stderr.readline()
            assert line, f"{block}never came up:\n{log}"
            log += line
        os.killpg(process.pid, signal.SIGTERM)
        log += process.communicate(timeout=SECONDS)[1]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert "event=stopped" in log, f"{block}did not end in order:\n{log}"
    return desk.there(log)


def done(desk: Desk, block: Block) -> str:
    """Do what a block asks for; return what it prints."""
    if block.language == "sh":
        return daemon_log(desk, block) if block.note == "daemon" else ended(desk, block)
    before = desk.add(yaml.safe_load(block.text))
    mistakes = desk.mistakes()
    assert bool(mistakes) == (block.note == "broken"), f"{block}{mistakes}"
    if block.note in ("alone", "broken"):
        desk.file.write_text(before)
    return desk.there(mistakes)


def wrongly_tagged(desk: Desk, block: Block) -> list[str]:
    """Tag each sentence of a block with the rules of the file; return those that say otherwise."""
    tagger = KeywordTagger(config.load(desk.file).rules)
    wrong = []
    for line in block.text.splitlines():
        claim, keyword, language, text = line.split(maxsplit=3)
        title, _, body = text.rpartition("//")
        tags = tagger.tag(tokenise(title), tokenise(body), language)
        found = {tag.value: tag.relation.value for tag in tags}
        expected = {"is": "subject", "names": "mention", "not": None}[claim]
        if found.get(keyword) != expected:
            wrong.append(f"{line}: {found}")
    return wrong


def looks_like(shown: str, printed: str) -> bool:
    """Say whether an output looks as a page shows it, spaces between columns aside."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + "\n"
        for line in squeezed(shown).splitlines()
    )
    return re.fullmatch(pattern, squeezed(printed)) is not None


def squeezed(text: str) -> str:
    return "".join(f"{' '.join(line.split())}\n" for line in text.strip().splitlines())


@pytest.fixture
def site() -> Iterator[str]:
    """The demo's newsroom; its address."""
    opened_at = datetime.now(UTC)
    with server.serving() as newsstand:
        newsstand.publish(newsroom.publications(opened_at, 1), opened_at)
        yield newsstand.base


@pytest.mark.timeout(300)  # some thirty starts of the program
@pytest.mark.parametrize("page", RUN)
def test_page_read_from_top_to_bottom_works_as_it_says(
    page: str, site: str, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, *RUN[page], site)
    printed = ""
    for block in blocks(page):
        if block.note == "sentences":
            assert wrongly_tagged(desk, block) == []
        elif block.language != "text":
            printed = done(desk, block) if block.note not in ("elsewhere", "postgresql") else ""
        elif printed:
            assert looks_like(block.text, printed), f"{block}is shown, printed was:\n{printed}"


def test_move_to_postgresql_works_as_the_page_says(
    places: Places, site: str, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, *RUN[OPERATING], site)
    desk.elsewhere[DATABASE] = places.make("postgresql", tmp_path, made=False).url
    ended(desk, Block(OPERATING, 0, "sh", "", "hrwatch once"))

    printed = ""
    for block in blocks(OPERATING):
        if block.language != "text":
            printed = done(desk, block) if block.note == "postgresql" else ""
        elif printed:
            assert looks_like(block.text, printed), f"{block}is shown, printed was:\n{printed}"


@pytest.mark.parametrize("number", range(0, len(blocks(MISTAKES)), 2))
def test_mistake_of_the_page_is_told_as_it_says(number: int, tmp_path: Path) -> None:
    file, shown = blocks(MISTAKES)[number : number + 2]
    assert (file.language, file.note, shown.language) == ("yaml", "file", "text")
    (tmp_path / "feeds.yaml").write_text(file.text, encoding="utf-8")

    ended = ended_inside(tmp_path, "check")

    assert (ended.out, ended.complaints, ended.status) == (shown.text, "", 2)


def test_page_of_mistakes_has_as_many_as_it_says() -> None:
    assert len(blocks(MISTAKES)) == 2 * 22


@pytest.mark.parametrize("page", PAGES)
def test_page_has_no_block_that_nobody_looks_at(page: str) -> None:
    known = {
        "sh": r"(?:exit=\d)?|daemon|postgresql|elsewhere",
        "yaml": "(?:alone|broken|file|postgresql)?",
        "text": "(?:sentences)?",
    }
    for block in blocks(page):
        assert re.fullmatch(known.get(block.language, "-"), block.note), block
        assert page in (*RUN, MISTAKES) or block.note == "elsewhere", block
