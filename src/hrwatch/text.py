"""Pure helpers on text: decoding and cleaning at the border, folding for comparison, segmenting
for search, guessing at what was meant."""

import codecs
import difflib
import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable

# Bidirectional controls can make a title read as something else (Trojan Source); C0/C1 controls
# reach terminals and mail headers; what shows nothing (soft hyphens, fillers) hides words from a
# search. ZWNJ and ZWJ are letters' company in Persian and Hindi: kept.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_ENDS = dict.fromkeys(map(ord, "\n\r\x0b\x0c\x85\u2028\u2029"), " ")
_SPACES = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r" ?\n ?(?:\n\s*)?")
_BROKEN_ENTITY = re.compile(r"&(?:(#)[ \t](x?[0-9a-fA-F]{1,7})|[ \t](nbsp|amp|quot|apos|lt|gt));")
# No character has so large a number; Python would refuse to convert the longest of them (it takes
# at most 4 300 digits).
_ENDLESS_ENTITY = re.compile(r"&#[0-9]{8,};?")
# Vowel signs, tones and viramas, which `\w` leaves out: without them a word of Hindi, Tamil or
# Burmese would fall apart at every vowel, and words that differ in vowels only would be one.
_SPELLING_MARKS = (
    "\u07a6-\u07b0\u0900-\u0963\u0966-\u0df3\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd"
    "\u0f18-\u0f39\u0f3e\u0f3f\u0f71-\u0f84\u0f86-\u0fbc\u102b-\u109d\u135d-\u135f\u1712-\u1715"
    "\u17b4-\u17d3\u17dd\u1920-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1b00-\u1b44\u1b80-\u1bad"
    "\uaa29-\uaa4d\uabe3-\uabea\uabec\uabed\U00010d24-\U00010d27\U00011100-\U00011134"
)
_MARKS_ON_LETTERS = re.compile("[\u0300-\u036f]+")
_NOT_WORDS = re.compile(f"[^\\w{_SPELLING_MARKS}]+")
# Marks that one writer sets and the next leaves out: Hebrew points, Arabic harakat and the
# stretching tatweel; soft hyphens and joiners, which show nothing by themselves.
_SILENT = re.compile(
    "[\u00ad\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u08ca-\u08e1"
    "\u08e3-\u08ff\u200d]"
)
# Scripts written without spaces are searched character by character.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED_CHARACTER = re.compile(f"([{_UNSPACED}])")

# What pages and feeds may name as their charset, and what is then decoded: the WHATWG encoding
# standard, in which the subsets of a code page mean the whole of it. Python has codecs for much
# more, some of them slow to quadratic (punycode, idna) or no charsets at all (zlib, rot13).
_CHARSETS = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8",
    "cp1252": "windows-1252 cp1252 x-cp1252 us-ascii ascii iso-8859-1 iso8859-1 iso88591 latin1 l1",
    "cp1250": "windows-1250 cp1250 x-cp1250",
    "cp1251": "windows-1251 cp1251 x-cp1251",
    "cp1253": "windows-1253 cp1253 x-cp1253",
    "cp1254": "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 latin5",
    "cp1255": "windows-1255 cp1255 x-cp1255",
    "cp1256": "windows-1256 cp1256 x-cp1256",
    "cp1257": "windows-1257 cp1257 x-cp1257",
    "cp1258": "windows-1258 cp1258 x-cp1258",
    "cp874": "windows-874 cp874 tis-620 iso-8859-11",
    "iso8859-2": "iso-8859-2 iso8859-2 latin2",
    "iso8859-3": "iso-8859-3 iso8859-3 latin3",
    "iso8859-4": "iso-8859-4 iso8859-4 latin4",
    "iso8859-5": "iso-8859-5 iso8859-5",
    "iso8859-6": "iso-8859-6 iso8859-6",
    "iso8859-7": "iso-8859-7 iso8859-7",
    "iso8859-8": "iso-8859-8 iso-8859-8-i iso8859-8",
    "iso8859-10": "iso-8859-10 iso8859-10 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13",
    "iso8859-14": "iso-8859-14 iso8859-14",
    "iso8859-15": "iso-8859-15 iso8859-15 latin9",
    "iso8859-16": "iso-8859-16 iso8859-16",
    "koi8-r": "koi8-r koi8 koi",
    "koi8-u": "koi8-u koi8-ru",
    "cp866": "ibm866 cp866",
    "mac-cyrillic": "x-mac-cyrillic",
    "mac-roman": "macintosh x-mac-roman",
    "gb18030": "gb18030 gb2312 gbk x-gbk gb_2312-80",
    "big5hkscs": "big5 big5-hkscs x-x-big5",
    "euc_jp": "euc-jp x-euc-jp",
    "cp932": "shift_jis shift-jis sjis x-sjis windows-31j ms932",
    "iso2022_jp": "iso-2022-jp",
    "cp949": "euc-kr ks_c_5601-1987 windows-949 cp949",
}
_CODECS = {label: codec for codec, labels in _CHARSETS.items() for label in labels.split()}
# UTF-16 and UTF-32 are told by their first bytes only: a document in which "utf-16" can be read as
# ASCII is not UTF-16, however often that is written. UTF-32 first: its mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without a mark: where the zeros lie in the first two characters, which are ASCII in every
# document that begins with markup or with JSON (RFC 4627, 3).
_ZEROS = (
    (re.compile(rb"[^\0]\0\0\0[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0]\0[^\0]"), "utf-16-be"),
)
# Written in ASCII bytes, so that it is always valid UTF-8 as well.
_SEVEN_BIT = "iso2022_jp"


def codec(label: str) -> str:
    """Given a charset as a document or a header names it, return the codec to decode with, or an
    empty string where the name is unknown or not on the list of charsets that are decoded."""
    return _CODECS.get(label.strip().strip("\"'").lower(), "")


def header_charset(content_type: str) -> str:
    """Return the charset parameter of a Content-Type header, or an empty string."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip()
    return ""


def unicode_codec(body: bytes) -> str:
    """Given a document, return the codec of Unicode that its first bytes tell, a mark or the zeros
    of wide characters, or an empty string."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name
    return next((name for zeros, name in _ZEROS if zeros.match(body)), "")


def decode(body: bytes, *declared: str) -> str:
    """Given a document and the charsets declared for it, the most trusted first, return its text.

    A byte order mark wins; text that is valid UTF-8 is UTF-8, whatever a server's default says;
    what fits nothing is decoded with replacement characters. Never raises.
    """
    if wide := unicode_codec(body):
        return body.decode(wide, "replace").removeprefix("\ufeff")
    candidates = [name for label in declared if (name := codec(label))]
    seven_bit = [_SEVEN_BIT] if _SEVEN_BIT in candidates else []
    for name in (*seven_bit, "utf-8", *candidates):
        if (text := decoded_as(body, name)) is not None:
            return text
    if (text := nearly_utf8(body)) is not None:
        return text
    other = next((name for name in candidates if name != "utf-8"), "cp1252")
    return body.decode(other, "replace")


def decoded_as(body: bytes, name: str) -> str | None:
    """Given a document and a codec, return its text, or None where a byte does not fit."""
    try:
        # Not final: a document that was cut may end within a character.
        return codecs.getincrementaldecoder(name)("strict").decode(body)
    except UnicodeError:
        return None


def nearly_utf8(body: bytes) -> str | None:
    """Given a document that is not valid UTF-8, return its text with replacement characters where
    it is UTF-8 with an accident in it, and None where it is in another charset."""
    text = body.decode("utf-8", "replace")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return text if text.count("\ufffd") * 2 <= beyond_ascii else None


def clean(text: str) -> str:
    """Return `text` without controls, bidi controls and what shows nothing, its spaces collapsed.

    Line ends survive, at most two in a row. Idempotent; the result encodes to UTF-8.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.replace("\u2029", "\n\n").replace("\x0b", " ").replace("\x0c", " ")
    text = text.replace("\x85", "\n")
    text = _CONTROLS.sub("", text)
    text = unicodedata.normalize("NFC", text)
    text = _SPACES.sub(" ", text)
    text = _NEWLINES.sub(lambda match: "\n\n" if match[0].count("\n") > 1 else "\n", text)
    return text.strip()


def without_controls(line: str) -> str:
    """Return one line without what could steer a terminal or turn its reading direction, its
    spaces as they are."""
    return _CONTROLS.sub("", line.translate(_LINE_ENDS))


def clean_line(text: str, limit: int = 1000) -> str:
    """Return `text` cleaned, on one line, at most `limit` code points, an ellipsis at a cut."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def unescape(text: str) -> str:
    """Return `text` with character references resolved, broken (`&# 160;`) and doubled ones too."""
    for _ in range(3):
        if "&" not in text:
            break
        mended = _ENDLESS_ENTITY.sub("\ufffd", _BROKEN_ENTITY.sub(r"&\1\2\3;", text))
        resolved = html.unescape(mended)
        if resolved == text:
            break
        text = resolved
    return text


def fold(text: str) -> str:
    """Return `text` for comparison: NFKC, case folded, marks off Latin, Greek and Cyrillic, one
    space between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        kept = _MARKS_ON_LETTERS.sub("", unicodedata.normalize("NFD", folded))
        folded = unicodedata.normalize("NFC", kept)
    return " ".join(folded.split())


def title_key(title: str) -> str:
    """Return what two spellings of one title have in common: its folded words, nothing between."""
    return key(normalised(title))


def normalised(text: str) -> str:
    """Return the folded words of `text` parted by single spaces: equal for exact copies."""
    words = _SILENT.sub("", fold(text)).replace("_", " ")
    return _NOT_WORDS.sub(" ", words).strip()


def key(value: str) -> str:
    """Return 32 hex digits that stand for `value` in an index, however long it is."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32] if value else ""


def search_text(text: str) -> str:
    """Return `text` as it is indexed and searched: folded words, unspaced scripts cut into single
    characters, so that every database engine sees the same words."""
    return " ".join(_UNSPACED_CHARACTER.sub(r" \1 ", normalised(text)).split())


def counted(count: int, one: str, several: str = "") -> str:
    """Return `1 feed`, `2 feeds`; `several` where an s does not make it."""
    return f"{count} {one if count == 1 else several or f'{one}s'}"


def closest(value: str, known: Iterable[str]) -> str | None:
    """Return the name of `known` that resembles `value` most, whatever its case, or None."""
    candidates = {candidate.casefold(): candidate for candidate in known}
    folded = value[:100].casefold()
    found = difflib.get_close_matches(folded, candidates, n=1, cutoff=0.7)
    # In a short word two letters that changed places are half of it: ulr, dialy.
    found = found or [known for known in candidates if sorted(known) == sorted(folded)]
    return candidates[found[0]] if found else None


def suggestion(value: str, known: Iterable[str]) -> str:
    """Return `; did you mean X?` for the known name closest to `value`, or an empty string."""
    found = closest(value, known)
    return f"; did you mean {found}?" if found else ""
