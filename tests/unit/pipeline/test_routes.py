"""Whatever is asked on a feed's behalf goes the feed's way: no call may forget to say which."""

import ast
from pathlib import Path

import hrwatch

SOURCE = Path(hrwatch.__file__).parent


def test_every_fetch_in_the_tree_names_its_route() -> None:
    calls = [
        (path.name, call)
        for path in SOURCE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "fetch"
    ]
    without = [
        f"{name}:{call.lineno}"
        for name, call in calls
        if not any(keyword.arg == "route" for keyword in call.keywords)
    ]

    assert len(calls) >= 3
    assert without == []
