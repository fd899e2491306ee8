"""Bodies decoded within bounds, however they were cut into chunks or broken."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.errors import BadEncoding, TooLarge
from hrwatch.stages.fetch.decoding import Decoder

LIMIT = 100_000
STORY = b"An invented story about an invented place. " * 40


def decoded(encoding: str, *chunks: bytes, limit: int = LIMIT) -> bytes:
    decoder = Decoder(encoding, limit)
    for chunk in chunks:
        decoder.feed(chunk)
    return decoder.finish()


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("", STORY),
        ("identity", STORY),
        ("gzip", gzip.compress(STORY, mtime=0)),
        ("GZIP ", gzip.compress(STORY, mtime=0)),
        ("x-gzip", gzip.compress(STORY, mtime=0)),
        ("gzip, identity", gzip.compress(STORY, mtime=0)),
        ("deflate", zlib.compress(STORY)),
        ("gzip", gzip.compress(STORY[:100], mtime=0) + gzip.compress(STORY[100:], mtime=0)),
        ("gzip", gzip.compress(STORY, mtime=0) + b"\x00" * 512),
        ("gzip", gzip.compress(STORY, mtime=0) + b"\n"),
        ("gzip", gzip.compress(STORY, mtime=0) + b"<!-- padding -->"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
def test_decoder_whatever_the_chunks_gives_the_body(encoding: str, wire: bytes, size: int) -> None:
    assert decoded(encoding, *cut(wire, size)) == STORY


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_decoder_of_nothing_gives_nothing(encoding: str) -> None:
    assert decoded(encoding) == b""


@given(st.binary(max_size=70_000), st.integers(1, 5_000))
def test_decoder_undoes_gzip_of_anything(body: bytes, size: int) -> None:
    wire = gzip.compress(body, mtime=0)
    assert decoded("gzip", *cut(wire, max(size, len(wire) // 200 + 1))) == body


@given(st.binary(min_size=1, max_size=300))
def test_decoder_of_any_bytes_gives_a_body_or_bad_encoding(wire: bytes) -> None:
    try:
        decoded("gzip", wire)
    except BadEncoding:
        return


@pytest.mark.parametrize("kept", [1, 5, 10, 20, -9, -4, -1])
def test_decoder_of_a_truncated_stream_is_bad_encoding(kept: int) -> None:
    with pytest.raises(BadEncoding, match="stops before its end"):
        decoded("gzip", gzip.compress(STORY, mtime=0)[:kept])


def test_decoder_of_a_truncated_second_member_is_bad_encoding() -> None:
    with pytest.raises(BadEncoding, match="stops before its end"):
        decoded("gzip", gzip.compress(STORY, mtime=0) + gzip.compress(STORY, mtime=0)[:-3])


@pytest.mark.parametrize(
    "wire",
    [
        STORY,
        gzip.compress(STORY, mtime=0)[:-8] + b"\x00" * 8,
        gzip.compress(STORY, mtime=0)[:20] + b"\xff" * 20 + gzip.compress(STORY, mtime=0)[40:],
    ],
)
def test_decoder_of_a_broken_stream_is_bad_encoding(wire: bytes) -> None:
    with pytest.raises(BadEncoding, match="broken"):
        decoded("gzip", wire)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("gzip, gzip", "more than once"),
        ("gzip,deflate", "more than once"),
        ("br", "not asked for: br"),
        ("zstd", "not asked for"),
        ("x\x1b[31m" + "y" * 100, "not asked for"),
    ],
)
def test_decoder_of_an_encoding_that_is_not_undone_is_bad_encoding(
    encoding: str, words: str
) -> None:
    with pytest.raises(BadEncoding, match=words) as refused:
        Decoder(encoding, LIMIT)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 120


def test_decoder_exactly_at_the_limit_gives_the_body() -> None:
    assert len(decoded("", b"x" * LIMIT)) == LIMIT
    assert len(decoded("gzip", gzip.compress(b"x" * LIMIT, mtime=0))) == LIMIT


@pytest.mark.parametrize(
    ("encoding", "wire"), [("", b"x" * (LIMIT + 1)), ("gzip", gzip.compress(b"x" * (LIMIT + 1)))]
)
def test_decoder_one_byte_over_the_limit_is_too_large(encoding: str, wire: bytes) -> None:
    with pytest.raises(TooLarge):
        decoded(encoding, wire)


def test_decoder_of_a_long_wire_behind_the_last_member_is_too_large() -> None:
    with pytest.raises(TooLarge, match="were sent"):
        decoded("gzip", gzip.compress(STORY, mtime=0), *[b"\0" * 1000] * 200)


def test_decoder_of_endless_members_is_bad_encoding() -> None:
    with pytest.raises(BadEncoding, match="members"):
        decoded("gzip", gzip.compress(b"", mtime=0) * 2_000)


def test_decoder_of_a_bomb_stays_within_its_memory() -> None:
    layer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = layer.compress(bytes(1_000_000)) + layer.flush(zlib.Z_FULL_FLUSH)
    megabyte = layer.compress(bytes(1_000_000)) + layer.flush(zlib.Z_FULL_FLUSH)
    wire = head + megabyte * 999
    decoder = Decoder("gzip", 10_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="once decompressed"):
            for chunk in cut(wire, 65_536):
                decoder.feed(chunk)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 30_000_000
