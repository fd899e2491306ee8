"""Queries as people write them, and the trees they become."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.errors import QueryError
from hrwatch.query import (
    And,
    Field,
    FieldName,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Since,
    Until,
    Word,
    parse,
)
from hrwatch.query.grammar import MAX_DEPTH, MAX_LENGTH

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("a", A),
        ("  a\t\n b ", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a or b", And((A, Word("or"), B))),
        ("-a", Not(A)),
        ("NOT a b", And((Not(A), B))),
        ("a -(b c)", And((A, Not(And((B, C)))))),
        ("--a", Not(Not(A))),
        ("((a))", A),
        ('"water cannon"', Phrase("water cannon")),
        ("“water cannon”", Phrase("water cannon")),
        ("„водомёт“ «дубинки»", And((Phrase("водомёт"), Phrase("дубинки")))),
        ("tortur*", Prefix("tortur")),
        ('"water cannon*"', Prefix("water cannon")),
        ('"water cannon"*', Prefix("water cannon")),
        ("anti-torture", Word("anti-torture")),
        ("l'état", Word("l'état")),
        ("пытки", Word("пытки")),
        ("تعذيب", Word("تعذيب")),
        ("拷問", Word("拷問")),
        ("यातना", Word("यातना")),
        ("10:30", Word("10:30")),
        ("Беларусь:пытки", Word("Беларусь:пытки")),
        ("(Belarus:)", Word("Belarus:")),
        ("Belarus: three", And((Word("Belarus:"), Word("three")))),
        ("country:by", Field(FieldName.COUNTRY, ("BY",))),
        ("Country:BY,ru,BY", Field(FieldName.COUNTRY, ("BY", "RU"))),
        ("country:cn-xj", Field(FieldName.COUNTRY, ("CN-XJ",))),
        ("country:NO", Field(FieldName.COUNTRY, ("NO",))),
        ("keyword:Enforced-Disappearance", Field(FieldName.KEYWORD, ("enforced-disappearance",))),
        ("language:pt-BR", Field(FieldName.LANGUAGE, ("pt-br",))),
        ("feed:HRW_en.1", Field(FieldName.FEED, ("HRW_en.1",))),
        ("mentions:BY,torture", Field(FieldName.MENTIONS, ("BY", "torture"))),
        ("a ~5 b", Near((A,), (B,), 5)),
        ('"water cannon"~5 b', Near((Phrase("water cannon"),), (B,), 5)),
        ("a~b ~b", And((Word("a~b"), Word("~b")))),
        ("-a ~5 b c", And((Not(Near((A,), (B,), 5)), C))),
        ("a b ~50 c OR a", Or((And((A, Near((B,), (C,), 50))), A))),
        ('(a OR b) ~1 ("b c" OR (c OR d*))',
         Near((A, B), (Phrase("b c"), C, Prefix("d")), 1)),
        ("since:2026-11-01 Until:2026-11-30",
         And((Since(date(2026, 11, 1)), Until(date(2026, 11, 30))))),
        ("-feed:x (country:BY)", And((Not(Field(FieldName.FEED, ("x",))),
                                     Field(FieldName.COUNTRY, ("BY",))))),
    ],
)  # fmt: skip
def test_parse_query_gives_its_tree(written: str, tree: Node) -> None:
    assert parse(written) == tree


@pytest.mark.parametrize(
    ("written", "position", "told"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("a (b", 2, "not closed"),
        ("a) b", 1, "closes nothing"),
        ("a ()", 3, "nothing between"),
        ("a (", 3, "follow the parenthesis"),
        ("a OR", 4, "follow OR"),
        ("a AND OR b", 6, "follow AND"),
        ("NOT", 3, "follow NOT"),
        ("OR a", 0, "before OR"),
        ('a "b c', 2, "not closed"),
        ("a ***", 2, "no letter or digit"),
        ("a – b", 2, "no letter or digit"),
        ("- -a", 0, "no letter or digit"),
        ('""', 0, "no letter or digit"),
        ("a b*c", 3, "end of a word"),
        ("contry:BY", 0, "did you mean country?"),
        ("http://site.example", 0, "quotation marks"),
        ("country: BY", 0, "needs a value"),
        ("country:(BY OR RU)", 0, "needs a value"),
        ("country:Belarus", 0, "a code such as BY"),
        ("country:BY,", 0, "a code such as BY"),
        ("a keyword:*", 2, "the name of a keyword"),
        ("language:russian", 0, "such as ru"),
        ("a ~5", 4, "has to follow ~5"),
        ("a ~5 -b", 5, "has to follow ~5"),
        ("~5 a", 0, "both sides of ~5"),
        ("a~5 b", 0, "police ~5 crowd"),
        ("a ~5b", 2, "police ~5 crowd"),
        ("a ~0 b", 2, "from 1 to 50"),
        ("a ~51 b", 2, "from 1 to 50"),
        ("a ~" + "9" * 1_000 + " b", 2, "from 1 to 50"),
        ("a ~5 b ~5 c", 7, "two sides"),
        ("a ~5 country:BY", 5, "beside ~ stand"),
        ("(a b) ~5 c", 0, "beside ~ stand"),
        ("a ~5 (-b)", 5, "beside ~ stand"),
        ('a ~5 "' + "b " * 21 + '"', 5, "at most 20 words"),
        ("(a OR b OR c OR d OR e OR f) ~5 (a OR b OR c OR d OR e OR f)", 29, "30 pairs"),
        ("a NEAR/5 b", 2, "police ~5 crowd"),
        ("since: a", 0, "needs a value"),
        ("a since:yesterday", 2, "a day such as"),
        ("since:2026-02-30", 0, "a day such as"),
        ("until:0001-01-01", 0, "a day such as"),
        ("until:2026-02-01,2026-02-02", 0, "a day such as"),
        ("sinc:2026-02-01", 0, "did you mean since?"),
    ],
)
def test_parse_mistake_tells_place_and_trouble(written: str, position: int, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(written)
    assert caught.value.position == position
    assert told in str(caught.value)


def test_parse_too_long_is_refused() -> None:
    assert parse("a" * MAX_LENGTH) == Word("a" * MAX_LENGTH)
    with pytest.raises(QueryError, match="at most 2000"):
        parse("a" * (MAX_LENGTH + 1))


@pytest.mark.parametrize("opening", ["(", "-", "NOT "])
def test_parse_too_deep_is_refused(opening: str) -> None:
    closing = ")" if opening == "(" else ""
    assert parse(opening * MAX_DEPTH + "a" + closing * MAX_DEPTH)
    with pytest.raises(QueryError, match="within each other"):
        parse(opening * (MAX_DEPTH + 1) + "a" + closing * (MAX_DEPTH + 1))


@given(st.text(max_size=60) | st.text(alphabet='ab:*"()-,“” ANDORT~12', max_size=40))
def test_parse_anything_gives_a_tree_or_a_query_error(written: str) -> None:
    try:
        node = parse(written)
    except QueryError as error:
        assert 0 <= error.position <= len(written)
    else:
        assert parse(f"({written})") == node
