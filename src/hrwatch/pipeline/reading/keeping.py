"""How much of an article is archived: a record as it was read → as it is kept. Pure; the step
before store, and again when an article has been kept for as long as the operator said."""

import re
from dataclasses import replace

from hrwatch.model.articles import Change, Kept, Record
from hrwatch.model.feeds import Keep
from hrwatch.model.tags import Evidence, Field

_KEPT = {Keep.FULL: Kept.FULL, Keep.SUMMARY: Kept.SUMMARY, Keep.HEADLINE: Kept.HEADLINE}
# From most to least: what is gone is not had again by keeping more.
_LESS = (Kept.FULL, Kept.SUMMARY, Kept.HEADLINE, Kept.NOTHING)


def kept(record: Record, keep: Keep) -> Record:
    """Given a record, return it without what is not to be kept of it.

    Of a headline stay title, addresses, dates, authors, categories, hashes and tags; of a summary
    also the feed's, which then is the record's text. The words of the text that tags rest on are
    left out where they do not stand in what is kept. Idempotent, and never more than was there.
    """
    so_far = max(record.kept, _KEPT[keep], key=_LESS.index)
    if so_far in (Kept.FULL, Kept.NOTHING):
        return record
    told = record.entry.summary if so_far is Kept.SUMMARY else ""
    return replace(
        record,
        kept=so_far,
        text=told,
        entry=replace(record.entry, summary=told, content=told),
        article=record.article and replace(record.article, text=told),
        tags=tuple(
            replace(tag, evidence=tuple(_placed(word, told) for word in tag.evidence))
            for tag in record.tags
        ),
        # A title is part of a headline; the paragraphs that came and went are the text's.
        change=record.change and _of_title(record.change),
    )


def _of_title(change: Change) -> Change | None:
    return Change(title=change.title) if change.title else None


def _placed(word: Evidence, told: str) -> Evidence:
    """Return a word of the text where it stands in what is kept; without itself where it does
    not: the rule and its term still say why."""
    if word.field is not Field.TEXT or not word.length:
        return word
    if told[word.offset : word.offset + word.length] == word.found:
        return word
    found = re.search(rf"(?<!\w){re.escape(word.found)}(?!\w)", told)
    if found is None:
        return replace(word, found="", offset=0, length=0)
    return replace(word, offset=found.start())
