"""The archive's address on a PostgreSQL server, as the operator writes it.

What is wrong with one is told in a sentence that repeats nothing of it: it may hold a password.
"""

from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, urlsplit

from hrwatch.config.settings import Config
from hrwatch.secrets import ARCHIVE_PASSWORD, Secret, find
from hrwatch.urls import is_loopback

_SCHEME = "postgresql+psycopg"
_EXPECTED = f"write {_SCHEME}://USER@HOST/DATABASE"
_SECRETS = {"password", "sslpassword"}
# Of what libpq understands (its documentation, 34.1.2), what an archive has a use for.
_TLS = {"sslrootcert", "sslcert", "sslkey", "sslcrl"}
_OPTIONS = {"host", "port", "service", "passfile", "connect_timeout", "sslmode", "gssencmode"}
_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def is_one(value: str) -> bool:
    """Say whether a configured archive is meant as the address of a database."""
    return value.lower().startswith(("postgresql", "postgres:"))


def address(value: str) -> str:
    """Given such an address, return it; raise ValueError with a sentence for the operator."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # read only here
    except ValueError:
        raise ValueError(f"has no host and port that can be read; {_EXPECTED}") from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    user = parts.netloc.rpartition("@")[0]
    if ":" in user or options.keys() & _SECRETS:
        raise ValueError(
            "holds a password; this file keeps no secrets: write it into the file that "
            "archive_password_file names"
        )
    name = parts.path.removeprefix("/")
    is_whole = parts.scheme == _SCHEME and name and value.isprintable() and " " not in value
    if not is_whole or "/" in name or "@" in user or parts.fragment:
        raise ValueError(f"is no address of a database; {_EXPECTED}")
    _check_options(options)
    return value


def is_open_to_others(value: str) -> bool:
    """Given a good address, say whether the archive goes over a network where others might read it
    or answer in the server's place."""
    parts = urlsplit(value)
    options = dict(parse_qsl(parts.query))
    if options.get("sslmode") in ("verify-ca", "verify-full") or "service" in options:
        return False
    return not all(
        host.startswith(("/", "@")) or is_loopback(host) for host in _hosts(parts, options)
    )


def password(archive: str, config: Config, environ: Mapping[str, str]) -> Secret | None:
    """Return the password of an archive's server; None where the archive is a file, or where libpq
    is left to find one its own ways. Raise SecretError where it lies as it must not."""
    if not is_one(archive):
        return None
    return find(ARCHIVE_PASSWORD, config.archive_password_file, environ)


def _check_options(options: dict[str, str]) -> None:
    for option, given in options.items():
        if option not in _OPTIONS | _TLS:
            known = ", ".join(sorted(_OPTIONS | _TLS))
            raise ValueError(f"has an option that is not known here; known are {known}")
        if option in _TLS and given[:1] != "/" and (option, given) != ("sslrootcert", "system"):
            raise ValueError(f"must name the file of {option} by its whole path")
    if options.get("sslmode", "prefer") not in _MODES:
        raise ValueError(f"has an sslmode that is none of {', '.join(_MODES)}")


def _hosts(parts: SplitResult, options: dict[str, str]) -> list[str]:
    named = (parts.hostname or "", *options.get("host", "").split(","))
    return [host for host in named if host]
