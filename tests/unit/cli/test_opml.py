"""OPML, as other programs write it and as we do. All feeds are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.cli import opml
from hrwatch.config.additions import chosen
from hrwatch.model.feeds import Feed, Select

NESTED = """<?xml version="1.0" encoding="utf-8"?>
<opml version="1.0">
  <head><title>Invented list</title></head>
  <body>
    <outline text="Folder">
      <outline text="Deeper">
        <outline type="rss" text="Wire" title="The Invented Wire" language="en"
          xmlUrl="https://wire.example/feed" htmlUrl="https://wire.example/"/>
      </outline>
    </outline>
    <outline text="An empty folder"/>
    <outline title="Paper &amp; Sons" xmlURL=" https://paper.example/rss "/>
  </body>
</opml>"""


def test_read_nested_outlines_gives_their_feeds_in_order() -> None:
    found = opml.read(NESTED.encode())

    assert [(o.line, o.label, o.publisher, o.address, o.language) for o in found] == [
        (7, "Wire", "The Invented Wire", "https://wire.example/feed", "en"),
        (12, "Paper & Sons", "Paper & Sons", "https://paper.example/rss", ""),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251", "koi8-r"])
def test_read_declared_encoding_is_understood(encoding: str) -> None:
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        '<opml><body><outline text="Весна" xmlUrl="https://a.example/"/></body></opml>'
    )

    (offer,) = opml.read(document.encode(encoding))

    assert offer.label == "Весна"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("", "no XML at line 1: no element found"),
        ("feeds:\n  - name: x\n", "no XML at line 1"),
        ("<opml>\n<body><outline", "no XML at line 2: unclosed token"),
        ("<rss version='2.0'/>", "no OPML: it begins with <rss>"),
        ("<!DOCTYPE opml><opml/>", "<!DOCTYPE> at line 1"),
        (
            '<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body>'
            '<outline text="&a;" xmlUrl="https://a.example/"/></body></opml>',
            "<!DOCTYPE>",
        ),
        ("<opml>" + "<outline>" * 100, "nested deeper than 64"),
        ("<opml>" + " " * opml.MAX_BYTES, "larger than 10 MB"),
    ],
)
def test_read_what_is_no_list_is_refused_with_its_reason(document: str, told: str) -> None:
    with pytest.raises(ValueError, match=told.replace("(", r"\(")):
        opml.read(document.encode())


@given(st.binary(max_size=300))
def test_read_any_bytes_are_a_list_or_refused(body: bytes) -> None:
    try:
        opml.read(b"<opml><body>" + body)
    except ValueError as error:
        assert str(error)


def test_read_what_write_wrote_is_the_same_feeds() -> None:
    feeds = (
        Feed("wire", url="https://wire.example/feed?a=1&b=2", publisher="The <Wire>"),
        Feed("BBC.2_x", url="https://bbc.example/", language="no"),
        Feed("gazeta", url="https://gazeta.example/rss", publisher="Газета", language="ru"),
        Feed("desk", url=None, page="https://desk.example/news?a=1&b=2", publisher="The Desk"),
        Feed(
            "list",
            page="https://list.example/",
            select=Select(entry="li > a[href*='/news/']", date="time"),
        ),
        Feed("old", url="https://old.example/rss", enabled=False),
        Feed("old-page", url=None, page="https://old.example/news", enabled=False),
    )

    offered = opml.read(opml.write(feeds).encode())

    assert chosen(offered, []).feeds == feeds
    assert chosen(offered, feeds).feeds == ()


def test_read_outlines_in_a_comment_are_switched_off_and_those_behind_it_not() -> None:
    document = (
        '<opml><body><outline text="off" isComment="true"><outline text="deeper">'
        '<outline text="one" xmlUrl="https://one.example/"/></outline></outline>'
        '<outline text="two" xmlUrl="https://two.example/"/>'
        '<outline text="three" xmlUrl="https://three.example/" isComment="true"/>'
        '<outline text="four" xmlUrl="https://four.example/"/></body></opml>'
    )

    found = {offer.label: offer.enabled for offer in opml.read(document.encode())}

    assert found == {"one": False, "two": True, "three": False, "four": True}


def test_read_bookmarks_of_other_programs_are_no_pages() -> None:
    document = '<opml><body><outline text="a" type="link" url="https://a.example/"/></body></opml>'

    assert opml.read(document.encode()) == ()
