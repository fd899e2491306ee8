"""What a muted word takes away of a match, and what it leaves. All stories invented."""

from dataclasses import replace

import pytest

from builders import NOW, a_record, a_subscriber, a_tag, an_evidence
from hrwatch.model.mail import InForce, Match, Reason, Subscriber
from hrwatch.model.tags import Evidence, Field, Relation, Tag
from hrwatch.pipeline.mailing.muting import (
    as_shown,
    covering,
    hiding,
    left_out,
    meant,
    speaks,
    without,
)
from hrwatch.stages.match import Matcher, criteria
from hrwatch.stages.reply.commands import called

EVERYBODY = a_subscriber()
DESK = a_subscriber(countries=("BY",), keywords=("torture", "protest"))


def by(found: str, term: str = "", **changes: object) -> Evidence:
    return an_evidence(found=found, term=term or found, **changes)


def left_of(
    *tags: Tag, words: frozenset[str], reader: Subscriber = DESK, reason: Reason = Reason.NEW
) -> Match | None:
    """Return what is left of the match of an article with these tags."""
    stood = tuple(InForce(group, value, NOW) for group, value in criteria(reader.interest))
    matcher = Matcher(reader, stood, {})
    title = "A hunger strike in Arvenia"
    match = matcher.match(a_record(title=title, tags=tags, first_seen_at=NOW))
    assert match is not None
    return without(replace(match, reason=reason), words, matcher)


@pytest.mark.parametrize(
    ("word", "found", "term"),
    [
        ("pressure", "pressure", "pressure"),
        ("pressure", "Pressure", "pressur*"),
        ("pressures", "pressure", "pressur*"),
        ("pressur", "pressures", "pressur*"),
        ("canon a eau", "canons à eau", "canon* à eau"),
        ("canons a eau", "canon à eau", "canon* à eau"),
        ("давлением", "давление", "давлен*"),
        ("police hit", "police hit", "police|guard* ~5 hit|kick"),
    ],
)
def test_word_speaks_as_the_text_writes_it_or_the_rule(word: str, found: str, term: str) -> None:
    assert speaks(by(found, term), word)


@pytest.mark.parametrize(
    ("word", "found", "term"),
    [
        ("", "pressure", "pressure"),
        ("press", "pressure", "pressur*"),
        ("canon", "canon à eau", "canon* à eau"),
        ("canon a eau froide", "canon à eau", "canon* à eau"),
        ("police hits", "police hit", "police|guard* ~5 hit*"),
        ("tear gas", "pressure", "pressure"),
    ],
)
def test_word_that_did_not_find_an_article_says_nothing_of_it(
    word: str, found: str, term: str
) -> None:
    assert not speaks(by(found, term), word)


def test_word_of_a_publishers_own_category_is_not_muted() -> None:
    assert not speaks(by("Torture", field=Field.CATEGORIES), "torture")


def test_pair_is_called_as_the_rules_do_however_it_was_written() -> None:
    pair = by("guards, says who calls 555, kick", "police|guard* ~5 hit|kick")

    assert as_shown(pair, "guards, says who calls 555, kick") == pair.term
    assert as_shown(by("water\ncannon", "water cannon*"), "water cannon") == "water cannon"


LONG = "Guards, says who was there and asks not to be named at all, kick"


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("guards, says who was there and asks not to be named at all", LONG),
        ("guards kick", "guards kick"),
        ("guards (correo [eliminado]) kick", "guards (correo anna@example.org) kick"),
    ],
)
def test_pair_is_meant_by_what_a_digest_shows_of_it(word: str, found: str) -> None:
    pair = by(found, "police|guard* ~9 hit|kick")
    words = [by("rally"), pair]

    assert meant(word, words, lambda _: "[eliminado]") == pair
    assert meant("rally", words, str) == by("rally")
    assert meant("", words, str) is None
    assert meant("guards", words, str) is None


FORMS = (by("protests", "protest*"), by("protesters", "protest*"), by("protests"), by("march"))


@pytest.mark.parametrize(
    ("word", "muted", "covers", "hides"),
    [
        ("protest", ("protesters", "march"), ("protesters",), ("protesters",)),
        ("protests", ("protest",), (), ("protest",)),  # which the other rule's word is not
        ("protest", ("protests", "protest"), ("protests", "protest"), ("protests", "protest")),
        ("strike", ("strike", "march"), ("strike",), ("strike",)),  # found nothing lately
        ("strike", ("march",), (), ()),
        ("", ("march",), (), ()),
    ],
)
def test_muted_forms_of_a_word_cover_what_it_would_hide_and_hide_what_it_finds(
    word: str, muted: tuple[str, ...], covers: tuple[str, ...], hides: tuple[str, ...]
) -> None:
    assert covering(word, muted, FORMS) == covers
    assert hiding(word, muted, FORMS, str) == hides


def test_pair_is_unmuted_as_a_digest_shows_it() -> None:
    pair = by(LONG, "police|guard* ~9 hit|kick")
    shown = "guards, says who was there and asks not to be named at all"

    assert hiding(shown, (called(pair.term),), [pair], str) == (called(pair.term),)


def test_match_by_a_muted_word_alone_is_gone() -> None:
    tags = a_tag("BY"), a_tag("protest", evidence=(by("rally"), by("Rally", offset=9)))

    assert left_of(*tags, words=frozenset({"rally"})) is None
    assert left_of(*tags, words=frozenset({"march"})) is not None


def test_match_by_another_word_too_is_told_without_the_muted_one() -> None:
    both = a_tag("protest", evidence=(by("rally"), by("march")))
    left = left_of(a_tag("BY"), both, words=frozenset({"rally"}), reason=Reason.CHANGED)

    assert left is not None and left.reason is Reason.CHANGED
    assert left.because == (a_tag("BY"), replace(both, evidence=(by("march"),)))
    assert left.record.tags == left.because


def test_match_by_another_keyword_too_is_told_for_that_one() -> None:
    severe = a_tag("torture", evidence=(by("rally"),))
    left = left_of(
        a_tag("BY"), severe, a_tag("protest", evidence=(by("march"),)), words=frozenset({"rally"})
    )

    assert left is not None
    assert [tag.value for tag in left.record.tags] == ["BY", "protest"]  # no alert for torture


def test_match_is_a_mention_where_only_mentions_are_left() -> None:
    named = a_tag("torture", relation=Relation.MENTION, evidence=(by("beaten"),))
    left = left_of(
        a_tag("BY"), a_tag("protest", evidence=(by("rally"),)), named, words=frozenset({"rally"})
    )

    assert left is not None and left.relation is Relation.MENTION


def test_tag_that_came_without_words_keeps_a_match() -> None:
    tags = a_tag("BY", evidence=()), a_tag("protest", evidence=(by("rally"),))

    assert left_of(*tags, a_tag("torture", evidence=()), words=frozenset({"rally"})) is not None


def test_who_asks_for_everything_misses_only_what_the_word_alone_spoke_for() -> None:
    only = a_tag("protest", evidence=(by("rally"),))
    words = frozenset({"rally"})

    assert left_of(only, words=words, reader=EVERYBODY) is None
    assert left_of(only, a_tag("BY"), words=words, reader=EVERYBODY) is not None
    assert left_of(words=words, reader=EVERYBODY) is not None


@pytest.mark.parametrize(
    "query",
    [
        '"hunger strike"',
        "strik* NOT feed:herald",
        "mentions:BY",
    ],
)
def test_what_a_query_asks_for_is_told_though_the_only_keyword_is_gone(query: str) -> None:
    reader = a_subscriber(query=query)
    named = a_tag("BY", relation=Relation.MENTION)
    only = a_tag("protest", evidence=(by("rally"),))
    left = left_of(only, named, words=frozenset({"rally"}), reader=reader)

    assert left is not None and left.because == () and left.record.tags == (named,)


@pytest.mark.parametrize("query", ["keyword:protest", "NOT country:MX", "language:en"])
def test_what_a_query_asks_for_whatever_it_says_is_gone_with_its_only_word(query: str) -> None:
    only = a_tag("protest", evidence=(by("rally"),))

    assert left_of(only, words=frozenset({"rally"}), reader=a_subscriber(query=query)) is None


def test_story_of_which_another_report_is_told_is_not_left_out() -> None:
    told = Match(a_record("one", story="one"), (), Relation.SUBJECT)
    muted = [a_record(name, story=of) for name, of in (("two", "one"), ("3", "3"), ("4", "3"))]

    assert left_out(muted, [told]) == 1
    assert left_out(muted, []) == 2
