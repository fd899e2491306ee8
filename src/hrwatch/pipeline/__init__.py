"""The order of things, and nothing else: which stage follows which.

    POLL    fetch → parse → unseen? → each: fetch page → extract, tag → copy of what? → store
    VISIT   an article again → fetch its page → what changed? → store
    DIGEST  match what is new → compose, render, mime → outbox
    REPLY   letter → whose, from where? → what it changes → answer, outbox
    MAIL    outbox → deliver

In `reading` `poll` visits feeds and `revisit` articles that are known; in `mailing` `digest` writes
to subscribers, `replies` heeds what they write back, `deliver` mails. What is decided is decided in
the stages and in `cadence`; what is touched is touched by the `Parts` that are handed in.
"""

from hrwatch.pipeline.mailing.deliver import MailTurns, deliver, deliver_pass
from hrwatch.pipeline.mailing.digest import digest_pass, match_pass
from hrwatch.pipeline.mailing.operator import operator_pass
from hrwatch.pipeline.mailing.preview import (
    Foreseen,
    preview_mails,
    preview_since,
    preview_waiting,
    urgent_stories,
)
from hrwatch.pipeline.mailing.replies import replies_pass
from hrwatch.pipeline.mailing.standing import next_digest_at
from hrwatch.pipeline.mailing.writing import feed_states
from hrwatch.pipeline.parts import Desk, Parts
from hrwatch.pipeline.reading.poll import due_feeds, poll_feed, poll_pass
from hrwatch.pipeline.reading.retention import keep_no_longer
from hrwatch.pipeline.reading.revisit import VisitTurns, revisit, revisit_pass

__all__ = [
    "Desk",
    "Foreseen",
    "MailTurns",
    "Parts",
    "VisitTurns",
    "deliver",
    "deliver_pass",
    "digest_pass",
    "due_feeds",
    "feed_states",
    "keep_no_longer",
    "match_pass",
    "next_digest_at",
    "operator_pass",
    "poll_feed",
    "poll_pass",
    "preview_mails",
    "preview_since",
    "preview_waiting",
    "replies_pass",
    "revisit",
    "revisit_pass",
    "urgent_stories",
]
