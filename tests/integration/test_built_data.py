"""What `tools/build_gazetteer.py` builds from its packages is what is shipped, byte for byte."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FILES = (
    "data/countries.csv",
    "data/languages.csv",
    "stages/tag/data/cities.csv",
    "stages/tag/data/demonyms.csv",
    "stages/tag/data/local.csv",
    "stages/tag/data/names.json",
    "stages/tag/data/namesakes.csv",
    "stages/tag/data/zone_cities.csv",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which everything was built anew."""
    folder = tmp_path_factory.mktemp("built")
    for file in FILES:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, ROOT / "tools/build_gazetteer.py", folder], check=True)
    return folder


@pytest.mark.parametrize("file", FILES)
def test_a_generated_file_is_shipped_as_it_is_built(file: str, built: Path) -> None:
    shipped = (ROOT / "src/hrwatch" / file).read_bytes()

    assert (built / file).read_bytes() == shipped, "run: python tools/build_gazetteer.py"


def test_nothing_else_is_built(built: Path) -> None:
    written = {str(file.relative_to(built)) for file in built.rglob("*") if file.is_file()}

    assert written == set(FILES)
