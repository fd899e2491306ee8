"""Codes of countries, territories, places and languages: what they are called and what they belong
to. What the operator may ask for, what the tagger finds and what a reader is shown are the same."""

import csv
from functools import cache
from importlib import resources
from types import MappingProxyType

# A subscriber who asks for roll-up gets these with the country on the right. Never here: Taiwan,
# Western Sahara, Palestine, Kosovo; nor what is disputed or self-governing (IO, CK, NU).
PARENTS = MappingProxyType(
    {
        territory: country
        for country, territories in {
            "AU": "CC CX HM NF",
            "CN": "HK MO",
            "DK": "FO GL",
            "FI": "AX",
            "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
            "GB": "AI BM FK GG GI GS IM JE KY MS PN SH TC VG",
            "NL": "AW BQ CW SX",
            "NO": "BV SJ",
            "NZ": "TK",
            "US": "AS GU MP PR UM VI",
        }.items()
        for territory in territories.split()
    }
)


@cache
def countries() -> MappingProxyType[str, str]:
    """Return every code that a COUNTRY tag may have (ISO 3166-1 alpha-2 and XK), with its English
    name for display."""
    return MappingProxyType({row["code"]: row["name"] for row in _rows("countries.csv")})


@cache
def places() -> MappingProxyType[str, tuple[str, tuple[str, ...]]]:
    """Return every code that a PLACE tag may have, such as CN-XJ, with its English name and its
    parents; one such as Kurdistan has none."""
    return MappingProxyType(
        {
            row["code"]: (row["name"], tuple(filter(None, row["parents"].split(";"))))
            for row in _rows("places.csv")
        }
    )


@cache
def languages() -> MappingProxyType[str, str]:
    """Return every primary subtag of BCP 47 that is known, such as be or ckb, with its English
    name."""
    return MappingProxyType({row["code"]: row["name"] for row in _rows("languages.csv")})


def country_name(code: str) -> str:
    """Return the English name of a country, territory or place; the code itself if unknown."""
    if code in countries():
        return countries()[code]
    return places()[code][0] if code in places() else code


def _rows(name: str) -> list[dict[str, str]]:
    file = resources.files("hrwatch").joinpath("data", name)
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
