"""Composition → Digest: the same content as plain text and as HTML. Pure; the only home of jinja2;
before mime."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from hrwatch.errors import ComposeError
from hrwatch.model.mail import Digest, Page
from hrwatch.stages.digest import names
from hrwatch.stages.digest.layout import columns, read_from_the_right, runs_right_to_left, wrap
from hrwatch.stages.digest.tongue import speaking
from hrwatch.stages.digest.view import Composition, Piece, Story, Update
from hrwatch.stages.digest.wording import Wording

HTML_LIMIT = 80_000  # bytes; a large mail service clips what is above 102 KB
FULL_STORIES = 30  # past them titles only: a digest is read on a phone
TROUBLES = 30  # past them names only


def render(composition: Composition, digest: str) -> Digest:
    """Given a composition and an opaque id, return the digest.

    Where the HTML grows past its limit, fewer stories stand in full; where titles are too many for
    it, it says how many stand in the text part alone. That one is always complete.
    """
    wording = Wording(composition)
    full_stories, page = _page(composition, wording)
    return Digest(
        id=digest,
        subscriber=composition.subscriber.name,
        window=composition.window,
        pages=(
            Page(
                subject=wording.subject(),
                text=_text(composition, wording, full_stories),
                html=page,
                numbers=(),
            ),
        ),
        matches=composition.matches,
    )


@dataclass(frozen=True, slots=True)
class _Limits:
    """How much of a composition is shown."""

    full_stories: int
    titles: int | None = None  # None: all


def _page(composition: Composition, wording: Wording) -> tuple[int, str]:
    """Return how many stories stand in full, and the HTML within its limit."""

    def write(full_stories: int, titles: int | None = None) -> str | None:
        limits = _Limits(full_stories, titles)
        page = _write("digest.html.j2", composition, wording, limits)
        return page if len(page.encode()) <= HTML_LIMIT else None

    for full_stories in (FULL_STORIES, 20, 10):
        if page := write(full_stories):
            return full_stories, page
    for full_stories in (10, 5, 0):
        if page := write(full_stories, titles=0):
            few, many = 0, _items(composition)
            while few < many:
                middle = (few + many + 1) // 2
                if longer := write(full_stories, middle):
                    few, page = middle, longer
                else:
                    many = middle - 1
            return full_stories, page
    raise ComposeError(f"the digest's frame alone is larger than {HTML_LIMIT} bytes of HTML")


def _text(composition: Composition, wording: Wording, full_stories: int) -> str:
    text = _write("digest.txt.j2", composition, wording, _Limits(full_stories))
    tongue = speaking(composition.subscriber.mail_language)
    return read_from_the_right(text) if tongue.right_to_left else text


def _items(composition: Composition) -> int:
    """Return how many numbers there are."""
    in_sections = sum(len(section.items) for section in composition.sections)
    return in_sections + len(composition.mentions)


def shares(counts: Sequence[int], limit: int) -> tuple[int, ...]:
    """Given how many items each section has, return how many stand in full, `limit` in all: none
    starves because another has many."""
    given = [0] * len(counts)
    left = min(limit, sum(counts))
    while left:
        for place, wanted in enumerate(counts):
            if left and given[place] < wanted:
                given[place] += 1
                left -= 1
    return tuple(given)


def _write(template: str, composition: Composition, wording: Wording, limits: _Limits) -> str:
    full = shares([len(section.items) for section in composition.sections], limits.full_stories)
    titles: list[Story | Update] = [
        item
        for section, share in zip(composition.sections, full, strict=True)
        for item in section.items[share:]
    ]
    titles += [mention.story for mention in composition.mentions]
    shown = titles[: limits.titles]
    language = composition.subscriber.mail_language
    return (
        _environment(language)
        .get_template(template)
        .render(
            wording=wording,
            fates=wording.fates,
            reports=wording.reports,
            sections=composition.sections,
            full=full,
            mentions=composition.mentions,
            shown={story.number for story in shown},
            cut=len(titles) - len(shown),
            troubles=composition.troubles[:TROUBLES],
            more_troubles=composition.troubles[TROUBLES:],
            version=composition.version,
        )
    )


@cache
def _environment(language: str) -> Environment:
    """Return the templates with everything that depends on the language of the mail. What
    `gettext` fills into a sentence is escaped like everything else that is shown (newstyle)."""
    tongue = speaking(language)
    environment = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=PackageLoader("hrwatch.stages.digest"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "wrap": partial(wrap, addresses_alone=tongue.right_to_left),
        "isolate": tongue.isolate,
        "columns": columns,
        "marked": _marked,
        "plain": _plain,
    }
    environment.globals |= {
        "tongue": tongue,
        "isolate": tongue.isolate,
        "is_right_to_left": _is_right_to_left,
    }
    environment.install_gettext_translations(tongue.translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _marked(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"*{piece.text}*" if piece.marked else piece.text for piece in pieces)


def _plain(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def _is_right_to_left(value: str, language: str) -> bool:
    return names.is_right_to_left(language) or runs_right_to_left(value)
