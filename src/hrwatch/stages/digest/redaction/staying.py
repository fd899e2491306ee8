"""What looks like a telephone number and is none: dates, years, figures, money, and the numbers of
laws, cases and resolutions. A monitor needs them."""

import re

from hrwatch.stages.digest.redaction import vocabulary
from hrwatch.stages.digest.redaction.letters import DOT, HYPHEN, LETTER, SPACE, behind, words

# Of our calendar; of Iran's and the Hijra's, of Thailand's.
_YEAR = r"(?:1[89]\d\d|20\d\d|1[34]\d\d|25[5-9]\d)"
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]?\d|2[0-3])[.:][0-5]\d"
_DATE = (
    rf"(?:{_YEAR}(?P<a>[-./{DOT}]){_MONTH}(?P=a){_DAY}"
    rf"|(?:{_DAY}[{HYPHEN}])?{_DAY}(?P<b>[-./{DOT}][ ]?| ){_MONTH}(?P=b){_YEAR}"
    rf"|{_MONTH}/{_DAY}/{_YEAR}"
    rf"|{_DAY}(?P<c>[-./{DOT}]){_MONTH}(?P=c)\d\d)"
)


def _once(pattern: str, mark: str) -> str:
    """Return a pattern whose groups have names of their own, so that it may stand twice."""
    return re.sub(r"\(\?P([<=])([abc])", rf"(?P\g<1>\g<2>{mark}", pattern)


def _when(mark: str) -> str:
    return rf"(?:{_once(_DATE, mark)}|{_TIME}|{_YEAR})"


_YEARS = rf"{_YEAR}[/{HYPHEN}]\d\d"
_PARTED = rf"[{SPACE}]?[{HYPHEN}]?[{SPACE}]?"
_MOMENTS = re.compile(
    rf"{_when('1')}(?:{_PARTED}{_when('2')})?(?:{_PARTED}{_when('3')})?(?:{_PARTED}{_when('4')})?"
    rf"(?:[{SPACE}]\d\d)?"  # 2026-11-21 16
    rf"|{_YEAR}(?:[{SPACE}{DOT}./{HYPHEN}]{{1,3}}{_YEAR}){{1,3}}|{_YEARS}[{SPACE}]{_YEARS}"
)
_WHOLE_DATE = re.compile(
    rf"(?<!\d)(?:{_YEAR}(?P<a>[-./]){_MONTH}(?P=a){_DAY}|{_DAY}(?P<b>[-./]){_MONTH}(?P=b){_YEAR})(?!\d)"
)
_OF_A_TIME = 2  # digits: those of the hour, where a colon parts it from its minutes
_GROUPED = rf"[1-9]\d?(?:[{SPACE}.]\d{{3}}){{1,4}}"
_ROUND = rf"[1-9]\d{{0,2}}(?:[{SPACE}.]\d{{3}}){{1,3}}[{SPACE}.]000"
_THOUSANDS = rf"[1-9]\d{{0,2}}(?:[{SPACE}.]\d{{3}}){{0,3}}"
_PLAINLY = re.compile(rf"[1-9]\d{{0,2}}(?:[{SPACE}.]\d{{3}}){{0,2}}[{SPACE}.]000")
_FIGURE = re.compile(
    rf"[1-9]\d?(?:[{SPACE}.]\d{{3}}){{2,4}}"  # 1 234 567
    rf"|{_ROUND}"  # 120 000 000
    r"|[1-9]\d{0,3}0{5,9}"  # 1500000
    rf"|\d{{1,4}}\.\d{{1,2}}[{SPACE}]?\(\d{{1,3}}(?:\.\d)?"  # 104.09 (75 per cent
    rf"|[1-9]\d{{0,3}}\.\d\d(?:[{SPACE}][1-9]\d{{0,3}}\.\d\d){{1,6}}"  # 12.89 12.85
    rf"|{_THOUSANDS}[{SPACE}]?[{HYPHEN}][{SPACE}]?{_THOUSANDS}(?<=000)"  # 25-30 000
    rf"|(?:{_GROUPED}|{_ROUND}|[1-9]\d{{2,4}})[{SPACE}]?[{HYPHEN}][{SPACE}]?"  # 12 000 - 15 000
    rf"(?:{_GROUPED}|{_ROUND}|[1-9]\d{{1,4}}00)"
)
_REFERENCE = re.compile(
    rf"\d{{1,5}}[{SPACE}]?\({_YEAR}"  # resolution 2334 (2016
    rf"|\d{{2,6}}/(?:\d\d|{_YEAR})"  # application 12345/18, communication 2345/2014
    r"|[1-9]\d\d/\d{3,6}/\d\d"  # case 757/21651/24
    rf"|{_YEAR}/\d{{1,6}}(?:/\d{{1,4}})?"
    rf"|\d{{1,3}}[{HYPHEN}]\d{{1,6}}/(?:\d\d|{_YEAR})"  # case 2-1234/2026
)
_CITED = re.compile(
    behind(words(vocabulary.CITED, vocabulary.CITED_STEMS, vocabulary.CITED_TOUCHING)) + "$",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(
    rf"(?:[{vocabulary.CURRENCY_SIGNS}]|(?<![{LETTER}])(?:{vocabulary.CURRENCIES}))"
    rf"[{SPACE}.]{{0,2}}$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"[{SPACE}]?(?:[{vocabulary.CURRENCY_SIGNS}]|{vocabulary.COUNTED}"
    rf"|(?:{vocabulary.CURRENCIES})(?![{LETTER}]))",
    re.IGNORECASE,
)


# Calling codes (ITU-T E.164) whose numbers have eleven digits with the code, and twelve: where they
# are eight, nine or ten digits long. Russia's and Belarus's 8 is the trunk's.
_CALLED = re.compile(
    r"(?:1[2-9]|7[3-9]|8[03-9])\d{9}"
    r"|(?:2[07]|3[0-469]|4[013-9]|5[124-8]|6[0-46]|8[124]|9[0-58])\d{9,10}"
    r"|(?:22[2-9]|23[2567]|24[02]|257|26[6-9]|35[0247]|37[0-4]|38[23679]|50[1-79]|59[1589]|85[235]|96[158]"
    r"|97[3-6]|993)\d{8}"
    r"|(?:21[1-8]|22[15]|23[37]|24[02-59]|25[0-24-68]|26[013-5]|35[1359]|37[56]|38[015]|42[01]|59[35]"
    r"|85[56]|886|96[2-467]|97[0-2]|99[24-68])\d{9}"
)
_PARTS, _PARTS_OF_A_CASE = re.compile(r"\d+"), 3
_COUNT = rf"(?:[1-9]\d{{0,11}}|[1-9]\d{{0,2}}(?:[{SPACE}.]\d{{3}}){{1,4}})(?:\.\d{{1,4}})?"
_COUNTABLE = re.compile(
    rf"(?:{_YEAR}[{SPACE}])?{_COUNT}(?:[{SPACE}]?[{HYPHEN}][{SPACE}]?{_COUNT})?"
)


def is_moment(number: str) -> bool:
    """Say whether it is dates, years or times."""
    if _MOMENTS.fullmatch(number):
        return True
    left, dates = _WHOLE_DATE.subn("", number)  # (14.01.2026) 14.01.2026
    return dates > 0 and number[0] not in "+＋" and sum(map(str.isdigit, left)) <= _OF_A_TIME


def is_counted(text: str, start: int, end: int) -> bool:
    """Say whether what stands beside a number says that it counts people, things or money, or it is
    a round figure."""
    if not _COUNTABLE.fullmatch(text, start, end):
        return False
    if _PLAINLY.fullmatch(text, start, end):
        return True
    before = text[max(0, start - 6) : start]
    return bool(_COUNTED.match(text, end)) or _MONEY_BEFORE.search(before) is not None


def is_called(number: str) -> bool:
    """Say whether a number has eleven or twelve digits, of which the first are a country's calling
    code: it is rather a telephone number than a case or a law."""
    return _CALLED.fullmatch(re.sub(r"\D", "", number)) is not None


def stays(text: str, start: int, end: int) -> bool:
    """Given a number of seven digits or more, say whether it is to be shown."""
    number = text[start:end]
    if is_moment(number) or _FIGURE.fullmatch(number) or _REFERENCE.fullmatch(number):
        return True
    if is_counted(text, start, end):
        return True
    is_plain = number[0] not in "+＋(0" and " " not in number
    may_be_called = number.isdigit() or len(_PARTS.findall(number)) > _PARTS_OF_A_CASE
    if not is_plain or (may_be_called and is_called(number)):
        return False
    return _CITED.search(text[max(0, start - 60) : start]) is not None
