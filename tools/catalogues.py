"""Bring the catalogues of the mails' own words up to date with the code, the templates, the labels
of the shipped keywords and the names of places.

`make words` runs it: new sentences are added to src/hrwatch/stages/digest/locale/*.po with an empty
translation, those that nobody uses any more go, the rest stays. It names what is left to
translate, and then ends with 1.
"""

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from hrwatch import territories
from hrwatch.config import taxonomy

SOURCE = Path(__file__).parent.parent / "src" / "hrwatch"
FOLDER = SOURCE / "stages" / "digest" / "locale"
PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
    "(n%100<12 || n%100>14) ? 1 : 2);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 ? 4 : 5);",
}
_CALLS = {"gettext": None, "ngettext": (1, 2), "msgid": None}
_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}

Message = str | tuple[str, ...]  # with its plural


def used() -> dict[tuple[str, Message], str]:
    """Return every sentence, by its context and English words, with the file it stands in."""
    found: dict[tuple[str, Message], str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        told = path.read_text(encoding="utf-8")
        if "gettext(" in told or "msgid(" in told:
            found |= {("", message): path.name for message in _of_code(told)}
    for path in sorted(SOURCE.rglob("*.j2")):
        found |= {("", message): path.name for message in _of_template(path)}
    found |= {("keyword", keyword.label): "keywords" for keyword in taxonomy.shipped().keywords}
    return found | {("place", label): "places" for label in _places()}


def _of_code(source: str) -> Iterator[Message]:
    """Yield what stands in calls of gettext, ngettext and msgid. babel's own reader of Python loses
    the plural where a call stands within another one."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        told = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
        words = [one for one in told if isinstance(one, str)]
        if name in ("gettext", "msgid") and words:
            yield words[0]
        elif name == "ngettext" and len(words) == len(("one", "several")):
            yield words[0], words[1]


def _of_template(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        for _, message, _, _ in extract("jinja2", file, keywords=_CALLS, options=_OPTIONS):
            yield message


def _places() -> Iterator[str]:
    """Yield the labels that CLDR has no name for, or names otherwise in English."""
    known = Locale("en").territories
    yield from (label for code, label in territories.countries().items() if known[code] != label)
    yield from (label for label, _ in territories.places().values())


def read(language: str) -> Catalog:
    """Return the catalogue of a language as it stands."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def main() -> int:
    """Write the catalogues anew; return 1 where something is left to translate."""
    sentences = used()
    left = 0
    for language in PLURALS:
        path = FOLDER / f"{language}.po"
        known = read(language) if path.exists() else Catalog(locale=language)
        written, empty = _catalogue(language, known, sentences)
        path.write_bytes(written)
        for message in empty:
            print(f"{path.name}: {message!r}")  # noqa: T201 - it is what it is run for
        left += len(empty)
    return 1 if left else 0


def _catalogue(
    language: str, known: Catalog, sentences: dict[tuple[str, Message], str]
) -> tuple[bytes, list[Message]]:
    """Return the file with every sentence, and those that have no translation. What the catalogue
    says of countries that CLDR names too is kept: it says it better."""
    labels = set(territories.countries().values())
    better = {
        ("place", entry.id): "places"
        for entry in known
        if entry.context == "place" and entry.id in labels
    }
    catalogue = Catalog(locale=language)
    empty: list[Message] = []
    # In an order of their own: code that moves must not move everything here.
    for context, message in sorted(sentences | better, key=str):
        entry = known.get(message, context or None)
        translated = entry.string if entry and entry.id == message else ""
        catalogue.add(message, translated, context=context or None)
        if not (any(translated) if isinstance(translated, tuple) else translated):
            empty.append(message)
    body = BytesIO()
    write_po(body, catalogue, width=100, no_location=True, omit_header=True)
    head = (
        f"# What hrwatch's mails say in {Locale(language).english_name}. "
        "How to add a sentence: CONTRIBUTING.md.\n"
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: {PLURALS[language]}\\n"\n\n'
    )
    return head.encode() + body.getvalue(), empty


if __name__ == "__main__":
    sys.exit(main())
