"""Fifty muted words cost a digest little more than one: a word of an article is read once for all
of them. Where each was compared with each, ten thousand matches took minutes."""

import time

import pytest

from builders import NOW, a_record, a_subscriber, a_tag, an_evidence
from hrwatch.model.mail import InForce, Match
from hrwatch.pipeline.mailing.muting import without
from hrwatch.stages.match import Matcher, criteria

pytestmark = pytest.mark.bench

ARTICLES = 1_000
KEYWORDS = ("torture", "protest", "press-freedom", "detention")
MATCHER = Matcher(
    a_subscriber(keywords=KEYWORDS),
    tuple(
        InForce(group, value, NOW)
        for group, value in criteria(a_subscriber(keywords=KEYWORDS).interest)
    ),
    {},
)


def match(number: int) -> Match:
    """An article that twenty words of its own found, by twenty terms that all have."""
    tags = tuple(
        a_tag(
            keyword,
            evidence=tuple(
                an_evidence(found=f"{keyword} {number} case {n}", term=f"{keyword}* * case* {n}")
                for n in range(5)
            ),
        )
        for keyword in KEYWORDS
    )
    found = MATCHER.match(a_record(tags=tags, first_seen_at=NOW))
    assert found is not None
    return found


def seconds(words: int, numbers: range) -> float:
    """Return the processor time of muting so many words for articles with these numbers."""
    matches = [match(number) for number in numbers]
    muted = [f"an invented word {n}" for n in range(words)]
    began = time.process_time()
    for one in matches:
        # A digest puts the words together anew for each article.
        assert without(one, frozenset(muted), MATCHER) == one
    return time.process_time() - began


def test_fifty_muted_words_cost_little_more_than_one() -> None:
    one = seconds(1, range(ARTICLES))
    fifty = seconds(50, range(ARTICLES, 2 * ARTICLES))

    assert fifty <= 5 * max(one, 0.01), (one, fifty)
