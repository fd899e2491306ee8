"""Settings that the configuration hands to stages: they are arguments, never read globally."""

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path

from hrwatch.model.mail import Cadence, Schedule


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How pages and feeds are asked for."""

    contact: str = "mailto:desk@example.org"
    loopback_only: bool = False  # nobody is asked while the contact is the shipped example
    timeout: timedelta = timedelta(seconds=20)  # for the whole exchange, redirects included
    max_bytes: int = 10_000_000  # decoded; the wire has the same cap
    concurrency: int = 16
    per_domain: int = 1  # requests at once to one registrable domain or bare address
    gap: timedelta = timedelta(seconds=1)  # between two requests to it
    allow_addresses: tuple[str, ...] = ()  # "127.0.0.1:8930", "[::1]:80", "10.1.0.0/16"
    ca_file: Path | None = None
    proxy: str | None = None  # socks5h://host:port, or http://host:port; a feed may have its own


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When the operator is alerted: at so many failures within such a time."""

    failures: int
    within: timedelta


_REPORT = Schedule(Cadence.WEEKLY, time(7), 0)
_ALERT = AlertRule(failures=10, within=timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Whose name mail carries and how it leaves."""

    sender: str = "hrwatch <digest@example.org>"
    transport: str = "file:outbox"
    password_file: Path | None = None  # first place to look for the mail server's password
    ca_file: Path | None = None  # whom to believe about the mail server, instead of the usual ones
    operator: str = ""  # who is told how hrwatch fares; empty: nobody, but `status` and the log
    # When the operator's report is due, in UTC, and when an alert is; None: never.
    report: Schedule | None = _REPORT
    alert: AlertRule | None = _ALERT
    templates: Path | None = None  # a folder with templates of the operator's own
    contact: str = ""  # who sends this, and where they are reached: at the end of mails
    replies: bool = False  # what is mailed to `sender` reaches `hrwatch reply`


class Tls(StrEnum):
    """When a mail server is spoken to under TLS."""

    NEVER = "smtp"  # this machine only
    UPGRADED = "smtp+starttls"  # before anything of ours is said
    ALWAYS = "smtps"


@dataclass(frozen=True, slots=True)
class Folder:
    """The transport `file:DIR`."""

    path: str  # relative to the state directory


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and as whom to log in."""

    host: str
    port: int
    tls: Tls = Tls.NEVER
    user: str = ""  # empty: without a login


@dataclass(frozen=True, slots=True)
class Program:
    """A program that takes mail as sendmail does."""

    path: Path  # absolute


@dataclass(frozen=True, slots=True)
class HopLimits:
    """What one piece of work in a worker may cost."""

    wall: timedelta = timedelta(seconds=30)
    cpu_seconds: int = 10
    memory_bytes: int = 1_500_000_000  # address space
