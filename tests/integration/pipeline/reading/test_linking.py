"""New records linked by way of a real archive; all stories invented."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from builders import a_feed, a_record, an_article, an_entry
from fakes import Clock
from hrwatch.model.articles import Copy, CopyKind, Record
from hrwatch.model.feeds import Feed
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Rules
from hrwatch.pipeline import Parts
from hrwatch.pipeline.mailing.choosing import is_told
from hrwatch.pipeline.reading import linking
from hrwatch.stages.dedup.copies import fingerprint
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records, sketches
from hrwatch.stages.store.mail.telling import ToldAsNew
from hrwatch.text import title_key
from hrwatch.workers import Workers
from parts import the_parts

WORDS = [f"{one}{two}{three}" for one in "bdgkl" for two in "aeiou" for three in "mnrst"]
NOTICE = " ".join(WORDS[:60])


def prose(seed: int, words: int = 120) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))  # noqa: S311 - a story


def told(name: str, text: str, feed: Feed) -> Record:
    page = f"{feed.address}/{name}"
    return a_record(
        name,
        feed=feed.name,
        entry=an_entry(guid=name, permalink=page, title=name),
        permalink=page,
        article=None,
        title=name,
        text=text,
        fingerprint=fingerprint(name, text),
        tags=(),
    )


WIRE = a_feed(name="wire", url="https://wire.example")
PAPER = a_feed(name="paper", url="https://paper.example")


def with_parts(folder: Path, test: Callable[[Parts], Awaitable[None]]) -> None:
    async def run() -> None:
        clock = Clock()
        fetcher = Fetcher(FetchSettings(gap=timedelta(0)), clock=clock, version="1.0")
        with Archive.open("archive.db", directory=folder, writing=True, clock=clock) as archive:
            parts = the_parts(
                folder,
                archive=archive,
                fetcher=fetcher,
                workers=Workers(0, Rules(), HopLimits()),
                clock=clock,
            )
            await archive.write(feeds.sync, (WIRE, PAPER), clock())
            await test(parts)
        await fetcher.aclose()

    asyncio.run(run())


async def archived(parts: Parts, feed: Feed, *new: Record) -> tuple[Record, ...]:
    linked = await linking.link(parts, feed, new)
    await parts.archive.write(records.add, linked.records, hashes=linked.hashes)
    return linked.records


def test_near_copy_of_what_is_archived_and_of_what_comes_with_it_is_linked(tmp_path: Path) -> None:
    async def test(parts: Parts) -> None:
        await archived(parts, WIRE, told("first", prose(1), WIRE))

        one, two, three, four = await archived(
            parts,
            PAPER,
            told("edited", f"{prose(2, 20)} {prose(1)}", PAPER),
            told("shorter", " ".join(prose(1).split()[:100]), PAPER),
            told("other", prose(3), PAPER),
            told("other", f"{prose(3)} {prose(4, 10)}", PAPER),
        )

        assert one.copy is not None
        assert (one.copy.of, one.copy.kind, one.story) == ("first", CopyKind.NEAR_TEXT, "first")
        assert two.story == "first"
        assert three.copy is None
        assert four.story == "other"  # one site, and the same title

    with_parts(tmp_path, test)


def test_what_many_articles_share_is_learned_once_and_then_links_nothing(tmp_path: Path) -> None:
    async def test(parts: Parts) -> None:
        before = told("before", f"{prose(900, 60)} {NOTICE}", WIRE)
        await archived(parts, WIRE, before)
        (linked,) = (
            await linking.link(parts, PAPER, [told("new", f"{prose(901, 60)} {NOTICE}", PAPER)])
        ).records
        assert linked.story == "before"

        crowd = [
            told(f"n{number:03}", f"{prose(number, 60)} {NOTICE}", WIRE) for number in range(210)
        ]
        await parts.archive.write(records.add, crowd)
        await linking.learn(parts)

        common = parts.common.shingles
        assert common
        assert await parts.archive.read(sketches.common) == common
        assert await parts.archive.read(sketches.standing) == (211, 0)
        (linked,) = (
            await linking.link(parts, PAPER, [told("new", f"{prose(901, 60)} {NOTICE}", PAPER)])
        ).records
        assert linked.copy is None

        parts.common.shingles = frozenset()
        await linking.learn(parts)  # too little came since
        assert parts.common.shingles == frozenset()

    with_parts(tmp_path, test)


FIRST = ToldAsNew("first", 1, "first", title_key("Fishermen held"))


def copy(score: float, kind: CopyKind = CopyKind.NEAR_TEXT, title: str = "Other") -> Record:
    return a_record(title=title, copy=Copy("first", kind, score), story="first")


def test_copy_under_another_title_is_told_unless_nearly_all_of_it_was_told() -> None:
    known = (FIRST,)

    assert is_told(copy(0.8), known)
    assert not is_told(copy(0.79), known)
    assert not is_told(copy(0.9, CopyKind.CONTAINED), known)
    assert is_told(copy(0.3, title="Fishermen held!"), known)
    assert not is_told(copy(1.0), ())


def test_what_an_article_became_tells_of_no_other_publishers_article() -> None:
    edited = (replace(FIRST, version=2),)

    assert not is_told(copy(1.0, CopyKind.SAME_TEXT), edited)
    assert not is_told(copy(0.9, title="Fishermen held"), edited)
    # The same page in another feed is no other one's.
    assert is_told(copy(1.0, CopyKind.SAME_PERMALINK, title="Fishermen held"), edited)
    assert not is_told(copy(1.0, CopyKind.SAME_PERMALINK), edited)
    assert is_told(copy(1.0, CopyKind.TRANSLATION), edited)


def test_copy_that_was_edited_before_it_was_told_is_told_unless_its_title_was() -> None:
    assert not is_told(replace(copy(1.0), version=2), (FIRST,))
    assert is_told(replace(copy(1.0, title="Fishermen held"), version=2), (FIRST,))


def test_copy_that_holds_little_of_its_original_tells_nothing_for_another_one() -> None:
    little = ToldAsNew(
        "small", 1, "first", title_key("Small"), Copy("first", CopyKind.CONTAINED, 1)
    )
    much = replace(little, copy=Copy("first", CopyKind.NEAR_TEXT, 0.9))

    assert not is_told(copy(0.95), (little,))
    assert not is_told(copy(1.0, CopyKind.TRANSLATION), (little,))
    assert is_told(copy(0.95), (much,))


def test_article_that_becomes_what_another_publisher_says_makes_no_copy_of_that(
    tmp_path: Path,
) -> None:
    async def test(parts: Parts) -> None:
        (wire,) = await archived(parts, WIRE, told("first", prose(1), WIRE))
        taken = replace(told("second", prose(2), WIRE), id="first", version=2)
        hashes = linking.comparable(WIRE, (taken,), frozenset())
        await parts.archive.write(records.add, (taken,), hashes=hashes)  # as was done once

        equal, near, copy = await archived(
            parts,
            PAPER,
            told("second", prose(2), PAPER),
            told("third", prose(2, 130), PAPER),
            told("again", prose(1), PAPER),
        )

        assert (equal.copy, near.copy) == (None, None)
        assert copy.copy == Copy(wire.id, CopyKind.SAME_TEXT, 1.0)

    with_parts(tmp_path, test)


def test_translations_of_one_house_are_one_story_whichever_was_first(tmp_path: Path) -> None:
    french = a_feed(name="paper-fr", url="https://fr.paper.example")

    def page(record: Record, language: str, *names: str) -> Record:
        article = an_article(url=record.permalink, translations=names)
        return replace(record, language=language, article=article)

    async def test(parts: Parts) -> None:
        await parts.archive.write(feeds.sync, (WIRE, PAPER, french), parts.clock())
        told_first = page(told("one", prose(1), PAPER), "en", "https://fr.paper.example/un")
        await archived(parts, PAPER, told_first, page(told("two", prose(2), PAPER), "en"))

        un, deux, again = await archived(
            parts,
            french,
            page(told("un", prose(11), french), "fr"),
            page(told("deux", prose(12), french), "fr", "https://paper.example/two"),
            page(told("encore", prose(13), french), "fr", "https://paper.example/two"),
        )

        assert (un.copy, un.story) == (Copy("one", CopyKind.TRANSLATION, 1.0), "one")
        assert deux.story == "two"
        assert again.copy is None  # it has a French version already
        (wire,) = await archived(parts, WIRE, page(told("w", prose(3), WIRE), "es", un.permalink))
        assert wire.copy is None  # nobody is drawn into a stranger's story
        (reprint,) = await archived(parts, WIRE, told("reprint", prose(11), WIRE))
        assert reprint.copy is None
        assert is_told(un, (ToldAsNew("one", 1, "one", "another title"),))

    with_parts(tmp_path, test)
