"""An article is taken out again: what is gone, what stays, and that it never comes back. The same
on SQLite and on PostgreSQL; every story is invented."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from builders import (
    NOW,
    a_feed,
    a_mail,
    a_match,
    a_record,
    a_tag,
    an_article,
    an_entry,
    an_evidence,
)
from hrwatch.model.articles import Change, Copy, CopyKind, Kept, Record
from hrwatch.model.evidence import Capture, CaptureKind, Visit
from hrwatch.model.mail import Delivery, Digest, Reason, Status, Window
from hrwatch.query import parse
from hrwatch.stages.dedup import identity
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, recognising, records, search, visits
from hrwatch.stages.store.articles import purged as purged_pages
from hrwatch.stages.store.evidence import bodies, captures, tombstones, verifying
from hrwatch.stages.store.mail import ledger, outbox
from hrwatch.stages.store.removing import purging, requested
from hrwatch.stages.store.removing.purging import Purged
from hrwatch.stages.store.removing.requested import Held
from postgres import Place

HOUR = timedelta(hours=1)
LATER = NOW + 24 * HOUR
PAGE = "http://wire.example/people/zyxwen-qvorrel"
TITLE = "Zyxwen Qvorrel speaks of wombatry"
TEXT = f"{TITLE}. Kzintavak was seen there, and nobody else in Arvenia ever was."
BODY = b"<html><p>Kzintavak was seen there. " + bytes(range(256)) * 8
WORDS = (b"Zyxwen", b"zyxwen", b"Qvorrel", b"qvorrel", b"Kzintavak", b"kzintavak", b"wombatry")
ENTRY = an_entry(
    guid=PAGE,
    permalink=PAGE,
    title=TITLE,
    summary="Kzintavak, in short.",
    content="<p>Kzintavak</p>",
    authors=("Zyxwen Qvorrel",),
    categories=("Kzintavak",),
    published_text="the day of Kzintavak",
)
TAGS = (a_tag(evidence=(an_evidence(found="Kzintavak", offset=35, length=9),)), a_tag("BY"))
ARTICLE = an_article(url=PAGE, title=TITLE, text=TEXT, authors=("Zyxwen Qvorrel",))
VICTIM = a_record(
    "victim000001",
    entry=ENTRY,
    permalink=PAGE,
    text=TEXT,
    tags=TAGS,
    article=ARTICLE,
    page_sha256="ab" * 32,
    guid_key="c" * 32,
    entry_hash="1:0",
)
# What another feed carries of the same page, another publisher's report, and somebody else's.
CARRIED = replace(VICTIM, id="victim000002", feed="list", story=VICTIM.id)
COPY = replace(
    a_record("copy00000001", feed="herald", story=VICTIM.id),
    copy=Copy(VICTIM.id, CopyKind.NEAR_TEXT, 0.9),
)
# What the same feed tells under another title of the same page, as of a front page.
SIBLING = replace(
    VICTIM,
    id="victim000003",
    story="victim000003",
    title="Ferry",
    entry=replace(ENTRY, title="Ferry"),
    guid_key="9" * 32,
)
OTHER = a_record("other0000001", feed="herald", title="Ferries of Arvenia")


def a_capture(record: Record, body: bytes = BODY) -> tuple[Capture, bytes]:
    capture = Capture(
        kind=CaptureKind.PAGE,
        record=record.id,
        feed=record.feed,
        requested_url=PAGE,
        url=PAGE,
        redirects=(),
        status=200,
        headers=(("X-Author", "Kzintavak"),),
        content_type="text/html",
        fetched_at=NOW,
        body_sha256=bodies.pack(body).sha256,
        body_size=len(body),
        certificate_sha256=None,
        software="hrwatch 1",
    )
    return capture, body


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        opened.write_now(feeds.sync, [a_feed(name=n) for n in ("wire", "list", "herald")], NOW)
        second = replace(VICTIM, version=2, change=Change(added=("Kzintavak",)), seen_at=NOW)
        hashes = {VICTIM.id: (1, 2, 3)}
        opened.write_now(records.add, [VICTIM, CARRIED, COPY, OTHER], hashes=hashes)
        opened.write_now(records.add, [second], hashes=hashes)
        opened.write_now(captures.append, [a_capture(VICTIM)])
        visit = Visit(VICTIM.id, VICTIM.feed, PAGE, next_visit_at=NOW, error="Kzintavak")
        opened.write_now(visits.add, [visit])
        yield opened


def held(archive: Archive, record_id: str = VICTIM.id) -> tuple[Held, ...]:
    with archive.reading() as connection:
        return requested.held(connection, record_id)


def purged(archive: Archive, reason: str = "a request") -> Purged | None:
    return archive.write_now(purging.purge, held(archive), reason, now=LATER, software="hrwatch 1")


def rows(archive: Archive, query: str) -> list[tuple[object, ...]]:
    with archive.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def everything(place: Place, archive: Archive) -> bytes:
    """All that the archive's files hold, or all that its server answers with."""
    if place.is_file:
        files = sorted(place.directory.glob(f"{place.url}*"))
        return b"".join(one.read_bytes() for one in files)
    with archive.reading() as connection:
        tables = sa.inspect(connection).get_table_names()
        told = [connection.exec_driver_sql(f'SELECT * FROM "{t}"').all() for t in tables]  # noqa: S608
    return repr(told).encode()


# What is removed


def test_purge_leaves_no_word_of_an_article_in_any_row_or_file(
    place: Place, archive: Archive
) -> None:
    before = everything(place, archive)
    assert all(word in before for word in WORDS if word not in (b"wombatry",))
    done = purged(archive)
    assert done is not None
    assert (done.records, done.versions, done.captures) == (2, 3, 1)

    assert archive.scrub(done.leftovers)

    after = everything(place, archive)
    assert [word for word in WORDS if word in after] == []
    compressed = zlib.compress(BODY, 6)
    assert compressed[100:130] not in after
    if place.is_file:
        assert compressed[100:130] in before


def test_purge_leaves_what_an_article_is_recognised_by_and_the_reason(archive: Archive) -> None:
    purged(archive, "asked for by its publisher")

    with archive.reading() as connection:
        record = records.get(connection, VICTIM.id)
        (tombstone,) = captures.of(connection, VICTIM.id)
        (other_tombstone,) = captures.of(connection, CARRIED.id)
    assert isinstance(record, Record)
    assert (record.kept, record.version, record.feed) == (Kept.NOTHING, 2, "wire")
    assert (record.title, record.text, record.permalink, record.tags) == ("", "", "", ())
    assert (record.page_sha256, record.first_seen_at) == (VICTIM.page_sha256, NOW)
    assert record.fingerprint == VICTIM.fingerprint
    assert record.guid_key == VICTIM.guid_key
    for link in (tombstone, other_tombstone):
        assert link.capture is not None
        assert link.capture.kind is CaptureKind.TOMBSTONE
        assert tombstones.reason(link.capture) == "asked for by its publisher"
        assert link.capture.fetched_at == LATER
    assert rows(archive, "SELECT count(*) FROM visits") == [(0,)]
    assert rows(archive, "SELECT count(*) FROM bodies") == [(0,)]
    assert rows(archive, "SELECT count(*) FROM sketches") == [(0,)]


def test_purge_leaves_other_articles_as_they_are(archive: Archive) -> None:
    with archive.reading() as connection:
        before = [records.get(connection, one.id) for one in (COPY, OTHER)]
    purged(archive)
    with archive.reading() as connection:
        assert [records.get(connection, one.id) for one in (COPY, OTHER)] == before
        found = search.find(connection, parse("arvenia"), limit=10)
        assert {one.record for one in found} == {COPY.id, OTHER.id}


def test_purge_leaves_a_body_that_another_capture_has(archive: Archive) -> None:
    archive.write_now(captures.append, [a_capture(OTHER)])
    done = purged(archive)
    assert done is not None
    assert rows(archive, "SELECT count(*) FROM bodies") == [(1,)]
    with archive.reading() as connection:
        assert bodies.get(connection, hashlib.sha256(BODY).hexdigest()) == BODY


def test_purge_is_no_loss_to_who_verifies_the_captures(archive: Archive) -> None:
    archive.write_now(captures.append, [a_capture(OTHER, b"<p>Ferries</p>")])
    purged(archive)
    faults: list[str] = []
    with archive.reading() as connection:
        found = verifying.verify(connection, faults.append, lambda *_: None)
    assert faults == []
    assert (found.captures, found.removed, found.tombstones) == (1, 1, 2)


def test_purge_twice_removes_once(archive: Archive) -> None:
    purged(archive)
    again = purged(archive)
    assert again is not None
    assert (again.records, again.versions, again.captures) == (0, 0, 0)
    with archive.reading() as connection:
        assert len(captures.of(connection, VICTIM.id)) == 1


# What is found


def test_held_is_every_record_of_the_page_with_its_versions(archive: Archive) -> None:
    found = held(archive)
    assert [(one.id, one.feed, one.versions) for one in found] == [
        (VICTIM.id, "wire", 2),
        (CARRIED.id, "list", 1),
    ]
    with archive.reading() as connection:
        assert [one.id for one in requested.others(connection, found)] == [COPY.id]


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}?utm_source=x"])
def test_held_at_an_address_is_found_after_the_purge_too(archive: Archive, address: str) -> None:
    for _ in range(2):
        with archive.reading() as connection:
            found = requested.held_at(connection, address, PAGE)
        assert [one.id for one in found] == [VICTIM.id, CARRIED.id]
        purged(archive)


def test_held_at_an_address_is_what_another_address_led_to_it_as_well(archive: Archive) -> None:
    led = replace(VICTIM, id="victim000004", permalink="http://wire.example/r", guid_key="8" * 32)
    archive.write_now(records.add, [led])
    with archive.reading() as connection:
        found = requested.held_at(connection, PAGE, PAGE)
    assert [one.id for one in found] == [VICTIM.id, CARRIED.id, led.id]
    assert held(archive) == found


def test_held_is_not_what_a_feed_names_the_page_of(archive: Archive) -> None:
    hostile = replace(
        SIBLING, permalink="http://hostile.example/1", article=None, guid_key="7" * 32
    )
    archive.write_now(records.add, [hostile])
    archive.write_now(records.add, [replace(hostile, version=2, permalink=PAGE)])

    found = held(archive, hostile.id)
    archive.write_now(purging.purge, found, "a request", now=LATER, software="hrwatch 1")

    assert [one.id for one in found] == [hostile.id]
    assert held(archive)[0].kept is Kept.FULL
    marks = replace(MARKS, guid_key="e" * 32)
    assert not known(archive, replace(marks, title_key="f" * 32), "herald")


def test_held_at_the_address_that_a_page_was_read_at_is_found(archive: Archive) -> None:
    behind = replace(OTHER, id="other0000002", article=an_article(url="http://herald.example/9"))
    archive.write_now(records.add, [behind])
    with archive.reading() as connection:
        found = requested.held_at(connection, "http://herald.example/9", "http://herald.example/9")
        nothing = requested.held_at(
            connection, "http://herald.example/8", "http://herald.example/8"
        )
    assert [one.id for one in found] == [behind.id]
    assert nothing == ()


# It never comes back


def known(archive: Archive, marks: identity.Marks, feed: str = "wire") -> bool:
    """Say whether a poll would take that entry for one that is there."""
    with archive.reading() as connection:
        told = recognising.known(
            connection,
            feed,
            guid_keys={marks.guid_key} - {""},
            permalinks={marks.permalink} - {""},
            title_keys=(),
        )
        gone = purged_pages.of_pages(connection, [(marks.permalink, marks.title_key)])
    new = identity.unseen([identity.Marked(ENTRY, marks)], told)
    return not new or (marks.permalink, marks.title_key) in gone


MARKS = replace(identity.marks(ENTRY), guid_key="c" * 32, permalink=PAGE)


@pytest.mark.parametrize(
    ("marks", "feed"),
    [
        (MARKS, "wire"),
        (replace(MARKS, title_key="d" * 32), "wire"),
        (replace(MARKS, permalink="http://wire.example/moved"), "wire"),
        (replace(MARKS, guid_key=""), "wire"),
        (replace(MARKS, guid_key="e" * 32, title_key="f" * 32), "wire"),
        (replace(MARKS, guid_key="e" * 32, title_key="f" * 32), "herald"),
    ],
    ids=["as before", "new title", "new address", "no guid", "new guid and title", "other feed"],
)
def test_purged_article_is_recognised_at_the_next_poll(
    archive: Archive, marks: identity.Marks, feed: str
) -> None:
    purged(archive)
    assert known(archive, marks, feed)


def test_purged_article_does_not_take_others_of_its_feed_with_it(archive: Archive) -> None:
    purged(archive)
    others = replace(
        MARKS, guid_key="e" * 32, permalink="http://wire.example/2", title_key="f" * 32
    )
    assert not known(archive, others)


def test_purged_article_of_an_address_that_many_share_takes_none_of_them_with_it(
    archive: Archive,
) -> None:
    archive.write_now(records.add, [SIBLING])
    assert [one.id for one in held(archive)] == [VICTIM.id, CARRIED.id]
    with archive.reading() as connection:
        others = [
            one.id for one in requested.others(connection, requested.held(connection, VICTIM.id))
        ]
    assert others == [COPY.id, SIBLING.id]
    purged(archive)
    marks = replace(MARKS, guid_key="e" * 32)
    assert known(archive, marks)
    assert not known(archive, replace(marks, title_key="f" * 32))


def test_purged_page_that_had_two_titles_does_not_come_back_under_a_third(
    archive: Archive,
) -> None:
    retitled = replace(VICTIM, version=3, entry=replace(ENTRY, title="Qvorrel spoke"))
    archive.write_now(records.add, [retitled, SIBLING])
    with archive.reading() as connection:
        found = requested.held_at(connection, PAGE, PAGE)
    assert [one.id for one in found] == [VICTIM.id, CARRIED.id, SIBLING.id]
    archive.write_now(purging.purge, found, "a request", now=LATER, software="hrwatch 1")
    assert known(archive, replace(MARKS, guid_key="e" * 32, title_key="f" * 32), "herald")


def returning(**changes: object) -> Record:
    """The purged article as a feed might bring it again: all of it another, but for `changes`."""
    another = {
        "id": "return000001",
        "story": "return000001",
        "entry": replace(ENTRY, title="Words of Qvorrel"),
        "permalink": "http://wire.example/moved",
        "article": None,
        "guid_key": "e" * 32,
        "fingerprint": replace(VICTIM.fingerprint, text_hash="1" * 64),
    }
    return replace(VICTIM, **another | changes)


SAME_TEXT = {"fingerprint": VICTIM.fingerprint}


@pytest.mark.parametrize(
    ("changes", "comes_back"),
    [
        ({}, True),
        (SAME_TEXT | {"guid_key": VICTIM.guid_key}, False),
        (SAME_TEXT | {"entry": ENTRY}, False),
        (SAME_TEXT, True),  # as it is of every page with a notice before it
        (SAME_TEXT | {"feed": "herald", "guid_key": VICTIM.guid_key}, True),
        ({"article": replace(ARTICLE, canonical="")}, False),
        ({"article": replace(ARTICLE, url="http://wire.example/moved", canonical=PAGE)}, False),
        ({"permalink": "http://wire.example/end", "entry": ENTRY}, False),
        ({"permalink": "http://wire.example/end"}, True),  # where all that is gone may end
    ],
    ids=[
        "all another",
        "guid and text",
        "title and text",
        "text",
        "guid and text of another feed",
        "where it leads",
        "what its page says",
        "where it led, title",
        "where it led",
    ],
)
def test_purged_article_does_not_come_back_by_what_it_shares_with_another(
    archive: Archive, changes: dict[str, object], comes_back: bool
) -> None:
    moved = an_article(url="http://wire.example/end", title=TITLE, text=TEXT)
    archive.write_now(records.add, [replace(VICTIM, version=3, article=moved)])
    purged(archive)
    record = returning(**changes)
    relinked = {record.id: (OTHER.id,)}
    assert archive.write_now(records.add, [record], relinked=relinked) == int(comes_back)
    ((copy_of,),) = rows(archive, f"SELECT copy_of FROM records WHERE id = '{OTHER.id}'")  # noqa: S608
    assert copy_of == (record.id if comes_back else None)


def test_purged_article_gets_no_later_version_and_is_nobodys_original(archive: Archive) -> None:
    purged(archive)
    by_another_feed = replace(VICTIM, id="victim000009", feed="herald")
    moved = replace(VICTIM, version=3, permalink="http://wire.example/moved")
    for late in (replace(VICTIM, version=3), moved, by_another_feed):
        visit = Visit(late.id, late.feed, PAGE)
        assert archive.write_now(records.add, [late], visits=[visit]) == 0
    assert rows(archive, "SELECT count(*) FROM visits") == [(0,)]
    with archive.reading() as connection:
        assert [one.id for one in records.stream(connection)] == [COPY.id, OTHER.id]
        told = recognising.candidates(
            connection, permalinks=[PAGE], text_hashes=[VICTIM.fingerprint.text_hash]
        )
    assert told == ()


# Mail


def mailed(archive: Archive, *told: Record, waits: Record | None = None) -> None:
    """Write a digest of these records for the desk into the outbox; one more waits for the next."""
    matches = [a_match(record) for record in told]
    more = [a_match(waits)] if waits else []
    archive.write_now(ledger.add, {"desk": [*matches, *more]}, 10, NOW)
    window = Window("2026-03-02", NOW, NOW.date())
    digest = Digest("digest1", "desk", window, (), tuple(matches))
    letter = a_mail().bytes.replace(b"Invented.", f"Read: {told[0].entry.permalink}".encode())
    assert archive.write_now(outbox.enqueue, digest, (a_mail(bytes=letter),), NOW)


def waiting(archive: Archive) -> list[str]:
    with archive.reading() as connection:
        return [one.record.id for one in ledger.waiting(connection, "desk")]


def test_purge_takes_a_queued_mail_back_and_lets_the_others_of_it_wait_again(
    archive: Archive,
) -> None:
    mailed(archive, VICTIM, OTHER)
    assert waiting(archive) == []

    purged(archive)

    assert waiting(archive) == [OTHER.id]
    assert rows(archive, "SELECT count(*) FROM outbox") == [(0,)]
    with archive.reading() as connection:
        assert not outbox.window_taken(connection, "desk", "2026-03-02")


@pytest.mark.parametrize("later", [1, 2])
def test_purge_lets_an_article_that_changed_meanwhile_wait_once_and_as_it_is_today(
    archive: Archive, later: int
) -> None:
    mailed(archive, VICTIM, OTHER)
    for version in range(2, 2 + later):
        changed = replace(OTHER, version=version, change=Change(added=("More.",)), seen_at=LATER)
        archive.write_now(records.add, [changed])
        matches = {"desk": [a_match(changed, reason=Reason.CHANGED)]}
        archive.write_now(ledger.add, matches, 10 + version, LATER, versions=[changed])

    purged(archive)

    with archive.reading() as connection:
        told = ledger.waiting(connection, "desk")
    assert [(one.record.id, one.record.version, one.reason) for one in told] == [
        (OTHER.id, 1 + later, Reason.NEW)
    ]


def test_purge_takes_two_mails_back_that_told_two_versions_of_another_article(
    archive: Archive,
) -> None:
    mailed(archive, VICTIM, OTHER)
    changed = replace(OTHER, version=2, change=Change(added=("More.",)), seen_at=LATER)
    archive.write_now(records.add, [changed])
    match = a_match(changed, reason=Reason.CHANGED)
    archive.write_now(ledger.add, {"desk": [match]}, 12, LATER, versions=[changed])
    digest = Digest("digest2", "desk", None, (), (match,))
    letter = a_mail(message_id="<2@example.org>", bytes=a_mail().bytes + VICTIM.id.encode())
    assert archive.write_now(outbox.enqueue, digest, (letter,), LATER)

    purged(archive)

    with archive.reading() as connection:
        told = ledger.waiting(connection, "desk")
    assert [(one.record.version, one.reason) for one in told] == [(2, Reason.NEW)]


def test_purge_empties_a_mail_that_was_sent_and_leaves_who_was_told_of_what(
    archive: Archive,
) -> None:
    mailed(archive, VICTIM, OTHER)
    sent = Delivery(a_mail().message_id, "desk", Status.SENT, NOW)
    archive.write_now(outbox.settle, sent, None)

    purged(archive)

    assert rows(archive, "SELECT status, length(bytes) FROM outbox") == [("sent", 0)]
    assert waiting(archive) == []
    assert rows(archive, "SELECT count(*) FROM ledger WHERE digest = 'digest1'") == [(2,)]


def test_purge_settles_what_waits(archive: Archive) -> None:
    archive.write_now(ledger.add, {"desk": [a_match(VICTIM), a_match(OTHER)]}, 10, NOW)
    purged(archive)
    assert waiting(archive) == [OTHER.id]


def test_purge_does_nothing_while_a_mail_that_tells_of_it_is_being_sent(archive: Archive) -> None:
    mailed(archive, VICTIM, OTHER)
    claimed = archive.write_now(
        outbox.claim, a_mail().message_id, owner="me", now=LATER, until=LATER + HOUR
    )
    assert claimed is not None
    assert purged(archive) is None
    assert held(archive)[0].kept is Kept.FULL


def test_purge_finds_a_mail_that_names_the_article_under_another_story(archive: Archive) -> None:
    mailed(archive, replace(OTHER, entry=ENTRY))
    archive.write_now(ledger.add, {"editor": [a_match(VICTIM)]}, 10, NOW)  # waits for a digest
    purged(archive)
    assert rows(archive, "SELECT count(*) FROM outbox") == [(0,)]
    assert waiting(archive) == [OTHER.id]


def test_purge_leaves_mails_alone_that_do_not_tell_of_it(archive: Archive) -> None:
    mailed(archive, OTHER)
    purged(archive)
    assert rows(archive, "SELECT count(*) FROM outbox") == [(1,)]
