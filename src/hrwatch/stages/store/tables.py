"""The archive's tables as this program reads and writes them; `migrations` makes them.

Index columns hold only short values: keys of 32 hex digits stand for guids, permalinks and titles.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from hrwatch.stages.store import guarded


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; a naive one is a bug of the caller and refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"a time without a zone cannot be archived: {value!r}")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only in a column of exactly this type.
Ordinal = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData()

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("came_into_force_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("first_polled_at", Instant),
    sa.Column("last_polled_at", Instant),
    sa.Column("next_poll_at", Instant),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failing_since", Instant),
    sa.Column("error", sa.Text),
    sa.Column("body_hash", sa.Text),
    sa.Column("bad_body_hash", sa.Text),
    sa.Column("newest_entry_at", Instant),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_until", Instant),
    sa.Column("setbacks", sa.Float, nullable=False, server_default="0"),
    sa.Column("conditional", sa.Integer, nullable=False, server_default="0"),
    sa.Column("moved_to", sa.Text),
    sa.Column("moved_times", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rhythm_seconds", sa.Integer),
    sa.Column("warning", sa.Text),
    sa.Column("hints", sa.JSON(none_as_null=True)),
    sa.Index("feeds_next_poll_at", "next_poll_at"),
)

records = sa.Table(
    "records",
    metadata,
    sa.Column("ordinal", Ordinal, primary_key=True, autoincrement=True),  # the order of writing
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("guid", sa.Text, nullable=False),
    sa.Column("guid_key", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),  # the permalink as the feed gives it
    sa.Column("permalink", sa.Text, nullable=False),  # canonical
    sa.Column("permalink_key", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("entry_title", sa.Text),  # as the feed gives it; NULL where it is `title`
    sa.Column("title_key", sa.Text, nullable=False),  # of the feed's title
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("content", sa.Text),  # as the feed gives it; NULL where it is `text`
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("published_at", Instant),
    sa.Column("updated_at", Instant),
    sa.Column("first_seen_at", Instant, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("text_hash", sa.Text, nullable=False),
    sa.Column("words", sa.Integer, nullable=False),
    sa.Column("article_url", sa.Text),  # NULL: no page was read
    sa.Column("article_canonical", sa.Text),
    sa.Column("article_title", sa.Text),
    sa.Column("article_text", sa.Text),  # NULL where it is `text`
    sa.Column("article_language", sa.Text),
    sa.Column("article_authors", sa.JSON(none_as_null=True)),
    sa.Column("article_published_at", Instant),
    sa.Column("article_site_name", sa.Text),
    sa.Column("article_translations", sa.JSON(none_as_null=True)),  # NULL: names none
    sa.Column("copy_of", sa.Text),
    sa.Column("copy_kind", sa.Text),
    sa.Column("copy_score", sa.Float),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("backlog", sa.Boolean, nullable=False),
    sa.Column("page_sha256", sa.Text),
    sa.Column("extract_error", sa.Text),
    sa.Column("rules_hash", sa.Text),  # of the rules that the tags were made by
    sa.Column("published_text", sa.Text),  # NULL: published_at is what the publisher wrote
    sa.Column("whole_day", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("seen_at", Instant),  # of this version; NULL: first_seen_at
    sa.Column("change", sa.JSON(none_as_null=True)),  # from the version before
    sa.Column("entry_hash", sa.Text),  # of what the feed gave; NULL: not known
    sa.Column("kept", sa.Text, nullable=False, server_default="full"),
    # Somebody said that it is no copy: it is not made one again.
    sa.Column("unlinked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("id", "version", name="records_id_version"),
    sa.Index("records_guid_key", "guid_key", "feed"),
    sa.Index("records_permalink_key", "permalink_key", "feed"),
    sa.Index("records_title_key", "title_key", "feed"),
    sa.Index("records_text_hash", "text_hash"),
    sa.Index("records_story", "story"),
    sa.Index("records_first_seen_at", "first_seen_at"),
    sa.Index("records_rules_hash", "feed", "rules_hash", "ordinal"),
    sa.Index(
        "records_kept",
        "kept",
        # On PostgreSQL too, by the migration; told here, it would load what speaks to a server.
        sqlite_where=sa.text("kept != 'full'"),
    ),
    sqlite_autoincrement=True,
)

tags = sa.Table(
    "tags",
    metadata,
    sa.Column("record", Ordinal, sa.ForeignKey("records.ordinal"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),  # as the tagger ordered them
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("relation", sa.Text, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Index("tags_value", "kind", "value", "record", "relation"),
    sqlite_with_rowid=False,
)

rule_sets = sa.Table(
    "rule_sets",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("first_used_at", Instant, nullable=False),
    sa.Column("hrwatch", sa.Text, nullable=False),  # the version that first used it
    sa.Column("keywords", sa.Integer, nullable=False),
    sa.Column("terms", sa.Integer, nullable=False),
)

# By which hashes of its text a record is found as near to another.
sketches = sa.Table(
    "sketches",
    metadata,
    sa.Column("hash", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("record", Ordinal, sa.ForeignKey("records.ordinal"), primary_key=True),
    sa.Index("sketches_record", "record"),
    sqlite_with_rowid=False,
)

common_shingles = sa.Table(
    "common_shingles",
    metadata,
    sa.Column("hash", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Which addresses an article's page names as its versions in other languages.
translations = sa.Table(
    "translations",
    metadata,
    sa.Column("permalink_key", sa.Text, primary_key=True),
    sa.Column("record", Ordinal, sa.ForeignKey("records.ordinal"), primary_key=True),
    sa.Index("translations_record", "record"),
    sqlite_with_rowid=False,
)

# What was fetched, by what it is; several captures may be of the same bytes.
bodies = sa.Table(
    "bodies",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("compressed", sa.LargeBinary, nullable=False),  # zlib
    # Of `compressed`: zlib leaves some of its last bits unread, and no bit may change unseen.
    sa.Column("crc32", sa.BigInteger, nullable=False),
)

# Append-only: rows are neither changed nor deleted but by a purge, which empties what they hold
# and leaves the hashes, and appends a tombstone.
captures = sa.Table(
    "captures",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),  # without gaps
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("record", sa.Text),  # all that may be NULL is where it was purged
    sa.Column("feed", sa.Text),
    sa.Column("requested_url", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("redirects", sa.JSON(none_as_null=True)),
    sa.Column("status", sa.Integer),
    sa.Column("headers", sa.JSON(none_as_null=True)),
    sa.Column("content_type", sa.Text),
    sa.Column("fetched_at", Instant),
    sa.Column("body_sha256", sa.Text),
    sa.Column("body_size", sa.BigInteger),
    sa.Column("certificate_sha256", sa.Text),
    sa.Column("software", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("row_hash", sa.Text, nullable=False),
    sa.Column("chain_hash", sa.Text, nullable=False),
    sa.Index("captures_record", "record"),
    sa.Index("captures_body", "body_sha256"),
)

# Of which pages what was purged does not come back, by keys; `title_key` is EVERY_TITLE where
# nothing else was archived of a page.
EVERY_TITLE = "*"
purged_pages = sa.Table(
    "purged_pages",
    metadata,
    sa.Column("page_key", sa.Text, primary_key=True),
    sa.Column("title_key", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
)

# One row: the end of the chain of captures, so that a loss at its end is seen too, and so that
# writers on a server wait for each other.
chain = sa.Table(
    "chain",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("chain_hash", sa.Text, nullable=False),
)

# Articles whose pages are looked at again.
visits = sa.Table(
    "visits",
    metadata,
    sa.Column("record", sa.Text, primary_key=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("wants_page", sa.Boolean, nullable=False),
    sa.Column("visits", sa.Integer, nullable=False),
    sa.Column("last_visit_at", Instant),
    sa.Column("next_visit_at", Instant),  # NULL: no more
    sa.Column("missing", sa.Integer, nullable=False),
    sa.Column("missing_since", Instant),
    sa.Column("missing_until", Instant),
    sa.Column("removed_at", Instant),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("body_sha256", sa.Text),
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_until", Instant),
    sa.Index("visits_next_visit_at", "next_visit_at"),
)

progress = sa.Table(
    "progress",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("ordinal", sa.BigInteger, nullable=False),  # records up to here are done with
)

in_force = sa.Table(
    "in_force",
    metadata,
    sa.Column("number", Ordinal, primary_key=True, autoincrement=True),
    sa.Column("subscriber", sa.Text, nullable=False),
    sa.Column("group", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant),  # NULL: still in force
    sa.Index("in_force_subscriber", "subscriber"),
    sqlite_autoincrement=True,
)

digests = sa.Table(
    "digests",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("subscriber", sa.Text, nullable=False),
    sa.Column("window_key", sa.Text),  # NULL: at once
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("matches", sa.Integer, nullable=False),
    # message_id of its first page; NULL: nothing matched, nothing was written
    sa.Column("mail", sa.Text),
    sa.Column("kind", sa.Text, nullable=False, server_default="digest"),
    sa.UniqueConstraint("subscriber", "window_key", name="digests_window"),
)

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("subscriber", sa.Text, primary_key=True),
    sa.Column("record", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("matched_at", Instant, nullable=False),
    sa.Column("settled_at", Instant),  # NULL: waits for a digest
    sa.Column("digest", sa.Text, sa.ForeignKey("digests.id")),  # NULL, settled: needs no telling
    sa.Column("number", sa.Integer),  # under which the digest tells it
    sa.Column("page", sa.Integer),  # of the digest
    sa.ForeignKeyConstraint(["record", "version"], ["records.id", "records.version"]),
    sa.Index("ledger_story", "subscriber", "story"),
    sa.Index("ledger_record", "record"),
    # What waits; on PostgreSQL too, by the migration.
    sa.Index(
        "ledger_waiting", "subscriber", "matched_at", sqlite_where=sa.text("settled_at IS NULL")
    ),
    sa.Index("ledger_digest", "digest"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("message_id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, sa.ForeignKey("digests.id")),  # NULL: it is of none
    sa.Column("page", sa.Integer, nullable=False, server_default="1"),  # of the digest
    sa.Column("kind", sa.Text, nullable=False, server_default="digest"),
    sa.Column("subscriber", sa.Text, nullable=False),  # empty: the operator
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try_at", Instant),  # NULL: at once
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_until", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("settled_at", Instant),  # NULL: to be tried again
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("outbox_settled_at", "settled_at", "next_try_at"),
    sa.Index("outbox_digest", "digest"),
    sa.Index("outbox_status", "status"),
)

# What stands of a subscriber beside the operator's file.
subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("subscriber", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, nullable=False, server_default=""),  # empty: not known yet
    sa.Column("token", sa.Text),  # NULL: nothing was written to them yet
    sa.Column("detail", sa.Text),  # NULL: as the operator set it
    sa.Column("paused_until", Instant),
    sa.Column("stopped_at", Instant),
    sa.Column("suspended_at", Instant),
    sa.Column("suspended_address", sa.Text, nullable=False, server_default=""),
    sa.Column("suspended_because", sa.Text, nullable=False, server_default=""),
    sa.Index("subscriptions_token", "token", unique=True),
)

mutes = sa.Table(
    "mutes",
    metadata,
    sa.Column("subscriber", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant),  # NULL: for ever
)

# What subscribers said is not about what they asked for.
rejections = sa.Table(
    "rejections",
    metadata,
    sa.Column("subscriber", sa.Text, primary_key=True),
    sa.Column("record", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("rejected_at", Instant, nullable=False),
    sa.Column("terms", sa.JSON, nullable=False),  # pairs of a keyword or country and a term
)

# Replies that were answered, so that none is answered twice.
replies = sa.Table(
    "replies",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),  # of its Message-ID, or its words
    sa.Column("subscriber", sa.Text, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("answered_at", Instant, nullable=False),
)

# What the operator was told once.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("told_at", Instant, nullable=False),
    sa.Column("numbers", sa.JSON(none_as_null=True)),  # of a report, for the next to compare with
)

# What is left of a subscriber who was erased: numbers.
erased = sa.Table(
    "erased",
    metadata,
    sa.Column("number", Ordinal, primary_key=True, autoincrement=True),
    sa.Column("erased_at", Instant, nullable=False),
    sa.Column("digests", sa.Integer, nullable=False),
    sa.Column("mails", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)

daemon = sa.Table(
    "daemon",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("beat_at", Instant, nullable=False),
    sa.Column("stopped_at", Instant),  # NULL: it runs, or died without a word
    sa.Column("config_path", sa.Text, nullable=False),
    sa.Column("config_loaded_at", Instant, nullable=False),
    sa.Column("config_error", sa.Text),  # NULL: the newest file is in force
    sa.Column("next_digest_at", Instant),
)

# One row while the archive is being filled from another; it must not be used so long.
copying = sa.Table(
    "copying",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),  # what the other archive is called
    sa.Column("since", Instant, nullable=False),
)

guarded.guard(metadata)
