"""All cases at once, but the ones that publish all the time: what `hrwatch` says of each feed, what
arrives, what it costs beside a daemon that reads the healthy feeds alone."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

from gauntlet import mails
from gauntlet.daemon import Costs, Daemon, Workplace, until
from gauntlet.expectations import fault
from gauntlet.opponents import GOOD, RECIPIENTS, Case, Mailbox, Opponents
from gauntlet.report import Report

POLLS = 5
LEAST_SECONDS = 150  # until whoever hangs, at a page or at a feed, was given up more than once
MOST_SECONDS = 900
QUIET_SECONDS = 75  # after the last token: a mail that is told again comes after a minute
MOST_LATER = 20  # seconds: a single server may hang for so long (fetch.timeout)
MOST_EXTRA_MEGABYTES = 64
MOST_WORKER_MEGABYTES = 512


def run(opponents: Opponents, folder: Path) -> Report:
    """Run all cases, and the healthy ones alone before; return what came of it."""
    baseline, calm = _baseline(opponents, folder)
    place = Workplace(folder / "whole", opponents.authority)
    with opponents.hostile(), opponents.mail(folder / "whole-mail") as mailbox:
        cases = opponents.cases(skip="live")
        place.configure(cases, RECIPIENTS)
        daemon = place.start()
        try:
            _live(opponents, daemon, mailbox)
            alive = daemon.alive
            feeds = {feed["name"]: feed for feed in place.ask("feeds")}
            hits = opponents.hits()
        finally:
            costs = daemon.end()
        score = opponents.score(mailbox, GOOD, "--skip", "live", "--log", str(place.log))
        never = opponents.never_live()
    report = Report("All cases but the live ones")
    arrived = _arrived(mailbox)
    report.feeds(cases, feeds, hits=hits["cases"], told=arrived)
    wrong = [case["name"] for case in cases if fault(case, feeds[case["name"]])]
    report.holds("daemon alive at the end", alive)
    report.least("cases polled", score.figures["cases_hit"], _reachable(cases))
    report.most("feeds in another state, or with another reason, than expected", len(wrong), 0)
    harmful, in_links = mails.live(mailbox, never)
    shown_again = mails.only_shown_again(mailbox)
    report.scored(score, shown_again=len(shown_again), in_links=in_links)
    report.most("stories told twice, by their headings", len(mails.told_twice(mailbox)), 0)
    report.most("strings that are live in a mail", harmful, 0)
    healthy = [case["name"] for case in cases if case["group"] == "healthy"]
    report.least("polls of a healthy feed", min(_polls(hits, name) for name in healthy), POLLS)
    alone, beside = _gaps(calm, healthy), _gaps(hits, healthy)
    later = max(after - before for before, after in zip(alone, beside, strict=True))
    report.figure("longest time between two polls of a healthy feed, alone", max(alone), " s")
    report.figure("the same, beside the hostile ones", max(beside), " s")
    report.most("more of it, for the feed with whom it is most", later, MOST_LATER, " s")
    report.figure("main process at its peak, healthy feeds alone", baseline.main, " MB")
    extra = costs.main - baseline.main
    report.most("more of it beside the hostile", extra, MOST_EXTRA_MEGABYTES, " MB")
    report.most("largest process of all", costs.largest, MOST_WORKER_MEGABYTES, " MB")
    return report


def _baseline(opponents: Opponents, folder: Path) -> tuple[Costs, dict[str, Any]]:
    place = Workplace(folder / "baseline", opponents.authority)
    with opponents.hostile(), opponents.mail(folder / "baseline-mail"):
        cases = opponents.cases(group="healthy")
        place.configure(cases, RECIPIENTS)
        daemon = place.start()
        try:
            names = [case["name"] for case in cases]
            until(lambda: not daemon.alive or _often(opponents, names), MOST_SECONDS)
            hits = opponents.hits()
        finally:
            costs = daemon.end()
    return costs, hits


def _live(opponents: Opponents, daemon: Daemon, mailbox: Mailbox) -> None:
    """Wait until the healthy feeds were polled often enough and every token has arrived, and
    longer."""
    must = opponents.must_arrive(skip="live")
    healthy = [case["name"] for case in opponents.cases(group="healthy")]
    begun = time.monotonic()
    until(
        lambda: (
            not daemon.alive or (_often(opponents, healthy) and not mailbox.missing(must, GOOD))
        ),
        MOST_SECONDS,
    )
    time.sleep(max(QUIET_SECONDS, LEAST_SECONDS - (time.monotonic() - begun)))


def _often(opponents: Opponents, names: list[str]) -> bool:
    hits = opponents.hits()
    return all(_polls(hits, name) >= POLLS for name in names)


def _polls(hits: dict[str, Any], name: str) -> int:
    return int(hits["cases"].get(name, {}).get("feed", 0))


def _gaps(hits: dict[str, Any], names: list[str]) -> list[float]:
    return [hits["cases"].get(name, {}).get("max_gap_s") or 0.0 for name in names]


def _reachable(cases: list[Case]) -> int:
    """Count the cases whose server can be reached as far as a request."""
    return sum(not ("tls" in case and case["tls"] != "ok") for case in cases)


def _arrived(mailbox: Mailbox) -> dict[str, int]:
    """Return by case how many of its tokens were mailed to somebody."""
    tokens = {token for mail in mailbox.accepted() for token in mail["tokens"]}
    return Counter(token.removeprefix("GX-").rpartition("-")[0] for token in tokens)
