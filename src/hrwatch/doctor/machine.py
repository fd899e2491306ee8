"""The doctor on the machine: its clock, its time zones, what is installed, who supervises."""

import importlib.metadata
import platform
import sqlite3
import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from hrwatch.doctor.findings import Finding, fine, trouble, warning

# What the whole rests on; the rest comes with them or is seen to be missing at once.
PACKAGES = ("feedparser", "httpx", "trafilatura", "SQLAlchemy", "APScheduler")
_SLACK = timedelta(minutes=5)
_SUPERVISED = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY")


def clock(now: datetime, files: Mapping[str, datetime], newest: datetime | None) -> Finding:
    """Given the time, when files were written, by what they are, and the newest record's time, all
    of which should be past, judge the clock."""
    told = f"it is {now:%Y-%m-%d %H:%M} UTC"
    later = {name: moment for name, moment in files.items() if moment > now + _SLACK}
    if later:
        name, moment = max(later.items(), key=lambda mark: mark[1])
        return trouble(
            f"{told} by the clock, but {name} is from {moment:%Y-%m-%d %H:%M} UTC",
            "set the clock (timedatectl set-ntp true): by a wrong one, digests come at wrong times",
        )
    if newest is not None and newest > now + _SLACK:
        return warning(
            f"{told} by the clock, but the newest record is from {newest:%Y-%m-%d %H:%M} UTC",
            "set the clock where it is wrong (timedatectl set-ntp true); where it is right now, it "
            "was ahead once, and nothing need be done",
        )
    return fine(f"{told}; nothing here is from later")


def file_times(paths: Mapping[str, Path]) -> dict[str, datetime]:
    """Return when each of these files was last written; those that are not there are left out."""
    from_utc = zoneinfo.ZoneInfo("UTC")
    return {
        name: datetime.fromtimestamp(path.stat().st_mtime, from_utc)
        for name, path in paths.items()
        if path.exists()
    }


def zones(wanted: Iterable[str]) -> Finding:
    """Load the time zones of the subscribers."""
    names = sorted(set(wanted) | {"UTC"})
    missing = []
    for name in names:
        try:
            zoneinfo.ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            missing.append(name)
    if missing:
        return trouble(
            f"there is no time zone {', '.join(missing)}",
            "install the system's tzdata, or pip install tzdata beside hrwatch",
        )
    return fine(f"{', '.join(names[:5])}{' …' if names[5:] else ''}: found")


def versions() -> Finding:
    """Tell what is installed of what hrwatch rests on."""
    found, missing = [f"Python {platform.python_version()}"], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return trouble(f"{', '.join(missing)} is missing", "install hrwatch anew, with pip")
    return fine(", ".join([*found, f"SQLite {sqlite3.sqlite_version}"]))


def supervisor(environ: Mapping[str, str]) -> Finding:
    """Tell what systemd gave this process; the daemon's own surroundings may be others."""
    given = [name for name in _SUPERVISED if environ.get(name)]
    if not given:
        return fine("not started by systemd; the daemon may well be: systemctl status hrwatch")
    return fine(f"systemd gave {', '.join('$' + name for name in given)}")
