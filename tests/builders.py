"""Valid values of the model for tests; name in a test only what it is about.

Every story in here is invented.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from hrwatch.model.articles import Article, Candidate, Fingerprint, Reading, Record
from hrwatch.model.evidence import Capture, CaptureKind
from hrwatch.model.feeds import (
    Entry,
    Feed,
    FeedState,
    ParsedFeed,
    Redirect,
    Response,
    Validators,
)
from hrwatch.model.mail import Cadence, Interest, Mail, Match, Schedule, Subscriber
from hrwatch.model.tags import Evidence, Field, Kind, Relation, Tag
from hrwatch.text import key, normalised, title_key
from hrwatch.urls import canonical

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TITLE = "Court in Arvenia hears of torture in custody"
TEXT = (
    "Three people told a court in Arvenia that they were tortured in police custody. "
    "The story is invented, and so is the country."
)


def a_feed(**changes: Any) -> Feed:
    """A feed as the operator's file gives it."""
    return replace(Feed(name="wire", url="http://wire.example/feed.xml"), **changes)


def a_feed_state(**changes: Any) -> FeedState:
    """What the archive knows of a feed that was never polled."""
    return replace(FeedState(feed="wire", address="http://wire.example/feed.xml"), **changes)


def a_response(body: bytes = b"", **changes: Any) -> Response:
    """A document as it was fetched."""
    response = Response(
        url="http://wire.example/feed.xml",
        requested_url="http://wire.example/feed.xml",
        status=200,
        headers=(),
        content_type="text/html; charset=utf-8",
        body=body,
        validators=Validators(),
        retry_after=None,
        max_age=None,
        fetched_at=NOW,
    )
    return replace(response, **changes)


def an_entry(**changes: Any) -> Entry:
    """An entry as a feed gives it."""
    entry = Entry(
        guid="wire-1",
        permalink="http://wire.example/stories/1",
        title=TITLE,
        summary="<p>Three people told a court that they were tortured.</p>",
        published_at=NOW - timedelta(hours=3),
    )
    return replace(entry, **changes)


def a_parsed_feed(*entries: Entry, **changes: Any) -> ParsedFeed:
    """A feed document, read; with one entry if none is given."""
    parsed = ParsedFeed(
        format="rss20",
        title="The Wire",
        link="http://wire.example/",
        language="en",
        ttl=None,
        entries=entries or (an_entry(),),
    )
    return replace(parsed, **changes)


def a_capture(body: bytes = b"<p>Invented.</p>", **changes: Any) -> Capture:
    """A page as it was fetched."""
    capture = Capture(
        kind=CaptureKind.PAGE,
        record="0" * 31 + "1",
        feed="wire",
        requested_url="https://wire.example/go/1",
        url="https://wire.example/stories/1",
        redirects=(Redirect("https://wire.example/go/1", 302),),
        status=200,
        headers=(("Content-Type", "text/html"), ("Date", "Mon, 02 Mar 2026 09:00:00 GMT")),
        content_type="text/html",
        fetched_at=NOW,
        body_sha256=hashlib.sha256(body).hexdigest(),
        body_size=len(body),
        certificate_sha256="c" * 64,
        software="hrwatch 0.1.0",
    )
    return replace(capture, **changes)


def an_article(**changes: Any) -> Article:
    """A page as extracted text."""
    article = Article(
        url="http://wire.example/stories/1",
        canonical="",
        title=TITLE,
        text=TEXT,
        language="en",
    )
    return replace(article, **changes)


def an_evidence(**changes: Any) -> Evidence:
    """A word of the text above that speaks for a tag."""
    evidence = Evidence(
        rule="taxonomy:torture",
        term="tortur*",
        found="tortured",
        language="en",
        field=Field.TEXT,
        offset=TEXT.index("tortured"),
        length=len("tortured"),
    )
    return replace(evidence, **changes)


def a_tag(value: str = "torture", **changes: Any) -> Tag:
    """A tag: a keyword in lower case, a country in two capitals, a place with a hyphen."""
    kind = Kind.KEYWORD
    if value[:2].isupper():
        kind = Kind.PLACE if "-" in value else Kind.COUNTRY
    tag = Tag(kind=kind, value=value, relation=Relation.SUBJECT, evidence=(an_evidence(),))
    return replace(tag, **changes)


def a_fingerprint(title: str = TITLE, text: str = TEXT) -> Fingerprint:
    """What a copy of that text would be recognised by."""
    words = normalised(f"{title} {text}")
    return Fingerprint(text_hash=key(words) * 2, words=len(words.split()))


def a_reading(**changes: Any) -> Reading:
    """What one hop makes of an entry and its page."""
    title, text = changes.get("title", TITLE), changes.get("text", TEXT)
    reading = Reading(
        title=title,
        summary="Three people told a court that they were tortured.",
        text=text,
        language="en",
        article=an_article(title=title, text=text),
        fingerprint=a_fingerprint(title, text),
        tags=(a_tag(),),
    )
    return replace(reading, **changes)


def a_record(id: str = "0" * 31 + "1", **changes: Any) -> Record:
    """What the archive keeps of one entry: an original, seen first at `NOW`."""
    entry = changes.get("entry", an_entry())
    title, text = changes.get("title", entry.title), changes.get("text", TEXT)
    record = Record(
        id=id,
        version=1,
        feed="wire",
        entry=entry,
        permalink=canonical(entry.permalink),
        article=an_article(title=title, text=text),
        title=title,
        text=text,
        language="en",
        fingerprint=a_fingerprint(title, text),
        tags=(a_tag(),),
        copy=None,
        story=id,
        first_seen_at=NOW,
        backlog=False,
        page_sha256=None,
        extract_error=None,
    )
    return replace(record, **changes)


def a_candidate(**changes: Any) -> Candidate:
    """A record that a new one might be a copy of."""
    candidate = Candidate(
        record="0" * 31 + "1",
        feed="wire",
        feed_address="http://wire.example/feed.xml",
        permalink=canonical("http://wire.example/stories/1"),
        title_key=title_key(TITLE),
        text_hash=a_fingerprint().text_hash,
        copy_of=None,
    )
    return replace(candidate, **changes)


def a_subscriber(**changes: Any) -> Subscriber:
    """A subscriber who asked for everything; members of `Interest` may be named directly."""
    wishes = {name: changes.pop(name) for name in Interest.__slots__ if name in changes}
    subscriber = Subscriber(
        name="desk",
        address="desk@example.org",
        interest=Interest(**wishes),
        schedule=Schedule(cadence=Cadence.DAILY, at=time(7)),
    )
    return replace(subscriber, **changes)


def a_match(record: Record | None = None, **changes: Any) -> Match:
    """A record that a subscriber asked for, because of its tags."""
    record = record or a_record()
    match = Match(record=record, because=record.tags, relation=Relation.SUBJECT)
    return replace(match, **changes)


def a_mail(**changes: Any) -> Mail:
    """Frozen bytes for one recipient."""
    mail = Mail(
        message_id="<1@example.org>",
        subscriber="desk",
        recipient="desk@example.org",
        sender="digest@example.org",
        bytes=(
            b"From: hrwatch <digest@example.org>\r\nTo: desk@example.org\r\n"
            b"Subject: hrwatch\r\nMessage-ID: <1@example.org>\r\n\r\nInvented.\r\n"
        ),
    )
    return replace(mail, **changes)
