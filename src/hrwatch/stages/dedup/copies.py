"""What an article is a copy of: the step between tag and store.

Copies are linked, never dropped, and nothing that a feed says can take the place of what another
one published: the same permalink counts only with the same title; of two feeds the one on the
permalink's own site is the original, whichever came first; and the text of a page that a feed
merely links to makes none of its entries a copy.
"""

import hashlib
from collections.abc import Iterable

from hrwatch import text, urls
from hrwatch.model.articles import Candidate, Copy, CopyKind, Fingerprint

# Below this many words two texts are often alike by chance ("Read the full statement here"); up
# to the second bound the title must agree as well.
MIN_WORDS = 12
TITLE_COUNTS_BELOW = 50


def fingerprint(title: str, body: str) -> Fingerprint:
    """Given title and text, return what copies are recognised by."""
    told = text.search_text(body)
    words = told.count(" ") + 1 if told else 0
    if words < MIN_WORDS:
        return Fingerprint(text_hash="", words=words)
    if words < TITLE_COUNTS_BELOW:
        told = f"{text.search_text(title)}\n{told}"
    return Fingerprint(hashlib.sha256(told.encode()).hexdigest(), words)


def copy_of(
    *,
    feed_address: str,
    permalink: str,
    title: str,
    told: Fingerprint,
    candidates: Iterable[Candidate],
) -> Copy | None:
    """Given a new article and the records that it might repeat, return the link to its original.

    `permalink` is canonical; `candidates` come oldest first. An original is never itself a copy.
    """
    own_site = _own(permalink, feed_address)
    title_key = text.title_key(title)
    text_copy: Copy | None = None
    for candidate in candidates:
        original = candidate.copy_of or candidate.record
        if permalink and candidate.permalink == permalink:
            if not title_key or candidate.title_key != title_key:
                continue
            if own_site and not _own(candidate.permalink, candidate.feed_address):
                continue  # ours is the publisher's own feed: it is the original
            return Copy(original, CopyKind.SAME_PERMALINK, 1.0)
        if (
            text_copy is None
            and told.text_hash
            and candidate.text_hash == told.text_hash
            and own_site
            and _own(candidate.permalink, candidate.feed_address)
        ):
            text_copy = Copy(original, CopyKind.SAME_TEXT, 1.0)
    return text_copy


def _own(permalink: str, feed_address: str) -> bool:
    """Say whether a feed speaks for the page: it lies on its own site, or there is none."""
    return not permalink or urls.same_site(permalink, feed_address)
