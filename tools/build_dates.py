"""Build the names of months and days of the week, and the order in which a language writes a date
in digits, from CLDR (babel).

Run `python tools/build_dates.py` where babel is installed. It writes names.csv into
src/hrwatch/stages/parse/dates/data.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel import Locale, localedata

from hrwatch.stages.parse.dates.names import folded

TARGET = Path(__file__).parent.parent / "src/hrwatch/stages/parse/dates/data/names.csv"
LANGUAGES = (
    "af am ar az be bg bn bs ca ckb cs cy da de el en es et eu fa fi fil fr ga gl gu ha he hi "
    "hr hu hy id ig is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms mt my nb ne nl nn no om "
    "or pa pl ps pt ro ru sd si sk sl so sq sr sv sw ta te tg th ti tk tr uk ur uz vi yo zh zu"
)
# One letter, or digits with a sign, as CLDR has for Chinese, is no name: "3月".
NAME = re.compile(r"(?=..)[^\W\d](?:[^\d/]*)")
# English dates in digits are written both ways; who writes only "en" does not say which.
UNDECIDED = frozenset(["en", "en-CA", "en-ZA"])


def main() -> None:
    """Write the table."""
    found: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    orders: dict[str, str] = {}
    for identifier in sorted(localedata.locale_identifiers()):
        locale = Locale.parse(identifier)
        if locale.language not in LANGUAGES.split() or locale.variant:
            continue
        for kind, value, name in _names(locale):
            found[kind, name, value].add(locale.language)
        order = _order(str(locale.date_formats["short"].pattern))
        if order and locale.script is None:
            territory = f"-{locale.territory}" if locale.territory else ""
            orders.setdefault(locale.language + territory, order)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", "name", "value", "languages"])
        for (kind, name, value), languages in sorted(found.items()):
            writer.writerow([kind, name, value, " ".join(sorted(languages))])
        for tag, order in sorted(orders.items()):
            language, _, territory = tag.partition("-")
            says_more = not territory or language in UNDECIDED or order != orders.get(language)
            if tag not in UNDECIDED and not territory.isdigit() and says_more:
                writer.writerow(["order", tag, order, language])


def _names(locale: Locale) -> Iterator[tuple[str, int, str]]:
    """Yield the months and days of the week that a locale names in words."""
    for kind, by_form in (("month", locale.months), ("weekday", locale.days)):
        for form in by_form.values():
            for width, names in form.items():
                for value, name in names.items() if width != "narrow" else ():
                    told = folded(name).replace(".", "").replace("'", "").strip()
                    if NAME.fullmatch(told):
                        yield kind, value, told


def _order(pattern: str) -> str:
    """Return the order of day, month and year in a CLDR pattern, such as DMY."""
    letters = re.sub(r"'[^']*'", "", pattern)
    return "".join(dict.fromkeys(letter.upper() for letter in letters if letter in "dMy"))


if __name__ == "__main__":
    main()
