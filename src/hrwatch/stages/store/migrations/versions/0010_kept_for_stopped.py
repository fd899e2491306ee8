"""Who stopped is kept a week of what matches: from when on it was, once they start again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: so far nothing was given up."""
    op.add_column("subscriptions", sa.Column("kept_from", sa.DateTime(timezone=True)))
