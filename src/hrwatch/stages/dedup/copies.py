"""What an article is a copy of: the step between tag and store.

Copies are linked, never dropped, and nothing that a feed says can take the place of what another
one published: the same permalink counts only with the same title; of two feeds the one on the
permalink's own site is the original, whichever came first; and the text of a page that a feed
merely links to makes none of its entries a copy.
"""

import hashlib
from collections.abc import Iterable, Sequence

from hrwatch import text, urls
from hrwatch.model.articles import Candidate, Copy, CopyKind, Fingerprint
from hrwatch.stages.dedup import shingles

# Below this many words two texts are often alike by chance ("Read the full statement here"); up
# to the second bound the title must agree as well.
MIN_WORDS = 12
TITLE_COUNTS_BELOW = 50


def fingerprint(title: str, body: str) -> Fingerprint:
    """Given title and text, return what copies are recognised by."""
    heading, told = text.search_text(title), text.search_text(body)
    words = told.split()
    sketch = shingles.sketch(heading.split() + words)
    if len(words) < MIN_WORDS:
        return Fingerprint("", len(words), sketch)
    if len(words) < TITLE_COUNTS_BELOW:
        told = f"{heading}\n{told}"
    return Fingerprint(hashlib.sha256(told.encode()).hexdigest(), len(words), sketch)


def copy_of(
    *,
    feed_address: str,
    permalink: str,
    title: str,
    told: Fingerprint,
    candidates: Sequence[Candidate],
) -> Copy | None:
    """Given a new article and the records that it might repeat, return the link to its original.

    `permalink` is canonical; `candidates` come oldest first. An original is never itself a copy.
    """
    own = is_own(permalink, feed_address)
    title_key = text.title_key(title)
    for candidate in candidates:
        if _same_page(candidate, permalink, title_key) and not (
            own and not is_own(candidate.permalink, candidate.feed_address)
        ):
            if candidate.copy_of is None:
                return Copy(candidate.record, CopyKind.SAME_PERMALINK, 1.0)
            # The page is another one than the original's; what they share is the text.
            is_translation = candidate.copy_kind is CopyKind.TRANSLATION
            kind = CopyKind.TRANSLATION if is_translation else CopyKind.SAME_TEXT
            return Copy(candidate.copy_of, kind, 1.0)
    for candidate in candidates:
        if (
            own
            and told.text_hash
            and candidate.text_hash == told.text_hash
            # What repeats a translation repeats nothing of the original's text, and whose word the
            # story rests on is the publisher's, not theirs.
            and candidate.copy_kind is not CopyKind.TRANSLATION
            and is_own(candidate.permalink, candidate.feed_address)
            # One site says the same under two titles where a notice stands before every article.
            and (
                candidate.title_key == title_key
                or not urls.same_site(candidate.feed_address, feed_address)
            )
        ):
            return Copy(candidate.copy_of or candidate.record, CopyKind.SAME_TEXT, 1.0)
    return None


def repeated_before(
    *, feed_address: str, permalink: str, title: str, candidates: Iterable[Candidate]
) -> tuple[str, ...]:
    """Given an article of the publisher's own feed, return the records of others that carried its
    page before: they are copies of it, though they came first."""
    if not permalink or not is_own(permalink, feed_address):
        return ()
    title_key = text.title_key(title)
    return tuple(
        candidate.record
        for candidate in candidates
        if _same_page(candidate, permalink, title_key)
        and candidate.copy_of is None
        and not candidate.unlinked
        and not is_own(candidate.permalink, candidate.feed_address)
    )


def _same_page(candidate: Candidate, permalink: str, title_key: str) -> bool:
    return bool(permalink and title_key) and (
        (candidate.permalink, candidate.title_key) == (permalink, title_key)
    )


def is_own(permalink: str, feed_address: str) -> bool:
    """Say whether a feed speaks for the page: it lies on its own site, or there is none."""
    return not permalink or urls.same_site(permalink, feed_address)
