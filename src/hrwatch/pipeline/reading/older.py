"""Which records bear the tags of other rules than today's: asked by who tags anew, and by who only
tells of it."""

from hrwatch.config import Config
from hrwatch.config.rule_sets import RuleSets
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import rule_sets
from hrwatch.stages.store.articles.rule_sets import Share
from hrwatch.text import counted

LOOK = "hrwatch retag --dry-run shows what would change, hrwatch retag does it"


def older(archive: Archive, config: Config) -> tuple[Share, ...]:
    """Return which records were tagged by another rule set than is in use today, by feed."""
    today = RuleSets(config.rules, config.feeds)
    with archive.reading() as connection:
        shares = rule_sets.shares(connection)
    return tuple(share for share in shares if share.rules_hash != today.hash_for(share.feed))


def count_fixed(archive: Archive, config: Config) -> int:
    """Return how many of the records that were tagged by another rule set stay as they are, because
    no more than their headline or summary is kept."""
    today = RuleSets(config.rules, config.feeds)
    with archive.reading() as connection:
        shares = rule_sets.fixed(connection)
    return sum(one.records for one in shares if one.rules_hash != today.hash_for(one.feed))


def count_older(archive: Archive, config: Config) -> int:
    """Return how many records were tagged by another rule set than is in use today."""
    return sum(share.records for share in older(archive, config))


def told_of(count: int) -> str:
    """Return in words how many records were tagged by other rules, and what to do."""
    return f"{counted(count, 'article')} tagged by other rules than today's: {LOOK}"
