"""The file that the demo's operator writes."""

from datetime import UTC, datetime

from hrwatch.demo import operator
from hrwatch.demo.newsroom import publications


def test_feeds_yaml_names_every_publication_and_allows_only_the_newsroom() -> None:
    told = publications(datetime(2026, 3, 2, 9, 0, tzinfo=UTC), 1)

    text = operator.feeds_yaml(told, "http://127.0.0.1:8930")

    assert '  allow_addresses: ["127.0.0.1:8930"]\n' in text
    for publication in told:
        assert f"  - name: {publication.name}\n" in text
        assert f"    url: http://127.0.0.1:8930/{publication.name}/feed\n" in text
