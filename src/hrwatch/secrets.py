"""Where a secret comes from: a file of the operator's, a credential of the service manager, or the
environment. Never feeds.yaml; and nothing that prints, logs or compares one shows it."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from hrwatch.errors import SecretError

CREDENTIALS = "CREDENTIALS_DIRECTORY"  # systemd.exec(5), LoadCredential
MAX_BYTES = 4096
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Secret:
    """A text that shows itself to nobody but whoever calls `reveal`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret, for the one that it is meant for."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret goes into no pickle: no worker needs one")


@dataclass(frozen=True, slots=True)
class Place:
    """The three names under which a secret may be found, in the order in which they count."""

    what: str  # "the mail server's password"
    key: str  # of the operator's file: names a file
    credential: str  # a file in $CREDENTIALS_DIRECTORY
    variable: str


SMTP_PASSWORD = Place(
    "the mail server's password", "mail.password_file", "smtp-password", "HRWATCH_SMTP_PASSWORD"
)
ARCHIVE_PASSWORD = Place(
    "the archive's password",
    "archive_password_file",
    "archive-password",
    "HRWATCH_ARCHIVE_PASSWORD",
)


def find(place: Place, file: Path | None, environ: Mapping[str, str]) -> Secret | None:
    """Given the file that the operator named, if any, and the environment, return the secret from
    the first place that has one, or None; raise SecretError where that place cannot be used."""
    if file is not None:
        return _from_file(file, f"{place.what}: {place.key} {file}", private=True)
    directory = environ.get(CREDENTIALS)
    credential = Path(directory, place.credential) if directory else None
    if credential is not None and os.path.lexists(credential):
        # Who else may read it is the service manager's matter: an ACL shows as group bits.
        return _from_file(credential, f"{place.what}: credential {credential}", private=False)
    if written := environ.get(place.variable):
        return _secret(written, f"{place.what}: ${place.variable}")
    return None


def required(place: Place, file: Path | None, environ: Mapping[str, str]) -> Secret:
    """Return the secret as `find` does; raise SecretError, too, where no place has one."""
    found = find(place, file, environ)
    if found is None:
        directory = environ.get(CREDENTIALS)
        credential = (
            f"{directory} holds no {place.credential}"
            if directory
            else f"${CREDENTIALS} is not set, so there is no credential {place.credential}"
        )
        raise SecretError(
            f"{place.what} is missing: {place.key} names no file; {credential}; and "
            f"${place.variable} is not set. Give it in one of these three places"
        )
    return found


def _from_file(path: Path, shown: str, *, private: bool) -> Secret:
    try:
        body = _content(path, shown, private=private)
    except OSError as error:
        raise SecretError(f"{shown} cannot be read: {error.strerror}") from error
    if len(body) > MAX_BYTES:
        raise SecretError(
            f"{shown} is larger than {MAX_BYTES} bytes: the password alone stands there, on the "
            "first line"
        )
    return _secret(body.decode("utf-8-sig", "surrogateescape"), shown)


def _content(path: Path, shown: str, *, private: bool) -> bytes:
    """Return the file, at most a byte more than is allowed; raise OSError or SecretError."""
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise SecretError(f"{shown} is no regular file")
        if private and mode & _OF_OTHERS:
            raise SecretError(
                f"{shown} is open to others than its owner (mode {stat.S_IMODE(mode):04o}): "
                f"say chmod 600 {path}"
            )
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def _secret(written: str, shown: str) -> Secret:
    line = written.partition("\n")[0].removesuffix("\r")
    if not line:
        raise SecretError(f"{shown} has nothing on its first line; the password belongs there")
    if any("\udc80" <= character <= "\udcff" for character in line):  # bytes that were no text
        raise SecretError(f"{shown} is no text in UTF-8")
    if any(character < " " or character == "\x7f" for character in line):
        raise SecretError(f"{shown} holds a control character, which no login can carry")
    return Secret(line)
