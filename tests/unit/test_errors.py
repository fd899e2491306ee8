"""The exceptions: the tree that is drawn of them, and their way through a pickle."""

import copy
import inspect
import pickle
import re
from collections.abc import Callable, Iterator

import pytest

from hrwatch import errors
from hrwatch.errors import BadStatus, ConfigError, HrwatchError, Mistake, QueryError

MISTAKE = Mistake("feeds.yaml", 12, 5, "feeds[3].every", "must be at least 1s")
WORDS = "what happened; what to do"
CLASSES = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, HrwatchError)
]
MADE_OTHERWISE: dict[type[HrwatchError], tuple[HrwatchError, str]] = {
    ConfigError: (ConfigError((MISTAKE, MISTAKE)), f"{MISTAKE}\n{MISTAKE}"),
    QueryError: (QueryError("a bracket stays open", 6), "a bracket stays open (at character 7)"),
    BadStatus: (BadStatus("news.example: 503", 503, 30.0), "news.example: 503"),
}
CASES = [MADE_OTHERWISE.get(kind) or (kind(WORDS), WORDS) for kind in CLASSES]


def _pickled(error: HrwatchError) -> HrwatchError:
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - written right here
    assert isinstance(back, HrwatchError)
    return back


def _drawn() -> Iterator[tuple[str, str]]:
    """Each class of the tree in the docstring, with its parent."""
    above = ["HrwatchError"]
    for line in (errors.__doc__ or "").splitlines():
        if branch := re.match(r"([│ ]*)[├└]── (\w+)", line):
            depth = len(branch[1]) // 4 + 1
            above[depth:] = [branch[2]]
            yield branch[2], above[depth - 1]


def test_tree_at_the_top_is_the_tree_of_the_classes() -> None:
    parents = {found.__name__: found.__base__.__name__ for found in CLASSES if found.__base__}
    assert parents.pop("HrwatchError") == "Exception"
    assert dict(_drawn()) == parents


def test_mistake_is_told_with_its_place() -> None:
    assert str(MISTAKE) == "feeds.yaml:12:5: feeds[3].every: must be at least 1s"


@pytest.mark.parametrize(("error", "told"), CASES, ids=[kind.__name__ for kind in CLASSES])
@pytest.mark.parametrize("way", [_pickled, copy.copy])
def test_error_comes_through_with_its_fields(
    error: HrwatchError, told: str, way: Callable[[HrwatchError], HrwatchError]
) -> None:
    back = way(error)

    assert type(back) is type(error)
    assert back.args == error.args
    assert vars(back) == vars(error)
    assert str(back) == str(error) == told
