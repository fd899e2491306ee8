"""How the tests of the configuration read a text as if it were the operator's file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hrwatch.config import Config
from hrwatch.config.loading import configured
from hrwatch.config.reading import parse
from hrwatch.errors import ConfigError, Mistake

FILE = "feeds.yaml"
Read = Callable[[str | bytes], Config]
Mistakes = Callable[[str | bytes], tuple[Mistake, ...]]


def _read(written: str | bytes) -> Config:
    body = written.encode() if isinstance(written, str) else written
    return configured(parse(body, FILE), Path(FILE))


def _mistakes(written: str | bytes) -> tuple[Mistake, ...]:
    try:
        _read(written)
    except ConfigError as error:
        return error.mistakes
    return ()


@pytest.fixture(scope="session")
def read() -> Read:
    """From the file's content to the configuration; raises ConfigError."""
    return _read


@pytest.fixture(scope="session")
def mistakes() -> Mistakes:
    """From the file's content to what is wrong with it; nothing when it is good."""
    return _mistakes
