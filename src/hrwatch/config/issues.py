"""The shipped taxonomy as people write it, and as it is shipped: `python -m hrwatch.config.issues`.

Reading the files of issues takes four tenths of a second, which each start of hrwatch would wait
for; what is made of them lies beside them (`make taxonomy`), and a test keeps it current.
"""

import importlib.resources
import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from hrwatch.config import reading, shapes, taxonomy, terms
from hrwatch.model.tags import Rules

# Issues of one kind stand in one file; tags come in this order.
GROUPS = (
    "integrity",
    "liberty",
    "justice",
    "civic-space",
    "conflict",
    "movement",
    "equality",
    "economic",
    "digital",
)


class Issue(shapes.Keyword):
    """One issue of the shipped taxonomy: what an operator may write, and a little more."""

    id: str
    sources: list[str] = Field(default=[], description="Where the right stands.")
    mask_regex: list[str] | None = None


class Common(shapes.Shape):
    """The shape of the file that holds what all issues share."""

    global_mask: list[Annotated[str, AfterValidator(terms.phrase)]]
    global_review_cues: list[Annotated[str, AfterValidator(terms.phrase)]]
    lists: dict[str, shapes.Phrases]


class Group(shapes.Shape):
    """The shape of a file of issues; the file's name is the group's."""

    lists: dict[str, shapes.Phrases] = Field(default={})
    issues: list[Issue]


def rules() -> Rules:
    """Return what the files of issues say; a fault in one is a bug and raises through."""
    common = Common.model_validate(_written("common"))
    groups = {name: Group.model_validate(_written(name)) for name in GROUPS}
    keywords = [
        taxonomy.frozen_keyword(issue.id, taxonomy.frozen_fields(issue) | {"group": name})
        for name, group in groups.items()
        for issue in group.issues
    ]
    lists = [common.lists, *(group.lists for group in groups.values())]
    return Rules(
        keywords=tuple(keywords),
        global_mask=tuple(common.global_mask),
        review_cues=tuple(common.global_review_cues),
        lists=tuple(pair for some in lists for pair in taxonomy.frozen_lists(some)),
    )


def text() -> str:
    """Return the taxonomy as stages/tag/data/taxonomy.json holds it: an issue or a list a line."""
    made = asdict(rules())
    parts = (f'"{name}": [\n{_lines(values)}\n]' for name, values in made.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _written(name: str) -> Any:
    folder = importlib.resources.files("hrwatch") / "stages" / "tag" / "data" / "keywords"
    return reading.parse((folder / f"{name}.yaml").read_bytes(), f"{name}.yaml").root.plain()


def _lines(values: list[Any]) -> str:
    return ",\n".join(json.dumps(value, ensure_ascii=False) for value in values)


if __name__ == "__main__":
    sys.stdout.write(text())
