"""Queries as people write them, and the trees they become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.errors import QueryError
from hrwatch.query import And, Field, FieldName, Node, Not, Or, Phrase, Prefix, Word, parse
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


@given(st.text(max_size=60) | st.text(alphabet='ab:*"()-,“” ANDORT', max_size=40))
def test_parse_anything_gives_a_tree_or_a_query_error(written: str) -> None:
    try:
        node = parse(written)
    except QueryError as error:
        assert 0 <= error.position <= len(written)
    else:
        assert parse(f"({written})") == node
