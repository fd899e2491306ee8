"""Secrets: that they show themselves to nobody, and what is said where there is none."""

import copy
import pickle
import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.errors import SecretError
from hrwatch.secrets import ARCHIVE_PASSWORD, SMTP_PASSWORD, Place, Secret, find, required

WORD = "hunter2"


@dataclass(frozen=True, slots=True)
class Settings:
    """Something that holds a secret."""

    user: str
    password: Secret


SHOWN = {
    "repr": repr,
    "str": str,
    "format": "{}".format,
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - as logging does it
    "within": lambda secret: repr([{"a": Settings("digest", secret)}]),
    "its attributes": lambda secret: repr(getattr(secret, "__dict__", {})),
}


@pytest.mark.parametrize("way", SHOWN)
def test_secret_does_not_show_itself(way: str) -> None:
    assert WORD not in SHOWN[way](Secret(WORD))


def test_secret_is_revealed_to_who_asks() -> None:
    assert Secret(WORD).reveal() == WORD


@pytest.mark.parametrize("away", [pickle.dumps, copy.copy, copy.deepcopy])
def test_secret_is_not_carried_away(away: object) -> None:
    assert callable(away)
    with pytest.raises(TypeError) as refused:
        away(Secret(WORD))
    assert WORD not in str(refused.value)


@pytest.mark.parametrize("place", [SMTP_PASSWORD, ARCHIVE_PASSWORD])
def test_secret_from_the_environment_is_found(place: Place) -> None:
    found = find(place, None, {place.variable: f"{WORD}\r\nsecond line\n"})
    assert found is not None
    assert found.reveal() == WORD
    assert required(place, None, {place.variable: WORD}).reveal() == WORD


@pytest.mark.parametrize("environ", [{}, {"HRWATCH_SMTP_PASSWORD": ""}])
def test_secret_that_is_nowhere_is_none_or_an_error(environ: dict[str, str]) -> None:
    assert find(SMTP_PASSWORD, None, environ) is None
    with pytest.raises(SecretError) as missing:
        required(SMTP_PASSWORD, None, environ)
    assert str(missing.value) == (
        "the mail server's password is missing: mail.password_file names no file; "
        "$CREDENTIALS_DIRECTORY is not set, so there is no credential smtp-password; and "
        "$HRWATCH_SMTP_PASSWORD is not set. Give it in one of these three places"
    )


BAD = {
    "\n" + WORD: "has nothing on its first line",
    WORD + "\0": "control character",
    WORD + "\t": "control character",
    WORD + "\x7f": "control character",
    WORD + "\udcff": "is no text in UTF-8",
}


@pytest.mark.parametrize("written", BAD)
def test_secret_that_no_login_can_carry_is_refused_without_being_shown(written: str) -> None:
    with pytest.raises(SecretError, match=BAD[written]) as refused:
        find(SMTP_PASSWORD, None, {"HRWATCH_SMTP_PASSWORD": written})
    told = "".join(traceback.format_exception(refused.value))
    assert WORD not in told
    assert "$HRWATCH_SMTP_PASSWORD" in told


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_secret_of_any_printable_line_comes_out_as_it_went_in(written: str) -> None:
    found = find(SMTP_PASSWORD, None, {"HRWATCH_SMTP_PASSWORD": written + "\n"})
    assert found is not None
    assert found.reveal() == written


def test_secret_error_survives_pickling() -> None:
    error = SecretError("the mail server's password is missing")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


def test_secret_places_are_those_of_the_documentation() -> None:
    assert [(p.key, p.credential, p.variable) for p in (SMTP_PASSWORD, ARCHIVE_PASSWORD)] == [
        ("mail.password_file", "smtp-password", "HRWATCH_SMTP_PASSWORD"),
        ("archive_password_file", "archive-password", "HRWATCH_ARCHIVE_PASSWORD"),
    ]
    assert Path(SMTP_PASSWORD.credential).name == SMTP_PASSWORD.credential
