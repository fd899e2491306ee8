"""The archive on a small disk that fills up and is freed: told plainly, nothing lost, and it goes
on by itself. Needs root, for the disk."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from gauntlet.daemon import Workplace, until
from gauntlet.opponents import Opponents
from gauntlet.report import Report

RECIPIENTS = ("ok1@x.test", "ok2@x.test")
MEGABYTES = 20
LIVE = 60
CALM_SECONDS = 20
FULL_SECONDS = 20
REST_SECONDS = 600
QUIET_SECONDS = 75


def run(opponents: Opponents, folder: Path) -> Report:
    """Fill the disk below a running daemon, and free it; return what came of it."""
    report = Report("The archive's disk full, and free again")
    place = Workplace(folder / "disk", opponents.authority, every=5)
    place.state.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=700", "tmpfs", str(place.state)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        report.holds("root, and a disk that may be mounted", good=False)
        return report
    try:
        _fill_and_free(opponents, folder, place, report)
    finally:
        subprocess.run(["umount", "--lazy", str(place.state)], check=True)
    return report


def _fill_and_free(opponents: Opponents, folder: Path, place: Workplace, report: Report) -> None:
    live = ("--live-interval", "1", "--live-max", str(LIVE))
    with opponents.hostile(*live), opponents.mail(folder / "disk-mail") as mailbox:
        place.configure(opponents.cases(group="live"), RECIPIENTS)
        daemon = place.start()
        try:
            time.sleep(CALM_SECONDS)
            filler = place.state / "filler"
            said = place.log.stat().st_size
            filler.write_bytes(bytes(shutil.disk_usage(place.state).free))
            time.sleep(FULL_SECONDS)
            told = place.log.read_bytes()[said:].decode()
            filler.unlink()
            freed = place.log.stat().st_size
            until(
                lambda: not mailbox.missing(opponents.must_arrive(group="live"), RECIPIENTS),
                REST_SECONDS,
            )
            time.sleep(QUIET_SECONDS)
            alive = daemon.alive
            states = [feed["state"] for feed in place.ask("feeds")]
        finally:
            daemon.end()
        options = ("--groups", "live", "--log", str(place.log))
        score = opponents.score(mailbox, RECIPIENTS, *options)
    after = place.log.read_bytes()[freed:].decode()
    trouble = [line for line in told.splitlines() if "event=trouble " in line]
    report.holds("daemon alive at the end", alive)
    report.holds("the full disk is told plainly", "full" in " ".join(trouble), trouble[:1])
    report.holds("that it is over is told", "event=trouble-over" in after)
    report.most("tracebacks in the log", (told + after).count("Traceback"), 0)
    report.scored(score)
    report.most("live feeds that are not well", sum(state != "ok" for state in states), 0)
