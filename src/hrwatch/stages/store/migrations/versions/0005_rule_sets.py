"""Rule sets: which there were, since when, and how to find what was tagged by which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table, still empty: what tagged the records that are there is known by hash only."""
    op.create_table(
        "rule_sets",
        sa.Column("hash", _TEXT, primary_key=True),
        sa.Column("first_used_at", _INSTANT, nullable=False),
        sa.Column("hrwatch", _TEXT, nullable=False),
        sa.Column("keywords", sa.Integer, nullable=False),
        sa.Column("terms", sa.Integer, nullable=False),
    )
    op.create_index("records_rules_hash", "records", ["feed", "rules_hash", "ordinal"])
