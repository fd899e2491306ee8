"""When an entry of a listing was published, as far as the listing says."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from hrwatch.stages.parse import dates
from hrwatch.stages.parse.dates import Dated
from hrwatch.stages.parse.listing import records
from hrwatch.stages.parse.page import Element, words

# A publisher in another zone who writes no zone is at most this far ahead.
AHEAD = timedelta(days=1)
_IN_ADDRESS = re.compile(r"/(19[89]\d|20\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19[89]\d|20\d\d)(?!\d)")
_YEARS_STAND_IN = records.HEADINGS | {"dt", "caption", "th", "strong", "b", "summary", "legend"}
_LONGEST_YEAR_LINE = 40
# Between a date and what stands beside it on its line: its section, its author, its place.
_PARTED = re.compile(r"\s*[|•·]\s*|\s+[–—/-]\s+")
_LABEL = re.compile(r"^[^\d:：]{2,40}[:：]\s*")
_CLOCK = r"(?:[T,\s]+(?:at\s+|um\s+|в\s+|à\s+)?\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?)?"
_ORDINAL = r"\d{1,2}(?:\.|st|nd|rd|th|er|º|ª|-го|-е)?"
_MONTH = r"[^\W\d_]{3,16}\.?"
_WITHIN = re.compile(
    rf"(?<!\d)(?:\d{{4}}[./-]\d{{1,2}}[./-]\d{{1,2}}(?!\d){_CLOCK}"
    rf"|\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d\d)(?!\d){_CLOCK}"
    r"|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]?"
    rf"|{_ORDINAL},?\s+(?:de\s+|of\s+)?{_MONTH},?\s+(?:de\s+|del\s+)?\d{{4}}(?!\d){_CLOCK}"
    rf"|{_MONTH}\s+{_ORDINAL},?\s+\d{{4}}(?!\d){_CLOCK})",
    re.I,
)


def first(told: Iterable[str], *, year: int | None, language: str, now: datetime) -> Dated:
    """Given the texts in which an entry's date may be written, the likeliest first, and the year
    that stands above it where one does, return the first date that can be read."""
    for line in told:
        for candidate in _candidates(line):
            if year and not _YEAR.search(candidate):
                whole = f"{year}年{candidate}" if "月" in candidate else f"{candidate} {year}"
                found = dates.read(whole, language=language, now=now)
                if found.at is not None and found.at <= now + AHEAD:
                    return found
            found = dates.read(candidate, language=language, now=now)
            if found.at is not None and found.at <= now + AHEAD:
                return found
    return Dated(None)


def _candidates(line: str) -> Iterator[str]:
    """Yield what of a line may be its date: all of it, then parts."""
    yield line
    for match in _WITHIN.finditer(line):
        yield match[0]
    bare = _LABEL.sub("", line)
    if bare != line:
        yield bare
    parts = _PARTED.split(bare)
    if len(parts) > 1:
        yield from (part for part in parts[:4] if any(one.isdigit() for one in part))


def of_address(address: str, now: datetime) -> Dated:
    """Return the day that many an address names in its path: /2026/11/22/."""
    match = _IN_ADDRESS.search(urlsplit(address).path)
    if not match:
        return Dated(None)
    try:
        day = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    except ValueError:
        return Dated(None)
    return Dated(day, whole_day=True) if day <= now + AHEAD else Dated(None)


def years(root: Element) -> Mapping[Element, int]:
    """Return for each link the year that the last heading before it named, where one did: an
    archive writes the year once and the day at each entry."""
    found: dict[Element, int] = {}
    year = None
    for element in root.iter():
        if element.tag in _YEARS_STAND_IN or (
            isinstance(element.tag, str) and "year" in (element.get("class") or "").lower()
        ):
            # A heading too long to be a year's is most likely an entry's, and ends no year.
            told = words(element)
            match = _YEAR.search(told) if len(told) <= _LONGEST_YEAR_LINE else None
            year = int(match[0]) if match else year
        if year and element.tag == "a":
            found[element] = year
    return found
