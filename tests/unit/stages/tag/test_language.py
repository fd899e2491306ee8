"""Which language a text is in. Every sentence is invented."""

import pytest

from hrwatch.stages.tag.language import detect, primary

SENTENCES = {
    "en": "The police took three students from their homes at night and held them without charge.",
    "fr": "La police a emmené trois étudiants la nuit et les a détenus sans inculpation.",
    "es": "La policía se llevó a tres estudiantes por la noche y los detuvo sin cargos.",
    "pt": "A polícia levou três estudantes de suas casas durante a noite e os deteve sem acusação.",
    "de": "Die Polizei holte nachts drei Studierende ab und hielt sie ohne Anklage fest.",
    "ru": "Полиция ночью забрала трёх студентов и держала их без обвинений.",
    "uk": "Поліція вночі забрала трьох студентів і тримала їх без звинувачень.",
    "be": "Паліцыя ўначы забрала трох студэнтаў і трымала іх без абвінавачанняў.",
    "pl": "Policja zabrała w nocy trzech studentów i trzymała ich bez zarzutów.",
    "tr": "Polis gece üç öğrenciyi evlerinden aldı ve suçlama olmadan gözaltında tuttu.",
    "ar": "اقتادت الشرطة ثلاثة طلاب من منازلهم ليلا واحتجزتهم دون توجيه أي تهمة إليهم.",
    "fa": "پلیس شبانه سه دانشجو را از خانه‌هایشان برد و بدون تفهیم اتهام بازداشت کرد.",
    "zh": "警方夜间带走了三名学生，在没有指控的情况下关押他们，家属和律师至今无法与他们见面。",
}


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_detect_whole_sentence_names_its_language(language: str, text: str) -> None:
    assert detect("", text) == language


def test_detect_sure_text_against_a_wrong_hint_believes_the_text() -> None:
    assert detect("", SENTENCES["ru"], hint="en") == "ru"


@pytest.mark.parametrize(
    ("title", "hint", "language"),
    [
        ("Minsk", "be", "be"),
        ("Minsk", "", ""),
        ("", "", ""),
        ("2026 – 03 – 02", "en-GB", "en"),
        ("Torture", "xx-invented-tag", "xx"),
        ("Torture", "klingon", ""),
    ],
)
def test_detect_short_text_goes_by_the_hint(title: str, hint: str, language: str) -> None:
    assert detect(title, "", hint) == language


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("pt-BR", "pt"),
        ("zh_Hant", "zh"),
        ("EN", "en"),
        (" fr ", "fr"),
        ("nb", "no"),
        ("nn-NO", "no"),
        ("yue", "zh"),
        ("", ""),
        ("english", ""),
        ("1a", ""),
    ],
)
def test_primary_of_a_language_tag_is_two_letters_or_nothing(tag: str, language: str) -> None:
    assert primary(tag) == language
