"""Links of any document are http(s), or none: what is shown, mailed and exported rests on it."""

import json
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from hrwatch.stages.parse import parse

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTILE = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\tjava\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://news.example/x",
    "mailto:a@news.example",
    "blob:https://news.example/1",
    "view-source:https://news.example/",
    "http:",
    "https://",
    "//",
    "feed:javascript:alert(1)",
)


def documents(link: str) -> dict[str, str]:
    told = escape(link, {'"': "&quot;"})
    item = f"<item><title>t</title><link>{told}</link><guid>{told}</guid></item>"
    entry = f'<entry><title>t</title><id>{told}</id><link href="{told}"/></entry>'
    return {
        "rss": f"<rss version='2.0'><channel>{item}</channel></rss>",
        "atom": f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>",
        "json": json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "t",
                "items": [{"id": link, "url": link, "external_url": link, "title": "t"}],
            }
        ),
    }


@pytest.mark.parametrize("link", HOSTILE)
@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_parse_link_that_is_hostile_becomes_a_web_address_or_none(form: str, link: str) -> None:
    parsed = parse(
        documents(link)[form].encode(), url="https://news.example/feed", content_type="", now=NOW
    )

    assert len(parsed.entries) == 1
    for shown in (parsed.link, parsed.entries[0].permalink):
        assert shown == "" or shown.startswith(("http://", "https://"))
