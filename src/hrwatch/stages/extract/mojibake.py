"""Text that was UTF-8 and was read as Windows-1252 once on its way to us: put right where that can
be proved. Pure; its place is beside `text`."""

import re

# How Windows-1252 shows the bytes 0x80 to 0xBF, which continue a character of UTF-8. Five of them
# it does not know: those arrive as controls (WHATWG encoding standard).
_SHOWN = "".join(
    bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0)
)
_BYTES = {character: 0x80 + position for position, character in enumerate(_SHOWN)}
_REST = f"[{re.escape(_SHOWN)}]"
_TWO, _THREE, _FOUR = f"[Â-Þ]{_REST}", f"[à-ï]{_REST}{{2}}", f"[ð-ô]{_REST}{{3}}"
_SUSPECT = re.compile(f"[Â-ô]{_REST}")  # looked for first: hardly any text has it
# What no text means: several such characters one behind the other (words of Cyrillic, Arabic or
# Chinese); the signs that stand in a text one by one, â€™ â€œ â€“ â‚¬ â„¢; an accented letter
# within a word that goes on in small letters (cafÃ©, GÃ©nesis). One alone would prove nothing:
# "caf\u00e9\u201d\u2026" is a word, the end of a quotation and an ellipsis.
_PROVED = re.compile(
    f"[ÐÑØÙ]{_REST}(?:[ ,.:-]{{0,2}}[ÐÑØÙ]{_REST}){{1,500}}"
    f"|(?:{_TWO}|{_THREE}|{_FOUR}){{2,500}}"
    f"|â[€‚„†]{_REST}|â€(?!{_REST})"
    f"|(?<=[a-z])[ÂÃÄÅ]{_REST}|[ÂÃÄÅ]{_REST}(?=[a-z])"
    f"|Â[\u00a0£§©®°·½¿¡](?!\\w)"
)
# Its third byte is one of those five, and was lost as a control.
_CLOSING = "â€"


def mended(text: str) -> str:
    """Return `text` with each stretch that is provably double-encoded decoded; never longer."""
    return _PROVED.sub(_decoded, text) if _SUSPECT.search(text) else text


def _decoded(match: re.Match[str]) -> str:
    shown = match[0]
    if shown == _CLOSING:
        return "”"
    try:
        told = bytes(_BYTES.get(one) or ord(one) for one in shown).decode("utf-8")
    except UnicodeDecodeError:
        return shown
    return told if all(map(_is_writing, told)) else shown


def _is_writing(character: str) -> bool:
    """Return whether a reader might have written it: no control came out, no private character."""
    return character.isprintable() or character.isspace()
