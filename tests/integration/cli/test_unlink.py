"""An article that was taken for a copy by mistake: it stands alone again, for good, and is told to
whom it was not told because of that. All stories invented."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from builders import NOW, a_feed, a_match, a_record, a_subscriber, an_entry
from hrwatch.cli.main import app
from hrwatch.model.articles import Copy, CopyKind, Record
from hrwatch.model.mail import Digest, Earlier, Reason
from hrwatch.stages.match import criteria
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, linking, recognising, records
from hrwatch.stages.store.articles.linking import Unlinked
from hrwatch.stages.store.mail import ledger, outbox, settling, subscribers, telling
from postgres import Place

COPY = Copy("original", CopyKind.NEAR_TEXT, 0.87)
SUBSCRIBERS = ("told", "waiting", "not-asking")


def told_as(name: str, **changes: object) -> Record:
    entry = an_entry(guid=name, permalink=f"http://wire.example/{name}", title=f"Story {name}")
    return a_record(name, **({"entry": entry, "text": f"Text {name}"} | changes))


ORIGINAL = told_as("original")
WRONG = told_as("wrong", copy=COPY, story="original")
OTHER = told_as("other", copy=COPY, story="original")


def fill(archive: Archive) -> None:
    """Write an original that `told` was told of, and two copies that needed no telling."""
    archive.write_now(feeds.sync, (a_feed(),), NOW)
    asked = criteria(a_subscriber().interest)
    archive.write_now(subscribers.sync, dict.fromkeys(SUBSCRIBERS, asked), NOW)
    archive.write_now(records.add, (ORIGINAL, WRONG, OTHER))
    matches = {name: tuple(map(a_match, (ORIGINAL, WRONG, OTHER))) for name in SUBSCRIBERS}
    archive.write_now(ledger.add, matches, 3, NOW)
    digest = Digest("d1", "told", None, (), (a_match(ORIGINAL),))
    archive.write_now(outbox.enqueue, digest, (), NOW)
    settled = tuple(map(a_match, (WRONG, OTHER)))
    for subscriber in ("told", "not-asking"):
        archive.write_now(settling.settle, subscriber, settled, NOW, None)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        fill(opened)
        yield opened


def got(archive: Archive, record: str) -> Record:
    with archive.reading() as connection:
        found = records.get(connection, record)
    assert isinstance(found, Record)
    return found


def waiting(archive: Archive, subscriber: str) -> list[str]:
    with archive.reading() as connection:
        return [one.record.id for one in ledger.waiting(connection, subscriber)]


def test_unlink_lets_a_record_stand_alone_and_leaves_its_story_to_the_others(
    archive: Archive,
) -> None:
    done = archive.write_now(linking.unlink, "wrong")

    assert done == Unlinked("wrong", COPY, ("told",))
    wrong, other = got(archive, "wrong"), got(archive, "other")
    assert (wrong.copy, wrong.story, wrong.unlinked) == (None, "wrong", True)
    assert (other.copy, other.story, other.unlinked) == (COPY, "original", False)
    assert archive.write_now(linking.unlink, "wrong") is None
    assert archive.write_now(linking.unlink, "original") is None
    assert archive.write_now(linking.unlink, "nobody") is None


def test_unlink_lets_it_wait_for_whom_it_was_settled_because_it_was_a_copy(
    archive: Archive,
) -> None:
    archive.write_now(linking.unlink, "wrong")

    assert waiting(archive, "told") == ["wrong"]
    assert waiting(archive, "waiting") == ["original", "wrong", "other"]
    assert waiting(archive, "not-asking") == ["original"]
    with archive.reading() as connection:
        assert telling.told_as_new(connection, "told", ["wrong"]) == ()
        assert outbox.told_at(connection, "told", ["original", "wrong"]) == {
            "original": Earlier(NOW, NOW, 1)
        }


def test_unlinked_record_is_made_no_copy_again_by_what_comes_later(archive: Archive) -> None:
    archive.write_now(linking.unlink, "wrong")
    hangs_on = told_as("late", copy=Copy("wrong", CopyKind.SAME_TEXT, 1.0), story="wrong")
    archive.write_now(
        records.add, (hangs_on, told_as("own")), relinked={"own": ("wrong", "original")}
    )

    assert got(archive, "wrong").copy is None
    assert got(archive, "late").story == "wrong"
    assert got(archive, "other").story == "own"
    with archive.reading() as connection:
        (candidate,) = recognising.candidates(
            connection, permalinks=["http://wire.example/wrong"], text_hashes=[]
        )
    assert candidate.unlinked


def test_later_version_of_an_unlinked_record_stays_unlinked_whatever_its_writer_knew(
    archive: Archive,
) -> None:
    later = replace(WRONG, version=2, text="Text that was changed meanwhile")
    archive.write_now(linking.unlink, "wrong")
    archive.write_now(records.add, (later,))

    assert got(archive, "wrong") == replace(
        later, copy=None, story="wrong", unlinked=True, guid_key=got(archive, "wrong").guid_key
    )
    assert got(archive, "wrong").version == 2


def test_unlink_of_what_was_edited_meanwhile_lets_the_latest_version_wait(archive: Archive) -> None:
    later = replace(WRONG, version=2, text="Text that was changed meanwhile")
    archive.write_now(records.add, (later,))
    archive.write_now(ledger.add, {}, 4, NOW, versions=(later,))

    done = archive.write_now(linking.unlink, "wrong")

    assert done is not None
    assert done.waits_for == ("told",)
    with archive.reading() as connection:
        assert all(one.unlinked for one in records.versions(connection, "wrong"))
        (again,) = ledger.waiting(connection, "told")
        assert (again.record.id, again.record.version, again.reason) == ("wrong", 2, Reason.NEW)
        of_others = ledger.waiting(connection, "waiting")
        assert [(one.record.id, one.record.version) for one in of_others].count(("wrong", 1)) == 1
    assert waiting(archive, "not-asking") == ["original"]


def test_unlink_lets_nothing_wait_for_who_was_told_of_an_earlier_version(archive: Archive) -> None:
    later = replace(WRONG, version=2, text="Text that was changed meanwhile")
    digest = Digest("d2", "waiting", None, (), (a_match(ORIGINAL), a_match(WRONG)))
    archive.write_now(outbox.enqueue, digest, (), NOW)
    archive.write_now(records.add, (later,))
    archive.write_now(ledger.add, {"waiting": ()}, 4, NOW, versions=(later,))

    done = archive.write_now(linking.unlink, "wrong")

    assert done is not None
    assert done.waits_for == ("told",)
    assert waiting(archive, "waiting") == ["other"]


# The verb

FILE = """
feeds:
  - {name: wire, url: "http://wire.example/feed.xml"}
subscribers:
  - {name: told, address: desk@example.org}
"""


def run(folder: Path, *words: str) -> Result:
    options = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*options, *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yaml").write_text(FILE)
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        fill(archive)
    return tmp_path


def test_unlink_tells_what_it_did_beside_whoever_holds_the_archive(folder: Path) -> None:
    with Archive.open("archive.db", directory=folder / "state", writing=True):
        ended = run(folder, "unlink", "wrong")

    assert (ended.exit_code, ended.stdout) == (
        0,
        "wrong stands alone: Story wrong\ntold: in the next digest (hrwatch preview told)\n",
    )
    shown = run(folder, "show", "wrong").stdout
    assert "unlinked:   somebody said that it is no copy (hrwatch unlink)" in shown
    assert "copy of" not in shown
    assert "Story wrong" in run(folder, "preview", "told").stdout


def test_unlink_as_json_names_what_it_was_a_copy_of(folder: Path) -> None:
    assert json.loads(run(folder, "unlink", "--json", "wrong").stdout) == {
        "record": "wrong",
        "title": "Story wrong",
        "was_copy_of": "original",
        "kind": "near-text",
        "score": 0.87,
        "waits_for": ["told"],
    }


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("original", "is no copy, but the original of 2 copies: unlink what is wrongly taken"),
        ("nobody", "the archive holds no record nobody; hrwatch search finds references"),
    ],
)
def test_unlink_of_what_is_no_copy_says_so_and_fails(
    folder: Path, reference: str, said: str
) -> None:
    ended = run(folder, "unlink", reference)

    assert ended.exit_code == 1
    assert said in " ".join(ended.stderr.split())
