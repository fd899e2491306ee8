"""The doctor on real files, a real archive, a real mail server and a real worker."""

import asyncio
import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import SMTP, Envelope, Session

from builders import NOW, a_capture, a_record, a_subscriber
from hrwatch import config
from hrwatch.config.taxonomy import shipped
from hrwatch.doctor import examination, network, storage, work
from hrwatch.doctor.findings import Finding, Verdict
from hrwatch.errors import ArchiveHeld
from hrwatch.model.feeds import Feed, Route
from hrwatch.model.settings import FetchSettings, MailSettings
from hrwatch.secrets import Secret
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.evidence import captures
from hrwatch.stages.store.schema import SHIPPED
from hrwatch.stages.store.sqlite import lock
from postgres import Place, Places

OK, WARNING, TROUBLE = Verdict.OK, Verdict.WARNING, Verdict.TROUBLE
LIMIT = timedelta(seconds=20)


def an_archive(directory: Path) -> Path:
    with Archive.open("archive.db", directory=directory, writing=True) as archive:
        new = (a_record(f"record{number:04}") for number in range(300))
        archive.write_now(records.add, tuple(new))
    return directory / "archive.db"


def on_storage(
    folder: Path, now: datetime | None = None, archive: str = "archive.db"
) -> dict[str, Finding]:
    """What the doctor finds until it comes to the network; the last finding of each check."""
    path = folder / "feeds.yaml"
    path.write_text(f"feeds: []\nsubscribers: []\narchive: {archive}\n")
    patient = examination.Patient(
        config.load(path), folder / "state", os.geteuid(), now or datetime.now(UTC)
    )
    found = {}
    for name, finding in examination.examine(patient):
        found[name] = finding
        if name == "clock":
            return found
    raise AssertionError("the clock was not looked at")


def test_sound_archive_is_found_sound_and_nothing_changes(tmp_path: Path) -> None:
    before = an_archive(tmp_path / "state").read_bytes()

    found = on_storage(tmp_path)

    assert {name for name, one in found.items() if one.verdict is TROUBLE} == set()
    assert found["integrity"].told.endswith("is whole")
    assert (tmp_path / "state" / "archive.db").read_bytes() == before


def test_sound_archive_on_a_server_is_found_sound_with_what_cannot_be_seen(
    places: Places, tmp_path: Path
) -> None:
    place = places.make("postgresql", tmp_path)
    with place.open() as archive:
        archive.write_now(records.add, (a_record("record0001"), a_record("record0002")))

    found = on_storage(tmp_path, archive=place.url)

    strange = {name for name, one in found.items() if one.verdict is not OK}
    assert strange == {"configuration", "tags"}
    assert found["tags"].told == "2 articles tagged by other rules than today's"
    assert found["archive"].told == f"{place.url}, schema {SHIPPED.head}"
    assert "the server's own tools" in found["integrity"].told
    assert found["contents"].told.startswith("4 rows read")
    assert "the archive is on a server" in found["space"].told
    assert not (tmp_path / "state").exists()


def _garble(place: Place) -> None:
    with place.open() as archive:
        archive.write_now(records.add, (a_record(),))
    with place.aside() as connection:
        connection.exec_driver_sql("UPDATE tags SET kind = 'keyworf'")


def _cut_off(place: Place) -> None:
    bodies = (b"<p>One.</p>", b"<p>Two.</p>")
    with place.open() as archive:
        archive.write_now(captures.append, [(a_capture(body), body) for body in bodies])
    with place.aside() as connection:
        connection.exec_driver_sql("DELETE FROM captures WHERE number = 2")


def _of_a_later_version(place: Place) -> None:
    place.open().close()
    with place.aside() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _: None, ("archive", OK, "is not there yet")),
        (_garble, ("contents", TROUBLE, "is damaged")),
        (_cut_off, ("evidence", TROUBLE, "2 captures noted, 1 there")),
        (_of_a_later_version, ("archive", TROUBLE, "made by a newer hrwatch")),
    ],
    ids=["empty", "garbled", "cut off", "newer"],
)
def test_archive_on_a_server_is_told_with_what_to_do(
    places: Places,
    tmp_path: Path,
    spoil: Callable[[Place], None],
    told: tuple[str, Verdict, str],
) -> None:
    check, verdict, words = told
    place = places.make("postgresql", tmp_path, made=False)
    spoil(place)

    found = on_storage(tmp_path, archive=place.url)[check]

    assert found.verdict is verdict
    assert words in found.told
    assert found.remedy or verdict is OK


def test_server_that_does_not_answer_is_told_with_what_to_do(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@/hrwatch?host={tmp_path}"

    found = on_storage(tmp_path, archive=url)

    assert found["archive"].verdict is TROUBLE
    assert "the server cannot be reached" in found["archive"].told
    assert not {"integrity", "contents"} & found.keys()


def test_nothing_there_yet_is_no_trouble_and_nothing_is_made(tmp_path: Path) -> None:
    found = on_storage(tmp_path)

    assert found["state directory"].verdict is OK
    assert found["archive"].verdict is OK
    assert "integrity" not in found
    assert not (tmp_path / "state").exists()


def test_archive_that_is_held_is_told_with_its_holder_and_goes_on(tmp_path: Path) -> None:
    an_archive(tmp_path / "state")
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        found = on_storage(tmp_path)
        archive.write_now(records.add, (a_record("one-more-record"),))

    assert f"held by process {os.getpid()} since" in found["archive"].told
    assert "held by nobody" in on_storage(tmp_path)["archive"].told


def test_holder_who_only_looks_is_in_nobodys_way(tmp_path: Path) -> None:
    path = an_archive(tmp_path)
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            lock.holder(path)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(20):
            Archive.open("archive.db", directory=tmp_path, writing=True).close()
    finally:
        stop.set()
        looking.join()
    with (
        Archive.open("archive.db", directory=tmp_path, writing=True),
        pytest.raises(ArchiveHeld),
    ):
        Archive.open("archive.db", directory=tmp_path, writing=True)


def _flip_a_page(archive: Path) -> None:
    whole = bytearray(archive.read_bytes())
    middle = len(whole) // 2 // 4096 * 4096
    whole[middle : middle + 4096] = bytes(4096)
    archive.write_bytes(whole)


def _point_nowhere(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.execute("INSERT INTO tags VALUES (99999, 0, 'country', 'BY', 'subject', '[]')")


def _no_archive(archive: Path) -> None:
    archive.write_text("an invented shopping list")


def _set_revision(revision: str) -> Callable[[Path], None]:
    def spoil(archive: Path) -> None:
        with closing(sqlite3.connect(archive)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))

    return spoil


def _open_to_others(archive: Path) -> None:
    archive.chmod(0o644)


def _garble_a_text(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.execute("UPDATE records SET title = CAST(x'41ff42' AS TEXT)")


def _from_the_future(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.execute("UPDATE records SET first_seen_at = '2099-01-01 00:00:00.000000'")


@pytest.mark.parametrize(
    ("spoil", "check", "verdict", "words"),
    [
        (_flip_a_page, "integrity", TROUBLE, "is damaged"),
        (_point_nowhere, "integrity", TROUBLE, "1 rows point at rows that do not exist"),
        (_garble_a_text, "contents", TROUBLE, "title is no UTF-8"),
        (_no_archive, "archive", TROUBLE, "is no SQLite database"),
        (_set_revision("9999"), "archive", TROUBLE, "made by a newer hrwatch"),
        (_set_revision("0001"), "archive", WARNING, "made by an older hrwatch"),
        (_open_to_others, "permissions", WARNING, "archive.db (mode 0644)"),
        (_from_the_future, "clock", WARNING, "the newest record is from 2099-01-01"),
    ],
)
def test_spoilt_archive_is_told_with_what_to_do(
    tmp_path: Path, spoil: Callable[[Path], None], check: str, verdict: Verdict, words: str
) -> None:
    spoil(an_archive(tmp_path / "state"))

    found = on_storage(tmp_path)[check]

    assert found.verdict is verdict
    assert words in found.told
    assert found.remedy or "restore a backup" in found.told


def test_clock_that_is_far_behind_is_seen_by_the_files(tmp_path: Path) -> None:
    an_archive(tmp_path / "state")

    found = on_storage(tmp_path, datetime(1970, 1, 1, tzinfo=UTC))

    assert found["clock"].verdict is TROUBLE
    assert found["clock"].told.startswith("it is 1970-01-01")


def test_integrity_that_takes_too_long_is_told_and_ended(tmp_path: Path) -> None:
    path = tmp_path / "large.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE words (word TEXT UNIQUE)")
        connection.execute(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
            "INSERT INTO words SELECT 'word ' || i FROM n"
        )

    found = storage.integrity(path, timedelta(milliseconds=2))

    assert found.verdict is WARNING
    assert "not read to its end" in found.told


def test_state_directory_of_somebody_else_names_them(tmp_path: Path) -> None:
    found = storage.state_directory(tmp_path, os.geteuid() + 1)

    assert found.verdict is TROUBLE
    assert f"belongs to {storage.name_of(os.geteuid())}" in found.told


def test_unwritable_tells_a_file_in_the_folders_place(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    path.touch()

    assert storage.unwritable(path) == "is no folder"
    assert storage.unwritable(tmp_path) == ""


@pytest.mark.parametrize(
    ("mode", "verdict", "words"),
    [(None, TROUBLE, "not there"), (0o600, TROUBLE, "may not be run"), (0o700, OK, "can be run")],
)
def test_mail_by_a_program_wants_one_that_can_be_run(
    tmp_path: Path, mode: int | None, verdict: Verdict, words: str
) -> None:
    program = tmp_path / "postman"
    if mode is not None:
        program.touch(mode)
    settings = MailSettings(transport=f"sendmail:{program}")

    found = network.mail(settings, tmp_path, _no_password, LIMIT)

    assert found.verdict is verdict
    assert words in found.told


def test_mail_into_a_folder_is_not_written_by_looking(tmp_path: Path) -> None:
    settings = MailSettings(transport="file:outbox")

    assert network.mail(settings, tmp_path, _no_password, LIMIT).verdict is OK
    assert not (tmp_path / "outbox").exists()
    (tmp_path / "outbox").write_text("a file in the folder's place")
    assert network.mail(settings, tmp_path, _no_password, LIMIT).verdict is TROUBLE


class Doorkeeper:
    """A mail server's side of the doctor's visit."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        self.said.append("EHLO")
        return answers

    async def handle_MAIL(self, *_: object) -> str:
        self.said.append("MAIL")
        return "250 ok"


@contextmanager
def a_mail_server(door: Doorkeeper) -> Iterator[int]:
    """Run a mail server in a loop of its own: the doctor's visit has another."""
    ready, port = threading.Event(), 0
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        nonlocal port
        server = await loop.create_server(lambda: SMTP(door, loop=loop), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield port
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def test_mail_server_is_greeted_and_given_no_mail(tmp_path: Path) -> None:
    door = Doorkeeper()
    with a_mail_server(door) as port:
        settings = MailSettings(transport=f"smtp://127.0.0.1:{port}")
        answered = network.mail(settings, tmp_path, _no_password, LIMIT)
    away = network.mail(settings, tmp_path, _no_password, LIMIT)

    assert (answered.verdict, away.verdict) == (OK, TROUBLE)
    assert door.said == ["EHLO"]
    assert f"127.0.0.1:{port}, which does not work" in away.told


def test_mail_server_without_the_tls_that_was_asked_for_is_trouble(tmp_path: Path) -> None:
    with a_mail_server(Doorkeeper()) as port:
        settings = MailSettings(transport=f"smtp+starttls://desk@127.0.0.1:{port}")
        found = network.mail(settings, tmp_path, _no_password, LIMIT)

    assert found.verdict is TROUBLE
    assert "STARTTLS" in found.told
    assert "pa55" not in found.told


def _no_password() -> Secret:
    return Secret("pa55word")


def test_authorities_of_the_usual_list_and_of_the_operators_own(tmp_path: Path) -> None:
    own = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(own))
    (tmp_path / "no.pem").write_text("nothing")

    usual = network.authorities(FetchSettings(), datetime.now(UTC))
    with_own = network.authorities(FetchSettings(ca_file=own), datetime.now(UTC))
    missing = network.authorities(FetchSettings(ca_file=tmp_path / "no.pem"), NOW)
    far_ahead = network.authorities(FetchSettings(), datetime(2099, 1, 1, tzinfo=UTC))

    assert (usual.verdict, with_own.verdict) == (OK, OK)
    assert (missing.verdict, far_ahead.verdict) == (TROUBLE, TROUBLE)
    assert "no.pem" in missing.told


def test_digest_is_written_for_everybody_and_a_bad_address_is_named() -> None:
    good = work.digest([a_subscriber(), a_subscriber(name="two")], MailSettings(), NOW)
    bad = work.digest([a_subscriber(name="two", address="nowhere")], MailSettings(), NOW)

    assert good.verdict is OK
    assert bad.verdict is TROUBLE
    assert "a digest for two cannot be written" in bad.told


def test_worker_reads_within_its_limits_and_an_endless_one_is_ended() -> None:
    read = work.reading(2, shipped(), datetime.now(UTC))
    ended = work.limits()

    assert read.verdict is OK, read.told
    assert ended.verdict is OK, ended.told


def a_proxied_feed(proxy: str | None) -> Feed:
    return Feed(name="wire", url="https://news.invalid/feed", route=Route(proxy=proxy))


def test_names_of_feeds_that_go_through_a_proxy_are_not_looked_up_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *told, **_: asked.append(told))
    tor = "socks5h://127.0.0.1:9050"

    own = network.names([a_proxied_feed(tor)], FetchSettings())
    general = network.names([a_proxied_feed(None)], FetchSettings(proxy=tor))

    assert (own.verdict, general.verdict) == (OK, OK)
    assert tor in general.told
    assert asked == []


@pytest.mark.parametrize(
    ("scheme", "talk", "verdict", "words"),
    [
        ("socks5h", b"\x05\x00", OK, "answers"),
        ("socks5h", b"\x05\xff", TROUBLE, "wants a login"),
        ("socks5h", b"HT", TROUBLE, "does not speak SOCKS5"),
        ("http", b"", OK, "answers"),
        ("socks5h", None, TROUBLE, "cannot be reached"),
        ("http", None, TROUBLE, "cannot be reached"),
    ],
)
def test_proxy_is_greeted_and_nothing_asked_of_it(
    scheme: str, talk: bytes | None, verdict: Verdict, words: str
) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                if talk:
                    heard.append(connection.recv(100))
                    connection.sendall(talk)
                    heard.append(connection.recv(100))

        answering = threading.Thread(target=answer, daemon=True)
        if talk is None:
            listener.close()
        else:
            answering.start()
        found = network.ways([a_proxied_feed(address)], FetchSettings())
        if talk is not None:
            answering.join(10)

    assert found.verdict is verdict
    assert words in found.told
    assert address in found.told or talk is not None
    assert b"".join(heard) in (b"", b"\x05\x01\x00")


def test_proxy_that_nobody_configured_is_no_matter() -> None:
    assert network.ways([a_proxied_feed(None)], FetchSettings()).told.startswith("there is none")
