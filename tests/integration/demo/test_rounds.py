"""Where the demo may write."""

from pathlib import Path

import pytest

from hrwatch.demo.rounds import free_directory
from hrwatch.errors import ArchiveError


def test_free_directory_without_a_wish_is_the_next_free_one(tmp_path: Path) -> None:
    assert free_directory(None, tmp_path) == tmp_path / "hrwatch-demo"
    assert free_directory(None, tmp_path) == tmp_path / "hrwatch-demo-2"


def test_free_directory_that_is_new_is_made_with_its_parents(tmp_path: Path) -> None:
    wished = tmp_path / "some" / "where"

    assert free_directory(wished, tmp_path) == wished
    assert wished.is_dir()


@pytest.mark.parametrize("name", ["full", "file"])
def test_free_directory_that_holds_something_or_is_a_file_is_refused(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")

    with pytest.raises(ArchiveError, match=name):
        free_directory(tmp_path / name, tmp_path)
