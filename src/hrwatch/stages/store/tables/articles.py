"""What was read: feeds, the articles they gave, what these are about and like, and when they are
looked at again."""

import sqlalchemy as sa

from hrwatch.stages.store.tables.base import Instant, Ordinal, metadata

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("came_into_force_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("first_polled_at", Instant),
    sa.Column("last_polled_at", Instant),
    sa.Column("next_poll_at", Instant),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failing_since", Instant),
    sa.Column("error", sa.Text),
    sa.Column("body_hash", sa.Text),
    sa.Column("bad_body_hash", sa.Text),
    sa.Column("newest_entry_at", Instant),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_until", Instant),
    sa.Column("setbacks", sa.Float, nullable=False, server_default="0"),
    sa.Column("conditional", sa.Integer, nullable=False, server_default="0"),
    sa.Column("moved_to", sa.Text),
    sa.Column("moved_times", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rhythm_seconds", sa.Integer),
    sa.Column("warning", sa.Text),
    sa.Column("hints", sa.JSON(none_as_null=True)),
    sa.Index("feeds_next_poll_at", "next_poll_at"),
)

records = sa.Table(
    "records",
    metadata,
    sa.Column("ordinal", Ordinal, primary_key=True, autoincrement=True),  # the order of writing
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("guid", sa.Text, nullable=False),
    sa.Column("guid_key", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),  # the permalink as the feed gives it
    sa.Column("permalink", sa.Text, nullable=False),  # canonical
    sa.Column("permalink_key", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("entry_title", sa.Text),  # as the feed gives it; NULL where it is `title`
    sa.Column("title_key", sa.Text, nullable=False),  # of the feed's title
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("content", sa.Text),  # as the feed gives it; NULL where it is `text`
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("published_at", Instant),
    sa.Column("updated_at", Instant),
    sa.Column("first_seen_at", Instant, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("text_hash", sa.Text, nullable=False),
    sa.Column("words", sa.Integer, nullable=False),
    sa.Column("article_url", sa.Text),  # NULL: no page was read
    sa.Column("article_canonical", sa.Text),
    sa.Column("article_title", sa.Text),
    sa.Column("article_text", sa.Text),  # NULL where it is `text`
    sa.Column("article_language", sa.Text),
    sa.Column("article_authors", sa.JSON(none_as_null=True)),
    sa.Column("article_published_at", Instant),
    sa.Column("article_site_name", sa.Text),
    sa.Column("article_translations", sa.JSON(none_as_null=True)),  # NULL: names none
    sa.Column("copy_of", sa.Text),
    sa.Column("copy_kind", sa.Text),
    sa.Column("copy_score", sa.Float),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("backlog", sa.Boolean, nullable=False),
    sa.Column("page_sha256", sa.Text),
    sa.Column("extract_error", sa.Text),
    sa.Column("rules_hash", sa.Text),  # of the rules that the tags were made by
    sa.Column("published_text", sa.Text),  # NULL: published_at is what the publisher wrote
    sa.Column("whole_day", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("seen_at", Instant),  # of this version; NULL: first_seen_at
    sa.Column("change", sa.JSON(none_as_null=True)),  # from the version before
    sa.Column("entry_hash", sa.Text),  # of what the feed gave; NULL: not known
    sa.Column("kept", sa.Text, nullable=False, server_default="full"),
    # Somebody said that it is no copy: it is not made one again.
    sa.Column("unlinked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("published_offset", sa.Integer),  # minutes; NULL: none given, or UTC
    sa.Column("article_published_offset", sa.Integer),  # the same of article_published_at
    sa.UniqueConstraint("id", "version", name="records_id_version"),
    sa.Index("records_guid_key", "guid_key", "feed"),
    sa.Index("records_permalink_key", "permalink_key", "feed"),
    sa.Index("records_title_key", "title_key", "feed"),
    sa.Index("records_text_hash", "text_hash"),
    sa.Index("records_story", "story"),
    sa.Index("records_first_seen_at", "first_seen_at"),
    sa.Index("records_rules_hash", "feed", "rules_hash", "ordinal"),
    sa.Index(
        "records_kept",
        "kept",
        # On PostgreSQL too, by the migration; told here, it would load what speaks to a server.
        sqlite_where=sa.text("kept != 'full'"),
    ),
    sqlite_autoincrement=True,
)

tags = sa.Table(
    "tags",
    metadata,
    sa.Column("record", Ordinal, sa.ForeignKey("records.ordinal"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),  # as the tagger ordered them
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("relation", sa.Text, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Index("tags_value", "kind", "value", "record", "relation"),
    sqlite_with_rowid=False,
)

rule_sets = sa.Table(
    "rule_sets",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("first_used_at", Instant, nullable=False),
    sa.Column("hrwatch", sa.Text, nullable=False),  # the version that first used it
    sa.Column("keywords", sa.Integer, nullable=False),
    sa.Column("terms", sa.Integer, nullable=False),
)

# By which hashes of its text a record is found as near to another.
sketches = sa.Table(
    "sketches",
    metadata,
    sa.Column("hash", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("record", Ordinal, sa.ForeignKey("records.ordinal"), primary_key=True),
    sa.Index("sketches_record", "record"),
    sqlite_with_rowid=False,
)

common_shingles = sa.Table(
    "common_shingles",
    metadata,
    sa.Column("hash", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Which addresses an article's page names as its versions in other languages.
translations = sa.Table(
    "translations",
    metadata,
    sa.Column("permalink_key", sa.Text, primary_key=True),
    sa.Column("record", Ordinal, sa.ForeignKey("records.ordinal"), primary_key=True),
    sa.Index("translations_record", "record"),
    sqlite_with_rowid=False,
)

# Articles whose pages are looked at again.
visits = sa.Table(
    "visits",
    metadata,
    sa.Column("record", sa.Text, primary_key=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("wants_page", sa.Boolean, nullable=False),
    sa.Column("visits", sa.Integer, nullable=False),
    sa.Column("last_visit_at", Instant),
    sa.Column("next_visit_at", Instant),  # NULL: no more
    sa.Column("missing", sa.Integer, nullable=False),
    sa.Column("missing_since", Instant),
    sa.Column("missing_until", Instant),
    sa.Column("removed_at", Instant),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("body_sha256", sa.Text),
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_until", Instant),
    sa.Index("visits_next_visit_at", "next_visit_at"),
)

progress = sa.Table(
    "progress",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    # Records up to here are done with; of what goes by time, seconds since 1970.
    sa.Column("ordinal", sa.BigInteger, nullable=False),
)
