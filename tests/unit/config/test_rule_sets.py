"""What a rule set is: the same for the same rules, another for anything that decides tags."""

import ast
from dataclasses import replace
from pathlib import Path

import hrwatch
from builders import a_feed
from hrwatch.config import rule_sets
from hrwatch.config.rule_sets import RuleSets
from hrwatch.model.tags import Cues, Keyword, Rules

KITE = Keyword("kite", "Kites", terms=(("en", ("red kite*", "kite*")), ("any", ("milvus",))))
RULES = Rules(keywords=(KITE,))
PACKAGE = Path(hrwatch.__file__).parent


def test_rule_set_of_the_same_rules_is_the_same() -> None:
    first, second = RuleSets(RULES, ()), RuleSets(Rules(keywords=(replace(KITE),)), ())
    assert first.hash_for("wire") == second.hash_for("wire")
    assert len(first.hash_for("wire")) == 64


def test_rule_set_of_any_other_rules_is_another() -> None:
    others = (
        Rules(keywords=(replace(KITE, terms=(("en", ("red kite*",)),)),)),
        Rules(keywords=(replace(KITE, severity=3),)),
        Rules(keywords=(KITE,), global_mask=("kite runner",)),
        Rules(),
    )
    assert len({RuleSets(rules, ()).hash_for("wire") for rules in (RULES, *others)}) == 5


def test_rule_set_of_a_feed_of_which_something_is_said_is_its_own() -> None:
    feeds = (a_feed(), a_feed(name="harbour", cues=Cues(countries=("NO",))))
    told = RuleSets(RULES, feeds)
    assert told.hash_for("wire") == told.hash_for("gone") == RuleSets(RULES, ()).hash_for("wire")
    assert told.hash_for("harbour") != told.hash_for("wire")
    assert {one.hash for one in told} == {told.hash_for("harbour"), told.hash_for("wire")}
    assert {(one.keywords, one.terms) for one in told} == {(1, 3)}


def test_rule_set_covers_all_that_the_tagger_is_made_of() -> None:
    """Every module of ours that the tagger imports, but for the types that rules are made of, is
    part of the hash: else a change there would go unseen."""
    imported = set()
    for module in (PACKAGE / "stages" / "tag").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hrwatch"):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                imported.update(filter(None, map(_module, (str(node.module), *names))))
    covered = {PACKAGE / name for name in rule_sets._TAGGER}
    assert {
        path for path in imported if path not in covered and not covered.intersection(path.parents)
    } <= {PACKAGE / "model" / "tags.py", PACKAGE / "__init__.py"}


def _module(name: str) -> Path | None:
    path = PACKAGE.parent.joinpath(*name.split("."))
    if path.with_suffix(".py").is_file():
        return path.with_suffix(".py")
    return path / "__init__.py" if (path / "__init__.py").is_file() else None
