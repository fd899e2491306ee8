"""What `hrwatch status` says of mail that did not arrive: to whom, when, why, and what to do."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from hrwatch.cli.output import instant
from hrwatch.model.mail import Status, Undelivered
from hrwatch.stages.digest.operator import words

_NAMED = 5  # subscribers named on one line
_ADVICE = {
    Status.REFUSED: "mend the subscriber's address, or what the server says of us; that mail is "
    "not tried again by itself: hrwatch outbox requeue ID, or drop ID",
    Status.DEFERRED: "it is tried again by itself; if it lasts, see the mail server's log",
    Status.UNKNOWN: "it may have arrived, and is sent again under the same Message-ID; if it "
    "lasts, see the mail server's log",
}
_PARKED = f"it was {words.PARKED}: {words.OF_PARKED}"


def needs(mails: Iterable[Undelivered]) -> Iterator[str]:
    """Give a line for each reason, with those it keeps mail from: when a server is away it is the
    same for everybody."""

    def reason(mail: Undelivered) -> tuple[str, bool, str]:
        return mail.status, mail.settled_at is not None, mail.detail

    for (_, _, detail), alike in groupby(sorted(mails, key=reason), key=reason):
        group = list(alike)
        names = [mail.subscriber or "the operator" for mail in group]
        is_parked = group[0].status is not Status.REFUSED and group[0].settled_at is not None
        advice = _PARKED if is_parked else _ADVICE[group[0].status]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield (
            f"mail to {', '.join(names[:_NAMED])}{more} {_since(group)}: "
            f"{detail or 'no reason was given'}: {advice}"
        )


def _since(group: list[Undelivered]) -> str:
    status = group[0].status
    settled = [mail.settled_at for mail in group if mail.settled_at]
    if settled:
        return f"was {status} at {instant(min(settled))}"
    first = min(mail.written_at for mail in group)
    again = min((mail.next_try_at for mail in group if mail.next_try_at), default=None)
    following = f", next try at {instant(again)}" if again else ""
    how = "is deferred" if status is Status.DEFERRED else "broke off at the last moment"
    return f"{how} (written at {instant(first)}, tried {_times(group)}{following})"


def _times(group: list[Undelivered]) -> str:
    most = max(mail.attempts for mail in group)
    return "once" if most == 1 else f"{most} times"
