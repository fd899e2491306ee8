"""The service as it is shipped, under a real systemd: start, reload, hang, kill, stop."""

import re
import stat
import time
from collections.abc import Iterator

import pytest

from end_to_end.nspawn.machine import CannotBoot, Machine, obstacle
from end_to_end.nspawn.service import CONFIG, PATIENCE, STATE, Service
from newsdesk import a_reader, told

ARREST = "Belarus: six arrested over an invented letter"
MARKET = "Norway: a market that nobody opened"
STRIKE = "Peru: invented miners detained after a strike"
SECRET = "an invented password"
WATCHDOG_SECONDS = 20
DRAIN_SECONDS = 25
NOTIFY_RELOAD_SINCE = 253
INSIDE = "10.9.8.7"

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    if reason := obstacle():
        pytest.skip(reason)
    booted = Machine(tmp_path_factory.mktemp("nspawn") / "root")
    try:
        booted.boot()
    except CannotBoot as error:
        pytest.skip(f"systemd-nspawn cannot boot here: {error}")
    yield booted
    booted.power_off()


@pytest.fixture
def service(machine: Machine) -> Service:
    return Service(machine)


def test_start_polls_mails_and_tells_systemd(service: Service) -> None:
    service.feed(ARREST)
    service.configure()
    service.start()
    assert service.show("ActiveState") == "active"
    assert re.search(r"\b1 feed", service.show("StatusText"))

    (mail,) = service.await_mails(1)

    assert ARREST in told(mail)
    assert "on day 5 of its long proceedings" in service.machine.run(
        *("setpriv", "--reuid=hrwatch", "--regid=hrwatch", "--clear-groups"),
        *("/opt/hrwatch/bin/hrwatch", f"--state-dir={STATE}", "export", "--format=jsonl"),
    )  # a worker read the page, under every restriction of the unit
    for path in service.machine.path(STATE).rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert service.show("NRestarts") == "0"


def test_start_without_credentials_and_with_them(service: Service) -> None:
    service.feed()
    service.configure()
    service.start()
    listing = ("ls", "/run/credentials/hrwatch.service")
    assert service.machine.run(*listing, status=None) == ""
    for name in ("smtp-password", "archive-password"):
        service.machine.write(f"/etc/credstore/hrwatch.{name}", SECRET, 0o600)

    service.machine.run("systemctl", "restart", "hrwatch")

    assert service.machine.run(*listing).split() == ["archive-password", "smtp-password"]
    shown = service.machine.run("cat", "/run/credentials/hrwatch.service/smtp-password")
    assert shown == SECRET


def test_running_service_is_exposed_no_more_than_promised(service: Service) -> None:
    service.configure()
    service.start()
    security = service.machine.run("systemd-analyze", "security", "--no-pager", "hrwatch")
    exposure = re.search(r"Overall exposure level for hrwatch\.service: (\d\.\d)", security)
    assert exposure
    assert float(exposure[1]) <= 1.5


def test_worker_can_neither_speak_to_systemd_nor_read_secrets(service: Service) -> None:
    service.machine.write("/etc/credstore/hrwatch.smtp-password", SECRET, 0o600)
    service.feed(ARREST)
    service.configure()
    service.start()
    service.await_mails(1)  # the worker rests for half a minute
    worker = next(pid for pid, args in service.processes().items() if "hrwatch.workers" in args)

    environment = service.machine.run("cat", f"/proc/{worker}/environ").split("\0")
    limits = service.machine.run("cat", f"/proc/{worker}/status")

    names = {line.partition("=")[0] for line in environment if line}
    assert names <= {"PATH", "LANG", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TMPDIR"}
    assert "NoNewPrivs:\t1" in limits
    assert "CapEff:\t0000000000000000" in limits
    assert "Seccomp:\t2" in limits


def test_reload_puts_a_good_file_in_force(service: Service) -> None:
    service.feed(ARREST)
    service.configure()
    service.start()
    service.await_mails(1)
    main = service.show("MainPID")

    service.configure(a_reader(), a_reader(name="second", address="second@desk.example"))
    service.machine.run("systemctl", "reload", "hrwatch")
    service.machine.until(
        lambda: "event=config-in-force" in service.machine.journal(), PATIENCE, "the new file"
    )
    service.feed(ARREST, MARKET)
    mails = service.await_mails(3)

    assert sorted(mail["To"] for mail in mails[1:]) == [
        "reader@desk.example",
        "second@desk.example",
    ]
    assert ARREST not in "".join(told(mail) for mail in mails[1:])
    assert service.show("MainPID") == main


def test_reload_of_a_bad_file_keeps_the_old_in_force_and_says_so(service: Service) -> None:
    service.feed(ARREST)
    service.configure()
    service.start()
    service.await_mails(1)
    main = service.show("MainPID")

    service.configure(a_reader(contries=["BY"]))
    service.machine.run("systemctl", "reload", "hrwatch")

    said = service.machine.until(
        lambda: "feeds.yaml:" in (text := service.show("StatusText")) and text, PATIENCE, "STATUS"
    )
    assert "countries" in said
    assert service.show("ActiveState") == "active"
    service.feed(ARREST, MARKET)
    assert MARKET in told(service.await_mails(2)[1])

    service.configure()
    service.machine.run("systemctl", "reload", "hrwatch")
    service.machine.until(
        lambda: "feeds.yaml:" not in service.show("StatusText"), PATIENCE, "a STATUS that is well"
    )
    assert service.show("MainPID") == main


def test_reload_by_notify_reload_comes_back_when_the_file_is_in_force(service: Service) -> None:
    if (version := service.machine.systemd_version()) < NOTIFY_RELOAD_SINCE:
        pytest.skip(f"systemd {version} does not know notify-reload, {NOTIFY_RELOAD_SINCE} does")
    service.drop_in("notify-reload.conf")
    service.configure()
    service.start()
    main = service.show("MainPID")

    service.configure(a_reader(), a_reader(name="second"))
    service.machine.run("systemctl", "reload", "hrwatch")
    assert "event=config-in-force" in service.machine.journal()

    service.configure(a_reader(contries=["BY"]))
    service.machine.run("systemctl", "reload", "hrwatch")
    assert "feeds.yaml:" in service.show("StatusText")
    assert (service.show("MainPID"), service.show("ActiveState")) == (main, "active")


def test_hang_is_ended_by_the_watchdog_and_the_state_is_kept(service: Service) -> None:
    service.drop_in("watchdog.conf", f"[Service]\nWatchdogSec={WATCHDOG_SECONDS}s\n")
    service.feed(ARREST)
    service.configure()
    service.start()
    service.await_mails(1)
    hung = service.show("MainPID")

    service.machine.run("systemctl", "kill", "--kill-whom=main", "--signal=STOP", "hrwatch")

    service.machine.until(
        lambda: service.show("MainPID") not in (hung, "0"), WATCHDOG_SECONDS + PATIENCE, "a restart"
    )
    service.machine.until(
        lambda: service.show("ActiveState") == "active", PATIENCE, "a service that is ready"
    )
    assert service.show("NRestarts") == "1"
    service.feed(ARREST, MARKET)
    mails = service.await_mails(2)
    assert ARREST not in told(mails[1])
    journal = service.machine.journal()
    assert "Watchdog timeout" in journal
    assert "Current thread" in journal  # where it stood


def test_kill_is_followed_by_a_start_that_goes_on(service: Service) -> None:
    service.feed(ARREST)
    service.configure()
    service.start()
    service.await_mails(1)
    killed = service.show("MainPID")

    service.machine.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "hrwatch")

    service.machine.until(
        lambda: service.show("MainPID") not in (killed, "0"), PATIENCE, "a restart"
    )
    service.feed(ARREST, MARKET)
    assert ARREST not in told(service.await_mails(2)[1])


def test_stop_ends_in_good_order_and_leaves_no_process(service: Service) -> None:
    service.feed(ARREST)
    service.configure()
    service.start()
    service.await_mails(1)
    assert len(service.processes()) == 2  # a worker rests

    began = time.monotonic()
    service.machine.run("systemctl", "stop", "hrwatch")

    assert time.monotonic() - began < DRAIN_SECONDS
    assert service.show("Result") == "success"
    assert service.show("ExecMainStatus") == "0"
    assert service.processes() == {}
    assert "left-over" not in service.machine.journal()


def test_start_with_a_bad_file_fails_once_and_says_where(service: Service) -> None:
    service.configure(a_reader(timezone="Mars/Olympus"))

    service.machine.run("systemctl", "start", "hrwatch", status=1)

    time.sleep(3)  # three times RestartSec of the test
    assert service.show("ActiveState") == "failed"
    assert service.show("ExecMainStatus") == "2"
    assert service.show("NRestarts") == "0"
    assert f"{CONFIG}:" in service.machine.journal()


def test_journal_holds_no_address_no_title_and_no_secret(service: Service) -> None:
    service.machine.write("/etc/credstore/hrwatch.smtp-password", SECRET, 0o600)
    service.feed(ARREST, STRIKE)
    service.configure(a_reader(address="anna@readers.example"))
    service.start()
    service.await_mails(1)
    service.configure(a_reader(address="anna@@readers.example", contries=["BY"]))
    service.machine.run("systemctl", "reload", "hrwatch")
    service.machine.until(
        lambda: "feeds.yaml:" in service.show("StatusText"), PATIENCE, "a file that is refused"
    )
    service.machine.run("systemctl", "stop", "hrwatch")

    journal = service.machine.run("journalctl", "--no-pager", "--output=verbose", "-u", "hrwatch")

    assert "event=stopped" in journal
    for word in ("anna", "readers.example", "desk.example", SECRET, ARREST, STRIKE, "reader=9137"):
        assert word not in journal, word


def test_dynamic_user_takes_over_what_the_static_one_left(service: Service) -> None:
    service.feed(ARREST)
    service.configure()
    service.start()
    service.await_mails(1)
    service.machine.run("systemctl", "stop", "hrwatch")
    service.machine.run("sh", "-c", "userdel hrwatch; groupdel hrwatch", status=None)
    service.drop_in("dynamic-user.conf")
    service.machine.run("chmod", "a+rX", "/etc/hrwatch", CONFIG)

    service.start()

    assert service.show("ActiveState") == "active"
    service.feed(ARREST, MARKET)
    assert ARREST not in told(service.await_mails(2)[1])
    private = service.machine.path("/var/lib/private/hrwatch")
    assert (private / "archive.db").stat().st_uid >= 61_184  # of systemd's dynamic users


def test_egress_drop_in_refuses_private_networks_but_what_is_allowed(service: Service) -> None:
    if not service.machine.filters_addresses():
        pytest.skip("systemd cannot filter by address here: no unified cgroups, or no BPF")
    service.machine.run("ip", "address", "replace", f"{INSIDE}/32", "dev", "lo")
    service.drop_in("egress.conf")
    service.feed(ARREST)
    service.configure(
        feeds=[{"name": "inside", "url": f"http://{INSIDE}:8930/wire.xml"}],
        fetch=service.fetching(f"{INSIDE}:8930", timeout="2s"),
    )
    service.start()
    journal = service.machine.until(
        lambda: "event=poll" in (text := service.machine.journal()) and text, PATIENCE, "a poll"
    )
    assert "feed=inside outcome=failed" in journal
    service.machine.run("systemctl", "stop", "hrwatch")
    service.machine.run("rm", "-rf", STATE)

    service.drop_in("local.conf", f"[Service]\nIPAddressAllow={INSIDE}\n")
    service.start()

    assert ARREST in told(service.await_mails(1)[0])
