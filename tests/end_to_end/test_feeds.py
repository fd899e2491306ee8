"""What `hrwatch feeds` and `status` say of feeds that answer in every way a feed can answer."""

from pathlib import Path

from loopback import an_answer
from newsdesk import Desk, at_the_desk

LONG = "us-press-freedom-tracker"  # the longest name of the shipped file
STATES = {
    LONG: "ok",
    "empty": "empty",
    "page": "not-a-feed",
    "forbidden": "refused",
    "missing": "gone",
    "gone": "gone",
    "down": "unreachable",
    "nowhere": "unreachable",
    "guarded": "unreachable",
    "off": "disabled",
}


def answer_in_every_way(desk: Desk) -> None:
    desk.feed(LONG, "Invented court hears of torture")
    desk.answers |= {
        "/empty": an_answer(b"<rss version='2.0'><channel><title>Empty</title></channel></rss>"),
        "/page": an_answer(b"<html><body>Are you human?</body></html>"),
        "/forbidden": an_answer(status="403 Forbidden"),
        "/missing": an_answer(status="404 Not Found"),
        "/gone": an_answer(status="410 Gone"),
        "/down": an_answer(status="500 Invented"),
    }
    elsewhere = {
        "nowhere": {"url": "http://nowhere.invalid/feed"},
        "guarded": {"url": "http://127.0.0.2:8930/feed"},
        "off": {"url": desk.server.url("/off"), "enabled": False},
    }
    desk.configure(
        feeds=[
            {"name": name} | elsewhere.get(name, {"url": desk.server.url(f"/{name}")})
            for name in STATES
        ]
    )


# As on a terminal of 80 columns.
TERMINAL = {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "80"}


def test_feeds_and_status_tell_every_way_in_which_a_feed_answers(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        answer_in_every_way(desk)
        assert (await desk.run("once")).status == 1

        listed = (await desk.run("feeds", "--json")).lines
        assert {line["name"]: line["state"] for line in listed} == STATES
        told = {str(line["name"]): line for line in listed}
        assert {name: line["because"] for name, line in told.items()} == {
            LONG: "every",
            "empty": "every",
            "page": "failures",
            "forbidden": "refused",
            "missing": "failures",
            "gone": "gone",
            "down": "failures",
            "nowhere": "failures",
            "guarded": "not allowed here",
            "off": "",
        }
        assert [name for name, line in told.items() if not line["error"]] == [LONG, "off"]
        assert told["gone"]["next_poll_at"] is None
        assert (told[LONG]["entries"], told[LONG]["failures"]) == (1, 0)

        shown = (await desk.run("feeds", **TERMINAL)).out
        table = shown.splitlines()[: 1 + len(STATES)]
        assert max(map(len, table)) <= 80, shown
        for row, (name, state) in zip(table[1:], STATES.items(), strict=True):
            assert row.split()[:2] == [name, state], "neither is cut"

        (status,) = (await desk.run("status", "--json")).lines
        needs = " ".join(map(str, status["needs_a_hand"]))
        for name in ("page", "forbidden", "missing", "gone"):
            assert f"feed {name}: " in needs
        for name in (LONG, "down", "nowhere", "empty", "off"):
            assert f"feed {name}: " not in needs

    at_the_desk(tmp_path, test, inside=True)


def test_once_asks_a_feed_that_is_gone_only_where_it_is_named(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.answers["/wire"] = an_answer(status="410 Gone")
        desk.configure("wire")
        assert (await desk.run("once")).status == 1
        assert (await desk.run("once")).status == 0
        assert [request.target for request in desk.server.requests] == ["/wire"]
        desk.feed("wire", "Invented court hears of torture")
        assert (await desk.run("once", "wire")).status == 0
        (feed,) = (await desk.run("feeds", "--json")).lines
        assert (feed["state"], feed["entries"]) == ("ok", 1)

    at_the_desk(tmp_path, test, inside=True)
