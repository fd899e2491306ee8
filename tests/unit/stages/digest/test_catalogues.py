"""The four catalogues say all that the mails say, with the same values in it, and nothing else."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog

from hrwatch import territories
from hrwatch.stages.digest import names
from hrwatch.stages.digest.tongue import LANGUAGES, speaking

TRANSLATED = [language for language in LANGUAGES if language != "en"]
FORMS = {"fr": 2, "es": 2, "ru": 3, "ar": 6}
VALUE = re.compile(r"%\((\w+)\)s")
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@cache
def tool() -> Any:
    """The program behind `make words`, which knows what the code and the templates say."""
    path = Path(__file__).parents[4] / "tools" / "catalogues.py"
    spec = importlib.util.spec_from_file_location("catalogues", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def used() -> dict[tuple[str, Any], str]:
    found: dict[tuple[str, Any], str] = tool().used()
    return found


@cache
def catalogue(language: str) -> Catalog:
    read: Catalog = tool().read(language)
    return read


def entries(language: str) -> dict[tuple[str, Any], tuple[str, ...]]:
    """What a catalogue says, by context and English words: one form, or one for each plural."""
    return {
        (entry.context or "", entry.id): (
            (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
        )
        for entry in catalogue(language)
        if entry.id
    }


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_holds_every_sentence_that_is_used(language: str) -> None:
    known = {key for key, forms in entries(language).items() if all(forms)}

    assert {key: place for key, place in used().items() if key not in known} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_holds_nothing_that_is_not_used(language: str) -> None:
    countries = {("place", label) for label in territories.countries().values()}

    assert entries(language).keys() - used().keys() - countries == set()
    assert not any(entry.fuzzy for entry in catalogue(language) if entry.id)


@pytest.mark.parametrize("language", TRANSLATED)
def test_translation_has_the_values_of_its_sentence(language: str) -> None:
    for (_, message), forms in entries(language).items():
        singular = message if isinstance(message, str) else message[0]
        asked = set(VALUE.findall(singular if isinstance(message, str) else message[1]))
        for number, form in enumerate(forms):
            # Arabic says "one paragraph", "two paragraphs" in words of their own.
            spelled = {"num"} if language == "ar" and len(forms) > 1 and number <= 2 else set()
            told = set(VALUE.findall(form))
            assert told <= asked and asked - told <= spelled, (message, form)
            # Every other percent sign would be read as the beginning of a value.
            assert "%" not in VALUE.sub("", form).replace("%%", ""), form


@pytest.mark.parametrize("language", TRANSLATED)
def test_translation_says_nothing_twice_in_a_row(language: str) -> None:
    # So they stand where two changes that each bring a sentence are merged.
    said = [form for forms in entries(language).values() for form in forms]
    assert [form for form in said if re.fullmatch(r"(.{12,}?)\s?\1", form)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translation_has_every_plural_form(language: str) -> None:
    assert catalogue(language).num_plurals == FORMS[language]
    for (_, message), forms in entries(language).items():
        assert len(forms) == (1 if isinstance(message, str) else FORMS[language]), message


@pytest.mark.parametrize("language", TRANSLATED)
def test_translation_holds_no_markup_and_no_controls(language: str) -> None:
    # Templates take a sentence as it is, and escape only what is filled in.
    for (_, message), forms in entries(language).items():
        for form in (message if isinstance(message, tuple) else (message,)) + forms:
            assert not set(form) & set("<>&\n"), form
            assert not BIDI.search(form), form
            assert form == form.strip(), form


@pytest.mark.parametrize("language", TRANSLATED)
def test_plural_form_is_the_one_that_cldr_says(language: str) -> None:
    tongue = speaking(language)
    categories = {"fr": "one other", "es": "one other", "ru": "one few many"}
    order = categories.get(language, "zero one two few many other").split()

    for number in range(130):
        form = tongue.translations.plural(number)  # type: ignore[attr-defined]
        assert order[form] == tongue.locale.plural_form(number), number


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Torture and other ill-treatment"),
        ("fr", "Torture et autres mauvais traitements"),
        ("es", "Tortura y otros malos tratos"),
        ("ru", "Пытки и другие виды жестокого обращения"),
        ("ar", "التعذيب وغيره من ضروب سوء المعاملة"),
    ],
)
def test_shipped_keyword_is_named_in_the_language_of_the_mail(language: str, expected: str) -> None:
    labels = {"torture": "Torture and other ill-treatment"}

    assert names.keyword("torture", labels, speaking(language)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_label_of_the_operator_stays_as_it_is_written(language: str) -> None:
    labels = {"torture": "What we call torture", "water-cannon": "Water cannon"}

    assert names.keyword("torture", labels, speaking(language)) == "What we call torture"
    assert names.keyword("water-cannon", labels, speaking(language)) == "Water cannon"
