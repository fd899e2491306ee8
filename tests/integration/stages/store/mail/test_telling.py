"""What a subscriber was told as new, of which copies need no telling; all stories invented."""

from dataclasses import replace

from builders import NOW, a_match, a_record
from hrwatch.model.articles import Change, Copy, CopyKind
from hrwatch.model.mail import Digest, Match, Reason
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import ledger, outbox, settling, telling
from hrwatch.stages.store.mail.telling import ToldAsNew
from hrwatch.text import title_key
from postgres import Place

CUT = Copy("first", CopyKind.CONTAINED, 0.6)
FIRST = a_record("first", title="A harmless note")
COPY = a_record("copy", title="Another paper", copy=CUT, story="first")
SETTLED = a_record("settled", story="first")
EDITED = replace(FIRST, version=2, title="What others say", change=Change(added=("More.",)))


def told(archive: Archive, key: str, *matches: Match) -> None:
    digest = Digest(key, "desk", None, (), matches)
    assert archive.write_now(outbox.enqueue, digest, (), NOW)


def test_told_as_new_are_versions_that_a_digest_told_and_no_change_of_one(place: Place) -> None:
    with place.open() as archive:
        archive.write_now(records.add, (FIRST, COPY, SETTLED))
        matches = tuple(map(a_match, (FIRST, COPY, SETTLED)))
        archive.write_now(ledger.add, {"desk": matches}, 3, NOW)
        archive.write_now(settling.settle, "desk", (a_match(SETTLED),), NOW, None)
        told(archive, "one", a_match(FIRST), a_match(COPY))
        archive.write_now(records.add, (EDITED,))
        archive.write_now(ledger.add, {"desk": (a_match(EDITED),)}, 4, NOW, versions=(EDITED,))
        told(archive, "two", a_match(EDITED, reason=Reason.CHANGED))

        with archive.reading() as connection:
            assert len(ledger.waiting(connection, "desk")) == 0
            assert set(telling.told_as_new(connection, "desk", ["first", "unknown"])) == {
                ToldAsNew("first", 1, "first", title_key("A harmless note")),
                ToldAsNew("copy", 1, "first", title_key("Another paper"), CUT),
            }
            assert telling.told_as_new(connection, "another", ["first"]) == ()


def test_told_as_new_of_what_was_edited_before_is_the_version_that_was_told(place: Place) -> None:
    with place.open() as archive:
        archive.write_now(records.add, (FIRST,))
        archive.write_now(ledger.add, {"desk": (a_match(FIRST),)}, 1, NOW)
        archive.write_now(records.add, (EDITED,))
        archive.write_now(ledger.add, {"desk": (a_match(EDITED),)}, 2, NOW, versions=(EDITED,))
        told(archive, "one", a_match(EDITED))

        with archive.reading() as connection:
            assert telling.told_as_new(connection, "desk", ["first"]) == (
                ToldAsNew("first", 2, "first", title_key("What others say")),
            )
