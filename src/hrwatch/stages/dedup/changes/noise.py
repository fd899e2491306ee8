"""Which lines of a page tell when it was touched, how often it was read, who signed it, and nothing
of the story: they change by themselves, and no publisher changed a word.

A line is noise only where every word in it is known to be of that kind: a correction that begins
like a stamp ("Updated: twelve people, not ten …") is none.
"""

import re

from hrwatch import words
from hrwatch.stages.dedup.changes import stamps
from hrwatch.stages.dedup.changes.cutting import Cut

_LONGEST = 160  # code points
_LONGEST_NAME = 6  # words
_FEW_NAMES = 3  # words, where no capital tells a name
_LONGEST_UNSPACED_NAME = 8  # code points
_JOINS = frozenset(("and", "et", "y", "e", "und", "и", "і", "de", "da", "van", "von", "al", "el"))


def _folded(*lists: str) -> frozenset[str]:
    return frozenset(
        word.form for many in lists for one in many.split() for word in words.of_phrase(one)
    )


# Before a colon, or a name: who wrote, who took the picture, under which words it is filed.
_BY = _folded("by par por von di автор аўтар بقلم")
_SIGNS = _folded(
    """by par por von di autor autora автор аўтар yazan text texte texto photo photos foto fotos
    фото image images bild picture credit credits crédit crédito fotografía fotografia источник
    source quelle fuente fonte źródło kaynak بقلم تصوير صورة المصدر عکس منبع reporting editing
    written author authors redaktion редактор корреспондент"""
)
_FILED = _folded(
    """tags tag topics topic categories category keywords filed labels etiquetas etiqueta temas
    mots-clés schlagwörter schlagworte themen теги тэги метки тег мітки тэгі рубрика tagi etiketler
    الوسوم وسوم برچسب برچسب‌ها كلمات كلمات مفتاحية argomenti"""
)
_UNSPACED_SIGNS = (
    "标签", "標籤", "关键词", "關鍵詞", "作者", "编辑", "編輯", "责任编辑", "来源", "來源",
    "摄影", "攝影", "图片", "記者", "记者", "แท็ก", "ภาพ", "ผู้เขียน", "ที่มา",
)  # fmt: skip

_BETWEEN = re.compile(r"\s*[|·•–—/]\s*|\s+-\s+|\s{2,}|(?<=\w)\s*[,،、]\s+")
_SIGNED = re.compile(r"\W{0,3}([^\W\d]{1,20})(?:\s+([^\W\d]{1,12}))?\s*[:：/]?\s*")
_UNIT = re.compile(r"\D+")
_HASH_TAGS = re.compile(r"(?:#[\w-]{1,60}[\s,]*){1,40}")
_RIGHTS = re.compile(r"\W{0,2}(?:©|\(c\)\s)", re.I)


def _vocabulary(*lists: str) -> tuple[frozenset[str], tuple[str, ...]]:
    phrases = [word for many in lists for one in many.split() for word in words.of_phrase(one)]
    whole = frozenset(word.form for word in phrases)
    return whole, tuple(sorted({word.form for word in phrases if word.stem}))


def _phrases(told: str) -> re.Pattern[str]:
    each = sorted({words.plain(one) for one in told.split()}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, each)))


_TELLING_WORDS, _TELLING_STEMS = _vocabulary(stamps.TELLING)
_RELATIVE_WORDS, _ = _vocabulary(stamps.RELATIVE)
_OTHER_WORDS, _OTHER_STEMS = _vocabulary(stamps.COMPANY, stamps.DAYS)
_UNSPACED_TELLS = _phrases(stamps.UNSPACED_TELLING)
_UNSPACED_RELATES = _phrases(stamps.UNSPACED_RELATIVE)
_UNSPACED_REST = _phrases(stamps.UNSPACED_COMPANY)


def is_noise(line: Cut) -> bool:
    """Return whether a line is a stamp, a counter, a signature or a list of tags."""
    told = line.told
    if not 0 < len(told) <= _LONGEST:
        return False
    return (
        _is_stamp(told)
        or _is_signed_stamp(told)
        or _is_signature(line.text.strip())
        or _HASH_TAGS.fullmatch(line.text.strip()) is not None
    )


def is_aside(told: str) -> bool:
    """Return whether a stretch within a line is noise by itself, and could hardly be words of a
    sentence, as "on 3 March", "an hour ago" and "by Mira Okun" could: a counter with its number, a
    stamp that says of what it is one, a signature with its colon."""
    if len(told) > _LONGEST:
        return False
    if any(map(str.isdigit, told)) and _is_stamp(told, alone=False):
        return True
    return any(mark in told for mark in ":：") and _is_signature(told.strip())


def _is_stamp(told: str, *, alone: bool = True) -> bool:
    """Return whether every word tells of times and counts, and one of them of which; `alone`:
    nothing else stands there, so that a mere time will do."""
    rest, phrases = _UNSPACED_TELLS.subn(" ", told)
    tells, relates = phrases > 0, False
    if words.is_unspaced(rest):
        rest, relates_to = _UNSPACED_RELATES.subn(" ", rest)
        relates = relates_to > 0
        rest = _UNSPACED_REST.sub(" ", rest)
    for form, _, _ in words.cut(words.plain(rest)):
        if form[0].isdigit():
            if not _is_number(form):
                return False
        elif form in _TELLING_WORDS or form.startswith(_TELLING_STEMS):
            tells = True
        elif form in _RELATIVE_WORDS:
            relates = True
        elif not (form in _OTHER_WORDS or form.startswith(_OTHER_STEMS)):
            return False
    return tells or (alone and (relates or _is_date(told)))


_DATES = re.compile(
    r"\d{4}[-./年]\s?\d{1,2}[-./月]\s?\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|\d{1,2}:\d\d"
    r"|(?:19|20|25)\d\d|(?:13|14)\d\d"
)


def _is_date(told: str) -> bool:
    """Return whether a line in which every word is of dates holds one."""
    return _DATES.search(told) is not None and any(not one.isdigit() for one in told.split())


def _is_number(form: str) -> bool:
    """Return whether a word that begins with a digit is a number, maybe with its unit: 1.2k, 5min,
    3rd, 14h05."""
    unit = _UNIT.search(form)
    return unit is None or unit[0] in _OTHER_WORDS or unit[0] in _TELLING_WORDS


def _is_signed_stamp(told: str) -> bool:
    """Return whether a line is made of stamps and of names: "Mira Okun | 2 March 2026 | 5 min"."""
    parts = [part for part in _BETWEEN.split(told) if part.strip()]
    others = [part for part in parts if not _is_stamp(part)]
    return (
        0 < len(others) < len(parts)
        and any(letter.isdigit() for letter in told)
        and all(_is_name(part) for part in others)
    )


def _is_signature(told: str) -> bool:
    """Return whether a line names who wrote, who took the picture, or what it is filed under."""
    if _RIGHTS.match(told):
        return True
    for sign in _UNSPACED_SIGNS:
        if told.startswith(sign) and told[len(sign) : len(sign) + 1] in (":", "：", "/"):
            return not _is_sentence(told)
    match = _SIGNED.match(told)
    if match is None:
        return False
    sign = words.fold_word(match[1])
    second = words.fold_word(match[2]) if match[2] else ""
    rest = told[match.end() :]
    if match[0].rstrip().endswith((":", "：", "/")):
        return sign in _FILED or (sign in _SIGNS and not _is_sentence(rest))
    if sign in _BY:
        return _is_name(told[match.end(1) :])
    return sign in _SIGNS and second in _BY and _is_name(rest)


def _is_name(told: str) -> bool:
    """Return whether a stretch could be names: few words, each with a capital where its script has
    some, no figures. Where it has none, only very few."""
    each = told.strip(" .,:").split()
    if not each or any(letter.isdigit() for letter in told):
        return False
    if words.is_unspaced(told):
        return len(told.strip()) <= _LONGEST_UNSPACED_NAME
    if not any(letter.isupper() for letter in told):
        return len(each) <= _FEW_NAMES and not any(letter.islower() for letter in told)
    return len(each) <= _LONGEST_NAME and all(
        not word[0].islower() or word in _JOINS for word in each
    )


def _is_sentence(told: str) -> bool:
    return told.rstrip().endswith((".", "!", "?", "…", "。")) and len(told.split()) > _LONGEST_NAME
