"""The archive's address on a PostgreSQL server: what is one, and what is too open."""

import pytest

from hrwatch.config import databases, values


@pytest.mark.parametrize(
    "written",
    [
        "postgresql+psycopg://hrwatch@db.example.org/hrwatch",
        "postgresql+psycopg://hrwatch@db.example.org:5433/hrwatch",
        "postgresql+psycopg://hrwatch@[::1]:5432/hrwatch",
        "postgresql+psycopg:///hrwatch",
        "postgresql+psycopg://hrwatch@/hrwatch?host=/run/postgresql",
        "postgresql+psycopg://a%40b@localhost/hrwatch?sslmode=verify-full&sslrootcert=system",
        "postgresql+psycopg://h@db.example/h?sslmode=verify-ca&sslrootcert=/etc/ssl/db.pem",
    ],
)
def test_archive_may_be_a_database(written: str) -> None:
    assert values.archive(written) == written


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("postgresql://h@localhost/HUNTER", "write postgresql"),
        ("postgres://h@localhost/HUNTER", "write postgresql"),
        ("postgresql+asyncpg://h@localhost/HUNTER", "write postgresql"),
        ("PostgreSQL+psycopg2://HUNTER", "write postgresql"),
        ("postgresql+psycopg://h:HUNTER@localhost/a", "archive_password_file"),
        ("postgresql+psycopg://h:HUNT@ER@localhost/a", "archive_password_file"),
        ("postgresql+psycopg://:HUNTER@localhost/a", "archive_password_file"),
        ("postgresql+psycopg://h@localhost/a?password=HUNTER", "archive_password_file"),
        ("postgresql+psycopg://h@localhost/a?sslpassword=HUNTER", "archive_password_file"),
        ("postgresql+psycopg://h@localhost", "no address of a database"),
        ("postgresql+psycopg://h@localhost/", "no address of a database"),
        ("postgresql+psycopg://h@localhost/a/HUNTER", "no address of a database"),
        ("postgresql+psycopg://h@x@localhost/HUNTER", "no address of a database"),
        ("postgresql+psycopg://h@localhost/a#HUNTER", "no address of a database"),
        ("postgresql+psycopg://h@localhost/a HUNTER", "no address of a database"),
        ("postgresql+psycopg://h@localhost/a\x1bHUNTER", "no address of a database"),
        ("postgresql+psycopg://h@localhost:HUNTER/a", "host and port"),
        ("postgresql+psycopg://h@localhost:99999/a", "host and port"),
        ("postgresql+psycopg://h@[::1/a", "host and port"),
        ("postgresql+psycopg://h@localhost/a?options=HUNTER", "known are connect_timeout, "),
        ("postgresql+psycopg://h@localhost/a?sslmode=HUNTER", "none of disable, "),
        ("postgresql+psycopg://h@localhost/a?sslrootcert=HUNTER", "whole path"),
        ("postgresql+psycopg://h@localhost/a?sslkey=system", "whole path"),
    ],
)
def test_archive_that_is_no_good_address_is_refused_and_not_repeated(
    written: str, told: str
) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        values.archive(written)
    assert "HUNT" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "is_open"),
    [
        ("postgresql+psycopg:///a", False),
        ("postgresql+psycopg://h@localhost/a", False),
        ("postgresql+psycopg://h@127.0.0.1/a?sslmode=disable", False),
        ("postgresql+psycopg://h@[::1]/a", False),
        ("postgresql+psycopg:///a?host=/run/postgresql", False),
        ("postgresql+psycopg://h@db.example/a", True),
        ("postgresql+psycopg:///a?host=/run/postgresql,db.example", True),
        ("postgresql+psycopg://h@10.0.0.1/a?sslmode=require", True),
        ("postgresql+psycopg://h@db.example/a?sslmode=verify-full", False),
    ],
)
def test_is_open_to_others_over_a_network_without_a_verified_server(
    written: str, is_open: bool
) -> None:
    assert databases.is_open_to_others(values.archive(written)) is is_open
