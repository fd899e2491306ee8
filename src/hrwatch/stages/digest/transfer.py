"""How text travels in a mail of 7-bit lines, and how long it is then. Pure; asked by render, which
keeps pages short, and by mime, which writes them.

Quoted-printable leaves English as it is and makes six bytes of each Russian letter; base64 makes
four bytes of three whatever they are (RFC 2045, 6.7 and 6.8).
"""

_QP_LINE = 72  # bytes on a line, before "=" and its end
_BASE64_LINE = 57  # bytes that make a line of 76 and its end
_AS_THEY_ARE = bytes({*range(0x20, 0x7F), 0x09} - {ord("=")})


def encoding(body: str) -> str:
    """Return the Content-Transfer-Encoding that makes the least of a body."""
    quoted, base64 = _lengths(body)
    return "quoted-printable" if quoted <= base64 else "base64"


def length(body: str) -> int:
    """Return how many bytes a body takes on its way, rounded up; nothing where there is none."""
    return min(_lengths(body)) if body else 0


def _lengths(body: str) -> tuple[int, int]:
    data = body.encode()
    line_ends = data.count(b"\n")
    special = len(data.translate(None, _AS_THEY_ARE)) - line_ends
    quoted = len(data) + 2 * special + line_ends
    quoted += 3 * (quoted // _QP_LINE)
    base64 = 78 * ((len(data) + line_ends) // _BASE64_LINE + 1)
    return quoted, base64
