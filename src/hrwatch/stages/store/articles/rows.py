"""Records as rows and back: nothing is lost on the way, and no long text is kept twice."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.articles import Article, Change, Copy, CopyKind, Fingerprint, Kept, Record
from hrwatch.model.feeds import Entry
from hrwatch.model.tags import Evidence, Field, Kind, Relation, Tag
from hrwatch.stages.store import guarded

Values = dict[str, object]


class Words(NamedTuple):
    """What the index of words holds of one record, as `text.search_text` gives it."""

    ordinal: int
    title: str
    text: str


def record_values(record: Record) -> Values:
    """Given a record, return the values of its row; what repeats its title or text becomes None."""
    entry, article, copy = record.entry, record.article, record.copy
    return {
        "id": record.id,
        "version": record.version,
        "feed": record.feed,
        "guid": entry.guid,
        "guid_key": record.guid_key or text.key(entry.guid),
        "url": entry.permalink,
        "permalink": record.permalink,
        "permalink_key": text.key(record.permalink),
        "title": record.title,
        "entry_title": _unless(entry.title, record.title),
        "title_key": text.title_key(entry.title),
        "summary": entry.summary,
        "content": _unless(entry.content, record.text),
        "authors": entry.authors,
        "categories": entry.categories,
        "published_at": entry.published_at,
        "updated_at": entry.updated_at,
        "first_seen_at": record.first_seen_at,
        "language": record.language,
        "text": record.text,
        "text_hash": record.fingerprint.text_hash,
        "words": record.fingerprint.words,
        "article_url": article.url if article else None,
        "article_canonical": article.canonical if article else None,
        "article_title": article.title if article else None,
        "article_text": _unless(article.text, record.text) if article else None,
        "article_language": article.language if article else None,
        "article_authors": article.authors if article else None,
        "article_published_at": article.published_at if article else None,
        "article_site_name": article.site_name if article else None,
        "article_translations": (article.translations or None) if article else None,
        "copy_of": copy.of if copy else None,
        "copy_kind": copy.kind if copy else None,
        "copy_score": copy.score if copy else None,
        "story": record.story,
        "backlog": record.backlog,
        "page_sha256": record.page_sha256,
        "extract_error": record.extract_error,
        "rules_hash": record.rules_hash,
        "published_text": entry.published_text or None,
        "whole_day": entry.whole_day,
        "seen_at": record.seen_at,
        "change": _change_values(record.change) if record.change else None,
        "entry_hash": record.entry_hash,
        "kept": record.kept,
        "unlinked": record.unlinked,
        "published_offset": entry.published_offset,
        "article_published_offset": article.published_offset if article else None,
    }


@guarded.of("records")
def record_from(row: sa.Row[Any], tags: tuple[Tag, ...]) -> Record:
    """Given a row of records and the record's tags, return the record as it was added."""
    return Record(
        id=row.id,
        version=row.version,
        feed=row.feed,
        entry=Entry(
            guid=row.guid,
            permalink=row.url,
            title=row.title if row.entry_title is None else row.entry_title,
            summary=row.summary,
            content=row.text if row.content is None else row.content,
            authors=tuple(row.authors),
            published_at=row.published_at,
            updated_at=row.updated_at,
            categories=tuple(row.categories),
            published_text=row.published_text or "",
            whole_day=row.whole_day,
            published_offset=row.published_offset,
        ),
        permalink=row.permalink,
        article=_article(row),
        title=row.title,
        text=row.text,
        language=row.language,
        fingerprint=Fingerprint(text_hash=row.text_hash, words=row.words),
        tags=tags,
        copy=Copy(row.copy_of, CopyKind(row.copy_kind), row.copy_score) if row.copy_of else None,
        story=row.story,
        first_seen_at=row.first_seen_at,
        backlog=row.backlog,
        page_sha256=row.page_sha256,
        extract_error=row.extract_error,
        guid_key=row.guid_key,
        rules_hash=row.rules_hash,
        seen_at=row.seen_at,
        change=_change(row.change) if row.change else None,
        entry_hash=row.entry_hash,
        kept=Kept(row.kept),
        unlinked=row.unlinked,
    )


def tag_values(ordinal: int, tags: Iterable[Tag]) -> list[Values]:
    """Given a record's ordinal and tags, return the values of their rows."""
    return [
        {
            "record": ordinal,
            "position": position,
            "kind": tag.kind,
            "value": tag.value,
            "relation": tag.relation,
            "evidence": [_evidence_values(evidence) for evidence in tag.evidence],
        }
        for position, tag in enumerate(tags)
    ]


@guarded.of("tags")
def tag_from(row: sa.Row[Any]) -> Tag:
    """Given a row of tags, return the tag."""
    return Tag(
        kind=Kind(row.kind),
        value=row.value,
        relation=Relation(row.relation),
        evidence=tuple(_evidence(values) for values in row.evidence),
    )


def words(ordinal: int, title: str, told: str) -> Words:
    """Given a record's ordinal, title and text, return what the index of words holds of it."""
    return Words(ordinal, text.search_text(title), text.search_text(told))


def _article(row: sa.Row[Any]) -> Article | None:
    if row.article_url is None:
        return None
    return Article(
        url=row.article_url,
        canonical=row.article_canonical,
        title=row.article_title,
        text=row.text if row.article_text is None else row.article_text,
        language=row.article_language,
        authors=tuple(row.article_authors),
        published_at=row.article_published_at,
        site_name=row.article_site_name,
        translations=tuple(row.article_translations or ()),
        published_offset=row.article_published_offset,
    )


def _change_values(change: Change) -> Values:
    return {
        "title": change.title,
        "added": change.added,
        "removed": change.removed,
        "replaced": change.replaced,
        "more": (change.more_added, change.more_removed, change.more_replaced),
    }


def _change(values: Mapping[str, Any]) -> Change:
    title = values["title"]
    more_added, more_removed, more_replaced = map(int, values["more"])
    return Change(
        title=(title[0], title[1]) if title else None,
        added=tuple(values["added"]),
        removed=tuple(values["removed"]),
        replaced=tuple((before, after) for before, after in values["replaced"]),
        more_added=more_added,
        more_removed=more_removed,
        more_replaced=more_replaced,
    )


def _evidence_values(evidence: Evidence) -> Values:
    return {
        "rule": evidence.rule,
        "term": evidence.term,
        "found": evidence.found,
        "language": evidence.language,
        "field": evidence.field,
        "offset": evidence.offset,
        "length": evidence.length,
    }


def _evidence(values: Mapping[str, Any]) -> Evidence:
    return Evidence(
        rule=values["rule"],
        term=values["term"],
        found=values["found"],
        language=values["language"],
        field=Field(values["field"]),
        offset=values["offset"],
        length=values["length"],
    )


def _unless(value: str, same: str) -> str | None:
    return None if value == same else value
