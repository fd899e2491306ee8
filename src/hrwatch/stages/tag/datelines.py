"""Where a release or a wire story says from where it is sent: that place is no topic.

"OTTAWA -" opens a story on China and "(Beirut) –" one on Syria. Such a dateline is still the last
thing to go by when nothing else in the text names a country. A wire's, with month and day, says
where it happened.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

from hrwatch.stages.tag.tokens import Tokens

_MOST_WORDS = 12
_MOST_WORDS_BARE = 2
_DASH = r"\s*(?:[–—―]|--?(?=\s)|(?<=[A-ZÀ-ÞА-Я.])-|\u0640(?=\s))"
_PLACE = r"[^\W\d_][^\n()–—―:;!?]{1,50}?"
_MONTH = "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DATELINE = re.compile(
    rf"""\s*(?:
    (?P<seat>\([^()\n]{{2,60}}\) | {_PLACE}\s*\([^()\n]*\d{{4}}[^()\n]*\)){_DASH}
    | (?P<wire>{_PLACE},\s*{_MONTH}\w*\.?\s*\d{{1,2}}){_DASH}
    | {_PLACE}\s*\([^()\n]{{2,30}}\)\.?{_DASH}
    | {_PLACE}{_DASH}
    )""",
    re.VERBOSE,
)
_DAY = r"\d{1,2}\s+[^\W\d_]{3,12}\.?"
# "МИНСК, 12 июня. Агентство." and "新华社北京3月3日电": no dash, but a day.
_WITHOUT_DASH = re.compile(
    rf"""\s*(?:
    [^\W\d_]+(?:[ -][^\W\d_]+){{0,2}}[.,]\s*{_DAY}(?:\s*\d{{4}})?
        (?:[.,]|\s*\([^()\n]{{2,30}}\)\.?)(?:\s*[^\W\d_]{{2,12}}\.)?
    | [（(【]?[^\s，。：；）】]{{2,24}}?\d{{1,2}}(?:月\d{{1,2}})?日[电電讯訊]\s*[）)】]?
    )""",
    re.VERBOSE,
)
_LOOKED_AT = 160


@dataclass(frozen=True, slots=True)
class Dateline:
    """The words at the head of a text that say from where it comes."""

    words: int  # that are no topic
    seat: bool  # written as organisations do, from where they sit: "(Geneva, 3 May 2026) –"
    wire: int = 0  # words of a wire's dateline: "MINSK, March 2 -" is where it happened


def dateline(tokens: Tokens) -> Dateline:
    """Given the words of a text, return its dateline, of no words if it has none."""
    head = tokens.text[:_LOOKED_AT]
    if dated := _WITHOUT_DASH.match(head):
        return Dateline(bisect_left(tokens.starts, dated.end()), False)
    match = _DATELINE.match(head)
    if match is None or head.lstrip()[:1].islower():
        return Dateline(0, False)
    words = bisect_left(tokens.starts, match.end())
    if match["wire"]:
        return Dateline(0, False, words)
    plain = match[0].strip(" -–—―\n\t")
    # A bare "Word – " may open a sentence; a dateline of that sort is short or in capitals.
    bare = not any(sign in plain for sign in "(,.") and not plain.isupper()
    if words > _MOST_WORDS or (bare and len(plain.split()) > _MOST_WORDS_BARE):
        return Dateline(0, False)
    return Dateline(words, match["seat"] is not None)
