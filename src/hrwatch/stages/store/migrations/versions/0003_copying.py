"""Copying: one row while an archive is still being filled from another, and must not be used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table, still empty."""
    op.create_table(
        "copying",
        sa.Column("source", _TEXT, primary_key=True),
        sa.Column("since", _INSTANT, nullable=False),
    )
