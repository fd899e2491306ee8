"""Chinese, Japanese, Korean and Vietnamese dates put as digits: 2022年11月3日 → 2022-11-3."""

import re

_DAY = re.compile(
    r"(令和)?\s?(\d{1,4}|元)\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일](?!曜)"
)
_CLOCK = re.compile(r"(\d{1,2})\s?[时時點点시](?:\s?(\d{1,2})\s?[分분](?:\s?(\d{1,2})\s?[秒초])?)?")
_WEEKDAY = re.compile(
    "(?:星期|周|週|禮拜)[一二三四五六日天]|[日月火水木金土]曜日?|[월화수목금토일]요일|"
    r"\([日月火水木金土一二三四五六월화수목금토일]\)"
)
_HALVES = ((re.compile("上午|午前|오전"), " am "), (re.compile("下午|午後|오후|晚上"), " pm "))
_VIETNAMESE = re.compile(
    r"(?:ngay\s)?(\d{1,2})\s?,?\s?th(?:an)?g\s(\d{1,2})(?:,\s?|\s)(?:nam\s)?(\d{4})"
)
_SIGNS = re.compile("[\u3000-\u9fff\uac00-\ud7a3]")
_FIRST_OF_REIWA = 2019


def western(told: str) -> str:
    """Given folded words, return them with Eastern dates and times in Western form."""
    if "thg " in told or "thang " in told:
        return _VIETNAMESE.sub(r"\3-\2-\1 ", told)
    if not _SIGNS.search(told):
        return told
    for sign, half in _HALVES:
        told = sign.sub(half, told)
    told = _CLOCK.sub(_clock, _DAY.sub(_day, told))
    return _WEEKDAY.sub(" ", told)


def _day(match: re.Match[str]) -> str:
    reiwa, told, month, day = match.groups()
    year = 1 if told == "元" else int(told)
    if reiwa:
        year += _FIRST_OF_REIWA - 1
    elif told == "元":
        return match[0]
    return f" {year:04}-{month}-{day} " if reiwa or len(told) == 4 else f" {told}/{month}/{day} "  # noqa: PLR2004 - digits


def _clock(match: re.Match[str]) -> str:
    hour, minute, second = match.groups()
    return f" {hour}:{int(minute or 0):02}" + (f":{int(second):02} " if second else " ")
