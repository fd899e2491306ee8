"""Wherever a digest cites a feed, it shows nobody's number: every place at once. All invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from builders import a_feed, a_match, a_record, a_subscriber, a_tag, an_entry, an_evidence
from hrwatch.model.articles import Change, Copy, CopyKind
from hrwatch.model.feeds import Coverage
from hrwatch.model.mail import Detail, Earlier, Reason
from hrwatch.model.tags import Field, Relation
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.render import render

NOW = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)
# What must not be read, and what of it would be enough to find somebody.
CONTACTS = {
    "+375 29 123-45-67": "123-45-67",
    "тел. 22-33-44": "22-33-44",
    "هاتف ٠٢-٢٣٤٥٦٧٨": "٢٣٤٥٦٧٨",
    "anna.kovalenka@readers.example": "kovalenka",
    "olga at readers dot org": "readers dot",
    "паспорт МР1234567": "1234567",
    "CPF 529.982.247-25": "982.247",
    "身份证11010519491231002X": "19491231",
    "4111 1111 1111 1111": "1111 1111",
    "GB82 WEST 1234 5698 7654 32": "5698",
}


@pytest.mark.parametrize("detail", [Detail.USUAL, Detail.TITLES])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("contact", CONTACTS)
def test_digest_shows_nobodys_number_anywhere(contact: str, language: str, detail: Detail) -> None:
    title = f"Court of Lesk heard torture, says {contact}"
    text = f"They were tortured. The sister, {contact}, waits for news. In 2026 12 345 people wait."
    words = (
        an_evidence(found="tortured", offset=text.index("tortured"), length=8),
        an_evidence(found=contact, offset=text.index(contact), length=len(contact)),
        an_evidence(found=contact, field=Field.TITLE, offset=title.index(contact), length=5),
        an_evidence(found=contact, field=Field.CATEGORIES, offset=0, length=len(contact)),
    )
    entry = an_entry(title=title, permalink="https://wire.example/1")
    new = a_record("new", entry=entry, title=title, text=text, tags=(a_tag(evidence=words),))
    copied = replace(
        new,
        id="copied",
        feed="herald",
        title=f"Other words, {contact}",
        permalink="https://herald.example/1",
        copy=Copy("new", CopyKind.NEAR_TEXT, 0.9),
    )
    change = Change(
        title=(f"Before {contact}", f"After {contact}"),
        added=(f"A hearing was held, call {contact}.",),
        removed=(f"Gone: {contact}.",),
        replaced=((f"old {contact}", f"new {contact}"),),
    )
    changed = replace(
        new, id="changed", story="changed", version=2, seen_at=NOW, change=change, title=title
    )
    passing = replace(new, id="passing", story="passing", title=f"In passing: {contact}")
    composition = compose(
        a_subscriber(mail_language=language, detail=detail, subject="full"),
        (
            a_match(new),
            replace(a_match(changed), reason=Reason.CHANGED),
            replace(a_match(passing), relation=Relation.MENTION),
        ),
        coverage=Coverage(2, 2, ()),
        window=None,
        now=NOW,
        stories={"new": (new, copied)},
        feeds={"wire": a_feed(), "herald": a_feed(name="herald")},
        labels={},
        version="1.0",
        told={"changed": Earlier(NOW - timedelta(days=4), NOW - timedelta(days=3), 1)},
    )
    (page,) = render(composition, "d" * 24).pages
    shown = " ".join((page.subject, page.discreet, page.text, page.html))
    assert contact not in shown
    assert CONTACTS[contact] not in " ".join(shown.split())
    assert "Lesk" in page.text
    assert "Lesk" in page.html
    assert "12 345" in page.text or detail is Detail.TITLES
