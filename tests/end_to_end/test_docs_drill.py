"""The commands of docs/operating.md that need root and systemd, one after the other as they stand
there, in a machine of their own. Left out is what needs a network or a PostgreSQL."""

import re
import shutil
from collections.abc import Iterator

import pytest
import yaml

from end_to_end.nspawn.machine import CannotBoot, Machine, obstacle
from end_to_end.nspawn.service import CONFIG, NEWSROOM, Service
from newsdesk import a_reader
from pages import OPERATING, ROOT, Block, blocks

ARREST = "Belarus: six arrested over an invented letter"
CLONE = "/root/hrwatch"
# /usr is the host's here, and read-only.
PROGRAMS = "/opt/bin"
NOT_HERE = re.compile(r"^.*(?:bin/pip|-m venv|-u postgres).*\n", re.MULTILINE)
CREDENTIAL = "/etc/credstore/hrwatch.smtp-password"
BACKUP = "/var/backups/hrwatch/archive-2026-11-22.db"

pytestmark = pytest.mark.drill


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A machine with the program in /opt/hrwatch and nothing else of it, and a clone in /root."""
    if reason := obstacle():
        pytest.skip(reason)
    machine = Machine(tmp_path_factory.mktemp("docs") / "root")
    try:
        machine.boot()
    except CannotBoot as error:
        pytest.skip(f"systemd-nspawn cannot boot here: {error}")
    service = Service(machine)
    for name in ("sysusers.d/hrwatch.conf", "tmpfiles.d/hrwatch.conf"):
        machine.path(f"/etc/{name}").unlink()
    machine.path("/etc/systemd/system/hrwatch.service").unlink()
    for name in ("config", "systemd", "requirements"):
        shutil.copytree(ROOT / name, machine.path(f"{CLONE}/{name}"))
    machine.path(PROGRAMS).mkdir()
    machine.path("/etc/cron.d").mkdir(exist_ok=True)
    yield service
    machine.power_off()


def done(service: Service, text: str) -> str:
    """Run a block as root in the clone; return what it printed."""
    here = NOT_HERE.sub("", text).replace("/usr/local/bin", PROGRAMS)
    here = here.replace(f"cat > {CREDENTIAL}", f"echo invented > {CREDENTIAL}")
    # A line of the journal that nobody looked for is no failure.
    here = re.sub(r"^(journalctl .*)$", r"\1 || test $? = 1", here, flags=re.MULTILINE)
    start = f"cd {CLONE}; PATH={PROGRAMS}:$PATH"
    return service.machine.run("bash", "-euo", "pipefail", "-c", f"{start}\n{here}")


def ready_for(service: Service, block: Block) -> None:
    """Do what the reader did meanwhile: the page's other blocks tell it."""
    if "enable --now" in block.text:
        shipped = service.machine.path(CONFIG)
        assert yaml.safe_load(shipped.read_text())["feeds"], "it was put there"
        service.feed(ARREST)
        wire = {"name": "amnesty-en", "url": f"http://{NEWSROOM}/wire.xml"}
        service.configure(a_reader(), feeds=[wire])
        assert "good. 1 feed " in done(service, "hrwatch check")
        assert "1 new entries" in done(service, "hrwatch once")
    if BACKUP in block.text:
        done(service, f"hrwatch backup {BACKUP}")


def test_commands_for_root_do_what_the_page_says(service: Service) -> None:
    said: dict[str, str] = {}
    for block in blocks(OPERATING):
        if block.note == "elsewhere":
            ready_for(service, block)
            said[block.text.split("\n")[0]] = done(service, block.text)

    assert re.search(r'Status: "1 feed, 0 failing', said["systemctl enable --now hrwatch"])
    examined = next(told for command, told in said.items() if command.startswith("systemd-run"))
    assert re.search(r"^ok +mail ", examined, re.MULTILINE)
    assert "event=started" in said["journalctl -u hrwatch --since today"]
    assert service.show("ActiveState") == "active"
    assert len(service.mails()) == 1
