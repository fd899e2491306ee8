"""Feeds that lead to lists only are told from news."""

import pytest

from builders import an_entry
from hrwatch.stages.parse.lists import is_list, only_lists


@pytest.mark.parametrize(
    "address",
    [
        "https://wire.example/tag/torture",
        "https://wire.example/en/category/press/",
        "https://wire.example/author/a-writer/page/2/",
        "https://wire.example/category/human-rights/feed",
        "https://wire.example/author/invented-writer",
        "https://wire.example/topics/torture/feed",
        "https://wire.example/section/politics",
        "https://wire.example/mots-cles",
        "https://wire.example/topics",
        "https://wire.example/?cat=7",
        "https://wire.example/%D1%82%D0%B5%D0%B3/%D1%81%D1%83%D0%B4",
    ],
)
def test_is_list_address_of_a_list_is_one(address: str) -> None:
    assert is_list(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://wire.example/",
        "https://wire.example/?p=7",
        "https://wire.example/stories/court-hears-case",
        "https://wire.example/topics/prisons/court-hears-case-of-five-journalists",
        "https://wire.example/category/court-hears-case-of-five-journalists",
        "https://wire.example/category/press/18273645",
        "https://wire.example/news/tag/court.html",
        "https://wire.example/section/2026/03/02/court-adjourns",
        "https://wire.example/archives/123",
        "https://wire.example/archives/7/",
        "https://wire.example/category/7",
        "https://wire.example/section/un-nouveau-drame",
        "https://wire.example/theme/hunger-strike",
        "https://wire.example/topics/hunger-strike",
        "https://wire.example/topic/hunger_strike/feed",
        "https://wire.example/archive/court%20adjourns",
    ],
)
def test_is_list_address_of_an_article_is_none(address: str) -> None:
    assert not is_list(address)


LIST, ARTICLE = "https://wire.example/tag/t{}", "https://wire.example/stories/{}"


@pytest.mark.parametrize(
    ("addresses", "lists"),
    [([LIST] * 3, True), ([LIST] * 30 + [ARTICLE], False), ([LIST] * 2, False), ([], False)],
)
def test_only_lists_every_one_of_some_must_be_one(addresses: list[str], lists: bool) -> None:
    entries = [an_entry(permalink=address.format(n)) for n, address in enumerate(addresses)]
    assert only_lists(entries) is lists


def test_only_lists_entries_with_a_text_of_their_own_are_articles() -> None:
    entries = [an_entry(permalink=LIST.format(n), content="<p>Invented text.") for n in range(5)]
    assert not only_lists(entries)
