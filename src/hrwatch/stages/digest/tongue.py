"""The language of a mail's own words: sentences from the catalogues in `locale/`, names of months,
days, cities and lists from CLDR. Pure; used by everything that writes words into a mail.

English sentences stand in the code and in the templates and are their own keys. `gettext` and its
kin fill in `%(name)s` after translating, so a literal percent sign is written `%%`. Feed text is
always such a value, never a part of a sentence. How to add a sentence: CONTRIBUTING.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO

from babel import Locale
from babel.core import get_global
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from hrwatch.stages.digest import layout

LANGUAGES = ("en", "fr", "es", "ru", "ar")  # as `mail_language` takes them
_RIGHT_TO_LEFT = frozenset(("ar",))
# Patterns as CLDR writes them (UTS #35, 4), without and with the year; its own are American for
# English and figures for Arabic. Russian weekdays stand where no case is asked of them.
_ENGLISH_PATTERNS = {
    "day": ("d MMM", "d MMM y"),
    "weekday": ("EEE d MMM", "EEE d MMM y"),
    "whole": ("d MMMM", "d MMMM y"),
    "full": ("EEEE d MMMM", "EEEE d MMMM y"),
}
_PATTERNS = {
    "es": {
        "whole": ("d 'de' MMMM", "d 'de' MMMM 'de' y"),
        "full": ("EEEE, d 'de' MMMM", "EEEE, d 'de' MMMM 'de' y"),
    },
    "ru": {
        "weekday": ("d MMM (EEE)", "d MMM y (EEE)"),
        "whole": ("d MMMM", "d MMMM y 'года'"),
        "full": ("EEEE, d MMMM", "EEEE, d MMMM y 'года'"),
    },
    "ar": {"full": ("EEEE، d MMMM", "EEEE، d MMMM y")},
}
_PLAIN_QUOTES = ('"', '"')
_QUOTES = {"fr": ("“", "”"), "es": ("«", "»"), "ru": ("«", "»"), "ar": ("«", "»")}


def msgid(sentence: str) -> str:
    """Mark a sentence that stands in a table, so that it is looked for in the catalogues; it is
    translated where the table is read."""
    return sentence


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: what it calls things, and how it writes dates and lists."""

    code: str
    translations: NullTranslations
    locale: Locale

    def gettext(self, message: str, /, **values: object) -> str:
        """Return the sentence with its values filled in."""
        return self.translations.gettext(message) % values

    def ngettext(self, one: str, several: str, num: int, /, **values: object) -> str:
        """Return the sentence for a number of things, which stands in it as `%(num)s`."""
        return self.translations.ngettext(one, several, num) % {"num": num, **values}

    def pgettext(self, context: str, message: str, /) -> str:
        """Return what something is called: its context says what kind of thing it is, and what is
        in no catalogue stays as it is written."""
        return self.translations.pgettext(context, message)

    @property
    def right_to_left(self) -> bool:
        """Say whether it is written from right to left."""
        return self.code in _RIGHT_TO_LEFT

    @property
    def colon(self) -> str:
        """The colon between a name and what is said of it, with its spaces."""
        return "\u00a0: " if self.code == "fr" else ": "

    def sentence(self, text: str) -> str:
        """Return `text` as a sentence begins: names of languages are small letters elsewhere."""
        return text[:1].upper() + text[1:]

    def percent(self, number: int) -> str:
        """Return "92%"."""
        return f"{number}%" if self.code in ("en", "ar") else f"{number}\u00a0%"

    def isolate(self, text: str) -> str:
        """Return `text` between bidi isolates where a letter in it runs against the mail."""
        return layout.isolate(text, in_right_to_left=self.right_to_left)

    def listed(self, items: Iterable[str]) -> str:
        """Return the items with commas between them."""
        return ("، " if self.code == "ar" else ", ").join(items)

    def grouped(self, items: Iterable[str]) -> str:
        """Return the items with semicolons between them: commas stand within."""
        return {"ar": "؛ ", "fr": "\u00a0; "}.get(self.code, "; ").join(items)

    def some(self, items: Sequence[str], more: int) -> str:
        """Return the items with commas between them, and how many `more` there are."""
        others = [self.ngettext("%(num)s more", "%(num)s more", more)] if more else []
        return self.listed([*items, *others])

    def together(self, items: Iterable[str]) -> str:
        """Return "title and text"."""
        return format_list(list(items), locale=self.locale)

    def quoted(self, text: str) -> str:
        """Return `text` in quotation marks."""
        opening, closing = _QUOTES.get(self.code, _PLAIN_QUOTES)
        return f"{opening}{text}{closing}"

    def day(self, moment: date, *, year: bool) -> str:
        """Return "21 Nov", or "21 Nov 2026"."""
        return self._date("day", moment, year=year)

    def weekday_and_day(self, moment: date, *, year: bool) -> str:
        """Return "Sat 21 Nov"."""
        return self._date("weekday", moment, year=year)

    def whole_day(self, moment: date, *, year: bool) -> str:
        """Return "21 November", or "21 November 2026"."""
        return self._date("whole", moment, year=year)

    def full_date(self, moment: date) -> str:
        """Return "Sunday 22 November 2026"."""
        return self._date("full", moment, year=True)

    def weekday(self, number: int) -> str:
        """Given a weekday, 0 for Monday, return its name as it stands alone."""
        return str(self.locale.days["stand-alone"]["wide"][number])

    def city(self, zone: str) -> str:
        """Given the name of a time zone, return what its city is called."""
        tail = zone.rpartition("/")[2].replace("_", " ")
        if self.code == "en":
            return tail
        known = self.locale.time_zones
        found = [known[name] for name in (zone, *_older_names(zone)) if name in known]
        return next((str(one["city"]) for one in found if "city" in one), tail)

    def _date(self, form: str, moment: date, *, year: bool) -> str:
        patterns = _ENGLISH_PATTERNS | _PATTERNS.get(self.code, {})
        pattern = patterns[form][year]
        if self.code == "fr" and moment.day == 1:
            pattern = pattern.replace("d MMM", "d'er' MMM")
        return _formatted(date(moment.year, moment.month, moment.day), pattern, self.code)


@lru_cache(maxsize=1_000)  # a digest has but few days, and names each of them often
def _formatted(moment: date, pattern: str, code: str) -> str:
    return format_date(moment, pattern, locale=Locale(code))


@cache
def speaking(code: str) -> Tongue:
    """Return the language of a mail by its code, one of LANGUAGES."""
    return Tongue(code, _translations(code), Locale(code))


def _translations(code: str) -> NullTranslations:
    if code == "en":
        return NullTranslations()
    file = resources.files("hrwatch.stages.digest").joinpath("locale", f"{code}.po")
    compiled = BytesIO()
    with file.open("rb") as written:
        write_mo(compiled, read_po(written, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _older_names(zone: str) -> Iterator[str]:
    """Yield what a zone was called before it was renamed: CLDR keeps its city under that."""
    return (old for old, new in get_global("zone_aliases").items() if new == zone)
