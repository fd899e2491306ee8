"""Bodies that are compressed without saying so, undone within a bound: before anything is read."""

import zlib

from hrwatch.errors import ParseError

# Of the same order as the most that fetching takes of one body by itself (fetch.max_bytes).
MAX_BYTES = 20_000_000
_MAGIC = b"\x1f\x8b\x08"
_PIECE = 65_536  # one step of a bomb
_GZIP = 31  # 16 + 15: a gzip header is expected (zlib manual, inflateInit2)


def unpacked(body: bytes) -> tuple[bytes, bool]:
    """Given a body, return it with its gzip undone where there is one, and whether the whole of it
    was there; raise ParseError for what unpacks to more than MAX_BYTES, or not at all."""
    if not body.startswith(_MAGIC):
        return body, True
    inflater = zlib.decompressobj(_GZIP)
    told = bytearray()
    rest = body
    try:
        while rest and not inflater.eof:
            told += inflater.decompress(rest, _PIECE)
            rest = inflater.unconsumed_tail
            if len(told) > MAX_BYTES:
                raise ParseError(f"gzip data that unpacks to more than {MAX_BYTES} bytes")
        told += inflater.flush()
    except zlib.error as error:
        if not told:
            raise ParseError("gzip data that is broken") from error
        return bytes(told), False
    return bytes(told), inflater.eof
