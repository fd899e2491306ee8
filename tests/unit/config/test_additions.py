"""Feeds that a list offers, as they would stand in the operator's file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.config import additions, loading, reading
from hrwatch.config.additions import Offer, chosen, written
from hrwatch.model.feeds import Feed, Select

ADDRESS = "https://news.example.org/feed"


def an_offer(
    label: str = "Invented Wire",
    *,
    publisher: str = "",
    address: str = ADDRESS,
    language: str = "",
) -> Offer:
    return Offer(1, label, publisher or label, address, language)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("amnesty-en", "amnesty-en"),
        ("BBC", "BBC"),
        ("Invented Wire: World", "invented-wire-world"),
        ("Évènements à Genève", "evenements-a-geneve"),
        ("Вясна 96", "example-org"),
        ("新闻", "example-org"),
        ("", "example-org"),
        ("-- --", "example-org"),
        ("word " * 30, "word-word-word-word-word-word-word-word-word-word-word-word-word"),
    ],
)
def test_chosen_label_becomes_a_name_that_can_be_typed(label: str, name: str) -> None:
    (feed,) = chosen([an_offer(label)], []).feeds

    assert feed.name == name


def test_chosen_name_that_is_taken_gets_a_number() -> None:
    offers = [an_offer("wire", address=f"{ADDRESS}/{number}") for number in range(3)]

    feeds = chosen(offers, [Feed("wire-2", url="https://other.example/")]).feeds

    assert [feed.name for feed in feeds] == ["wire", "wire-3", "wire-4"]


def test_chosen_many_of_one_name_is_quick() -> None:
    offers = [an_offer("wire", address=f"{ADDRESS}/{number}") for number in range(3000)]

    assert len({feed.name for feed in chosen(offers, []).feeds}) == 3000


@pytest.mark.parametrize(
    "address",
    [ADDRESS, "https://NEWS.example.org:443/feed", f"{ADDRESS}?utm_source=list", f"{ADDRESS}#top"],
)
def test_chosen_address_that_is_configured_is_known(address: str) -> None:
    offer = an_offer(address=address)

    came = chosen([offer], [Feed("wire", url=ADDRESS)])

    assert came.feeds == ()
    assert came.known == ((offer, "wire"),)


def test_chosen_address_twice_in_the_list_is_taken_once() -> None:
    second = an_offer("Another name for it", address=f"{ADDRESS}?fbclid=1")

    came = chosen([an_offer(), second], [])

    assert [feed.name for feed in came.feeds] == ["invented-wire"]
    assert came.known == ((second, "invented-wire"),)


@pytest.mark.parametrize(
    "address",
    ["", "ftp://news.example/feed", "news.example/feed", "https://me:pa55@news.example/feed"],
)
def test_chosen_address_that_cannot_be_polled_is_refused_without_repeating_it(address: str) -> None:
    offer = an_offer(address=address)

    ((refused, why),) = chosen([offer], []).refused

    assert refused == offer
    assert "pa55" not in why


@pytest.mark.parametrize(
    ("given_language", "language"),
    [("en", "en"), ("en-us", "en-us"), ("pt_BR", "pt-BR"), ("EN", "en"), ("English", ""), ("", "")],
)
def test_chosen_language_is_kept_where_it_is_one(given_language: str, language: str) -> None:
    (feed,) = chosen([an_offer(language=given_language)], []).feeds

    assert feed.language == language


@given(
    st.lists(
        st.builds(
            an_offer,
            st.text(max_size=300),
            publisher=st.text(max_size=300),
            address=st.integers(0, 5).map(lambda number: f"{ADDRESS}/{number}"),
            language=st.sampled_from(["no", "on", "be", "x"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_written_whatever_the_words_are_is_read_as_the_same_feeds(offers: list[Offer]) -> None:
    feeds = chosen(offers, []).feeds

    body = written(feeds).encode()
    read = loading.configured(reading.parse(body, "feeds.yaml"), Path("feeds.yaml")).feeds

    assert [(f.name, f.url, f.publisher, f.language) for f in read] == [
        (f.name, f.url, f.publisher, f.language) for f in feeds
    ]


def test_written_lists_stand_below_their_key_as_in_the_shipped_file() -> None:
    assert written([Feed("wire", url=ADDRESS, publisher="Wire", language="no")]) == (
        f"feeds:\n  - name: wire\n    url: {ADDRESS}\n    publisher: Wire\n    language: 'no'\n"
    )
    assert additions.written([]) == "feeds: []\n"


def test_written_page_with_selectors_is_read_as_the_same_feed() -> None:
    select = Select(entry="div.item", link="h3 > a", title="", date="time[datetime]")
    page = Feed("wire", page="https://news.example.org/", publisher="Wire", select=select)
    document = reading.parse(additions.written([page]).encode(), "pasted")
    (feed,) = loading.configured(document, Path("pasted")).feeds
    assert (feed.url, feed.page, feed.select) == (None, page.page, select)


def test_written_page_and_what_is_switched_off_are_read_as_they_were() -> None:
    feeds = (
        Feed("desk", url=None, page="https://desk.example/news"),
        Feed("list", page="https://list.example/", select=Select(entry="li > a", date="time")),
        Feed("old", url=ADDRESS, enabled=False),
    )

    body = written(feeds).encode()
    read = loading.configured(reading.parse(body, "feeds.yaml"), Path("feeds.yaml")).feeds

    assert [(f.name, f.url, f.page, f.select, f.enabled) for f in read] == [
        (f.name, f.url, f.page, f.select, f.enabled) for f in feeds
    ]
