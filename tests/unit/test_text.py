"""Decoding, cleaning and folding of text."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hrwatch import text

# Text as strangers write it: any code point, and often what is known to be awkward.
AWKWARD = st.sampled_from(
    ["\r\n", "\n", "\r", " ", "\t", "\x0b", "\x00", "\x85", "\u2028", "\u2029", "\u202e", "\ud800",
     "e\u0301", "\ufeff", "\u200b", "\u200c", "\U000e0041", "&amp;", "&#160;", "&# 8;", "&#xD800;"]
)  # fmt: skip
ANY_TEXT = st.lists(st.one_of(AWKWARD, st.text(st.characters(codec=None), max_size=5))).map("".join)


@given(ANY_TEXT)
def test_clean_again_changes_nothing(raw: str) -> None:
    once = text.clean(raw)
    assert text.clean(once) == once


@given(ANY_TEXT)
def test_clean_any_text_encodes_and_holds_no_control(raw: str) -> None:
    cleaned = text.clean(raw)
    cleaned.encode("utf-8")
    assert not [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"]
    assert "\n\n\n" not in cleaned
    assert "\u202e" not in cleaned


@given(ANY_TEXT, st.integers(min_value=2, max_value=40))
def test_clean_line_any_text_is_one_line_within_its_limit(raw: str, limit: int) -> None:
    line = text.clean_line(raw, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert text.clean_line(line, limit) == line


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  a \t b  ", "a b"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\nb"),
        ("a \n\n \n b", "a\n\nb"),
        ("a\u2028b\u2029c", "a\nb\n\nc"),
        ("a\x85b", "a\nb"),
        ("a\x00b\x1bc", "abc"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u00a0b\u3000c", "a b c"),
    ],
)
def test_clean_known_text_gives(raw: str, cleaned: str) -> None:
    assert text.clean(raw) == cleaned


def test_clean_line_too_long_ends_with_an_ellipsis() -> None:
    assert text.clean_line("word " * 100, 12) == "word word w…"


@given(ANY_TEXT)
@example("&#" + "9" * 5_000 + ";")
@example("&#x" + "f" * 5_000 + ";")
@example("&" * 200)
def test_unescape_any_text_gives_text(raw: str) -> None:
    assert isinstance(text.unescape(raw), str)


@pytest.mark.parametrize(
    ("raw", "resolved"),
    [
        ("AT&amp;T", "AT&T"),
        ("a&nbsp;b", "a\u00a0b"),
        ("&amp;quot;so&amp;quot;", '"so"'),
        ("a&# 160;b", "a\u00a0b"),
        ("l&# 39;eau", "l'eau"),
        ("a & nbsp;b", "a \u00a0b"),
        ("Q & A; then", "Q & A; then"),
        ("&#146;", "’"),
        ("no reference", "no reference"),
    ],
)
def test_unescape_known_references_gives(raw: str, resolved: str) -> None:
    assert text.unescape(raw) == resolved


@pytest.mark.parametrize(
    "label",
    ["punycode", "idna", "utf-7", "unicode_escape", "raw_unicode_escape", "zlib", "bz2", "hex",
     "rot13", "undefined", "mbcs", "oem", "utf-16", "utf-32", "x-evil-77", "", " ", "a" * 1000],
)  # fmt: skip
def test_codec_not_on_the_list_is_empty(label: str) -> None:
    assert text.codec(label) == ""


@pytest.mark.parametrize(
    "label", ["UTF-8", " utf8 ", "'utf-8'", '"Windows-1251"', "GB2312", "big5"]
)
def test_codec_on_the_list_decodes(label: str) -> None:
    assert b"a".decode(text.codec(label)) == "a"


def test_codec_of_every_label_is_one_that_python_has() -> None:
    labels = [label for labels in text._CHARSETS.values() for label in labels.split()]
    assert len(labels) == len(set(labels))
    for label in labels:
        assert b"plain".decode(text.codec(label)) == "plain"


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("text/xml; charset=utf-8", "utf-8"),
        ('text/html; boundary=x; Charset="windows-1251"', '"windows-1251"'),
        ("text/html", ""),
        ("", ""),
        (";charset", ""),
    ],
)
def test_header_charset_gives(header: str, charset: str) -> None:
    assert text.header_charset(header) == charset


CYRILLIC = "Задержание в Минске"


@pytest.mark.parametrize(
    ("body", "declared", "decoded"),
    [
        (CYRILLIC.encode(), (), CYRILLIC),
        (CYRILLIC.encode(), ("iso-8859-1",), CYRILLIC),
        (CYRILLIC.encode("cp1251"), ("windows-1251",), CYRILLIC),
        (CYRILLIC.encode("koi8-r"), ("utf-8", "koi8-r"), CYRILLIC),
        (CYRILLIC.encode("utf-8-sig"), ("windows-1251",), CYRILLIC),
        (CYRILLIC.encode("utf-16"), ("utf-8",), CYRILLIC),
        ("<a>é".encode("utf-16-le"), (), "<a>é"),
        ("<a>é".encode("utf-16-be"), ("utf-16",), "<a>é"),
        ("<a>é".encode(), ("utf-16",), "<a>é"),
        (CYRILLIC.encode("utf-32"), (), CYRILLIC),
        ("日本".encode("iso2022_jp"), ("iso-2022-jp",), "日本"),
        ("日本".encode(), ("iso-2022-jp",), "日本"),
        (b"caf\xe9 noir", ("utf-8",), "café noir"),
        (CYRILLIC.encode() + b" \xe9.", ("utf-8",), CYRILLIC + " \ufffd."),
        (CYRILLIC.encode()[:-1], ("windows-1251",), CYRILLIC[:-1]),
        (b"bcher-kva", ("punycode",), "bcher-kva"),
    ],
)
def test_decode_document_with_charsets_gives(
    body: bytes, declared: tuple[str, ...], decoded: str
) -> None:
    assert text.decode(body, *declared) == decoded


@given(st.binary(), st.lists(st.one_of(st.text(), st.sampled_from(["utf-8", "cp932", "big5"]))))
def test_decode_any_bytes_never_raises(body: bytes, declared: list[str]) -> None:
    assert isinstance(text.decode(body, *declared), str)


@given(ANY_TEXT)
def test_fold_again_changes_nothing(raw: str) -> None:
    once = text.fold(text.clean(raw))
    assert text.fold(once) == once


@given(ANY_TEXT)
def test_normalised_again_changes_nothing(raw: str) -> None:
    once = text.normalised(text.clean(raw))
    assert text.normalised(once) == once


@given(ANY_TEXT)
def test_search_text_again_changes_nothing(raw: str) -> None:
    once = text.search_text(text.clean(raw))
    assert text.search_text(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Torture: a Report", "torture – a report!"),
        ("Détention à Genève", "DETENTION A GENEVE"),
        ("ﬁle", "FILE"),
        ("Straße", "STRASSE"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_title_key_of_two_spellings_is_one(one: str, other: str) -> None:
    assert text.title_key(one) == text.title_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Report 1", "Report 2"), ("रोक", "राक"), ("ab c", "a bc"), ("Torture", "")],
)
def test_title_key_of_two_titles_is_two(one: str, other: str) -> None:
    assert text.title_key(one) != text.title_key(other)


def test_title_key_of_nothing_is_empty() -> None:
    assert text.title_key("") == text.title_key(" – ! ") == ""


def test_key_is_short_and_tells_values_apart() -> None:
    assert len(text.key("x" * 1_000_000)) == 32
    assert text.key("a") != text.key("b")
    assert text.key("\ud800") != ""


def test_search_text_cuts_scripts_without_spaces_into_characters() -> None:
    assert text.search_text("北京 News 2026") == "北 京 news 2026"


@pytest.mark.parametrize(
    ("value", "known", "meant"),
    [
        ("contries", ["countries", "keywords"], "countries"),
        ("Wirre", ["paper", "wire"], "wire"),
        ("belarus", ["Belarus", "Peru"], "Belarus"),
        ("xyz", ["countries", "keywords"], None),
        ("", ["countries"], None),
        ("countries", [], None),
    ],
)
def test_closest_name_is_one_that_resembles(
    value: str, known: list[str], meant: str | None
) -> None:
    assert text.closest(value, known) == meant
    assert text.suggestion(value, known) == (f"; did you mean {meant}?" if meant else "")


def test_without_controls_line_keeps_its_spaces_and_letters() -> None:
    line = "  a\x1b[2J\x9b\u202e  b\u200c\tc\r\u2028d\ud800"

    assert text.without_controls(line) == "  a[2J  b\u200c\tc  d"
