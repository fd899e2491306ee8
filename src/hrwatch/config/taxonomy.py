"""The rules that articles are tagged by: the shipped taxonomy with the operator's own keywords."""

import functools
import importlib.resources
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from hrwatch.config import reading, shapes, terms
from hrwatch.model.tags import Keyword, Rules

Lists = tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]
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
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class Issue(shapes.Keyword):
    """One issue of the shipped taxonomy: what an operator may write, and a little more."""

    id: str
    sources: list[str] = Field(default=[], description="Where the right stands.")
    mask_regex: list[str] | None = None


class Common(shapes.Shape):
    """The shape of the shipped file that holds what all issues share."""

    global_mask: list[Annotated[str, AfterValidator(terms.phrase)]]
    global_review_cues: list[Annotated[str, AfterValidator(terms.phrase)]]
    lists: dict[str, shapes.Phrases]


class Group(shapes.Shape):
    """The shape of a shipped file of issues; the file's name is the group's."""

    lists: dict[str, shapes.Phrases] = Field(default={})
    issues: list[Issue]


def is_id(value: str) -> bool:
    """Return whether `value` can be the id of a keyword."""
    return len(value) <= 64 and _ID.fullmatch(value) is not None  # noqa: PLR2004 - ids stay short


@functools.cache
def shipped() -> Rules:
    """Return the shipped taxonomy; a fault in it is a bug and raises through."""
    common = Common.model_validate(_shipped("common"))
    groups = {name: Group.model_validate(_shipped(name)) for name in GROUPS}
    keywords = [
        _keyword(issue.id, _fields(issue) | {"group": name})
        for name, group in groups.items()
        for issue in group.issues
    ]
    lists = [common.lists, *(group.lists for group in groups.values())]
    return Rules(
        keywords=tuple(keywords),
        global_mask=tuple(common.global_mask),
        review_cues=tuple(common.global_review_cues),
        lists=tuple(pair for some in lists for pair in _lists(some)),
    )


def _shipped(name: str) -> Any:
    folder = importlib.resources.files("hrwatch") / "stages" / "tag" / "data" / "keywords"
    return reading.parse((folder / f"{name}.yaml").read_bytes(), f"{name}.yaml").root.plain()


def rules(own: shapes.Keywords) -> Rules:
    """Given the operator's section, found good, return the shipped rules limited by its `use` and
    with its keywords added; a field that it gives replaces the shipped one as a whole."""
    base = shipped()
    additions = own.__pydantic_extra__
    known = {keyword.id: keyword for keyword in base.keywords}
    used = [key for key in known if own.use is None or key in own.use]
    keywords = [
        _overridden(known[key], additions[key]) if key in additions else known[key] for key in used
    ]
    keywords += [_keyword(key, _fields(own)) for key, own in additions.items() if key not in known]
    lists = dict(base.lists) | dict(_lists(own.lists or {}))
    return replace(base, keywords=tuple(keywords), lists=tuple(lists.items()))


def _overridden(keyword: Keyword, own: shapes.Keyword) -> Keyword:
    shipped_fields = {
        name: getattr(keyword, name) for name in Keyword.__slots__ if name not in {"id"}
    }
    return _keyword(keyword.id, shipped_fields | _fields(own))


def _keyword(identity: str, fields: Mapping[str, Any]) -> Keyword:
    return Keyword(id=identity, **fields)


def _lists(given: Mapping[str, Mapping[str, list[str]]]) -> Lists:
    return tuple((name, _frozen(dict(phrases))) for name, phrases in given.items())


def _fields(shape: shapes.Keyword) -> dict[str, Any]:
    """Return what the operator or the shipped file gave, as the frozen values of the model."""
    given = shape.model_dump(exclude_none=True, exclude={"id", "sources"})
    return {name: _frozen(value) for name, value in given.items()}


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((key, tuple(members)) for key, members in value.items())
    return tuple(value) if isinstance(value, list) else value
