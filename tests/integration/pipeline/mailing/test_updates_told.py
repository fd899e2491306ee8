"""From what waits to a digest that tells what became of articles; all stories invented."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from builders import NOW, a_feed, a_match, a_record, a_subscriber, a_tag, an_entry
from hrwatch.model.articles import Change, Copy, CopyKind, Record
from hrwatch.model.evidence import Standing, Visit
from hrwatch.model.mail import Digest, Subscriber
from hrwatch.model.settings import MailSettings
from hrwatch.pipeline import Desk, preview_waiting
from hrwatch.stages.match import criteria
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records, visits
from hrwatch.stages.store.mail import fates, ledger, outbox, subscribers
from postgres import Place

HOUR = timedelta(hours=1)


def test_what_became_of_what_was_told_is_written_with_the_days_of_its_digests(
    place: Place,
) -> None:
    subscriber = a_subscriber(timezone="Europe/Vilnius")
    first, second = a_record("first", tags=(a_tag("BY"),)), a_record("second", tags=(a_tag("RU"),))
    second = replace(second, entry=an_entry(guid="2", title="Told and taken down"))
    with place.open() as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        archive.write_now(subscribers.sync, {"desk": criteria(subscriber.interest)}, NOW - HOUR)
        archive.write_now(records.add, (first, second))
        told = tuple(map(a_match, (first, second)))
        archive.write_now(ledger.add, {"desk": told}, 2, NOW)
        archive.write_now(outbox.enqueue, Digest("d", "desk", None, (), told), (), NOW)

        change = Change(added=("A hearing was held.",), removed=("Yana Invented lives in Lesk.",))
        later = replace(first, version=2, seen_at=NOW + 9 * HOUR, change=change)
        archive.write_now(records.add, (later,))
        archive.write_now(ledger.add, {"desk": (a_match(later),)}, 3, NOW, versions=(later,))
        gone = Visit(
            record="second",
            feed="wire",
            url="http://wire.example/stories/1",
            standing=Standing.REMOVED,
            last_visit_at=NOW + 40 * HOUR,
            missing=3,
            missing_since=NOW + 12 * HOUR,
            status=410,
        )
        archive.write_now(visits.add, (gone,))
        archive.write_now(fates.add_removed, second, NOW + 40 * HOUR)

        text = written(archive, subscriber)

    assert "No new stories, 1 changed, 1 removed." in text
    assert "[1] CHANGED since your digest of 2 March" in text
    assert 'Stands there now: - "A hearing was held."' in text
    assert "Lesk" not in text
    assert "[2] REMOVED from its address" in text
    assert 'answered "410 gone" on 3 checks, from 2 Mar 21:00 to 4 Mar 01:00 UTC.' in text


def test_change_that_another_replaced_before_the_digest_is_told_from_what_was_told(
    place: Place,
) -> None:
    subscriber = a_subscriber()
    opening = "A court in Arvenia heard the case of a teacher on Monday, her lawyer told us."
    said = (
        f"{opening}\n\nShe had been held for ten days.",
        f"{opening}\n\nShe had been held for ten days.\n\nHer brother Yan Invented was held too.",
        f"{opening}\n\nShe had been held for twelve days.\n\nHer brother was held too.",
    )
    steps = (
        None,
        Change(added=("Her brother Yan Invented was held too.",)),
        Change(replaced=(("ten", "twelve"), ("brother Yan Invented was", "brother was"))),
    )
    versions = tuple(
        replace(
            a_record("first", tags=(a_tag("BY"),)),
            version=number,
            text=text,
            seen_at=NOW + number * HOUR,
            change=change,
        )
        for number, (text, change) in enumerate(zip(said, steps, strict=True), 1)
    )
    with place.open() as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        archive.write_now(subscribers.sync, {"desk": criteria(subscriber.interest)}, NOW - HOUR)
        archive.write_now(records.add, versions[:1])
        told = (a_match(versions[0]),)
        archive.write_now(ledger.add, {"desk": told}, 2, NOW)
        archive.write_now(outbox.enqueue, Digest("d", "desk", None, (), told), (), NOW)
        for one in versions[1:]:
            archive.write_now(records.add, (one,))
            archive.write_now(ledger.add, {"desk": (a_match(one),)}, 3, NOW, versions=(one,))

        text = written(archive, subscriber)

    assert "1 paragraph added, 1 passage reworded, title unchanged" in text
    assert '- "Her brother was held too."' in text
    assert "Yan" not in text


def written(archive: Archive, subscriber: Subscriber) -> str:
    """Return the text of the digest that waits, if any, without its lines."""
    config = SimpleNamespace(feeds=(a_feed(),), mail=MailSettings())
    desk = Desk(archive, config, {}, {})  # type: ignore[arg-type]  # of the file, its feeds only
    digest = asyncio.run(preview_waiting(desk, subscriber, NOW + 48 * HOUR))
    return " ".join(word for page in digest.pages for word in page.text.split())


def test_translation_is_told_where_only_that_was_asked_for(tmp_path: Path) -> None:
    def told(name: str, language: str, copy: Copy | None = None) -> Record:
        entry = an_entry(guid=name, permalink=f"http://wire.example/{name}", title=f"Story {name}")
        return a_record(
            name, entry=entry, language=language, copy=copy, story=copy.of if copy else name
        )

    english = told("english", "en")
    french = told("french", "fr", Copy("english", CopyKind.TRANSLATION, 1.0))
    everything, in_french = a_subscriber(), a_subscriber(name="paris", languages=("fr",))
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        asked = {one.name: criteria(one.interest) for one in (everything, in_french)}
        archive.write_now(subscribers.sync, asked, NOW - HOUR)
        archive.write_now(records.add, (english, french))
        first = a_match(english)
        waits = {"desk": (first, a_match(french)), "paris": (a_match(french),)}
        archive.write_now(ledger.add, waits, 2, NOW)

        both = written(archive, everything)
        assert "[1] Story english" in both
        assert '- wire (French, 2 Mar 06:00, translation, same publisher): "Story french"' in both

        digest = Digest("d", "desk", None, (), (first,))
        archive.write_now(outbox.enqueue, digest, (), NOW)
        assert "french" not in written(archive, everything)
        alone = written(archive, in_french)
        assert "[1] Story french" in alone
        said = "- wire (English, 2 Mar 06:00, the original, of which this is a translation, same"
        assert said in alone
