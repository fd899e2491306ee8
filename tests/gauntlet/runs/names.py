"""Names that resolve to guarded addresses, now or at the second look: a name server of the
gauntlet's own, for a daemon in a mount namespace of its own. Needs root, and `unshare`."""

import os
import shutil
import time
from pathlib import Path

from gauntlet.daemon import Workplace
from gauntlet.expectations import fault
from gauntlet.opponents import Opponents
from gauntlet.report import Report

SERVER = "127.0.0.53"
SECONDS = 90  # the one that never answers takes its time
RECIPIENTS = ("ok1@x.test",)


def run(opponents: Opponents, folder: Path) -> Report:
    """Let the daemon look names up at the gauntlet's name server; return what came of it."""
    report = Report("Names that resolve to guarded addresses")
    if os.geteuid() or not shutil.which("unshare"):
        report.holds("root, and unshare", good=False)
        return report
    place = Workplace(folder / "names", opponents.authority)
    resolver = place.folder / "resolv.conf"
    resolver.write_text(f"nameserver {SERVER}\n")
    mounted = f'mount --bind {resolver} /etc/resolv.conf && exec "$@"'
    place.prefix = ("unshare", "--mount", "sh", "-c", mounted, "sh")
    with (
        opponents.hostile("--dns", f"{SERVER}:53"),
        opponents.mail(folder / "names-mail") as mailbox,
    ):
        cases = [*opponents.cases(group="dns"), *opponents.cases(only="net_nxdomain,healthy_rss")]
        place.configure(cases, RECIPIENTS)
        daemon = place.start()
        try:
            time.sleep(SECONDS)
            alive = daemon.alive
            feeds = {feed["name"]: feed for feed in place.ask("feeds")}
        finally:
            daemon.end()
        options = ("--groups", "none", "--log", str(place.log))
        score = opponents.score(mailbox, RECIPIENTS, *options)
        asked = opponents.names_asked()
    report.feeds(cases, feeds)
    report.holds("daemon alive at the end", alive)
    report.least("names of the gauntlet looked up", len(asked), len(cases) - 1)
    wrong = [case["name"] for case in cases if fault(case, feeds[case["name"]])]
    report.most("feeds in another state, or with another reason, than expected", len(wrong), 0)
    report.most("connections to guarded addresses", score.figures["forbidden"], 0)
    report.most("leaks", score.figures["n_leaks"], 0)
    return report
