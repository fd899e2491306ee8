"""Pages without a feed, as an operator watches them: polled by `once`, tried with `try feed`.

All stories are invented.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loopback import an_answer
from newsdesk import Desk, a_page, a_reader, at_the_desk, told

STORIES = (
    "Invented court hears of torture in custody",
    "Six arrested over an invented letter",
    "The ferry that nobody saw is late again",
)
STRIKE = "Invented miners detained after a strike"
BROKEN = "<p>Please switch JavaScript on.</p>"


def a_listing(*stories: str, sidebar: str = "The weather on the quay is as ever") -> str:
    """The middle of a page that lists stories of today, and what stands beside it."""
    today = datetime.now(UTC).strftime("%d %B %Y")
    rows = "".join(
        f"<div class=item><h3><a href='/story/{abs(hash(story))}'>{story}</a></h3>"
        f"<span class=date>{today}</span></div>"
        for story in stories
    )
    beside = "".join(f"<li><a href=/old/{n}>{sidebar}, part {n}</a></li>" for n in range(9))
    return f"<main>{rows}</main><aside><ul>{beside}</ul></aside>"


def serve(desk: Desk, middle: str, head: str = "") -> None:
    """Serve a page at /news."""
    body = f"<!doctype html><html lang=en><head>{head}</head><body>{middle}</body></html>"
    desk.answers["/news"] = an_answer(body.encode(), content_type="text/html; charset=utf-8")


def configure(desk: Desk, **keys: object) -> None:
    """Watch /news by its page, or by other keys."""
    feed = keys or {"page": desk.server.url("/news")}
    desk.configure(feeds=[{"name": "page", **feed}], subscribers=[a_reader()])


async def state(desk: Desk) -> dict[str, object]:
    """What `feeds` tells of the page."""
    (line,) = (await desk.run("feeds", "--json")).lines
    return line


def test_once_listing_is_mailed_once_and_its_changes_are_told_apart(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        for story in (*STORIES, STRIKE):
            desk.answers[f"/story/{abs(hash(story))}"] = a_page(story)
        configure(desk)

        serve(desk, a_listing(*STORIES))
        first = await desk.run("once", "--json")
        serve(desk, a_listing(*STORIES, sidebar="The tide on the quay is as ever"))
        sidebar = await desk.run("once", "--all", "--json")
        serve(desk, a_listing(STRIKE, *STORIES))
        fourth = await desk.run("once", "--all", "--json")
        serve(desk, BROKEN + a_listing())
        broken = await desk.run("once", "--all", "--json")
        while_broken = await state(desk)
        serve(desk, a_listing(STRIKE, *STORIES))
        back = await desk.run("once", "--all", "--json")
        at_last = await state(desk)

        polls = [ended.lines[0] for ended in (first, sidebar, fourth, broken, back)]
        assert [(poll["outcome"], poll["new"]) for poll in polls] == [
            ("new", 3),
            ("unchanged", 0),
            ("new", 1),
            ("failed", 0),
            ("unchanged", 0),
        ]
        assert (first.status, broken.status, back.status) == (0, 1, 0), first.complaints
        assert while_broken["state"] == "layout-changed"
        assert while_broken["entries"] == 4
        assert "where there were 4 entries" in str(while_broken["error"])
        assert f"hrwatch try feed {desk.server.url('/news')}" in str(while_broken["error"])
        assert (at_last["state"], at_last["error"], at_last["failures"]) == ("ok", None, 0)
        one, two = map(told, desk.mails())
        assert all(story in one for story in STORIES)
        assert STRIKE in two
        assert not any(story in two for story in STORIES)
        records = await desk.records()
        assert len(records) == 4
        assert all("Paragraph 1 of an invented story" in str(one["text"]) for one in records)

    at_the_desk(tmp_path, test, inside=True)


def test_once_page_that_never_listed_anything_fails_and_says_so(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        serve(desk, BROKEN)
        configure(desk)

        ended = await desk.run("once")
        line = await state(desk)

        assert ended.status == 1
        assert line["state"] == "not-a-feed"
        assert "nothing on the page looks like a list of news" in str(line["error"])
        assert "name its entries with select" in str(line["error"])

    at_the_desk(tmp_path, test, inside=True)


def test_once_page_where_a_feed_should_be_names_the_feed_it_advertises(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        feed = desk.server.url("/wire.xml")
        serve(desk, BROKEN, f"<link rel=alternate type=application/rss+xml href='{feed}'>")
        configure(desk, url=desk.server.url("/news"))

        await desk.run("once")

        error = (await state(desk))["error"]
        assert error == f"an HTML page, not a feed; it advertises this one: {feed}"

    at_the_desk(tmp_path, test, inside=True)


def test_once_listing_by_selectors_reads_what_they_name(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.answers["/story/1"] = a_page("One")
        serve(desk, "<nav><p class=x>Odd <a href=/story/1>One</a> <i>2 May 2026</i></p></nav>")
        configure(desk, page=desk.server.url("/news"), select={"entry": "p.x", "date": "i"})

        ended = await desk.run("once", "--json")

        assert ended.lines[0]["new"] == 1
        (record,) = await desk.records()
        assert (record["title"], record["url"]) == ("One", desk.server.url("/story/1"))
        assert str(record["published_at"]).startswith("2026-05-02")

    at_the_desk(tmp_path, test, inside=True)


def test_try_feed_page_tells_feeds_entries_and_what_to_paste(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        configure(desk)
        address = desk.server.url("/news")
        head = "<link rel=alternate type=application/rss+xml title=All href=/wire.xml>"
        serve(desk, a_listing(*STORIES), head)
        with_feed = await desk.run("try", "feed", address)
        serve(desk, a_listing(*STORIES))
        without = await desk.run("try", "feed", address)
        picked = await desk.run("try", "feed", address, "--entry", "aside li", "--title", "a")
        none = await desk.run("try", "feed", address, "--entry", "b")
        desk.feed("wire.xml", *STORIES)
        feed = await desk.run("try", "feed", desk.server.url("/wire.xml"))

        (line,) = with_feed.lines
        assert list(line) == [
            "input", "format", "title", "link", "language", "entries", "warnings", "feeds", "yaml",
        ]  # fmt: skip
        assert line["format"] == "listing"
        assert line["feeds"] == [
            {"url": desk.server.url("/wire.xml"), "title": "All", "type": "rss"}
        ]
        entries = line["entries"]
        assert isinstance(entries, list)
        assert [entry["title"] for entry in entries] == list(STORIES)
        assert "url: " + desk.server.url("/wire.xml") in str(line["yaml"])
        assert "# or: page: " + address in str(line["yaml"])
        assert "page: " + address in str(without.lines[0]["yaml"])
        assert len(picked.lines[0]["entries"]) == 9  # type: ignore[arg-type]  # JSON
        assert "select:" in str(picked.lines[0]["yaml"])
        assert none.status == 1
        assert "selector entry (b) finds nothing" in str(none.lines[0]["error"])
        assert feed.lines[0]["feeds"] == []
        assert "url: " + desk.server.url("/wire.xml") in str(feed.lines[0]["yaml"])
        for ended in (with_feed, without, picked, feed):
            pasted = f"feeds:\n{ended.lines[0]['yaml']}"
            (desk.folder / "feeds.yaml").write_text(pasted)
            checked = await desk.run("check")
            assert checked.status == 0, checked.out
            assert "1 feed (1 enabled)" in checked.out

    at_the_desk(tmp_path, test, inside=True)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<!doctype html><p>Nothing.", "nothing on the page looks like a list of news"),
        ("<html><ul><li><a href=1>Court orders inquiry</a></ul>", "not say its own address"),
        ("", "an empty document"),
    ],
)
def test_try_feed_file_without_feed_or_listing_fails_and_says_why(
    page: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(page)
    command = [sys.executable, "-m", "hrwatch", "try", "feed", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    line = json.loads(ended.stdout)
    assert ended.returncode == 1
    assert reason in line["error"]
    assert line["input"] == str(path)


def test_try_feed_selector_that_is_none_is_refused_before_anything_is_read() -> None:
    command = [sys.executable, "-m", "hrwatch", "try", "feed", "--entry", "li[", "x.html"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "is no CSS selector" in ended.stderr
    assert ended.stdout == ""
