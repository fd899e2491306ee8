"""A mail server that fails in one way after another, and single recipients at which it does:
nothing is lost, nothing is told twice but where the server took a mail and never said so."""

import time
from pathlib import Path

from gauntlet.daemon import Workplace, until
from gauntlet.opponents import GOOD, RECIPIENTS, Opponents
from gauntlet.report import Report

FAULTS = (
    "refuse",
    "down",
    "silent",
    "slowbanner",
    "mailfrom4xx",
    "mailfrom5xx",
    "dropmid",
    "flaky",
)
FAULT_SECONDS = 15
MEETING_SECONDS = 60  # until a daemon that was just started has mail, on a busy machine
LIVE = 300  # entries that each of the live feeds publishes, one a second
REST_SECONDS = 1800  # a mail that met three faults is tried again after a quarter of an hour
QUIET_SECONDS = 75


def run(opponents: Opponents, folder: Path) -> Report:
    """Let the mail server have each fault for a while; return what came of it."""
    place = Workplace(folder / "mail-faults", opponents.authority, every=5)
    live = ("--live-interval", "1", "--live-max", str(LIVE))
    with opponents.hostile(*live), opponents.mail(folder / "mail-faults-mail") as mailbox:
        place.configure(opponents.cases(group="live"), RECIPIENTS)
        daemon = place.start()
        met: dict[str, int] = {}
        try:
            time.sleep(FAULT_SECONDS)
            for word in (*FAULTS, "ok"):
                mailbox.fault(word)
                # The server looks at the word when it is connected to, and a connection is kept
                # for as long as there is mail: without a new one no fault would be met.
                daemon.end()
                before = mailbox.connections()
                daemon = place.start()
                until(lambda before=before: mailbox.connections() > before, MEETING_SECONDS)
                time.sleep(FAULT_SECONDS)
                met[word] = mailbox.connections() - before
            until(
                lambda: not mailbox.missing(opponents.must_arrive(group="live"), GOOD),
                REST_SECONDS,
            )
            time.sleep(QUIET_SECONDS)
            alive = daemon.alive
        finally:
            daemon.end()
        options = ("--groups", "live", "--log", str(place.log))
        score = opponents.score(mailbox, GOOD, *options)
    report = Report("A mail server that fails")
    report.holds("daemon alive at the end", alive)
    for word in FAULTS:
        report.least(f"connections that met: {word}", met[word], 1)
    report.scored(score)
    report.least(
        "told again, with the same Message-ID, where no 250 was seen (titles)",
        score.figures["ambiguous_dup"],
        1,
    )
    return report
