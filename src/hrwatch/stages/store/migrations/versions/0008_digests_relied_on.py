"""Digests a monitor relies on: several mails to a digest, mails of no digest, under which number an
article was told, and what a subscriber replied or their mail server refused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_INSTANT = sa.DateTime(timezone=True)
_ORDINAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables, still empty, and the columns: what was mailed already was one page each, and
    nobody can name an item of it by its number."""
    op.add_column("digests", sa.Column("kind", _TEXT, nullable=False, server_default="digest"))
    op.add_column("ledger", sa.Column("number", sa.Integer))
    op.add_column("ledger", sa.Column("page", sa.Integer))
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("digest", existing_type=_TEXT, nullable=True)
        outbox.add_column(sa.Column("page", sa.Integer, nullable=False, server_default="1"))
        outbox.add_column(sa.Column("kind", _TEXT, nullable=False, server_default="digest"))
    op.create_index("ledger_digest", "ledger", ["digest"])
    # Asked for everybody at every tick: how long ago the newest of what waits matched.
    op.drop_index("ledger_settled_at", "ledger")
    waits = sa.text("settled_at IS NULL")
    op.create_index(
        "ledger_waiting",
        "ledger",
        ["subscriber", "matched_at"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_index("outbox_digest", "outbox", ["digest"])
    op.create_index("outbox_status", "outbox", ["status"])
    op.create_table(
        "subscriptions",
        sa.Column("subscriber", _TEXT, primary_key=True),
        sa.Column("address", _TEXT, nullable=False, server_default=""),
        sa.Column("token", _TEXT),
        sa.Column("detail", _TEXT),
        sa.Column("paused_until", _INSTANT),
        sa.Column("stopped_at", _INSTANT),
        sa.Column("suspended_at", _INSTANT),
        sa.Column("suspended_address", _TEXT, nullable=False, server_default=""),
        sa.Column("suspended_because", _TEXT, nullable=False, server_default=""),
    )
    op.create_index("subscriptions_token", "subscriptions", ["token"], unique=True)
    op.create_table(
        "mutes",
        sa.Column("subscriber", _TEXT, primary_key=True),
        sa.Column("kind", _TEXT, primary_key=True),
        sa.Column("value", _TEXT, primary_key=True),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT),
    )
    op.create_table(
        "rejections",
        sa.Column("subscriber", _TEXT, primary_key=True),
        sa.Column("record", _TEXT, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rejected_at", _INSTANT, nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
    )
    op.create_table(
        "replies",
        sa.Column("key", _TEXT, primary_key=True),
        sa.Column("subscriber", _TEXT, nullable=False),
        sa.Column("command", _TEXT, nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("told_at", _INSTANT, nullable=False),
        sa.Column("numbers", sa.JSON),
    )
    op.create_table(
        "erased",
        sa.Column("number", _ORDINAL, primary_key=True, autoincrement=True),
        sa.Column("erased_at", _INSTANT, nullable=False),
        sa.Column("digests", sa.Integer, nullable=False),
        sa.Column("mails", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
