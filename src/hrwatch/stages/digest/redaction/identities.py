"""Numbers by which a state or a bank knows somebody: by their form and check digits, wherever they
stand; and the words behind which any number is one."""

import re
from collections.abc import Callable, Iterator

from hrwatch.stages.digest.redaction import checks, vocabulary
from hrwatch.stages.digest.redaction.letters import HYPHEN, LETTER, SPACE, behind, words

_BEFORE, _AFTER = rf"(?<![{LETTER}\d])", rf"(?![{LETTER}\d])"
# Letters of passports are written in Cyrillic that looks like Latin, too.
_CAPITAL = "[A-ZА-ЯІЇЄҐЁЎ]"


def _always(_: str) -> bool:
    return True


def _is_dni(code: str) -> bool:
    plain = code.translate(str.maketrans("XYZ", "012", "")) if code[0] in "XYZ" else code
    return checks.dni(plain[:-1], code[-1])


# What a number looks like, and what its letters and digits, in capitals, have to satisfy.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = tuple(
    (re.compile(rf"{_BEFORE}{form}{_AFTER}", flags), satisfies)
    for form, flags, satisfies in (
        (
            rf"[A-Z]{{2}}\d\d(?:[{SPACE}{HYPHEN}]?[A-Z0-9]{{4}}){{2,7}}"
            rf"(?:[{SPACE}{HYPHEN}]?[A-Z0-9]{{1,4}})?",
            0,
            checks.iban,
        ),
        (r"[A-Z]{2}\d\d[A-Z0-9]{11,30}", re.I, checks.iban),
        (r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", re.I, checks.curp),
        # Mexico, taxpayers that are people: four letters, a date, two signs and a check digit
        (
            r"[A-ZÑ]{4}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[A-Z0-9]{2}[0-9A]",
            re.I,
            _always,
        ),
        (
            rf"(?:\d{{8}}|\d\d\.\d{{3}}\.\d{{3}}|[XYZ][{HYPHEN}]?\d{{7}})[{HYPHEN} ]?[A-Z]",
            re.I,
            _is_dni,
        ),
        (r"\d{17}[\dXХ]", re.I, lambda code: checks.resident(code.replace("Х", "X"))),
        (rf"\d{{3}}\.\d{{3}}\.\d{{3}}[{HYPHEN}]\d\d", 0, checks.cpf),
        (rf"\d\d\.\d{{3}}\.\d{{3}}/\d{{4}}[{HYPHEN}]\d\d", 0, checks.cnpj),
        (rf"\d{{3}}[{HYPHEN}]\d{{3}}[{HYPHEN}]\d{{3}}[{SPACE}{HYPHEN}]\d\d", 0, checks.snils),
        (rf"\d{{7}}{_CAPITAL}\d{{3}}{_CAPITAL}{{2}}\d", 0, _always),  # Belarus, personal number
        (rf"{_CAPITAL}{{1,2}}\d{{7,9}}", 0, _always),  # passports of many states
        (rf"\d{{8}}[{HYPHEN}]\d{{5}}", 0, _always),  # Ukraine, register of persons
    )
)
# Digits in one piece that satisfy a rule which few other numbers satisfy. Of ten digits (Russian
# and Ukrainian taxpayers, Iran) one telephone number in eleven satisfies it, and either goes.
_PLAIN: dict[int, tuple[Callable[[str], bool], ...]] = {
    11: (checks.cpf, checks.kimlik),
    12: (checks.inn, checks.iin),
    14: (checks.cnpj, checks.luhn),
    **dict.fromkeys((13, 15, 16, 17, 18, 19), (checks.luhn,)),
}
_GROUPS = re.compile(rf"\d{{4}}(?:[{SPACE}{HYPHEN}]\d{{4}}){{2,3}}(?:[{SPACE}{HYPHEN}]\d{{1,4}})?")
_WORDS = words(vocabulary.IDENTITY, vocabulary.IDENTITY_STEMS, vocabulary.IDENTITY_TOUCHING)
# The letters of a series may stand between: "паспорт МР 1234567".
_BEHIND = re.compile(
    rf"{behind(_WORDS)}(?P<series>(?<![{LETTER}])[{LETTER}]{{1,4}}(?:[{SPACE}]?№[{SPACE}]?|[{SPACE}{HYPHEN}]?))?$",
    re.IGNORECASE,
)
# Mexico's taxpayers have letters before the digits; without them it is a standard, "RFC 2047-1".
_STANDARD = re.compile(rf"(?<![{LETTER}])rfc[\W_]{{0,3}}$", re.IGNORECASE)
_SECOND = re.compile(rf"[{SPACE}]?(?:№|n[o°º]\.?|номер)[{SPACE}]?\d{{3,12}}", re.IGNORECASE)
_GLUED = re.compile(rf"[{HYPHEN}]?[{LETTER}\d]{{1,12}}")
_LEAST = 5  # digits: a year has four


def find(text: str) -> Iterator[tuple[int, int]]:
    """Give where numbers stand that their form tells, in no order."""
    for pattern, satisfies in _FORMS:
        for match in pattern.finditer(text):
            code = re.sub(r"[\W_]", "", match[0]).upper()
            if satisfies(code):
                yield match.span()


def is_one(number: str) -> bool:
    """Say whether digits, alone or in the groups of a bank card, satisfy the rule of a state or
    a bank."""
    if not (number.isdigit() or _GROUPS.fullmatch(number)):
        return False
    digits = re.sub(r"\D", "", number)
    return any(satisfies(digits) for satisfies in _PLAIN.get(len(digits), ()))


def behind_word(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Given where a number stands, return where all of it does, its letters and second part
    included, if a word before it says that it is one; else None."""
    before = text[max(0, start - 60) : start]
    match = _BEHIND.search(before)
    if match is None or (text[start].isdigit() and _STANDARD.search(before)):
        return None
    first = start - len(match["series"] or "")
    for more in (_GLUED, _SECOND, _GLUED):
        if found := more.match(text, end):
            end = found.end()
    digits = sum(letter.isdigit() for letter in text[first:end])
    has_letters = any(letter.isalpha() for letter in text[first:end])
    return (first, end) if digits >= _LEAST - has_letters else None
