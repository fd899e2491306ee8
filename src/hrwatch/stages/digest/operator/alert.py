"""An alert: what the operator has to know before the next report. Pure; English, plain text."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hrwatch import text
from hrwatch.model.feeds import State
from hrwatch.model.mail import Page
from hrwatch.model.operating import Trouble, TroubleKind
from hrwatch.model.settings import AlertRule
from hrwatch.stages.digest.layout import wrap
from hrwatch.stages.digest.operator.decide import Decision
from hrwatch.stages.digest.operator.words import grouped, moment, numbered, span

_SUBJECTS = {
    TroubleKind.DISK: "the disk is nearly full",
    TroubleKind.TRANSPORT: "no mail leaves",
    TroubleKind.DIGEST: "a digest cannot be written",
    TroubleKind.KEY: "a subscriber's key cannot be used",
    TroubleKind.SUSPENDED: "a subscriber's address is refused",
}
_CLOSING = (
    "Each of these is told once. What goes on failing stands in the weekly report, and at any time "
    "in `hrwatch status`. You get this because mail.operator names your address; mail.alert says "
    "when, and `alert: off` ends it."
)


def alert(decision: Decision, rule: AlertRule, version: str, now: datetime) -> Page:
    """Given what is to be told, return the mail's text."""
    blocks = [[f"hrwatch needs a hand: {moment(now)}"]]
    if decision.at_once:
        blocks.append(list(numbered(decision.at_once)))
    if decision.many:
        blocks += _many(decision.many, rule)
    blocks.append([wrap(_CLOSING), f"hrwatch {version}"])
    body = "\n\n".join("\n".join(block) for block in blocks)
    return Page(_subject(decision, rule), f"{body}\n", "", ())


def _subject(decision: Decision, rule: AlertRule) -> str:
    parts = []
    kinds = {one.kind for one in decision.at_once}
    if len(kinds) == 1 and len(decision.at_once) == 1:
        parts.append(_SUBJECTS[decision.at_once[0].kind])
    elif decision.at_once:
        parts.append(f"{len(decision.at_once)} things need a hand")
    if decision.many:
        parts.append(f"{len(decision.many)} failures within {span(rule.within)}")
    return f"hrwatch: {' and '.join(parts)}"


def _many(failures: Sequence[Trouble], rule: AlertRule) -> Iterator[list[str]]:
    """Give the failures by what is to be done about them."""
    yield [
        wrap(
            f"{text.counted(len(failures), 'failure')} within {span(rule.within)}; an alert is due "
            f"at {rule.failures} (mail.alert)."
        )
    ]
    unreachable = sum(one.state is State.UNREACHABLE for one in failures)
    if unreachable * 2 > len(failures):
        yield [
            wrap(
                "Most of them are feeds that cannot be reached. When so many fail at once, look at "
                "this machine first: its network, its name server, its proxy (`hrwatch doctor`)."
            )
        ]
    for told, remedy in grouped(failures):
        yield [wrap(told, first="- "), wrap(remedy, first="  ")]
