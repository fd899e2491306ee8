"""Who is told of what: what subscribers ask for and chose, who was told, and the mails."""

import sqlalchemy as sa

from hrwatch.stages.store.tables.base import Instant, Ordinal, metadata

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
    sa.Column("kept_from", Instant),  # NULL: nothing was given up
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
