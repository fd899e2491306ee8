"""The daemon: one row, by which any verb can tell whether it lives and what it works with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
# Sorted and compared by its bytes, on PostgreSQL as SQLite does it.
_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the daemon's table, still empty."""
    op.create_table(
        "daemon",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("host", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("version", _TEXT, nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("beat_at", _INSTANT, nullable=False),
        sa.Column("stopped_at", _INSTANT),
        sa.Column("config_path", _TEXT, nullable=False),
        sa.Column("config_loaded_at", _INSTANT, nullable=False),
        sa.Column("config_error", _TEXT),
        sa.Column("next_digest_at", _INSTANT),
    )
