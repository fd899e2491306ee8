"""Names the world agreed on (countries, languages, time zones), and guesses at what was meant."""

import difflib
import re
import zoneinfo
from collections.abc import Iterable
from itertools import takewhile

from hrwatch import text
from hrwatch.territories import countries, country_name, languages, places
from hrwatch.text import closest

SHORT = 3  # letters, which resemble any short name and so give no guess
_OFFSET = re.compile(r"(?:UTC|GMT)?[ ]?[+-]\d{1,2}(?::?\d{2})?", re.IGNORECASE)
_EVERYTHING = ("all", "any", "none", "every", "*")
_LANGUAGE_TAG = re.compile(r"([a-z]{2,3})(?:-[A-Za-z0-9]{2,8})*")


def quoted(value: str) -> str:
    """Return `value` as it may be repeated to the operator: cleaned, short, in quotes."""
    return f'"{text.clean_line(value, 60)}"'


def country(value: str) -> str:
    """Given the code of a country or place, return it; raise ValueError with a guess."""
    if value in countries() or value in places():
        return value
    if value.lower() in _EVERYTHING:
        raise ValueError(f"{quoted(value)} is no country code; to ask for all, leave the list out")
    guess = _country_meant(value)
    known = guess or "; use two letters such as BY (ISO 3166-1), or a place such as CN-XJ"
    raise ValueError(f"{quoted(value)} is no country code{known}")


def _country_meant(value: str) -> str:
    from babel.core import get_global  # noqa: PLC0415 - 2 MB, only for a mistake

    known = {code: country_name(code) for code in (*places(), *countries())}
    upper = value.strip().upper()
    guesses = [upper] if upper in known else get_global("territory_aliases").get(upper, [])
    if not guesses and len(value) > SHORT:
        by_name = {label: code for code, label in known.items()}
        guesses = [by_name[label] for label in [closest(value, by_name)] if label]
    named = " or ".join(f"{code} ({known[code]})" for code in guesses if code in known)
    return f"; did you mean {named}?" if named else ""


def language(value: str) -> str:
    """Given a BCP 47 primary subtag, return it; raise ValueError with a guess."""
    if value in languages():
        return value
    raise ValueError(f"{quoted(value)} is no language code{_language_meant(value)}")


def language_tag(value: str) -> str:
    """Given a BCP 47 tag such as `pt` or `pt-BR`, return it; raise ValueError with a guess."""
    match = _LANGUAGE_TAG.fullmatch(value)
    if match and match[1] in languages():
        return value
    return language(value)


def _language_meant(value: str) -> str:
    from babel.core import get_global  # noqa: PLC0415 - 2 MB, only for a mistake

    likely = get_global("likely_subtags").get(f"und_{value.upper()}")
    if likely and value.upper() in countries() and value.lower() not in languages():
        return f" but a country's; did you mean {likely.partition('_')[0]}?"
    primary = value.partition("-")[0].partition("_")[0].lower()
    if primary in languages():
        return f" here; did you mean {primary}?"
    by_name = {label: code for code, label in languages().items()}
    found = closest(value, by_name) if len(value) > SHORT else None
    if found:
        return f"; did you mean {by_name[found]}?"
    return "; use its two letters such as be, fr or zh (BCP 47)"


def _zone_like(value: str, zones: Iterable[str]) -> str | None:
    """Return the zone that `value` resembles; of several the one that begins most like it:
    Europe/Vilna is Vilnius, though Vienna has as many of its letters."""
    folded = {zone.casefold(): zone for zone in zones}
    wanted = value[:100].casefold()
    alike = difflib.get_close_matches(wanted, folded, n=8, cutoff=0.7)
    if not alike:
        return None
    return folded[max(alike, key=lambda zone: _alike_from_the_start(zone, wanted))]


def _alike_from_the_start(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def timezone(value: str) -> str:
    """Given the name of an IANA time zone, return it; raise ValueError with a guess."""
    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; a folder of zones
        if _OFFSET.fullmatch(value.strip()):
            raise ValueError(
                f"{quoted(value)} is an offset, and many places change theirs twice a year; name "
                "the zone by a city, such as Europe/Vilnius"
            ) from None
        zones = zoneinfo.available_timezones()
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
        found = _zone_like(value, zones) or cities.get(closest(value, cities) or "")
        known = f"did you mean {found}?" if found else "use a name such as Europe/Vilnius, or UTC"
        raise ValueError(f"{quoted(value)} is no time zone; {known}") from None
    return value
