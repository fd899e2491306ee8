"""What a reply is answered, and that nobody who sends it back asks for anything."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from hrwatch.model.mail import Detail
from hrwatch.model.replies import Command, Obstacle, Told, Verb
from hrwatch.stages.digest import answers, layout
from hrwatch.stages.digest.tongue import LANGUAGES
from hrwatch.stages.reply.commands import called, command

DAY = date(2026, 12, 6)
UNMUTE_SOURCE = Command(Verb.UNMUTE, source="Invented Wire")
UNMUTE_WORD = Command(Verb.UNMUTE, word="Water cannon*")
DONE = [
    Told(Verb.STOP, undo=Command(Verb.START)),
    Told(Verb.START, undo=Command(Verb.STOP)),
    Told(Verb.START, until=DAY, undo=Command(Verb.STOP)),
    Told(Verb.START, since=DAY, undo=Command(Verb.STOP)),
    Told(Verb.PAUSE, until=DAY, since=DAY, undo=Command(Verb.START)),
    Told(Verb.PAUSE, until=DAY, undo=Command(Verb.START)),
    Told(Verb.START, suspended=True, undo=Command(Verb.STOP)),
    Told(Verb.PAUSE, until=DAY, suspended=True, undo=Command(Verb.START)),
    Told(Verb.WRONG, numbers=(7, 9), missing=(12,)),
    Told(Verb.MUTE, numbers=(7,), undo=Command(Verb.UNMUTE, (7, 9))),
    Told(Verb.MUTE, until=DAY, source="Invented Wire", undo=UNMUTE_SOURCE),
    Told(Verb.MUTE, until=DAY, word="Water cannon*", undo=UNMUTE_WORD),
    Told(Verb.UNMUTE, word="water cannon", undo=replace(UNMUTE_WORD, verb=Verb.MUTE)),
    Told(Verb.UNMUTE, numbers=(7,), undo=Command(Verb.MUTE, (7, 9))),
    *(Told(Verb.MORE, detail=detail, undo=Command(Verb.LESS)) for detail in Detail),
]
NOT_DONE = [
    Told(Verb.HELP),
    Told(Verb.HELP, line="please stop sending these mails to me"),
    Told(Verb.HELP, line="توقفوا عن إرسال هذه الرسائل"),
    Told(Verb.MUTE, Obstacle.NO_DIGEST),
    Told(Verb.MUTE, Obstacle.NO_NUMBER, missing=(7, 9)),
    Told(Verb.MUTE, Obstacle.NO_SOURCE),
    Told(Verb.MUTE, Obstacle.NO_WORD),
    Told(Verb.UNMUTE, Obstacle.NO_MUTED_WORD),
    Told(Verb.UNMUTE, Obstacle.NO_MUTED_WORD, words=("water cannon", "stop")),
    Told(Verb.MUTE, Obstacle.TOO_MANY, words=("water cannon", "stop")),
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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", [told for told in DONE if told.undo])
def test_page_says_what_to_answer_to_undo_what_was_done(told: Told, language: str) -> None:
    text = answers.page(told, language).text
    shown = [line.rpartition(":")[2].rpartition("\u00a0")[2] for line in text.splitlines()]
    understood = [asked for line in shown if (asked := command(line))]
    assert told.undo is not None
    source, word = called(told.undo.source), called(told.undo.word)
    assert understood == [replace(told.undo, source=source, word=word)]


def test_page_in_other_languages_says_none_of_it_in_english() -> None:
    english = {line for told in DONE for line in answers.page(told, "en").text.splitlines()} - {""}
    for told, language in itertools.product(DONE, LANGUAGES[1:]):
        assert english.isdisjoint(answers.page(told, language).text.splitlines()), language
