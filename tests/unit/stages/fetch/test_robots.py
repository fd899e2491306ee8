"""robots.txt: who is meant, what is allowed, and that nothing in it can do harm."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.stages.fetch import robots
from hrwatch.stages.fetch.robots import LONGEST_DELAY, MOST_BYTES, Rules, parse

EVERYBODY = "User-agent: *\n"


def allows(text: str, path: str) -> bool:
    return parse(text.encode()).allow(path)


@pytest.mark.parametrize(
    ("rules", "path", "is_allowed"),
    [
        ("", "/a", True),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/a", False),
        ("Disallow: /a", "/a", False),
        ("Disallow: /a", "/abc", False),
        ("Disallow: /a", "/b", True),
        ("Disallow: /a", "/A", True),
        ("Disallow: /a/", "/a", True),
        ("disallow : /a  # not here", "/a", False),
        ("Dissallow: /a", "/a", False),
        ("Disallow: a", "/a", True),
        # The longest pattern decides; of two alike, the one that allows (RFC 9309, 2.2.2).
        ("Disallow: /\nAllow: /a", "/a", True),
        ("Allow: /a\nDisallow: /", "/b", False),
        ("Allow: /a\nDisallow: /a/b", "/a/b", False),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Allow: /a*\nDisallow: /abc", "/abc", False),
        # Special characters (2.2.3)
        ("Disallow: /*.pdf", "/x/y.pdf?z", False),
        ("Disallow: /*.pdf$", "/x/y.pdf", False),
        ("Disallow: /*.pdf$", "/x/y.pdf?z", True),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /*/b/*/d", "/a/b/c/d", False),
        ("Disallow: /*/b/*/d", "/a/b/d", True),
        ("Disallow: /a*b*c$", "/abcbc", False),
        ("Disallow: /a*bc$", "/abc", False),
        ("Disallow: /ab*bc$", "/abc", True),
        ("Disallow: *", "/a", False),
        ("Disallow: /**", "/a", False),
        ("Disallow: $", "/a", True),
        ("Disallow: /?s=", "/?s=x", False),
        # Percent-encoding (2.2.2)
        ("Disallow: /ツ", "/%E3%83%84", False),
        ("Disallow: /%E3%83%84", "/%E3%83%84", False),
        ("Disallow: /%7Ejoe", "/~joe", False),
        ("Disallow: /~joe", "/%7ejoe", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /a%2fb", "/a%2Fb", False),
        ("Disallow: /", "/robots.txt", True),
    ],
)
def test_rules_allow_what_the_longest_pattern_says(rules: str, path: str, is_allowed: bool) -> None:
    assert allows(EVERYBODY + rules, path) == is_allowed


OURS = "User-agent: hrwatch\nDisallow: /ours\n"
OTHERS = "User-agent: otherbot\nDisallow: /others\n"
ALL = "User-agent: *\nDisallow: /all\n"


@pytest.mark.parametrize(
    ("text", "disallowed"),
    [
        (OURS + ALL, {"/ours"}),
        (ALL + OTHERS + OURS, {"/ours"}),
        (OTHERS + ALL, {"/all"}),
        (OTHERS, set()),
        ("Disallow: /\n" + OTHERS, set()),
        ("User-Agent: HRWatch/1.0\nDisallow: /ours", {"/ours"}),
        ("User-agent: hrwatchdog\nDisallow: /ours", set()),
        ("User-agent: hr\nDisallow: /ours", set()),
        (OURS + ALL + "User-agent: hrwatch\nDisallow: /others", {"/ours", "/others"}),
        ("User-agent: a\nUser-agent: hrwatch\nUser-agent: b\nDisallow: /ours", {"/ours"}),
        ("User-agent: hrwatch\n\nUser-agent: a\nDisallow: /ours", {"/ours"}),
        ("User-agent: hrwatch\nSitemap: https://a/\nUser-agent: a\nDisallow: /ours", {"/ours"}),
        ("User-agent: hrwatch\nDisallow:\n" + ALL, set()),
        ("User-agent: hrwatch\nAllow: /\n" + ALL, set()),
        ("\ufeffuser-agent:*\r\rdisallow:/all", {"/all"}),
        ("<html><body>User-agent: * Disallow: /</body></html>", set()),
    ],
)
def test_rules_are_those_for_us_else_those_for_everybody(text: str, disallowed: set[str]) -> None:
    told = {path for path in ("/ours", "/others", "/all") if not allows(text, path)}

    assert told == disallowed


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (EVERYBODY + "Crawl-delay: 3", 3),
        (EVERYBODY + "crawl-delay: 0.5", 0.5),
        (EVERYBODY + "Crawl-delay: 86400", 10),
        (EVERYBODY + "Crawl-delay: -1", 0),
        (EVERYBODY + "Crawl-delay: nan", 0),
        (EVERYBODY + "Crawl-delay: 1e309", 0),
        (EVERYBODY + "Crawl-delay: " + "9" * 400, 0),
        (EVERYBODY + "Crawl-delay: 3\nUser-agent: hrwatch\nAllow: /", 0),
        ("User-agent: hrwatch\nUser-agent: *\nCrawl-delay: 2", 2),
        ("Crawl-delay: 2", 0),
    ],
)
def test_crawl_delay_is_honoured_up_to_a_bound(text: str, seconds: float) -> None:
    assert parse(text.encode()).delay == timedelta(seconds=seconds)


@given(st.binary(max_size=400), st.text(max_size=80))
def test_rules_of_any_bytes_are_read_and_can_be_asked(body: bytes, path: str) -> None:
    rules = parse(EVERYBODY.encode() + b"Disallow: " + body)

    assert rules.allow(path) in (True, False)
    assert timedelta(0) <= rules.delay <= LONGEST_DELAY


@given(st.lists(st.sampled_from(["a", "b", "*", "/", "$"]), max_size=8), st.text("ab/", max_size=9))
def test_pattern_matches_as_the_same_regular_expression_does(parts: list[str], tail: str) -> None:
    import re  # noqa: PLC0415 - the oracle, here only

    pattern, path = "/" + "".join(parts), "/" + tail
    whole, body = pattern.endswith("$"), pattern.removesuffix("$")
    oracle = "".join(".*" if c == "*" else re.escape(c) for c in body) + ("$" if whole else "")

    assert robots._matches(pattern, path) == bool(re.match(oracle, path))


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"User-agent: a{n}\n" for n in range(20_000)) + "Disallow: /\n" * 20_000,
        EVERYBODY + "Disallow: /*a*b\n" * 40_000,
        EVERYBODY + "Disallow: /" + "*a" * 300_000 + "b\n",
        EVERYBODY + "Disallow: /" + "%" * 600_000,
        EVERYBODY + "Disallow: /é|\n" * 60_000,
        "#" * 600_000,
        ":\n" * 300_000,
        "User-agent: *\nDisallow: /x\n" * 25_000,
    ],
    ids=["agents", "wildcards", "one wildcard", "percent", "encoded", "comment", "empty", "groups"],
)
def test_rules_of_a_hostile_file_cost_little(body: str) -> None:
    started_at = time.process_time()
    rules = parse(body.encode())
    read_after = time.process_time() - started_at
    rules.allow("/" + "a" * 8_000)
    asked_after = time.process_time() - started_at - read_after

    assert read_after < 2
    assert asked_after < 1
    assert len(rules.text) <= 3 * MOST_BYTES


CROSS = "*" + "a" * 40 + "b" + "a" * 40  # each is looked for in the whole path, in vain
LONG = "*" + "a" * 3_000 + "b" + "a" * 3_000


@pytest.mark.parametrize(
    "rules",
    [
        f"Disallow: /{CROSS}\n" * 7_000,
        f"Disallow: /{LONG}\n" * 100,
        "Disallow: /*aab\n" * 40_000,
        "Disallow: /" + "*aab" * 140_000,
        "Disallow: /" + "*" * 500_000 + "b",
        "Disallow: /aaaaaaaaab\n" * 30_000,
        "Disallow: /" + "a" * 500_000,
    ],
    ids=["crossed", "long", "short", "parts", "stars", "plain", "one"],
)
@pytest.mark.parametrize("path", ["/" + "a" * 7_900, "/" + "%61" * 2_600], ids=["plain", "encoded"])
def test_page_is_judged_by_a_hostile_file_in_some_milliseconds(rules: str, path: str) -> None:
    told = parse((EVERYBODY + rules).encode())

    def cost() -> float:
        started_at = time.process_time()
        told.allow(path)
        return time.process_time() - started_at

    assert min(cost() for _ in range(5)) < 0.01
    assert len(told.text) <= robots.MOST_TEXT


@pytest.mark.parametrize(
    ("rule", "is_allowed"),
    [
        ("Disallow: /a*b", False),
        ("Disallow: /a*a$", True),  # the path goes on, nobody looks where it ends
        ("Disallow: /a*$", False),
        ("Disallow: /*/c", True),
    ],
)
def test_path_longer_than_is_looked_at_is_judged_by_its_head(rule: str, is_allowed: bool) -> None:
    path = "/ab" + "a" * robots.LONGEST_PATH + "/c"

    assert allows(EVERYBODY + rule, path) == is_allowed


def test_rules_of_a_large_but_honest_file_are_all_kept() -> None:
    lines = [f"Disallow: /section-{n}/*/print" for n in range(250)]
    lines += [f"Disallow: /private/{n}/an-invented-story" for n in range(2_500)]

    rules = parse((EVERYBODY + "\n".join(lines)).encode())

    assert not rules.allow("/section-249/x/print")
    assert not rules.allow("/private/2499/an-invented-story")
    assert rules.allow("/story")


def test_rules_of_nothing_allow_everything() -> None:
    assert parse(b"") == Rules()
    assert Rules().allow("/a")
