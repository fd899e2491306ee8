"""Build the generated part of the gazetteer: names from CLDR (babel), capitals and demonyms.

Run with babel and countryinfo installed: `python tools/build_gazetteer.py`. It writes
`names.json`, `countries.csv` and `countryinfo.csv` into src/hrwatch/stages/tag/data; everything else there is
edited by hand and only checked here, so that a code or a place without a parent is found at once.
"""

import csv
import json
import re
import unicodedata
from importlib import resources
from pathlib import Path

from babel import Locale, localedata

DATA = Path(__file__).parent.parent / "src/hrwatch/stages/tag/data"
# CLDR codes that are no country or territory of ISO 3166-1, XK apart.
NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
# Their CLDR names say "special administrative region of China" in every language, or carry both
# Congos; forms.csv names them as news does.
NAMED_BY_HAND = frozenset(["HK", "MO", "CD", "CG"])
DISPLAYED = {"HK": "Hong Kong", "MO": "Macao", "MM": "Myanmar", "PS": "Palestine"}
FEW = 40  # languages with fewer own names than that have not been translated
PARENTHESIS = re.compile(r"^(?P<name>[^(（]+?)\s*[(（](?P<other>[^)）]+)[)）]$")


def country_codes() -> list[str]:
    """Return the two-letter codes of all countries and territories that may become tags."""
    territories = Locale("en").territories
    codes = (code for code in territories if len(code) == 2 and code.isalpha())
    return sorted(code for code in codes if code not in NOT_COUNTRIES)


def spellings(name: str) -> list[str]:
    """Given a CLDR name, return the spellings of it that a text may use."""
    parts = PARENTHESIS.match(name)
    names = [parts["name"], parts["other"]] if parts else [name]
    names = [unicodedata.normalize("NFC", part.replace("’", "'")).strip() for part in names]
    names += [
        part.replace(" & ", f" {word} ") for part in names for word in ("and",) if "&" in part
    ]
    names += [plain(part) for part in names]
    return list(dict.fromkeys(part for part in names if part))


def plain(name: str) -> str:
    """Return a Latin name without its accents, as headlines in capitals and wires write it."""
    decomposed = unicodedata.normalize("NFD", name)
    if not any(character.isascii() and character.isalpha() for character in name):
        return name
    kept = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", kept)


def cldr_names(codes: list[str]) -> dict[str, dict[str, list[str]]]:
    """Return language → code → spellings, for every language that CLDR has names in."""
    english = Locale("en").territories
    names: dict[str, dict[str, list[str]]] = {}
    for language in sorted(i for i in localedata.locale_identifiers() if "_" not in i):
        territories = Locale(language).territories
        own = sum(territories.get(code, english[code]) != english[code] for code in codes)
        if language != "en" and own < FEW:
            continue
        names[language] = {
            code: spellings(territories[code])
            for code in codes
            if code in territories and code not in NAMED_BY_HAND
        }
    return names


def from_countryinfo(codes: list[str]) -> list[tuple[str, str, str]]:
    """Return (code, capital, demonyms) rows, the demonyms of territories that only repeat their
    state's left out."""
    rows = {}
    for file in sorted(resources.files("countryinfo").joinpath("data").iterdir(), key=str):
        if not file.name.endswith(".json"):
            continue
        country = json.loads(file.read_text(encoding="utf-8"))
        code = country.get("ISO", {}).get("alpha2")
        if code not in codes or code in rows:
            continue
        capital = country.get("capital")
        demonym = country.get("demonym") or ""
        capital = capital if isinstance(capital, str) else ""
        rows[code] = (code, capital, demonym.replace(",", ";").replace("/", ";"))
    return [rows[code] for code in sorted(rows)]


def main() -> None:
    codes = country_codes()
    names = cldr_names(codes)
    lines = [
        f"{json.dumps(language)}: {json.dumps(names[language], ensure_ascii=False)}"
        for language in names
    ]
    (DATA / "names.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    with (DATA / "countryinfo.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "capital", "demonyms"])
        writer.writerows(from_countryinfo(codes))
    with (DATA / "countries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "name"])
        english = Locale("en").territories
        writer.writerows((code, DISPLAYED.get(code, english[code])) for code in codes)


if __name__ == "__main__":
    main()
