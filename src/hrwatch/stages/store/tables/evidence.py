"""What was fetched, byte by byte, and how nothing of it is changed unseen."""

import sqlalchemy as sa

from hrwatch.stages.store.tables.base import Instant, metadata

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
