"""When to poll a feed next and in which state it is: pure decisions after each poll; and when to
look at an article again.

after_reading        a document was read to its end
after_nothing_new    the server, or the body's hash, says that nothing changed
after_failure        the feed could not be had or read
after_our_trouble    this machine could not do its part: no fault of the feed

failures  how much a failure weighs      moving   where a feed says that it has moved
rhythm    how often a feed brings news   trust    whether its validators are believed
waits     when it is asked again, because of what
visits    when an article's page is looked at again, and what is found there
"""

from hrwatch.cadence.moving import proposal
from hrwatch.cadence.polls import (
    after_failure,
    after_nothing_new,
    after_our_trouble,
    after_reading,
    is_backlog,
)
from hrwatch.cadence.trust import is_a_look, validators_to_ask_with

__all__ = [
    "after_failure",
    "after_nothing_new",
    "after_our_trouble",
    "after_reading",
    "is_a_look",
    "is_backlog",
    "proposal",
    "validators_to_ask_with",
]
