"""A feed's document: asked for, read, and what is remembered of it."""

import hashlib

import hrwatch
from hrwatch import cadence, hops
from hrwatch.errors import FetchError, HopError, LayoutChanged, NoListing, NoWorker, ParseError
from hrwatch.hops import Document
from hrwatch.model.feeds import Feed, FeedState, NotModified, Response, Validators
from hrwatch.pipeline.parts import Parts
from hrwatch.stages.fetch import FEEDS, PAGES


async def ask(parts: Parts, feed: Feed, validators: Validators) -> Response | NotModified:
    """Ask for a feed's document, with validators of what it was; raise FetchError."""
    accept = PAGES if feed.page else FEEDS
    return await parts.fetcher.fetch(
        feed.address, validators=validators, accept=accept, route=feed.route
    )


async def read(
    parts: Parts, feed: Feed, state: FeedState, answer: Response, body_hash: str
) -> Document | HopError:
    """Read a document, or return how it ended its worker."""
    if bad(body_hash) == state.bad_body_hash:
        return HopError("the same document ended its worker before: it is not read again")
    told = (answer.body, answer.url, answer.content_type)
    now, language = answer.fetched_at, feed.language
    try:
        if feed.page:
            listing = hops.ListingTask(*told, feed.select, now, language)
            return await parts.workers.run(hops.read_listing, listing)
        return await parts.workers.run(hops.read_feed, hops.FeedTask(*told, now, language))
    except NoWorker:
        raise  # the machine, not the document, is at fault
    except HopError as error:
        return error
    except NoListing as error:
        raise _no_entries(error, feed, state) from error


async def lied(parts: Parts, feed: Feed, state: FeedState) -> bool:
    """Given a feed whose document was just seen to hold something new, say whether its server,
    asked with the validators, claims that nothing changed. Asked only at a look, for the proof."""
    if not cadence.is_a_look(state, feed):
        return False
    try:
        return isinstance(await ask(parts, feed, state.validators), NotModified)
    except FetchError:
        return False  # no proof, and no failure either: the document was read; the next look tells


def bad(body_hash: str) -> str:
    """Return what a document that ended its worker is remembered by: another version of hrwatch
    tries it again."""
    return hashlib.sha256(f"{hrwatch.__version__} {body_hash}".encode()).hexdigest()


def in_part(body_hash: str) -> str:
    """Return what a document is remembered by of which something is still to be looked at."""
    return hashlib.sha256(f"in part {body_hash}".encode()).hexdigest()


def _no_entries(error: NoListing, feed: Feed, state: FeedState) -> ParseError:
    """Return what a listing page without entries means: it never had any, or it has changed. What
    was read from it before is left alone."""
    command = f"hrwatch try feed {feed.address}"
    if not state.entries:
        return NoListing(f"{error}: look at it with `{command}`, and name its entries with select")
    return LayoutChanged(
        f"{error}, where there were {state.entries} entries: see what is left with `{command}`, "
        "and name its entries with select"
    )
