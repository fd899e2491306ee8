"""Where the tests look for corpora, which are not in the repository."""

from pathlib import Path

from conftest import CORPORA_VARIABLE, where_corpora_are

THERE = Path(__file__).parent
MISSING = THERE / "missing"


def test_corpora_folder_that_is_named_goes_first_even_if_it_is_missing() -> None:
    assert where_corpora_are({CORPORA_VARIABLE: str(MISSING)}, THERE) == MISSING


def test_corpora_folder_that_nobody_named_is_the_usual_one_or_none() -> None:
    assert where_corpora_are({}, THERE) == THERE
    assert where_corpora_are({CORPORA_VARIABLE: ""}, MISSING) is None
