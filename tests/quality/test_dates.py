"""The dates of real feeds: which of the texts that publishers write as dates stay unread.

The documents belong to others and are not in this repository; see `tests/conftest.py`.
"""

from datetime import UTC, datetime

from conftest import Corpora
from hrwatch.errors import ParseError
from hrwatch.stages.parse import parse

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# What a program writes where it has no date.
DEFAULTS = {"Mon, 01 Jan 0001 00:00:00 +0000", "Thu, 01 Jan 1970 00:00:00 GMT"}
AT_LEAST = 9_000


def test_read_dates_of_real_feeds_leaves_only_defaults_unread(corpora: Corpora) -> None:
    (manifest,) = corpora.unpack("feeds-dev").rglob("manifest.csv")
    dated, unread = 0, set()
    for path in sorted(manifest.parent.iterdir()):
        try:
            feed = parse(path.read_bytes(), url="https://feed.example/", content_type="", now=NOW)
        except ParseError:
            continue
        dated += sum(entry.published_at is not None for entry in feed.entries)
        unread |= {entry.published_text for entry in feed.entries if not entry.published_at}
    assert unread - {""} == DEFAULTS
    assert dated >= AT_LEAST
