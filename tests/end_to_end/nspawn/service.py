"""The installed service in a machine, with a newsroom on the machine's loopback: what an operator
does to it, and what can be seen of it. All stories are invented."""

import os
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from xml.sax.saxutils import escape

import yaml

from end_to_end.nspawn.machine import PROGRAM, SHIPPED, Machine
from newsdesk import a_page, a_reader

INTERPRETER = f"{PROGRAM}/bin/python3"
# A name, so that resolving one is tried under the unit's restrictions; see Machine's /etc/hosts.
NEWSROOM = "newsroom.example:8930"
ALLOWED = "127.0.0.1:8930"
PAGES = "/srv/newsroom"
STATE = "/var/lib/hrwatch"
DROP_INS = "/etc/systemd/system/hrwatch.service.d"
CONFIG = "/etc/hrwatch/feeds.yaml"
# What is waited for: a poll every two seconds, digests and mail every five.
PATIENCE = 60


class Service:
    """One installation from its beginning: nothing polled, nothing mailed, stopped."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        machine.run("systemctl", "stop", "hrwatch", status=None)
        machine.run("systemctl", "reset-failed", "hrwatch", status=None)
        machine.run("rm", "-rf", STATE, "/var/lib/private/hrwatch", DROP_INS, CONFIG, PAGES)
        machine.run("rm", "-rf", "/etc/credstore")
        machine.run("mkdir", "-p", PAGES)
        machine.run("systemd-sysusers", "hrwatch.conf")
        machine.run("systemd-tmpfiles", "--create", "hrwatch.conf")
        # Tests cannot wait half a minute for every restart.
        self.drop_in("test.conf", "[Service]\nRestartSec=1s\n")
        machine.run(
            *("systemd-run", "--quiet", "--collect", "--unit=newsroom", INTERPRETER),
            *("-m", "http.server", "--directory", PAGES, "8930"),
            status=None,  # it may be there already
        )
        machine.run("journalctl", "--rotate", "--vacuum-time=1s", status=None)
        self._changes = 0

    def feed(self, *stories: str) -> None:
        """Publish a feed with these titles, each with a page of its own."""
        dated = format_datetime(datetime.now(UTC) - timedelta(hours=1))
        items = ""
        for number, title in enumerate(stories):
            page = a_page(title).partition(b"\r\n\r\n")[2].decode()
            self.machine.write(f"{PAGES}/{number}.html", page)
            items += (
                f"<item><title>{escape(title)}</title><guid>{number}</guid>"
                f"<link>http://{NEWSROOM}/{number}.html?reader=9137</link>"
                f"<pubDate>{dated}</pubDate></item>"
            )
        text = f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'
        written = self.machine.write(f"{PAGES}/wire.xml", text)
        # The server answers 304 to what changed within one second.
        self._changes += 1
        changed_at = time.time() - 1000 + 2 * self._changes
        os.utime(written, (changed_at, changed_at))

    def configure(self, *subscribers: dict[str, object], **changes: object) -> None:
        """Write the operator's file, with the owner and mode that the documentation asks for."""
        sections: dict[str, object] = {
            "workers": 1,
            "fetch": self.fetching(ALLOWED),
            "feeds": [{"name": "wire", "url": f"http://{NEWSROOM}/wire.xml"}],
            "subscribers": list(subscribers) or [a_reader()],
        }
        self.machine.write(CONFIG, yaml.safe_dump(sections | changes), 0o640)
        self.machine.run("chgrp", "hrwatch", CONFIG)

    def fetching(self, *allowed: str, **changes: object) -> dict[str, object]:
        """Return the section `fetch` of a file by which these addresses may be asked."""
        return {
            "contact": "mailto:test@desk.example",
            "allow_addresses": list(allowed),
            "every": "2s",
            "gap": "0s",
        } | changes

    def drop_in(self, name: str, text: str = "") -> None:
        """Install a drop-in: the shipped one of that name, or this text."""
        shipped = SHIPPED / "drop-ins" / name
        self.machine.write(f"{DROP_INS}/{name}", text or shipped.read_text())
        self.machine.run("systemctl", "daemon-reload")

    def start(self) -> None:
        """Start it; it is ready when this comes back."""
        self.machine.run("systemctl", "start", "hrwatch")

    def show(self, name: str) -> str:
        """Return a property of the unit, as `systemctl show` has it."""
        return self.machine.run("systemctl", "show", "--value", f"--property={name}", "hrwatch")[
            :-1
        ]

    def processes(self) -> dict[str, str]:
        """Return the command line of each process of the service, by its number."""
        listed = self.machine.run("ps", "-o", "pid=,args=", "-u", "hrwatch", status=None)
        return {
            pid: args
            for pid, _, args in (x.strip().partition(" ") for x in listed.split("\n"))
            if pid
        }

    def mails(self) -> list[EmailMessage]:
        """Return what lies in the outbox folder, the oldest first."""
        folder = self.machine.path(f"{STATE}/outbox")
        paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]

    def await_mails(self, count: int) -> list[EmailMessage]:
        """Wait for that many mails, and see that there are no more."""
        self.machine.until(lambda: len(self.mails()) >= count, PATIENCE, f"{count} mails")
        found = self.mails()
        assert len(found) == count
        return found
