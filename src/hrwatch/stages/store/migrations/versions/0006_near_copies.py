"""Near copies: by which hashes an article's text is found, and which of them tell nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, still empty: what is archived already is recognised by equal texts only."""
    op.create_table(
        "sketches",
        sa.Column("hash", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(
            "record",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("records.ordinal"),
            primary_key=True,
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "common_shingles",
        sa.Column("hash", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
