"""Dates that count from now, as listing pages write them: "2 hours ago", «вчера, 14:05»."""

import re
from datetime import date, datetime, time, timedelta

from hrwatch.stages.parse.dates.names import folded, folded_words

_MINUTE, _HOUR, _DAY, _WEEK = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(weeks=1),
)
# How the words begin; between them stand only a number and a word for "ago".
_UNITS = {
    _MINUTE: "minut min. min мин хвилин хв хвілін dakika dk دقيق دقائق دقیقه",
    _HOUR: "hour hr heure hora ora ore stunde std godzin godz час годин гадзін ساعة ساعات ساعت "
    "saat",
    _DAY: "day jour dia giorn tag dni dzien день дня дней дні днів дзень дзён يوم أيام روز gün",
    _WEEK: "week semaine semana settiman woche tydzien tygodni недел неделю тижд тижн тыдз тыдн "
    "أسبوع أسابيع هفته hafta",
}
_TWO = {_MINUTE: "دقيقتين", _HOUR: "ساعتين", _DAY: "يومين", _WEEK: "أسبوعين"}
_MARKERS = folded_words("ago назад тому таму hace há atrás fa vor temu önce منذ قبل پیش الماضي")
_SINGLE = folded_words(
    "a an one un une una um uma einer einem einen eine одну один адну один bir یک"
)
_NOW = (
    "just now", "now", "только что", "щойно", "толькі што", "à l’instant", "à l'instant",
    "ahora", "ahora mismo", "agora", "agora mesmo", "adesso", "proprio ora", "gerade eben",
    "jetzt", "przed chwilą", "az önce", "şimdi", "الآن", "اکنون", "刚刚", "剛剛", "たった今",
    "방금", "방금 전",
)  # fmt: skip
_DAYS = {
    0: "today сегодня сьогодні сёння aujourd'hui hoy hoje oggi heute dzisiaj dziś dzis bugün "
    "اليوم امروز 今天 今日 오늘",
    1: "yesterday вчера вчора учора hier ayer ontem ieri gestern wczoraj dün أمس دیروز 昨天 昨日 "
    "어제",
    2: "позавчера позавчора пазаўчора avant-hier anteayer anteontem vorgestern przedwczoraj 前天 "
    "一昨日 그저께 پریروز",
}
_FILLING = folded_words("at в о у a à alle alla um as às las o saat ساعت الساعة في ore the uhr")
_EAST = re.compile(
    r"(\d{1,4})\s?(?:(分钟|分鐘|分|분)|(小时|小時|個小時|个小时|時間|시간)|(天|日|일)|(周|週|週間|주))\s?[前전]"
)
_CLOCK = re.compile(r"(\d{1,2})[:h](\d{2})(?::\d{2})?")
_WORD = re.compile(r"[^\s,]+")
_TOO_MANY = 10_000


_BEGINNINGS = {unit: tuple(folded_words(words)) for unit, words in _UNITS.items()}
_PAIRS = {folded(word): unit for unit, word in _TWO.items()}
_AT_ONCE = frozenset(map(folded, _NOW))
_DAYS_BACK = {word: days for days, words in _DAYS.items() for word in folded_words(words)}


def read(told: str, now: datetime) -> tuple[datetime, bool] | None:
    """Given folded words, return when that was and whether it is a day only; None where they do
    not count from now. Months and years ago are no day: None."""
    told = told.replace("’", "'").strip(" .!")
    if told in _AT_ONCE:
        return _to_the_minute(now), False
    if east := _EAST.fullmatch(told):
        unit = (_MINUTE, _HOUR, _DAY, _WEEK)[(east.lastindex or 2) - 2]
        return _back(int(east[1]), unit, now)
    words = _WORD.findall(told.replace("il y a", "ago"))
    return _ago(words, now) or _on_a_day(words, now)


def _ago(words: list[str], now: datetime) -> tuple[datetime, bool] | None:
    rest = [word for word in words if word not in _MARKERS]
    if len(rest) != len(words) - 1 or not 1 <= len(rest) <= 2:  # noqa: PLR2004 - a number, a unit
        return None
    *number, name = rest
    if not number and name in _PAIRS:
        return _back(2, _PAIRS[name], now)
    unit = next((unit for unit, begin in _BEGINNINGS.items() if name.startswith(begin)), None)
    count = 1 if not number or number[0] in _SINGLE else _number(number[0])
    return None if unit is None or count is None else _back(count, unit, now)


def _on_a_day(words: list[str], now: datetime) -> tuple[datetime, bool] | None:
    rest = [word for word in words if word not in _FILLING]
    if not rest or rest[0] not in _DAYS_BACK or len(rest) > 2:  # noqa: PLR2004 - day and time
        return None
    day = now.date() - timedelta(days=_DAYS_BACK[rest[0]])
    if len(rest) == 1:
        return _midnight(day, now), True
    clock = _CLOCK.fullmatch(rest[1])
    try:
        told = time(int(clock[1]), int(clock[2])) if clock else None
    except ValueError:
        told = None
    return None if told is None else (datetime.combine(day, told, now.tzinfo), False)


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and int(word[:6]) < _TOO_MANY else None


def _back(count: int, unit: timedelta, now: datetime) -> tuple[datetime, bool]:
    then = now - count * unit
    if unit >= _DAY:
        return _midnight(then.date(), now), True
    return _to_the_minute(then), False


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(0), now.tzinfo)


def _to_the_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
