"""The operator's keywords and the tagger agree: what `check` takes can be compiled and tags, and
what is shipped would be taken from an operator too."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hrwatch.config import Config, taxonomy
from hrwatch.config.loading import configured
from hrwatch.config.reading import parse
from hrwatch.errors import ConfigError
from hrwatch.model.tags import Keyword
from hrwatch.stages.tag.keywords import KeywordTagger
from hrwatch.stages.tag.tokens import tokenise


def read(keywords: dict[str, Any]) -> Config:
    """Read a section of the operator's file; raise ConfigError with all that is wrong."""
    written = yaml.safe_dump({"keywords": keywords}, width=10_000)
    return configured(parse(written.encode(), "feeds.yaml"), Path("feeds.yaml"))


def as_written(keyword: Keyword) -> dict[str, Any]:
    """A shipped keyword as an operator would write it."""
    keys = {field.name for field in fields(Keyword)} - {"id", "mask_regex"}
    given = {key: getattr(keyword, key) for key in keys if getattr(keyword, key)}
    for key, value in given.items():
        if key in {"terms", "weak", "near", "passing", "need_near"}:
            given[key] = {name: list(members) for name, members in value}
        elif isinstance(value, tuple):
            given[key] = list(value)
    return given


def test_shipped_keywords_written_as_own_ones_are_taken() -> None:
    keywords = {f"own-{one.id}": as_written(one) for one in taxonomy.shipped().keywords}

    assert read(keywords).rules.keywords[48:]


WORDS = st.sampled_from(["ab", "ab*", "ill-treat*", "police", "é", "酷刑", "والتعذيب", "ў"])
PHRASES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
SIDES = st.lists(st.one_of(PHRASES, st.sampled_from(["{police}", "{hoses}"])), min_size=1)
PAIRS = st.tuples(SIDES.map("|".join), st.integers(1, 50), SIDES.map("|".join)).map(
    lambda parts: f"{parts[0]} ~{parts[1]} {parts[2]}"
)
TERMS = st.lists(st.one_of(PHRASES, PAIRS, st.just("{hoses}")), min_size=1, max_size=2)
BY_LANGUAGE = st.dictionaries(st.just("any"), TERMS, min_size=1)


@settings(max_examples=20)  # each reads the whole configuration
@given(
    st.fixed_dictionaries(
        {"terms": BY_LANGUAGE},
        optional={"weak": BY_LANGUAGE, "passing": BY_LANGUAGE, "mask": st.lists(WORDS, max_size=1)},
    )
)
def test_rules_that_are_taken_can_be_compiled_and_tag(given_keys: Any) -> None:
    own = {"label": "K", **given_keys}
    own_lists = {"hoses": {"en": ["hose*"]}}
    try:
        rules = read({"use": ["torture"], "lists": own_lists, "k": own}).rules
    except ConfigError:
        return
    tagger = KeywordTagger(rules)
    text = tokenise("ab police é 酷刑 والتعذيب ў hose. Police ab!")
    assert all(tag.evidence for tag in tagger.tag(text, text, ""))
