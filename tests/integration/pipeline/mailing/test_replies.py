"""Replies from the letterbox to what they change and what is answered, on both databases."""

import asyncio
import email
import email.policy
import itertools
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pysequoia
import pytest

from builders import a_record, a_subscriber, a_tag, an_entry, an_evidence
from fakes import Clock
from hrwatch import pipeline, wiring
from hrwatch.config import load
from hrwatch.model.articles import Change, Record
from hrwatch.model.feeds import Feed
from hrwatch.model.mail import Detail, Mail, MailKind, Mute, MuteKind, Subscriber, Subscription
from hrwatch.model.replies import Letter
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Field, Rules
from hrwatch.pipeline import Desk, Parts
from hrwatch.pipeline.mailing import wishes
from hrwatch.stages import letterbox
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.reply.letter import letter
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import ledger, outbox, subscriptions
from hrwatch.workers import Workers
from parts import the_parts
from postgres import Place

DAY = timedelta(days=1)
ANNA = a_subscriber(name="desk", address="anna@example.org", timezone="Europe/Vilnius")
BORIS = a_subscriber(name="another", address="boris@example.org")
FEEDS = (
    Feed("wire-en", url="http://w.example/en", publisher="Invented Wire"),
    Feed("wire-fr", url="http://w.example/fr", publisher="Invented Wire"),
    Feed("herald", url="http://h.example/", publisher="Invented Herald"),
)


@dataclass
class Newsroom:
    """Two subscribers, what matched for them, and their mail."""

    folder: Path
    clock: Clock
    parts: Parts
    desk: Desk

    async def archive(self, *found: Record) -> None:
        await self.parts.archive.write(records.add, found)
        await pipeline.match_pass(self.parts, self.desk)

    async def digests(self) -> None:
        await pipeline.digest_pass(self.parts, self.desk, regardless=True)

    async def heed(self, *mails: bytes) -> int:
        """Put what these mails ask for into the letterbox, and heed it."""
        letterbox.make(self.folder)
        for mail in mails:
            found = letter(mail)
            assert isinstance(found, Letter), found
            letterbox.put(self.folder, found)
        return await pipeline.replies_pass(self.parts, self.desk, self.folder)

    async def mails(self, kind: MailKind, to: Subscriber = ANNA) -> list[Mail]:
        """Return what was written to a subscriber, in the order of writing."""
        due = await self.parts.archive.read(outbox.waiting, now=self.clock.now, regardless=True)
        return [
            claimed[0]
            for one in due
            if one.kind is kind and one.subscriber == to.name
            if (claimed := await self._look_at(one.message_id))
        ]

    async def _look_at(self, message_id: str) -> tuple[Mail, int] | None:
        now = self.clock.now
        return await self.parts.archive.write(
            outbox.claim, message_id, owner="test", now=now, until=now
        )

    async def answers(self, to: Subscriber = ANNA) -> list[str]:
        """Return the texts that were answered, unwrapped."""
        return [text_of(mail) for mail in await self.mails(MailKind.ANSWER, to)]

    async def stands(self, of: Subscriber = ANNA) -> Subscription:
        found = await self.parts.archive.read(subscriptions.of, of.name)
        assert found is not None
        return found

    async def mutes(self) -> dict[str, datetime | None]:
        found = await self.parts.archive.read(subscriptions.mutes_of, ANNA.name, self.clock.now)
        return {one.value: one.until for one in found}


def text_of(mail: Mail) -> str:
    read = email.message_from_bytes(mail.bytes, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return " ".join(read.get_content().split())


@pytest.fixture
def run(place: Place, tmp_path: Path, clock: Clock) -> Callable[..., None]:
    """Run a test in a newsroom in which three articles were told to Anna, one to Boris."""

    def of(test: Callable[[Newsroom], object], *people: Subscriber) -> None:
        async def live() -> None:
            (tmp_path / "feeds.yaml").write_text("feeds: []\nkeywords: {use: [torture]}\n")
            config = replace(
                load(tmp_path / "feeds.yaml"), feeds=FEEDS, subscribers=people or (ANNA, BORIS)
            )
            fetcher = Fetcher(FetchSettings(), clock=clock, version="1")
            workers = Workers(0, Rules(), HopLimits())
            with place.open(clock=clock) as archive:
                numbers = itertools.count(1)
                parts = replace(
                    the_parts(
                        tmp_path, archive=archive, fetcher=fetcher, workers=workers, clock=clock
                    ),
                    new_id=lambda: f"{next(numbers):024x}",
                    new_token=lambda: f"{next(numbers):032x}",
                )
                await wiring.put_in_force(archive, config, clock() - DAY)
                room = Newsroom(tmp_path, clock, parts, wiring.open_desk(config, archive))
                await test(room)  # type: ignore[misc]
            await fetcher.aclose()
            await workers.close()

        asyncio.run(live())

    return of


def story(number: int, feed: str = "wire-en") -> Record:
    title = f"Invented case {number} of Arvenia"
    entry = an_entry(guid=title, permalink=f"http://w.example/{number}", title=title)
    return a_record(f"record{number}", entry=entry, title=title, feed=feed)


def reply(
    to: Mail, text: str, *, sender: str = "anna@example.org", message_id: str = "r1"
) -> bytes:
    """What a mail program sends for a reply."""
    answered = email.message_from_bytes(to.bytes)
    return (
        f"From: Anna <{sender}>\r\n"
        f"Subject: Re: {answered['Subject']}\r\n"
        f"Message-ID: <{message_id}@client.example>\r\n"
        f"In-Reply-To: {answered['Message-ID']}\r\n"
        f"References: {answered['References']} {answered['Message-ID']}\r\n"
        f"\r\n{text}\r\n\r\nOn 2 March 2026 hrwatch wrote:\r\n> 1. Invented\r\n"
    ).encode()


async def told(room: Newsroom, *found: Record) -> Mail:
    """Tell Anna these articles, or three, and return the mail."""
    await room.archive(*(found or map(story, (1, 2, 3))))
    await room.digests()
    return (await room.mails(MailKind.DIGEST))[-1]


Run = Callable[..., None]


def test_stop_is_done_and_answered_once_to_the_address_of_the_file(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        stop = reply(mail, "stop", sender="Anna@Example.ORG")
        assert await room.heed(stop, stop) == 1
        assert (await room.stands()).stopped_at == room.clock.now
        (answer,) = await room.mails(MailKind.ANSWER)
        assert answer.recipient == "anna@example.org"
        read = email.message_from_bytes(answer.bytes)
        assert read["Auto-Submitted"] == "auto-replied"
        assert read["In-Reply-To"] == "<r1@client.example>"
        assert "no more mail" in text_of(answer) and "To undo this, answer: start" in text_of(
            answer
        )
        assert letterbox.waiting(room.folder / letterbox.FOLDER) == ()

    run(test)


def test_answer_that_is_replied_to_undoes_what_was_done(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        await room.heed(reply(await told(room), "mute 2"))
        assert await room.mutes() == {"record2": None}
        (answer,) = await room.mails(MailKind.ANSWER)
        await room.heed(reply(answer, "unmute 2", message_id="r2"))
        assert await room.mutes() == {}

    run(test)


def test_reply_from_another_address_changes_nothing(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        others = ("boris@example.org", "anna@example.org.evil.example", "eve@example.com")
        others += ("ann\u0430@example.org", "anna@ex\u0430mple.org", "anna+x@example.org")
        assert await room.heed(*(reply(mail, "stop", sender=one) for one in others)) == 0
        assert (await room.stands()).stopped_at is None
        assert await room.answers() == await room.answers(BORIS) == []
        assert letterbox.waiting(room.folder / letterbox.FOLDER) == ()

    run(test)


def test_reply_with_a_token_of_nobody_changes_nothing(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        token = (await room.stands()).token
        guessed = reply(mail, "stop").replace(token.encode(), b"f" * 32)
        assert await room.heed(guessed) == 0
        assert (await room.stands()).stopped_at is None

    run(test)


async def come_meanwhile(room: Newsroom, *days: int) -> None:
    """Let articles come, each so many days after the one before, under the numbers 11, 12, …"""
    for number, after in enumerate(days, 11):
        room.clock.advance(DAY * after)
        one = replace(story(number), first_seen_at=room.clock.now)
        await room.archive(one)


def told_of(mail: Mail) -> list[int]:
    """Return the numbers of the articles above that a mail tells of."""
    return [number for number in range(11, 30) if f"case {number} " in text_of(mail)]


async def waiting(room: Newsroom) -> list[str]:
    return [one.record.id for one in await room.parts.archive.read(ledger.waiting, ANNA.name)]


def test_stop_of_some_days_loses_nothing(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        await room.archive(replace(story(10), first_seen_at=room.clock.now))
        room.clock.advance(DAY * 5)  # a weekly digest would not have come yet
        await room.heed(reply(mail, "stop"))
        await come_meanwhile(room, 2, 2, 2)
        await room.digests()
        assert len(await room.mails(MailKind.DIGEST)) == 1
        await room.heed(reply(mail, "start", message_id="r2"))
        assert "The next digest tells what came meanwhile. To undo" in (await room.answers())[1]
        await room.digests()
        second = (await room.mails(MailKind.DIGEST))[1]
        assert "case 10 " in text_of(second) and told_of(second) == [11, 12, 13]

    run(test, replace(ANNA, text_only=True))


@pytest.mark.parametrize("word", ["start", "pause 2 days"])
def test_stop_of_a_year_keeps_a_week_and_says_so(run: Run, word: str) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        await room.heed(reply(mail, "stop"))
        await come_meanwhile(room, 3, *[30] * 12, 3, 5)
        assert await waiting(room) == ["record24", "record25"]  # which is all that stands of them
        room.clock.advance(DAY * 3)
        await room.heed(reply(mail, "stop", message_id="again"))  # no new week
        await room.heed(reply(mail, word, message_id="r2"))
        said = "What came before 4 March 2027, while you got no mail, is not sent."
        assert said in (await room.answers())[2]
        room.clock.advance(DAY * 2)
        await room.digests()
        second = (await room.mails(MailKind.DIGEST))[1]
        assert told_of(second) == [25]
        assert "Period: Thu 4 Mar 11:00 to Sat 13 Mar 11:00" in text_of(second)

    run(test, replace(ANNA, text_only=True))


def test_stop_that_ends_with_a_new_address_brings_no_year(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        await room.heed(reply(await told(room), "stop"))
        await come_meanwhile(room, 200, 1)
        room.clock.advance(DAY * 7)
        moved = replace(ANNA, address="anna@elsewhere.example", text_only=True)
        config = replace(room.desk.config, subscribers=(moved,))
        await wiring.put_in_force(room.parts.archive, config, room.clock.now)
        room.desk = wiring.open_desk(config, room.parts.archive)
        await room.digests()
        second = (await room.mails(MailKind.DIGEST))[1]
        assert told_of(second) == [12]
        assert "Period: Sat 19 Sep" in text_of(second)

    run(test)


def test_pause_and_suspension_lose_nothing_however_long(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail, archive = await told(room), room.parts.archive
        await room.heed(reply(mail, "pause 300 days"))
        await come_meanwhile(room, 10, 100, 180)
        await archive.write(
            subscriptions.suspend, ANNA.name, ANNA.address, "550 no such user", room.clock.now
        )
        room.clock.advance(DAY * 100)
        await room.digests()
        assert len(await room.mails(MailKind.DIGEST)) == 1
        await archive.write(subscriptions.lift, ANNA.name)
        await room.digests()
        assert told_of((await room.mails(MailKind.DIGEST))[1]) == [11, 12, 13]

    run(test, replace(ANNA, text_only=True))


def test_mail_program_that_unsubscribes_by_subject_is_heeded(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        await told(room)
        token = (await room.stands()).token
        head = f"From: anna@example.org\r\nSubject: stop {token}\r\n"
        by_program = f"{head}Auto-Submitted: auto-generated\r\n\r\n".encode()
        assert await room.heed(by_program) == 1
        assert (await room.stands()).stopped_at is not None
        assert await room.answers() == []  # a program reads no answer
        assert await room.heed(f"{head}\r\n".encode()) == 1
        assert len(await room.answers()) == 1

    run(test)


def test_pause_lasts_to_a_morning_where_the_subscriber_is(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        await room.heed(reply(await told(room), "pause 14 days"))
        until = datetime(2026, 3, 15, 22, tzinfo=UTC)  # midnight in Vilnius
        assert (await room.stands()).paused_until == until
        (answer,) = await room.answers()
        assert "no mail until 16 March 2026" in answer
        await room.heed(reply((await room.mails(MailKind.DIGEST))[0], "start", message_id="r2"))
        assert (await room.stands()).paused_until is None

    run(test)


def test_start_does_not_end_the_pause_of_the_operators_file(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        paused = replace(ANNA, pause_until=date(2026, 4, 1))
        room.desk = replace(room.desk, config=replace(room.desk.config, subscribers=(paused,)))
        await room.heed(reply(mail, "start"))
        assert "have paused it until 1 April 2026" in (await room.answers())[0]

    run(test)


def test_less_and_more_go_a_step_each_and_end(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        steps = []
        for number, word in enumerate(("less", "less", "more", "more", "more")):
            await room.heed(reply(mail, word, message_id=f"r{number}"))
            steps.append((await room.stands()).detail)
        titles, usual, longer = Detail
        assert steps == [titles, titles, usual, longer, longer]
        shortest, longest = (await room.answers())[1::3]
        assert "as short as they can be" in shortest
        assert "tell as much as they can" in longest

    run(test)


def test_wrong_is_counted_by_the_terms_that_matched_and_mutes_nothing(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        await room.heed(reply(mail, "wrong 1, 3 and 99"))
        with room.parts.archive.reading() as connection:
            terms = subscriptions.most_rejected(connection, room.clock.now - DAY)
        expected = {
            (tag.value, evidence.term) for tag in story(1).tags for evidence in tag.evidence
        }
        assert {term: count for term, count in terms} == dict.fromkeys(expected, 2)
        (answer,) = await room.answers()
        assert "Noted as not what you asked for: 1, 3." in answer
        assert "no story with this number: 99." in answer
        assert await room.mutes() == {}

    run(test)


def test_number_of_another_digest_is_not_taken_for_it(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        first = await told(room)
        await told(room, story(4))
        await room.heed(reply(first, "mute 1"))
        assert list(await room.mutes()) == ["record1"]

    run(test)


def test_number_without_a_digest_is_answered_with_how_to_name_one(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        await told(room)
        token = (await room.stands()).token
        head = f"From: anna@example.org\r\nReferences: <{token}@hrwatch.invalid>\r\n"
        assert await room.heed(f"{head}\r\nwrong 1\r\n".encode()) == 1
        assert "does not answer a digest" in (await room.answers())[0]

    run(test)


def test_number_that_is_not_there_is_said_to_be_missing(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        await room.heed(reply(await told(room), "mute 99 7 days"))
        assert "no story with this number: 99." in (await room.answers())[0]
        assert await room.mutes() == {}

    run(test)


def test_mute_source_means_a_feed_or_all_feeds_of_a_publisher(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        await room.heed(reply(mail, "mute source invented WIRE 7 days"))
        until = datetime(2026, 3, 8, 22, tzinfo=UTC)
        assert await room.mutes() == {"wire-en": until, "wire-fr": until}
        await room.heed(reply(mail, "mute source Herald", message_id="r2"))
        await room.heed(reply(mail, "mute source Elsewhere", message_id="r3"))
        assert set(await room.mutes()) == {"wire-en", "wire-fr", "herald"}
        by_publisher, by_name, unknown = await room.answers()
        assert "no more of: Invented Wire. This holds until 9 March 2026." in by_publisher
        assert "unmute source herald" in by_name
        assert "no source has that name" in unknown and "Elsewhere" not in unknown

    run(test)


def rallying(number: int, written: str) -> Record:
    """A story found by one form of a word of which the rules have all."""
    one = an_evidence(found=written, term="rall*", field=Field.TEXT, offset=0, length=len(written))
    return replace(story(number), text=f"{written}.", tags=(a_tag(evidence=(one,)),))


def found_by(number: int, *words: str) -> Record:
    """An article that these words made match."""
    of_it = story(number)
    at = {"field": Field.TEXT, "offset": 0}
    evidence = tuple(an_evidence(found=one, term=f"{one}*", length=len(one), **at) for one in words)
    return replace(of_it, text=f"{' '.join(words)}.", tags=(a_tag(evidence=evidence),))


def test_mute_word_leaves_out_what_it_alone_found_and_counts_it(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room, found_by(1, "rally"), found_by(2, "march"))
        await room.heed(reply(mail, "Mute word Rallying 7 days"))
        assert await room.mutes() == {"rally": datetime(2026, 3, 8, 22, tzinfo=UTC)}
        (answer,) = await room.answers()
        assert "this word alone found: rally*. Digests say how many" in answer
        assert "until 9 March 2026." in answer
        assert "To undo this, answer: unmute word rally*" in answer
        await room.archive(found_by(3, "rally"), found_by(4, "rally", "march"))
        await room.digests()
        second = text_of((await room.mails(MailKind.DIGEST))[1])
        assert "1 story is left out: you muted it." in second and "case 3" not in second
        assert '"march" (text).' in second and '"rally"' not in second
        await room.heed(reply(mail, "unmute word rally*", message_id="r2"))
        assert await room.mutes() == {}
        await room.archive(found_by(5, "rally"))
        await room.digests()
        assert "case 5" in text_of((await room.mails(MailKind.DIGEST))[2])

    run(test, replace(ANNA, text_only=True))


def test_mute_word_acts_on_what_waits_and_on_what_becomes_of_what_was_told(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room, found_by(1, "rally"), found_by(2, "march"))
        await room.archive(found_by(3, "rally"))
        await room.heed(reply(mail, "mute word rally"))
        changed = Change(added=("An invented line.",))
        for number, word in ((1, "rally"), (2, "march")):  # which stands there no more
            edited = replace(found_by(number, word), version=2, change=changed, tags=())
            await room.archive(edited)
        await room.digests()
        second = text_of((await room.mails(MailKind.DIGEST))[1])
        assert "2 stories are left out: you muted them." in second
        assert "CHANGED" in second and "case 2" in second and "case 1" not in second

    asked = a_subscriber(keywords=("torture",)).interest
    run(test, replace(ANNA, text_only=True, interest=asked))


def test_word_that_found_nothing_is_not_muted_and_not_sent_back(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room, found_by(1, "rally"))
        for number, word in enumerate(("football", "rall", "http://evil.example")):
            await room.heed(reply(mail, f"mute word {word}", message_id=f"r{number}"))
            await room.heed(reply(mail, f"unmute word {word}", message_id=f"u{number}"))
        assert await room.mutes() == {}
        said = await room.answers()
        assert all("Nothing was changed" in one and "evil" not in one for one in said)
        assert "as it stands behind “Matched” in a digest" in said[0]
        assert "that word is not muted." in said[1]

    run(test)


def test_word_is_unmuted_by_any_of_its_forms_however_it_was_muted(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room, rallying(1, "rallies"), rallying(2, "rally"))
        asked = (
            *("mute word rallies", "mute word rallying", "mute word rally 7 days"),
            *("unmute word rallied", "unmute word rallied"),
        )
        for number, command in enumerate(asked):
            await room.heed(reply(mail, command, message_id=f"r{number}"))
            if number == 2:  # one mute, which is over when it was said last
                assert await room.mutes() == {"rallies": datetime(2026, 3, 8, 22, tzinfo=UTC)}
        said = await room.answers()
        assert all("this word alone found: rall" in one for one in said[:3])
        assert "found by this word: rallies." in said[3] and await room.mutes() == {}
        assert "that word is not muted." in said[4]
        assert not any("rallied" in one for one in said)
        await room.archive(rallying(3, "rallies"))
        await room.digests()
        assert "case 3" in text_of((await room.mails(MailKind.DIGEST))[1])

    run(test, replace(ANNA, text_only=True))


def test_unmute_lifts_every_form_that_hides_the_same(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room, rallying(1, "rallies"))
        for word in ("rall", "rallies", "march"):  # as they could be muted before
            mute = Mute(MuteKind.WORD, word, room.clock())
            await room.parts.archive.write(subscriptions.mute, "desk", mute)
        room.clock.advance(60 * DAY)  # and nothing was found since
        await room.heed(reply(mail, "unmute word rallies"))
        assert set(await room.mutes()) == {"march"}

    run(test)


def test_pair_is_muted_as_the_digest_shows_it(run: Run) -> None:
    stretch = "guards (write to b@b.example) who watched from a long row of buses kicked"

    def kicked(number: int) -> Record:
        at = {"field": Field.TEXT, "offset": 0, "length": len(stretch)}
        pair = an_evidence(found=stretch, term="guards ~15 kick*", **at)
        return replace(story(number), text=f"{stretch}.", tags=(a_tag(evidence=(pair,)),))

    async def test(room: Newsroom) -> None:
        mail = await told(room, kicked(1))
        (shown,) = re.findall('"(guards [^"]*…)" ', text_of(mail))
        assert "[e-mail removed]" in shown
        await room.heed(reply(mail, f"mute word {shown}"))
        assert await room.mutes() == {"guards ~15 kick": None}
        (answer,) = await room.answers()
        assert "this word alone found: guards ~15 kick*." in answer and "buses" not in answer
        await room.archive(kicked(2), story(3))
        await room.digests()
        assert "1 story is left out" in text_of((await room.mails(MailKind.DIGEST))[1])

    run(test, replace(ANNA, text_only=True))


def test_words_that_are_muted_have_a_number(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "MOST_WORDS", 2)

    async def test(room: Newsroom) -> None:
        mail = await told(room, found_by(1, "rally", "march", "strike"))
        for number, word in enumerate(("rally", "march", "march", "strike", "rally")):
            await room.heed(reply(mail, f"mute word {word}", message_id=f"r{number}"))
        assert set(await room.mutes()) == {"rally", "march"}
        refused = (await room.answers())[3]
        assert "too many words are muted. These words are muted: march, rally." in refused

    run(test)


def test_source_whose_name_ends_like_a_span_is_muted_and_unmuted(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        jour, le = Feed("a", publisher="Le Jour"), Feed("b", publisher="Le")
        room.desk = replace(room.desk, config=replace(room.desk.config, feeds=(jour, le)))
        await room.heed(reply(mail, "mute source Le Jour"))
        assert await room.mutes() == {"a": None}
        await room.heed(reply(mail, "mute source Le Jour 7 jours", message_id="r2"))
        assert await room.mutes() == {"a": datetime(2026, 3, 8, 22, tzinfo=UTC)}
        await room.heed(reply(mail, "unmute source Le Jour", message_id="r3"))
        assert await room.mutes() == {}
        await room.heed(reply(mail, "mute source Le 7 jours", message_id="r4"))
        assert set(await room.mutes()) == {"b"}

    run(test)


def test_start_of_who_is_suspended_is_not_told_that_mail_comes(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        for address, number in ((ANNA.address, "r1"), ("old@example.org", "r2")):
            await room.parts.archive.write(
                subscriptions.suspend, ANNA.name, address, "550 no such user", room.clock.now
            )
            await room.heed(reply(mail, "stop", message_id=f"{number}-stop"))
            await room.heed(reply(mail, "start", message_id=number))
        assert (await room.stands()).suspended_at is not None
        _, refused, _, again = await room.answers()
        assert "refused our mail for good" in refused and "get mail again" not in refused
        assert "get mail again" in again and "refused" not in again

    run(test)


def test_what_was_put_aside_or_left_half_written_is_kept_for_a_week(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        box = letterbox.make(room.folder)
        for name, days in (("a.bad", 8), ("b.bad", 6), (".c.partial", 8), (".d.partial", 0)):
            (box / name).write_text("anna@example.org")
            written = (room.clock.now - DAY * days).timestamp()
            os.utime(box / name, (written, written))
        await room.heed()
        assert {path.name for path in box.iterdir()} == {"b.bad", ".d.partial"}

    run(test)


def test_mail_without_a_command_is_answered_with_what_may_be_replied(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        asked = reply(mail, "Hello,\r\n\r\nwould you please stop, http://evil.example/1 ?")
        assert await room.heed(asked, asked) == 1
        (answer,) = await room.mails(MailKind.ANSWER)
        assert (answer.recipient, (await room.stands()).stopped_at) == (ANNA.address, None)
        said = text_of(answer)
        assert (
            "no command. “would you please stop http evil example” The first line of your" in said
        )
        assert "evil.example" not in said and "mute word WORD 30 days" in said
        assert await room.heed(reply(answer, "stop", message_id="r2")) == 1
        assert (await room.stands()).stopped_at is not None

    run(test)


def test_mails_without_a_command_are_answered_some_times_a_day_and_cost_no_command(
    run: Run,
) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        loop = [reply(mail, "I am away.", message_id=f"r{number}") for number in range(30)]
        assert await room.heed(*loop) == 3
        assert await room.heed(reply(mail, "stop", message_id="stop")) == 1
        assert len(await room.answers()) == 4
        stranger = reply(mail, "I am away.", sender="eve@example.com", message_id="e")
        assert await room.heed(stranger) == 0
        room.clock.advance(DAY * 1.1)
        assert await room.heed(reply(mail, "help", message_id="later")) == 1

    run(test)


def test_replies_without_end_are_heeded_and_answered_some_times_a_day(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        flood = [reply(mail, "stop", message_id=f"r{number}") for number in range(40)]
        assert await room.heed(*flood) == 40
        assert len(await room.answers()) == 20
        room.clock.advance(DAY * 2)
        await room.heed(reply(mail, "start", message_id="later"))
        assert len(await room.answers()) == 21

    run(test)


def test_answer_in_the_language_of_the_subscriber(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        await room.heed(reply(await told(room), "стоп"))
        (answer,) = await room.answers()
        assert "Вы больше не будете получать писем." in answer

    run(test, replace(ANNA, mail_language="ru"))


def test_what_is_no_letter_is_put_aside_and_the_others_are_heeded(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        box = letterbox.make(room.folder)
        (box / "0-broken.json").write_text('{"key": 7}')
        assert await room.heed(reply(mail, "stop")) == 1
        assert [path.name for path in box.iterdir()] == ["0-broken.bad"]

    run(test)


def test_muted_stories_are_left_out_and_counted_until_a_digest_said_so(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        await room.heed(reply(mail, "mute source Herald 7 days"))
        await room.archive(story(4, "herald"), story(5, "herald"))
        await room.digests()
        assert len(await room.mails(MailKind.DIGEST)) == 1  # nothing else to tell
        room.clock.advance(DAY * 8)
        await room.archive(story(6))
        await room.digests()
        await room.archive(story(7, "herald"))
        await room.digests()
        _, second, third = map(text_of, await room.mails(MailKind.DIGEST))
        assert "2 stories are left out: you muted them." in second
        assert "case 6" in second and "case 4" not in second
        assert "case 7" in third and "left out" not in third

    run(test, replace(ANNA, text_only=True))


def test_story_that_another_source_tells_is_not_said_to_be_left_out(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        await room.heed(reply(mail, "mute source Herald"))
        await room.archive(story(4), replace(story(5, "herald"), story="record4"))
        await room.digests()
        await room.archive(story(6), replace(story(7, "herald"), story="record7"))
        await room.digests()
        _, second, third = map(text_of, await room.mails(MailKind.DIGEST))
        assert "case 4" in second and "left out" not in second
        assert "1 story is left out: you muted it." in third

    run(test, replace(ANNA, text_only=True))


def test_muted_story_is_not_told_again_until_it_is_unmuted(run: Run) -> None:
    async def test(room: Newsroom) -> None:
        mail = await told(room)
        await room.heed(reply(mail, "mute 2"))
        copy = replace(story(4), story="record2", title="Another word on case 2 of Arvenia")
        await room.archive(copy)
        await room.digests()
        assert len(await room.mails(MailKind.DIGEST)) == 1
        await room.heed(reply(mail, "unmute 2", message_id="r2"))
        await room.digests()
        assert "Another word" in text_of((await room.mails(MailKind.DIGEST))[1])

    run(test, replace(ANNA, text_only=True))


def test_answer_to_who_has_a_key_is_encrypted_or_not_written(run: Run, tmp_path: Path) -> None:
    key = tmp_path / "anna.asc"

    async def test(room: Newsroom) -> None:
        mail = await told(room)
        people = (replace(ANNA, pgp_key_file=key),)
        room.desk = replace(room.desk, config=replace(room.desk.config, subscribers=people))
        await room.heed(reply(mail, "stop"))
        key.write_bytes(b"no key any more")
        await room.heed(reply(mail, "start", message_id="r2"))
        assert (await room.stands()).stopped_at is None
        (answer,) = await room.mails(MailKind.ANSWER)
        assert b"multipart/encrypted" in answer.bytes and b"no more mail" not in answer.bytes

    key.write_bytes(bytes(pysequoia.Tsk.generate("Anna <a@b.example>").extract_certificate()))
    run(test)
