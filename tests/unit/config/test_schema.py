"""What the JSON schema tells an editor of the keys."""

import pytest

from hrwatch.config.schema import schema


@pytest.mark.parametrize(
    ("section", "key", "told"),
    [
        ("Fetch", "ca_file", "beside the usual ones"),
        ("Mail", "ca_file", "nothing else is then believed"),
        ("Feed", "countries", "never against a country"),
        ("Keyword", "severity", "most urgent (see urgent)"),
        ("Keyword", "group", "not used yet"),
    ],
)
def test_schema_key_says_what_comes_of_it(section: str, key: str, told: str) -> None:
    assert told in schema()["$defs"][section]["properties"][key]["description"]
