"""Encryption to a subscriber's OpenPGP key, and whether it can be used. The only home of pysequoia,
which comes with `hrwatch[pgp]` and is imported only where a subscriber has a key. Used by mime.

No reason names the key file: it is often called after its owner's address, and reasons stand in the
log, in `status` and in the operator's mails.

The library encrypts to a key that has expired (0.1.35, src/encrypt.rs: `alive()` is given up where
nothing is), so that is looked at here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from hrwatch.errors import ComposeError

if TYPE_CHECKING:
    from pysequoia import Cert
    from pysequoia.packet import Packet

_MAX_BYTES = 1_000_000  # of a key file; one with many signatures of others has 100 KB
_INSTALL = "pysequoia is not installed: pip install 'hrwatch[pgp]'"


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key file holds."""

    certificate: "Cert"
    end: datetime | None  # of the key as a whole; None: it has none
    ends: tuple[datetime | None, ...]  # of its parts that mail may be encrypted to


def unusable(key_file: Path, now: datetime) -> str:
    """Given a subscriber's key file, return why nothing can be encrypted to it now, in words for an
    operator, the same as long as it is the same reason; empty where it can."""
    try:
        _usable(key_file, now)
    except ComposeError as error:
        return str(error)
    return ""


def encrypted(entity: bytes, key_file: Path, now: datetime) -> str:
    """Given a MIME entity and a key file, return the entity encrypted to it, armored; raise
    ComposeError where the key cannot be used."""
    return _encrypt(entity, _usable(key_file, now))


def _usable(key_file: Path, now: datetime) -> "Cert":
    """Return the one key of a file, or raise ComposeError."""
    try:
        with key_file.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ComposeError(f"the key file cannot be read: {error.strerror}") from error
    key = _examined(data)
    if isinstance(key, str):
        raise ComposeError(key)
    if key.end is not None and key.end <= now:
        raise ComposeError(f"the key expired {_day(key.end)}")
    if all(end is not None and end <= now for end in key.ends):
        latest = max(end for end in key.ends if end is not None)
        raise ComposeError(f"the part to encrypt to of the key expired {_day(latest)}")
    return key.certificate


@lru_cache(maxsize=1_000)  # as long as it is the same: it is asked for at every look at a digest
def _examined(data: bytes) -> _Key | str:
    """Given the bytes of a key file, return what they hold, or why they cannot be used."""
    if len(data) > _MAX_BYTES:
        return f"the key file is larger than a key: {_MAX_BYTES} bytes at most"
    try:
        from pysequoia import Cert  # noqa: PLC0415 - an extra, and 10 MB
        from pysequoia.packet import PacketPile, Tag  # noqa: PLC0415 - the same
    except ImportError:
        return _INSTALL
    try:
        tags = [packet.tag for packet in PacketPile.from_bytes(data)]
        found = Cert.split_bytes(data)
    except RuntimeError as error:
        return f"the key file holds no OpenPGP public key ({_first_line(error)})"
    if Tag.SecretKey in tags:
        return "the key file holds a secret key: keep the public one here alone"
    if len(found) != 1:
        how_many = f"{len(found)} keys: leave the one to encrypt to"
        return f"the key file holds {how_many if found else 'no OpenPGP public key'}"
    return _judged(found[0])


def _judged(certificate: "Cert") -> _Key | str:
    try:
        if certificate.is_revoked:
            return "the key was revoked by its owner"
        key = _Key(certificate, certificate.expiration, _ends_of_encryption(bytes(certificate)))
    except RuntimeError as error:
        return f"the key cannot be used: {_first_line(error)}"
    if not key.ends:
        return "the key has no part to encrypt to"
    try:
        _encrypt(b"", certificate)
    except ComposeError as error:
        return str(error)
    return key


def _encrypt(entity: bytes, certificate: "Cert") -> str:
    from pysequoia import encrypt  # noqa: PLC0415 - an extra

    try:
        return encrypt(bytes=entity, recipients=[certificate]).decode("ascii")
    except RuntimeError as error:
        told = f"nothing can be encrypted to the key: {_first_line(error)}"
        raise ComposeError(told) from None


def _ends_of_encryption(key: bytes) -> tuple[datetime | None, ...]:
    """Return until when each part of a key that mail may be encrypted to is good, None for ever;
    revoked ones are left out.

    Read from the owner's newest statement on each part. Whether that is really signed, the library
    looks at itself when it encrypts.
    """
    from pysequoia.packet import PacketPile, SignatureType, Tag  # noqa: PLC0415 - an extra

    parts: list[list[Packet]] = []
    for packet in PacketPile.from_bytes(key):
        if packet.tag in (Tag.PublicKey, Tag.PublicSubkey):
            parts.append([packet])
        elif packet.tag == Tag.Signature and parts:
            parts[-1].append(packet)
    gone = (SignatureType.SubkeyRevocation, SignatureType.KeyRevocation)
    ends: list[datetime | None] = []
    for part, *statements in parts:
        flagged = [one for one in statements if one.key_flags and one.signature_created]
        newest = max(flagged, key=_made, default=None)
        if newest is None or any(one.signature_type in gone for one in statements):
            continue
        flags, begun = newest.key_flags, part.key_created
        if begun is None or not flags:
            continue
        if flags.transport_encryption or flags.storage_encryption:
            lasts = newest.key_validity_period
            ends.append(begun + lasts if lasts and lasts > timedelta(0) else None)
    return tuple(ends)


def _made(statement: "Packet") -> datetime:
    return statement.signature_created or datetime.min.replace(tzinfo=UTC)


def _first_line(error: Exception) -> str:
    """Return what an error says without the stack that follows it, and without the time, so that
    the same reason is told in the same words."""
    return (str(error).splitlines() or [""])[0].partition(" at time ")[0]


def _day(moment: datetime) -> str:
    return f"on {moment:%Y-%m-%d}"
