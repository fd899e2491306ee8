"""Real feed documents through `hrwatch once`, each served from a loopback address of its own."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import feedparser
import pytest

from conftest import Corpora
from hrwatch import text, urls
from loopback import Loopback
from newsdesk import Desk

AT_LEAST = 300
# It stops within its last entry, which is not taken before it comes whole.
CUT_OFF = "kagisearch_fastfeedparser__tests_integration_osm-pl.xml"


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_once_real_documents_are_archived_whole_and_only_once(
    corpora: Corpora, tmp_path: Path
) -> None:
    folder = corpora.unpack("feeds-dev") / "feeds"
    documents = _real_documents(folder)
    assert len(documents) >= AT_LEAST

    async def test() -> None:
        async with _serving(folder, documents) as server:
            desk = Desk(tmp_path, server, {})
            desk.configure(
                fetch={
                    "contact": "mailto:test@desk.example",
                    "allow_addresses": ["127.1.0.0/16"],
                    "full_text": False,
                    "gap": "0s",
                    "backfill": "all",
                },
                workers=2,
                feeds=[
                    {"name": f"feed-{host}", "url": f"http://{host}:{server.port}/{name}"}
                    for host, name in documents.items()
                ],
            )
            first = await desk.run("once", "--all", "--digests", "none", "--json", seconds=600)
            again = await desk.run("once", "--all", "--digests", "none", "--json", seconds=600)

        assert first.status == 1, first.complaints  # what is no feed at all fails
        new = {str(line["feed"]): line["new"] for line in first.lines}
        expected = {
            f"feed-{host}": entries
            for host, name in documents.items()
            if (entries := _identities((folder / name).read_bytes()) - (name == CUT_OFF))
        }
        fewer = {
            feed: (new[feed], entries)
            for feed, entries in expected.items()
            if int(str(new[feed])) < entries
        }
        assert fewer == {}
        assert sum(int(str(line["new"])) for line in again.lines) == 0
        assert len(await desk.records()) == sum(int(str(count)) for count in new.values())

    asyncio.run(test())


def _real_documents(folder: Path) -> dict[str, str]:
    """Return the names of the documents that were real, each under a loopback address."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        names = [row["file"] for row in csv.DictReader(lines) if row["real_world"] == "1"]
    return {f"127.1.{n // 250}.{n % 250 + 1}": name for n, name in enumerate(names)}


@asynccontextmanager
async def _serving(folder: Path, documents: Mapping[str, str]) -> AsyncIterator[Loopback]:
    """Serve each document from its address, whatever is asked for there."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        host = writer.get_extra_info("sockname")[0]
        body = (folder / documents[host]).read_bytes()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", 0)  # noqa: S104 - every loopback address
    try:
        yield Loopback("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()


def _identities(body: bytes) -> int:
    """Count what feedparser reads in a document and what is more than an empty element."""
    parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    return len({_identity(entry) for entry in parsed.entries if _says_something(entry)})


def _says_something(entry: Mapping[str, Any]) -> bool:
    return any(entry.get(name) for name in ("id", "link", "title", "summary", "content"))


def _identity(entry: Mapping[str, Any]) -> tuple[str, ...]:
    link = str(entry.get("link") or "")
    permalink = urls.canonical(link) if link else ""
    title = str(entry.get("title") or "")
    if entry.get("id"):
        return ("guid", str(entry["id"]), permalink, title)
    if permalink:
        return ("permalink", permalink)
    return ("title", title, str(entry.get("published") or text.key(str(entry.get("summary")))))
