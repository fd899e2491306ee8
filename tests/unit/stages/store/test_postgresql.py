"""What PostgreSQL says of itself, in words that tell the operator what to do; what it is asked."""

import pytest
import sqlalchemy as sa

from hrwatch.errors import ArchiveError
from hrwatch.query import parse
from hrwatch.stages.store.postgresql import explaining
from hrwatch.stages.store.postgresql.words import found

NAME = "postgresql+psycopg://desk@localhost/archive"


class AnError(Exception):
    """As psycopg's errors are: with a SQLSTATE, unless there is no server to give one."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("invented,\n  on two lines")
        self.sqlstate = sqlstate


def an_error(
    sqlstate: str | None, kind: type[sa.exc.DBAPIError] = sa.exc.OperationalError
) -> sa.exc.DBAPIError:
    return kind("SELECT 1", {}, AnError(sqlstate))


@pytest.mark.parametrize(
    ("sqlstate", "told"),
    [
        (None, "cannot be reached"),
        ("08006", "connection to the server was lost"),
        ("25006", "may not be written"),
        ("28P01", "refuses the user or the password"),
        ("28000", "refuses the user or the password"),
        ("3D000", "no such database"),
        ("3F000", "no schema"),
        ("40001", "try again"),
        ("40P01", "try again"),
        ("42501", "make it the owner"),
        ("53100", "disk is full"),
        ("53300", "too many connections"),
        ("54000", "longer than it can hold"),
        ("55P03", "another program holds"),
        ("57P01", "shut down"),
        ("57014", "took too long"),
        ("58030", "disk fails"),
        ("XX001", "restore a backup"),
        ("XX002", "REINDEX"),
    ],
)
def test_explaining_trouble_of_the_server_tells_what_to_do(sqlstate: str, told: str) -> None:
    with pytest.raises(ArchiveError, match=told) as caught, explaining(NAME):
        raise an_error(sqlstate)
    assert NAME in str(caught.value)
    assert "(invented, on two lines)" in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        an_error("23505", sa.exc.IntegrityError),
        an_error("42601", sa.exc.ProgrammingError),
        an_error("22021", sa.exc.DataError),
        an_error("XX000", sa.exc.InternalError),
        an_error(None, sa.exc.ProgrammingError),
        KeyError("bug"),
    ],
    ids=repr,
)
def test_explaining_bug_passes_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, explaining(NAME):
        raise error
    assert caught.value is error


def test_found_asks_for_words_in_quotation_marks_only() -> None:
    node = parse('NEAR (“b^c” OR "title:z*") 酷刑 "a AND b" l\'armée')
    asked = next(v for v in found(node).compile().params.values() if "near" in str(v))
    assert asked == (
        "('near') & (('b' & 'c') | ('title' & 'z':*)) & ('酷' & '刑') & ('a' & 'and' & 'b') "
        "& ('l' & 'armee')"
    )
