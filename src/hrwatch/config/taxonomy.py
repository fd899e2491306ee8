"""The rules that articles are tagged by: the shipped taxonomy with the operator's own keywords."""

import functools
import importlib.resources
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hrwatch.config import shapes
from hrwatch.model.tags import Keyword, Rules

Lists = tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def is_id(value: str) -> bool:
    """Return whether `value` can be the id of a keyword."""
    return len(value) <= 64 and _ID.fullmatch(value) is not None  # noqa: PLR2004 - ids stay short


@functools.cache
def shipped() -> Rules:
    """Return the shipped taxonomy, which `issues` made of the files that people write."""
    file = importlib.resources.files("hrwatch") / "stages" / "tag" / "data" / "taxonomy.json"
    given = json.loads(file.read_bytes())
    keywords = tuple(Keyword(**_tuples(fields)) for fields in given.pop("keywords"))
    return Rules(keywords=keywords, **_tuples(given))


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
    keywords += [
        frozen_keyword(key, frozen_fields(own))
        for key, own in additions.items()
        if key not in known
    ]
    lists = dict(base.lists) | dict(frozen_lists(own.lists or {}))
    return replace(base, keywords=tuple(keywords), lists=tuple(lists.items()))


def _overridden(keyword: Keyword, own: shapes.Keyword) -> Keyword:
    shipped_fields = {
        name: getattr(keyword, name) for name in Keyword.__slots__ if name not in {"id"}
    }
    return frozen_keyword(keyword.id, shipped_fields | frozen_fields(own))


def frozen_keyword(identity: str, fields: Mapping[str, Any]) -> Keyword:
    """Return the keyword with this id and these fields."""
    return Keyword(id=identity, **fields)


def frozen_lists(given: Mapping[str, Mapping[str, list[str]]]) -> Lists:
    """Return named lists of phrases by language as the frozen values of the model."""
    return tuple((name, _frozen(dict(phrases))) for name, phrases in given.items())


def frozen_fields(shape: shapes.Keyword) -> dict[str, Any]:
    """Return what the operator or the shipped file gave, as the frozen values of the model."""
    given = shape.model_dump(exclude_none=True, exclude={"id", "sources"})
    return {name: _frozen(value) for name, value in given.items()}


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((key, tuple(members)) for key, members in value.items())
    return tuple(value) if isinstance(value, list) else value


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)
