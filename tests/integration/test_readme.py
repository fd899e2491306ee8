"""What README and CONTRIBUTING promise is there: verbs, make targets, files, exit codes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from hrwatch.cli.main import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(path.name for path in ROOT.glob("*.md"))


def verbs() -> set[str]:
    """Every verb of the command line, those of `try` and `import` spelled out."""
    root = typer.main.get_group(app)
    groups = {name: root.commands.pop(name) for name in ("try", "import")}
    below = {f"{name} {verb}" for name, group in groups.items() for verb in group.commands}
    return set(root.commands) | below


def test_readme_table_of_verbs_names_each_verb_and_no_other() -> None:
    table = README.split("## The verbs")[1].split("\n\n")[1]

    told = {
        re.sub(r" [A-Z-].*", "", name)
        for row in table.splitlines()[2:]
        for name in re.findall(r"`([a-z][^`]*)`", row.split("|")[1])
    }

    assert told - {"csv", "opml"} == verbs()


@pytest.mark.parametrize("page", PAGES)
def test_page_names_only_make_targets_that_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"(?:^ {4}|`)make ([a-z]+)", text, re.MULTILINE)) <= targets


@pytest.mark.parametrize("page", PAGES)
def test_page_links_only_to_files_that_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")

    links = re.findall(r"\]\((?!https?://)([^)]+)\)", text)

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_readme_first_run_check_of_the_shipped_file_is_good(tmp_path: Path) -> None:
    config = ROOT / "config" / "feeds.yaml"

    process = subprocess.run(
        [sys.executable, "-m", "hrwatch", "--config", config, "--state-dir", tmp_path, "check"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert process.returncode == 0, process.stdout + process.stderr
