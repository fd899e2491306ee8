"""`hrwatch once` as an operator runs it: a real server, mail read back, the real command line."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loopback import Request, an_answer
from newsdesk import Desk, a_page, a_reader, at_the_desk, told

ARREST = "Belarus: six arrested over an invented letter"
TORTURE = "Mexico: invented court hears of torture in custody"
MARKET = "Norway: a market that nobody opened"
WITNESSES = ("a baker", "a miner", "two clerks", "a nurse", "the judge", "a cook", "her son")
STRIKE = "Peru: invented miners detained after a strike"


def test_once_mails_what_is_new_and_says_nothing_twice(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST, TORTURE)
        desk.configure("wire")

        first = await desk.run("once")
        again = await desk.run("once", "--all")
        desk.feed("wire", ARREST, TORTURE, MARKET)
        third = await desk.run("once", "--all")

        assert (first.status, again.status, third.status) == (0, 0, 0), first.complaints
        one, two = map(told, desk.mails())
        assert ARREST in one
        assert TORTURE in one
        assert MARKET in two
        assert ARREST not in two
        assert len(await desk.records()) == 3

    at_the_desk(tmp_path, test)


def test_once_feed_not_yet_due_is_left_alone(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire")
        await desk.run("once")
        asked = len(desk.server.requests)

        ended = await desk.run("once", "--json")

        assert ended.lines == []
        assert len(desk.server.requests) == asked

    at_the_desk(tmp_path, test, inside=True)


def test_once_feed_that_fails_is_named_and_touches_no_other(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        async def hangs_up(_: Request, writer: asyncio.StreamWriter) -> None:
            writer.close()

        desk.answers |= {
            "/broken": an_answer(b"no", "500 Internal Server Error"),
            "/html": an_answer(b"<!doctype html><html><p>Hello", Content_Type="text/html"),
            "/silent": hangs_up,
        }
        desk.feed("wire", ARREST)
        desk.configure("broken", "wire", "html", "silent")

        ended = await desk.run("once", "--json")

        polls = {line["feed"]: line for line in ended.lines if "feed" in line}
        assert ended.status == 1
        assert polls["wire"]["new"] == 1
        assert {name for name, poll in polls.items() if poll["outcome"] == "failed"} == {
            "broken",
            "html",
            "silent",
        }
        states = {line["name"]: line["state"] for line in (await desk.run("feeds", "--json")).lines}
        assert states == {
            "broken": "unreachable",
            "wire": "ok",
            "html": "not-a-feed",
            "silent": "unreachable",
        }
        (mail,) = desk.mails()
        assert "1 of 4 feeds read" in told(mail)

    at_the_desk(tmp_path, test, inside=True)


def test_once_page_that_cannot_be_had_leaves_the_summary_and_the_reason(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.answers["/wire/0"] = an_answer(b"gone", "404 Not Found")
        desk.feed("wire", ARREST)
        desk.configure("wire")

        ended = await desk.run("once")
        (record,) = await desk.records()
        shown = await desk.run("show", str(record["id"]))

        assert ended.status == 0
        assert record["text"] == f"{ARREST}, in short."
        assert "404" in shown.out
        assert ARREST in told(desk.mails()[0])

    at_the_desk(tmp_path, test, inside=True)


def test_once_entry_edited_later_is_the_same_entry(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire")
        await desk.run("once")
        desk.feed("wire", f"{ARREST} (updated)")

        ended = await desk.run("once", "--all", "--json")

        assert ended.lines[0]["new"] == 0
        assert len(desk.mails()) == 1

    at_the_desk(tmp_path, test, inside=True)


def test_once_old_entries_of_a_first_poll_are_archived_and_not_mailed(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("old", ARREST, age="96")
        desk.feed("wire", MARKET)
        desk.configure("old", "wire")

        await desk.run("once")

        assert len(await desk.records()) == 2
        (mail,) = desk.mails()
        assert MARKET in told(mail)
        assert ARREST not in told(mail)

    at_the_desk(tmp_path, test, inside=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([a_reader(keywords=["torture"])], [a_reader(keywords=["torture", "labour-rights"])]),
        ([a_reader(countries=["MX"])], [a_reader(countries=["MX", "PE"])]),
        ([a_reader(countries=["MX"])], [a_reader()]),
        ([a_reader(exclude={"countries": ["PE"]})], [a_reader()]),
        ([], [a_reader()]),
    ],
    ids=["keyword added", "country added", "list emptied", "exclude lifted", "subscriber added"],
)
def test_once_interest_that_is_widened_mails_nothing_old(
    tmp_path: Path, before: list[object], after: list[object]
) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", STRIKE)
        desk.configure("wire", subscribers=before)
        await desk.run("once")
        desk.configure("wire", subscribers=after)
        desk.feed("wire", STRIKE, "Peru: more invented miners detained in a strike, with torture")

        await desk.run("once", "--all")

        assert [STRIKE in told(mail) for mail in desk.mails()] == [False]

    at_the_desk(tmp_path, test, inside=True)


def test_once_interest_narrowed_keeps_what_both_ask_for(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", STRIKE, TORTURE)
        desk.configure("wire")
        await desk.run("once", "--digests", "none")
        desk.configure("wire", subscribers=[a_reader(countries=["MX"])])

        await desk.run("once")

        (mail,) = desk.mails()
        assert TORTURE in told(mail)
        assert STRIKE not in told(mail)

    at_the_desk(tmp_path, test, inside=True)


def test_once_same_text_in_two_feeds_is_one_story_and_both_are_kept(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.answers["/paper/0"] = desk.answers["/wire/0"]
        desk.feed("paper", ARREST)
        desk.configure("wire", "paper")

        ended = await desk.run("once", "--json")

        assert sum(int(str(line["copies"])) for line in ended.lines if "copies" in line) == 1
        records = await desk.records()
        assert len(records) == 2
        assert len({record["story"] for record in records}) == 1
        assert "Also reported by 1" in told(desk.mails()[0])

    at_the_desk(tmp_path, test, inside=True)


def test_once_text_that_was_edited_a_little_is_one_story_and_is_told_once(tmp_path: Path) -> None:
    paragraphs = [
        f"On day {number} the court of Arvenia heard {who}, who said nothing that was not known."
        for number, who in enumerate(WITNESSES)
    ]

    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.answers["/wire/0"] = a_page(ARREST, *paragraphs)
        desk.feed("paper", MARKET)
        desk.configure("wire", "paper")
        await desk.run("once")
        desk.feed("paper", MARKET, ARREST)
        desk.answers["/paper/1"] = a_page(ARREST, *paragraphs[1:], "The paper adds a line.")

        await desk.run("once", "--all")

        first, second = [r for r in await desk.records() if r["title"] == ARREST]
        assert second["copy_of"] == first["id"] == second["story"]
        shown = await desk.run("show", str(second["id"]), "--json")
        copy = shown.lines[0]["copy"]
        assert isinstance(copy, dict)
        assert copy["kind"] == "near-text"
        assert 0.6 < copy["score"] < 0.95
        assert len(desk.mails()) == 1

    at_the_desk(tmp_path, test, inside=True)


def test_once_daily_digest_comes_once_a_day_and_all_leaves_its_window(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire", subscribers=[a_reader(send="daily 00:00")])
        await desk.run("once")
        desk.feed("wire", ARREST, MARKET)
        await desk.run("once", "--all")
        assert len(desk.mails()) == 1  # today's window had its digest

        await desk.run("once", "--digests", "all")

        assert MARKET in told(desk.mails()[1])

    at_the_desk(tmp_path, test, inside=True)


def test_once_mail_server_that_is_away_keeps_the_mail_for_later(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        away = {"from": "hrwatch <d@desk.example>", "transport": "smtp://127.0.0.1:9"}
        desk.configure("wire", mail=away)
        first = await desk.run("once", "--json")
        desk.configure("wire")

        second = await desk.run("once", "--json")

        assert (first.status, second.status) == (1, 0)
        assert [line["status"] for line in first.lines if "status" in line] == ["deferred"]
        assert [line["status"] for line in second.lines] == ["sent"]
        assert ARREST in told(desk.mails()[0])

    at_the_desk(tmp_path, test, inside=True)


def test_once_bad_file_starts_nothing_and_tells_every_mistake(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire", subscribers=[a_reader(contries=["BY"], timezone="Vilnius")])

        ended = await desk.run("once")
        checked = await desk.run("check")

        assert (ended.status, checked.status) == (2, 2)
        assert ended.complaints.splitlines() == checked.out.splitlines()
        assert len(checked.out.splitlines()) == 2
        assert "countries" in checked.out
        assert "Europe/Vilnius" in checked.out
        assert not desk.state.exists()
        assert desk.server.requests == []

    at_the_desk(tmp_path, test, inside=True)


def test_once_beside_another_process_is_refused_and_readers_are_not(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        begun = asyncio.Event()

        async def slow(_: Request, writer: asyncio.StreamWriter) -> None:
            begun.set()
            await asyncio.sleep(5)
            writer.close()

        desk.feed("wire", ARREST)
        desk.configure("wire")
        await desk.run("once")
        desk.answers["/wire"] = slow
        holding = await desk.start("once", "--all")
        await asyncio.wait_for(begun.wait(), 20)

        refused = await desk.run("once")
        listed = await desk.run("feeds", "--json")

        assert refused.status == 2
        assert f"process {holding.pid}" in refused.complaints
        assert [line["name"] for line in listed.lines] == ["wire"]
        await holding.communicate()

    at_the_desk(tmp_path, test)


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        (("once", "wirre"), "did you mean wire?"),
        (("once", "off"), "switched off"),
        (("preview", "redaer"), "did you mean reader?"),
        (("search", "(torture"), "character"),
        (("feeds",), "new"),
        (("search", "torture"), "nothing polled yet"),
    ],
)
def test_verbs_before_anything_was_polled_say_what_to_do(
    tmp_path: Path, words: tuple[str, ...], fragment: str
) -> None:
    async def test(desk: Desk) -> None:
        path = desk.configure("wire")
        text = path.read_text()
        off = "feeds:\n- {name: 'off', url: 'http://127.0.0.1:1/', enabled: false}"
        path.write_text(text.replace("feeds:", off, 1))

        ended = await desk.run(*words)

        assert fragment in ended.out + ended.complaints
        assert "Traceback" not in ended.complaints

    at_the_desk(tmp_path, test, inside=True)


def test_preview_shows_the_digest_and_marks_nothing(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        desk.configure("wire")
        await desk.run("once", "--digests", "none")

        waiting = await desk.run("preview", "reader")
        await desk.run("once")
        sent = await desk.run("preview", "reader")
        since = await desk.run("preview", "reader", "--since", "1d")

        assert ARREST in waiting.out
        assert ARREST in told(desk.mails()[0])
        assert "Nothing to tell" in sent.complaints
        assert ARREST in since.out

    at_the_desk(tmp_path, test, inside=True)


def test_once_what_the_publisher_says_is_told_though_another_feed_was_first(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        # The wire lies on 127.0.0.1, the foreign feed calls the same server localhost.
        desk.feed("wire", ARREST)
        desk.answers["/foreign"] = desk.answers["/wire"]
        host = f"localhost:{desk.server.port}"
        foreign = {"name": "foreign", "url": f"http://{host}/foreign"}
        own = {"name": "wire", "url": desk.server.url("/wire")}
        allowed = {
            "contact": "mailto:test@desk.example",
            "allow_addresses": ["127.0.0.0/8", "::1/128"],
            "gap": "0s",
        }
        desk.configure(feeds=[foreign], fetch=allowed)
        await desk.run("once")
        desk.configure(feeds=[foreign, own], fetch=allowed)

        await desk.run("once", "--all")

        assert [ARREST in told(mail) for mail in desk.mails()] == [True, True]
        stories = {record["feed"]: record["story"] for record in await desk.records()}
        assert stories["foreign"] == stories["wire"]

    at_the_desk(tmp_path, test, inside=True)


@pytest.mark.parametrize("now", [[], [a_reader(address="other@desk.example")]])
def test_once_mail_to_who_is_gone_or_moved_is_not_sent(tmp_path: Path, now: list[object]) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        away = {"from": "hrwatch <d@desk.example>", "transport": "smtp://127.0.0.1:9"}
        desk.configure("wire", mail=away)
        first = await desk.run("once")
        # Where the first poll fails (a page that takes too long on a busy machine, say), there is
        # no mail that could be refused below.
        assert "1 new entry" in first.out, first.out + first.complaints
        assert "deferred: mail to reader" in first.out, first.out + first.complaints
        desk.configure("wire", subscribers=now)

        ended = await desk.run("once", "--json")
        await desk.run("once")

        assert [line["status"] for line in ended.lines] == ["refused"], ended.complaints
        assert [mail["To"] for mail in desk.mails()] == ["other@desk.example"] * len(now)

    at_the_desk(tmp_path, test, inside=True)


def test_once_new_subscriber_has_no_window_of_a_day_before(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", ARREST)
        later = datetime.now(UTC) + timedelta(minutes=30)
        desk.configure("wire", subscribers=[a_reader(send=f"daily {later:%H:%M}")])

        ended = await desk.run("once")

        assert ended.status == 0
        if later.date() == datetime.now(UTC).date():
            assert desk.mails() == []

    at_the_desk(tmp_path, test, inside=True)
