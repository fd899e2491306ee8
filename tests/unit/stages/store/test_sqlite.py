"""What SQLite says of a file or a disk, in words that tell the operator what to do."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from hrwatch.errors import ArchiveError
from hrwatch.query import parse
from hrwatch.stages.store import sqlite
from hrwatch.stages.store.articles import words
from hrwatch.stages.store.sqlite import words as sqlite_words

PATH = Path("archive.db")


def an_error(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("invented")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SQLITE_FULL", "make room"),
        ("SQLITE_BUSY", "another program holds it"),
        ("SQLITE_BUSY_SNAPSHOT", "another program holds it"),
        ("SQLITE_READONLY_DBMOVED", "may not be written"),
        ("SQLITE_CANTOPEN_ISDIR", "cannot be opened"),
        ("SQLITE_IOERR_FSYNC", "the disk fails"),
        ("SQLITE_CORRUPT_INDEX", "restore a backup"),
        ("SQLITE_NOTADB", "no archive"),
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
def test_explaining_trouble_of_file_or_disk_tells_what_to_do(
    name: str, told: str, wrapped: bool
) -> None:
    error: Exception = an_error(name)
    if wrapped:
        error = sa.exc.OperationalError("SELECT 1", {}, error)
    with pytest.raises(ArchiveError, match=told) as caught, sqlite.explaining(PATH):
        raise error
    assert str(PATH) in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [an_error("SQLITE_ERROR"), an_error("SQLITE_CONSTRAINT_UNIQUE"), KeyError("bug")],
    ids=str,
)
def test_explaining_bug_passes_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, sqlite.explaining(PATH):
        raise error
    assert caught.value is error


@pytest.mark.parametrize(
    ("query", "textual"),
    [
        ("a", True),
        ('a "b c" OR d*', True),
        ("-a", False),
        ("a -b", False),
        ("a country:BY", False),
        ("language:ru", False),
    ],
)
def test_is_textual_what_the_index_answers_by_itself(query: str, textual: bool) -> None:
    assert words.is_textual(parse(query)) is textual


def test_found_asks_for_words_in_quotation_marks_only() -> None:
    node = parse('NEAR (“b^c” OR "title:z*") 酷刑 "a AND b"')
    (asked,) = sqlite_words.found(node).compile().params.values()
    assert asked == '("near" AND ("b c" OR "title z" *) AND "酷 刑" AND "a and b")'
