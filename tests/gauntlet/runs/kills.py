"""Feeds that publish all the time, and a daemon that is killed again and again: nothing is lost,
and what is told again is the same mail, at most once a kill."""

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from gauntlet.daemon import Workplace, until
from gauntlet.opponents import Opponents
from gauntlet.report import Report

RECIPIENTS = ("ok1@x.test", "ok2@x.test")
SHORTEST, LONGEST = 1.0, 5.0  # seconds of a daemon's life
LIVE = 200  # entries that each of the live feeds publishes until it is over
REST_SECONDS = 900
QUIET_SECONDS = 75  # a mail that the server did not confirm is tried again after a minute


def run(opponents: Opponents, folder: Path, kills: int) -> Report:
    """Kill the daemon so many times at random moments; return what came of it."""
    moments = random.Random(kills)  # noqa: S311 - moments, no secrets
    interval = kills * (SHORTEST + LONGEST) / 2 / LIVE
    place = Workplace(folder / "kills", opponents.authority, every=5)
    live = ("--live-interval", f"{interval:.2f}", "--live-max", str(LIVE))
    with opponents.hostile(*live), opponents.mail(folder / "kills-mail") as mailbox:
        place.configure(opponents.cases(group="live"), RECIPIENTS)
        early = 0
        for _ in range(kills):
            daemon = place.start()
            time.sleep(moments.uniform(SHORTEST, LONGEST))
            early += not daemon.alive
            daemon.kill()
        daemon = place.start()
        try:
            until(
                lambda: not mailbox.missing(opponents.must_arrive(group="live"), RECIPIENTS),
                REST_SECONDS,
            )
            time.sleep(QUIET_SECONDS)
            alive = daemon.alive
            states = [feed["state"] for feed in place.ask("feeds")]
        finally:
            daemon.end()
        options = ("--groups", "live", "--kills", str(kills), "--log", str(place.log))
        score = opponents.score(mailbox, RECIPIENTS, *options)
    report = Report(f"Killed {kills} times")
    report.holds("daemon alive at the end", alive)
    report.most("daemons that ended by themselves", early, 0)
    report.scored(score, repeats=kills)
    report.most("live feeds that are not well", sum(state != "ok" for state in states), 0)
    with closing(sqlite3.connect(place.state / "archive.db")) as archive:
        (told,) = archive.execute("PRAGMA integrity_check").fetchone()
    report.holds("integrity_check", told == "ok", told)
    return report
