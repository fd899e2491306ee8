"""A small machine with a systemd of its own, in systemd-nspawn: /usr is the host's, read-only,
everything else is made here; its network is its own loopback.

$HRWATCH_DRILL_USR names the /usr of another system, unpacked somewhere, to try another systemd.
"""

import os
import platform
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import hrwatch

Found = TypeVar("Found")

NAME = "hrwatch-drill"
USR = Path(os.environ.get("HRWATCH_DRILL_USR", "/usr"))
BOOT_SECONDS = 60
PROGRAM = "/opt/hrwatch"
# Where the interpreter and the libraries of whoever runs the tests appear in the machine.
PYTHON = "/opt/python"
LIBRARIES = "/opt/libraries"
# The system's own interpreter comes with /usr; another is brought along.
FOREIGN_PYTHON = sys.base_prefix != "/usr"
# Only the unified hierarchy can filter by address, and tells a systemd in a container when a cgroup
# is empty: without, every death of a worker beside its parent costs TimeoutStopSec.
CGROUPS = Path("/sys/fs/cgroup")
UNIFIED = (
    *("unshare", "--mount", "sh", "-c"),
    f'umount -R {CGROUPS} && mount -t cgroup2 cgroup2 {CGROUPS} && exec "$@"',
    "sh",
)
SHIPPED = Path(__file__).parents[3] / "systemd"


class CannotBoot(Exception):
    """This computer cannot boot a machine; the text is the reason."""


def obstacle() -> str:
    """Return why no machine can be booted here, or an empty string."""
    if platform.system() != "Linux":
        return "systemd-nspawn is a Linux program"
    missing = [name for name in ("systemd-nspawn", "nsenter") if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} not installed (Debian: systemd-container, util-linux)"
    if os.geteuid() != 0:
        return "systemd-nspawn wants root"
    if not Path("/bin").is_symlink() or not (USR / "lib/systemd/systemd").exists():
        return f"not all programs are below /usr, or there is no systemd in {USR}"
    return ""


class Machine:
    """A booted machine. Files are written straight into its root; commands run inside."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._console = root.with_name(f"{root.name}.console")
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._leader = ""

    def boot(self) -> None:
        """Make the root, install hrwatch and start; raise CannotBoot with what was said."""
        self._lay_out()
        self._install()
        address = f"\0{NAME}-{os.getpid()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.bind(address)
            with self._console.open("wb") as console:
                self._nspawn = subprocess.Popen(
                    self._command(),
                    stdin=subprocess.DEVNULL,
                    stdout=console,
                    stderr=console,
                    env={
                        "PATH": os.environ["PATH"],
                        "NOTIFY_SOCKET": f"@{address[1:]}",
                        # It looks into the image for what systemd there can do: /usr is not yet in.
                        "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
                    },
                    start_new_session=True,  # Ctrl-C is for the tests, which then end it in order
                )
            self._await_ready(self._nspawn, ear)
        if FOREIGN_PYTHON:  # for its libpython, which it looks for where it was before
            self.run("ldconfig")
        # A unit of the host's that fails in here is no matter of ours.
        self.run("systemctl", "is-system-running", "--wait", status=None)

    def power_off(self) -> None:
        """Shut the machine down."""
        if self._nspawn is None:
            return
        self._nspawn.terminate()
        try:
            self._nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()

    def path(self, inside: str) -> Path:
        """Return where a file of the machine is to be found from outside."""
        return self.root / inside.lstrip("/")

    def write(self, inside: str, text: str, mode: int = 0o644) -> Path:
        """Write a file of root's; it appears whole."""
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_text(text)
        part.chmod(mode)
        return part.rename(path)

    def run(self, *command: str, status: int | None = 0, seconds: float = 120) -> str:
        """Run a command as root inside and return its output; `status` is the exit status that it
        has to end with, None for any."""
        inside = ["nsenter", "--target", self._leader, "--all", "--", *command]
        environment = {"PATH": "/usr/sbin:/usr/bin", "LANG": "C.UTF-8", "SYSTEMD_COLORS": "0"}
        ended = subprocess.run(
            inside,
            capture_output=True,
            check=False,
            timeout=seconds,
            env=environment,
        )
        said = ended.stdout.decode()
        assert status is None or ended.returncode == status, (
            f"{' '.join(command)} ended with {ended.returncode}: {said}{ended.stderr.decode()}"
        )
        return said

    def until(self, look: Callable[[], Found], seconds: float, what: str) -> Found:
        """Look again and again until something is found; fail with the journal after `seconds`."""
        end = time.monotonic() + seconds
        while not (found := look()):
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds:g} s: {what}\n{self.journal()}")
            time.sleep(0.1)
        return found

    def systemd_version(self) -> int:
        """Return the version of the systemd inside."""
        return int(self.run("systemctl", "--version").split()[1])

    def filters_addresses(self) -> bool:
        """Say whether IPAddressDeny= acts at all: a packet to ourselves must not get through."""
        send = "import socket; socket.socket(2, 2).sendto(b'', ('127.0.0.1', 9))"
        said = self.run(
            *("systemd-run", "--quiet", "--wait", "--pipe", "--property=IPAddressDeny=any"),
            *(f"{PROGRAM}/bin/python3", "-c", f"{send}; print('sent')"),
            status=None,
        )
        return "sent" not in said

    def journal(self, *options: str) -> str:
        """Return what the service wrote, and what systemd wrote about it."""
        return self.run("journalctl", "--no-pager", "--unit=hrwatch", "--output=short", *options)

    def _lay_out(self) -> None:
        """Make an empty root; users, /var and so on are systemd's to make at the boot."""
        self.root.mkdir(mode=0o755)
        self.root.chmod(0o755)  # it is "/" for everybody inside
        for name in ("etc", "opt", "run", "tmp", "usr", "var", "proc", "sys", "dev", "root"):
            self.path(name).mkdir(mode=0o755)
        for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            if Path("/", name).is_symlink():
                self.path(name).symlink_to(Path("/", name).readlink())
        shutil.copy(USR / "lib/os-release", self.path("etc/os-release"))
        self.write("/etc/hostname", f"{NAME}\n")
        self.write("/etc/hosts", f"127.0.0.1 localhost {NAME} newsroom.example\n")
        self.write("/etc/ld.so.conf", f"{PYTHON}/lib\n")
        # Not empty: that would be a first boot, which enables whatever the host has installed.
        self.write("/etc/machine-id", f"{os.urandom(16).hex()}\n")

    def _install(self) -> None:
        """Install hrwatch as its unit says: the program below /opt, unit, user and folders."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        home = PYTHON if FOREIGN_PYTHON else sys.base_prefix
        self.write(f"{PROGRAM}/pyvenv.cfg", f"home = {home}/bin\n")
        binaries = self.path(f"{PROGRAM}/bin")
        binaries.mkdir()
        (binaries / "python3").symlink_to(f"{home}/bin/{version}")
        start = "from hrwatch.cli.main import main\nmain()\n"
        self.write(f"{PROGRAM}/bin/hrwatch", f"#!{PROGRAM}/bin/python3\n{start}", 0o755)
        packages = self.path(f"{PROGRAM}/lib/{version}/site-packages")
        packages.mkdir(parents=True)
        (packages / "libraries.pth").write_text(f"{LIBRARIES}\n")
        source = Path(hrwatch.__file__).parent
        shutil.copytree(source, packages / "hrwatch", ignore=shutil.ignore_patterns("__pycache__"))
        for folder in (PYTHON, LIBRARIES):
            self.path(folder).mkdir()
        for folder in (PROGRAM, PYTHON, LIBRARIES):
            subprocess.run(["chmod", "-R", "a+rX", self.path(folder)], check=True)
        for shipped, place in (
            ("hrwatch.service", "/etc/systemd/system"),
            ("sysusers.d/hrwatch.conf", "/etc/sysusers.d"),
            ("tmpfiles.d/hrwatch.conf", "/etc/tmpfiles.d"),
        ):
            self.write(f"{place}/{Path(shipped).name}", (SHIPPED / shipped).read_text())

    def _command(self) -> list[str]:
        binds = {str(USR): "/usr", sysconfig.get_path("purelib"): LIBRARIES}
        if FOREIGN_PYTHON:
            binds[sys.base_prefix] = PYTHON
        return [
            *(() if (CGROUPS / "cgroup.controllers").exists() else UNIFIED),
            "systemd-nspawn",
            f"--directory={self.root}",
            f"--machine={NAME}-{os.getpid()}",
            *(f"--bind-ro={outside}:{inside}" for outside, inside in binds.items()),
            "--private-network",
            "--capability=CAP_BPF",  # for IPAddressDeny
            "--system-call-filter=bpf",
            "--register=no",  # the host need not run systemd itself
            "--keep-unit",
            "--link-journal=no",
            "--console=pipe",
            "--notify-ready=yes",
            "--boot",
        ]

    def _await_ready(self, nspawn: subprocess.Popen[bytes], ear: socket.socket) -> None:
        """Listen until systemd inside is up; raise CannotBoot where it does not come up."""
        ear.settimeout(1)
        end = time.monotonic() + BOOT_SECONDS
        told: dict[str, str] = {}
        while "READY" not in told and nspawn.poll() is None and time.monotonic() < end:
            with suppress(TimeoutError):
                lines = ear.recv(4096).decode().splitlines()
                told |= {name: value for name, _, value in (x.partition("=") for x in lines)}
        if "READY" not in told:
            self.power_off()
            said = self._console.read_text(errors="replace").strip().splitlines()
            raise CannotBoot(said[-1] if said else "systemd-nspawn said nothing")
        self._leader = told["X_NSPAWN_LEADER_PID"]
