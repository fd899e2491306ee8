"""A text without what stands around a story: buttons, menus, notices, signposts to other stories,
the desk's telephone, what is there twice. The step between extract and tag; what it leaves is what
is stored and what is tagged.

Whole lines go, never words out of one, and a line goes only for a reason that it gives by itself or
by the lines next to it. Time is linear in the text, and the result of a second run is the same.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hrwatch import text
from hrwatch.stages.extract import boilerplate

# Code points. A longer line is a paragraph, and paragraphs tell something.
_LONGEST_LINE = 300
_LONGEST_NOTICE = 600  # on cookies: lawyers write them
_LONGEST_BUTTON = 80
_LONGEST_INVITATION = 180
_LONGEST_BYLINE = 60
_LONGEST_SIGNPOST = 200
_LONGEST_RIGHTS = 60  # without a year or a ©
_LONGEST_CONTACT = 120
_CONTACT_LINES = 12  # blank ones too
_PASSES = 8  # what goes brings others next to each other; a clean text takes one
_HEAD = 3  # lines among which a byline is looked for
_PARAGRAPH = 200  # from here on, a line that was there before is the same paragraph again
_SENTENCE = 40  # the same, where it stands among the next lines
_NEARBY = 3
_SAME_HALVES = 20  # of a title: "New York, New York" is a title

_COPYRIGHT = re.compile(
    r"\W{0,5}(?:©|\(c\)\s?(?:19|20)\d\d|copyright\s*(?:©|\(c\)|(?:19|20)\d\d))", re.I
)
_YEAR = re.compile(r"©|\(c\)|\b(?:19|20)\d\d\b", re.I)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(r"\b\d{3}[-. ]\d{3}[-. ]\d{4}\b|(?:\+|\(0|\b00?)\d?[\d\s().–-]{6,24}\d")
_NUMBERED = re.compile(
    r"\W{0,5}(?:tel|phone|telephone|fax|mob|mobile|cell|e-?mail|whatsapp|signal|tél|téléphone"
    r"|courriel|teléfono|correo|telefone|telefon|handy"
    r"|тел|телефон|эл\. почта|пошта|هاتف|البريد|电话|邮箱)\b",
    re.I,
)
# A line of an address: a British post code, a post office box, a code as letters abroad bear it.
_POSTAL = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b(?:P\.? ?O\.? Box|Postfach|Apartado|Casilla) \d"
    r"|\b(?:A|B|CH|D|DE|DK|F|FR|I|IT|L|NL|PL|S|SE|UA|BY)-\d{4,5} [A-ZÀ-Ž]"
)
_ITEM = re.compile(r"[-•*·–▪►]\s?\S")
_SIGNPOST = re.compile(r"\W{0,8}([^:：]{2,40})[:：]\s*\S")
_NAMES = re.compile(
    r"[^\W\d_][\w.'’-]*(?:(?:\s+(?:and|et|y|e|und|и|і|i|ve|de|van|von|al)\s+|,?\s+)[^\W\d_][\w.'’-]*){1,6}"
)
_ENDS_A_SENTENCE = (".", "!", "?", "…", "。")
_APPEARED = re.compile(
    r"\s*\bThe post (?=\S)[^\n]{1,400}? appeared first on (?=[^a-z])[^\n]{1,120}$"
)
_READ_ON = re.compile(
    r"(?:\s*(?:\[(?:link|comments)\]"
    r"|continue reading(?: [^\n.]{1,80})?\s?(?:…|\.\.\.|→|»|>{1,3})"
    r"|(?:read more|read the full (?:article|story|post)|lire la suite|leer más|seguir leyendo"
    r"|leia mais|weiterlesen|читать далее|читати далі|чытаць далей|czytaj dalej|devamını oku"
    r"|اقرأ المزيد|阅读全文)\s?(?:…|\.\.\.|→|»|>{1,3}|\.)?))+$",
    re.I,
)
_TAIL = 1_000  # code points of the last line in which these are looked for


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    key: str  # its words, as boilerplate is written; empty where it is too long to be any


_NOTHING = _Line("", "")


def tidied(told: str) -> str:
    """Given a clean text, return its story: the lines that are nothing but boilerplate left out,
    paragraphs that were there before too, and the invitation to read on at its end."""
    for _ in range(_PASSES):
        shorter = _once(told)
        if shorter == told:
            break
        told = shorter
    return told


def _once(told: str) -> str:
    lines = [
        _Line(line, text.normalised(line) if 0 < len(line) <= _LONGEST_NOTICE else "")
        for line in told.split("\n")
    ]
    lines = _without_contacts(_without_lists(lines))
    lines = [line for line in lines if not _is_boilerplate(line)]
    lines = _without_repeats(_without_rows(lines))
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(line.text for line in lines))
    return _without_end(joined.strip("\n"))


def title(told: str) -> str:
    """Given a title on one line, return it once where it stands there twice."""
    for between in ("", " ", " - ", " – ", " — ", " | ", ": "):
        half = (len(told) - len(between)) // 2
        if half >= _SAME_HALVES and told == told[:half] + between + told[:half]:
            return told[:half]
    return told


def without_title(told: str, heading: str) -> str:
    """Given a text and its title, return the text without first lines that only repeat it."""
    key = text.title_key(heading)
    rest = told
    while key:
        first, separator, below = rest.partition("\n")
        if not separator or len(first) > 2 * len(heading) + 20 or text.title_key(first) != key:
            break
        rest = below.lstrip("\n")
    return rest


def _is_boilerplate(line: _Line) -> bool:
    """Return whether a line says by itself that it is no part of a story."""
    if not line.key:
        return False
    if _begins(line.key, boilerplate.NOTICES):
        return True
    size = len(line.text)
    return size <= _LONGEST_LINE and (
        (size <= _LONGEST_BUTTON and line.key in boilerplate.WHOLE_LINES)
        or _is_row(line, least=2)
        or _begins(line.key, boilerplate.CREDITS)
        or _is_invitation(line)
        or _is_signpost(line)
        or _is_copyright(line)
        or (_NUMBERED.match(line.text) is not None and _has_address(line.text))
        or _is_address(line.text)
        or _APPEARED.fullmatch(line.text) is not None
    )


def _is_row(line: _Line, *, least: int) -> bool:
    """Return whether a line is a row of buttons: of names of networks and what one does there."""
    words = line.key.split()
    buttons = 0
    for word in words:
        if word in boilerplate.BUTTONS:
            buttons += 1
        elif word not in boilerplate.BUTTON_COMPANY:
            return False
    return buttons >= least


def _is_invitation(line: _Line) -> bool:
    return len(line.text) <= _LONGEST_INVITATION and any(
        _begins(line.key, begins) and any(_holds(line.key, phrase) for phrase in holds)
        for begins, holds in boilerplate.INVITATIONS
    )


def _is_signpost(line: _Line) -> bool:
    if len(line.text) > _LONGEST_SIGNPOST:
        return False
    match = _SIGNPOST.match(line.text)
    return match is not None and text.normalised(match[1]) in boilerplate.SIGNPOSTS


def _is_copyright(line: _Line) -> bool:
    if _COPYRIGHT.match(line.text):
        return True
    owned = any(_holds(line.key, phrase) for phrase in boilerplate.RIGHTS)
    return owned and (len(line.text) <= _LONGEST_RIGHTS or _YEAR.search(line.text) is not None)


def _is_address(line: str) -> bool:
    """Return whether a line is where letters reach the publisher, and no sentence."""
    return (
        len(line) <= _LONGEST_CONTACT
        and not line.endswith(_ENDS_A_SENTENCE)
        and _POSTAL.search(line) is not None
    )


def _has_address(line: str) -> bool:
    return _MAIL.search(line) is not None or _PHONE.search(line) is not None


def _without_lists(lines: Sequence[_Line]) -> list[_Line]:
    """Leave out lists of other stories: a heading that says so, and the items right below it."""
    kept: list[_Line] = []
    listing = False
    for line in lines:
        is_item = _ITEM.match(line.text) is not None and len(line.text) <= _LONGEST_SIGNPOST
        if listing and (not line.text or is_item):
            continue
        listing = line.key in boilerplate.LIST_HEADS
        kept.append(_NOTHING if listing else line)
    return kept


def _without_contacts(lines: Sequence[_Line]) -> list[_Line]:
    """Leave out the press office: a line that announces it, down to the last telephone or address
    of the few short lines below it."""
    kept: list[_Line] = []
    position = 0
    while position < len(lines):
        end = _contact_end(lines, position)
        kept.append(_NOTHING if end > position else lines[position])
        position = max(end, position + 1)
    return kept


def _contact_end(lines: Sequence[_Line], start: int) -> int:
    """Return where a block that begins at a line ends; `start` where none begins there."""
    line = lines[start]
    if len(line.text) > _LONGEST_LINE or not _begins(line.key, boilerplate.CONTACT_HEADS):
        return start
    end = start + _has_address(line.text)
    announced = (
        line.text.endswith((":", "：")) or line.key in boilerplate.CONTACT_HEADS[line.key[0]]
    )
    if not announced and end == start:
        return start
    for position in range(start + 1, min(len(lines), start + 1 + _CONTACT_LINES)):
        told = lines[position].text
        if len(told) > _LONGEST_LINE:
            break
        if _has_address(told):
            end = position + 1
        elif len(told) > _LONGEST_CONTACT or told.endswith(_ENDS_A_SENTENCE):
            break
    return end


def _without_rows(lines: Sequence[_Line]) -> list[_Line]:
    """Leave out buttons that stand below each other, one on each line."""
    filled = [position for position, line in enumerate(lines) if line.text]
    buttons = {
        position
        for position in filled
        if len(lines[position].text) <= _LONGEST_BUTTON and _is_row(lines[position], least=1)
    }
    beside = {
        position
        for pair in itertools.pairwise(filled)
        if buttons.issuperset(pair)
        for position in pair
    }
    return [line for position, line in enumerate(lines) if position not in beside]


def _without_repeats(lines: Sequence[_Line]) -> list[_Line]:
    """Leave out a long paragraph that was there before, a line that stands close above (a lead
    that is told twice), and among the first lines who wrote it. Questions of an interview and items
    of a table do come again."""
    kept: list[_Line] = []
    last_at: dict[str, int] = {}
    filled = 0
    for line in lines:
        if line.text:
            before = last_at.get(line.text)
            near = _NEARBY if len(line.text) >= _SENTENCE else 1
            if before is not None and (
                len(line.text) >= _PARAGRAPH or (" " in line.text and filled - before <= near)
            ):
                continue
            if filled < _HEAD and _is_byline(line.text):
                continue
            last_at[line.text] = filled
            filled += 1
        kept.append(line)
    return kept


def _is_byline(line: str) -> bool:
    if len(line) > _LONGEST_BYLINE:
        return False
    first, _, rest = line.partition(" ")
    names = rest.strip(" :|")
    return (
        text.normalised(first) in boilerplate.BYLINE
        and _NAMES.fullmatch(names) is not None
        and all(not word[0].islower() or len(word) <= len("and") for word in names.split())
    )


def _without_end(told: str) -> str:
    """Take off the end what a feed's software adds to the last line."""
    while True:
        start = max(told.rfind("\n") + 1, len(told) - _TAIL)
        tail = told[start:]
        shorter = _READ_ON.sub("", _APPEARED.sub("", tail)).rstrip()
        if shorter == tail:
            return told
        told = (told[:start] + shorter).rstrip()


def _begins(key: str, beginnings: boilerplate.Beginnings) -> bool:
    return any(
        key.startswith(phrase)
        and (len(key) == len(phrase) or key[len(phrase)] == " " or not phrase[-1].isascii())
        for phrase in beginnings.get(key[:1], ())
    )


def _holds(key: str, phrase: str) -> bool:
    return phrase in key if not phrase[-1].isascii() else f" {phrase} " in f" {key} "
