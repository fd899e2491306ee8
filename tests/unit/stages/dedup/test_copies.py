"""What is a copy of what; nothing a feed says may hide what another one published."""

import pytest

from hrwatch.model.articles import Candidate, Copy, CopyKind
from hrwatch.stages.dedup.copies import copy_of, fingerprint, repeated_before
from hrwatch.text import title_key

TITLE = "Four fishermen freed after invented siege"
LONG = " ".join(f"Sentence {n} of a story that nobody ever published." for n in range(12))
CHINESE = "这是一个虚构的故事没有任何人发表过"
SHORT = "Four fishermen of an invented coast were freed on Monday, their families told us."


def a_candidate(**changes: object) -> Candidate:
    values: dict[str, object] = {
        "record": "first",
        "feed": "wire",
        "feed_address": "https://wire.example/feed",
        "permalink": "https://wire.example/a",
        "title_key": title_key(TITLE),
        "text_hash": fingerprint(TITLE, LONG).text_hash,
        "copy_of": None,
    }
    return Candidate(**{**values, **changes})  # type: ignore[arg-type]  # names are those above


def copied(
    *candidates: Candidate,
    feed: str = "https://paper.example/rss",
    permalink: str = "https://paper.example/x",
    title: str = TITLE,
    body: str = LONG,
) -> Copy | None:
    return copy_of(
        feed_address=feed,
        permalink=permalink,
        title=title,
        told=fingerprint(title, body),
        candidates=candidates,
    )


def test_copy_of_same_text_on_two_sites_is_linked() -> None:
    assert copied(a_candidate()) == Copy("first", CopyKind.SAME_TEXT, 1.0)


def test_copy_of_same_long_text_under_another_title_is_linked() -> None:
    assert copied(a_candidate(), title="Released at last") is not None


def test_copy_of_a_copy_is_linked_to_the_original() -> None:
    assert copied(a_candidate(copy_of="origin")) == Copy("origin", CopyKind.SAME_TEXT, 1.0)


def test_copy_of_same_permalink_and_title_is_linked() -> None:
    found = copied(
        a_candidate(text_hash=""), permalink="https://wire.example/a", body="A teaser only."
    )
    assert found == Copy("first", CopyKind.SAME_PERMALINK, 1.0)


def test_copy_of_stolen_link_under_another_title_is_not_linked() -> None:
    thief = a_candidate(feed_address="https://thief.example/f", title_key=title_key("Buy this"))
    assert (
        copied(thief, feed="https://wire.example/feed", permalink="https://wire.example/a") is None
    )


def test_copy_of_foreign_feed_that_came_first_leaves_the_publisher_the_original() -> None:
    early = a_candidate(feed_address="https://aggregator.example/f")
    assert (
        copied(early, feed="https://www.wire.example/feed", permalink="https://wire.example/a")
        is None
    )


def test_repeated_before_names_who_carried_the_publishers_page_first() -> None:
    early = a_candidate(feed_address="https://aggregator.example/f")
    thief = a_candidate(record="thief", title_key=title_key("Buy this"))
    own = a_candidate(record="own")
    found = repeated_before(
        feed_address="https://www.wire.example/feed",
        permalink="https://wire.example/a",
        title=TITLE,
        candidates=[early, thief, own],
    )
    assert found == ("first",)


def test_copy_of_the_page_of_a_copy_shares_the_text_of_the_original() -> None:
    copy = a_candidate(record="copy", copy_of="origin", text_hash="")
    found = copied(copy, permalink="https://wire.example/a", body="A teaser only.")
    assert found == Copy("origin", CopyKind.SAME_TEXT, 1.0)


def test_copy_of_one_sites_notice_before_every_article_is_not_linked() -> None:
    own = {"feed": "https://wire.example/other", "permalink": "https://wire.example/b"}
    assert copied(a_candidate(), title="Another article", **own) is None
    assert copied(a_candidate(), **own) is not None


def test_copy_of_page_that_the_feed_merely_links_to_makes_no_copy() -> None:
    assert copied(a_candidate(), permalink="https://elsewhere.example/a") is None
    linked = a_candidate(feed_address="https://thief.example/f")
    assert copied(linked) is None


def test_copy_of_entries_without_links_goes_by_their_own_text() -> None:
    assert copied(a_candidate(permalink=""), permalink="") is not None


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ((TITLE, LONG), (TITLE, LONG.upper().replace(".", " — ")), True),
        ((TITLE, LONG), ("Another title", LONG), True),
        ((TITLE, SHORT), (TITLE, SHORT), True),
        ((TITLE, SHORT), ("Another title", SHORT), False),
        ((TITLE, LONG), (TITLE, LONG + " And more."), False),
        (("标题", CHINESE), ("标题", CHINESE), True),
    ],
)
def test_fingerprint_of_two_texts_agrees_where_they_say_the_same(
    one: tuple[str, str], other: tuple[str, str], alike: bool
) -> None:
    assert (fingerprint(*one).text_hash == fingerprint(*other).text_hash) is alike


@pytest.mark.parametrize("body", ["", "Read the full statement here.", "继续阅读"])
def test_fingerprint_too_short_to_judge_has_no_hash(body: str) -> None:
    assert fingerprint(TITLE, body).text_hash == ""


def test_copy_of_a_translations_page_is_one_too_and_its_text_alone_is_none() -> None:
    translated = a_candidate(copy_of="english", copy_kind=CopyKind.TRANSLATION)

    same_page = copied(translated, permalink="https://wire.example/a")
    assert same_page == Copy("english", CopyKind.TRANSLATION, 1.0)
    assert copied(translated) is None


def test_repeated_before_passes_over_what_somebody_said_is_no_copy() -> None:
    def earlier(**changes: bool) -> tuple[str, ...]:
        found = a_candidate(feed_address="https://collector.example/feed", **changes)
        return repeated_before(
            feed_address="https://wire.example/feed",
            permalink="https://wire.example/a",
            title=TITLE,
            candidates=[found],
        )

    assert earlier() == ("first",)
    assert earlier(unlinked=True) == ()
