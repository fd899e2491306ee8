"""The lock files: whatever an operator or a test installs, it is the same, hashes and all."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "requirements"


def pins(name: str) -> dict[str, str]:
    """Return each library of a lock file, with all that is said of it but who asked for it."""
    entries = re.split(r"\n(?=[a-z0-9])", (FOLDER / name).read_text().strip())
    said = [re.sub(r"\n *#.*", "", entry) for entry in entries]
    return {re.split("[= ]", entry)[0]: entry for entry in said}


@pytest.mark.parametrize("name", ["runtime.lock", "postgresql.lock", "dev.lock"])
def test_lock_names_a_hash_for_every_library(name: str) -> None:
    found = pins(name)

    assert len(found) > 20
    assert all("--hash=sha256:" in entry for entry in found.values())


@pytest.mark.parametrize("name", ["postgresql.lock", "dev.lock"])
def test_lock_holds_what_the_runtime_is_and_nothing_else_of_it(name: str) -> None:
    runtime, larger = pins("runtime.lock"), pins(name)

    assert {library: larger.get(library) for library in runtime} == runtime


def test_lock_for_postgresql_adds_its_library_alone() -> None:
    added = pins("postgresql.lock").keys() - pins("runtime.lock").keys()

    assert added == {"psycopg", "psycopg-binary"}
