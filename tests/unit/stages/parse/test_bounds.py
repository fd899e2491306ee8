"""Documents that are refused before a parser sees them, and those that only look like them."""

import time

import pytest

from hrwatch.errors import ParseError
from hrwatch.stages.parse import bounds

ROOT = "<rss><channel>"
ITEM = "<item><title>An invented market</title><link>https://news.example/1</link></item>"
NESTED = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


def declaring(entities: str, content: str = ITEM) -> str:
    return f"<!DOCTYPE rss [{entities}]>{ROOT}{content}"


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        (declaring(f'<!ENTITY a0 "lol">{NESTED}', "&a9;"), "entities grow"),
        (declaring(f"<!ENTITY b '{'x' * 100_000}'>", "&b;" * 300), "entities grow"),
        (declaring('<!ENTITY a "&b;"><!ENTITY b "&a; x">'), "without end"),
        (declaring("".join(f'<!ENTITY e{n} "v">' for n in range(2_000))), "more than 1000"),
        (ROOT + "<a>" * 25_000 + "</a>" * 25_000, "nest more than"),
        (ROOT + "<a b='c'>" * 25_000, "nest more than"),
        (ROOT + "<" * 30_000, "flood"),
    ],
)
def test_check_document_beyond_measure_is_refused(markup: str, told: str) -> None:
    with pytest.raises(ParseError, match=told):
        bounds.check(markup)


@pytest.mark.parametrize(
    "markup",
    [
        ROOT + ITEM * 10_000,
        declaring('<!ENTITY nbsp "&#160;"><!ENTITY mdash "&#8212;">', "&nbsp;&mdash;" * 5_000),
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://a.example/rss.dtd">' + ROOT,
        ROOT + "<![CDATA[" + "<br>" * 30_000 + "]]>" + ITEM,
        ROOT + "<!--" + "<a>" * 30_000 + "-->" + ITEM,
        ROOT + "<media:content url='x'/>" * 30_000,
        ROOT + ITEM + "<![CDATA[" + "<p>" * 30_000,
        f"{ROOT}<item><title>How to write &lt;!ENTITY</title></item>",
    ],
)
def test_check_document_that_is_only_large_or_odd_is_let_through(markup: str) -> None:
    bounds.check(markup)


@pytest.mark.parametrize(
    "markup",
    [
        ROOT + "<!-- " * 1_000_000,
        ROOT + "<![CDATA[" * 500_000,
        ROOT + "<a " * 1_000_000,
        "<!DOCTYPE rss [<!ENTITY " + " " * 5_000_000,
        "<!DOCTYPE rss [" + '<!ENTITY a "' * 990 + "x" * 5_000_000,
        declaring('<!ENTITY a "x">', ("&" + "a" * 99) * 50_000),
    ],
)
def test_check_document_that_would_have_it_look_for_ever_takes_no_time(markup: str) -> None:
    begun = time.process_time()
    bounds.check(markup)
    assert time.process_time() - begun < 2
