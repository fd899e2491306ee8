"""A change in words: what the one line counts, and that no passage shows a telephone."""

import pytest

from hrwatch.model.articles import Change
from hrwatch.stages.digest.changing import LONGEST, Part, Passage, account
from hrwatch.stages.digest.tongue import speaking

ENGLISH = speaking("en")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            Change(removed=("A paragraph.",), replaced=(("Ivan Petrov", "I. P."),)),
            "1 paragraph removed, 1 name replaced by initials, title unchanged",
        ),
        (Change(title=("Before", "After")), "title changed"),
        (
            Change(added=("One.", "Two."), more_added=3),
            "5 paragraphs added, title unchanged",
        ),
        (
            Change(replaced=(("12", "14"), ("1,200 men", "1,300 men"))),
            "2 figures changed, title unchanged",
        ),
        (
            Change(replaced=(("Иван Петров", "И. П."),)),
            "1 name replaced by initials, title unchanged",
        ),
        (Change(replaced=(("Okun", "O."),)), "1 name replaced by initials, title unchanged"),
        (
            Change(replaced=(("did order", "did not order"),)),
            "1 passage extended, title unchanged",
        ),
        (
            Change(replaced=(("He denied it to the court.", ""),)),
            "1 passage shortened, title unchanged",
        ),
        (
            Change(replaced=(("in Minsk", "in Grodno"), ("12 men", "14 women"))),
            "2 passages reworded, title unchanged",
        ),
    ],
)
def test_account_of_a_change_counts_it_by_its_kind(change: Change, line: str) -> None:
    assert account(change, ENGLISH).line == line


def test_account_shows_passages_in_order_and_counts_the_others() -> None:
    change = Change(
        title=("Before", "After"),
        removed=("Gone.",),
        added=("Come.",),
        replaced=(("12", "14"),),
        more_removed=2,
    )

    told = account(change, ENGLISH, 3)
    assert told.passages == (
        Passage(Part.TITLE, "Before", "After"),
        Passage(Part.REMOVED, "Gone.", ""),
        Passage(Part.ADDED, "", "Come."),
    )
    assert told.left_out == "and 3 more"
    assert account(change, ENGLISH).left_out == "and 2 more"


def test_account_shows_no_telephone_and_no_address_not_even_at_a_cut() -> None:
    phone, mail = "+375 29 123 45 67", "someone.from.minsk@wire.example"
    for before in range(LONGEST - 60, LONGEST + 10):
        told = (
            account(Change(added=("x" * before + f" {phone} {mail}",)), ENGLISH).passages[0].after
        )
        assert len(told) <= LONGEST
        assert "375" not in told
        assert "someone" not in told
