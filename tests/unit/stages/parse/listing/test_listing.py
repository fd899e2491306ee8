"""Listing pages: each layout and script whole, and what a page around a list must never add."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import listings
from hrwatch.errors import NoListing, ParseError
from hrwatch.model.feeds import Entry, KnownEntry, ParsedFeed, Select
from hrwatch.stages.dedup import identity
from hrwatch.stages.parse import listing
from hrwatch.stages.parse.page import MAX_PAGE
from listings import NOW, Item, Listing, Script

ENGLISH = listings.SCRIPTS[0]
NEWS = listings.items(ENGLISH)
ADDRESS = listings.ADDRESS.format(language="en")
HERE = "https://www.lighthouse.example"


def read(body: bytes | str, select: Select | None = None, url: str = ADDRESS) -> ParsedFeed:
    """Read a listing page."""
    return listing.read(
        body if isinstance(body, bytes) else body.encode(),
        url=url,
        content_type="text/html; charset=utf-8",
        select=select or Select(),
        now=NOW,
    )


def links(feed: ParsedFeed) -> list[str]:
    """The entries' addresses within the site, as the page writes them."""
    return [entry.permalink.removeprefix(HERE).partition("?")[0] for entry in feed.entries]


def known(entries: tuple[Entry, ...]) -> list[KnownEntry]:
    """What the archive remembers of entries."""
    told = [identity.marks(entry) for entry in entries]
    return [
        KnownEntry("r", one.guid_key, one.permalink, one.title_key, one.published_at)
        for one in told
    ]


def unseen(after: tuple[Entry, ...], before: list[KnownEntry]) -> tuple[Entry, ...]:
    """Which entries are new."""
    marked = [identity.Marked(entry, identity.marks(entry)) for entry in after]
    return tuple(one.entry for one in identity.unseen(marked, before))


def a_list(*rows: str) -> bytes:
    """A page with nothing but a list."""
    return f"<html><ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>".encode()


def a_page(middle: str, script: Script = ENGLISH) -> bytes:
    return listings.page(script, middle)


PAGES = tuple(listings.every())


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_read_page_of_each_layout_and_script_gives_its_entries_and_nothing_else(
    page: Listing,
) -> None:
    feed = read(page.body, url=page.address)

    told = [
        (link, entry.title, entry.published_at and entry.published_at.date())
        for link, entry in zip(links(feed), feed.entries, strict=True)
    ]
    assert told == [(item.path, item.title, item.day) for item in page.items]
    assert feed.format == "listing"
    assert feed.warnings == ()


def test_read_page_tells_its_language_title_and_address() -> None:
    feed = read(a_page(listings.plain_list(ENGLISH, NEWS)))
    assert (feed.language, feed.link) == ("en", ADDRESS)
    assert feed.title == "The archive of the lighthouse association"


def test_read_teaser_is_the_summary_and_a_day_is_whole() -> None:
    first, *_ = read(a_page(listings.boxes(ENGLISH, NEWS))).entries
    assert first.summary == ENGLISH.teaser
    assert first.whole_day
    assert first.content == ""


def test_read_time_with_a_clock_is_no_whole_day() -> None:
    first, *_ = read(a_page(listings.article_cards(ENGLISH, NEWS))).entries
    assert first.published_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert not first.whole_day


@pytest.mark.parametrize("layout", listings.LAYOUTS, ids=lambda layout: layout.__name__)
def test_read_changed_surroundings_and_wording_give_nothing_new(layout: object) -> None:
    assert callable(layout)
    before = read(a_page(layout(ENGLISH, NEWS))).entries
    mended = [
        replace(item, title=f"{item.title} (corrected)", teaser="Rewritten. " * 9) for item in NEWS
    ]
    sidebar = ("Most read", *(f"Something else that everybody reads, number {n}" for n in range(8)))

    after = read(listings.page(ENGLISH, layout(ENGLISH, mended), sidebar)).entries

    assert len(after) == len(NEWS)
    assert unseen(after, known(before)) == ()


@pytest.mark.parametrize(
    "written",
    [
        "http://lighthouse.example/en/news/{}",
        "//www.lighthouse.example/en/news/{}/",
        "/en/news/{}?utm_source=listing#text",
    ],
)
def test_read_links_written_in_another_way_give_nothing_new(written: str) -> None:
    before = read(a_page(listings.boxes(ENGLISH, NEWS))).entries
    others = [replace(item, path=written.format(item.path.rpartition("/")[2])) for item in NEWS]
    after = read(a_page(listings.boxes(ENGLISH, others))).entries
    assert len(after) == len(NEWS)
    assert unseen(after, known(before)) == ()


def test_read_new_headline_is_the_one_new_entry() -> None:
    before = read(a_page(listings.boxes(ENGLISH, NEWS[1:]))).entries
    after = read(a_page(listings.boxes(ENGLISH, NEWS))).entries
    (new,) = unseen(after, known(before))
    assert new.title == NEWS[0].title


@pytest.mark.parametrize("layout", listings.LAYOUTS, ids=lambda layout: layout.__name__)
def test_read_page_whose_list_is_gone_is_no_listing_whatever_stands_around_it(
    layout: object,
) -> None:
    assert callable(layout)
    aside = "".join(f"<li><a href='/en/old/{n}'>{t}</a></li>" for n, t in enumerate(ENGLISH.titles))
    body = a_page(f"<p>Please switch JavaScript on.</p><aside><ul>{aside}</ul></aside>")
    body = body.replace(b'<div class="col-4">', b'<div class="sidebar">')
    body = body.replace(b'<div class="bottom">', b'<div class="site-footer">')
    with pytest.raises(NoListing, match="nothing on the page looks like a list of news"):
        read(body)


def test_read_listing_of_one_dated_entry_is_read() -> None:
    feed = read(a_page(listings.article_cards(ENGLISH, NEWS[:1])).replace(b"col-4", b"sidebar"))
    assert links(feed) == [NEWS[0].path]


def test_read_undated_list_beside_an_undated_sidebar_is_told_apart_by_its_addresses() -> None:
    middle = "".join(f"<li><a href='{item.path}'>{item.title}</a></li>" for item in NEWS)
    assert links(read(a_page(f"<ul>{middle}</ul>"))) == [item.path for item in NEWS]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (  # what leads nowhere, elsewhere, or to this page
            [
                "<a href='#a'>A link within the page itself, nothing else</a>",
                "<a href='javascript:x()'>A link that runs a program in the page</a>",
                "<a href='mailto:a@b.example'>A link that writes a letter to us</a>",
                "<a href='https://other.example/x'>What another site has written</a>",
                "<a href='/en/news#top'>This very page, from its beginning on</a>",
                "<a href='/en/news/1'>The first of two entries of this list</a>",
                "<a href='/en/news/2#a'>The second of two entries of this list</a>",
            ],
            ["/en/news/1", "/en/news/2"],
        ),
        (  # one page linked thrice, with and without what means nothing
            [
                "<a href='/en/news/1'>The first of two entries of this list</a>",
                "<a href='http://lighthouse.example/en/news/1/?utm_source=x'>The first again</a>",
                "<a href='/en/news/2'>The second of two entries of this list</a>",
            ],
            ["/en/news/1", "/en/news/2"],
        ),
        (  # links that are told apart by their query alone
            [
                "<a href='?article=1'>The first of two entries of this list</a>",
                "<a href='?article=2'>The second of two entries of this list</a>",
            ],
            ["/en/news", "/en/news"],
        ),
    ],
)
def test_read_links_of_all_kinds_gives_each_page_of_the_site_once(
    rows: list[str], expected: list[str]
) -> None:
    feed = read(a_page("".join(f"<p>2 May 2026 {row}</p>" for row in rows)))
    assert links(feed) == expected
    assert len({entry.guid for entry in feed.entries}) == len(feed.entries)


@pytest.mark.parametrize(
    ("around", "day"),
    [
        ("<span>Published: {}</span>", "2 May 2026"),
        ("<span>{} | Press release</span>", "2 May 2026"),
        ("<div class='meta'>By A. Writer, {}</div>", "May 2, 2026"),
        ("<b>{}</b>", "02.05.2026"),
        ("<time>{}</time>", "2026-05-02"),
        ("<p class='date'><span>{}</span></p>", "2 May 2026, 14:05"),
    ],
)
def test_read_date_beside_other_words_is_found(around: str, day: str) -> None:
    rows = "".join(
        f"<div><a href='/n/{n}'>Court orders new inquiry, part {n}</a>{around.format(day)}</div>"
        for n in range(3)
    )
    days = [entry.published_at for entry in read(a_page(rows)).entries]
    assert [day and day.date().isoformat() for day in days] == ["2026-05-02"] * 3


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Hearing of 12 May 2027 is put off again", "/n/{}"),
        ("A law that comes into force in 2030 or so", "/n/{}"),
        ("The court looks back at the year number", "/2026/13/45/{}"),
    ],
)
def test_read_date_of_an_event_or_none_is_no_date_of_publication(title: str, path: str) -> None:
    rows = [f"<a href='{path.format(n)}'>{title} {n}</a>" for n in range(3)]
    assert [entry.published_at for entry in read(a_list(*rows)).entries] == [None] * 3


def test_read_date_in_the_address_counts_where_none_is_written() -> None:
    rows = "".join(
        f"<li><a href='/2026/05/0{n}/x'>Court orders new inquiry, part {n}</a></li>"
        for n in range(1, 4)
    )
    feed = read(a_page(f"<ul>{rows}</ul>"))
    assert [e.published_at and e.published_at.day for e in feed.entries] == [1, 2, 3]
    assert all(entry.whole_day for entry in feed.entries)


def test_read_date_in_linked_data_counts_where_none_is_written() -> None:
    rows = "".join(
        f"<li><a href='/n/{n}'>Court orders new inquiry, part {n}</a></li>" for n in range(3)
    )
    told = ",".join(
        f'{{"@type":"NewsArticle","url":"/n/{n}","datePublished":"2026-05-02T10:00:00Z"}}'
        for n in range(3)
    )
    body = a_page(f'<ul>{rows}</ul><script type="application/ld+json">[[{told}],{{}}]</script>')
    moment = datetime(2026, 5, 2, 10, tzinfo=UTC)
    assert [entry.published_at for entry in read(body).entries] == [moment] * 3


@pytest.mark.parametrize(
    ("base", "url", "expected"),
    [
        ("", "https://x.example/a/news", "https://x.example/a/1"),
        (
            "<base href='https://x.example/deep/er/'>",
            "https://x.example/news",
            "https://x.example/deep/er/1",
        ),
        ("<base href='/b/'>", "https://x.example/news", "https://x.example/b/1"),
        ("<link rel=canonical href='https://x.example/c/news'>", "", "https://x.example/c/1"),
    ],
)
def test_read_relative_links_are_joined_to_where_the_page_says(
    base: str, url: str, expected: str
) -> None:
    rows = "".join(
        f"<li>2 May 2026 <a href='{n}'>Court orders new inquiry, part {n}</a></li>" for n in (1, 2)
    )
    feed = read(f"<html><head>{base}</head><body><ul>{rows}</ul>", url=url)
    assert feed.entries[0].permalink == expected


def test_read_file_that_does_not_tell_its_address_says_so() -> None:
    with pytest.raises(NoListing, match="does not say its own address"):
        read("<html><ul><li><a href='1'>Court orders new inquiry</a></ul>", url="")


@pytest.mark.parametrize(
    "body",
    [b"", b" \n ", b"%PDF-1.7", b'{"a": 1}', b"\x89PNG....", b"<!-- -->", b"\x00\x01\x02"],
)
def test_read_what_is_no_page_or_holds_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        read(body)


@pytest.mark.parametrize(
    "select",
    [
        Select(entry="div.cell", link="h4 a", title="h4", date=".published"),
        Select(entry="div.cell"),
        Select(link="h4 > a"),
        Select(link="h4 > a", date=".published"),
        Select(title="h4"),
        Select(entry=".cell a[href^='/en/news']:not([href*=utm])", title="*"),
    ],
)
def test_read_by_selectors_gives_what_they_name(select: Select) -> None:
    body = a_page(listings.picture_grid(ENGLISH, NEWS))
    feed = read(body, select)
    assert links(feed) == [item.path for item in NEWS]
    assert [entry.title for entry in feed.entries] == [item.title for item in NEWS]
    assert feed.warnings == ()


def test_read_by_selectors_takes_links_that_would_not_be_taken_by_themselves() -> None:
    body = "<nav><p class=n><a href='https://other.example/1'>One</a> 2 May 2026</p></nav>"
    feed = read(body, Select(entry="p.n"))
    assert [(e.permalink, e.title) for e in feed.entries] == [("https://other.example/1", "One")]


@pytest.mark.parametrize(
    ("select", "said"),
    [
        (Select(entry="div.none"), r"selector entry \(div.none\) finds nothing"),
        (Select(entry="h1"), r"selector entry finds no link in what entry \(h1\) finds"),
        (Select(entry="div.cell", link="b"), r"selector link \(b\) finds no link"),
        (Select(link="h5 a"), r"selector link \(h5 a\) finds no link"),
    ],
)
def test_read_by_selectors_that_find_nothing_says_which(select: Select, said: str) -> None:
    with pytest.raises(NoListing, match=said):
        read(a_page(listings.picture_grid(ENGLISH, NEWS)), select)


def test_read_by_selectors_of_title_and_date_that_find_nothing_warns() -> None:
    feed = read(
        a_page(listings.picture_grid(ENGLISH, NEWS)),
        Select(entry="div.cell", title="h5", date="i"),
    )
    assert [entry.title for entry in feed.entries] == [item.title for item in NEWS]
    assert feed.warnings == (
        "the selector title (h5) finds nothing in 9 of 9 entries",
        "the selector date (i) finds nothing in 9 of 9 entries",
    )


def test_read_markup_in_titles_is_text_and_controls_are_gone() -> None:
    rows = "".join(
        f"<li>2 May 2026 <a href='/n/{n}'>Court <b>orders</b> &lt;p&gt; &amp;\u202e inquiry {n}</a>"
        for n in range(2)
    )
    assert read(a_page(rows)).entries[0].title == "Court orders <p> & inquiry 0"


def test_read_more_entries_than_are_kept_says_so() -> None:
    many = [
        Item(f"/en/news/{n}", f"Court orders inquiry number {n}", NEWS[0].day, "")
        for n in range(1_200)
    ]
    feed = read(a_page(listings.plain_list(ENGLISH, many)))
    assert len(feed.entries) == listing.MAX_ENTRIES
    assert feed.warnings == ("1200 entries: only the first 1000 are read",)


def test_read_page_longer_than_is_read_says_so() -> None:
    body = a_page(listings.plain_list(ENGLISH, NEWS)) + b" " * MAX_PAGE
    feed = read(body)
    assert len(feed.entries) == len(NEWS)
    assert feed.warnings == ("longer than 2000000 bytes: only the beginning is read",)


LINK = "<a href=/n/{0}>Court orders a new inquiry number {0}</a>"
HOSTILE = {
    "list-of-100000": "".join(f"<li>{LINK.format(n)}" for n in range(100_000)),
    "no-elements-between-100000": "".join(LINK.format(n) for n in range(100_000)),
    "nested-to-no-end": "<div>" * 300_000 + LINK.format(1),
    "link-in-each-level": "<div>".join(LINK.format(n) for n in range(50_000)),
    "one-target": LINK.format(1) * 40_000,
    "headings-everywhere": "".join(f"<a href=/n/{n}>" + "<h3>x</h3>" * 50 for n in range(3_000)),
    "dates-everywhere": "".join(
        f"<li>{LINK.format(n)}" + "<i class=date>11 Nofember 2026, 1</i>" * 8 for n in range(5_000)
    ),
    "long-classes": f'<p class="{"a-b_c " * 150_000}">{LINK.format(1)}' * 2,
    "linked-data-nested": f'<script type="application/ld+json">{"[" * 500_000}</script>',
    "no-text": "<a href=/x></a>" * 50_000,
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE)
def test_read_hostile_page_ends_with_at_most_so_many_entries(markup: str) -> None:
    try:
        feed = read(markup)
    except NoListing:
        return
    assert len(feed.entries) <= listing.MAX_ENTRIES


def test_read_date_far_ahead_is_none() -> None:
    ahead = (NOW + timedelta(days=200)).date()
    rows = [f"{ahead} <a href='/n/{n}'>Court orders inquiry, part {n}</a>" for n in (1, 2)]
    assert [entry.published_at for entry in read(a_list(*rows)).entries] == [None, None]
