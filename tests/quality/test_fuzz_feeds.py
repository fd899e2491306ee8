"""Feed documents mutated without end: the parse hop gives a feed, or says why there is none.

`make drill` does it for $DRILL_MINUTES (10) in real workers with their limits, and prints what
came; CI does it for some seconds in one process.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from builders import NOW
from feed_documents import DOCUMENTS
from hrwatch import hops, text
from hrwatch.errors import HopError, NoWorker, ParseError
from hrwatch.model.feeds import ParsedFeed
from hrwatch.model.settings import HopLimits
from hrwatch.model.tags import Rules
from hrwatch.workers import Workers

SECONDS_IN_CI = 20
MINUTES = float(os.environ.get("DRILL_MINUTES", "10"))
WORKERS = 2
# What a document may end in: a feed, the reason why it is none, or the limits of its worker.
EXPECTED = ("feed", "no feed", "took more than", "ran out of memory")
MOST_BYTES = 50_000  # of a document to mutate, so that many are tried
MOST_REPEATED = 300_000  # bytes of one stretch, over and over
TYPES = (
    "", "text/xml", "text/html; charset=ISO-8859-1", "application/json",
    "text/xml; charset=utf-16", "text/xml; charset=punycode", "x; charset=shift_jis",
)  # fmt: skip
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "cp1251",
    "cp1252", "koi8-r", "gb18030", "shift_jis", "iso2022_jp",
)  # fmt: skip
FRAGMENTS = (
    b"<", b">", b"&", b"&#", b"&#xD800;", b"&nbsp;", b"<![CDATA[", b"]]>", b"<!--", b"-->",
    b"<?xml", b"?>", b"<item>", b"</item>", b"<entry>", b"</rss>", b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf", b"{", b"[", b'"', b"\\u0000", b"\\ud800", b"<url>", b"<loc>",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"encoding='utf-16'", b"xml:base='\x01'", b"\x1f\x8b\x08",
)  # fmt: skip


def mutated(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Given documents, return one of them changed in one to five ways."""
    body = chance.choice(seeds)
    for _ in range(chance.randint(1, 5)):
        body = chance.choice(WAYS)(body, seeds, chance) or b"<"
    return body


def _flip(body: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.choice((1, 10, 100))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _truncate(body: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body))]


def _splice(body: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    other = chance.choice(seeds)
    return body[: chance.randrange(len(body))] + other[chance.randrange(len(other)) :]


def _repeat(body: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Repeat a stretch that begins with a tag."""
    start = max(body.find(b"<", chance.randrange(len(body))), 0)
    stretch = body[start : start + chance.choice((1, 10, 200, 2_000))]
    times = min(chance.choice((2, 50, 5_000)), MOST_REPEATED // (len(stretch) or 1))
    return body[:start] + stretch * times + body[start:]


def _insert(body: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    changed = body
    for _ in range(chance.choice((1, 5, 50))):
        at = chance.randrange(len(changed))
        changed = changed[:at] + chance.choice(FRAGMENTS) + changed[at:]
    return changed


def _delete(body: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    return body[:start] + body[start + chance.choice((1, 5, 50, 500)) :]


def _recode(body: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    return body.decode(chance.choice(ENCODINGS), "replace").encode(
        chance.choice(ENCODINGS), "replace"
    )


WAYS = (_flip, _truncate, _splice, _repeat, _insert, _delete, _recode)


def tasks(seeds: Sequence[bytes], chance: random.Random, seconds: float) -> Iterator[hops.FeedTask]:
    """Yield mutated documents until the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        body = mutated(seeds, chance)
        yield hops.FeedTask(body, "http://wire.example/feed", chance.choice(TYPES), NOW)


def test_parse_mutated_documents_give_a_feed_or_say_why_not() -> None:
    seeds = [document.encode() for document in DOCUMENTS.values()]
    chance = random.Random(4)  # noqa: S311 - no secret
    results: Counter[str] = Counter()
    for task in tasks(seeds, chance, SECONDS_IN_CI):
        try:
            feed = hops.read_feed(task).feed
        except ParseError:
            results["no feed"] += 1
        else:
            assert isinstance(feed, ParsedFeed)
            _check(feed)
            results["feed"] += 1
    assert results["feed"] > 0 < results["no feed"], results


@pytest.mark.drill
@pytest.mark.timeout(MINUTES * 60 + 120)
def test_parse_mutated_documents_end_no_worker_but_by_its_limits(
    corpora_folder: Path | None, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    seeds = [document.encode() for document in DOCUMENTS.values()]
    if corpora_folder:
        unpacked = request.getfixturevalue("corpora").unpack("feeds-dev")
        real = (path for path in unpacked.rglob("*") if path.is_file() and path.suffix != ".csv")
        seeds += [body for path in real if 0 < len(body := path.read_bytes()) <= MOST_BYTES]
    seed = random.SystemRandom().randrange(1 << 32)
    results, bodies = asyncio.run(_fuzz(seeds, seed, MINUTES * 60))
    for told, body in bodies.items():
        (tmp_path / f"{text.key(told)}.bin").write_bytes(body)
    print(f"\n{len(seeds)} documents, seed {seed}: {dict(results)}; {tmp_path}")  # noqa: T201
    unexpected = {told for told in results if not told.startswith(EXPECTED)}
    assert not unexpected, f"{unexpected}, one document of each in {tmp_path}"


async def _fuzz(
    seeds: Sequence[bytes], seed: int, seconds: float
) -> tuple[Counter[str], dict[str, bytes]]:
    """Return how often each result came, and for the errors a document that led to it."""
    results: Counter[str] = Counter()
    bodies: dict[str, bytes] = {}
    workers = Workers(WORKERS, Rules(), HopLimits())
    chance = random.Random(seed)  # noqa: S311 - no secret
    waiting = tasks(seeds, chance, seconds)

    async def work() -> None:
        for task in waiting:
            try:
                feed = (await workers.run(hops.read_feed, task)).feed
            except ParseError:
                results["no feed"] += 1
            except NoWorker:
                raise
            except HopError as error:
                results[str(error)] += 1
                bodies[str(error)] = task.body
            else:
                _check(feed)
                results["feed"] += 1

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(work())
    finally:
        await workers.close()
    return results, bodies


def _check(feed: ParsedFeed) -> None:
    """What holds for whatever was read: links lead to the web, and text can be stored."""
    for entry in feed.entries:
        assert entry.permalink == "" or entry.permalink.startswith(("http://", "https://"))
        for told in (entry.guid, entry.title, entry.summary, entry.content, entry.published_text):
            told.encode()
            assert "\x00" not in told
