"""How far the publisher's clock is from UTC where a date says so."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what was archived before, nobody knows it any more."""
    op.add_column("records", sa.Column("published_offset", sa.Integer))
    op.add_column("records", sa.Column("article_published_offset", sa.Integer))
