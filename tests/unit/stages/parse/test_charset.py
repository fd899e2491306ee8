"""Documents in wrong, missing and contradictory charsets become text, and doubt is told."""

import pytest

from hrwatch.stages.parse import charset

# Invented sentences: a court sentences a journalist, lawyers speak of torture.
SENTENCES = {
    "cp1251": "Суд приговорил журналиста к пяти годам колонии, адвокаты заявили о пытках.",
    "koi8-r": "Суд приговорил журналиста к пяти годам колонии, адвокаты заявили о пытках.",
    "cp1252": "La corte sentenció al periodista a cinco años de prisión",
    "cp1253": "Το δικαστήριο καταδίκασε τον δημοσιογράφο σε πέντε χρόνια φυλάκισης.",
    "cp1255": "בית המשפט גזר על העיתונאי חמש שנות מאסר בשל השתתפותו בהפגנה שקטה, אמרה עורכת דינו.",
    "cp1256": "حكمت المحكمة على الصحفي بالسجن خمس سنوات وقال محاموه إنه تعرض للتعذيب",
    "cp874": "ศาลตัดสินจำคุกนักข่าวห้าปี ทนายความกล่าวว่ามีการทรมาน",
    "gb18030": "法院判处这名记者五年有期徒刑，律师表示他遭到酷刑。",
    "big5hkscs": "法院判處這名記者五年有期徒刑，律師表示他遭到酷刑。",
    "euc_jp": "裁判所は記者に懲役五年の判決を言い渡し、弁護士は拷問があったと述べた。",
    "cp932": "裁判所は記者に懲役五年の判決を言い渡し、弁護士は拷問があったと述べた。",
    "cp949": "법원은 기자에게 징역 오년을 선고했고 변호사는 고문이 있었다고 밝혔다.",
}
HEADER = "text/html; charset=ISO-8859-1"


def document(sentence: str, declared: str = "", language: str = "") -> str:
    """A feed with one sentence."""
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    told = f"<language>{language}</language>" if language else ""
    return f"{head}<rss><channel>{told}<item><title>{sentence}</title></item></channel></rss>"


@pytest.mark.parametrize("declared", ["", "utf-8", "x-unknown"])
@pytest.mark.parametrize("content_type", ["", HEADER, "text/xml; charset=utf-8"])
@pytest.mark.parametrize("codec", SENTENCES)
def test_decoded_document_that_is_not_what_it_says_is_read_and_told(
    codec: str, content_type: str, declared: str
) -> None:
    markup = document(SENTENCES[codec], declared)
    told, warnings = charset.decoded(markup.encode(codec), content_type)
    assert told == markup
    assert len(warnings) == 1
    assert warnings[0].endswith(f"read as {codec}")


@pytest.mark.parametrize(
    ("codec", "language", "sentence"),
    [
        ("cp1250", "pl", "Sąd skazał dziennikarkę na pięć lat więzienia"),
        ("cp1250", "cs-CZ", "Soud odsoudil novináře k pěti letům vězení"),
        ("cp1254", "tr", "Mahkeme gazeteciyi beş yıl hapis cezasına çarptırdı"),
        ("cp1257", "lt", "Teismas nuteisė žurnalistą penkeriems metams kalėjimo"),
        ("cp1251", "bg", "Съд"),
    ],
)
def test_decoded_document_without_charset_is_read_by_its_language(
    codec: str, language: str, sentence: str
) -> None:
    markup = document(sentence, language=language)
    assert charset.decoded(markup.encode(codec), "")[0] == markup


@pytest.mark.parametrize(
    ("declared", "content_type"),
    [("windows-1251", HEADER), ("windows-1251", "text/xml; charset=utf-8"),
     ("windows-1251", "text/xml; charset=koi8-r")],
)  # fmt: skip
def test_decoded_declaration_that_fits_beats_the_server(declared: str, content_type: str) -> None:
    markup = document(SENTENCES["cp1251"], declared)
    assert charset.decoded(markup.encode("cp1251"), content_type) == (markup, ())


def test_decoded_server_that_names_more_than_a_default_is_believed() -> None:
    markup = document("Ъ")
    assert charset.decoded(markup.encode("koi8-r"), "text/xml; charset=koi8-r")[0] == markup


@pytest.mark.parametrize(
    "codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"]
)
@pytest.mark.parametrize("before", ["", "\n", "{"])
def test_decoded_unicode_with_and_without_mark_is_read(codec: str, before: str) -> None:
    markup = before + document(SENTENCES["cp1251"], "utf-16")
    assert charset.decoded(markup.encode(codec), HEADER) == (markup, ())


def test_decoded_utf8_declared_as_something_else_is_utf8_and_told() -> None:
    markup = document(SENTENCES["cp1251"], "windows-1251")
    told, warnings = charset.decoded(markup.encode(), HEADER)
    assert told == markup
    assert warnings == ("declared as cp1251, but it is UTF-8",)


def test_decoded_utf8_with_an_accident_in_it_stays_utf8_and_is_told() -> None:
    body = document(SENTENCES["cp1251"] + "!").encode().replace(b"!", b"\xff")
    told, warnings = charset.decoded(body, HEADER)
    assert told == document(SENTENCES["cp1251"] + "\ufffd")
    assert warnings == ("UTF-8 with 1 broken characters, which cannot be read",)


def test_decoded_bytes_that_fit_nothing_are_read_all_the_same() -> None:
    told, warnings = charset.decoded(document("Ж").encode("cp1251") + bytes(range(128, 256)), "")
    assert told.startswith("<rss>")
    assert warnings
