"""A list as one parameter of a statement, which reads the same however long it is: so it is made
and compiled once, and a server plans it once."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Elements(FunctionElement[str]):
    inherit_cache = True


@compiles(_Elements)
def _in_sqlite(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each{compiler.process(element.clause_expr, **options)}"


@compiles(_Elements, "postgresql")
def _in_postgresql(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    """Of an array PostgreSQL makes a new plan each time, for its length, which takes as long as the
    answer. Of JSON it takes a hundred elements for granted, so that it would read through a small
    table and keep to that while it grows: the condition, which always holds, lets it expect one.
    """
    values = f"json_array_elements_text{compiler.process(element.clause_expr, **options)}"
    return f"(SELECT value FROM {values} AS listed (value) WHERE value || '' = value)"  # noqa: S608 - nobody's words


def listed(name: str, item: type[sa.types.TypeEngine[Any]] = sa.Text) -> sa.Subquery:
    """Return rows whose one column, `value`, holds what the parameter `name` does, a list."""
    elements = _Elements(sa.bindparam(name, type_=sa.JSON)).table_valued("value", name="element")
    return sa.select(sa.cast(elements.c.value, item).label("value")).subquery()


def among(
    column: sa.ColumnElement[Any], name: str, item: type[sa.types.TypeEngine[Any]] = sa.Text
) -> sa.ColumnElement[bool]:
    """Return the condition that a column is one of what the parameter `name` holds, a list."""
    return column.in_(sa.select(listed(name, item).c.value))
