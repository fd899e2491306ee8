"""Check digits of identity numbers: each says whether digits can be one, by its country's rule."""

from collections.abc import Sequence
from datetime import date

_LETTERS_OF_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_LETTERS_OF_CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
_IBAN_LENGTHS = range(15, 35)


def luhn(digits: str) -> bool:
    """Bank cards (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of its two digits
    return total % 10 == 0


def iban(code: str) -> bool:
    """Bank accounts (ISO 13616): what letters and digits stand for leaves 1 modulo 97."""
    if len(code) not in _IBAN_LENGTHS or not code.isascii():
        return False
    turned = code[4:] + code[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def cpf(digits: str) -> bool:
    """Brazil, persons: 11 digits."""
    return len(set(digits)) > 1 and all(
        digits[at] == str(_weighed(digits[:at], range(at + 1, 1, -1)) * 10 % 11 % 10)
        for at in (9, 10)
    )


def cnpj(digits: str) -> bool:
    """Brazil, organisations: 14 digits."""
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    return len(set(digits)) > 1 and all(
        digits[at] == str(_weighed(digits[:at], weights[13 - at :]) * 10 % 11 % 10)
        for at in (12, 13)
    )


def dni(digits: str, letter: str) -> bool:
    """Spain: 8 digits, or 7 behind X, Y or Z, which stand for 0, 1 and 2."""
    return _LETTERS_OF_DNI[int(digits) % 23] == letter


def curp(code: str) -> bool:
    """Mexico: 18 letters and digits."""
    total = sum(
        _LETTERS_OF_CURP.index(letter) * weight
        for letter, weight in zip(code[:17], range(18, 1, -1), strict=True)
    )
    return code[17] == str(-total % 10)


def inn(digits: str) -> bool:
    """Russia, taxpayers: 12 digits."""
    one = _weighed(digits[:10], (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    two = _weighed(digits[:11], (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    return digits[10:] == f"{one}{two}"


def iin(digits: str) -> bool:
    """Kazakhstan: 12 digits that begin with a birthday."""
    if not _is_day(digits[:6]):
        return False
    found = _weighed(digits[:11], range(1, 12)) % 11
    if found == 10:  # noqa: PLR2004 - the rule's own second try
        found = _weighed(digits[:11], (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return digits[11] == str(found)


def kimlik(digits: str) -> bool:
    """Turkey: 11 digits."""
    values = [int(digit) for digit in digits]
    tenth = (sum(values[0:9:2]) * 7 - sum(values[1:8:2])) % 10
    return values[0] != 0 and values[9] == tenth and values[10] == sum(values[:10]) % 10


def snils(digits: str) -> bool:
    """Russia, insured persons: 11 digits."""
    return int(digits[9:]) == _weighed(digits[:9], range(9, 0, -1)) % 101 % 100


def resident(code: str) -> bool:
    """China: 17 digits, of which eight are a birthday, and a digit or X (GB 11643-1999)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    expected = "10X98765432"[_weighed(code[:17], weights) % 11]
    return _is_day(code[8:14]) and code[17] == expected


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _is_day(digits: str) -> bool:
    """Say whether six digits are a day as YYMMDD; in which century does not matter."""
    try:
        date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return False
    return True
