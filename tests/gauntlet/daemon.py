"""The daemon that is tried: its configuration, its process, what it says of itself and costs."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gauntlet.opponents import MAIL_PORT, PORT, TLS_PORTS, Case

START_SECONDS = 60
END_SECONDS = 60
_MEGABYTE = 1_000_000


def until(done: Callable[[], bool], seconds: float) -> None:
    """Wait until `done`, at most so many seconds: what was not done then is seen in the figures."""
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(2)


@dataclass
class Workplace:
    """A folder with the operator's file and the state of one daemon."""

    folder: Path
    authority: Path
    every: int = 10  # seconds between two polls
    prefix: tuple[str, ...] = ()  # what the daemon is started by, where not directly
    state: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.state = self.folder / "state"

    @property
    def log(self) -> Path:
        """What the daemons wrote to stderr, one after the other."""
        return self.folder / "daemon.log"

    def configure(self, cases: Iterable[Case], recipients: Sequence[str], **fetch: object) -> None:
        """Write the operator's file as the gauntlet's README asks for it."""
        ports = (PORT, *TLS_PORTS)
        sections = {
            "copies": "exact",
            "workers": 2,
            "fetch": {
                "contact": "mailto:gauntlet@desk.example",
                "every": f"{self.every}s",
                "backfill": "all",
                "per_domain": 16,
                "gap": "0s",
                "allow_addresses": [f"127.0.0.1:{port}" for port in ports],
                "ca_file": str(self.authority),
                **fetch,
            },
            "keywords": {
                "gauntlet": {"label": "Gauntlet", "terms": {"any": ["gauntletword"]}},
            },
            "feeds": [{"name": case["name"], "url": case["url"]} for case in cases],
            "subscribers": [
                {
                    "name": address.partition("@")[0],
                    "address": address,
                    "keywords": ["gauntlet"],
                    "send": "at once",
                }
                for address in recipients
            ],
            "mail": {
                "from": "hrwatch <digest@desk.example>",
                "transport": f"smtp://127.0.0.1:{MAIL_PORT}",
            },
        }
        (self.folder / "feeds.yaml").write_text(yaml.safe_dump(sections))

    def words(self, *words: str) -> list[str]:
        """Return the command `hrwatch WORDS` for this folder."""
        where = ("--config", "feeds.yaml", "--state-dir", str(self.state))
        return [*self.prefix, sys.executable, "-m", "hrwatch", *where, *words]

    def start(self) -> "Daemon":
        """Start the daemon."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with self.log.open("ab") as log:
            return Daemon(
                subprocess.Popen(self.words("run"), cwd=self.folder, stderr=log, env=environment)
            )

    def ask(self, *words: str) -> list[dict[str, Any]]:
        """Return what `hrwatch WORDS --json` prints."""
        ended = subprocess.run(
            self.words(*words, "--json")[len(self.prefix) :],
            cwd=self.folder,
            capture_output=True,
            check=True,
        )
        return [json.loads(line) for line in ended.stdout.splitlines()]


@dataclass
class Costs:
    """Peaks of resident memory, in MB."""

    main: float
    largest: float  # of the daemon and all its workers


@dataclass
class Daemon:
    """A running `hrwatch run`."""

    process: "subprocess.Popen[bytes]"

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it at once, as a power failure would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def peak(self) -> float:
        """Return the peak of the main process's resident memory so far, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / _MEGABYTE

    def end(self) -> Costs:
        """Ask it to end, wait until it did, and return what it cost."""
        main = self.peak()
        self.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + END_SECONDS
        while True:
            # The kernel keeps the largest peak of a process and of all those that it waited for:
            # no worker is too short-lived to be seen.
            ended, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if ended:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                return Costs(main, usage.ru_maxrss * 1024 / _MEGABYTE)
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the daemon did not end within {END_SECONDS} s")
            time.sleep(0.05)
