"""Floors on real listing pages: which of them are read by themselves.

The pages belong to others and are not in this repository; see `tests/conftest.py`.
"""

import gzip
import json

import pytest

from conftest import Corpora
from hrwatch.model.feeds import ParsedFeed, Select
from hrwatch.stages.parse import listing
from listings import NOW

# Entries found, and of them those with a date; looked at by eye: no menu, author or sidebar.
READ = {
    "dev_2900": (10, 10),  # the blog of a programming language
    "dev_0082": (10, 10),  # news of a university institute
    "dev_0259": (10, 10),  # trade news
    "dev_1310": (18, 18),  # a topic of a magazine
    "dev_2902": (23, 23),  # a company's blog: sections, cards, one shown large; one missed
    "dev_0956": (25, 25),  # a topic of trade news
    "dev_2962": (16, 16),  # a broadcaster's section; the undated half of its headlines is missed
    "dev_0083": (61, 61),  # a grid
    "dev_1795": (8, 1),  # a local station: "4 years ago" is no date
    "dev_2967": (10, 10),  # a broadcaster's section; the five above the list are missed
}


def _read(corpora: Corpora, name: str) -> ParsedFeed:
    (labels,) = corpora.unpack("articles-dev").rglob("gold.jsonl")
    told = (json.loads(line) for line in labels.read_text().splitlines())
    page = next(one for one in told if one["id"].endswith(f"/{name}"))
    body = gzip.decompress((labels.parent / page["file"]).read_bytes())
    return listing.read(body, url=page["url"], content_type="text/html", select=Select(), now=NOW)


@pytest.mark.parametrize("name", READ)
def test_listing_real_page_is_read_by_itself(name: str, corpora: Corpora) -> None:
    feed = _read(corpora, name)
    dated = sum(entry.published_at is not None for entry in feed.entries)
    assert (len(feed.entries), dated) == READ[name]
    assert len({entry.guid for entry in feed.entries}) == len(feed.entries)
    assert all(len(entry.title) >= 8 for entry in feed.entries)
