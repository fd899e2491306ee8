"""A date that is written out in words or digits, by ISO 8601, RFC 822 or no standard → its parts.

Every word must be understood: a date in a sentence is a sentence.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from hrwatch.stages.parse.dates import days
from hrwatch.stages.parse.dates.clocks import CLOCK, HOURS, OFFSET, Clock, clock, halved, offset
from hrwatch.stages.parse.dates.eastern import western
from hrwatch.stages.parse.dates.names import AFTER, BEFORE, FILLERS, JALALI_MONTHS, tables, zones

_ZERO = timedelta(0)
# All forms of ISO 8601 that name a day; a month stands for its first day.
_ISO = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?|-?w(\d\d)-?([1-7])|-(\d{3})|(\d\d)(\d\d))"
    r"(?:(?:\s?t\s?|\s)(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,12})?)?"
    r"\s?(?:z|utc|([+-])(\d\d)(?::?(\d\d))?)?)?"
)
_COMPACT = re.compile(r"(\d{4})()()()()()(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()()()")
# RFC 822 allows comments; browsers and Java name the zone in one, after its offset.
_COMMENT = re.compile(r"\s*(?:\([^()\d]*\)|\[[a-z_]+/[a-z_/]+\])\s*$")
_ISO_CLOCK = re.compile(r"(?<=\d)t(?=\d)|(?<=\d)z(?!\w)")
_HALF = re.compile(r"(?<![^\W\d])([ap])\.?\s?m(?!\w)\.?")
_DOTTED_CLOCK = re.compile(r"(\d{1,2})\.(\d\d)(?:\.(\d\d))?(?![\d.])")
_ABBREVIATED = re.compile(r"(?<!\w)([^\W\d])\.([^\W\d])(?:\.|(?!\w))")
_DOT = re.compile("(?<=[\u0e00-\u0eff])\\.")  # Thai and Lao have one after each syllable
_LETTER = r"[^\s\d,.;:|·•()\[\]/+<>\"'’`،、-]"
_TOKEN = re.compile(
    r"(?P<digits>(?:\d{4}\s?(?P<mark>[./-])\s?\d{1,2}\s?(?P=mark)\s?\d{1,2}"
    r"|\d{1,2}\s?(?P<sign>[./-])\s?\d{1,2}\s?(?P=sign)\s?\d{2,4})(?!\d))"
    r"|(?P<number>\d+)(?:(?:st|nd|rd|th|er|re|eme|e|o|a|-?го|-?е|-?и|-?га)(?!\w))?"
    rf"|(?P<word>{_LETTER}+(?:-{_LETTER}+)*)"
    r"|[\s,.;:|·•()/'’،、-]"
)


@dataclass(frozen=True, slots=True)
class Written:
    """The parts of a date: what the publisher's clock showed, and how far it is ahead of UTC."""

    day: date
    clock: time | None  # None where no time of day is given
    past_midnight: timedelta  # a day where the clock showed 24:00
    offset: timedelta


@dataclass(slots=True)
class _Told:
    """What the words of a date have told so far."""

    months: list[frozenset[int]] = field(default_factory=list)  # what each word may mean
    either: list[frozenset[int]] = field(default_factory=list)  # those that may be a weekday, too
    weekdays: list[frozenset[int]] = field(default_factory=list)
    jalali_month: int = 0
    numbers: list[str] = field(default_factory=list)
    digits: str = ""
    clock: Clock | None = None
    half: str = ""
    offset: timedelta | None = None


def read(told: str, language: str, now: datetime | None) -> Written | None:
    """Given folded words and their language, return the date that they are, and nothing else;
    None where they are not. With `now` the year may be missing: then it is the latest past one."""
    told = told.strip()
    if match := _ISO.fullmatch(told) or _COMPACT.fullmatch(told):
        return _standard(match)
    found = _Told()
    if not _take_all(_plain(told), language, found):
        return None
    day = _day(found, language, now)
    if day is None:
        return None
    if found.clock is None:
        return None if found.half else Written(day, None, _ZERO, _ZERO)
    shown = halved(found.clock, found.half)
    if shown is None:
        return None
    return Written(day, shown.time, shown.past_midnight, found.offset or _ZERO)


def _standard(match: re.Match[str]) -> Written | None:
    year, month, day, week, weekday, ordinal, month2, day2 = match.groups()[:8]
    hour, minute, second, sign, hours, minutes = match.groups()[8:]
    told: date | None
    try:
        if week:
            told = date.fromisocalendar(int(year), int(week), int(weekday))
        elif ordinal:
            told = date(int(year), 1, 1) + timedelta(days=int(ordinal) - 1)
            if not int(ordinal) >= 1 or told.year != int(year):
                return None
        else:
            told = days.of_parts(int(year), int(month or month2), int(day or day2 or 1))
    except ValueError:
        return None
    if told is None:
        return None
    if hour is None:
        return Written(told, None, _ZERO, _ZERO)
    shown = clock(hour, minute, second)
    ahead = offset(sign, hours, minutes) if hours else _ZERO
    if shown is None:
        return None
    return Written(told, shown.time, shown.past_midnight, ahead)


def _plain(told: str) -> str:
    """Return the words without what only surrounds the date, Eastern forms made Western."""
    told = western(_COMMENT.sub("", told))
    told = _HALF.sub(r" \1m ", _ISO_CLOCK.sub(" ", told))
    told = told.replace("ที่", " ")  # "on the", without spaces round it
    told = _DOT.sub("", _ABBREVIATED.sub(r"\1\2 ", told))
    return tables().phrases.sub(lambda match: match[0].replace(" ", "_"), told)


def _take_all(told: str, language: str, found: _Told) -> bool:
    """Read the words into `found`; say whether all of them were understood."""
    position, after_clock = 0, False
    while position < len(told):
        if after_clock and found.offset is None and (match := OFFSET.match(told, position)):
            found.offset = offset(match[1] or match[3], match[2] or match[4], match[5])
            position, after_clock = match.end(), False
            continue
        dotted = _DOTTED_CLOCK.match(told, position) if _has_year(found) else None
        if match := CLOCK.match(told, position) or HOURS.match(told, position) or dotted:
            if found.clock or (shown := clock(*match.groups())) is None:
                return False
            found.clock, position, after_clock = shown, match.end(), True
            continue
        match = _TOKEN.match(told, position)
        if match is None or not _take(match, language, found):
            return False
        position = match.end()
        if match["number"] or match["digits"]:
            after_clock = False
    return True


def _has_year(found: _Told) -> bool:
    return bool(found.digits) or any(len(number) == days.YEAR for number in found.numbers)


def _take(match: re.Match[str], language: str, found: _Told) -> bool:
    if digits := match["digits"]:
        if found.digits:
            return False
        found.digits = digits
    elif number := match["number"]:
        found.numbers.append(number)
    elif word := match["word"]:
        return _take_word(word.replace("_", " "), language, found)
    return True


def _take_word(word: str, language: str, found: _Told) -> bool:
    base = language.replace("_", "-").partition("-")[0].lower()
    if base == "he":
        word = word.removeprefix("ב")  # "in"
    months, weekdays = tables().months.among(word, base), tables().weekdays.among(word, base)
    if word in ("am", "pm") and not found.half and (word == "pm" or base != "de"):
        found.half = word
    elif months and weekdays:
        found.either.append(months)
        found.weekdays.append(weekdays)
    elif months:
        found.months.append(months)
    elif word in JALALI_MONTHS and not found.jalali_month:
        found.jalali_month = JALALI_MONTHS[word]
    elif found.clock and not found.half and word in BEFORE | AFTER:
        found.half = "am" if word in BEFORE else "pm"
    elif word in FILLERS and not tables().weekdays.has(word, base):
        return True
    elif weekdays:
        found.weekdays.append(weekdays)
    elif word in zones() and found.clock and found.offset is None:
        found.offset = zones()[word]
    else:
        return False
    return True


def _day(found: _Told, language: str, now: datetime | None) -> date | None:
    """Return the one day that was told, or None where there is none or could be several."""
    months = found.months or found.either[-1:]  # "mar 3 mar 2026": Tuesday first
    if found.digits:
        return (
            None
            if found.numbers or months
            else days.of_digits(found.digits, language, found.weekdays)
        )
    if found.jalali_month:
        return None if months else days.of_jalali(found.numbers, found.jalali_month)
    # "كانون الثاني/يناير": one month as it is called in Damascus and in Cairo.
    if len(set(months)) != 1 or len(months[0]) != 1:
        return None
    (month,) = months[0]
    return days.of_numbers(found.numbers, month, now)
