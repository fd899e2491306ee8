"""Verbs that look into an archive: what they say of names they do not know, of mail that did not
arrive, of cells that a spreadsheet would run. In this process; every story is invented."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from builders import NOW, a_capture, a_feed, a_mail, a_match, a_record, a_tag, an_entry
from hrwatch.cli.main import app
from hrwatch.errors import ArchiveMissing
from hrwatch.model.articles import Record
from hrwatch.model.feeds import Keep
from hrwatch.model.mail import Delivery, Digest, Interest, Mute, MuteKind, Status
from hrwatch.model.tags import Relation
from hrwatch.pipeline.reading.evidence import entry_capture
from hrwatch.pipeline.reading.keeping import kept
from hrwatch.stages.match import criteria
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.stages.store.evidence import captures
from hrwatch.stages.store.evidence.bodies import pack
from hrwatch.stages.store.mail import ledger, outbox, subscribers, subscriptions

FILE = """
feeds:
  - {name: wire, url: "http://wire.example/feed.xml"}
keywords:
  water-cannon: {label: Water cannon, terms: {en: [water cannon*]}}
subscribers:
  - {name: desk, address: desk@example.org}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder with an archive of one record, from a feed that is gone by now."""
    (tmp_path / "feeds.yaml").write_text(FILE)
    record = a_record("record0001", feed="old-wire", tags=(a_tag("torture"), a_tag("old-issue")))
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        archive.write_now(feeds.sync, (a_feed(name="old-wire"),), NOW)
        archive.write_now(records.add, (record,))
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    options = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*options, *words])


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("keyword:tortur", 'there is no keyword "tortur"; did you mean torture? (at character 9)'),
        ("police keyword:torture,wate-cannon", "did you mean water-cannon? (at character 24)"),
        ("country:UK", '"UK" is no country code; did you mean GB (United Kingdom)?'),
        ("country:XX", '"XX" is no country code'),
        ("feed:wier", 'there is no feed "wier"; did you mean wire?'),
        ("police OR (-feed:old-wirre)", "did you mean old-wire?"),
        ("language:englisch", "language: wants a language such as ru"),
        ("language:xq", '"xq" is no language code'),
        ("mentions:tortur", "did you mean torture?"),
        ("mentions:ZQ", '"ZQ" is no country code'),
    ],
)
def test_search_for_a_name_that_nobody_knows_says_so(folder: Path, query: str, told: str) -> None:
    ended = run(folder, "search", query)

    assert ended.exit_code == 2
    assert told in " ".join(ended.stderr.split())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("feed:old-wire", 1),
        ("keyword:old-issue", 1),
        ("keyword:torture", 1),
        ("feed:wire", 0),
        ("keyword:water-cannon", 0),
        ("country:NO", 0),
        ("language:pt-br", 0),
    ],
)
def test_search_for_a_name_of_the_file_or_the_archive_is_answered(
    folder: Path, query: str, found: int
) -> None:
    ended = run(folder, "search", query)

    assert ended.exit_code == 0
    assert f"{found} found" in ended.stderr


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_export_csv_cell_that_a_spreadsheet_would_run_is_made_a_text(
    folder: Path, first: str
) -> None:
    title = f'{first}HYPERLINK("http://evil.example","invented")'
    harmless = "Invented: 1+1=2 @ noon - a tale"
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        new = (a_record("record0002", title=title), a_record("record0003", title=harmless))
        archive.write_now(records.add, tuple(replace(one, text=one.title) for one in new))

    ended = run(folder, "export", "--format", "csv")

    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(ended.stdout, newline=""))}
    cells = [cell for row in rows.values() for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert 'HYPERLINK("http://evil.example","invented")' in rows["record0002"]["title"]
    assert rows["record0003"]["title"] == harmless


def test_show_and_search_of_a_headline_alone_say_what_is_not_kept(folder: Path) -> None:
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(records.add, (kept(a_record("record0002"), Keep.HEADLINE),))

    shown = run(folder, "show", "record0002")
    found = run(folder, "search", "arvenia")

    assert shown.exit_code == found.exit_code == 0
    assert "kept:       the headline, not the text" in shown.stdout
    assert "a word of the text, which is not kept: tortur* (taxonomy:torture, en)" in shown.stdout
    assert "tortured" not in shown.stdout
    assert "record0002" in found.stdout
    assert "0 found" in run(folder, "search", "custody feed:wire -court").stderr


def mailed(folder: Path, subscriber: str, number: int, *became: Delivery | None) -> None:
    """Write a mail to a subscriber, and what became of it with each try."""
    record = a_record(f"{subscriber}{number:05}")
    at = NOW + timedelta(hours=number)
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(records.add, (record,))
        archive.write_now(ledger.add, {subscriber: [a_match(record)]}, number, at)
        digest = Digest(record.id, subscriber, None, (), (a_match(record),))
        mail = a_mail(message_id=f"<{record.id}@example.org>", subscriber=subscriber)
        assert archive.write_now(outbox.enqueue, digest, (mail,), at)
        for delivery in filter(None, became):
            claim = {"owner": "me", "now": at, "until": at}
            archive.write_now(outbox.claim, mail.message_id, **claim)
            again = None if delivery.status in (Status.SENT, Status.REFUSED) else at
            archive.write_now(outbox.settle, replace(delivery, message_id=mail.message_id), again)


def a_delivery(status: Status, detail: str = "") -> Delivery:
    return Delivery("", "", status, NOW + timedelta(minutes=5), detail)


def needs(folder: Path) -> Sequence[str]:
    lines = run(folder, "status").stdout.splitlines()
    return [line for line in lines if line.startswith("needs a hand") and "mail to" in line]


def test_status_of_refused_mail_says_to_whom_when_why_and_what_to_do(folder: Path) -> None:
    mailed(folder, "desk", 1, a_delivery(Status.REFUSED, "550 5.1.1 no such user"))

    (line,) = needs(folder)

    assert "mail to desk was refused at 2026-03-02T09:05:00Z: 550 5.1.1 no such user" in line
    assert "mend the subscriber's address" in line


def test_status_of_deferred_mail_tells_one_reason_once_for_everybody(folder: Path) -> None:
    away = a_delivery(Status.DEFERRED, "the server is away")
    for number in range(7):
        mailed(folder, f"desk{number}", 1, away, away)
    mailed(folder, "other", 1, a_delivery(Status.UNKNOWN))

    away_line, broken = needs(folder)

    assert "desk0, desk1, desk2, desk3, desk4 and 2 more is deferred" in away_line
    assert "tried 2 times" in away_line
    assert "the server is away: it is tried again by itself" in away_line
    assert "mail to other broke off at the last moment" in broken
    assert "no reason was given" in broken


def test_status_of_mail_that_arrived_later_or_was_withdrawn_needs_no_hand(folder: Path) -> None:
    refused = a_delivery(Status.REFUSED, "550 no")
    mailed(folder, "mended", 1, refused)
    mailed(folder, "mended", 2, a_delivery(Status.SENT))
    mailed(folder, "moved", 1)
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        gone = replace(refused, message_id="<moved00001@example.org>")
        archive.write_now(outbox.withdraw, gone)

    assert needs(folder) == []


def test_preview_since_says_that_other_rules_tagged_and_no_more_once_they_did_not(
    folder: Path,
) -> None:
    told = "1 article tagged by other rules than today's: hrwatch retag --dry-run"

    assert told in run(folder, "preview", "desk", "--since", "3000d").stderr
    assert told not in run(folder, "preview", "desk").stderr
    assert run(folder, "retag").exit_code == 0
    assert "other rules" not in run(folder, "preview", "desk", "--since", "3000d").stderr


def test_preview_since_names_each_digest_with_its_articles(folder: Path) -> None:
    def of(number: int, day: int, relation: Relation) -> Record:
        return a_record(
            f"record00{number:02}",
            title=f"Invented story {number}",
            tags=(a_tag("BY", relation=relation),),
            story=f"record00{number:02}",
            first_seen_at=NOW + timedelta(days=day),
        )

    path = folder / "feeds.yaml"
    path.write_text(
        FILE.replace("desk@example.org}", "desk@example.org, countries: [BY], send: daily 07:00}")
    )
    new = (of(2, 0, Relation.SUBJECT), of(3, 0, Relation.MENTION), of(4, 3, Relation.SUBJECT))
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(records.add, new)

    shown = run(folder, "preview", "desk", "--since", "3000d").stdout
    lines = run(folder, "preview", "desk", "--since", "3000d", "--json").stdout.splitlines()

    assert shown.splitlines() == [
        "2026-03-03 Tue 07:00: 1 article, 1 more named in passing",
        "  - Invented story 2 [Belarus] wire record0002",
        "  (in passing) Invented story 3 [Belarus] wire record0003",
        "",
        "2026-03-06 Fri 07:00: 1 article",
        "  - Invented story 4 [Belarus] wire record0004",
        "",
        "3 articles in 2 digests: 2 in one on average, at most 2",
    ]
    told = [json.loads(line) for line in lines]
    assert [one["due_at"] for one in told] == ["2026-03-03T07:00:00Z", "2026-03-06T07:00:00Z"]
    assert [[a["record"] for a in one["articles"]] for one in told] == [
        ["record0002", "record0003"],
        ["record0004"],
    ]
    assert told[0]["articles"][1]["relation"] == "mention"
    assert told[0]["articles"][0]["because"] == ["BY"]
    assert "Invented story 2" in told[0]["text"]
    assert told[0]["subject"] == "Daily digest 3 Mar"


# Why


def test_show_marks_what_tags_rest_on_and_says_by_which_rules(folder: Path) -> None:
    title, text = "Belarus: a march", "A water cannon stood in Minsk.\nWater cannons, again."
    record = a_record("record0009", title=title, text=text, tags=())
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(records.add, (record,))

    before = run(folder, "show", "record0009").stdout
    run(folder, "retag")
    after = run(folder, "show", "record0009").stdout

    assert before.splitlines()[0] == title
    assert "tagged by:  an hrwatch that did not keep by which rules" in before
    assert after.splitlines()[0].startswith("*Belarus*[BY]: a ")
    marked = r"\nA \*water cannon\*\[[a-z, -]*water-cannon\] stood in \*Minsk\*\[BY\]\.\n"
    assert re.search(marked, after)
    assert "country:    BY (Belarus), subject\n" in after
    assert "\n              'Minsk' at text 24: Minsk (gazetteer:town, en)\n" in after
    assert "'Water cannons' at text 31: water cannon* (taxonomy:water-cannon, en)" in after
    assert re.search(
        r"tagged by:  rule set [0-9a-f]{12} of \d+ keywords and \d+ terms, first", after
    )
    assert "today's is another" not in after

    path = folder / "feeds.yaml"
    path.write_text(path.read_text().replace("[water cannon*]", "[water cannon]"))
    assert "today's is another (hrwatch retag --dry-run" in run(folder, "show", "record0009").stdout
    told = json.loads(run(folder, "show", "record0009", "--json").stdout)
    assert re.fullmatch("[0-9a-f]{64}", told["rules_hash"])


def test_try_tags_of_one_text_is_told_in_words(folder: Path) -> None:
    body = "In Minsk a \x1b[31m water cannon\u202e stood."
    told = run(folder, "try", "tags", "--title", "Minsk, again", "--text", body).stdout

    title = r"\*Minsk\*\[BY\], again\n\n"
    marked = r"In \*Minsk\*\[BY\] a \[31m \*water cannon\*\[.+\] stood\.\n"
    assert re.match(title + marked, told)
    assert "\nlanguage:   " in told
    assert "keyword:    water-cannon, " in told
    assert run(folder, "try", "tags", "--text", "Nothing.").stdout.endswith("was found.\n")
    assert run(folder, "try", "tags", "--text", "a", "file.jsonl").exit_code == 2


# Tagging anew


def test_retag_dry_run_tells_each_tag_with_its_articles_and_changes_nothing(folder: Path) -> None:
    story = a_record("record0009", title="Water cannon in Minsk", text="Twice.", tags=())
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(records.add, (story,))
    before = run(folder, "export", "--format", "jsonl").stdout

    shown = run(folder, "retag", "--dry-run")
    lines = [json.loads(x) for x in run(folder, "retag", "--dry-run", "--json").stdout.splitlines()]

    assert shown.exit_code == 0
    assert re.search(
        r"^keyword  water-cannon \(Water cannon\) +\+1 −0$", shown.stdout, re.MULTILINE
    )
    assert re.search(r"^keyword  old-issue +\+0 −1$", shown.stdout, re.MULTILINE)
    assert re.search(r"^country  BY \(Belarus\) +\+1 −0$", shown.stdout, re.MULTILINE)
    assert "\n    + record0009 2026-03-02 wire Water cannon in Minsk\n" in shown.stdout
    assert "\n    − record0001 2026-03-02 old-wire " in shown.stdout
    assert "2 articles tagged by other rules than today's: 2 would change." in shown.stderr
    (gone,) = (line for line in lines if line["value"] == "old-issue")
    assert (gone["record"], gone["before"], gone["after"]) == ("record0001", "subject", None)
    assert run(folder, "export", "--format", "jsonl").stdout == before


def test_retag_changes_what_it_told_and_then_there_is_nothing_to_do(folder: Path) -> None:
    told = json.loads(run(folder, "status", "--json").stdout)["older_tags"]
    first, again = run(folder, "retag"), run(folder, "retag", "--dry-run")

    assert told == 1
    assert "1 article tagged anew, 1 of them changed." in first.stderr
    assert "there is nothing to do" in again.stderr
    assert json.loads(run(folder, "status", "--json").stdout)["older_tags"] == 0
    assert run(folder, "search", "keyword:torture").stderr.startswith("1 found")
    assert "tagged by other rules" not in run(folder, "status").stdout


def test_retag_mail_puts_what_matches_only_now_into_the_next_digest(folder: Path) -> None:
    path = folder / "feeds.yaml"
    path.write_text(
        FILE.replace("desk@example.org}", "desk@example.org, keywords: [water-cannon]}")
    )
    now = datetime.now(UTC)
    story = a_record(
        "record0009", title="Water cannon", story="record0009", tags=(), first_seen_at=now
    )
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        wanted = Interest(keywords=("water-cannon",))
        since = now - timedelta(days=9)
        archive.write_now(subscribers.sync, {"desk": criteria(wanted)}, since)
        archive.write_now(records.add, (story,))
        archive.write_now(ledger.add, {"desk": ()}, 2, now)

    nothing = run(folder, "preview", "desk").stderr
    silent = run(folder, "retag")
    still = run(folder, "preview", "desk").stderr
    asked = run(folder, "retag", "--mail", "3d")
    again = run(folder, "retag", "--mail", "3d")

    assert "Nothing to tell" in nothing
    assert "Nothing to tell" in still
    assert "desk" not in silent.stderr
    assert "desk: 1 article for the next digest (hrwatch preview desk)" in asked.stderr
    assert "Water cannon" in run(folder, "preview", "desk").stdout
    assert "Nobody is to be told" in again.stderr
    assert run(folder, "retag", "--mail", "3d", "--dry-run").exit_code == 2
    assert run(folder, "retag", "--mail", "soon").exit_code == 2


def test_retag_without_an_archive_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text(FILE)
    ended = run(tmp_path, "retag")
    assert isinstance(ended.exception, ArchiveMissing)
    assert not (tmp_path / "state").exists()


def test_show_lists_what_was_captured_of_an_article(folder: Path) -> None:
    page, body = a_capture(record="record0001"), b"<p>Invented.</p>"
    entry, packed = entry_capture(an_entry(), record="record0001", feed="wire", now=NOW)
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(captures.append, [(entry, packed), (page, body)])

    shown = run(folder, "show", "record0001").stdout
    told = json.loads(run(folder, "show", "record0001", "--json").stdout)["captures"]

    assert [" ".join(line.split()) for line in shown.splitlines() if "captured:" in line] == [
        "captured: 2026-03-02T09:00:00Z, the feed's entry, "
        f"{packed.size} bytes, sha256 {packed.sha256}",
        f"captured: 2026-03-02T09:00:00Z, status 200, 16 bytes, sha256 {page.body_sha256}",
    ]
    assert [(one["number"], one["kind"], one["sha256"], one["bytes"]) for one in told] == [
        (1, "entry", packed.sha256, packed.size),
        (2, "page", page.body_sha256, 16),
    ]


def test_verify_of_what_is_whole_tells_the_head_to_note(folder: Path) -> None:
    pages = (b"<p>One.</p>", b"<p>Two.</p>")
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        links = archive.write_now(captures.append, [(a_capture(page), page) for page in pages])

    ended = run(folder, "verify", links[0].chain_hash.upper())
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [
        "2 captures; 2 bodies, 0.0 MB, 0.0 MB stored",
        f"head {links[1].chain_hash}",
        "capture 2, 2026-03-02T09:00:00Z",
        "the head you noted is that of capture 1",
        "captures whole; texts and titles are working copies, and not looked at",
    ]
    ended = run(folder, "verify", "--json")
    assert json.loads(ended.stdout) == {
        "captures": 2,
        "removed": 0,
        "tombstones": 0,
        "bodies": 2,
        "bytes": 22,
        "stored_bytes": sum(len(pack(page).compressed) for page in pages),
        "number": 2,
        "head": links[1].chain_hash,
        "last_at": "2026-03-02T09:00:00Z",
        "head_at": None,
        "faults": 0,
    }
    assert run(folder, "verify", "f" * 63).exit_code == 2


def test_verify_of_a_head_that_was_altered_steers_no_terminal(folder: Path) -> None:
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(captures.append, [(a_capture(b"{}"), b"{}")])
        forged = sa.update(tables.captures).values(chain_hash="\x1b]0;owned\x07\u00e9")
        archive.write_now(lambda c: c.execute(forged).close())

    ended = run(folder, "verify")

    assert ended.exit_code == 1
    assert "head ]0;owned\u00e9" in ended.stdout
    assert all(line.isprintable() for line in ended.stdout.splitlines())


def test_verify_names_each_fault_on_a_line_and_ends_with_one(folder: Path) -> None:
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        body = b"<p>One.</p>"
        archive.write_now(captures.append, [(a_capture(body), body)])
        archive.write_now(
            lambda c: c.execute(sa.update(tables.captures).values(status=404)).close()
        )

    ended = run(folder, "verify", "f" * 64)
    assert ended.exit_code == 1
    assert ended.stdout.splitlines()[:2] == [
        "capture 1 is not as it was written: its row was altered",
        f"the chain holds no {'f' * 64}: what was noted then is not in this archive",
    ]
    assert ended.stdout.splitlines()[-1] == "2 faults"
    lines = [json.loads(line) for line in run(folder, "verify", "--json").stdout.splitlines()]
    assert [line.get("fault", line.get("faults")) for line in lines] == [
        "capture 1 is not as it was written: its row was altered",
        1,
    ]


def test_status_tells_to_whom_nothing_is_written_and_what_they_rejected(folder: Path) -> None:
    named = ("anna", "boris", "caucasus", "desk")
    listed = "".join(f"  - {{name: {name}, address: {name}@example.org}}\n" for name in named)
    paused = listed.replace("anna@example.org", "anna@example.org, pause_until: 2099-01-15")
    (folder / "feeds.yaml").write_text(FILE.partition("subscribers")[0] + f"subscribers:\n{paused}")
    mailed(folder, "desk", 1, a_delivery(Status.DEFERRED, "the mailbox is full"))
    record = a_record("record0001")
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(subscriptions.stop, "boris", NOW)
        archive.write_now(
            subscriptions.suspend, "caucasus", "Caucasus@example.org", "550 no such user", NOW
        )
        said = [("torture", "beaten")]
        archive.write_now(subscriptions.reject, "anna", record, said, datetime.now(UTC))
        archive.write_now(subscriptions.mute, "anna", Mute(MuteKind.WORD, "rally", NOW))
        parked = sa.update(tables.outbox).values(settled_at=NOW, next_try_at=None)
        archive.write_now(lambda c: c.execute(parked).rowcount)

    shown = [" ".join(line.split()) for line in run(folder, "status").stdout.splitlines()]
    told = json.loads(run(folder, "status", "--json").stdout)

    for line in (
        "mail 1 deferred; 1 parked (hrwatch outbox)",
        "paused anna until 2099-01-15",
        "stopped boris",
        "suspended caucasus",
        "rejected torture, by the term beaten: 1 within 28 days",
        "muted the word rally, by 1 subscriber",
    ):
        assert line in shown
    assert any("needs a hand nothing is written to caucasus" in line for line in shown)
    assert any(
        "was tried in vain for a week and kept: see the mail server's log, then" in line
        for line in shown
    )
    assert told["paused"] == {"anna": "2099-01-15"}
    assert (told["stopped"], told["suspended"]) == (["boris"], ["caucasus"])
    assert told["most_muted"] == {"rally": 1}
    assert told["most_rejected"] == [{"of": "torture", "term": "beaten", "articles": 1}]
