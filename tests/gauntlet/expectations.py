"""What the gauntlet's words for each case mean in hrwatch's own: states and reasons. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gauntlet.opponents import Case

WELL = frozenset({"ok", "quiet"})
FAILING = frozenset(
    {"empty", "not-a-feed", "layout-changed", "unreachable", "refused", "gone", "invalid"}
)


class Kind(Enum):
    """What a case asks of the feed's state."""

    WELL = "well"
    FAILING = "failing"
    EITHER = "either"


@dataclass(frozen=True)
class Expected:
    """What is to be seen of a feed."""

    kind: Kind
    reason: str = ""  # the gauntlet's word for it
    pattern: str = ""  # what our reason has to match
    states: frozenset[str] = FAILING


# The gauntlet's words for a reason, and ours: the state, and what the error has to say.
_UNREACHABLE = frozenset({"unreachable"})
_NO_FEED = frozenset({"not-a-feed", "invalid", "empty"})
_REASONS: dict[str, tuple[frozenset[str], str]] = {
    "timeout": (_UNREACHABLE, r"no complete answer within"),
    "size": (_UNREACHABLE, r"\d bytes"),
    "size (decoded)": (_UNREACHABLE, r"bytes once decompressed"),
    "size / too many items": (FAILING, r"\d bytes|entries|items"),
    "headers / protocol": (_UNREACHABLE, r"headers|over the wire"),
    "connection closed": (_UNREACHABLE, r"closed the connection"),
    "connection reset": (_UNREACHABLE, r"reset by the server|before the answer was complete"),
    "incomplete or parse": (FAILING, r"complete|cut|no feed|XML|stops"),
    "incomplete": (_UNREACHABLE, r"before the answer was complete"),
    # Random bytes without a line end look like no answer at all.
    "protocol": (_UNREACHABLE, r"HTTP|headers|without an answer"),
    "DNS": (_UNREACHABLE, r"does not resolve|looked up|no complete answer within"),
    "no feed": (FAILING, r"204|no feed|not a feed"),
    "redirects": (_UNREACHABLE, r"redirect"),
    "not a feed": (_NO_FEED, r"."),
    "not a feed / parse": (_NO_FEED, r"."),
    "parse": (_NO_FEED, r"."),
    "parse/entities": (_NO_FEED, r"."),
    "address not allowed": (_UNREACHABLE, r"address guard|no http\(s\) address"),
    "scheme not allowed": (_UNREACHABLE, r"no http\(s\) address"),
    "TLS": (_UNREACHABLE, r"TLS"),
    "encoding": (_UNREACHABLE, r"compressed more than once|content encoding"),
    "encoding/size (decoded)": (_UNREACHABLE, r"content encoding|once decompressed"),
    "decode/incomplete": (_UNREACHABLE, r"compressed body stops"),
}
# Said in words of their own.
_SPECIAL = {
    "http_410": Expected(Kind.FAILING, "gone", r"410", frozenset({"gone"})),
    "redir_auth_leak": Expected(Kind.FAILING, "address not allowed", r"address guard"),
    # A server that fails at every other poll is well or not, as it happens.
    "net_flap": Expected(Kind.EITHER),
}


def expected(case: Case) -> Expected:
    """Given a case, return what its feed's state and reason have to be; raise KeyError for words
    that are not known here."""
    if case["name"] in _SPECIAL:
        return _SPECIAL[case["name"]]
    found = re.search(r"reason '([^']+)'", case["expected"])
    if not found:
        return Expected(Kind.WELL if case["n"] else Kind.EITHER)
    reason = found[1]
    if status := re.fullmatch(r"HTTP (\d+)", reason):
        states, pattern = FAILING, status[1]
    elif case["name"].startswith("dns_") and "," in reason:
        states, pattern = _REASONS["address not allowed"]
    else:
        states, pattern = _REASONS[reason]
    either = "or delivered" in case["expected"]
    return Expected(Kind.EITHER if either else Kind.FAILING, reason, pattern, states)


def fault(case: Case, feed: Mapping[str, Any]) -> str:
    """Given a case and the object of `hrwatch feeds --json`, return what is wrong; else ``""``."""
    want = expected(case)
    state, error = feed["state"], feed["error"] or ""
    well = state in WELL
    reason = not want.pattern or re.search(want.pattern, error)
    wrong = (
        (state not in WELL | FAILING, "was not polled to the end"),
        (well and want.kind is Kind.FAILING, f"is well, and should fail: {want.reason}"),
        (well and bool(error), "is well, and tells an error"),
        (not well and want.kind is Kind.WELL, "should be well"),
        (not well and not error, "tells no reason"),
        (not well and state not in want.states, f"should be {' or '.join(sorted(want.states))}"),
        (not well and not reason, f"the reason should match {want.pattern!r}"),
    )
    return next((words for holds, words in wrong if holds), "")
