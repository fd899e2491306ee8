"""Composition → Digest: the same content as plain text and as HTML, page by page; before mime. Pure
but for reading templates."""

from dataclasses import replace
from pathlib import Path

from hrwatch.errors import ComposeError
from hrwatch.model.mail import Digest, Page, Subscriber
from hrwatch.stages.digest import transfer
from hrwatch.stages.digest.layout import read_from_the_right
from hrwatch.stages.digest.pages import full_stories, sheets
from hrwatch.stages.digest.specimen import specimens
from hrwatch.stages.digest.templating import HTML, TEXT, write
from hrwatch.stages.digest.tongue import speaking
from hrwatch.stages.digest.view import Composition, Sheet
from hrwatch.stages.digest.wording import Wording

# Bytes of a mail's two parts as they travel; with its headers it stays under 80 KB, text alone
# under 20 KB. A large mail service clips HTML above 102 KB.
MAIL_LIMIT = 78_000
TEXT_LIMIT = 18_000
_ARMOUR = 1.4  # what encryption makes of a byte: base64 once more


def render(composition: Composition, digest: str, templates: Path | None = None) -> Digest:
    """Given a composition, an opaque id and the folder of the operator's templates, if they have
    any, return the digest, of as many pages as it needs; raise ComposeError.

    Each page is complete: its text part tells all that its HTML tells.
    """
    wording = Wording(composition)
    subscriber = composition.subscriber
    tongue = speaking(subscriber.mail_language)

    def written(sheet: Sheet) -> Page:
        values = {
            "wording": wording,
            "fates": wording.fates,
            "reports": wording.reports,
            "bylines": wording.bylines,
            "page": sheet,
            "sections": composition.sections,
            "mentions": composition.mentions,
            "occasion": composition.occasion,
            "version": composition.version,
        }
        html = "" if subscriber.text_only else write(HTML, tongue.code, templates, values)
        text = write(TEXT, tongue.code, templates, values)
        return Page(
            subject=wording.subject(sheet.number, sheet.of),
            text=read_from_the_right(text) if tongue.right_to_left else text,
            html=html,
            numbers=sheet.numbers,
            discreet=wording.discreet(sheet.number, sheet.of),
        )

    last: list[tuple[Sheet, Page]] = []  # that one page holds everything is found out by writing it

    def size(sheet: Sheet) -> int:
        page = written(sheet)
        last[:] = [(sheet, page)]
        return transfer.length(page.text) + transfer.length(page.html)

    def finished(sheet: Sheet) -> Page:
        return next((page for measured, page in last if measured is sheet), None) or written(sheet)

    found = sheets(composition, size, _limit(subscriber), full_stories(subscriber))
    return Digest(
        id=digest,
        subscriber=subscriber.name,
        window=composition.window,
        pages=tuple(map(finished, found)),
        matches=composition.matches,
        numbers=composition.numbers,
        kind=composition.occasion.kind,
    )


def _limit(subscriber: Subscriber) -> int:
    limit = TEXT_LIMIT if subscriber.text_only else MAIL_LIMIT
    return int(limit / _ARMOUR) if subscriber.pgp_key_file else limit


def mistakes(folder: Path) -> tuple[str, ...]:
    """Given a folder with the operator's templates, return what is wrong with them, each with its
    file and line: what digests meet in them that are invented and hold one of everything."""
    found: dict[str, None] = {}
    for composition in specimens():
        for text_only in (False, True):
            reader = replace(composition.subscriber, text_only=text_only)
            try:
                render(replace(composition, subscriber=reader), "", folder)
            except ComposeError as error:
                found[str(error)] = None
    return tuple(found)
