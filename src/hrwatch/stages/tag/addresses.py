"""Contact lines and postal addresses at the foot of a release: where a publisher can be reached is
no topic. A short line is one when a telephone number, an e-mail address, a postcode or a word such
as "Contact:" stands in it."""

import re
from collections.abc import Iterator

_SHORTEST, _LONGEST = 12, 200  # code points of a line; longer ones are paragraphs
_SIGN = re.compile(
    r"""@[\w-]+\.\w
    | \b(?i:tel|phone|fax|mobile|whatsapp|tél|тел)\b[.:\s]*\+?[\d(]
    | \+\d[\d\s().-]{7,}
    | \b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b                       # WC1X 0DW
    | \b[A-Z]{2}\s\d{5}\b                                        # DC 20001
    | \b(?:P\.?\s?O\.?\sBox|Postfach|Casilla|Apartado|C\.?P\.?)\s\d
    | ^\s*(?i:(?:press\ |media\ )?contacts?|address|contact\ presse|contacto|contato
        |(?:presse)?kontakt|adres|iletişim|контакты?|адрес|контакти|адреса|للتواصل|تماس)\s*:
    """,
    re.VERBOSE,
)


def contact_lines(text: str) -> Iterator[tuple[int, int]]:
    """Given a text, yield where its contact lines begin and end, in code points; a title or a
    summary of one line is the foot of nothing, whatever number stands in it."""
    if "\n" not in text:
        return
    end = -1
    for line in text.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        if _SHORTEST <= len(line) <= _LONGEST and _SIGN.search(line):
            yield start, end
