"""The outbox at the daemon's ticks: who is written to, who waits, and what becomes of a mail that
is not taken. The same on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW
from hrwatch.model.mail import Delivery, Mail, MailKind, Status
from hrwatch.pipeline.mailing.deliver import AT_ONCE, deliver
from hrwatch.stages.deliver.retry import LASTING
from hrwatch.stages.store.mail import ledger, outbox, subscriptions, undelivered
from hrwatch.stages.store.mail.undelivered import Left
from mailing import AN_HOUR, FILE, Mailbox, Mailroom, a_mailroom
from postgres import Place

MANY = 20  # articles, which are more than one mail of text
PAGES, ALERTS = "pages@desk.example", "alerts@desk.example"
OPERATOR = "operator@desk.example"


def at_work(
    place: Place,
    folder: Path,
    test: Callable[[Mailroom, Mailbox], Awaitable[None]],
    file: str = FILE,
) -> None:
    async def run() -> None:
        with place.open() as archive:
            room = await a_mailroom(folder, archive, file=file)
            box = room.parts.transport
            assert isinstance(box, Mailbox)
            await test(room, box)

    asyncio.run(run())


def left(room: Mailroom) -> tuple[Left, ...]:
    with room.archive.reading() as connection:
        return undelivered.left(connection)


def waiting(room: Mailroom, subscriber: str) -> int:
    with room.archive.reading() as connection:
        return len(ledger.waiting(connection, subscriber))


def recipients(box: Mailbox) -> list[str]:
    return [mail.recipient for mail in box.taken]


def with_a_key(room: Mailroom, key_file: Path) -> None:
    """Let one reader have a key from now on."""
    config = room.desk.config
    keyed = tuple(
        replace(one, pgp_key_file=key_file) if one.name == "pages" else one
        for one in config.subscribers
    )
    room.desk = replace(room.desk, config=replace(config, subscribers=keyed))


class Meanwhile(Mailbox):
    """Something happens while the first mail to the reader of pages is on its way."""

    def happens(self, happening: Callable[[], None]) -> None:
        self._happening = happening

    async def deliver(self, mail: Mail) -> Delivery:
        delivery = await super().deliver(mail)
        if mail.recipient == PAGES and self.tried.count(PAGES) == 1:
            self._happening()
        return delivery


async def with_mails(room: Mailroom, articles: int = 2) -> None:
    """Let a digest wait for one reader, and an alert for the other."""
    room.receive(range(1, articles + 1))
    await room.write()


def test_refused_recipient_is_suspended_and_delays_nobody(place: Place, tmp_path: Path) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        box.says(PAGES, Status.REFUSED, of_recipient=True)
        await with_mails(room)
        await room.tick()
        assert recipients(box) == [ALERTS]
        with room.archive.reading() as connection:
            standing = subscriptions.of(connection, "pages")
        assert standing is not None
        assert (standing.suspended_at, standing.suspended_address) == (room.clock(), PAGES)
        assert "no such user" in standing.suspended_because
        room.clock.advance(AN_HOUR)
        room.receive([9])
        await room.write()
        tried = box.tried.count(PAGES)
        await room.tick()
        assert box.tried.count(PAGES) == tried == 1, "nothing is written to them, nothing tried"
        (mail,) = [one for one in left(room) if one.subscriber == "pages"]
        assert (mail.status, mail.settled_at) == (Status.REFUSED, None)

        moved = FILE.replace(PAGES, "new@desk.example")
        again = await a_mailroom(tmp_path, room.archive, file=moved, clock=room.clock)
        await again.tick()
        assert waiting(again, "pages") == 3
        await again.write()
        await again.tick()
        assert isinstance(again.parts.transport, Mailbox)
        assert "new@desk.example" in recipients(again.parts.transport)
        assert waiting(again, "pages") == 0

    at_work(place, tmp_path, test)


def test_suspended_subscriber_gets_the_same_mail_once_it_is_requeued(
    place: Place, tmp_path: Path
) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        box.says(PAGES, Status.REFUSED, of_recipient=True)
        await with_mails(room)
        await room.tick()
        (mail,) = left(room)
        box.answers.clear()
        assert await room.tick() == []
        room.archive.write_now(undelivered.requeue, mail.message_id, room.clock())
        (delivery,) = await room.tick()
        assert (delivery.message_id, delivery.status) == (mail.message_id, Status.SENT)

    at_work(place, tmp_path, test)


def test_slow_recipient_delays_nobody_and_gets_their_pages_in_order(
    place: Place, tmp_path: Path
) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        taken = box.slow[PAGES] = asyncio.Event()
        await with_mails(room, articles=MANY)
        pages = sum(mail.subscriber == "pages" for mail in left(room))
        assert pages > 1
        ticking = asyncio.create_task(room.tick())
        await box.until(lambda: recipients(box) == [ALERTS])
        while "alerts" in room.turns.busy:  # noqa: ASYNC110 - until it is written down
            await asyncio.sleep(0.01)
        room.answer("alerts", 1)
        later = Mailroom(room.archive, room.desk, room.parts, room.clock, room.turns)
        await later.tick()
        assert recipients(box) == [ALERTS, ALERTS], "what came meanwhile leaves, too"
        taken.set()
        await ticking
        mine = [mail.page for mail in box.taken if mail.recipient == PAGES]
        assert mine == list(range(1, pages + 1))

    at_work(place, tmp_path, test)


def test_page_waits_for_the_one_in_front_of_it(place: Place, tmp_path: Path) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        box.says(PAGES, Status.DEFERRED)
        await with_mails(room, articles=MANY)
        pages = sum(mail.subscriber == "pages" for mail in left(room))
        await room.tick()
        assert [one.attempts for one in left(room)] == [1, *[0] * (pages - 1)]
        box.answers.clear()
        assert await room.tick() == [], "its time has not come"
        room.clock.advance(AN_HOUR)
        await room.tick()
        mine = [mail.page for mail in box.taken if mail.recipient == PAGES]
        assert mine == list(range(1, pages + 1))

    at_work(place, tmp_path, test)


@pytest.mark.parametrize("what", ["paused", "stopped", "quiet hours", "refused"])
def test_later_pages_of_a_digest_heed_what_happens_during_the_first(
    place: Place, tmp_path: Path, what: str
) -> None:
    file = FILE.replace("send: at once,", "send: at once, quiet: 10:00-11:00,")

    async def run() -> None:
        with place.open() as archive:
            room = await a_mailroom(tmp_path, archive, Meanwhile, file)
            box, later = room.parts.transport, room.clock() + timedelta(days=1)
            assert isinstance(box, Meanwhile)
            happenings: dict[str, Callable[[], None]] = {
                "paused": lambda: archive.write_now(
                    subscriptions.pause, "pages", later, room.clock()
                ),
                "stopped": lambda: archive.write_now(subscriptions.stop, "pages", room.clock()),
                "quiet hours": lambda: room.clock.advance(AN_HOUR),
                "refused": lambda: None,
            }
            box.happens(happenings[what])
            if what == "refused":
                box.says(PAGES, Status.REFUSED, of_recipient=True)
            await with_mails(room, articles=MANY)
            pages = sum(mail.subscriber == "pages" for mail in left(room))
            assert pages > 1
            await room.tick()
            assert box.tried.count(PAGES) == 1
            still = {"paused": pages - 1, "stopped": 0, "quiet hours": pages - 1, "refused": pages}
            assert len(left(room)) == still[what]
            assert sum(one.attempts for one in left(room)) == (what == "refused")

    asyncio.run(run())


def test_page_does_not_overtake_one_that_another_process_sends(
    place: Place, tmp_path: Path
) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        await with_mails(room, articles=MANY)
        mails = dict(await room.turns.take(room.parts, room.desk))["pages"]
        until = room.clock() + AN_HOUR
        assert len(mails) > 1
        assert room.archive.write_now(
            outbox.claim, mails[0].message_id, owner="other", now=room.clock(), until=until
        )
        assert await deliver(room.parts, room.desk, mails) == ()
        assert box.tried == []

    at_work(place, tmp_path, test)


def test_stopped_subscribers_digest_is_withdrawn_and_their_answer_sent(
    place: Place, tmp_path: Path
) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        await with_mails(room)
        room.archive.write_now(subscriptions.stop, "pages", room.clock())
        room.answer("pages", 1)
        told = await room.tick()
        assert sorted(recipients(box)) == [ALERTS, PAGES]
        assert [mail.kind for mail in box.taken if mail.recipient == PAGES] == [MailKind.ANSWER]
        assert [one.detail for one in told if one.status is Status.REFUSED] == [
            "not sent: the subscriber has stopped their mail"
        ]
        assert waiting(room, "pages") == 2
        assert left(room) == ()

    at_work(place, tmp_path, test)


def test_answer_that_is_refused_for_good_is_tried_once_though_its_reader_has_stopped(
    place: Place, tmp_path: Path
) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        room.archive.write_now(subscriptions.stop, "pages", room.clock())
        room.answer("pages", 1)
        box.says(PAGES, Status.REFUSED, of_recipient=True)
        await room.tick()
        room.answer("pages", 2)
        for _ in range(3):
            room.clock.advance(AN_HOUR)
            assert await room.tick() == []
        assert box.tried == [PAGES]
        first, second = left(room)
        assert (first.status, first.settled_at is not None) == (Status.REFUSED, True)
        assert (second.status, second.attempts) == (Status.QUEUED, 0)

        box.answers.clear()
        room.archive.write_now(undelivered.requeue, first.message_id, room.clock())
        await room.tick()
        assert recipients(box) == [PAGES, PAGES], "it was the server's mistake"

    at_work(place, tmp_path, test)


@pytest.mark.parametrize("setting", ["quiet: 08:00-12:00", "pause_until: 2026-03-03"])
def test_mail_that_would_come_at_the_wrong_time_waits_untried(
    place: Place, tmp_path: Path, setting: str
) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        await with_mails(room)
        held = FILE.replace("send: at once,", f"send: at once, {setting},")
        again = await a_mailroom(tmp_path, room.archive, file=held, clock=room.clock)
        box = again.parts.transport  # type: ignore[assignment]
        await again.tick()
        assert recipients(box) == [ALERTS]
        assert [one.attempts for one in left(again)] == [0]
        again.clock.advance(timedelta(hours=15, minutes=1))
        await again.tick()
        assert recipients(box) == [ALERTS, PAGES]

    at_work(place, tmp_path, test)


def test_clear_mail_to_who_has_a_key_now_is_never_sent(
    place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key_file = tmp_path / f"{PAGES}.asc"  # as people call what they export

    async def test(room: Mailroom, box: Mailbox) -> None:
        await with_mails(room)
        room.answer("pages", 1)
        with_a_key(room, key_file)
        await room.tick()
        assert recipients(box) == [ALERTS]
        assert waiting(room, "pages") == 2
        assert left(room) == (), "nor kept"
        room.receive([3])
        await room.write()

    at_work(place, tmp_path, test)
    assert "the key file cannot be read" in caplog.text
    assert key_file.name not in caplog.text


def test_operators_mail_goes_to_the_operator_of_today_alone(place: Place, tmp_path: Path) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        for number, recipient in enumerate((OPERATOR, "before@desk.example")):
            mail = Mail(f"<{number}@x>", "", recipient, "d@desk.example", b"x", MailKind.REPORT)
            room.archive.write_now(outbox.put, (mail,), NOW)
        told = await room.tick()
        assert [one.status for one in told] == [Status.SENT, Status.REFUSED]
        assert recipients(box) == [OPERATOR]

    at_work(place, tmp_path, test)


def test_mail_that_nobody_takes_is_parked_after_a_week_and_kept(
    place: Place, tmp_path: Path
) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        box.says(PAGES, Status.DEFERRED)
        await with_mails(room)
        while room.clock() < NOW + LASTING + timedelta(hours=8):
            await room.tick()
            room.clock.advance(timedelta(hours=12))
        (mail,) = left(room)
        assert mail.is_parked
        assert mail.attempts == 15
        assert waiting(room, "pages") == 0
        box.answers.clear()
        assert await room.tick() == []
        room.archive.write_now(undelivered.requeue, mail.message_id, room.clock())
        assert [one.status for one in await room.tick()] == [Status.SENT]

    at_work(place, tmp_path, test)


def test_refused_mail_is_withdrawn_where_it_is_requeued_for_who_has_another_address(
    place: Place, tmp_path: Path
) -> None:
    async def test(room: Mailroom, box: Mailbox) -> None:
        box.says(PAGES, Status.REFUSED)
        await with_mails(room)
        await room.tick()
        moved = FILE.replace(PAGES, "new@desk.example")
        again = await a_mailroom(tmp_path, room.archive, file=moved, clock=room.clock)
        assert await again.tick() == []
        (mail,) = left(again)
        again.archive.write_now(undelivered.requeue, mail.message_id, again.clock())
        await again.tick()
        assert (left(again), waiting(again, "pages")) == ((), 2)
        await again.write()
        await again.tick()
        assert isinstance(again.parts.transport, Mailbox)
        assert recipients(again.parts.transport) == ["new@desk.example"]

    at_work(place, tmp_path, test)


def test_server_that_is_away_costs_no_mail_a_try_but_one(place: Place, tmp_path: Path) -> None:
    class Away(Mailbox):
        async def deliver(self, mail: Mail):  # type: ignore[no-untyped-def]
            self.resting = "the connection failed"
            return await super().deliver(mail)

    async def run() -> None:
        with place.open() as archive:
            room = await a_mailroom(tmp_path, archive, Away)
            box = room.parts.transport
            assert isinstance(box, Mailbox)
            await with_mails(room, articles=MANY)
            for recipient in (PAGES, ALERTS):
                box.says(recipient, Status.DEFERRED)
            while room.clock() < NOW + LASTING + timedelta(days=2):
                await room.tick()
                room.clock.advance(timedelta(hours=12))
                box.resting = ""
            assert not any(one.is_parked for one in left(room)), "it is not the mails' fault"
            tried = [one for one in left(room) if one.attempts]
            assert len(tried) <= 2

    asyncio.run(run())


def test_more_slow_recipients_than_places_delay_the_others_until_one_is_done(
    place: Place, tmp_path: Path
) -> None:
    readers = "".join(
        f"  - {{name: r{n:02}, address: r{n:02}@desk.example, send: at once}}\n"
        for n in range(AT_ONCE + 2)
    )
    file = FILE.partition("  # Many")[0] + readers

    async def test(room: Mailroom, box: Mailbox) -> None:
        room.receive([1])
        await room.write()
        for reader in room.desk.config.subscribers:
            box.slow[reader.address] = asyncio.Event()
        ticking = asyncio.create_task(room.tick())
        await box.until(lambda: len(box.tried) == AT_ONCE)
        assert await room.turns.take(room.parts, room.desk) == ()
        for event in box.slow.values():
            event.set()
        await ticking
        assert len(box.taken) == AT_ONCE + 2

    at_work(place, tmp_path, test, file)
