"""The daemon: one row, by which any verb can tell whether it lives and what it works with."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the daemon's table, still empty."""
    op.create_table(
        "daemon",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("beat_at", _INSTANT, nullable=False),
        sa.Column("stopped_at", _INSTANT),
        sa.Column("config_path", sa.Text, nullable=False),
        sa.Column("config_loaded_at", _INSTANT, nullable=False),
        sa.Column("config_error", sa.Text),
        sa.Column("next_digest_at", _INSTANT),
    )
