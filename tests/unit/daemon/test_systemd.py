"""Messages to systemd, read from a real socket; nothing a status holds becomes a second message."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.daemon.systemd import STATUS_LIMIT, Notifier


class Supervisor:
    """The other end of the socket."""

    def __init__(self, address: str) -> None:
        self.environ = {"NOTIFY_SOCKET": address, "PATH": "/usr/bin"}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))
        self._socket.settimeout(5)

    def hear(self) -> str:
        return self._socket.recv(65_536).decode()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    found = Supervisor(str(tmp_path / "notify"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def abstract() -> Iterator[Supervisor]:
    found = Supervisor(f"@hrwatch-test-{os.getpid()}")
    yield found
    found.close()


def test_notifier_says_each_thing_in_the_words_of_systemd(supervisor: Supervisor) -> None:
    notifier = Notifier.from_environment(supervisor.environ)
    said = []
    for say in (
        lambda: notifier.ready("3 feeds"),
        lambda: notifier.status("polling"),
        lambda: notifier.reloading(123_456_789),
        lambda: notifier.stopping("2 polls to end"),
        notifier.watchdog,
        lambda: notifier.extend_timeout(timedelta(seconds=90)),
    ):
        say()
        said.append(supervisor.hear())
    assert said == [
        "READY=1\nSTATUS=3 feeds",
        "STATUS=polling",
        "RELOADING=1\nMONOTONIC_USEC=123456789",
        "STOPPING=1\nSTATUS=2 polls to end",
        "WATCHDOG=1",
        "EXTEND_TIMEOUT_USEC=90000000",
    ]


def test_notifier_with_an_abstract_address_is_heard(abstract: Supervisor) -> None:
    Notifier.from_environment(dict(abstract.environ)).watchdog()
    assert abstract.hear() == "WATCHDOG=1"


@given(text=st.text(max_size=3 * STATUS_LIMIT))
def test_status_whatever_it_holds_is_one_assignment_that_systemd_takes(
    abstract: Supervisor, text: str
) -> None:
    notifier = Notifier.from_environment(dict(abstract.environ))
    notifier.status(f"one\nMAINPID=1\r\nWATCHDOG=trigger\v{text}")
    said = abstract.hear()
    assert said.startswith("STATUS=one MAINPID=1")
    assert said.splitlines() == [said]
    assert len(said.encode()) < 4096  # systemd's buffer: what is longer is dropped whole


@pytest.mark.parametrize(
    ("usec", "pid", "interval"),
    [
        ("30000000", "ours", timedelta(seconds=30)),
        ("30000000", None, timedelta(seconds=30)),
        ("30000000", "1", None),
        ("30000000", "", timedelta(seconds=30)),
        ("0", "ours", None),
        ("soon", "ours", None),
        ("9" * 30, "ours", None),
        (None, "ours", None),
        (None, None, None),
    ],
)
def test_watchdog_interval_is_systemds_only_where_it_means_this_process(
    usec: str | None, pid: str | None, interval: timedelta | None
) -> None:
    environ = {"NOTIFY_SOCKET": "/run/systemd/notify"}
    if usec is not None:
        environ["WATCHDOG_USEC"] = usec
    if pid is not None:
        environ["WATCHDOG_PID"] = str(os.getpid()) if pid == "ours" else pid
    assert Notifier.from_environment(environ).watchdog_interval == interval


def test_environment_is_left_without_anything_a_child_could_speak_with(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = supervisor.environ | {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getpid())}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    Notifier.from_environment(os.environ)
    script = "import os; print(sorted(k for k in os.environ if 'NOTIFY' in k or 'WATCHDOG' in k))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert told.stdout == b"[]\n"


@pytest.mark.parametrize("address", [None, "", "notify.sock", "vsock:2:1234"])
def test_notifier_without_a_usable_address_is_silent(address: str | None) -> None:
    environ = {} if address is None else {"NOTIFY_SOCKET": address}
    notifier = Notifier.from_environment(environ)
    notifier.ready("up")
    notifier.watchdog()
    assert notifier.watchdog_interval is None
    assert environ == {}


def test_notifier_whose_socket_vanished_logs_once_and_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address = tmp_path / "notify"
    supervisor = Supervisor(str(address))
    notifier = Notifier.from_environment(supervisor.environ)
    supervisor.close()
    address.unlink()
    with caplog.at_level(logging.WARNING):
        notifier.status("about anna@example.org")
        notifier.watchdog()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "event=notify-failed message=STATUS" in caplog.text
    assert "anna" not in caplog.text

    again = Supervisor(str(address))  # systemd was executed anew
    notifier.watchdog()
    assert again.hear() == "WATCHDOG=1"
    again.close()


def test_notifier_with_an_endless_address_does_not_raise(caplog: pytest.LogCaptureFixture) -> None:
    Notifier(f"/{'a' * 500}").watchdog()
    assert "event=notify-failed" in caplog.text


def test_notifier_that_nobody_reads_gives_up_in_time(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier.from_environment(supervisor.environ)
    for _ in range(2_000):  # until the queue of the socket is full
        notifier.watchdog()
        if caplog.records:
            break
    assert "event=notify-failed message=WATCHDOG" in caplog.text
