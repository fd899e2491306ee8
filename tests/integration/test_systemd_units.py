"""The shipped units, judged by systemd itself; nothing is installed or started."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from hrwatch.daemon.service import BEAT, DRAIN

SHIPPED = Path(__file__).parents[2] / "systemd"
DROP_INS = sorted(path.name for path in (SHIPPED / "drop-ins").glob("*.conf"))
# Where an installation has its program; `verify` wants to see it.
PROGRAM = "/opt/hrwatch/bin/hrwatch"
WORST_EXPOSURE = 1.5
NOTIFY_RELOAD_SINCE = 253

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here"
)


def version() -> int:
    told = subprocess.run(["systemd-analyze", "--version"], capture_output=True, check=True)
    found = re.match(rb"systemd (\d+)", told.stdout)
    assert found, told.stdout
    return int(found[1])


def analyze(*words: str | Path) -> tuple[int, str]:
    """Run systemd-analyze; return its status and everything that it said."""
    ended = subprocess.run(
        ["systemd-analyze", *map(str, words)],
        capture_output=True,
        check=False,
        env=os.environ | {"SYSTEMD_COLORS": "0", "SYSTEMD_EMOJI": "0", "SYSTEMD_LOG_COLOR": "0"},
    )
    return ended.returncode, (ended.stdout + ended.stderr).decode()


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The service as it would be installed, but with a program that exists here."""
    text = (SHIPPED / "hrwatch.service").read_text()
    assert f"ExecStart={PROGRAM} run\n" in text
    path = tmp_path / "hrwatch.service"
    path.write_text(text.replace(PROGRAM, sys.executable))
    return path


def with_drop_in(unit: Path, name: str) -> None:
    if name == "notify-reload.conf" and version() < NOTIFY_RELOAD_SINCE:
        pytest.skip(f"systemd {version()} does not know notify-reload, {NOTIFY_RELOAD_SINCE} does")
    folder = unit.with_name("hrwatch.service.d")
    folder.mkdir()
    shutil.copy(SHIPPED / "drop-ins" / name, folder)


def settings(path: Path) -> dict[str, dict[str, str]]:
    """The sections of a unit; of a setting that is given twice the last."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign] # names keep their case
    parser.read(path)
    return {name: dict(parser[name]) for name in parser.sections()}


def seconds(value: str) -> timedelta:
    assert value.endswith("s")
    return timedelta(seconds=int(value[:-1]))


def test_service_is_verified_without_a_word(unit: Path) -> None:
    assert analyze("verify", "--man=no", unit) == (0, "")


@pytest.mark.parametrize("name", DROP_INS)
def test_service_with_a_drop_in_is_verified_without_a_word(unit: Path, name: str) -> None:
    with_drop_in(unit, name)
    assert analyze("verify", "--man=no", unit) == (0, "")


@pytest.mark.parametrize("name", [None, *DROP_INS])
def test_service_is_exposed_no_more_than_promised(unit: Path, name: str | None) -> None:
    if name:
        with_drop_in(unit, name)
    told = analyze("security", "--offline=true", "--no-pager", unit)[1]
    exposure = re.search(r"Overall exposure level for hrwatch\.service: (\d+\.\d)", told)
    assert exposure, told
    assert float(exposure[1]) <= WORST_EXPOSURE, told


def test_drop_ins_are_seen_when_the_exposure_is_told(unit: Path) -> None:
    with_drop_in(unit, "dynamic-user.conf")
    told = analyze("security", "--offline=true", "--no-pager", unit)[1]
    assert "Service runs under a transient non-root user identity" in told


def test_service_names_what_the_daemon_relies_on() -> None:
    service = settings(SHIPPED / "hrwatch.service")["Service"]
    expected = {
        "Type": "notify",
        "KillMode": "mixed",  # or workers get SIGTERM too
        "ExecReload": "kill -HUP $MAINPID",
        "RestartPreventExitStatus": "2",
        "UMask": "0077",
        "StateDirectory": "hrwatch",
        "StateDirectoryMode": "0700",
        "OOMPolicy": "continue",  # the death of a worker is not the end of the service
    }
    assert service | expected == service
    names = re.findall(r"^LoadCredential=(.*)$", (SHIPPED / "hrwatch.service").read_text(), re.M)
    assert [name.partition(":")[0] for name in names] == ["smtp-password", "archive-password"]
    # A path would make the credential compulsory.
    assert not any("/" in name for name in names)


def test_service_gives_the_daemon_the_time_that_it_takes() -> None:
    service = settings(SHIPPED / "hrwatch.service")["Service"]
    assert seconds(service["TimeoutStopSec"]) > DRAIN + BEAT
    assert seconds(service["TimeoutStartSec"]) > 2 * BEAT  # the first time it asks for more
    assert seconds(service["WatchdogSec"]) > 2 * BEAT


def test_sysusers_makes_the_user_that_the_service_names(tmp_path: Path) -> None:
    if shutil.which("systemd-sysusers") is None:
        pytest.skip("systemd-sysusers is not installed here")
    folder = tmp_path / "etc" / "sysusers.d"
    folder.mkdir(parents=True)
    shutil.copy(SHIPPED / "sysusers.d" / "hrwatch.conf", folder)

    subprocess.run(["systemd-sysusers", f"--root={tmp_path}"], check=True, capture_output=True)

    users = (tmp_path / "etc" / "passwd").read_text().splitlines()
    name, _, number, _, comment, home, shell = next(
        line.split(":") for line in users if line.startswith("hrwatch:")
    )
    assert name == settings(SHIPPED / "hrwatch.service")["Service"]["User"]
    assert 0 < int(number) < 1000
    assert (comment, home, shell) == (
        "hrwatch news monitor",
        "/var/lib/hrwatch",
        "/usr/sbin/nologin",
    )
