"""Secrets in files: which one counts, and which files are not trusted."""

import os
from pathlib import Path

import pytest

from hrwatch.errors import SecretError
from hrwatch.secrets import MAX_BYTES, SMTP_PASSWORD, find, required

WORD = "hunter2"
VARIABLE = {"HRWATCH_SMTP_PASSWORD": "from the environment"}


def a_file(path: Path, body: bytes | str = WORD, mode: int = 0o600) -> Path:
    """Return a file with that content and mode."""
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    path.chmod(mode)
    return path


def found(file: Path | None, environ: dict[str, str]) -> str:
    """Return what is found."""
    return required(SMTP_PASSWORD, file, environ).reveal()


def test_secret_of_the_named_file_comes_before_credential_and_environment(tmp_path: Path) -> None:
    named = a_file(tmp_path / "named", "from the file")
    a_file(tmp_path / "smtp-password", "from the credential")
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert found(named, credentials | VARIABLE) == "from the file"
    assert found(None, credentials | VARIABLE) == "from the credential"
    assert found(None, VARIABLE) == "from the environment"
    (tmp_path / "smtp-password").unlink()
    assert found(None, credentials | VARIABLE) == "from the environment"


def test_secret_in_no_place_says_where_the_credential_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match=f"{tmp_path} holds no smtp-password; and"):
        found(None, {"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize(
    "body",
    [WORD, f"{WORD}\n", f"{WORD}\r\n", f"{WORD}\nsecond line\n", f"\ufeff{WORD}\n"],
)
def test_secret_is_the_first_line_of_its_file(tmp_path: Path, body: str) -> None:
    assert found(a_file(tmp_path / "file", body), {}) == WORD


def test_secret_keeps_its_spaces_and_letters(tmp_path: Path) -> None:
    assert found(a_file(tmp_path / "file", " pāß wörd 密 \n"), {}) == " pāß wörd 密 "


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o620, 0o610, 0o777])
def test_secret_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    file = a_file(tmp_path / "file", mode=mode)
    with pytest.raises(SecretError) as refused:
        found(file, VARIABLE)
    assert str(refused.value) == (
        f"the mail server's password: mail.password_file {file} is open to others than its owner "
        f"(mode {mode:04o}): say chmod 600 {file}"
    )


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_secret_file_of_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    assert found(a_file(tmp_path / "file", mode=mode), {}) == WORD


@pytest.mark.parametrize("mode", [0o440, 0o444])
def test_secret_credential_has_the_mode_that_its_manager_gives_it(
    tmp_path: Path, mode: int
) -> None:
    a_file(tmp_path / "smtp-password", mode=mode)
    assert found(None, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == WORD


BAD = {
    "empty": (b"", "has nothing on its first line"),
    "an empty line first": (b"\nhunter2\n", "has nothing on its first line"),
    "latin-1": (b"hunter2\xe9\n", "is no text in UTF-8"),
    "utf-16": ("hunter2".encode("utf-16"), "is no text in UTF-8"),
    "binary": (b"hunter2\0\n", "holds a control character"),
    "large": (b"hunter2\n" * (MAX_BYTES // 8) + b"x", "larger than 4096 bytes"),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("as_credential", [True, False])
def test_secret_file_with_no_password_in_it_is_told_without_showing_it(
    tmp_path: Path, kind: str, as_credential: bool
) -> None:
    body, said = BAD[kind]
    file = a_file(tmp_path / "smtp-password", body)
    with pytest.raises(SecretError, match=said) as refused:
        if as_credential:
            found(None, VARIABLE | {"CREDENTIALS_DIRECTORY": str(tmp_path)})
        else:
            found(file, VARIABLE)
    assert str(file) in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_secret_file_as_large_as_allowed_is_read(tmp_path: Path) -> None:
    assert found(a_file(tmp_path / "file", "x" * MAX_BYTES), {}) == "x" * MAX_BYTES


def test_secret_file_that_is_named_and_missing_does_not_fall_back(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match=r"password_file .*/file cannot be read: No such file"):
        found(tmp_path / "file", VARIABLE)


def test_secret_file_that_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(SecretError, match="is no regular file"):
            found(tmp_path / name, VARIABLE)


def test_secret_file_behind_a_link_counts_by_what_it_leads_to(tmp_path: Path) -> None:
    target = a_file(tmp_path / "target")
    (tmp_path / "link").symlink_to(target)
    assert found(tmp_path / "link", {}) == WORD
    target.chmod(0o644)
    with pytest.raises(SecretError, match="is open to others"):
        found(tmp_path / "link", {})


def test_secret_credential_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "smtp-password").symlink_to(tmp_path / "gone")
    with pytest.raises(SecretError, match=r"credential .* cannot be read"):
        find(SMTP_PASSWORD, None, VARIABLE | {"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_secret_file_of_somebody_else_says_so(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="cannot be read: Permission denied"):
        found(a_file(tmp_path / "file", mode=0o200), {})
