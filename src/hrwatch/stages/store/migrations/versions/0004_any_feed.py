"""Any feed: how much a feed's failures weigh, whether its validators were checked, where it moved,
its rhythm, when its document says to come back; and of records the publisher's own words for a
date that is none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns; what is there already never failed, never moved and is not dated by day."""
    for column in (
        sa.Column("setbacks", sa.Float, nullable=False, server_default="0"),
        sa.Column("conditional", sa.Integer, nullable=False, server_default="0"),
        sa.Column("moved_to", _TEXT),
        sa.Column("moved_times", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rhythm_seconds", sa.Integer),
        sa.Column("warning", _TEXT),
        sa.Column("hints", sa.JSON),
    ):
        op.add_column("feeds", column)
    op.add_column("records", sa.Column("published_text", _TEXT))
    op.add_column(
        "records", sa.Column("whole_day", sa.Boolean, nullable=False, server_default=sa.false())
    )
