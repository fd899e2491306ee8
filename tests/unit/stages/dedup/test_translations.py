"""What is a translation of what: pages say it, and only those of one house are believed."""

from dataclasses import replace

import pytest

from hrwatch.model.articles import Copy, CopyKind, Counterpart
from hrwatch.stages.dedup.translations import translation_of

ENGLISH = Counterpart(
    record="en",
    feed="desk-en",
    feed_address="https://desk.example/en/feed",
    permalink="https://desk.example/en/1",
    page="https://desk.example/en/1",
    language="en",
    translations=("https://desk.example/fr/1",),
    copy_of=None,
)
FRENCH = replace(
    ENGLISH,
    record="fr",
    feed="desk-fr",
    feed_address="https://www.desk.example/fr/feed",
    permalink="https://desk.example/fr/1",
    page="https://desk.example/fr/1",
    language="fr",
    translations=(),
)
TRANSLATION = Copy("en", CopyKind.TRANSLATION, 1.0)


def test_translation_that_is_named_or_names_is_linked() -> None:
    assert translation_of(FRENCH, [ENGLISH], {}) == TRANSLATION
    naming = replace(FRENCH, translations=(ENGLISH.permalink,))
    assert translation_of(naming, [replace(ENGLISH, translations=())], {}) == TRANSLATION
    assert translation_of(FRENCH, [replace(ENGLISH, translations=())], {}) is None


@pytest.mark.parametrize(
    ("orgs", "linked"),
    [
        ({"desk-en": "desk", "desk-it": "desk"}, True),
        ({"desk-en": "desk", "desk-it": "others"}, False),
        ({"desk-en": "desk"}, False),
        ({}, False),
    ],
)
def test_translation_on_another_domain_is_linked_within_one_org_only(
    orgs: dict[str, str], linked: bool
) -> None:
    italian = replace(
        FRENCH,
        feed="desk-it",
        feed_address="https://desk-italia.example/feed",
        permalink="https://desk-italia.example/1",
        page="https://desk-italia.example/1",
        language="it",
        translations=(ENGLISH.permalink,),
    )

    assert translation_of(italian, [ENGLISH], orgs) == (TRANSLATION if linked else None)


@pytest.mark.parametrize(
    "stranger",
    [
        pytest.param({"language": "fr-CA"}, id="the same language"),
        pytest.param({"language": "und"}, id="a language that is not known"),
        pytest.param({"permalink": "https://thief.example/1"}, id="a page it only links to"),
        pytest.param({"page": "https://thief.example/1"}, id="a page it was led away to"),
        pytest.param({"copy_of": "elsewhere"}, id="a copy of what somebody else said"),
    ],
)
def test_translation_of_what_no_such_word_can_be_taken_for_is_not_linked(
    stranger: dict[str, str],
) -> None:
    other = replace(
        ENGLISH,
        record="other",
        feed="other",
        feed_address="https://other.example/feed",
        permalink="https://other.example/1",
        page="https://other.example/1",
    )
    naming = replace(FRENCH, translations=(ENGLISH.permalink, "https://thief.example/1"))
    known = [replace(ENGLISH, **stranger), replace(other, record="elsewhere")]

    assert translation_of(naming, known, {}) is None


def test_translation_that_a_site_names_on_every_page_is_linked_once() -> None:
    taken = replace(FRENCH, permalink="https://desk.example/fr/2")
    known = replace(ENGLISH, told_in=(("fr", FRENCH.permalink),))

    assert translation_of(replace(taken, translations=(ENGLISH.permalink,)), [known], {}) is None
    assert translation_of(FRENCH, [known], {}) == TRANSLATION  # the same page in another feed
