"""What is left of a record by how much the operator lets be kept. Every story is invented."""

from dataclasses import replace

import pytest

from builders import TEXT, a_record, a_tag, an_entry, an_evidence
from hrwatch.model.articles import Change, Kept
from hrwatch.model.feeds import Keep
from hrwatch.model.tags import Field
from hrwatch.pipeline.reading.keeping import kept

SUMMARY = "A court in Arvenia heard three who were tortured."
IN_TITLE = an_evidence(field=Field.TITLE, found="torture", offset=28, length=7)
RECORD = a_record(
    entry=an_entry(summary=SUMMARY, content=TEXT, authors=("Ina Vent",), categories=("Courts",)),
    page_sha256="0" * 64,
    tags=(a_tag(evidence=(an_evidence(), IN_TITLE)), a_tag("BY", evidence=())),
    change=Change(title=("Before", "After"), added=("They were tortured.",)),
)


def test_kept_in_full_is_the_record_itself() -> None:
    assert kept(RECORD, Keep.FULL) is RECORD


def test_kept_as_headline_holds_no_word_of_text_or_summary() -> None:
    left = kept(RECORD, Keep.HEADLINE)
    assert left.kept is Kept.HEADLINE
    assert (left.text, left.entry.summary, left.entry.content) == ("", "", "")
    assert left.article is not None
    assert left.article.text == ""
    assert left.change == Change(title=("Before", "After"))
    assert "tortured" not in repr(left)


def test_kept_as_headline_leaves_what_it_is_recognised_and_found_by() -> None:
    left = kept(RECORD, Keep.HEADLINE)
    assert (left.title, left.permalink, left.page_sha256, left.fingerprint) == (
        RECORD.title,
        RECORD.permalink,
        RECORD.page_sha256,
        RECORD.fingerprint,
    )
    assert (left.entry.authors, left.entry.categories) == (("Ina Vent",), ("Courts",))
    assert [(tag.value, tag.relation) for tag in left.tags] == [
        (tag.value, tag.relation) for tag in RECORD.tags
    ]


def test_kept_as_headline_says_by_which_term_it_is_tagged_but_not_by_which_word() -> None:
    in_text, in_title = kept(RECORD, Keep.HEADLINE).tags[0].evidence
    assert (in_text.rule, in_text.term) == ("taxonomy:torture", "tortur*")
    assert (in_text.found, in_text.offset, in_text.length) == ("", 0, 0)
    assert in_title == IN_TITLE


def test_kept_as_summary_has_the_summary_for_its_text_and_the_word_where_it_stands_there() -> None:
    left = kept(RECORD, Keep.SUMMARY)
    assert (left.kept, left.text, left.entry.content) == (Kept.SUMMARY, SUMMARY, SUMMARY)
    word = left.tags[0].evidence[0]
    assert left.text[word.offset : word.offset + word.length] == "tortured"


def test_kept_as_summary_gives_no_word_that_is_but_a_part_of_another() -> None:
    summary = "They speak of untortured prose."
    record = replace(RECORD, entry=replace(RECORD.entry, summary=summary))
    assert kept(record, Keep.SUMMARY).tags[0].evidence[0].found == ""


@pytest.mark.parametrize("keep", list(Keep))
def test_kept_twice_is_kept_once(keep: Keep) -> None:
    once = kept(RECORD, keep)
    assert kept(once, keep) == once


@pytest.mark.parametrize("keep", [Keep.SUMMARY, Keep.HEADLINE])
def test_kept_of_a_version_whose_page_was_read_later_drops_its_text_too(keep: Keep) -> None:
    before = kept(RECORD, keep)
    later = replace(before, version=2, text=TEXT, article=RECORD.article, tags=RECORD.tags)
    assert kept(later, keep) == replace(before, version=2)


def test_kept_never_brings_back_what_is_gone() -> None:
    headline = kept(RECORD, Keep.HEADLINE)
    assert kept(headline, Keep.FULL) == headline
    assert kept(headline, Keep.SUMMARY) == headline
