"""Towns with a namesake abroad. Every sentence is invented."""

import pytest

from hrwatch.model.tags import Kind
from hrwatch.stages.tag.countries import CountryTagger
from hrwatch.stages.tag.gazetteer import Gazetteer
from hrwatch.stages.tag.tokens import tokenise

TAGGER = CountryTagger(Gazetteer())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Police in Birmingham met the mayor.", {"GB"}),
        ("Police in Birmingham met the governor of Alabama.", {"US"}),
        ("Police in Birmingham, Ala., met. Birmingham was calm.", {"US"}),
        ("LONDON, Ky. (Wire) -- A man fell. London police came.", {"US"}),
        ("Police in London met the governor of Kentucky.", {"GB", "US"}),
        ("A court in Cambridge heard an American nurse.", {"US"}),
        ("A court in Cambridge heard an American nurse and a British one.", {"GB", "US"}),
        ("Teachers in Valencia left Venezuela.", {"VE"}),
        ("Teachers in Valencia marched.", {"ES"}),
        ("Judges in Vancouver, British Columbia, spoke of the United States.", {"CA", "US"}),
    ],
)
def test_a_town_is_where_the_rest_of_the_text_is(text: str, expected: set[str]) -> None:
    tags = TAGGER.tag(tokenise(""), tokenise(text), "en")
    assert {tag.value for tag in tags if tag.kind is Kind.COUNTRY} == expected
