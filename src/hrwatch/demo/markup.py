"""The newsroom's documents: a publication as RSS 2.0, Atom or RDF, a story as an HTML page."""

from datetime import UTC
from email.utils import format_datetime
from html import escape

from hrwatch.demo.newsroom import Publication, Story

NOTICE = "Invented for the demo of hrwatch: no person, place or event in this newsroom is real."
RIGHT_TO_LEFT = frozenset({"ar"})

CONTENT_TYPES = {
    "rss20": "application/rss+xml",
    "atom10": "application/atom+xml; charset=utf-8",
    "rdf": "application/rdf+xml",
}


def feed(publication: Publication, base: str) -> bytes:
    """Given a publication and the server's address, return its feed document in its encoding."""
    write = {"rss20": _rss, "atom10": _atom, "rdf": _rdf}[publication.format]
    head = f'<?xml version="1.0" encoding="{publication.encoding}"?>\n<!-- {NOTICE} -->\n'
    return (head + write(publication, base)).encode(publication.encoding, "xmlcharrefreplace")


def _rss(publication: Publication, base: str) -> str:
    items = "".join(
        f"<item><title>{escape(story.title)}</title><link>{base}{story.path}</link>"
        f'<guid isPermaLink="false">{publication.name}:{story.slug}</guid>'
        f"<pubDate>{format_datetime(story.published_at)}</pubDate>"
        f"<description>{escape(story.summary)}</description></item>\n"
        for story in publication.stories
    )
    return (
        f'<rss version="2.0"><channel><title>{escape(publication.publisher)}</title>'
        f"<link>{base}/{publication.name}/</link><description>{NOTICE}</description>"
        f"<language>{publication.language}</language>\n{items}</channel></rss>\n"
    )


def _atom(publication: Publication, base: str) -> str:
    entries = "".join(
        f"<entry><id>tag:{publication.name}.example,2026:{story.slug}</id>"
        f"<title>{escape(story.title)}</title>"
        f'<link rel="alternate" href="{base}{story.path}"/>'
        f"<published>{_instant(story, updated=False)}</published>"
        f"<updated>{_instant(story, updated=True)}</updated>"
        f'<summary type="text">{escape(story.summary)}</summary>'
        f"{_content(story) if publication.full_text else ''}</entry>\n"
        for story in publication.stories
    )
    newest = max((story.updated_at for story in publication.stories), default=None)
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{publication.language}">'
        f"<id>tag:{publication.name}.example,2026:feed</id>"
        f"<title>{escape(publication.publisher)}</title><subtitle>{NOTICE}</subtitle>"
        f'<link href="{base}/{publication.name}/"/>'
        f"<updated>{newest.astimezone(UTC).isoformat() if newest else ''}</updated>\n"
        f"{entries}</feed>\n"
    )


def _content(story: Story) -> str:
    return f'<content type="html">{escape(_body(story))}</content>'


def _rdf(publication: Publication, base: str) -> str:
    listed = "".join(f'<rdf:li rdf:resource="{base}{s.path}"/>' for s in publication.stories)
    items = "".join(
        f'<item rdf:about="{base}{story.path}"><title>{escape(story.title)}</title>'
        f"<link>{base}{story.path}</link><dc:date>{_instant(story, updated=False)}</dc:date>"
        f"<description>{escape(story.summary)}</description></item>\n"
        for story in publication.stories
    )
    return (
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<channel rdf:about="{base}/{publication.name}/feed">'
        f"<title>{escape(publication.publisher)}</title><link>{base}/{publication.name}/</link>"
        f"<description>{NOTICE}</description><dc:language>{publication.language}</dc:language>"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
    )


def page(publication: Publication, story: Story) -> bytes:
    """Given a publication and a story of it, return the story's page in UTF-8."""
    busy = publication.layout == "busy"
    direction = "rtl" if publication.language in RIGHT_TO_LEFT else "ltr"
    return (
        f'<!DOCTYPE html>\n<html lang="{publication.language}" dir="{direction}"><head>'
        f'<meta charset="utf-8"><title>{escape(story.title)} | {escape(publication.publisher)}'
        f"</title></head>\n<body>\n{_before(publication) if busy else _masthead(publication)}"
        f'<main><article><h1>{escape(story.title)}</h1>\n<time datetime="'
        f'{_instant(story, updated=False)}"></time>\n{_body(story)}</article></main>\n'
        f"{_after() if busy else ''}<footer>{NOTICE}</footer>\n</body></html>\n"
    ).encode()


def _body(story: Story) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in story.paragraphs)


def _masthead(publication: Publication) -> str:
    return f"<header><b>{escape(publication.publisher)}</b></header>\n"


# What a page is full of besides its story; all of it must stay out of the archive.
_SECTIONS = (
    "World",
    "Politics",
    "Economy",
    "Courts",
    "Sport",
    "Weather",
    "Culture",
    "Shop",
    "Jobs",
)
_TEASERS = (
    "Ten places to see before the rains",
    "Box office: the film about a torture chamber tops the list again",
    "Quiz: which minister said what?",
    "Our readers' best photographs of the week",
    "Mortgage rates: what to ask your bank",
    "A recipe for lentils, and the story behind it",
)
_COMMENTS = (
    "First! Nobody reads this far anyway.",
    "What about the price of bread? Write about that for once.",
    "I disagree with the previous comment, and with the next one too.",
    "Great story. I subscribed to the newsletter at once.",
)


def _before(publication: Publication) -> str:
    menu = "".join(f'<li><a href="/section/{name.lower()}">{name}</a></li>' for name in _SECTIONS)
    return (
        '<div class="cookie-banner" role="dialog"><p>We and our 214 partners value your privacy. '
        "Accept all cookies, or manage your choices.</p><button>Accept all</button></div>\n"
        f'<header class="site-header"><a href="/">{escape(publication.publisher)}</a>'
        f'<nav><ul>{menu}</ul></nav><form action="/search"><input name="q">'
        "<button>Search</button></form></header>\n"
        '<aside class="breaking"><a href="/live">Live: budget debate, minute by minute</a></aside>'
    )


def _after() -> str:
    cards = "".join(
        f'<div class="card"><a href="/teaser/{number}"><h4>{escape(teaser)}</h4></a></div>'
        for number, teaser in enumerate(_TEASERS * 3)
    )
    comments = "".join(
        f'<li class="comment"><b>reader{number}</b><p>{escape(words)}</p></li>'
        for number, words in enumerate(_COMMENTS * 4)
    )
    return (
        '<div class="share"><a href="/mail">Mail this</a> <a href="/print">Print this</a></div>\n'
        f'<aside class="related"><h3>You may also like</h3>{cards}</aside>\n'
        f'<section id="comments" class="comments"><h3>Comments</h3><ol>{comments}</ol></section>\n'
        '<div class="newsletter"><h3>Never miss a story</h3><p>Sign up for our newsletter.</p>'
        '<form><input type="email"><button>Subscribe</button></form></div>\n'
    )


def _instant(story: Story, *, updated: bool) -> str:
    return (story.updated_at if updated else story.published_at).astimezone(UTC).isoformat()
