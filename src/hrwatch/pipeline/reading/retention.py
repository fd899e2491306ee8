"""What is kept no longer than the operator said: a few articles at a time cut to their headline."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from hrwatch.model.articles import Record
from hrwatch.model.feeds import Feed, Keep
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.reading.evidence import SOFTWARE
from hrwatch.pipeline.reading.keeping import kept
from hrwatch.stages.store.articles import words
from hrwatch.stages.store.removing import retention
from hrwatch.stages.store.removing.retention import Term

# In one transaction, for which whoever polls may have to wait: some hundredths of a second.
RECORDS_AT_ONCE = 25
# What is over at once, the day that keep_for is set, is worked off in more than one pass.
STEPS = 400


async def keep_no_longer(parts: Parts, feeds: Iterable[Feed]) -> int:
    """Cut what was first seen longer ago than its feed's `keep_for` to its headline; return how
    many articles that were. There may be more: then the next pass goes on. Once a day the words
    that this took out leave the index of words."""
    shortened = steps = 0
    for term in _terms(feeds, parts.clock()):
        while steps < STEPS:
            steps += 1
            done = await parts.archive.write(
                retention.shorten,
                term,
                _to_headline,
                limit=RECORDS_AT_ONCE,
                now=parts.clock(),
                software=SOFTWARE,
            )
            shortened += done
            if done < RECORDS_AT_ONCE:
                break
            await asyncio.sleep(0)  # whoever waits to write has a turn
    if await parts.archive.read(retention.has_words_to_forget, parts.clock()):
        await _forget_words(parts)
    return shortened


async def _forget_words(parts: Parts) -> None:
    """Write the index of words anew in small steps, so that it holds nothing that was taken out."""
    first = True
    while await parts.archive.write(words.forget, first=first):
        first = False
        await asyncio.sleep(0)
    await parts.archive.write(retention.forgot_words)


def _terms(feeds: Iterable[Feed], now: datetime) -> Iterator[Term]:
    """Give the feeds of each length of time, one question to the archive for all of them."""
    by_length: dict[timedelta, list[str]] = defaultdict(list)
    for feed in feeds:
        if feed.keep_for is not None:
            by_length[feed.keep_for].append(feed.name)
    for length, names in by_length.items():
        yield Term(tuple(names), now - length, f"kept for {_told(length)} as configured")


def _told(length: timedelta) -> str:
    hours = int(length.total_seconds()) // 3600
    return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


def _to_headline(record: Record) -> Record:
    return kept(record, Keep.HEADLINE)
