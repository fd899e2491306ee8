"""Who works with the archive."""

import sqlalchemy as sa

from hrwatch.stages.store.tables.base import Instant, metadata

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
