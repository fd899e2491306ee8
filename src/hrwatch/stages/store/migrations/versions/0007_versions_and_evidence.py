"""Versions and evidence: captures with their chain, visits to articles after the first, pages of
what was purged, and of records when a version was seen, what changed in it, how much of it is kept,
and which pages it names as its translations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables, still empty, and the columns: of what is archived already no page was kept,
    and its later versions are seen from now on."""
    op.create_table(
        "bodies",
        sa.Column("sha256", _TEXT, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("compressed", sa.LargeBinary, nullable=False),
        sa.Column("crc32", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "captures",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("record", _TEXT),
        sa.Column("feed", _TEXT),
        sa.Column("requested_url", _TEXT),
        sa.Column("url", _TEXT),
        sa.Column("redirects", sa.JSON),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.JSON),
        sa.Column("content_type", _TEXT),
        sa.Column("fetched_at", _INSTANT),
        sa.Column("body_sha256", _TEXT),
        sa.Column("body_size", sa.BigInteger),
        sa.Column("certificate_sha256", _TEXT),
        sa.Column("software", _TEXT),
        sa.Column("note", _TEXT),
        sa.Column("row_hash", _TEXT, nullable=False),
        sa.Column("chain_hash", _TEXT, nullable=False),
    )
    op.create_index("captures_record", "captures", ["record"])
    op.create_index("captures_body", "captures", ["body_sha256"])
    op.create_table(
        "chain",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("chain_hash", _TEXT, nullable=False),
    )
    op.create_table(
        "visits",
        sa.Column("record", _TEXT, primary_key=True),
        sa.Column("feed", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("standing", _TEXT, nullable=False),
        sa.Column("wants_page", sa.Boolean, nullable=False),
        sa.Column("visits", sa.Integer, nullable=False),
        sa.Column("last_visit_at", _INSTANT),
        sa.Column("next_visit_at", _INSTANT),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("missing_since", _INSTANT),
        sa.Column("missing_until", _INSTANT),
        sa.Column("removed_at", _INSTANT),
        sa.Column("status", sa.Integer),
        sa.Column("error", _TEXT),
        sa.Column("etag", _TEXT),
        sa.Column("last_modified", _TEXT),
        sa.Column("body_sha256", _TEXT),
        sa.Column("claimed_by", _TEXT),
        sa.Column("claimed_until", _INSTANT),
    )
    op.create_index("visits_next_visit_at", "visits", ["next_visit_at"])
    op.create_table(
        "translations",
        sa.Column("permalink_key", _TEXT, primary_key=True),
        sa.Column(
            "record",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("records.ordinal"),
            primary_key=True,
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "purged_pages",
        sa.Column("page_key", _TEXT, primary_key=True),
        sa.Column("title_key", _TEXT, primary_key=True),
        sqlite_with_rowid=False,
    )
    # What is removed, and who was told of it, is found by its record.
    for table in ("sketches", "translations", "ledger"):
        op.create_index(f"{table}_record", table, ["record"])
    for column in (
        sa.Column("article_translations", sa.JSON),
        sa.Column("seen_at", _INSTANT),
        sa.Column("change", sa.JSON),
        sa.Column("entry_hash", _TEXT),
        sa.Column("kept", _TEXT, nullable=False, server_default="full"),
        sa.Column("unlinked", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("records", column)
    in_part = sa.text("kept != 'full'")
    op.create_index(
        "records_kept", "records", ["kept"], sqlite_where=in_part, postgresql_where=in_part
    )
