"""Logging: one line an event on stderr, `event=… key=value`, no addresses, secrets or titles."""

import logging
import sys

# These name whole addresses with their query strings, or recipients, or each tick, at INFO.
_TALKATIVE = (
    "httpx",
    "httpcore",
    "aiosmtplib",
    "apscheduler",
    "trafilatura",
    "htmldate",
    "alembic",
    "asyncio",
)


def set_up(level: int = logging.INFO) -> None:
    """Send hrwatch's own log to stderr; libraries are heard from WARNING up."""
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(_OneLine("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[out], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class _OneLine(logging.Formatter):
    """Keeps control characters of strangers out of the operator's terminal and journal."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).split("\n")
        return "\n".join("".join(c if c.isprintable() else "\ufffd" for c in x) for x in lines)
