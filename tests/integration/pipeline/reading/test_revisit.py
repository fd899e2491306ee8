"""A site that edits, adds noise, withdraws and restores its articles: each real change is told once
to who was told before, and nothing else is."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hrwatch.model.evidence import Standing, Visit
from hrwatch.model.feeds import Route
from hrwatch.model.mail import Reason
from hrwatch.pipeline.reading.revisit import VisitTurns, revisit, revisit_pass
from hrwatch.stages.store.articles import visits
from loopback import Request, an_answer
from newsdesk import a_page
from postgres import Place, Places
from watching import DAY, HOUR, Site, Watch, an_article, watch

ONE = an_article(1)
GONE = an_answer(status="404 Not Found")
EDITED = (*ONE.paragraphs[:3], "The judge has since taken back the order.", *ONE.paragraphs[3:])


@pytest.fixture
def file(places: Places, tmp_path: Path) -> Place:
    """A place on SQLite alone: what is tested with it asks nothing of its own of the archive."""
    return places.make("sqlite", tmp_path / "state")


async def hangs(_: Request, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def told_once(desk: Watch) -> None:
    """Poll the article and tell the reader of it."""
    desk.site.publish(ONE)
    await desk.poll()
    assert await desk.tell() == [(ONE.title, 1, Reason.NEW)]


def texts(desk: Watch) -> list[tuple[int, str]]:
    return [(row[0], row[1]) for row in desk.rows("SELECT version, text FROM records ORDER BY 1")]


def test_edited_page_is_a_version_that_is_told_once_as_changed(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        assert await desk.visit(after=2 * HOUR) == ()
        desk.site.edit(1, paragraphs=EDITED)
        (looked,) = await desk.visit(after=HOUR)
        assert (looked.version, looked.reason, looked.standing) == (2, Reason.CHANGED, "there")
        assert looked.change is not None
        assert looked.change.added == ("The judge has since taken back the order.",)
        assert await desk.tell() == [(ONE.title, 2, Reason.CHANGED)]
        desk.site.edit(1, noise=5)
        await desk.visits_until(70 * DAY)
        assert await desk.tell() == []
        assert [version for version, _ in texts(desk)] == [1, 2]
        assert "taken back" not in texts(desk)[0][1]
        assert "taken back" in texts(desk)[1][1]
        kept = desk.rows("SELECT first_seen_at, story, backlog, permalink FROM records")
        assert kept[0] == kept[1]

    watch(place, tmp_path, test)


def test_page_whose_noise_alone_changes_is_captured_and_not_told(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        for noise, wait in ((1, 4 * HOUR), (2, DAY), (2, 3 * DAY), (3, 70 * DAY)):
            desk.site.edit(1, noise=noise)
            await desk.visits_until(wait)
        assert await desk.tell() == []
        assert len(texts(desk)) == 1
        captured = desk.rows("SELECT count(*), count(DISTINCT body_sha256) FROM captures")[0]
        assert captured == (4, 4)

    watch(file, tmp_path, test)


def test_title_and_text_that_change_are_in_the_version_with_its_tags(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.edit(1, title="Belarus: invented torture case closed in Minsk")
        (looked,) = await desk.visit(after=3 * HOUR)
        assert looked.change is not None
        assert looked.change.title is not None
        rows = desk.rows("SELECT version, title, entry_title FROM records ORDER BY 1")
        assert rows[1][1:] == ("Belarus: invented torture case closed in Minsk", ONE.title)
        tags = desk.rows(
            "SELECT r.version, t.value FROM tags t JOIN records r ON r.ordinal = t.record "
            "WHERE t.value IN ('BY', 'torture')"
        )
        assert {tuple(row) for row in tags} == {(2, "BY"), (2, "torture")}

    watch(file, tmp_path, test)


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_page_that_is_gone_three_times_over_a_day_is_removed_and_its_return_is_told(
    place: Place, tmp_path: Path, status: str
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.answer(1, an_answer(status=status))
        for _ in range(2):
            await desk.visits_until(13 * HOUR)
            assert await desk.tell() == []
        await desk.visits_until(2 * HOUR)
        assert await desk.tell() == [(ONE.title, 1, Reason.REMOVED)]
        (visit,) = desk.known()
        assert (visit.standing, visit.missing, visit.status) == ("removed", 3, int(status[:3]))
        await desk.visits_until(3 * DAY)
        desk.site.answer(1, None)
        await desk.visits_until(5 * DAY)
        assert await desk.tell() == [(ONE.title, 1, Reason.RETURNED)]
        await desk.visits_until(70 * DAY)
        assert await desk.tell() == []
        assert len(texts(desk)) == 1

    watch(place, tmp_path, test)


def test_page_that_returns_with_other_words_is_returned_and_changed(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.answer(1, GONE)
        await desk.visits_until(2 * DAY)
        assert await desk.tell() == [(ONE.title, 1, Reason.REMOVED)]
        desk.site.edit(1, paragraphs=EDITED)
        await desk.visits_until(2 * DAY)
        assert await desk.tell() == [
            (ONE.title, 2, Reason.CHANGED),
            (ONE.title, 2, Reason.RETURNED),
        ]

    watch(place, tmp_path, test)


def test_page_that_is_back_before_its_removal_was_told_is_told_to_nobody(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.answer(1, GONE)
        await desk.visits_until(2 * DAY)
        desk.site.answer(1, None)
        await desk.visits_until(2 * DAY)
        assert await desk.tell() == []

    watch(file, tmp_path, test)


@pytest.mark.parametrize("keep", ["headline", "summary"])
def test_page_of_which_nothing_is_kept_is_still_found_removed_and_back(
    file: Place, tmp_path: Path, keep: str
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.answer(1, GONE)
        await desk.visits_until(2 * DAY)
        assert await desk.tell() == [(ONE.title, 1, Reason.REMOVED)]
        desk.site.answer(1, FRONT)
        await desk.visits_until(2 * DAY)
        desk.site.edit(1, paragraphs=EDITED)
        await desk.visits_until(9 * DAY)
        assert await desk.tell() == [(ONE.title, 1, Reason.RETURNED)]
        assert desk.rows("SELECT count(*) FROM captures") == [(0,)]
        assert len(texts(desk)) == 1

    watch(file, tmp_path, test, keep=keep)


FRONT = a_page("The front page of an invented site", *(["Welcome to the news of today."] * 4))
PAYWALL = a_page(ONE.title, "Subscribe now to read this.", "Already a reader? Log in here.")


SAYING_NOTHING = (
    (an_answer(status="403 Forbidden"), Standing.UNREACHABLE),
    (an_answer(status="401 Unauthorized"), Standing.UNREACHABLE),
    (an_answer(status="429 Too Many Requests"), Standing.UNREACHABLE),
    (an_answer(status="503 Service Unavailable"), Standing.UNREACHABLE),
    (hangs, Standing.UNREACHABLE),
    (an_answer(status="302 Found", Location="/front"), Standing.UNCLEAR),
    (FRONT, Standing.UNCLEAR),
    (PAYWALL, Standing.UNCLEAR),
    (an_answer(b"", Content_Type="text/html"), Standing.UNCLEAR),
    (an_answer(b"\x89PNG\r\n\x1a\n" + bytes(400), Content_Type="image/png"), Standing.UNCLEAR),
)


def test_page_that_refuses_fails_or_shows_something_else_says_nothing_of_its_article(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        desk.site.answers["/front"] = FRONT
        for number in range(len(SAYING_NOTHING)):
            desk.site.publish(an_article(number))
        await desk.poll()
        await desk.tell()
        desk.clock.advance(3 * HOUR)
        known = {visit.record: visit for visit in desk.known()}
        for due in desk.due():
            number = int(known[due.record].url.rpartition("/")[2])
            answer, expected = SAYING_NOTHING[number]
            desk.site.answer(number, answer)
            # A site that refuses is left alone for a while, and these are all of one.
            desk.parts.fetcher._patience._standings.clear()
            looked = await revisit(desk.parts, desk.desk.config.feeds[0], due)
            assert looked is not None
            assert (looked.standing, looked.version, looked.reason) == (expected, None, None)
            desk.site.answer(number, None)
        desk.parts.fetcher._patience._standings.clear()
        await desk.visits_until(10 * HOUR)
        assert {(one.standing, one.missing) for one in desk.known()} == {(Standing.THERE, 0)}
        assert await desk.tell() == []
        assert len(texts(desk)) == len(SAYING_NOTHING)

    watch(file, tmp_path, test)


def test_soft_404_after_a_removal_is_no_return(file: Place, tmp_path: Path) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.answer(1, GONE)
        await desk.visits_until(2 * DAY)
        assert await desk.tell() == [(ONE.title, 1, Reason.REMOVED)]
        desk.site.answer(1, FRONT)
        await desk.visits_until(40 * DAY)
        assert await desk.tell() == []
        assert desk.known()[0].standing is Standing.REMOVED

    watch(file, tmp_path, test)


def test_page_that_could_not_be_had_is_completed_at_a_later_look_and_is_no_change(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        desk.site.publish(replace(ONE, aside="In short."))
        desk.site.answer(1, an_answer(status="503 Service Unavailable"))
        await desk.poll()
        assert await desk.tell() == [(ONE.title, 1, Reason.NEW)]
        desk.site.answer(1, FRONT)
        (looked,) = await desk.visit(after=4 * HOUR)
        assert (looked.version, looked.standing) == (None, Standing.UNCLEAR)
        desk.site.answer(1, None)
        (looked,) = await desk.visit(after=12 * HOUR)
        assert (looked.version, looked.reason) == (2, None)
        assert await desk.tell() == []
        assert "word1x40" in texts(desk)[1][1]
        desk.site.edit(1, paragraphs=EDITED)
        await desk.visits_until(2 * DAY)
        assert await desk.tell() == [(ONE.title, 3, Reason.CHANGED)]

    watch(place, tmp_path, test)


@pytest.mark.parametrize("settings", [{"revisit": False}, {"full_text": False}])
def test_feed_that_is_not_to_be_read_again_has_no_visits(
    file: Place, tmp_path: Path, settings: dict[str, bool]
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        assert desk.known() == []

    watch(file, tmp_path, test, **settings)


def test_feed_that_is_switched_off_or_gone_from_the_file_has_no_more_visits(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.clock.advance(DAY)
        (feed,) = desk.desk.config.feeds
        for feeds in ([], [replace(feed, enabled=False)], [replace(feed, revisit=False)]):
            assert await revisit_pass(desk.parts, feeds) == ()
        assert len(await desk.visit()) == 1

    watch(file, tmp_path, test)


def test_visits_ask_with_validators_and_believe_them_but_now_and_then(
    file: Place, tmp_path: Path
) -> None:
    async def answer(site: Site, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.headers.get("if-none-match") == '"1"':
            writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        else:
            page = site.articles[1].page()
            writer.write(page.replace(b"\r\n", b'\r\nETag: "1"\r\n', 1))
        await writer.drain()

    async def test(desk: Watch) -> None:
        async def lies(request: Request, writer: asyncio.StreamWriter) -> None:
            await answer(desk.site, request, writer)

        desk.site.publish(ONE)
        desk.site.answer(1, lies)
        await desk.poll()
        await desk.tell()
        await desk.visits_until(DAY / 2)
        desk.site.articles[1] = replace(ONE, paragraphs=EDITED)
        await desk.visits_until(70 * DAY)
        assert await desk.tell() == [(ONE.title, 2, Reason.CHANGED)]
        asked = [r.headers.get("if-none-match") for r in desk.site.server.requests]
        pages = [asked[n] for n, r in enumerate(desk.site.server.requests) if "stor" in r.target]
        assert pages == [None, None, '"1"', None, '"1"', '"1"', None, '"1"']

    watch(file, tmp_path, test)


def test_visits_obey_robots_txt(file: Place, tmp_path: Path) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.answers["/robots.txt"] = an_answer(b"User-agent: *\nDisallow: /stories")
        asked = len(desk.site.server.requests)
        await desk.visits_until(2 * DAY)
        later = {request.target for request in desk.site.server.requests[asked:]}
        assert later <= {"/robots.txt", "/stories/1"}
        assert desk.known()[0].standing is Standing.UNREACHABLE

    watch(file, tmp_path, test)


def test_page_that_alternates_between_two_texts_is_told_as_changed_once(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        with_name = ("Bohdan Tarasenko told the court of it that day.", *ONE.paragraphs)
        initials = ("B. T. told the court of it that day.", *ONE.paragraphs)
        desk.site.publish(replace(ONE, paragraphs=with_name))
        await desk.poll()
        assert await desk.tell() == [(ONE.title, 1, Reason.NEW)]
        told = []
        for number in range(5):  # a cache that serves the old page now and then
            paragraphs = with_name if number % 2 else initials
            desk.site.publish(
                replace(ONE, paragraphs=paragraphs, noise=number, aside=f"Edition {number}.")
            )
            desk.clock.advance(2 * HOUR)
            await desk.poll()
            await desk.visit()
            told += await desk.tell()
        assert told == [(ONE.title, 2, Reason.CHANGED)]
        desk.site.edit(1, paragraphs=(*initials, "The order was taken back today."))
        (looked,) = await desk.visit(after=DAY)
        assert looked.change is not None
        assert looked.change.added == ("The order was taken back today.",)
        assert looked.change.replaced == ()

    watch(place, tmp_path, test)


def test_page_that_several_entries_of_a_feed_lead_to_is_not_looked_at(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        link = desk.site.server.url(ONE.path)
        desk.site.answers[ONE.path] = a_page(ONE.title, *ONE.paragraphs)
        items = "".join(
            f"<item><title>Torture in Arvenia, part {number}</title><guid>{number}</guid>"
            f"<link>{link}</link></item>"
            for number in range(3)
        )
        desk.site.answers["/wire"] = an_answer(
            f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
        )
        await desk.poll()
        assert len(await desk.tell()) == 3
        desk.site.answers[ONE.path] = a_page(ONE.title, *EDITED)
        asked = len(desk.site.server.requests)
        await desk.visits_until(10 * DAY)
        assert await desk.tell() == []
        assert len(desk.site.server.requests) == asked
        assert desk.known() == []

    watch(file, tmp_path, test)


MIRROR = {"name": "mirror"}


def asked_for(desk: Watch, path: str) -> int:
    return sum(request.target == path for request in desk.site.server.requests)


async def told_by_both(desk: Watch) -> int:
    """Poll one article from two feeds, one of them two hours later; return how often its page was
    asked for."""
    desk.site.answers["/mirror"] = an_answer(b"<rss version='2.0'><channel></channel></rss>")
    desk.site.publish(ONE)
    await desk.poll()
    desk.clock.advance(2 * HOUR)
    desk.site.answers["/mirror"] = desk.site.answers["/wire"]
    await desk.poll()
    assert await desk.tell() == [(ONE.title, 1, Reason.NEW)] * 2  # copies are not linked here
    return asked_for(desk, ONE.path)


def test_page_that_two_feeds_carry_is_asked_for_once_a_look(place: Place, tmp_path: Path) -> None:
    async def test(desk: Watch) -> None:
        asked = await told_by_both(desk)
        await desk.visits_until(5 * HOUR)  # two hours are much at the first look: each its own
        assert asked_for(desk, ONE.path) == asked + 2
        desk.site.edit(1, paragraphs=EDITED, noise=3)
        await desk.visits_until(70 * DAY)
        assert asked_for(desk, ONE.path) == asked + 2 + 6
        assert [one.visits for one in desk.known()] == [7, 7]
        assert await desk.tell() == [(ONE.title, 2, Reason.CHANGED)] * 2
        assert [version for version, _ in texts(desk)] == [1, 1, 2, 2]
        notes = desk.rows("SELECT note FROM captures WHERE note != '' ORDER BY number")
        first = desk.rows("SELECT id FROM records ORDER BY ordinal")[0][0]
        assert notes[-1] == (f"as fetched for record {first}",)

    watch(place, tmp_path, test, also=(MIRROR,))


@pytest.mark.parametrize("by_another_way", [False, True])
def test_look_of_another_feed_does_only_if_it_went_the_same_way(
    file: Place, tmp_path: Path, by_another_way: bool
) -> None:
    async def test(desk: Watch) -> None:
        asked = await told_by_both(desk)
        feeds = desk.parts.feeds
        assert isinstance(feeds, dict)
        if by_another_way:  # as the looks of each know the other's feed; they go as they did
            route = Route(proxy="socks5h://proxy.example:9050")
            feeds |= {name: replace(feed, route=route) for name, feed in feeds.items()}
        await desk.visits_until(15 * HOUR)  # the looks after 3 and 12 hours
        assert asked_for(desk, ONE.path) == asked + (4 if by_another_way else 3)

    watch(file, tmp_path, test, also=(MIRROR,))


def test_look_that_feeds_hand_on_from_one_to_the_next_grows_no_younger(
    file: Place, tmp_path: Path
) -> None:
    names = [f"mirror{number}" for number in range(3)]

    async def test(desk: Watch) -> None:
        desk.site.answers |= {
            f"/{name}": an_answer(b"<rss version='2.0'><channel></channel></rss>") for name in names
        }
        desk.site.publish(ONE)
        await desk.poll()
        for name in names:  # each carries it six hours after the one before
            desk.clock.advance(6 * HOUR)
            desk.site.answers[f"/{name}"] = desk.site.answers["/wire"]
            await desk.poll()
        await desk.visits_until(55 * HOUR)  # the first one's look after three days is made
        before, asked = {one.feed: one for one in desk.known()}, asked_for(desk, ONE.path)
        desk.site.answer(1, GONE)
        await desk.visits_until(12 * HOUR)  # within a fifth of three days it does for two more
        after = {one.feed: one for one in desk.known()}
        assert {name for name in after if after[name].visits > before[name].visits} == {*names[:2]}
        assert {after[name].last_visit_at for name in names[:2]} == {before["wire"].last_visit_at}
        assert asked_for(desk, ONE.path) == asked
        await desk.visits_until(6 * HOUR)
        assert asked_for(desk, ONE.path) == asked + 1
        assert {one.feed for one in desk.known() if one.missing} == {names[2]}

    watch(file, tmp_path, test, also=tuple({"name": name} for name in names))


def test_look_of_another_feed_does_once_and_not_for_what_the_own_feed_says_since(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        await told_by_both(desk)
        await desk.visits_until(7 * DAY + HOUR)  # the mirror's look after seven days is taken over
        (mirrored,) = (one for one in desk.known() if one.feed == "mirror")
        asked, now = asked_for(desk, ONE.path), desk.clock()
        assert mirrored.visits == 5 and mirrored.last_visit_at == now - 3 * HOUR
        await desk.archive.write(visits.hasten, replace(mirrored, next_visit_at=now))
        await desk.visit()
        assert asked_for(desk, ONE.path) == asked + 1

    watch(file, tmp_path, test, also=(MIRROR,))


def test_page_that_two_feeds_carry_is_asked_for_by_each_while_it_is_missing(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: Watch) -> None:
        asked = await told_by_both(desk)
        desk.site.answer(1, GONE)
        await desk.visits_until(3 * DAY)
        visits = [one.visits for one in desk.known()]
        assert min(visits) >= 3
        assert asked_for(desk, ONE.path) == asked + sum(visits)
        assert {one.standing for one in desk.known()} == {Standing.REMOVED}

    watch(file, tmp_path, test, also=(MIRROR,))


@pytest.mark.parametrize("missed", [2, 3])
def test_page_that_moves_with_its_link_in_the_feed_is_looked_at_there(
    place: Place, tmp_path: Path, missed: int
) -> None:
    async def test(desk: Watch) -> None:
        await told_once(desk)
        desk.site.answer(1, GONE)
        desk.clock.advance(3 * HOUR)
        for _ in range(missed):
            await desk.visit(after=13 * HOUR)
        was_removed = [reason for _, _, reason in await desk.tell()]
        assert was_removed == ([Reason.REMOVED] if missed == 3 else [])
        desk.site.answers["/moved/1"] = ONE.page()
        feed = desk.site.answers["/wire"]
        assert isinstance(feed, bytes)
        moved = feed.replace(b"/stories/1<", b"/moved/1<").replace(b"Content-Length", b"X-Was")
        desk.site.answers["/wire"] = moved
        await desk.poll()
        (known,) = desk.known()
        assert (known.url, known.missing) == (desk.site.server.url("/moved/1"), 0)
        await desk.visits_until(10 * DAY)
        returned = [reason for _, _, reason in await desk.tell()]
        assert returned == ([Reason.RETURNED] if missed == 3 else [])
        assert desk.known()[0].standing is Standing.THERE

    watch(place, tmp_path, test)


def test_site_with_many_overdue_pages_keeps_no_other_waiting_and_each_is_read_once(
    file: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0
    due_now = visits.due

    def counted(*asked: Any) -> tuple[visits.Due, ...]:
        nonlocal reads
        reads += 1
        return due_now(*asked)

    async def test(desk: Watch) -> None:
        now, feeds = desk.clock(), desk.desk.config.feeds
        of_slow = [
            Visit(f"slow{number}", "wire", f"http://slow.example/{number}", next_visit_at=now - DAY)
            for number in range(300)
        ]
        other = Visit("other", "wire", "http://other.example/1", next_visit_at=now - HOUR)
        desk.archive.write_now(visits.add, [*of_slow, other])
        monkeypatch.setattr(visits, "due", counted)
        turns = VisitTurns()
        taken = [await turns.take(desk.parts, feeds) for _ in range(3)]
        assert [one and one[1].site for one in taken] == ["slow.example", "other.example", None]
        assert taken[0] is not None
        due = taken[0][1]
        made = {due.record, "other"}
        for _ in range(299):
            turns.leave(due)
            taken_next = await turns.take(desk.parts, feeds, frozenset(made))
            assert taken_next is not None
            due = taken_next[1]
            made.add(due.record)
        turns.leave(due)
        assert await turns.take(desk.parts, feeds, frozenset(made)) is None
        assert (len(made), reads) == (301, 2)

    watch(file, tmp_path, test)
