"""The archive's tables as this program reads and writes them; `migrations` makes them.

Index columns hold only short values: keys of 32 hex digits stand for guids, permalinks and titles.
"""

from hrwatch.stages.store import guarded
from hrwatch.stages.store.tables.articles import (
    common_shingles,
    feeds,
    progress,
    records,
    rule_sets,
    sketches,
    tags,
    translations,
    visits,
)
from hrwatch.stages.store.tables.base import Instant, Ordinal, metadata
from hrwatch.stages.store.tables.evidence import EVERY_TITLE, bodies, captures, chain, purged_pages
from hrwatch.stages.store.tables.mail import (
    digests,
    erased,
    in_force,
    ledger,
    mutes,
    notices,
    outbox,
    rejections,
    replies,
    subscriptions,
)
from hrwatch.stages.store.tables.running import copying, daemon

__all__ = [
    "EVERY_TITLE",
    "Instant",
    "Ordinal",
    "bodies",
    "captures",
    "chain",
    "common_shingles",
    "copying",
    "daemon",
    "digests",
    "erased",
    "feeds",
    "in_force",
    "ledger",
    "metadata",
    "mutes",
    "notices",
    "outbox",
    "progress",
    "purged_pages",
    "records",
    "rejections",
    "replies",
    "rule_sets",
    "sketches",
    "subscriptions",
    "tags",
    "translations",
    "visits",
]

guarded.guard(metadata)
