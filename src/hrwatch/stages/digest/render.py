"""Composition → Digest: the same content as plain text and as HTML, page by page. Pure; the only
home of jinja2; before mime."""

from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from hrwatch.model.mail import Detail, Digest, Page, Subscriber
from hrwatch.stages.digest import names, transfer
from hrwatch.stages.digest.layout import columns, read_from_the_right, runs_right_to_left, wrap
from hrwatch.stages.digest.pages import FULL_STORIES, sheets
from hrwatch.stages.digest.tongue import speaking
from hrwatch.stages.digest.view import Composition, Piece, Sheet
from hrwatch.stages.digest.wording import Wording

# Bytes of a mail's two parts as they travel; with its headers it stays under 80 KB, text alone
# under 20 KB. A large mail service clips HTML above 102 KB.
MAIL_LIMIT = 78_000
TEXT_LIMIT = 18_000
_ARMOUR = 1.4  # what encryption makes of a byte: base64 once more


def render(composition: Composition, digest: str) -> Digest:
    """Given a composition and an opaque id, return the digest, of as many pages as it needs; raise
    ComposeError.

    Each page is complete: its text part tells all that its HTML tells.
    """
    wording = Wording(composition)
    subscriber = composition.subscriber

    def written(sheet: Sheet) -> Page:
        return Page(
            subject=wording.subject(sheet.number, sheet.of),
            discreet=wording.discreet(sheet.number, sheet.of),
            text=_text(composition, wording, sheet),
            html=(
                ""
                if subscriber.text_only
                else _write("digest.html.j2", composition, wording, sheet)
            ),
            numbers=sheet.numbers,
        )

    def size(sheet: Sheet) -> int:
        page = written(sheet)
        return transfer.length(page.text) + transfer.length(page.html)

    full_stories = 0 if subscriber.detail is Detail.TITLES else FULL_STORIES
    return Digest(
        id=digest,
        subscriber=subscriber.name,
        window=composition.window,
        pages=tuple(map(written, sheets(composition, size, _limit(subscriber), full_stories))),
        matches=composition.matches,
        numbers=composition.numbers,
        kind=composition.occasion.kind,
    )


def _limit(subscriber: Subscriber) -> int:
    limit = TEXT_LIMIT if subscriber.text_only else MAIL_LIMIT
    return int(limit / _ARMOUR) if subscriber.pgp_key_file else limit


def _text(composition: Composition, wording: Wording, sheet: Sheet) -> str:
    text = _write("digest.txt.j2", composition, wording, sheet)
    tongue = speaking(composition.subscriber.mail_language)
    return read_from_the_right(text) if tongue.right_to_left else text


def _write(template: str, composition: Composition, wording: Wording, sheet: Sheet) -> str:
    language = composition.subscriber.mail_language
    return (
        _environment(language)
        .get_template(template)
        .render(
            wording=wording,
            fates=wording.fates,
            reports=wording.reports,
            bylines=wording.bylines,
            page=sheet,
            sections=composition.sections,
            mentions=composition.mentions,
            occasion=composition.occasion,
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
