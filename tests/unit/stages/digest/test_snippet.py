"""Snippets: where matched words are, marked, short, and without anybody's number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_evidence
from hrwatch.model.tags import Evidence, Field
from hrwatch.stages.digest.redact import EMAIL, PHONE
from hrwatch.stages.digest.snippet import LIMIT, snippet
from hrwatch.stages.digest.view import Piece

FILLER = "Nothing of this happened, and the sentence is here to fill the page. "


def place(text: str, word: str, field: Field = Field.TEXT) -> Evidence:
    """Return the evidence of a word where the text has it first."""
    return an_evidence(found=word, offset=text.index(word), length=len(word), field=field)


def shown(text: str, *words: str) -> str:
    """Return the snippet as plain text, matched words between stars."""
    pieces = snippet(text, tuple(place(text, word) for word in words))
    return "".join(f"*{piece.text}*" if piece.marked else piece.text for piece in pieces)


def test_snippet_of_a_short_text_is_all_of_it_with_words_marked() -> None:
    text = "They were tortured, and tortured again, in custody."
    assert shown(text, "tortured", "custody") == (
        "They were *tortured*, and tortured again, in *custody*."
    )


def test_snippet_of_a_long_text_is_the_sentences_round_the_best_word() -> None:
    text = FILLER * 9 + "They were tortured in custody. " + FILLER * 9
    result = shown(text, "tortured")
    assert "They were *tortured* in custody." in result
    assert result.startswith("Nothing of this")
    assert result.endswith("page.")
    assert len(result) <= LIMIT + 2  # the two stars


def test_snippet_stands_where_most_words_are() -> None:
    text = "A torture case. " + FILLER * 9 + "They were beaten in custody, and tortured. " + FILLER
    result = shown(text, "torture", "beaten", "custody", "tortured")
    assert "They were *beaten* in *custody*, and *tortured*." in result


def test_snippet_inside_one_endless_sentence_is_cut_at_words_with_ellipses() -> None:
    text = "word " * 200 + "tortured " + "word " * 200
    result = shown(text, "tortured")
    assert result.startswith("…word")
    assert result.endswith("word…")
    assert "*tortured*" in result
    assert len(result) <= LIMIT + 2


def test_snippet_without_a_word_in_the_text_is_its_beginning() -> None:
    in_title = an_evidence(field=Field.TITLE, offset=3, length=8)
    pieces = snippet(FILLER * 9, (in_title,))
    assert "".join(piece.text for piece in pieces).startswith("Nothing of this happened")
    assert not any(piece.marked for piece in pieces)


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_snippet_of_an_empty_text_is_empty(text: str) -> None:
    assert snippet(text, ()) == ()


def test_snippet_stands_on_one_line() -> None:
    assert shown("One.\n\nTwo tortured.\nThree.", "tortured") == "One. Two *tortured*. Three."


def test_snippet_of_a_script_without_spaces_is_cut_where_it_stands() -> None:
    text = "被拘押者的家属数周未能会面" * 60
    result = shown(text + "酷刑" + text, "酷刑")
    assert "*酷刑*" in result
    assert 200 <= len(result) <= LIMIT + 2


def test_snippet_holds_no_contact_and_counts_the_label() -> None:
    text = "Call +375 29 123-45-67 or write to anna@example.org: tortured. " + "1234567, " * 60
    result = shown(text, "tortured")
    assert result.startswith(f"Call {PHONE} or write to {EMAIL}: *tortured*.")
    assert "1234567" not in result
    assert len(result) <= LIMIT + 2


@pytest.mark.parametrize("shift", range(40))
def test_snippet_whose_edge_falls_into_a_number_shows_none_of_it(shift: int) -> None:
    text = "tortured " + "x" * (235 + shift) + " +375 29 123-45-67 and then more words follow"
    assert "375" not in shown(text, "tortured")
    assert "45-67" not in shown(text, "tortured")
    text = "+375 29 123-45-67 " + "x" * (90 + shift) + " tortured " + "more words " * 60
    assert "45-67" not in shown(text, "tortured")


def test_snippet_of_a_word_inside_a_contact_shows_the_label_instead() -> None:
    text = "Write to torture@example.org today."
    assert shown(text, "torture") == f"Write to {EMAIL} today."


@given(
    st.text(st.sampled_from("ab .\n?酷ا1+@-"), max_size=900),
    st.lists(st.tuples(st.integers(0, 899), st.integers(1, 30)), max_size=4),
)
def test_snippet_of_any_text_is_short_on_one_line_and_marks_words_of_the_text(
    text: str, places: list[tuple[int, int]]
) -> None:
    evidence = tuple(
        an_evidence(found=text[offset : offset + length], offset=offset, length=length)
        for offset, length in places
        if offset + length <= len(text)
    )
    pieces = snippet(text, evidence)
    assert sum(len(piece.text) for piece in pieces) <= LIMIT
    assert all("\n" not in piece.text and piece.text for piece in pieces)
    words = {" ".join(one.found.split()) for one in evidence}
    assert all(" ".join(piece.text.split()) in words for piece in pieces if piece.marked)
    assert snippet(text, evidence) == pieces
    assert Piece("") not in pieces
