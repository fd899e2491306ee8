"""The built wheel is whole: installed into an empty environment it extracts and migrates."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import venv
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

import hrwatch

ROOT = Path(__file__).parents[2]
# Here `make` keeps the wheels that it installed; elsewhere pip asks the index that it is set to.
LOCKED_WHEELS = Path(sys.prefix) / "wheels"
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(LOCKED_WHEELS)}
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Court hears of torture | Invented Wire</title>
</head><body><nav><a href="/">Home</a></nav><article><h1>Court hears of torture</h1>
<p>Three people told a court that they were tortured in custody, in a story that is invented.</p>
<p>The court will hear two doctors next week, and after them the officer who kept the keys.</p>
</article></body></html>
"""

pytestmark = pytest.mark.timeout(300)  # it installs everything once more, on a busy machine


def run(*command: str | Path, **environment: str) -> str:
    """Run to the end and return stdout; what goes wrong is shown."""
    words = [str(word) for word in command]
    result = subprocess.run(
        words, check=False, capture_output=True, text=True, env=os.environ | environment
    )
    assert result.returncode == 0, f"{words}\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: an old build/ here cannot lend it files that are gone."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    leave_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", source / "src", ignore=leave_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder)
    run(*PIP, "wheel", *options, source)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `hrwatch` of an environment that holds the wheel and the locked dependencies only."""
    empty = tmp_path_factory.mktemp("empty")
    venv.create(empty, symlinks=True)
    pip = (*PIP, "--python", empty / "bin" / "python")
    lock = ROOT / "requirements" / "runtime.lock"
    where = OFFLINE if LOCKED_WHEELS.is_dir() else {}
    run(*pip, "install", "--require-hashes", "--requirement", lock, **where)
    run(*pip, "install", "--no-index", "--no-deps", wheel)
    run(*pip, "check")
    return empty / "bin" / "hrwatch"


def test_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    package = ROOT / "src" / "hrwatch"
    written = {
        path.relative_to(ROOT / "src").as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("hrwatch/")}

    assert packed == written
    for part in (
        "templates/",
        "digest/locale/",
        "tag/data/",
        "migrations/versions/",
        "demo/stories/",
        "py.typed",
    ):
        assert any(part in name for name in packed), part


def test_installed_wheel_says_its_version(installed: Path) -> None:
    assert run(installed, "--version") == f"hrwatch {hrwatch.__version__}\n"


def test_installed_wheel_extracts_a_page(installed: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")

    told = json.loads(run(installed, "try", "page", page))

    assert "Court hears of torture" in told["title"]
    assert "The court will hear two doctors next week" in told["text"]


def test_installed_wheel_migrates_an_archive(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("feeds: []\nsubscribers: []\n", encoding="utf-8")

    run(installed, "--config", tmp_path / "feeds.yaml", "--state-dir", tmp_path, "once")

    with closing(sqlite3.connect(tmp_path / "archive.db")) as archive:
        assert archive.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
        assert archive.execute("SELECT count(*) FROM records").fetchone() == (0,)
