"""Feed documents, invented, in every format that is read."""

import json


def rss(*items: str, channel: str = "", before: str = "") -> str:
    """An RSS 2.0 document around items."""
    return (
        f'<?xml version="1.0"?>{before}<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Wire</title>{channel}{''.join(items)}</channel></rss>"
    )


def atom(*entries: str, head: str = "", attributes: str = "") -> str:
    """An Atom document around entries."""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>Wire</title>'
        f"<id>urn:wire</id>{head}{''.join(entries)}</feed>"
    )


STORIES = (
    ("1", "Court hears & adjourns the case of a ferryman", "The ferryman was late <b>again</b>."),
    ("2", "Суд отложил дело паромщика", "Паромщик снова опоздал."),
    ("3", "المحكمة تؤجل قضية الملاح", "تأخر الملاح مرة أخرى."),
)
_DATE = "Mon, 02 Mar 2026 08:00:00 +0200"
_NEWS = (
    "<url><loc>https://wire.example/{0}</loc><lastmod>2026-03-01</lastmod><news:news>"
    "<news:publication><news:name>Wire</news:name><news:language>en</news:language>"
    "</news:publication><news:publication_date>2026-03-02T08:00:00Z</news:publication_date>"
    "<news:title><![CDATA[{1}]]></news:title></news:news></url>"
)


def _rss(version: str = "2.0") -> str:
    items = (
        f"<item><title><![CDATA[{title}]]></title><link>https://wire.example/{name}?a=1&amp;b=2"
        f'</link><guid isPermaLink="false">w-{name}</guid><pubDate>{_DATE}</pubDate>'
        f"<description><![CDATA[<p>{text}</p>]]></description><category>Courts</category>"
        f"<content:encoded>&lt;p&gt;{text}&lt;/p&gt;</content:encoded></item>"
        for name, title, text in STORIES
    )
    channel = "<link>https://wire.example/</link><language>en</language><ttl>60</ttl>"
    return rss(*items, channel=channel).replace('"2.0"', f'"{version}"')


def _atom(namespace: str = "http://www.w3.org/2005/Atom") -> str:
    entries = (
        f'<entry xml:base="/b/"><id>urn:{name}</id><title type="html"><![CDATA[{title}]]></title>'
        f'<link rel="alternate" href="{name}"/><updated>2026-03-02T08:00:00Z</updated>'
        f"<author><name>A. Writer</name></author><category term='courts'/>"
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{text}</p></div>'
        "</content></entry>"
        for name, title, text in STORIES
    )
    return atom(*entries).replace("http://www.w3.org/2005/Atom", namespace)


def _rdf() -> str:
    items = (
        f'<item rdf:about="https://wire.example/{name}"><title><![CDATA[{title}]]></title>'
        f"<link>https://wire.example/{name}</link><dc:date>2026-03-02T08:00:00Z</dc:date></item>"
        for name, title, _ in STORIES
    )
    return (
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel rdf:about="x">'
        "<title>Wire</title><sy:updatePeriod>hourly</sy:updatePeriod></channel>"
        f"{''.join(items)}</rdf:RDF>"
    )


def _json() -> str:
    items = [
        {
            "id": int(name),
            "url": f"https://wire.example/{name}",
            "title": title,
            "content_html": f"<p>{text}</p>",
            "date_published": "2026-03-02T08:00:00Z",
            "authors": [{"name": "A. Writer"}],
            "tags": ["courts"],
        }
        for name, title, text in STORIES
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "Wire", "language": "en"}
    return json.dumps({**head, "items": items}, ensure_ascii=False)


# One document of each format, with the same three invented stories.
DOCUMENTS = {
    "rss20": _rss(),
    "rss091": _rss("0.91"),
    "atom10": _atom(),
    "atom03": _atom("http://purl.org/atom/ns#"),
    "rdf": _rdf(),
    "cdf": "".join(
        ["<CHANNEL HREF='https://wire.example/'>"]
        + [f'<ITEM HREF="https://wire.example/{n}"><TITLE>{n}</TITLE></ITEM>' for n in range(3)]
        + ["</CHANNEL>"]
    ),
    "json": _json(),
    "sitemap": (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"{''.join(_NEWS.format(name, title) for name, title, _ in STORIES)}</urlset>"
    ),
}
