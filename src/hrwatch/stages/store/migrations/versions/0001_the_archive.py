"""The archive: feeds, records with their tags, what is in force, digests, ledger and outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
# Sorted and compared by its bytes, on PostgreSQL as SQLite does it.
_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_ORDINAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of the first archive."""
    _create_feeds()
    _create_records()
    _create_search_index()
    _create_in_force()
    _create_mail()


def _create_feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("feed", _TEXT, primary_key=True),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("came_into_force_at", _INSTANT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT),
        sa.Column("etag", _TEXT),
        sa.Column("last_modified", _TEXT),
        sa.Column("first_polled_at", _INSTANT),
        sa.Column("last_polled_at", _INSTANT),
        sa.Column("next_poll_at", _INSTANT),
        sa.Column("because", _TEXT, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", _INSTANT),
        sa.Column("error", _TEXT),
        sa.Column("body_hash", _TEXT),
        sa.Column("bad_body_hash", _TEXT),
        sa.Column("newest_entry_at", _INSTANT),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("claimed_by", _TEXT),
        sa.Column("claimed_until", _INSTANT),
    )
    op.create_index("feeds_next_poll_at", "feeds", ["next_poll_at"])


def _create_records() -> None:
    op.create_table(
        "records",
        sa.Column("ordinal", _ORDINAL, primary_key=True, autoincrement=True),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("feed", _TEXT, nullable=False),
        sa.Column("guid", _TEXT, nullable=False),
        sa.Column("guid_key", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("permalink", _TEXT, nullable=False),
        sa.Column("permalink_key", _TEXT, nullable=False),
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("entry_title", _TEXT),
        sa.Column("title_key", _TEXT, nullable=False),
        sa.Column("summary", _TEXT, nullable=False),
        sa.Column("content", _TEXT),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("categories", sa.JSON, nullable=False),
        sa.Column("published_at", _INSTANT),
        sa.Column("updated_at", _INSTANT),
        sa.Column("first_seen_at", _INSTANT, nullable=False),
        sa.Column("language", _TEXT, nullable=False),
        sa.Column("text", _TEXT, nullable=False),
        sa.Column("text_hash", _TEXT, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("article_url", _TEXT),
        sa.Column("article_canonical", _TEXT),
        sa.Column("article_title", _TEXT),
        sa.Column("article_text", _TEXT),
        sa.Column("article_language", _TEXT),
        sa.Column("article_authors", sa.JSON(none_as_null=True)),
        sa.Column("article_published_at", _INSTANT),
        sa.Column("article_site_name", _TEXT),
        sa.Column("copy_of", _TEXT),
        sa.Column("copy_kind", _TEXT),
        sa.Column("copy_score", sa.Float),
        sa.Column("story", _TEXT, nullable=False),
        sa.Column("backlog", sa.Boolean, nullable=False),
        sa.Column("page_sha256", _TEXT),
        sa.Column("extract_error", _TEXT),
        sa.Column("rules_hash", _TEXT),
        sa.UniqueConstraint("id", "version", name="records_id_version"),
        sqlite_autoincrement=True,
    )
    op.create_index("records_guid_key", "records", ["guid_key", "feed"])
    op.create_index("records_permalink_key", "records", ["permalink_key", "feed"])
    op.create_index("records_title_key", "records", ["title_key", "feed"])
    op.create_index("records_text_hash", "records", ["text_hash"])
    op.create_index("records_story", "records", ["story"])
    op.create_index("records_first_seen_at", "records", ["first_seen_at"])
    op.create_table(
        "tags",
        sa.Column("record", _ORDINAL, sa.ForeignKey("records.ordinal"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("relation", _TEXT, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("tags_value", "tags", ["kind", "value", "record", "relation"])


def _create_search_index() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_table(
            "search_index",
            sa.Column("ordinal", _ORDINAL, sa.ForeignKey("records.ordinal"), primary_key=True),
            sa.Column("folded", _TEXT, nullable=False),
            sa.Column("words", postgresql.TSVECTOR),
        )
        op.create_index("search_words", "search_index", ["words"], postgresql_using="gin")
        no_words = sa.text("words IS NULL")
        op.create_index("search_no_words", "search_index", ["ordinal"], postgresql_where=no_words)
        return
    # The words are cut by hrwatch (text.search_text) and parted by single spaces: the tokenizer
    # that splits at ASCII punctuation only takes them as they are, of whatever script. Contentless:
    # the texts stand in records already.
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(title, text, content='', tokenize='ascii')"
    )


def _create_in_force() -> None:
    op.create_table(
        "progress",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("ordinal", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "in_force",
        sa.Column("number", _ORDINAL, primary_key=True, autoincrement=True),
        sa.Column("subscriber", _TEXT, nullable=False),
        sa.Column("group", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT),
        sqlite_autoincrement=True,
    )
    op.create_index("in_force_subscriber", "in_force", ["subscriber"])


def _create_mail() -> None:
    op.create_table(
        "digests",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("subscriber", _TEXT, nullable=False),
        sa.Column("window_key", _TEXT),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("matches", sa.Integer, nullable=False),
        sa.Column("mail", _TEXT),
        sa.UniqueConstraint("subscriber", "window_key", name="digests_window"),
    )
    op.create_table(
        "ledger",
        sa.Column("subscriber", _TEXT, primary_key=True),
        sa.Column("record", _TEXT, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("reason", _TEXT, primary_key=True),
        sa.Column("story", _TEXT, nullable=False),
        sa.Column("matched_at", _INSTANT, nullable=False),
        sa.Column("settled_at", _INSTANT),
        sa.Column("digest", _TEXT, sa.ForeignKey("digests.id")),
        sa.ForeignKeyConstraint(["record", "version"], ["records.id", "records.version"]),
    )
    op.create_index("ledger_story", "ledger", ["subscriber", "story"])
    op.create_index("ledger_settled_at", "ledger", ["subscriber", "settled_at"])
    op.create_table(
        "outbox",
        sa.Column("message_id", _TEXT, primary_key=True),
        sa.Column("digest", _TEXT, sa.ForeignKey("digests.id"), nullable=False),
        sa.Column("subscriber", _TEXT, nullable=False),
        sa.Column("recipient", _TEXT, nullable=False),
        sa.Column("sender", _TEXT, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", _INSTANT),
        sa.Column("claimed_by", _TEXT),
        sa.Column("claimed_until", _INSTANT),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("settled_at", _INSTANT),
        sa.Column("detail", _TEXT, nullable=False),
    )
    op.create_index("outbox_settled_at", "outbox", ["settled_at", "next_try_at"])
