"""What was changed since the version that was told, from several steps; all stories invented."""

from dataclasses import replace

import pytest

from builders import a_record
from hrwatch.model.articles import Change, Kept, Record
from hrwatch.pipeline.mailing.since_told import whole_change

FIRST = "The court of Lesk heard the case.\n\nThe teacher was held for ten days."
ADDED = "Her lawyer was not let in."
STEPS = (Change(added=(ADDED,)), Change(replaced=(("ten", "twelve"),)))


def version(number: int, text: str, change: Change | None, title: str = "A case") -> Record:
    return replace(a_record(), version=number, text=text, title=title, change=change)


SECOND = f"{FIRST}\n\n{ADDED}"
LAST = SECOND.replace("ten", "twelve")
THREE = (version(1, FIRST, None), version(2, SECOND, STEPS[0]), version(3, LAST, STEPS[1]))


def test_change_of_two_steps_is_told_as_one() -> None:
    assert whole_change(THREE) == Change(added=(ADDED,), replaced=(("ten", "twelve"),))


def test_paragraph_that_came_and_went_again_is_no_change() -> None:
    gone = version(3, FIRST.replace("ten", "twelve"), Change(removed=(ADDED,)))
    assert whole_change((*THREE[:2], gone)) == Change(replaced=(("ten", "twelve"),))


def test_title_is_told_from_the_first_to_the_last() -> None:
    titled = (
        version(1, FIRST, None, "Teacher held"),
        version(2, FIRST, Change(title=("Teacher held", "Teacher heard")), "Teacher heard"),
        version(3, FIRST, Change(title=("Teacher heard", "Teacher freed")), "Teacher freed"),
    )
    assert whole_change(titled) == Change(title=("Teacher held", "Teacher freed"))


@pytest.mark.parametrize(
    ("versions", "why"),
    [
        (THREE[1:], "one step"),
        ((THREE[0], replace(THREE[1], change=None), THREE[2]), "a page was read at last"),
        ((replace(THREE[0], kept=Kept.HEADLINE, text=""), *THREE[1:]), "the words are not kept"),
        ((replace(THREE[0], text="Something else."), *THREE[1:]), "more than the steps found"),
        ((THREE[0], replace(THREE[1], title="B"), replace(THREE[2], text=FIRST)), "nothing left"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_last_step_is_told_where_the_whole_is_not_known(
    versions: tuple[Record, ...], why: str
) -> None:
    assert whole_change(versions) is None, why
