"""The content encoding of a body undone piece by piece, with a bound on what goes in and out."""

import zlib

from hrwatch.errors import BadEncoding, TooLarge

ACCEPTED = "gzip"  # what is asked for; deflate is understood where it is sent all the same

_CODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_ZLIB_OR_GZIP = 47  # 32 + 15: the header tells which (zlib manual, inflateInit2)
_PIECE = 65_536  # one decoding step: a 64 KB chunk of a gzip bomb would give 64 MB at once
_MOST_MEMBERS = 1_000  # each costs a fresh window; a body of empty members would burn seconds
_MEMBER = b"\x1f\x8b\x08"  # how a gzip member starts (RFC 1952, 2.3)


class Decoder:
    """Takes a body chunk by chunk as it came over the wire, and gives it back decoded.

    `limit` bounds, in bytes, both the wire and the result.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        """Given the value of Content-Encoding; raise BadEncoding for one that is not undone."""
        self._inflater = zlib.decompressobj(_ZLIB_OR_GZIP) if _is_coded(encoding) else None
        self._limit = limit
        self._wire = 0
        self._body = bytearray()
        self._members = 1
        self._between = b""  # after a whole member: the start of the next one, or padding
        self._padding = False  # what follows is no member, and is left

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk; raise TooLarge or BadEncoding."""
        self._wire += len(chunk)
        if self._wire > self._limit:
            raise TooLarge(f"more than {self._limit} bytes were sent")
        if self._inflater is None:
            self._body += chunk
            return
        while chunk and not self._padding:
            if self._inflater.eof:
                chunk = self._next_member(chunk)
            else:
                chunk = self._inflate(self._inflater, chunk)

    def finish(self) -> bytes:
        """Return the whole body; raise BadEncoding where the encoded stream stops short."""
        if self._inflater is not None and self._wire:
            before = -1
            while not self._inflater.eof and len(self._body) > before:
                before = len(self._body)
                self._inflate(self._inflater, b"")  # zlib may hold back a last full piece
            if not self._inflater.eof:
                raise BadEncoding("the compressed body stops before its end")
        return bytes(self._body)

    def so_far(self) -> bytes:
        """Return the beginning of a body that is longer than it may be, as far as it was read."""
        return bytes(self._body[: self._limit])

    def _inflate(self, inflater: "zlib._Decompress", chunk: bytes) -> bytes:
        """Decode at most one piece of `chunk`; return what is left of it."""
        try:
            self._body += inflater.decompress(chunk, _PIECE)
        except zlib.error as error:
            raise BadEncoding("the compressed body is broken") from error
        if len(self._body) > self._limit:
            raise TooLarge(f"the body is more than {self._limit} bytes once decompressed")
        return inflater.unused_data if inflater.eof else inflater.unconsumed_tail

    def _next_member(self, chunk: bytes) -> bytes:
        """Given bytes after a whole member, begin the next; return what it is to decode.

        Some servers pad the stream: what does not begin a member is left, as browsers do.
        """
        self._between += chunk
        if len(self._between) < len(_MEMBER):
            return b""
        if not self._between.startswith(_MEMBER):
            self._padding = True
            return b""
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise BadEncoding(f"the compressed body has more than {_MOST_MEMBERS} members")
        self._inflater = zlib.decompressobj(_ZLIB_OR_GZIP)
        chunk, self._between = self._between, b""
        return chunk


def _is_coded(encoding: str) -> bool:
    """Return whether a body with this Content-Encoding has to be decoded; raise BadEncoding."""
    codings = [coding.strip().lower() for coding in encoding.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity", "none")]
    if len(codings) > 1:
        raise BadEncoding("the body is compressed more than once")
    if codings and codings[0] not in _CODINGS:
        raise BadEncoding(
            f"the body has a content encoding that was not asked for: {_named(codings[0])}"
        )
    return bool(codings)


def _named(coding: str) -> str:
    return "".join(c for c in coding[:30] if c.isascii() and c.isprintable())
