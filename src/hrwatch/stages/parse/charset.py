"""The text of a document: which charset it is in, whatever its declaration and its server say."""

import re
from collections.abc import Iterable

import charset_normalizer

from hrwatch import text

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_HEAD = 4_000
# Where a document tells its language in ASCII.
_LANGUAGE = re.compile(
    rb"(?:<(?:\w+:)?language>\s*(?:<!\[CDATA\[)?|\blang=[\"']|\"language\"\s*:\s*\")([a-z]{2}(?:-\w{2})?)",
    re.I,
)
# What is usual for a language where nothing fits that is declared (WHATWG, the encoding that a
# locale falls back to).
_USUAL = {
    "cp1250": "bs cs hr hu pl ro sk sl sq",
    "cp1251": "be bg kk ky mk mn ru sr tg tt uk",
    "cp1253": "el",
    "cp1254": "az ku tr",
    "cp1255": "he iw",
    "cp1256": "ar fa ps ur",
    "cp1257": "et lt lv",
    "cp1258": "vi",
    "cp874": "th",
    "gb18030": "zh zh-cn zh-sg",
    "big5hkscs": "zh-tw zh-hk",
    "cp932": "ja",
    "cp949": "ko",
}
_BY_LANGUAGE = {language: codec for codec, all_ in _USUAL.items() for language in all_.split()}
_WESTERN = "cp1252"
_SEVEN_BIT = "iso2022_jp"
# How much is looked at to guess; a hundredth of it would do for most scripts.
_SEARCHED = 500_000
_SAMPLE = 8_000
_LATIN = re.compile("[\u00c0-\u024f]")
_KANA = re.compile("[\u3041-\u30fe]")
# Kana make up half of Japanese; in what is no Japanese they turn up by chance.
_KANA_SHARE = 0.2


def decoded(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    """Given a document and its Content-Type, return its text and what is to be told of it.

    A mark or wide characters win, then valid UTF-8, then the document's own declaration where it
    fits. A charset that only a server names is often its default: before Latin-1 is believed, the
    text is looked at. Never raises.
    """
    if wide := text.unicode_codec(body):
        return body.decode(wide, "replace").removeprefix("\ufeff"), ()
    label = _declared(body)
    declared, header = text.codec(label), text.codec(text.header_charset(content_type))
    if _SEVEN_BIT in (declared, header) and (told := text.decoded_as(body, _SEVEN_BIT)):
        return told, ()
    if (told := text.decoded_as(body, "utf-8")) is not None:
        odd = declared not in ("", "utf-8") and not body.isascii()
        return told, (f"declared as {declared}, but it is UTF-8",) if odd else ()
    if declared and (told := text.decoded_as(body, declared)) is not None:
        return told, ()
    if (told := text.nearly_utf8(body)) is not None:
        lost = told.count("\ufffd")
        return told, (f"UTF-8 with {lost} broken characters, which cannot be read",)
    named = [header] if header not in ("", "utf-8", _WESTERN) else []
    name = _fitting([*named, *_guesses(body), declared], body)
    because = f"declared as {declared}, which it is not" if declared else "no charset is declared"
    return body.decode(name, "replace"), (f"{because}: read as {name}",)


def _declared(body: bytes) -> str:
    """Return the encoding that the XML declaration names, or an empty string."""
    match = _DECLARED.search(body[:_HEAD])
    return match[1].decode("ascii", "replace") if match else ""


def _fitting(names: Iterable[str], body: bytes) -> str:
    """Return the first codec that fits every byte, else the first; without any the Western one."""
    known = [name for name in names if name and name != "utf-8"]
    fitting = (name for name in known if text.decoded_as(body, name) is not None)
    return next(fitting, known[0] if known else _WESTERN)


def _guesses(body: bytes) -> list[str]:
    """Return codecs that the text may be in, the likeliest first."""
    sample = _sample(body)
    guesses = []
    if match := _LANGUAGE.search(body[:_HEAD]):
        language = match[1].decode("ascii").lower()
        guesses.append(_BY_LANGUAGE.get(language) or _BY_LANGUAGE.get(language[:2]) or _WESTERN)
    guesses.extend(name for name in ("euc_jp", "cp932") if _is_japanese(sample, name))
    best = charset_normalizer.from_bytes(sample).best()
    name = text.codec(best.encoding.replace("_", "-")) if best else ""
    # Between the Latin charsets it cannot tell: French comes out as Central European.
    if name and not _is_latin(sample, name):
        guesses.append(name)
    return guesses


def _sample(body: bytes) -> bytes:
    """Return the stretches of text that go beyond ASCII, without the markup around them."""
    sample = bytearray()
    for stretch in re.split(rb"[<>]", body[:_SEARCHED]):
        if not stretch.isascii():
            sample += stretch[: _SAMPLE - len(sample)] + b"\n"
        if len(sample) >= _SAMPLE:
            break
    return bytes(sample)


def _is_japanese(sample: bytes, name: str) -> bool:
    told = text.decoded_as(sample, name) or ""
    beyond_ascii = sum(not c.isascii() for c in told)
    return len(_KANA.findall(told)) > _KANA_SHARE * beyond_ascii


def _is_latin(sample: bytes, name: str) -> bool:
    told = sample.decode(name, "replace")
    letters = sum(c.isalpha() and not c.isascii() for c in told)
    return 2 * len(_LATIN.findall(told)) >= letters
