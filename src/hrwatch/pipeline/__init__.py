"""The order of things, and nothing else: which stage follows which.

    POLL    fetch → parse → unseen? → each: fetch page → extract, tag → copy of what? → store
    VISIT   an article again → fetch its page → what changed? → store
    DIGEST  match what is new → compose, render, mime → outbox
    REPLY   letter → whose, from where? → what it changes → answer, outbox
    MAIL    outbox → deliver

`poll` visits feeds, `revisit` articles that are known, `digest` writes to subscribers, `replies`
heeds what they write back, `deliver` mails. What is decided is decided in the stages and in
`cadence`; what is touched is touched by the `Parts` that are handed in.
"""

from hrwatch.pipeline.deliver import MailTurns, deliver, deliver_pass
from hrwatch.pipeline.digest import digest_pass, match_pass
from hrwatch.pipeline.operator import operator_pass
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.poll import due_feeds, poll_feed, poll_pass
from hrwatch.pipeline.preview import Foreseen, preview_mails, preview_since, preview_waiting
from hrwatch.pipeline.replies import replies_pass
from hrwatch.pipeline.retention import keep_no_longer
from hrwatch.pipeline.revisit import VisitTurns, revisit, revisit_pass
from hrwatch.pipeline.standing import next_digest_at
from hrwatch.pipeline.writing import Desk, feed_states

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
]
