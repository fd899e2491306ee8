"""Pages become articles; every page in here is invented."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hrwatch.errors import ExtractError
from hrwatch.model.articles import Article
from hrwatch.stages.extract import article as home
from hrwatch.stages.extract.article import extract

URL = "https://wire.example/stories/1?utm_source=feed"
FIRST = "Three people told a court in Arvenia on Monday that they were tortured in police custody."
SECOND = (
    "The judge, who has presided over the trial since its beginning in the spring, adjourned the "
    "hearing until the twelfth, and asked the prosecution for the duty lists of the two stations."
)
THIRD = (
    "Relatives of the defendants waited outside the building, as they have done on each of the "
    "previous days, and said that they would come back for as long as it takes to hear a verdict."
)
STORY = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
MENU = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(40))


def page(story: str = STORY, head: str = "<title>Wire</title>", attributes: str = "") -> str:
    """A page with the things around a story that are not the story."""
    return (
        f"<!DOCTYPE html><html {attributes}><head>{head}</head><body><nav><ul>{MENU}</ul></nav>"
        f"<article><h1>Court hears of torture</h1>{story}</article>"
        '<div id="comments"><p>First! What a comment this is, and how long it goes on.</p></div>'
        f"<footer><p>All rights reserved by the Wire.</p><ul>{MENU}</ul></footer></body></html>"
    )


def read(
    document: str | bytes, *, content_type: str = "text/html; charset=utf-8", metadata: bool = False
) -> Article:
    """Extract the article of a page that came from the address."""
    body = document if isinstance(document, bytes) else document.encode()
    return extract(body, url=URL, content_type=content_type, with_metadata=metadata)


def test_extract_story_comes_without_menu_comments_and_footer() -> None:
    text = read(page()).text
    assert all(part in text for part in (FIRST, SECOND, THIRD))
    assert "Section" not in text
    assert "First!" not in text
    assert "rights reserved" not in text
    assert len(text.splitlines()) <= 4


def test_extract_head_tells_title_language_and_canonical() -> None:
    head = (
        '<title>Court - Wire</title><meta property="og:title" content="Court &amp;amp; torture">'
        '<link rel="canonical" href="/stories/1">'
    )
    article = read(page(head=head, attributes='lang="en_GB"'))
    assert article.url == URL
    assert article.title == "Court & torture"
    assert article.language == "en-GB"
    assert article.canonical == "https://wire.example/stories/1"


@pytest.mark.parametrize(
    ("attributes", "language"),
    [('lang="ar"', "ar"), ('lang=""', ""), ("", ""), ('lang="not a language"', "")],
)
def test_extract_language_is_what_the_page_says(attributes: str, language: str) -> None:
    assert read(page(attributes=attributes)).language == language


@pytest.mark.parametrize("target", ["javascript:alert(1)", "", "data:text/html,x"])
def test_extract_canonical_that_is_no_web_address_is_empty(target: str) -> None:
    assert read(page(head=f'<link rel="canonical" href="{target}">')).canonical == ""


METADATA = (
    '<title>Court</title><meta name="author" content="Ada Writer; Ben Writer">'
    '<meta property="og:site_name" content="The Wire">'
    '<meta property="article:published_time" content="2026-03-01T23:30:00+02:00">'
)


def test_extract_with_metadata_tells_who_when_and_where() -> None:
    article = read(page(head=METADATA), metadata=True)
    assert article.authors == ("Ada Writer", "Ben Writer")
    assert article.published_at == datetime(2026, 3, 1, 21, 30, tzinfo=UTC)
    assert article.published_offset == 120
    assert article.site_name == "The Wire"


def test_extract_without_metadata_leaves_it_out() -> None:
    article = read(page(head=METADATA))
    assert (article.authors, article.published_at, article.site_name) == ((), None, "")


@pytest.mark.parametrize("clock", ["Z", "+00:00", ""])
def test_extract_date_of_no_publishers_clock_has_no_offset(clock: str) -> None:
    told = f'<meta property="article:published_time" content="2026-03-01T23:30:00{clock}">'
    assert read(page(head=told), metadata=True).published_offset is None


@pytest.mark.parametrize("clock", ["+23:59", "-23:59:59", "-15:01"])
def test_extract_date_of_a_clock_that_no_country_has_is_read_as_utc(clock: str) -> None:
    told = f'<meta property="article:published_time" content="2026-03-01T23:30:00{clock}">'
    article = read(page(head=told), metadata=True)
    assert article.published_at == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert article.published_offset is None


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00"])
def test_extract_date_beyond_the_calendar_is_none(told: str) -> None:
    head = f'<meta property="article:published_time" content="{told}">'
    assert read(page(head=head), metadata=True).published_at is None


def test_extract_date_without_a_time_is_midnight_utc() -> None:
    head = '<title>Court</title><meta name="date" content="2026-03-01">'
    assert read(page(head=head), metadata=True).published_at == datetime(2026, 3, 1, tzinfo=UTC)


CYRILLIC = "Трое сообщили суду, что их пытали в отделении полиции, и назвали имена полицейских."


@pytest.mark.parametrize(
    ("declared", "header", "encoded"),
    [
        ("", "text/html; charset=windows-1251", "cp1251"),
        ('<meta charset="windows-1251">', "text/html", "cp1251"),
        ('<meta http-equiv="content-type" content="text/html; charset=koi8-r">', "", "koi8-r"),
        ('<meta charset="utf-8">', "text/html; charset=ISO-8859-1", "utf-8"),
        ('<meta charset="punycode">', "text/html; charset=idna", "utf-8"),
        ("", "", "utf-8"),
        ("", "", "utf-16"),
        ('<meta charset="windows-1251">', "text/html; charset=utf-7", "cp1251"),
    ],
)
def test_extract_page_in_its_charset_reads_right(declared: str, header: str, encoded: str) -> None:
    document = page(story=f"<p>{CYRILLIC}</p><p>{CYRILLIC[::-1]}</p>", head=declared)
    assert CYRILLIC in read(document.encode(encoded), content_type=header).text


def test_extract_xml_declaration_does_no_harm() -> None:
    document = '<?xml version="1.0" encoding="windows-1251"?>' + page(story=f"<p>{CYRILLIC}</p>")
    assert CYRILLIC in read(document.encode("cp1251"), content_type="application/xhtml+xml").text


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        (b"", "text/html", "an empty page"),
        (b" \n ", "", "an empty page"),
        (b"<html><body></body></html>", "text/html", "no article text found"),
        (b"<!-- only a comment -->", "text/html", "no HTML that can be read (ParserError)"),
        (b"%PDF-1.7 ...", "text/html", "a PDF document, which is not read by this version"),
        (b"x", "image/png", "image/png, not a web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "", "binary data, not a web page"),
        (b"{}", "application/json", "application/json, not a web page"),
        (b"x", "imag\x9b31me/\u202epng", "imag31me/png, not a web page"),
    ],
)
def test_extract_page_without_an_article_says_why(
    body: bytes, content_type: str, told: str
) -> None:
    with pytest.raises(ExtractError) as refusal:
        read(body, content_type=content_type)
    assert str(refusal.value) == told


def test_extract_where_the_precise_mode_keeps_only_a_notice_reads_again() -> None:
    paragraphs = "".join(
        f"<p>{n}. {part} It is told in full below, with names left out.</p>"
        for n, part in enumerate((FIRST, SECOND, THIRD) * 2)
    )
    document = (
        "<html><body><article><p>This copy is for your personal use only, and for no other.</p>"
        f'</article><div class="sidebar">{paragraphs}</div></body></html>'
    )
    assert SECOND in read(document).text


def test_extract_long_page_is_cut_at_its_first_megabyte() -> None:
    filler = f"<script>{'x' * home.MAX_PAGE}</script>"
    assert FIRST in read(page(story=STORY + filler)).text
    with pytest.raises(ExtractError):
        read(f"<html><head>{filler}</head><body>{STORY}</body></html>")


def test_extract_metadata_is_looked_for_at_the_beginning_only() -> None:
    late = f"<title>x</title><style>{'x' * home.MAX_METADATA}</style>" + METADATA
    assert read(page(head=late), metadata=True).authors == ()


def test_extract_text_is_clean_and_bounded() -> None:
    odd = "<p>A \u202eline with\x00 &#xD800; controls and words enough to be taken for a story.</p>"
    long = "".join(
        f"<p>Paragraph {n} of this endless invented story of a court.</p>" for n in range(15_000)
    )
    text = read(page(story=odd + STORY + long)).text
    assert len(text) <= home.MAX_TEXT
    assert "\u202e" not in text
    text.encode()


FRAGMENTS = st.sampled_from(
    ["<html>", "<head>", "<title>", "<body>", "<article>", "<p>", "</p>", "<div>", "<table>",
     "<tr>", "<!--", "-->", "<script>", "</script>", "<![CDATA[", "&#xD800;", "&", "\x00", "\ud800",
     "<?xml", "?>", "<svg>", "<math>", "<meta charset=", "utf-16", ">", "<", "'", '"', FIRST]
)  # fmt: skip


@example("<svg><html>&#xD800;", True)  # htmldate meets an element without a parent
@given(st.one_of(st.binary(), st.lists(FRAGMENTS).map("".join)), st.booleans())
def test_extract_any_page_gives_text_or_extract_error(
    document: bytes | str, metadata: bool
) -> None:
    body = document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")
    try:
        article = extract(body, url=URL, content_type="", with_metadata=metadata)
    except ExtractError:
        return
    assert article.text
    article.text.encode()


def test_import_of_the_stage_loads_no_heavy_library() -> None:
    """The main process asks this stage whether a feed carries full text, and shall stay small."""
    told = subprocess.run(
        [sys.executable, "-c", "import hrwatch.hops, sys; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()
    assert not {"trafilatura", "lxml", "feedparser", "py3langid", "numpy"} & set(told)


def test_extract_translations_are_the_other_languages_that_the_page_names() -> None:
    links = """
    <link rel="alternate" hreflang="en" href="/en/1">
    <link rel="alternate" hreflang="x-default" href="/">
    <link rel="Alternate" hreflang="fr" href="/fr/1?utm_source=x#top">
    <link rel="alternate" hreflang="pt-br" href="https://WIRE.example/pt/1">
    <link rel="alternate" hreflang="ru" href="javascript:alert(1)">
    <link rel="alternate" hreflang="de" type="application/rss+xml" href="/de/feed">
    <link rel="alternate" hreflang="es" href="/stories/1">
    <link rel="stylesheet" hreflang="it" href="/it/1">
    """

    article = read(page(head=links).replace("<html", '<html lang="en"', 1))

    assert article.translations == ("https://wire.example/fr/1", "https://wire.example/pt/1")


def test_extract_translations_are_bounded() -> None:
    links = "".join(f'<link rel=alternate hreflang=fr href="/fr/{n}">' for n in range(5000))

    assert len(read(page(head=links)).translations) == home.MAX_TRANSLATIONS
