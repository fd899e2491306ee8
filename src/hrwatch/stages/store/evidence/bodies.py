"""The bodies of captures: kept by their SHA-256, compressed, each once."""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from hrwatch.errors import ArchiveDamaged
from hrwatch.model.evidence import Capture
from hrwatch.stages.store import guarded
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import bodies, captures

_LEVEL = 6  # of zlib: 9 takes twice the time for a hundredth less
# Bytes: the largest body that can be configured to be fetched. No noted size lets more be unpacked.
_LARGEST = 1000**3


@dataclass(frozen=True, slots=True)
class Packed:
    """A body as it is kept: a fifth of its size, mostly."""

    sha256: str  # of the body (hex)
    size: int  # of the body, in bytes
    compressed: bytes


def pack(body: bytes) -> Packed:
    """Return a body as it is kept."""
    return Packed(hashlib.sha256(body).hexdigest(), len(body), zlib.compress(body, _LEVEL))


@guarded.of("bodies")
def unpack(packed: bytes, size: int, most: int | None = None) -> bytes:
    """Given what is kept of a body of `size` bytes, return the body, or its first `most` bytes;
    raise ArchiveDamaged where it is not one of that size."""
    if not 0 <= size <= _LARGEST:
        raise ArchiveDamaged("the body of a capture is not as long as it was")
    inflater = zlib.decompressobj()
    try:
        body = inflater.decompress(packed, size + 1 if most is None else max(most, 1))
        whole = inflater.eof and len(body) == size and not inflater.unused_data
    except zlib.error as error:
        raise ArchiveDamaged("the body of a capture cannot be decompressed") from error
    if most is None and not whole:
        raise ArchiveDamaged("the body of a capture is not as long as it was")
    return body


def keep(connection: sa.Connection, capture: Capture, body: bytes | Packed) -> None:
    """Keep the body of a capture; raise ValueError where it is another than the one it names."""
    packed = body if isinstance(body, Packed) else pack(body)
    if (packed.sha256, packed.size) != (capture.body_sha256, capture.body_size):
        raise ValueError("a capture names another body than it was given")
    connection.execute(
        insert_missing(connection, bodies).values(
            sha256=packed.sha256,
            size=packed.size,
            compressed=packed.compressed,
            crc32=zlib.crc32(packed.compressed),
        )
    )


def get(connection: sa.Connection, sha256: str) -> bytes | None:
    """Return the body with this hash; None where it is not kept. Raise ArchiveDamaged for one that
    is not what it was."""
    kept = packed(connection, sha256)
    if kept is None:
        return None
    found = unpack(kept.compressed, kept.size)
    if hashlib.sha256(found).hexdigest() != sha256:
        raise ArchiveDamaged("the body of a capture is not what was fetched")
    return found


def packed(connection: sa.Connection, sha256: str) -> Packed | None:
    """Return the body with this hash as it is kept; None where it is not."""
    row = connection.execute(sa.select(bodies).where(bodies.c.sha256 == sha256)).one_or_none()
    return None if row is None else Packed(row.sha256, row.size, row.compressed)


def remove(connection: sa.Connection, hashes: Iterable[str]) -> None:
    """Remove those of these bodies that no capture has."""
    still_had = sa.exists().where(captures.c.body_sha256 == bodies.c.sha256)
    for those in chunks(sorted(hashes)):
        connection.execute(sa.delete(bodies).where(bodies.c.sha256.in_(those), ~still_had))
