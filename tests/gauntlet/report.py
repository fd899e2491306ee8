"""A run's results: checks against their bounds, rows of a table, and whether all is well."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gauntlet.expectations import expected, fault
from gauntlet.opponents import Case, Score

MOST_SHOWN = 120


@dataclass(frozen=True)
class Check:
    """One figure of a run and what it had to be."""

    what: str
    seen: object
    wanted: str
    good: bool


@dataclass
class Report:
    """What a run came to."""

    title: str
    checks: list[Check] = field(default_factory=list)
    columns: Sequence[str] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return all(check.good for check in self.checks)

    def most(self, what: str, seen: float, bound: float, unit: str = "") -> None:
        """Check that a figure is at most its bound."""
        shown = f"{seen:.1f}" if isinstance(seen, float) else f"{seen}"
        wanted = f"at most {bound:g}{unit}" if bound else "none"
        self.checks.append(Check(what, shown + unit, wanted, seen <= bound))

    def least(self, what: str, seen: float, bound: float) -> None:
        """Check that a figure is at least its bound."""
        self.checks.append(Check(what, f"{seen:g}", f"at least {bound:g}", seen >= bound))

    def holds(self, what: str, good: bool, seen: object = "") -> None:
        """Check that something is so."""
        told = str(seen)[:MOST_SHOWN] or ("yes" if good else "no")
        self.checks.append(Check(what, told, "yes", good))

    def figure(self, what: str, seen: float, unit: str = "") -> None:
        """Show a figure that has no bound of its own."""
        self.checks.append(Check(what, f"{seen:.1f}{unit}", "", good=True))

    def scored(
        self, score: Score, repeats: int = 0, shown_again: int = 0, in_links: int = 0
    ) -> None:
        """Check what the shared scorer says. `repeats` mails may be told again as they were; so
        many tokens it takes for told twice were only `shown_again` in the text of another story's
        page, and so many words for live markup stand `in_links`."""
        self.most("score.py: lost", score.figures["lost"], 0)
        self.most("score.py: forbidden", score.figures["forbidden"], 0)
        self.most("score.py: dup (bound: only shown again)", score.figures["dup"], shown_again)
        self.most("score.py: n_leaks (bound: in links)", score.figures["n_leaks"], in_links)
        self.most("score.py: repeated mails", score.figures["repeated_mails"], repeats)
        self.most("score.py: cookies sent back", len(score.figures["cookies_returned"]), 0)
        self.most("score.py: Retry-After not kept", len(score.figures["retry_after_broken"]), 0)
        samples = ("lost_sample", "dup_sample", "leaks", "forbidden_sample")
        self.notes += [f"{what}: {told}" for what in samples if (told := score.figures[what])]

    def feeds(
        self,
        cases: Sequence[Case],
        feeds: Mapping[str, Mapping[str, Any]],
        hits: Mapping[str, Mapping[str, Any]] | None = None,
        told: Mapping[str, int] | None = None,
    ) -> None:
        """Show what `hrwatch feeds --json` says of each case beside what is expected."""
        self.columns = ("case", "wanted", "state", "polls", "gap", "told", "reason", "wrong")
        for case in cases:
            name, want, feed = case["name"], expected(case), feeds[case["name"]]
            hit = (hits or {}).get(name, {})
            self.rows.append(
                (
                    name,
                    want.kind.value + (f": {want.reason}" if want.reason else ""),
                    feed["state"],
                    str(hit.get("feed", "")),
                    str(hit.get("max_gap_s") or ""),
                    f"{told[name]}/{case['n']}" if told else "",
                    (feed["error"] or "")[:MOST_SHOWN],
                    fault(case, feed),
                )
            )

    def show(self) -> None:
        """Print the rows and the checks."""
        if self.rows:
            _table((*self.columns,), self.rows)
        print(f"\n{self.title}")
        marks = [("ok" if c.good else "WRONG", c.what, str(c.seen), c.wanted) for c in self.checks]
        _table(("", "what", "seen", "wanted"), marks)
        for note in self.notes:
            print(note)
        sys.stdout.flush()


def _table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in (columns, *rows)) for i in range(len(columns))]
    for row in (columns, tuple("-" * width for width in widths), *rows):
        print(
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        )
