"""Which entries are new; every feed in here is invented."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, an_entry
from hrwatch.model.feeds import Entry, KnownEntry
from hrwatch.stages.dedup import identity
from hrwatch.stages.dedup.identity import marks, record_id


def remembered(*entries: Entry) -> tuple[KnownEntry, ...]:
    """What the archive would answer after these entries were archived."""
    return tuple(
        KnownEntry(
            record_id("wire", told), told.guid_key, told.permalink, told.title_key, e.published_at
        )
        for e in entries
        for told in [marks(e)]
    )


def unseen(document: Iterable[Entry], known: Iterable[KnownEntry]) -> tuple[Entry, ...]:
    """Which entries of a document are new, marked as a worker marks them."""
    marked = [identity.Marked(entry, marks(entry)) for entry in document]
    return tuple(one.entry for one in identity.unseen(marked, known))


A = an_entry(guid="a", permalink="http://wire.example/a", title="Night arrests in Arvenia")
NO_GUID = replace(A, guid="")
NO_LINK = replace(NO_GUID, permalink="")

RECOGNISED = {
    "the same again": (A, A),
    "an edited title": (A, replace(A, title="Night arrests in Arvenia, updated")),
    "a page that moved": (A, replace(A, permalink="http://wire.example/2026/a")),
    "a new date": (A, replace(A, published_at=NOW)),
    "tracking keys": (A, replace(A, permalink="http://wire.example/a?utm_source=x&fbclid=9")),
    "another guid, the same page, title and date": (A, replace(A, guid="b")),
    "a guid that went away": (A, NO_GUID),
    "no guid, session key in the link": (
        NO_GUID,
        replace(NO_GUID, permalink="http://wire.example/a?PHPSESSID=1234"),
    ),
    "no guid, a title edited, the date kept": (NO_GUID, replace(NO_GUID, title="Arrests")),
    "neither guid nor link": (NO_LINK, NO_LINK),
    "neither guid, link nor date": (
        replace(NO_LINK, published_at=None),
        replace(NO_LINK, published_at=None),
    ),
    "nothing but text": (
        Entry("", "", "", summary="Six people were taken from their homes."),
        Entry("", "", "", summary="Six people were taken from their  homes"),
    ),
}


@pytest.mark.parametrize(("before", "now"), RECOGNISED.values(), ids=RECOGNISED)
def test_unseen_entry_seen_before_is_left_out(before: Entry, now: Entry) -> None:
    assert unseen([now], remembered(before)) == ()


NEW = {
    "another guid and page": (A, replace(A, guid="b", permalink="http://wire.example/b")),
    "an old guid used again for another page and title": (
        A,
        replace(A, permalink="http://wire.example/z", title="Press law amended"),
    ),
    "a new guid on the same page, another day": (
        A,
        replace(A, guid="b", published_at=NOW + timedelta(days=1)),
    ),
    "no guid, one page for all titles": (
        NO_GUID,
        replace(NO_GUID, title="Press law amended", published_at=NOW),
    ),
    "no guid, another article id in the query": (
        replace(NO_GUID, permalink="http://wire.example/?id=1"),
        replace(NO_GUID, permalink="http://wire.example/?id=2"),
    ),
    "neither guid nor link, another date": (NO_LINK, replace(NO_LINK, published_at=NOW)),
    "neither guid, link nor title, another date": (
        replace(NO_LINK, title=""),
        replace(NO_LINK, title="", published_at=NOW),
    ),
}


@pytest.mark.parametrize(("before", "now"), NEW.values(), ids=NEW)
def test_unseen_entry_never_seen_is_new(before: Entry, now: Entry) -> None:
    assert unseen([now], remembered(before)) == (now,)


def test_unseen_one_guid_for_several_entries_keeps_them_apart_at_every_poll() -> None:
    document = [
        replace(A, guid="same", permalink=f"http://wire.example/{n}", title=f"Story {n}")
        for n in range(3)
    ]
    assert unseen(document, ()) == tuple(document)
    assert unseen(document, remembered(*document)) == ()

    fourth = replace(A, guid="same", permalink="http://wire.example/3", title="Story 3")
    assert unseen([*document, fourth], remembered(*document)) == (fourth,)


def test_unseen_guid_that_still_stands_in_the_document_has_not_changed() -> None:
    alerts = [replace(A, guid=guid, published_at=None) for guid in ("one", "two")]
    assert unseen(reversed(alerts), remembered(alerts[0])) == (alerts[1],)


def test_unseen_thousands_under_one_guid_take_a_moment_only() -> None:
    entries = [replace(A, guid="same", title=f"Story {n}") for n in range(4_000)]
    known = remembered(*entries[:2_000])
    assert len(unseen(entries, known)) == 2_000


def test_unseen_one_guid_and_page_with_several_titles_are_several() -> None:
    document = [replace(A, guid="same", title=f"Bulletin {n}") for n in range(3)]
    assert unseen(document, ()) == tuple(document)
    assert unseen(document, remembered(*document)) == ()


def test_unseen_entry_twice_in_one_document_is_taken_once() -> None:
    assert unseen([A, replace(A, summary="again")], ()) == (A,)


def test_record_id_of_other_feeds_and_entries_differs() -> None:
    told = marks(A)
    assert record_id("wire", told) != record_id("radio", told)
    assert record_id("wire", told) != record_id("wire", marks(replace(A, guid="b")))
    assert record_id("wire", told) == record_id("wire", marks(replace(A, summary="other")))


entries = st.lists(
    st.builds(
        Entry,
        guid=st.sampled_from(["", "1", "2"]),
        permalink=st.sampled_from(["", "http://w.example/1", "http://w.example/2"]),
        title=st.sampled_from(["", "One", "Two"]),
        summary=st.sampled_from(["", "text"]),
        published_at=st.sampled_from([None, NOW, NOW - timedelta(days=1)]),
    ),
    max_size=8,
)


@given(entries)
def test_unseen_any_document_a_second_time_brings_nothing(document: list[Entry]) -> None:
    first = unseen(document, ())
    assert unseen(document, remembered(*first)) == ()


@given(entries, entries)
def test_unseen_any_document_gives_a_part_of_it_in_order(
    before: list[Entry], document: list[Entry]
) -> None:
    known = remembered(*unseen(before, ()))
    new = unseen(document, known)
    rest = iter(document)
    assert all(any(entry is other for other in rest) for entry in new)
    assert len({record_id("wire", marks(e)) for e in new}) == len(new)


def test_unseen_entry_with_nothing_in_it_is_no_news() -> None:
    empty = Entry(guid="", permalink="", title="", authors=("A. Writer",), published_at=NOW)
    assert unseen([empty, A], ()) == (A,)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"title": "Night arrests  in\nArvenia"}, True),
        ({"guid": "b", "permalink": "http://wire.example/b", "published_at": NOW}, True),
        ({"title": "Night arrests in Borduria"}, False),
        ({"summary": f"{A.summary} "}, True),
        ({"summary": f"{A.summary}."}, False),
        ({"content": "<p>12</p>"}, False),
        ({"summary": "", "content": A.summary}, False),
    ],
)
def test_entry_hash_tells_whether_the_feed_says_something_else(
    change: dict[str, Any], same: bool
) -> None:
    before, after = marks(A).entry_hash, marks(replace(A, **change)).entry_hash

    assert (before == after) is same
    assert after.startswith("1:")


# Known entries of which the feed says something else


def restated(document: Iterable[Entry], known: Iterable[KnownEntry]) -> dict[str, Entry]:
    """Which entries of a document say something else than before, by their records."""
    marked = [identity.Marked(entry, marks(entry)) for entry in document]
    found = identity.recognised(marked, known)
    return {one.record: one.marked.entry for one in found if one.is_restated}


def hashed(*entries: Entry) -> tuple[KnownEntry, ...]:
    """What the archive would answer after these entries were archived with their hashes."""
    return tuple(
        replace(known, entry_hash=marks(entry).entry_hash)
        for known, entry in zip(remembered(*entries), entries, strict=True)
    )


@pytest.mark.parametrize(
    "later",
    [
        replace(A, content="<p>The order was taken back.</p>"),
        replace(A, title="Night arrests in Arvenia, updated"),
        replace(A, permalink="http://wire.example/2026/a", summary="Moved and mended."),
        replace(A, guid="b", summary="Under another guid."),
    ],
)
def test_restated_entry_is_that_of_its_record(later: Entry) -> None:
    (record,) = remembered(A)
    assert restated([later], hashed(A)) == {record.record: later}
    assert restated([A], hashed(A)) == {}


@pytest.mark.parametrize(
    ("document", "archived"),
    [
        ([replace(A, title="Another", permalink="http://wire.example/b")], [A]),  # used again
        ([replace(A, summary="1"), replace(A, title="Another", summary="2")], [NO_LINK]),
        (
            [replace(A, title="Third", summary="1")],
            [A, replace(A, title="Other", permalink="http://wire.example/b")],
        ),
        ([replace(A, guid="b", summary="1"), A], [A]),  # both stand there: another entry
    ],
)
def test_restated_never_is_what_nobody_can_tell(
    document: list[Entry], archived: list[Entry]
) -> None:
    assert restated(document, hashed(*archived)) == {}


def test_restated_with_a_hash_of_another_kind_is_not_to_be_compared() -> None:
    for before in (None, "0:abc"):
        (known,) = (replace(one, entry_hash=before) for one in remembered(A))
        (found,) = identity.recognised([identity.Marked(A, marks(A))], [known])
        assert not found.is_comparable


SOME = st.builds(
    an_entry,
    guid=st.sampled_from(["", "a", "b"]),
    permalink=st.sampled_from(["", "http://wire.example/a", "http://wire.example/b"]),
    title=st.sampled_from(["Night arrests", "A letter", ""]),
    summary=st.sampled_from(["One.", "Two."]),
    published_at=st.sampled_from([None, NOW]),
)


@given(st.lists(SOME, max_size=6), st.lists(SOME, max_size=4))
def test_restated_entries_are_none_of_the_unseen(
    document: list[Entry], archived: list[Entry]
) -> None:
    known = hashed(*archived)
    found = restated(document, known)
    new = unseen(document, known)
    assert not [entry for entry in found.values() if any(entry is one for one in new)]
    assert set(found) <= {one.record for one in known}
