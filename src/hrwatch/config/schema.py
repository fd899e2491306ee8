"""The JSON schema of the operator's file, for editors: `python -m hrwatch.config.schema`."""

import json
import sys
from typing import Any

from hrwatch.config import shapes


def schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of config/feeds.yaml, made from the shapes."""
    made = shapes.File.model_json_schema()
    for shape in (made, *made["$defs"].values()):
        shape["properties"] = {
            name: _readable(field) for name, field in shape["properties"].items()
        }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | made


def text() -> str:
    """Return the schema as config/feeds.schema.json holds it."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def _readable(field: dict[str, Any]) -> dict[str, Any]:
    """Return a key's schema without what no reader needs; what may stand empty may be null."""
    kept = {key: value for key, value in field.items() if key != "title"}
    is_section = "$ref" in kept
    may_be_null = is_section or kept.get("default") == []
    if kept.get("default", "") is None or is_section:
        kept.pop("default", None)
    for choice in kept.get("anyOf", ()):
        may_be_null = may_be_null or choice == {"type": "null"}
        kept = (choice if choice != {"type": "null"} else {}) | kept
    kept.pop("anyOf", None)
    if "$ref" in kept:
        kept["anyOf"] = [{"$ref": kept.pop("$ref")}, {"type": "null"}]
    elif may_be_null:
        kept["type"] = [kept["type"], "null"]
    return kept


if __name__ == "__main__":
    sys.stdout.write(text())
