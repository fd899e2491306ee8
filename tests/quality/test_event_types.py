"""The five kinds of events that a set of news was labelled with, and the keywords nearest to them.

Its labels follow other borders than ours ("killing" is any killing), so this is a report with a
floor against breakage, and nothing is bent to it: see docs/decisions/0022.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from conftest import Corpora
from hrwatch.config.taxonomy import shipped
from hrwatch.model.tags import Kind
from hrwatch.stages.tag import Tagger
from hrwatch.stages.tag.language import detect

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())["events"]
NEAREST = {
    "arbitrary detention": {"arbitrary-detention"},
    "killing": {"extrajudicial-killing", "civilian-harm"},
    "kidnapping": {"abduction-hostages"},
    "torture": {"torture"},
    "enforced disappearance": {"enforced-disappearance"},
}


@pytest.fixture(scope="module")
def counts(corpora: Corpora) -> dict[str, Counter[str]]:
    """By event type: texts that are rightly, wrongly and not found to tell of it, however much."""
    tagger = Tagger(shipped())
    found: dict[str, Counter[str]] = {event: Counter() for event in NEAREST}
    (file,) = corpora.unpack("geo-dev").rglob("hrdsattack.jsonl")
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        tags = tagger.tag(row["title"], row["text"], detect(row["title"], row["text"]))
        keywords = {tag.value for tag in tags if tag.kind is Kind.KEYWORD}
        for event, nearest in NEAREST.items():
            is_labelled, is_found = event in row["keywords"], bool(nearest & keywords)
            found[event].update(
                right=is_labelled and is_found,
                wrong=is_found and not is_labelled,
                missed=is_labelled and not is_found,
            )
    return found


@pytest.mark.parametrize("event", NEAREST)
def test_event_is_found_by_the_keywords_nearest_to_it(
    event: str, counts: dict[str, Counter[str]]
) -> None:
    count = counts[event]
    precision = count["right"] / max(1, count["right"] + count["wrong"])
    recall = count["right"] / max(1, count["right"] + count["missed"])
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"{event}: P {precision:.2f} R {recall:.2f} F1 {f1:.2f}")  # noqa: T201 - see above
    assert f1 >= FLOORS[event], count
