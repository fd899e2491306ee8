"""What months, days of the week and zones are called, and in which order a language writes the
parts of a date. The names come from CLDR by tools/build_dates.py, and from the lists below."""

import csv
import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import NamedTuple

from hrwatch import text

# Arabic letters that one writer sets with hamza, dots or marks and the next one without.
_LETTERS = str.maketrans(
    dict.fromkeys("أإآٱ", "ا")
    | dict.fromkeys("يىئے", "ی")
    | dict.fromkeys("ةۀۂہھ", "ه")
    | {"ك": "ک", "ؤ": "و"}
)
_SILENT = re.compile(
    "[\u00ad\u061c\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)
_DASHES = str.maketrans("‐‑‒–—−", "------")

# How feeds and pages shorten the names beyond what CLDR has.
_MORE_MONTHS = {
    1: "en:janu ru:янв es:ene fr:janv it:genn pl:stycz",
    2: "en:febr ru:февр uk:лют es:febr fr:fevr,fev de:febr pl:luty",
    3: "ru:мар,мрт uk:берез be:сак de:mrz,maerz",
    4: "ru:апр uk:квіт be:крас",
    5: "ru:май uk:трав be:мая,май",
    6: "en:june ru:июн,июнь uk:черв fr:juin",
    7: "en:july ru:июл,июль uk:лип fr:juill,juil",
    8: "ru:авг uk:серп fr:aout es:agto",
    9: "en:sept ru:сен,сент uk:вер es:set,setiembre,sept pt:set,sept fr:sept",
    10: "en:octo ru:окт uk:жовт pl:pazdz",
    11: "ru:ноя,нояб uk:лист",
    12: "ru:дек uk:груд es:dic,dicbre",
}
_MORE_WEEKDAYS = {
    0: "es:lun it:lun fr:lun ru:пн pt:seg tr:pzt",
    1: "en:tues es:mar it:mar fr:mar ru:вт pt:ter",
    2: "en:weds es:mie it:mer fr:mer ru:ср pt:qua",
    3: "en:thur,thurs es:jue it:gio fr:jeu ru:чт pt:qui",
    4: "es:vie it:ven fr:ven ru:пт pt:sex",
    5: "es:sab it:sab fr:sam ru:сб pt:sab",
    6: "es:dom it:dom fr:dim ru:вс pt:dom",
}
# Hours, or hours and minutes, ahead of UTC. What means several zones (IST: India, Ireland,
# Israel) is here with nothing: then it is as if no zone were given. RFC 822 gives the American
# ones their meaning.
_ZONES = """
    utc:0 gmt:0 ut:0 z:0 wet:0 west:1 cet:1 cest:2 met:1 mest:2 mez:1 mesz:2 eet:2 eest:3
    msk:3 msd:4 мск:3 trt:3 est:-5 edt:-4 cst:-6 cdt:-5 mst:-7 mdt:-6 pst:-8 pdt:-7 akst:-9
    akdt:-8 hst:-10 brt:-3 brst:-2 art:-3 cot:-5 pet:-5 vet:-4 clt:-4 clst:-3 jst:9 kst:9 hkt:8
    sgt:8 myt:8 pht:8 ict:7 wib:7 wita:8 wit:9 npt:5:45 aft:4:30 irst:3:30 irdt:4:30 eat:3 cat:2
    wat:1 sast:2 aest:10 aedt:11 acst:9:30 acdt:10:30 awst:8 nzst:12 nzdt:13
    ist: bst: ast: adt: gst: amt: ect: sst: wst: pkt:5 nst: ndt: uzt:5 almt:5 get:4 azt:4
"""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one kind: what each may mean, and in which languages."""

    meanings: Mapping[str, Mapping[int, frozenset[str]]]

    def among(self, word: str, language: str) -> frozenset[int]:
        """Return what a folded word may mean; in `language`, where that one has the word."""
        found = self.meanings.get(word)
        if not found:
            return frozenset()
        told = frozenset(value for value, languages in found.items() if language in languages)
        return told or frozenset(found)

    def has(self, word: str, language: str) -> bool:
        """Say whether a language has a folded word."""
        return any(language in languages for languages in self.meanings.get(word, {}).values())


class Tables(NamedTuple):
    """All that is read from the data file."""

    months: Names
    weekdays: Names
    orders: Mapping[str, str]  # by language or language-TERRITORY: DMY, MDY or YMD
    phrases: re.Pattern[str]  # names of several words


def folded(words: str) -> str:
    """Return words as they are compared: case, marks, kinds of dashes and of digits put aside."""
    plain = _SILENT.sub("", text.fold(words)).translate(_LETTERS).translate(_DASHES)
    if plain.isascii():
        return plain
    return "".join(
        str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in plain
    )


# The months of Iran and, second, of Afghanistan.
JALALI_MONTHS = {
    folded(name): number
    for number, names in enumerate(
        (
            "فروردین حمل", "اردیبهشت ثور", "خرداد جوزا", "تیر سرطان", "مرداد اسد امرداد",
            "شهریور سنبله", "مهر میزان", "آبان عقرب", "آذر قوس", "دی جدی", "بهمن دلو",
            "اسفند حوت",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def folded_words(words: str) -> frozenset[str]:
    """Return the words between spaces, folded."""
    return frozenset(map(folded, words.split()))


@functools.cache
def zones() -> Mapping[str, timedelta]:
    """Return the zones that are known by name."""
    found = {}
    for one in _ZONES.split():
        name, _, offset = one.partition(":")
        hours, _, minutes = offset.partition(":")
        found[folded(name)] = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return found


@functools.cache
def tables() -> Tables:
    """Return the names and orders; the file is read once a process, when first asked for."""
    kinds: dict[str, dict[str, dict[int, set[str]]]] = {
        kind: defaultdict(lambda: defaultdict(set)) for kind in ("month", "weekday")
    }
    orders = {}
    file = resources.files("hrwatch.stages.parse.dates").joinpath("data", "names.csv")
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["kind"] == "order":
                orders[row["name"]] = row["value"]
            else:
                kinds[row["kind"]][row["name"]][int(row["value"])].update(row["languages"].split())
    for kind, more in (("month", _MORE_MONTHS), ("weekday", _MORE_WEEKDAYS)):
        for value, told in more.items():
            for group in told.split():
                language, _, names = group.partition(":")
                for name in names.split(","):
                    kinds[kind][folded(name)][value].add(language)
    long = [name for names in kinds.values() for name in names if " " in name]
    phrases = re.compile(
        rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, long), reverse=True))})(?!\w)"
    )
    return Tables(_frozen(kinds["month"]), _frozen(kinds["weekday"]), orders, phrases)


def _frozen(names: Mapping[str, Mapping[int, set[str]]]) -> Names:
    return Names(
        {
            name: {value: frozenset(languages) for value, languages in found.items()}
            for name, found in names.items()
        }
    )


# Before and after noon, where they stand behind the time.
BEFORE = folded_words("ص صباحا öö πμ пп")
AFTER = folded_words("م مساء ös μμ дп")
# What stands between the parts of a date, or before it, and says nothing.
FILLERS = folded_words(
    "of the at on in published posted updated date time dated de del d di a à au le la las los "
    "gada թ ж د om el il em às as al alle ore ora publié publicado pubblicato um uhr am den der "
    "vom veröffentlicht o dnia r roku godz opublikowano г год года в о об ў у час опубликовано "
    "дата добавлено р рік року опубліковано saat tarihinde klo kl kello dne et i ja h hs hrs "
    "m م في الساعة ساعة ساعت و مورخ به تاریخ سال نشر النشر تاريخ هـ ه "
    "ش เวลา น พศ คศ ที่ lúc"
)
