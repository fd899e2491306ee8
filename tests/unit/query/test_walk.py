"""Queries asked of one record; that the archive's search agrees stands in the integration tests."""

import time
from datetime import UTC, datetime

import pytest

from builders import NOW, a_tag
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
        ("police ~2 beat", True),
        ("police ~1 beat", False),
        ("beat ~2 police", True),
        ('"water cannon" ~2 march', False),
        ('"water cannon" ~4 march', True),
        ("march ~50 police", False),  # one in the title, one in the text
        ("(rain OR beat) ~1 (snow OR march*)", True),
        ("-police ~2 beat", False),
        ("since:2026-11-01", True),
        ("since:2026-11-02", False),
        ("until:2026-11-01", True),
        ("until:2026-10-31", False),
    ],
)
def test_matches_record_answers_query(query: str, answer: bool) -> None:
    answered = matches(
        parse(query),
        title=TITLE,
        text=TEXT,
        tags=TAGS,
        language="pt-BR",
        feed="wire",
        told_at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC),
    )
    assert answered is answer


def test_matches_pair_of_a_word_that_is_repeated_without_end_takes_no_time() -> None:
    text = "army " * 200_000
    began = time.monotonic()
    assert not matches(
        parse("army ~50 (police OR armyx)"),
        title="police",
        text=text,
        tags=(),
        language="",
        feed="",
        told_at=NOW,
    )
    assert matches(
        parse("arm* ~50 army"),
        title="",
        text=text,
        tags=(),
        language="",
        feed="",
        told_at=NOW,
    )
    assert time.monotonic() - began < 5
