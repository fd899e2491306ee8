"""What a reply is answered, and that nobody who sends it back asks for anything."""

import itertools
from datetime import date

import pytest

from hrwatch.model.mail import Detail
from hrwatch.model.replies import Obstacle, Told, Verb
from hrwatch.stages.digest import answers, layout
from hrwatch.stages.digest.tongue import LANGUAGES
from hrwatch.stages.reply.commands import command

DAY = date(2026, 12, 6)
DONE = [
    Told(Verb.STOP, undo="start"),
    Told(Verb.START, undo="stop"),
    Told(Verb.START, until=DAY, undo="stop"),
    Told(Verb.PAUSE, until=DAY, undo="start"),
    Told(Verb.WRONG, numbers=(7, 9), missing=(12,)),
    Told(Verb.MUTE, numbers=(7,), undo="unmute 7"),
    Told(Verb.MUTE, until=DAY, source="Invented Wire", undo="unmute source Invented Wire"),
    Told(Verb.UNMUTE, numbers=(7,), undo="mute 7"),
    *(Told(Verb.MORE, detail=detail, undo="less") for detail in Detail),
]
NOT_DONE = [
    Told(Verb.MUTE, Obstacle.NO_DIGEST),
    Told(Verb.MUTE, Obstacle.NO_NUMBER, missing=(7, 9)),
    Told(Verb.MUTE, Obstacle.NO_SOURCE),
    Told(Verb.LESS, Obstacle.NO_CHANGE),
    Told(Verb.MORE, Obstacle.NO_CHANGE),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_of_every_answer_has_no_line_that_is_a_command(language: str) -> None:
    pages = [answers.page(told, language) for told in (*DONE, *NOT_DONE)]
    lines = [line for page in pages for line in (page.subject, *page.text.splitlines())]
    assert [line for line in lines if command(line)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_fits_72_columns_and_differs_with_what_is_told(language: str) -> None:
    pages = [answers.page(told, language) for told in (*DONE, *NOT_DONE)]
    texts = [page.text for page in pages]
    assert len(set(texts)) == len(texts)
    assert max(layout.columns(line) for text in texts for line in text.splitlines()) <= 72
    assert not any(page.html for page in pages)


@pytest.mark.parametrize("told", DONE)
def test_page_says_how_to_undo_what_was_done(told: Told) -> None:
    text = answers.page(told, "en").text
    assert (f"To undo this, answer: {told.undo}" in text) == bool(told.undo)
    assert command(told.undo) is not None or not told.undo


def test_page_in_other_languages_says_none_of_it_in_english() -> None:
    english = {line for told in DONE for line in answers.page(told, "en").text.splitlines()} - {""}
    for told, language in itertools.product(DONE, LANGUAGES[1:]):
        assert english.isdisjoint(answers.page(told, language).text.splitlines()), language
