"""Records in the archive: nothing is lost on the way in and out, and known ones are recognised."""

import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOW, a_feed, a_record, a_tag, an_article, an_entry, an_evidence
from hrwatch import text
from hrwatch.model.articles import Copy, CopyKind, Fingerprint, Record
from hrwatch.model.feeds import KnownEntry
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, recognising, records
from hrwatch.stages.store.articles.records import Ambiguous
from hrwatch.text import key, title_key
from postgres import Place

DAY = timedelta(days=1)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        opened.write_now(feeds.sync, (a_feed(),), NOW)
        yield opened


def numbered(number: int, **changes: object) -> Record:
    """One of many invented records, each with an address and a title of its own."""
    title = f"Invented story {number}"
    entry = an_entry(guid=f"wire-{number}", permalink=f"http://wire.example/{number}", title=title)
    return a_record(f"record{number:06}", **({"entry": entry, "feed": "wire"} | changes))


def add(archive: Archive, *new: Record) -> int:
    return archive.write_now(records.add, new)


def stored(record: Record) -> Record:
    """The record as the archive gives it back: with the key that its guid stands for."""
    return replace(record, guid_key=record.guid_key or key(record.entry.guid))


# In and out

words = st.text(max_size=30).map(text.clean)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bounds without a zone
maybe_instants = st.none() | instants
some_words = st.lists(words, max_size=3).map(tuple)
evidences = st.builds(an_evidence, found=words, rule=words, offset=st.integers(0, 10**6))
tags = st.builds(
    a_tag,
    st.sampled_from(["BY", "CN-XJ", "torture"]),
    evidence=st.lists(evidences, max_size=3).map(tuple),
)
entries = st.builds(
    an_entry,
    guid=words,
    permalink=words,
    title=words,
    summary=words,
    content=words | st.just("the text"),
    authors=some_words,
    categories=some_words,
    published_at=maybe_instants,
    updated_at=maybe_instants,
    published_offset=st.none() | st.integers(-900, 900),
)
articles = st.builds(
    an_article,
    text=words | st.just("the text"),
    authors=some_words,
    published_at=maybe_instants,
    published_offset=st.none() | st.integers(-900, 900),
    site_name=words,
)
arbitrary_records = st.builds(
    a_record,
    st.text(alphabet=string.ascii_lowercase + string.digits, min_size=12, max_size=12),
    entry=entries,
    article=st.none() | articles,
    title=words,
    text=words | st.just("the text"),
    permalink=words,
    tags=st.lists(tags, max_size=4).map(tuple),
    copy=st.none() | st.builds(Copy, st.just("original"), st.sampled_from(CopyKind), st.just(1.0)),
    first_seen_at=instants,
    backlog=st.booleans(),
    page_sha256=st.none() | st.just("0" * 64),
    extract_error=st.none() | words,
    guid_key=st.just("") | st.just("f" * 32),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(record=arbitrary_records)
def test_add_record_is_read_back_as_it_was(archive: Archive, record: Record) -> None:
    with archive.reading() as connection:
        if records.get(connection, record.id) is not None:
            return
    assert add(archive, record) == 1
    with archive.reading() as connection:
        assert records.get(connection, record.id) == stored(record)


def test_add_twice_is_adding_once(archive: Archive) -> None:
    assert add(archive, numbered(1), numbered(2)) == 2
    assert add(archive, numbered(2, language="ru"), numbered(3), numbered(3)) == 1
    with archive.reading() as connection:
        second = records.get(connection, "record000002")
        assert second == stored(numbered(2)), "what is there stays as it is"
        assert connection.scalar(sa.text("SELECT count(*) FROM tags")) == 3


def test_add_keeps_one_copy_of_a_text_that_stands_three_times(archive: Archive) -> None:
    long = "A long invented text. " * 5_000
    entry = an_entry(content=long)
    add(archive, a_record(entry=entry, text=long, article=an_article(text=long)))
    with archive.reading() as connection:
        columns = "length(text), length(article_text), length(content)"
        row = connection.execute(sa.text(f"SELECT {columns} FROM records")).one()  # noqa: S608 - our own column names
        assert tuple(row) == (len(long), None, None)
        found = records.get(connection, a_record().id)
    assert isinstance(found, Record)
    assert found.entry.content == long


LONG = "длинное слово " * 8_000


def test_add_values_longer_than_an_index_holds_are_kept_and_recognised(archive: Archive) -> None:
    entry = an_entry(guid=LONG, permalink=f"http://wire.example/{LONG}", title=LONG)
    record = a_record(entry=entry, permalink=entry.permalink, language="ru", story=LONG[:200])
    assert add(archive, record) == 1
    assert len(known(archive, guid_keys=[key(LONG)])) == 1
    assert len(known(archive, permalinks=[entry.permalink])) == 1
    assert len(known(archive, title_keys=[title_key(LONG)])) == 1
    with archive.reading() as connection:
        assert records.get(connection, record.id) == stored(record)


def test_add_what_was_cleaned_is_kept_by_every_engine(archive: Archive) -> None:
    """PostgreSQL refuses NUL in a text, and neither engine takes half a surrogate."""
    hostile = "a\x00b\ud800c\x1b\ufffe\U0001f4a9"
    told = text.clean(hostile)
    entry = an_entry(guid=told, title=told, summary=told, content=told, authors=(told,))
    record = a_record(
        entry=entry,
        title=told,
        text=told,
        article=an_article(title=told, text=told),
        tags=(a_tag(evidence=(an_evidence(found=told),)),),
    )
    assert add(archive, record) == 1
    with archive.reading() as connection:
        assert records.get(connection, record.id) == stored(record)


# Recognising


def known(archive: Archive, **keys: object) -> tuple[KnownEntry, ...]:
    asked = {"guid_keys": (), "permalinks": (), "title_keys": ()} | keys
    with archive.reading() as connection:
        return recognising.known(connection, "wire", **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "keys",
    [
        {"guid_keys": [key("wire-1")]},
        {"permalinks": ["http://wire.example/1"]},
        {"title_keys": [title_key("invented STORY 1")]},
        {
            "guid_keys": [key("wire-1")],
            "permalinks": ["http://wire.example/1"],
            "title_keys": [title_key("Invented story 1"), ""],
        },
    ],
)
def test_known_by_any_key_gives_the_entry_once(archive: Archive, keys: dict[str, object]) -> None:
    add(archive, numbered(1), numbered(2), numbered(3, feed="other"))
    assert known(archive, **keys) == (
        KnownEntry(
            record="record000001",
            guid_key=key("wire-1"),
            permalink="http://wire.example/1",
            title_key=title_key("Invented story 1"),
            published_at=numbered(1).entry.published_at,
        ),
    )


def test_known_entry_that_was_dated_ahead_has_no_date(archive: Archive) -> None:
    add(archive, a_record(entry=an_entry(published_at=NOW), first_seen_at=NOW))
    (found,) = known(archive, guid_keys=[key("wire-1")])
    assert found.published_at is None


def test_known_entry_has_the_hash_of_what_its_feed_gave(archive: Archive) -> None:
    add(archive, a_record(entry_hash="1:abc"))
    (found,) = known(archive, guid_keys=[key("wire-1")])
    assert found.entry_hash == "1:abc"


def test_known_of_another_feed_or_empty_key_gives_nothing(archive: Archive) -> None:
    add(archive, numbered(3, feed="other"), numbered(4, entry=an_entry(guid=""), permalink=""))
    nothing = {"guid_keys": [key("wire-3"), ""], "permalinks": [""], "title_keys": [""]}
    assert known(archive, **nothing) == ()


def test_known_entry_without_guid_is_found_by_what_stands_in_for_it(archive: Archive) -> None:
    bare = an_entry(guid="", permalink="")
    add(archive, a_record(entry=bare, permalink="", guid_key=key("title and date")))
    (found,) = known(archive, guid_keys=[key("title and date")])
    assert found.guid_key == key("title and date")


def test_known_five_thousand_keys_finds_each(archive: Archive) -> None:
    add(archive, *(numbered(n) for n in range(0, 5_000, 10)))
    found = known(
        archive,
        guid_keys=[key(f"wire-{n}") for n in range(5_000)],
        permalinks=[f"http://wire.example/{n}" for n in range(5_000)],
        title_keys=[title_key(f"Invented story {n}") for n in range(5_000)],
    )
    assert [entry.record for entry in found] == [f"record{n:06}" for n in range(0, 5_000, 10)]


def test_known_and_get_give_the_latest_version(archive: Archive) -> None:
    edited = an_entry(guid="wire-1", title="Edited", permalink="http://wire.example/1")
    add(archive, numbered(1), numbered(1, version=2, entry=edited))
    (found,) = known(archive, guid_keys=[key("wire-1")])
    assert found.title_key == title_key("Edited")
    with archive.reading() as connection:
        latest = records.get(connection, "record000001")
        first = records.get(connection, "record000001", version=1)
        assert records.get(connection, "record000001", version=3) is None
        assert [r.version for r in records.stream(connection)] == [2]
    assert isinstance(latest, Record)
    assert isinstance(first, Record)
    assert (latest.title, first.title) == ("Edited", "Invented story 1")


def test_candidates_come_from_every_feed_oldest_first(archive: Archive) -> None:
    told = Fingerprint("a" * 64, 60)
    add(
        archive,
        numbered(1, feed="gone from the configuration", fingerprint=told),
        numbered(2),
        numbered(3, copy=Copy("record000001", CopyKind.SAME_TEXT, 1.0), fingerprint=told),
    )
    with archive.reading() as connection:
        found = recognising.candidates(
            connection, permalinks=["http://wire.example/2"], text_hashes=["a" * 64, ""]
        )
    assert [(c.record, c.feed_address, c.copy_of) for c in found] == [
        ("record000001", "", None),
        ("record000002", "http://wire.example/feed.xml", None),
        ("record000003", "http://wire.example/feed.xml", "record000001"),
    ]
    assert found[1].permalink == "http://wire.example/2"
    assert found[1].title_key == title_key("Invented story 2")


def test_candidates_are_what_articles_said_first_whatever_they_became(archive: Archive) -> None:
    said = Fingerprint("a" * 64, 60)
    first = numbered(1, fingerprint=said)
    page = "http://other.example/page"
    became = replace(first, version=2, fingerprint=Fingerprint("b" * 64, 60), permalink=page)
    add(archive, first, became)
    with archive.reading() as connection:
        (found,) = recognising.candidates(
            connection, permalinks=[page, first.permalink], text_hashes=["a" * 64, "b" * 64]
        )
        assert found.text_hash == said.text_hash
        assert not recognising.candidates(connection, permalinks=[page], text_hashes=["b" * 64])


# Looking up


def test_get_beginning_of_an_id_finds_the_one_that_has_it(archive: Archive) -> None:
    add(archive, *(numbered(n) for n in (1, 2, 3_000)))
    with archive.reading() as connection:
        assert records.get(connection, "record003") == stored(numbered(3_000))
        assert records.get(connection, "record0000") == Ambiguous(("record000001", "record000002"))
        assert records.get(connection, "recor") is None, "too short to mean one"
        assert records.get(connection, "record%") is None
        assert records.get(connection, "record9") is None


def test_others_are_the_records_of_a_story_that_are_not_known_yet(archive: Archive) -> None:
    copy = Copy("record000001", CopyKind.SAME_TEXT, 1.0)
    copies = [numbered(n, copy=copy, story="record000001") for n in (3, 4, 5)]
    add(archive, numbered(1), numbered(2), *copies)
    with archive.reading() as connection:
        found = records.others(connection, (copies[1], copies[1], numbered(2)))
        alone = records.others(connection, (numbered(2),))
    assert [record.id for record in found] == ["record000001", "record000003", "record000005"]
    assert not any(record.text for record in found)
    assert alone == ()


def test_stream_of_more_than_one_piece_gives_each_once_in_order(archive: Archive) -> None:
    add(archive, *(numbered(n) for n in range(451)))
    with archive.reading() as connection:
        found = list(records.stream(connection))
        assert records.counts(connection) == records.Counts(451, 451, NOW)
    assert [record.id for record in found] == [f"record{n:06}" for n in range(451)]
    assert found[450] == stored(numbered(450))


def test_picked_is_from_the_first_instant_to_before_the_last(archive: Archive) -> None:
    add(archive, *(numbered(n, first_seen_at=NOW + n * DAY, backlog=n == 1) for n in range(4)))
    with archive.reading() as connection:
        found = records.picked(connection, NOW + DAY, NOW + 3 * DAY, lambda record: record.id)
    assert found == ("record000001", "record000002")


def test_picked_leaves_out_what_is_made_none(archive: Archive) -> None:
    add(archive, numbered(1), numbered(2))
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    with archive.reading() as connection:
        found = records.picked(
            connection, there, there + DAY, lambda r: r.id if r.id.endswith("2") else None
        )
    assert found == ("record000002",)


def test_written_is_what_stands_between_two_ordinals(archive: Archive) -> None:
    add(archive, *(numbered(n) for n in range(1, 6)))
    with archive.reading() as connection:
        found = [record.id for record in records.written(connection, 1, 3)]
    assert found == ["record000002", "record000003"]


def test_carriers_are_the_feeds_that_brought_the_same_page(archive: Archive) -> None:
    page = an_entry(permalink="https://wire.example/one", title="One")
    other = an_entry(permalink="https://wire.example/two", title="Two")
    stolen = replace(page, title="Something else")
    add(
        archive,
        numbered(1, entry=page, title="One", feed="third"),
        numbered(2, entry=page, title="One", feed="second"),
        numbered(3, entry=stolen, title="Something else", feed="thief"),
        numbered(4, entry=page, title="One", feed="first of the alphabet"),
        numbered(5, entry=page, title="One", feed="second"),
        numbered(6, entry=other, title="Two", feed="second"),
    )
    with archive.reading() as connection:
        assert recognising.carriers(connection) == {
            ("https://wire.example/one", title_key("One")): (
                "third",
                "second",
                "first of the alphabet",
            )
        }


def test_add_relinked_records_become_copies_of_the_publishers(archive: Archive) -> None:
    early, copy = numbered(1), numbered(2, copy=Copy("record000001", CopyKind.SAME_TEXT, 1.0))
    copy = replace(copy, story="record000001")
    add(archive, early, copy)
    archive.write_now(records.add, (numbered(3),), relinked={"record000003": ["record000001"]})

    with archive.reading() as connection:
        found = {r.id: (r.copy, r.story) for r in records.stream(connection)}
    assert found == {
        "record000001": (Copy("record000003", CopyKind.SAME_PERMALINK, 1.0), "record000003"),
        "record000002": (Copy("record000003", CopyKind.SAME_TEXT, 1.0), "record000003"),
        "record000003": (None, "record000003"),
    }
