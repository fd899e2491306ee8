"""Small towns of local papers, the last resort. Every sentence is invented."""

import pytest

from hrwatch.model.tags import Kind
from hrwatch.stages.tag.countries import CountryTagger
from hrwatch.stages.tag.gazetteer import Gazetteer
from hrwatch.stages.tag.tokens import tokenise

TAGGER = CountryTagger(Gazetteer())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Officers in Schenectady and in Westchester County met; Schenectady was calm.", {"US"}),
        ("Nurses in Barnsley marched to the town hall of Gateshead.", {"GB"}),
        ("Officers in Schenectady met.", set()),
        ("The nurse Ann Barnsley met Tom Gateshead. Then Barnsley left, and Gateshead.", set()),
        ("Nurses in Barnsley, Gateshead and Schenectady and in Westchester County marched.", set()),
        ("Nurses in Barnsley and in Gateshead wrote to Norway.", {"NO"}),
    ],
)
def test_small_towns_name_a_country_together_where_nothing_else_does(
    text: str, expected: set[str]
) -> None:
    tags = TAGGER.tag(tokenise(""), tokenise(text), "en")
    assert {tag.value for tag in tags if tag.kind is Kind.COUNTRY} == expected
