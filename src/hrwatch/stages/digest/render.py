"""Composition → Digest: the same content as plain text and as HTML. Pure; the only home of jinja2;
before mime."""

from dataclasses import replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from hrwatch import text
from hrwatch.model.mail import Digest
from hrwatch.stages.digest import names
from hrwatch.stages.digest.layout import columns, isolate, runs_right_to_left, wrap
from hrwatch.stages.digest.view import Composition, Piece, Section
from hrwatch.stages.digest.wording import Wording

HTML_LIMIT = 80_000  # bytes; a large mail service clips what is above 102 KB
_FULL_ITEMS = (30, 20, 10, 5, 0)


def render(composition: Composition, digest: str) -> Digest:
    """Given a composition and an opaque id, return the digest.

    Where the HTML grows past its limit, fewer items stand in full; where titles alone are too
    many, the HTML says how many stand in the text only. The text part is always complete.
    """
    wording = Wording(composition)
    page = ""
    for full_items in _FULL_ITEMS:
        composition = _with_full_items(composition, full_items)
        page = _html(composition, wording)
        if len(page.encode()) <= HTML_LIMIT:
            break
    else:
        page = _cut_html(composition, wording)
    return Digest(
        id=digest,
        subscriber=composition.subscriber.name,
        window=composition.window,
        subject=wording.subject(),
        text=_text(composition, wording),
        html=page,
        language="en",
        matches=composition.matches,
        coverage=composition.coverage,
    )


def _with_full_items(composition: Composition, limit: int) -> Composition:
    """Return the composition with the items past `limit` as titles."""
    sections: list[Section] = []
    for section in composition.sections:
        items = section.items + section.titles
        room = min(len(section.items), max(0, limit - section.first + 1))
        sections.append(replace(section, items=items[:room], titles=items[room:]))
    return replace(composition, sections=tuple(sections))


def _cut_html(composition: Composition, wording: Wording) -> str:
    """Return HTML with as many titles as fit, by halving, and the number of those that do not."""
    titles = composition.new + len(composition.mentions)
    low, high = 0, titles
    page = _html(_first_titles(composition, 0), wording, cut=titles)
    while low < high:
        middle = (low + high + 1) // 2
        longer = _html(_first_titles(composition, middle), wording, cut=titles - middle)
        if len(longer.encode()) <= HTML_LIMIT:
            low, page = middle, longer
        else:
            high = middle - 1
    return page


def _first_titles(composition: Composition, count: int) -> Composition:
    """Return the composition with its first `count` titles; the counts are not touched, because
    the wording keeps the whole."""
    sections = tuple(
        replace(section, titles=section.titles[: max(0, count - section.first + 1)])
        for section in composition.sections
        if section.first <= count
    )
    mentions = composition.mentions[: max(0, count - composition.new)]
    return replace(composition, sections=sections, mentions=mentions)


def _text(composition: Composition, wording: Wording) -> str:
    return _environment().get_template("digest.txt.j2").render(_names(composition, wording))


def _html(composition: Composition, wording: Wording, cut: int = 0) -> str:
    values = _names(composition, wording) | {"cut": cut}
    return _environment().get_template("digest.html.j2").render(values)


def _names(composition: Composition, wording: Wording) -> dict[str, object]:
    return {
        "wording": wording,
        "subject": wording.subject(),
        "sections": composition.sections,
        "mentions": composition.mentions,
        "troubles": composition.troubles,
        "version": composition.version,
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("hrwatch.stages.digest"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "wrap": wrap,
        "columns": columns,
        "line": text.clean_line,
        "marked": _marked,
        "plain": _plain,
    }
    environment.globals |= {"isolate": isolate, "is_right_to_left": _is_right_to_left}
    return environment


def _marked(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"*{piece.text}*" if piece.marked else piece.text for piece in pieces)


def _plain(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def _is_right_to_left(value: str, language: str) -> bool:
    return names.is_right_to_left(language) or runs_right_to_left(value)
