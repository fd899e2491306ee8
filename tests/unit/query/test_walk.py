"""Queries asked of one record; that the archive's search agrees stands in the integration tests."""

import pytest

from builders import a_tag
from hrwatch.model.tags import Relation
from hrwatch.query import matches, parse

TITLE = "Water cannon used at Minsk's march"
TEXT = "Police in Arvenia beat marchers; Ёлка square. 北京市で拷問。 सुप्रीम कोर्ट. مُحَمَّد"
TAGS = (
    a_tag("BY"),
    a_tag("CN-XJ"),
    a_tag("torture"),
    a_tag("RU", relation=Relation.MENTION),
    a_tag("press-freedom", relation=Relation.MENTION),
)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("police", True),
        ("POLICE arvenia", True),
        ("polic", False),
        ("polic*", True),
        ("cannon police", True),
        ('"water cannon"', True),
        ('"cannon water"', False),
        ('"water can*"', True),
        ('"march police"', False),  # the end of the title and the beginning of the text
        ("minsk", True),
        ("елка", True),
        ("拷問", True),
        ("問拷", False),
        ("北京", True),
        ("拷*", True),
        ("सुप्रीम", True),
        ("सप्रम", False),
        ("محمد", True),
        ("police -beat", False),
        ("-rain", True),
        ("rain OR beat", True),
        ("(rain OR snow) police", False),
        ("country:BY", True),
        ("country:RU", False),
        ("country:RU,BY", True),
        ("country:CN-XJ", True),
        ("country:CN", False),
        ("mentions:RU", True),
        ("mentions:press-freedom", True),
        ("mentions:BY", True),
        ("keyword:torture", True),
        ("keyword:press-freedom", False),
        ("language:pt", True),
        ("language:pt-br", True),
        ("language:pt-pt,en", False),
        ("feed:wire", True),
        ("feed:wir", False),
    ],
)
def test_matches_record_answers_query(query: str, answer: bool) -> None:
    assert (
        matches(parse(query), title=TITLE, text=TEXT, tags=TAGS, language="pt-BR", feed="wire")
        is answer
    )
