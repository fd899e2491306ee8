"""The bytes of a mail → its header fields and the lines that its writer typed. Pure.

Read here and not by the email library: that one takes minutes over a long header of parameters and
ends in a RecursionError on many parts in each other. Whatever is sent takes time in proportion to
its length here.
"""

import binascii
import codecs
import html
import quopri
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 1_000_000  # of a mail; a command stands at its beginning
_MOST_FIELDS = 500
_LONGEST_FIELD = 16_000  # characters
_MOST_PARTS = 50
_DEEPEST = 8  # parts in parts
_LONGEST_TEXT = 200_000  # bytes of a part, decoded
_NAME = re.compile(rb"[!-9;-~]{1,76}")
_PARAMETER = re.compile(r""";\s{0,9}([\w*-]{1,40})\s{0,9}=\s{0,9}("[^"]{0,200}"|[^\s;"]{1,200})""")
_ENCODED_WORD = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?\s]{0,2000})\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)[ \t]{1,9}(?==\?)")
# Every other name of a charset is one nobody writes mail in, or costs minutes (punycode, idna).
_CHARSETS = re.compile(
    r"ascii|utf-8|utf-16(-[bl]e)?|iso8859-\d+|cp\d+|mac-.+|koi8-[rtu]|ptcp154|gb2312|gbk|gb18030|"
    r"big5.*|hz|shift_jis.*|euc_.*|iso2022_.*|johab|tis-620"
)
# In HTML: what ends a line, what is not read by a reader, and where a quotation begins.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})([^<>]*)>|<!--")
_ENDS_LINE = re.compile(r"address|blockquote|br|d[dlt]|div|h[1-6]|hr|li|[ou]l|p|pre|table|t[dhr]")
_UNREAD = frozenset({"head", "style", "script", "title", "template"})
_QUOTED_FROM_HERE = re.compile(r"divrplyfwdmsg|appendonsend|outlookmessageheader", re.IGNORECASE)
SEPARATOR = "_____"  # how a line looks below which all is quoted


@dataclass(frozen=True, slots=True)
class Message:
    """A mail as far as it is read."""

    fields: tuple[tuple[str, str], ...]  # lower-case name, unfolded value
    lines: tuple[str, ...]  # of its text

    def all(self, name: str) -> tuple[str, ...]:
        """Return the values of each field of that name, as they stand."""
        return tuple(value for field, value in self.fields if field == name)

    def one(self, name: str) -> str:
        """Return the value of the first field of that name; empty for none."""
        return next(iter(self.all(name)), "")


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    text: str


def read(data: bytes) -> Message:
    """Given a mail, return it: of several texts the plain one, else the HTML one as lines."""
    fields, body = _split(data[:MOST_BYTES])
    parts = list(_parts(fields, body, 0))
    plain = next((part for part in parts if part.kind == "text/plain" and part.text.strip()), None)
    if plain is not None:
        return Message(fields, tuple(plain.text.splitlines()))
    page = next((part for part in parts if part.kind == "text/html"), None)
    return Message(fields, tuple(_lines_of(page.text)) if page is not None else ())


def decoded(value: str) -> str:
    """Return a header's value with its encoded words (RFC 2047) read."""

    def word(found: re.Match[str]) -> str:
        if found[2] in "bB":
            return _text(_base64(found[3].encode("ascii", "replace")), found[1])
        quoted = found[3].replace("_", " ").encode("ascii", "replace")
        return _text(quopri.decodestring(quoted, header=True), found[1])

    return _ENCODED_WORD.sub(word, _BETWEEN_WORDS.sub("", value))


def _split(data: bytes) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Return the fields of a head and what stands below."""
    data = data.replace(b"\r\n", b"\n")
    if data.startswith(b"\n"):
        return (), data[1:]
    head, _, body = data.partition(b"\n\n")
    names: list[str] = []
    values: list[bytes] = []
    for line in head.split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if values and len(values[-1]) < _LONGEST_FIELD:
                values[-1] += b" " + line.strip()
            continue
        name, colon, value = line.partition(b":")
        if colon and _NAME.fullmatch(name.rstrip()) and len(names) < _MOST_FIELDS:
            names.append(name.rstrip().decode("ascii").lower())
            values.append(value.strip()[:_LONGEST_FIELD])
    unfolded = (value[:_LONGEST_FIELD].decode("utf-8", "replace") for value in values)
    return tuple(zip(names, unfolded, strict=True)), body


def _parts(fields: tuple[tuple[str, str], ...], body: bytes, depth: int) -> Iterator[_Part]:
    """Yield the texts of a mail or of a part of one; none that is attached."""
    given = dict(reversed(fields))
    kind, _, after = given.get("content-type", "text/plain").partition(";")
    kind = kind.strip().lower()
    parameters = {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(";" + after)}
    if given.get("content-disposition", "").lower().startswith("attachment"):
        return
    if kind.startswith("multipart/"):
        boundary = parameters.get("boundary", "").encode("utf-8", "replace")
        if boundary and depth < _DEEPEST:
            mark = re.compile(rb"(?:^|\n)--" + re.escape(boundary) + rb"(?:--)?[ \t]*(?=\n|\Z)")
            for piece in mark.split(body, _MOST_PARTS)[1:]:
                yield from _parts(*_split(piece.removeprefix(b"\n")), depth + 1)
    elif kind in ("text/plain", "text/html"):
        encoding = given.get("content-transfer-encoding", "").strip().lower()
        yield _Part(kind, _text(_decoded(body, encoding), parameters.get("charset", "")))


def _decoded(body: bytes, encoding: str) -> bytes:
    # Before decoding too, with room for what base64 and quoted-printable add.
    body = body[: 3 * _LONGEST_TEXT]
    if encoding == "base64":
        body = _base64(body)
    elif encoding == "quoted-printable":
        body = quopri.decodestring(body)
    return body[:_LONGEST_TEXT]


def _base64(written: bytes) -> bytes:
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", written)
    try:
        return b64decode(kept[: len(kept) - (len(kept) % 4 == 1)] + b"=" * (-len(kept) % 4))
    except binascii.Error:
        return b""


def _text(data: bytes, charset: str) -> str:
    try:
        name = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):
        name = ""
    if not _CHARSETS.fullmatch(name):
        name = "utf-8"
    try:
        return data.decode(name)
    except UnicodeError:
        return data.decode("utf-8", "replace") if name != "utf-8" else data.decode("latin-1")


def _lines_of(page: str) -> list[str]:
    """Return the lines of an HTML text; without what it marks as quoted."""
    pieces: list[str] = []
    position, quoted, unread = 0, 0, ""
    while found := _TAG.search(page, position):
        if not quoted and not unread:
            pieces.append(_spaced(page[position : found.start()]))
        position = found.end()
        if found[2] is None:
            ended = page.find("-->", position)
            if ended < 0:
                break
            position = ended + 3
            continue
        closes, tag = bool(found[1]), found[2].lower()
        if unread:
            unread = "" if closes and tag == unread else unread
        elif tag in _UNREAD:
            unread = "" if closes else tag
        elif tag == "blockquote":
            quoted = max(0, quoted + (-1 if closes else 1))
        if not quoted and (tag == "hr" or _QUOTED_FROM_HERE.search(found[3])):
            pieces.append(f"\n{SEPARATOR}\n")
        elif _ENDS_LINE.fullmatch(tag):
            pieces.append("\n")
    else:
        if not quoted and not unread:
            pieces.append(_spaced(page[position:]))
    return html.unescape("".join(pieces)).splitlines()


def _spaced(written: str) -> str:
    """Return words between tags: their line ends are none."""
    return " ".join(written.split("\n"))
