"""The root command: every verb is found, and loads no more than it needs."""

import subprocess
import sys

import pytest

from hrwatch.cli.main import VERBS, Verbs

WORKERS_ONLY = {"lxml", "trafilatura", "feedparser", "py3langid", "numpy", "nh3"}


def loaded(*modules: str) -> set[str]:
    """Return the packages that a process has after importing `modules`."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return {name.partition(".")[0] for name in ended.stdout.split()}


@pytest.mark.parametrize("name", VERBS)
def test_verb_has_its_name_and_a_sentence_of_help(name: str) -> None:
    verb = Verbs()[name]

    assert verb.name == name
    assert verb.help


def test_root_loads_neither_database_nor_network() -> None:
    assert not loaded("hrwatch.cli.main") & {"sqlalchemy", "httpx", "pydantic", "rich"}


def test_reply_loads_neither_configuration_nor_archive_for_each_mail() -> None:
    packages = loaded("hrwatch.cli.main", "hrwatch.cli.reply")

    assert not packages & (WORKERS_ONLY | {"sqlalchemy", "httpx", "yaml", "babel", "jinja2"})


def test_daemon_loads_nothing_that_only_workers_or_migrations_need() -> None:
    packages = loaded("hrwatch.cli.main", "hrwatch.cli.run")

    assert not packages & (WORKERS_ONLY | {"alembic", "mako"})
