"""Real pages that are touched here: noise put around their story, and changes into it. The markup
is edited as a tree, so that all else stays as its publisher wrote it."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lxml import html

from hrwatch import text
from hrwatch.stages.extract.article import parsed

Tree = Any  # lxml brings no types
_SHORTEST = 60  # letters of a paragraph that is touched
SENTENCE = "He denied all of it before the court yesterday."
PARAGRAPH = "The ministry has since said that it will look into what happened on that day."


def tree(body: bytes) -> Tree:
    """Return a page as what can be edited."""
    return parsed(body, "text/html")


def written(page: Tree) -> bytes:
    """Return an edited page."""
    return b"<meta charset=utf-8>" + bytes(html.tostring(page, encoding="utf-8"))


def story(page: Tree, told: str) -> list[Tree]:
    """Return the paragraphs of a page that stand in its text as it is read."""
    key = text.normalised(told)
    found = ((one, text.normalised(one.text_content())) for one in page.iter("p"))
    return [one for one, words in found if len(words) > _SHORTEST and words in key]


def _beside(paragraph: Tree, markup: str) -> None:
    new = html.fragment_fromstring(markup)
    parent = paragraph.getparent()
    parent.insert(parent.index(paragraph) + 1, new)
    new.tail, paragraph.tail = paragraph.tail, None


def _put(where: float, markup: str) -> Callable[[Sequence[Tree], int], None]:
    def put(paragraphs: Sequence[Tree], number: int) -> None:
        place = round(where * (len(paragraphs) - 1))
        _beside(paragraphs[place], markup.replace("{n}", str(number)))

    return put


def _respelt(change: Callable[[str], str]) -> Callable[[Sequence[Tree], int], None]:
    def respell(paragraphs: Sequence[Tree], _: int) -> None:
        for paragraph in paragraphs:
            for element in paragraph.iter():
                if element.text:
                    element.text = change(element.text)

    return respell


NOISE: Mapping[str, Callable[[Sequence[Tree], int], None]] = {
    "counter": _put(0, "<div class='views'>{n} views</div>"),
    "counter without a class": _put(0, "<p>{n} views</p>"),
    "updated ago": _put(0, "<p>Updated {n} minutes ago</p>"),
    "updated at": _put(1, "<p>Last updated: {n} November 2026, 14:15 GMT</p>"),
    "reading time": _put(0, "<p>{n} min read</p>"),
    "byline": _put(1, "<p>By Mira Okun</p>"),
    "related stories": _put(
        0.5,
        "<div class='related'><h3>Related stories</h3><ul><li><a href='/a'>Ferry {n} was late again"
        "</a></li><li><a href='/b'>Nobody on the quay was surprised</a></li></ul></div>",
    ),
    "related story in a line": _put(
        0.5, "<p>Don't miss: <a href='/a'>Ferry number {n} to the island was late again</a></p>"
    ),
    "a mere link": _put(
        0.5, "<p><a href='/a'>Ferry number {n} to the island was late again</a></p>"
    ),
    "share buttons": _put(
        0, "<div class='share-buttons'><a href='#'>Facebook</a> <a href='#'>X</a> <b>{n}</b></div>"
    ),
    "advertisement": _put(
        0.5,
        "<div id='div-gpt-ad-{n}'><p>The best boots are here, {n} % off until Friday.</p></div>",
    ),
    "advertisement aside": _put(0.5, "<aside><p>The best boots are here, {n} % off.</p></aside>"),
    "promotion": _put(
        0.5, "<div class='promo-box'><p>Our reporters work in {n} towns. Give today.</p></div>"
    ),
    "subscription box": _put(
        1,
        "<div class='subscribe-box'><h4>Stay close</h4><p>Every Friday the best of our work, read "
        "by {n} people.</p><input></div>",
    ),
    "tags": _put(1, "<p>Tags: <a href='/t'>ferries</a>, <a href='/p'>harbour {n}</a></p>"),
    "soft hyphens": _respelt(lambda told: re.sub(r"(\w{4})(?=\w{4})", "\\1\u00ad", told)),
    "dashes and spaces": _respelt(lambda told: told.replace(" - ", " \u2014 ").replace("  ", " ")),
}


def _within(paragraph: Tree, change: Callable[[str], str]) -> bool:
    """Change the first stretch of text for which that makes a difference; say whether one did."""
    for element in paragraph.iter():
        for name in ("text", "tail"):
            told = getattr(element, name)
            if told and not (name == "tail" and element is paragraph):
                changed = change(told)
                if changed != told:
                    setattr(element, name, changed)
                    return True
    return False


def _anywhere(change: Callable[[str], str]) -> Callable[[Sequence[Tree], random.Random], bool]:
    def edit(paragraphs: Sequence[Tree], chance: random.Random) -> bool:
        mixed = chance.sample(list(paragraphs), len(paragraphs))
        return any(_within(one, change) for one in mixed)

    return edit


def _delete(paragraphs: Sequence[Tree], chance: random.Random) -> bool:
    chance.choice(paragraphs).drop_tree()
    return True


def _add(paragraphs: Sequence[Tree], chance: random.Random) -> bool:
    _beside(chance.choice(paragraphs), f"<p>{PARAGRAPH}</p>")
    return True


def _lengthen(paragraphs: Sequence[Tree], chance: random.Random) -> bool:
    paragraph = chance.choice(paragraphs)
    last = paragraph[-1] if len(paragraph) else None
    if last is None:
        paragraph.text += f" {SENTENCE}"
    else:
        last.tail = f"{last.tail or ''} {SENTENCE}"
    return True


def _retitle(paragraphs: Sequence[Tree], _: random.Random) -> bool:
    page = paragraphs[0].getroottree().getroot()
    names = page.xpath(".//meta[@property='og:title' or @name='og:title']")
    for meta in names:
        meta.set("content", f"Corrected: {meta.get('content')}")
    window = page.find(".//title")
    if window is not None:
        window.text = f"Corrected: {window.text}"
    return bool(names) or window is not None


# Each says whether the page has anything of the kind.
EDITS: Mapping[str, Callable[[Sequence[Tree], random.Random], bool]] = {
    "figure": _anywhere(
        lambda told: re.sub(r"\d+", lambda one: str(int(one[0]) + 3), told, count=1)
    ),
    "name": _anywhere(lambda told: re.sub(r"(?<=\w )([A-ZА-Я])\w{3,}", r"\1.", told, count=1)),
    "not": _anywhere(lambda told: re.sub(r"(\w+ \w+) (\w+)", r"\1 not \2", told, count=1)),
    "paragraph removed": _delete,
    "paragraph added": _add,
    "sentence added": _lengthen,
    "title": _retitle,
}
