"""Names the world agreed on: codes of countries and places, languages, time zones."""

import pytest

from hrwatch import territories
from hrwatch.config import names


def test_countries_are_those_of_iso_and_kosovo() -> None:
    assert len(territories.countries()) == 250


@pytest.mark.parametrize("value", ["BY", "NO", "XK", "TW", "HK", "PS", "EH", "CN-XJ", "MM-16"])
def test_country_that_is_known_is_kept(value: str) -> None:
    assert names.country(value) == value


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("by", "BY"),
        (" BY", "BY"),
        ("Belarus", "BY"),
        ("belarus", "BY"),
        ("Rusia", "RU"),
        ("UK", "GB"),
        ("BU", "MM"),
        ("Xinjiang", "CN-XJ"),
        ("cn-xj", "CN-XJ"),
        ("Kosovo", "XK"),
    ],
)
def test_country_that_is_unknown_brings_a_guess(value: str, meant: str) -> None:
    with pytest.raises(ValueError, match=rf"; did you mean {meant} \("):
        names.country(value)


@pytest.mark.parametrize(
    "value", ["", "QQ", "ZZ", "EU", "UN", "QO", "XA", "Atlantis", "😀", "x" * 10_000]
)
def test_country_that_nothing_resembles_brings_an_example(value: str) -> None:
    with pytest.raises(ValueError, match="such as BY") as raised:
        names.country(value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("value", ["be", "zh", "ckb", "sr"])
def test_language_that_is_known_is_kept(value: str) -> None:
    assert names.language(value) == value


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("EN", "en"),
        ("pt-BR", "pt"),
        ("zh_Hans", "zh"),
        ("Ukrainian", "uk"),
        ("ua", "uk"),
        ("cn", "zh"),
    ],
)
def test_language_that_is_unknown_brings_a_guess(value: str, meant: str) -> None:
    with pytest.raises(ValueError, match=rf"did you mean {meant}\?"):
        names.language(value)


@pytest.mark.parametrize("value", ["be", "pt-BR", "zh-Hant-TW", "sr-Latn"])
def test_language_tag_that_is_known_is_kept(value: str) -> None:
    assert names.language_tag(value) == value


@pytest.mark.parametrize("value", ["", "x", "en-", "en_GB", "es_419", "root", "-", "qqq-BR"])
def test_language_tag_otherwise_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="no language code"):
        names.language_tag(value)


@pytest.mark.parametrize("value", ["UTC", "Europe/Vilnius", "America/Argentina/Buenos_Aires"])
def test_timezone_that_is_known_is_kept(value: str) -> None:
    assert names.timezone(value) == value


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("Europe/Vilnus", "Europe/Vilnius"),
        ("Kyiv", "Europe/Kyiv"),
        ("europe/minsk", "Europe/Minsk"),
    ],
)
def test_timezone_that_is_unknown_brings_a_guess(value: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"did you mean {meant}"):
        names.timezone(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        "..",
        "/etc/passwd",
        "../../etc/passwd",
        "Europe",
        "Europe/",
        "\x00",
        "a" * 5000,
        "é",
        "zone.tab",
    ],
)
def test_timezone_otherwise_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        names.timezone(value)
