"""What a digest shows of the words that an article was found by. All texts invented."""

import pytest

from builders import a_record, an_evidence
from hrwatch.model.tags import Field
from hrwatch.stages.digest.matched import shown
from hrwatch.stages.digest.redact import EMAIL, IDENTITY, PHONE


@pytest.mark.parametrize(
    ("told", "found", "expected"),
    [
        ("Guards kick them.", "Guards kick", "Guards kick"),
        ("At tortured@example.org.", "tortured", EMAIL),
        (
            "Police beat anna@example.org and kick her.",
            "Police beat anna@example.org and kick",
            f"Police beat {EMAIL} and kick",
        ),
        (
            "Guards (phone +375 29 123-45-67) kick them, says beat@example.org.",
            "Guards (phone +375 29 123-45-67) kick",
            f"Guards (phone {PHONE}) kick",
        ),
        # Of an address that begins or ends outside, nothing is shown.
        ("Police beat anna@beat.example.", "Police beat anna@beat", EMAIL),
        ("Beat anna@example.org, and kick@example.org.", "Beat anna@example.org, and kick", EMAIL),
        # A number that only the word before it shows to be one.
        ("Passport: AB 12 34 56 7 beaten.", "AB 12 34 56 7 beaten", IDENTITY),
    ],
)
def test_word_is_shown_without_what_is_taken_out(told: str, found: str, expected: str) -> None:
    at = {"field": Field.TEXT, "offset": told.index(found), "length": len(found)}

    assert shown(an_evidence(found=found, **at), a_record(text=told), str) == expected


def test_long_stretch_is_cut() -> None:
    found = f"guards {'and others ' * 9}kick"
    at = {"field": Field.TEXT, "offset": 0, "length": len(found)}
    word = shown(an_evidence(found=found, **at), a_record(text=found), str)

    assert len(word) <= 60 and found.startswith(word.removesuffix("…")) and word.endswith("…")
