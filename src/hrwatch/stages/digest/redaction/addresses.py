"""E-mail addresses, as they are and as people disguise them."""

import re
from collections.abc import Iterator

from hrwatch.stages.digest.redaction.letters import JOINERS

_LOCAL = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}"
_ENTITY = "&(?:#0{0,5}64|#x0{0,5}40|commat);"
_AT = f"(?:@|＠|﹫|{_ENTITY}|%40)"
_SIGN = rf"(?:[{JOINERS}]{{0,2}}{_AT}[{JOINERS}]{{0,2}})"
_BRACKETED = (
    r"\s?[\[({<]{1,2}\s?(?:at|a|@|arroba|arobase|ät|собака|собачка|kukac|آت|at sign)\s?"
    r"[\])}>]{1,2}\s?"
)
_DOT = (
    r"(?:[.。．]|&(?:#0{0,5}46|#x0{0,5}2e|period);"
    r"|\s?[\[({<]\s?(?:dot|\.|d|punto|ponto|point|punkt|точка|нокта)\s?[\])}>]\s?)"
)
_ADDRESS = re.compile(
    rf"{_LOCAL}(?:{_SIGN}|{_BRACKETED})[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,6}}", re.IGNORECASE
)
# In words alone, which also stand in ordinary sentences: so only before an ending of the network.
_ENDING = (
    r"(?:com|org|net|info|edu|gov|int|news|media|press|ngo|io|me|ru|by|ua|kz|uz|ir|tr|cn|mx|br|es|fr"
    r"|de|uk|eu|pl|lt|lv|ee|ge|am|az|eg|sy|lb|iq|in|pk|ph|mm|th|vn|рф|бел|укр|ру|ком|орг|нет)"
)
_SPELLED = tuple(
    re.compile(
        rf"[\w.+-]{{1,64}}\s{at}\s[\w-]{{1,63}}(?:(?:\s{dot}\s|\.)[\w-]{{1,63}}){{0,4}}?"
        rf"\s{dot}\s{_ENDING}(?!\w)",
        re.IGNORECASE,
    )
    for at, dot in (
        ("(?:at|ät)", "(?:dot|punkt)"),
        ("(?:arroba|arobase)", "(?:punto|ponto|point)"),
        ("(?:собака|собачка)", "точка"),
    )
)
# "CPU @ 2.30GHz" is none, and "see @some.body" neither.
_SPACED = re.compile(
    rf"{_LOCAL}(?:\s{_AT}\s[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,5}}{_DOT}[^\W\d_]{{2,24}}"
    rf"|(?:\s{_AT}|{_AT}\s)[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,5}}{_DOT}{_ENDING})(?!\w)",
    re.IGNORECASE,
)
_HINT = re.compile(
    rf"[@＠﹫]|{_ENTITY}|%40|\bat\b|[\[({{<]\s?a\s?[\])}}>]|arroba|arobase|\bät\b|собак|собач"
    r"|kukac|آت",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[tuple[int, int]]:
    """Give where addresses begin and end, in order; none where nothing hints at one."""
    if not _HINT.search(text):
        return
    end = 0
    found = sorted(
        match.span() for one in (_ADDRESS, _SPACED, *_SPELLED) for match in one.finditer(text)
    )
    for first, last in found:
        if first >= end:
            yield first, last
            end = last
