"""The operator's mail through `once`: written, delivered by the way that digests take, and told by
name. In this process; every story is invented."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import sqlalchemy as sa
from typer.testing import CliRunner, Result

from builders import NOW, a_feed
from hrwatch.cli.main import app
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds
from hrwatch.stages.store.mail import subscriptions

FILE = """
mail: {operator: ops@example.org, report: off, transport: "%s"}
feeds:
  - {name: wire, url: "http://wire.example/feed.xml"}
subscribers:
  - {name: desk, address: desk@private.example}
"""


def a_folder(folder: Path, transport: str = "file:outbox") -> Path:
    """An operator's folder with a feed that is not due, and a subscriber who is suspended."""
    (folder / "feeds.yaml").write_text(FILE % transport)
    later = datetime.now(UTC) + timedelta(days=1)
    with Archive.open("archive.db", directory=folder / "state", writing=True) as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        not_due = sa.update(tables.feeds).values(next_poll_at=later, state="ok")
        archive.write_now(lambda c: c.execute(not_due).rowcount)
        archive.write_now(
            subscriptions.suspend, "desk", "desk@private.example", "550 no such user", NOW
        )
    return folder


def once(folder: Path, *words: str) -> Result:
    options = ("--config", str(folder / "feeds.yaml"), "--state-dir", str(folder / "state"))
    return CliRunner().invoke(app, [*options, "once", *words])


def test_once_writes_to_the_operator_and_delivers_it_by_the_same_way(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)

    assert once(folder, "--digests", "none").exit_code == 0
    assert list((folder / "state").glob("outbox/*")) == []
    first, second = once(folder), once(folder)

    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    (file,) = (folder / "state" / "outbox").glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["To"] == "ops@example.org"
    assert mail["Subject"] == "hrwatch: a subscriber's address is refused"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert "private.example" not in mail.get_content()


def test_once_names_the_operator_where_no_mail_leaves(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "smtp://127.0.0.1:9")

    ended = once(folder)

    assert ended.exit_code == 1
    assert "deferred: mail to the operator: " in ended.stdout
