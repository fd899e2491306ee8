"""What the ticks start: polls, visits, digests, replies, mail, by the configuration in force."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from hrwatch import pipeline, wiring
from hrwatch.daemon.generations import Generation
from hrwatch.daemon.tasks import Tasks
from hrwatch.model.feeds import Feed, Outcome
from hrwatch.model.mail import Status
from hrwatch.pipeline.reading.turns import Turns
from hrwatch.stages.store.articles.visits import Due
from hrwatch.stages.store.mail.outbox import Due as DueMail

# Whoever reached the end of what is to be kept no longer need not look for more so soon.
KEPT = timedelta(hours=1)

log = logging.getLogger(__name__)


class Work:
    """The daemon's work. A piece of it is a task of its own, which keeps the generation that it
    was started with; the next begins with the newest."""

    def __init__(self, generation: Generation, directory: Path, tasks: Tasks) -> None:
        self.generation = generation
        self._directory = directory
        self._tasks = tasks
        self._turns = Turns(generation.config.fetch.per_domain)
        self._visits = pipeline.VisitTurns()
        self._mails = pipeline.MailTurns()
        self._unwritten: dict[str, datetime] = {}  # subscribers without their digest, since when
        self._keep_from = 0.0  # on the monotonic clock: when to look for what is kept no longer

    async def go_on_with(self, generation: Generation) -> None:
        """Work by another configuration from now on; the tools of the old one are closed once
        nothing of before needs them."""
        old, self.generation = self.generation, generation
        self._turns = Turns(generation.config.fetch.per_domain)
        self._keep_from = 0.0
        await old.retire()

    async def start_polls(self) -> None:
        """Start to poll the feeds that are due, each in its turn."""
        generation, turns = self.generation, self._turns
        enabled = [feed for feed in generation.config.feeds if feed.enabled]
        for feed in await pipeline.due_feeds(generation.parts, enabled, regardless=False):
            turns.add(feed)
        self._take_turns(generation, turns)

    def _take_turns(self, generation: Generation, turns: Turns) -> None:
        while (turn := turns.take()) is not None:
            if not self._tasks.start(f"poll:{turn.name}", self._poll(generation, turns, turn)):
                turns.leave(turn, None)  # the poll of before a reload is not over: due again soon

    async def _poll(self, generation: Generation, turns: Turns, feed: Feed) -> None:
        report = None
        try:
            async with generation.used():
                report = await pipeline.poll_feed(generation.parts, feed)
        finally:
            turns.leave(feed, report)
        if turns is self._turns:  # the next one need not wait for a tick
            self._take_turns(generation, turns)
        if report is None:
            return
        level = logging.INFO if report.outcome in (Outcome.NEW, Outcome.FAILED) else logging.DEBUG
        log.log(
            level,
            "event=poll feed=%s outcome=%s new=%d copies=%d seconds=%.1f%s",
            report.feed,
            report.outcome,
            report.new,
            report.copies,
            report.seconds,
            f" error={report.error!r}" if report.error else "",
        )

    async def start_visits(self) -> None:
        """Start to look at the articles again whose time has come, each in its turn."""
        generation, turns = self.generation, self._visits
        while turn := await turns.take(generation.parts, generation.config.feeds):
            feed, due = turn
            work = self._visit(generation, feed, due)
            if not self._tasks.start(f"visit:{due.record}", work):
                turns.leave(due)
                return  # the end has begun

    async def _visit(self, generation: Generation, feed: Feed, due: Due) -> None:
        try:
            async with generation.used():
                await pipeline.revisit(generation.parts, feed, due)
        finally:
            self._visits.leave(due)
        self._tasks.start("visits:", self.start_visits())  # the next need not wait for a tick

    async def write_digests(self) -> None:
        """Match what is new, and write the digests that are due."""
        async with self.generation.used() as generation:
            await pipeline.match_pass(generation.parts, generation.desk)
            failed = await pipeline.digest_pass(generation.parts, generation.desk, regardless=False)
        now = wiring.utc_now()
        self._unwritten = {name: self._unwritten.get(name, now) for name, _ in failed}

    async def heed_replies(self) -> None:
        """Do what subscribers ask for in their replies."""
        async with self.generation.used() as generation:
            await pipeline.replies_pass(generation.parts, generation.desk, self._directory)

    async def tell_operator(self) -> None:
        """Write the mails for the operator that are due."""
        async with self.generation.used() as generation:
            await pipeline.operator_pass(
                generation.parts, generation.desk, unwritten=self._unwritten
            )

    async def start_mails(self) -> None:
        """Start to deliver what is in the outbox, a subscriber each."""
        async with self.generation.used() as generation:
            turns = await self._mails.take(generation.parts, generation.desk)
            for subscriber, mails in turns:
                work = self._deliver(subscriber, mails)
                if not self._tasks.start(f"deliver:{subscriber}", work):
                    self._mails.leave(subscriber)  # the end has begun

    async def _deliver(self, subscriber: str, mails: Sequence[DueMail]) -> None:
        try:
            async with self.generation.used() as generation:
                deliveries = await pipeline.deliver(generation.parts, generation.desk, mails)
        finally:
            self._mails.leave(subscriber)
        for delivery in deliveries:
            log.log(
                logging.INFO if delivery.status is Status.SENT else logging.WARNING,
                "event=mail id=%s subscriber=%s status=%s detail=%r",
                delivery.message_id,
                delivery.subscriber,
                delivery.status,
                delivery.detail,
            )
        if deliveries:
            self._tasks.start("mail:", self.start_mails())  # the next need not wait for a tick

    async def keep_no_longer(self) -> None:
        """Remove a piece of what is to be kept no longer."""
        if time.monotonic() < self._keep_from:
            return
        async with self.generation.used() as generation:
            count = await pipeline.keep_no_longer(generation.parts, generation.config.feeds)
        if count:
            log.info("event=kept-no-longer articles=%d", count)
        else:
            self._keep_from = time.monotonic() + KEPT.total_seconds()
