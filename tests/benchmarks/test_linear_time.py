"""No rule and no text makes the tagger slow: time grows with the text and with what is found in it.

Measured as a ratio, in CPU time, of a text and the same text eight times as long. What is quadratic
costs 64 times as much and more; the bound leaves room for a busy machine.
"""

import random
import re
import time
from collections.abc import Callable

import pytest

from hrwatch.config.taxonomy import shipped
from hrwatch.model.tags import Keyword, Rules
from hrwatch.stages.tag.keywords import KeywordTagger
from hrwatch.stages.tag.tokens import tokenise

SIZE = 1_200  # words of the shorter text
TIMES = 8
AT_MOST = 24
RULES = Rules(
    keywords=(
        Keyword(
            id="k",
            label="K",
            terms=(
                ("en", ("torture*", "a a a a b", "to* to* tor*", "mass arrest*", "executed")),
                ("ar", ("تعذيب*",)),
                ("zh", ("酷刑",)),
            ),
            weak=(("en", ("beaten",)),),
            near=(
                ("en", ("{police} ~50 {act}", "{act} ~50 {act}", "police|beat ~50 never")),
                ("any", ("{police} ~9 torture*",)),
            ),
            mask=("torture test*", "a a"),
            mask_regex=(r"\bpolice (?:\w+ )?chief\b",),
            veto_near=("game",),
            need_near=(("executed", ("hanged",)),),
            mention_only=("committee against torture",),
        ),
    ),
    lists=(
        ("police", (("en", ("police*", "police officer*", "officer*", "po* of*")),)),
        ("act", (("en", ("beat*", "beaten", "be* up", "kick*")),)),
    ),
)
WORDS = (
    "torture tortured test police officer officers beat beaten kick up a b mass arrest game hanged "
    "executed committee against chief the of never 酷 刑 酷刑 والتعذيب"
)
VOCABULARY = (*WORDS.split(), ". ", "! ", "(", "\n\n")
TEXTS = {
    "one term": "torture",
    "one side": "police",
    "both sides of a pair": "police beat",
    "both sides in two sentences": "police. Beat!",
    "a side of no other": "beat police police officer never",
    "overlapping sides": "police officer police officers beaten up",
    "masks": "torture test police chief a a a a b",
    "vetoes": "torture game",
    "company": "executed x x x x x x x x x x x x x executed hanged",
    "names": "committee against torture",
    "stems": "to tor tort torture",
    "Chinese": "酷刑",
    "Arabic": "وبالتعذيبها",
    "one endless word": "torture\u00adtorture",
} | {
    f"words by chance, {seed}": " ".join(random.Random(seed).choices(VOCABULARY, k=40))  # noqa: S311 - a test's
    for seed in range(6)
}


def seconds(work: Callable[[], object]) -> float:
    """The quickest of three runs: the one that other programs disturbed least."""
    spent = []
    for _ in range(3):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent)


@pytest.fixture(scope="module")
def tagger() -> KeywordTagger:
    return KeywordTagger(RULES)


@pytest.mark.parametrize("name", TEXTS)
def test_time_grows_with_the_text_and_no_faster(name: str, tagger: KeywordTagger) -> None:
    separator = "\u00ad" if "endless" in name else " "
    unit = TEXTS[name]
    repeats = SIZE // len(unit.split())

    def spent(times: int) -> float:
        text = separator.join([unit] * (repeats * times))
        return seconds(lambda: tagger.tag(tokenise(""), tokenise(text), ""))

    assert spent(TIMES) <= max(spent(1), 0.002) * AT_MOST


PATTERNS = [pattern for keyword in shipped().keywords for pattern in keyword.mask_regex]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_shipped_pattern_takes_time_as_the_text_grows(pattern: str) -> None:
    words = re.sub(r"\\[a-zA-Z]|[^\w ]+", " ", pattern).split()
    compiled = re.compile(pattern, re.IGNORECASE)

    def spent(times: int) -> float:
        texts = [f"{word} " * (SIZE * times) for word in words]
        texts.append(" ".join(words * (SIZE * times // len(words))))
        return seconds(lambda: [list(compiled.finditer(text)) for text in texts])

    assert spent(TIMES) <= max(spent(1), 0.002) * AT_MOST
