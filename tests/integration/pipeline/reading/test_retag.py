"""Rules change, and the archive follows: in pieces, beside a daemon, and without a mail. The same
on SQLite and on PostgreSQL; every story is invented."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW, a_feed, a_record, a_subscriber, a_tag, an_entry
from hrwatch.config import Config
from hrwatch.config.rule_sets import RuleSets
from hrwatch.errors import ArchiveError, ArchiveHeld
from hrwatch.model.articles import Record
from hrwatch.model.feeds import Keep
from hrwatch.model.mail import Match, Subscriber
from hrwatch.model.settings import FetchSettings, MailSettings
from hrwatch.model.tags import Cues, Keyword, Kind, Relation, Rules
from hrwatch.pipeline.reading import keeping, retag
from hrwatch.pipeline.reading.older import count_fixed, count_older, older
from hrwatch.query import parse
from hrwatch.secrets import Secret
from hrwatch.stages.match import criteria
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records, retagging, rule_sets, search
from hrwatch.stages.store.articles.retagging import Retagged
from hrwatch.stages.store.mail import ledger, settling, subscribers
from hrwatch.wiring import open_desk
from postgres import Place, Places
from socket_guard import process_environment

DAY = timedelta(days=1)
FERRY = Keyword("ferry", "Ferries", terms=(("en", ("ferry*", "ferries")),))
BRIDGE = Keyword("bridge", "Bridges", terms=(("en", ("bridge*",)),))
STORIES = {
    "record01": "The ferry was late. The ferry to the island was late again.",
    "record02": "The bridge was closed. Nobody crossed the bridge.",
    "record03": "Nothing happened on the quay.",
}


def a_config(*keywords: Keyword, readers: tuple[Subscriber, ...] = (), **cues: Cues) -> Config:
    feeds = tuple(a_feed(name=name, cues=of_it) for name, of_it in cues.items())
    return Config(
        archive="archive.db",
        archive_password_file=None,
        workers=0,
        copies="off",
        fetch=FetchSettings(),
        feeds=feeds,
        rules=Rules(keywords=keywords),
        subscribers=readers,
        mail=MailSettings(),
        warnings=(),
        path=Path("feeds.yaml"),
        subscribers_file=None,
    )


def a_story(name: str, words: str, **changes: object) -> Record:
    title, _, _ = words.partition(".")
    entry = an_entry(guid=name, permalink=f"http://wire.example/{name}", title=title)
    return a_record(name, entry=entry, text=words, story=name, tags=(), **changes)


OLD = a_config(BRIDGE)
NEW = a_config(FERRY)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    """An archive that rules on bridges tagged."""
    with place.open() as opened:
        opened.write_now(records.add, [a_story(*story) for story in STORIES.items()])
        list(retag.retag(opened, OLD, NOW))
        yield opened


def keywords(archive: Archive) -> dict[str, set[str]]:
    with archive.reading() as connection:
        return {
            record.id: {t.value for t in record.tags if t.kind is Kind.KEYWORD}
            for record in records.stream(connection)
        }


def hashes(archive: Archive) -> list[str | None]:
    with archive.reading() as connection:
        return [record.rules_hash for record in records.stream(connection)]


def found(archive: Archive, query: str) -> list[str]:
    with archive.reading() as connection:
        return sorted(one.record for one in search.find(connection, parse(query), limit=100))


def contents(archive: Archive, *tables: str) -> list[object]:
    with archive.reading() as connection:
        return [
            connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2").all()  # noqa: S608
            for table in tables
        ]


def changes(outcomes: list[retag.Outcome]) -> set[tuple[str, str, Relation | None]]:
    return {
        (one.record.record, change.value, change.after)
        for one in outcomes
        for change in one.changes
    }


# What changes


def test_look_tells_what_would_come_and_go_and_changes_nothing(archive: Archive) -> None:
    before = contents(archive, "records", "tags", "rule_sets")

    outcomes = list(retag.look(archive, NEW))

    assert len(outcomes) == 3
    assert changes(outcomes) == {
        ("record01", "ferry", Relation.SUBJECT),
        ("record02", "bridge", None),
    }
    assert contents(archive, "records", "tags", "rule_sets") == before


def test_retag_gives_what_look_told_and_every_record_its_rule_set(archive: Archive) -> None:
    told = list(retag.look(archive, NEW))

    assert list(retag.retag(archive, NEW, NOW)) == told

    assert keywords(archive) == {"record01": {"ferry"}, "record02": set(), "record03": set()}
    assert hashes(archive) == [RuleSets(NEW.rules, ()).hash_for("wire")] * 3
    assert older(archive, NEW) == ()
    assert list(retag.retag(archive, NEW, NOW)) == []


def test_retag_keeps_search_right(archive: Archive) -> None:
    assert found(archive, "keyword:bridge") == ["record02"]

    list(retag.retag(archive, NEW, NOW))

    assert found(archive, "keyword:bridge") == []
    assert found(archive, "keyword:ferry late") == ["record01"]
    assert found(archive, "the") == ["record01", "record02", "record03"]


def test_retag_keeps_evidence_that_stands_in_the_text(archive: Archive) -> None:
    list(retag.retag(archive, NEW, NOW))

    with archive.reading() as connection:
        record = records.get(connection, "record01")
    assert isinstance(record, Record)
    for evidence in (e for tag in record.tags for e in tag.evidence):
        told = getattr(record, evidence.field)
        assert told[evidence.offset : evidence.offset + evidence.length] == evidence.found


def test_retag_where_only_the_reason_is_another_keeps_it_and_tells_no_change(
    archive: Archive,
) -> None:
    elsewise = replace(BRIDGE, terms=(("en", ("bridge",)),))

    outcomes = list(retag.retag(archive, a_config(elsewise), NOW))

    assert changes(outcomes) == set()
    with archive.reading() as connection:
        record = records.get(connection, "record02")
    assert isinstance(record, Record)
    assert {e.term for tag in record.tags for e in tag.evidence} == {"bridge"}


def test_rule_sets_are_kept_with_when_they_were_first_used(archive: Archive) -> None:
    list(retag.retag(archive, NEW, NOW + DAY))
    list(retag.retag(archive, OLD, NOW + 2 * DAY))
    list(retag.retag(archive, NEW, NOW + 3 * DAY))

    with archive.reading() as connection:
        told = rule_sets.get(connection, RuleSets(NEW.rules, ()).hash_for("wire"))
        assert rule_sets.get(connection, "f" * 64) is None
    assert told is not None
    assert told.first_used_at == NOW + DAY
    assert (told.rule_set.keywords, told.rule_set.terms) == (1, 2)


def test_what_is_said_of_one_feed_concerns_its_records_only(archive: Archive) -> None:
    archive.write_now(records.add, [a_story("record04", "A calm day.", feed="harbour")])
    list(retag.retag(archive, OLD, NOW))

    outcomes = list(retag.look(archive, a_config(BRIDGE, harbour=Cues(countries=("NO",)))))

    assert [one.record.record for one in outcomes] == ["record04"]


# Beside others


def test_open_beside_goes_beside_the_writer_and_once_only(place: Place) -> None:
    with place.open() as writer:
        writer.write_now(records.add, [a_story(*story) for story in STORIES.items()])
        with beside(place) as retagging:
            list(retag.retag(retagging, NEW, NOW))
            writer.write_now(records.add, [a_story("record04", "A second ferry. A ferry.")])
            with pytest.raises(ArchiveHeld, match="worked on by"):
                beside(place)
        assert keywords(writer)["record01"] == {"ferry"}
        with beside(place) as again:
            assert len(list(retag.retag(again, NEW, NOW))) == 1


def test_open_beside_leaves_claims_alone(place: Place) -> None:
    with place.open() as writer:
        writer.write_now(feeds.sync, (a_feed(),), NOW)
        assert writer.write_now(feeds.claim, "wire", owner="us", now=NOW, until=NOW + DAY)
        beside(place).close()
        assert writer.write_now(feeds.claim, "wire", owner="them", now=NOW, until=NOW + DAY) is None


def test_retag_ends_when_the_archive_was_brought_up_to_another_revision(place: Place) -> None:
    with place.open() as writer:
        writer.write_now(records.add, [a_story(*story) for story in STORIES.items()])
    with beside(place) as retagging:
        with place.aside() as other:
            other.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(ArchiveError, match="another revision meanwhile"):
            list(retag.retag(retagging, NEW, NOW))


def test_retag_does_not_wait_for_a_record_that_another_writer_has(
    places: Places, tmp_path: Path
) -> None:
    place = places.make("postgresql", tmp_path)  # a file has one writer, and the others a turn
    with place.open() as writer:
        writer.write_now(records.add, [a_story(*story) for story in STORIES.items()])
        with beside(place) as retagging:

            def hold(connection: sa.Connection) -> list[str]:
                connection.exec_driver_sql("UPDATE records SET story = id WHERE id = 'record02'")
                done = retag.retag(retagging, NEW, NOW)
                return [one.record.record for one in done]

            assert writer.write_now(hold) == ["record01", "record03"]
            assert [one.record.record for one in retag.retag(retagging, NEW, NOW)] == ["record02"]


def beside(place: Place) -> Archive:
    password = Secret(place.password) if place.password else None
    return Archive.open_beside(place.url, directory=place.directory, password=password)


# Mail

READER = a_subscriber(name="desk", keywords=("ferry",))


def in_force(archive: Archive, reader: Subscriber, since_days: int) -> None:
    archive.write_now(
        subscribers.sync, {reader.name: criteria(reader.interest)}, NOW - since_days * DAY
    )


def waiting(archive: Archive) -> list[str]:
    with archive.reading() as connection:
        return sorted(one.record.id for one in ledger.waiting(connection, READER.name))


def a_reader_was_asked(archive: Archive) -> None:
    """The subscriber was there all the time, and nothing matched."""
    in_force(archive, READER, 30)
    archive.write_now(ledger.add, {READER.name: ()}, 3, NOW)


def test_retag_mails_nothing_old(archive: Archive) -> None:
    a_reader_was_asked(archive)

    list(retag.retag(archive, NEW, NOW))

    with archive.reading() as connection:
        assert ledger.unmatched(connection, 10) is None
    assert waiting(archive) == []


def test_mail_missed_lets_wait_what_would_match_now_and_only_once(archive: Archive) -> None:
    a_reader_was_asked(archive)
    config = replace(NEW, subscribers=(READER,))
    list(retag.retag(archive, config, NOW))
    desk = open_desk(config, archive)

    assert retag.mail_missed(archive, desk, NOW + DAY, NOW + DAY) == {}
    assert retag.mail_missed(archive, desk, NOW - DAY, NOW) == {READER.name: 1}
    assert waiting(archive) == ["record01"]
    assert retag.mail_missed(archive, desk, NOW - DAY, NOW) == {}


def test_mail_missed_reaches_no_further_back_than_the_subscriber(archive: Archive) -> None:
    in_force(archive, READER, -1)
    archive.write_now(ledger.add, {READER.name: ()}, 3, NOW)
    config = replace(NEW, subscribers=(READER,))
    list(retag.retag(archive, config, NOW))

    assert retag.mail_missed(archive, open_desk(config, archive), NOW - DAY, NOW) == {}


def test_mail_missed_leaves_to_the_daemon_what_it_did_not_match_yet(archive: Archive) -> None:
    in_force(archive, READER, 30)
    config = replace(NEW, subscribers=(READER,))
    list(retag.retag(archive, config, NOW))

    assert retag.mail_missed(archive, open_desk(config, archive), NOW - DAY, NOW) == {}
    with archive.reading() as connection:
        piece = ledger.unmatched(connection, 10)
    assert piece is not None
    assert len(piece.records) == 3


def test_mail_missed_tells_no_backlog(place: Place) -> None:
    with place.open() as archive:
        archive.write_now(records.add, [a_story("record01", STORIES["record01"], backlog=True)])
        in_force(archive, READER, 30)
        archive.write_now(ledger.add, {READER.name: ()}, 1, NOW)
        config = replace(NEW, subscribers=(READER,))
        list(retag.retag(archive, config, NOW))

        assert retag.mail_missed(archive, open_desk(config, archive), NOW - DAY, NOW) == {}


def test_tags_that_are_lost_leave_what_was_mailed_as_it_is(archive: Archive) -> None:
    told = a_record("record02", tags=(a_tag("bridge"),))
    match = Match(told, told.tags, Relation.SUBJECT)
    archive.write_now(ledger.add, {READER.name: (match,)}, 3, NOW)
    archive.write_now(settling.settle, READER.name, (match,), NOW, None)
    before = contents(archive, "ledger", "progress", "digests", "outbox")

    list(retag.retag(archive, NEW, NOW))

    assert keywords(archive)["record02"] == set()
    assert contents(archive, "ledger", "progress", "digests", "outbox") == before


# Killed

MANY = 600
RETAGGER = """
import sys
from pathlib import Path
from hrwatch.pipeline.reading import retag
from postgres import Place
from test_retag import NEW, NOW, beside

place = Place(sys.argv[1], Path(sys.argv[2]), sys.argv[3] or None)
with beside(place) as archive:
    print("open", flush=True)
    for number, _ in enumerate(retag.retag(archive, NEW, NOW)):
        if number % 10 == 0:
            print(number, flush=True)
"""


@contextmanager
def retagger(place: Place) -> Iterator["subprocess.Popen[str]"]:
    """Another process that tags anew, until it is killed or done."""
    process = subprocess.Popen(
        [sys.executable, "-c", RETAGGER, place.url, str(place.directory), place.password or ""],
        stdout=subprocess.PIPE,
        text=True,
        env=process_environment(place.directory / "refused.txt")
        | {"PYTHONPATH": str(Path(__file__).parent) + ":" + str(Path(__file__).parents[3])},
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            yield process
        finally:
            process.kill()


def test_retag_killed_again_and_again_comes_to_its_end_and_to_the_same_tags(place: Place) -> None:
    texts = tuple(STORIES.values())
    with place.open() as writer:
        new = [a_story(f"record{n:04}", texts[n % 3]) for n in range(MANY)]
        writer.write_now(records.add, new)
        done = 0
        for _ in range(3):
            with retagger(place) as process:
                for _ in range(8):
                    assert process.stdout is not None
                    process.stdout.readline()
            with writer.reading() as connection:
                counted = sum(s.records for s in rule_sets.shares(connection) if s.rules_hash)
                tagged = connection.scalar(sa.text("SELECT count(DISTINCT record) FROM tags"))
            assert counted % retag.RECORDS_AT_ONCE == 0
            assert done < counted < MANY
            assert tagged == -(-counted // 3)
            done = counted
        with beside(place) as archive:
            rest = list(retag.retag(archive, NEW, NOW))
        assert len(rest) == MANY - done
        assert [len(found) for found in keywords(writer).values()] == [1, 0, 0] * (MANY // 3)
        assert hashes(writer) == [RuleSets(NEW.rules, ()).hash_for("wire")] * MANY


# What is kept of an article


def test_retag_leaves_tags_alone_whose_text_is_not_kept_and_counts_them(archive: Archive) -> None:
    ferry = a_story("record04", "The ferry sank. The ferry was insured.")
    headline = keeping.kept(replace(ferry, tags=(a_tag("bridge"),)), Keep.HEADLINE)
    archive.write_now(records.add, [headline])

    list(retag.retag(archive, NEW, NOW))

    assert keywords(archive)["record04"] == {"bridge"}
    assert (count_older(archive, NEW), count_fixed(archive, NEW)) == (0, 1)


def test_tags_made_meanwhile_of_a_text_that_is_gone_are_not_kept(archive: Archive) -> None:
    with archive.reading() as connection:
        ordinal = connection.execute(sa.text("SELECT max(ordinal) FROM records")).scalar_one()
    removed = sa.text("UPDATE records SET kept = 'nothing'")
    assert archive.write_now(lambda c: c.execute(removed).rowcount) == len(STORIES)
    late = Retagged(ordinal, "0" * 64, (a_tag("ferry"),))
    assert archive.write_now(retagging.replace, [late]) == frozenset()
