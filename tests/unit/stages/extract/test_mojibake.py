"""Text that was decoded wrongly once: mended where that is proved, left alone where it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.stages.extract.mojibake import mended


def twice_encoded(told: str) -> str:
    """Return a text as it looks after its UTF-8 was read as Windows-1252, as browsers read it."""
    return "".join(
        chr(byte) if byte in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else bytes([byte]).decode("cp1252")
        for byte in told.encode()
    )


@pytest.mark.parametrize(
    "told",
    [
        "The guards’ answer: “nobody was here” – not one, they said…",
        "José Núñez vivía en São Tomé, según Génesis",
        "Die Wärter fuhren die größte Straße hinauf",
        "Суд в Минске вынес приговор",
        "قالت المحكمة إنها لم تسمع شيئا",
        "法院没有作出任何回答",
        "It cost 40 € and bears a ™",
    ],
)
def test_mended_text_encoded_twice_is_what_it_was(told: str) -> None:
    assert mended(twice_encoded(told)) == told


@pytest.mark.parametrize(
    "told",
    [
        "Das „Fuß“ und «Fuß», sagte er",
        "Il parle du «café»… et puis rien",
        "„café”…",
        "AMANHû, diz o cartaz: «AMANHû",
        "NÃO, VERÃO, LIÇÕES: “SÃO PAULO”",
        "Âge d’or, Âme, HÂTE – “CHÂTEAU”",
        "Ærø, Ñandú, Øst, Ünal, İzmir, Łódź",
        "Москва, Київ, Мінск",
        "x² + y³ = ÷ ×2 ±1 ½ §5 °C",
        "",
    ],
)
def test_mended_text_that_is_right_stays_as_it_is(told: str) -> None:
    assert mended(told) == told


def test_mended_closing_quotation_mark_that_lost_its_control_is_one() -> None:
    assert mended("a â€œsmallâ€ amount, â€œnobodyâ€") == "a “small” amount, “nobody”"


@given(st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"])))
def test_mended_text_of_western_letters_never_grows(told: str) -> None:
    assert len(mended(told)) <= len(told)
