"""From a good file to the configuration: every key arrives, what is left out has its default."""

import dataclasses
import json
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrwatch.config import Config
from hrwatch.config.loading import configured
from hrwatch.config.reading import parse
from hrwatch.errors import ConfigError, Mistake
from hrwatch.model.feeds import Feed, PublisherType, Route, Select
from hrwatch.model.mail import (
    Cadence,
    Detail,
    Grouping,
    Interest,
    Quiet,
    Schedule,
    Subscriber,
)
from hrwatch.model.settings import AlertRule, FetchSettings, MailSettings
from hrwatch.model.tags import Cues, Relation

Read = Callable[[str | bytes], Config]
Mistakes = Callable[[str | bytes], tuple[Mistake, ...]]

FULL = """\
archive: postgresql+psycopg://hrwatch@localhost/hrwatch
archive_password_file: /etc/hrwatch/archive-password
workers: 0
copies: exact
fetch:
  contact: https://desk.example/hrwatch
  every: 1h
  every_at_most: 6h
  backfill: all
  full_text: false
  timeout: 30s
  max_bytes: 2MiB
  concurrency: 8
  per_domain: 2
  gap: 0s
  allow_addresses: ["127.0.0.1:8930", "[::1]:80", 10.1.0.0/16]
  ca_file: null
  proxy: socks5h://LocalHost:9050/
feeds:
  - name: one
    url: https://one.example/feed
    publisher: "  One:\\tnews "
    publisher_type: exile-media
    language: pt-BR
    countries: [BR, CN-XJ, NO]
    trust_categories: true
    categories: {Ill-treatment: torture, Norway: NO, Palestine: [IL, PS], Nordics: []}
    enabled: false
    every: 10m
    every_at_most: 20m
    backfill: none
    full_text: true
    proxy: http://127.0.0.1:3128
    tls_sha256: "AB:AB:AB:AB:ABABABABABABABABABABABABABABABABABABABABABABABABABABABAB"
  - name: two
    url: http://127.0.0.1:8930/two.xml
keywords:
  use: [torture, genocide]
  torture: {label: Ill-treatment, severity: 1}
  water-cannon:
    label: Water cannon
    group: civic-space
    terms: {en: ["water cannon*"], fr: ["canon* à eau"], any: ["SIPRI"]}
    weak: {en: [hose*]}
    near: {en: ["police ~5 hose*"]}
    mask: [water cannon salute]
    veto_near: [fire brigade]
    need_near: {"hose*": [police]}
    mention_only: [Cannon Museum]
subscribers_file: null
subscribers:
  - name: desk
    address: anna@desk.example
    countries: [BY, NO]
    keywords: [torture, water-cannon]
    languages: [be, zh]
    feeds: [one, two]
    exclude: {countries: [RU], keywords: [genocide], feeds: [two]}
    query: keyword:torture OR hose
    relation: mention
    roll_up: true
    send: weekly mon 07:30
    timezone: Europe/Vilnius
    subject: full
    urgent: 3 a day
    quiet: 22:00-06:30
    empty: send
    pause_until: 2027-01-15
    mail_language: ru
    group_by: keyword
    text_only: true
    detail: longer
    pgp_key_file: keys/anna.asc
mail:
  from: Desk <digest@desk.example>
  transport: smtps://digest@mail.desk.example
  password_file: secrets/smtp
  operator: operator@desk.example
  report: weekly fri 16:00
  alert: 3 in 30m
  templates: templates
  contact: "desk@desk.example,  PGP 0000 1111"
  replies: true
"""


def test_config_with_every_key_holds_every_value(read: Read) -> None:
    config = read(FULL)

    assert (config.archive, config.workers, config.copies) == (
        "postgresql+psycopg://hrwatch@localhost/hrwatch",
        0,
        "exact",
    )
    assert config.path == Path("feeds.yaml")
    assert config.warnings == ()
    assert config.fetch == FetchSettings(
        contact="https://desk.example/hrwatch",
        loopback_only=False,
        timeout=timedelta(seconds=30),
        max_bytes=2 * 1024**2,
        concurrency=8,
        per_domain=2,
        gap=timedelta(0),
        allow_addresses=("127.0.0.1:8930", "[::1]:80", "10.1.0.0/16"),
        proxy="socks5h://localhost:9050",
    )
    assert config.feeds == (
        Feed(
            name="one",
            url="https://one.example/feed",
            publisher="One: news",
            language="pt-BR",
            cues=Cues(
                countries=("BR", "CN-XJ", "NO"),
                publisher="One: news",
                trust_categories=True,
                categories=(
                    ("Ill-treatment", ("torture",)),
                    ("Norway", ("NO",)),
                    ("Palestine", ("IL", "PS")),
                    ("Nordics", ()),
                ),
            ),
            enabled=False,
            every=timedelta(minutes=10),
            every_at_most=timedelta(minutes=20),
            backfill=timedelta(0),
            full_text=True,
            route=Route(proxy="http://127.0.0.1:3128", tls_sha256="ab" * 32),
            publisher_type=PublisherType.EXILE_MEDIA,
        ),
        Feed(
            name="two",
            url="http://127.0.0.1:8930/two.xml",
            every=timedelta(hours=1),
            every_at_most=timedelta(hours=6),
            backfill=None,
            full_text=False,
        ),
    )
    assert config.subscribers == (
        Subscriber(
            name="desk",
            address="anna@desk.example",
            interest=Interest(
                countries=("BY", "NO"),
                keywords=("torture", "water-cannon"),
                languages=("be", "zh"),
                feeds=("one", "two"),
                exclude_countries=("RU",),
                exclude_keywords=("genocide",),
                exclude_feeds=("two",),
                query="keyword:torture OR hose",
                relation=Relation.MENTION,
                roll_up=True,
            ),
            schedule=Schedule(Cadence.WEEKLY, time(7, 30), 0),
            timezone="Europe/Vilnius",
            subject="full",
            urgent=3,
            quiet=Quiet(time(22), time(6, 30)),
            empty=True,
            pause_until=date(2027, 1, 15),
            mail_language="ru",
            group_by=Grouping.KEYWORD,
            text_only=True,
            detail=Detail.LONGER,
            pgp_key_file=Path("keys/anna.asc").absolute(),
        ),
    )
    assert config.mail == MailSettings(
        sender="Desk <digest@desk.example>",
        transport="smtps://digest@mail.desk.example",
        password_file=Path("secrets/smtp").absolute(),
        operator="operator@desk.example",
        report=Schedule(Cadence.WEEKLY, time(16), 4),
        alert=AlertRule(3, timedelta(minutes=30)),
        templates=Path("templates").absolute(),
        contact="desk@desk.example, PGP 0000 1111",
        replies=True,
    )
    assert config.archive_password_file == Path("/etc/hrwatch/archive-password")
    assert [keyword.id for keyword in config.rules.keywords] == [
        "torture",
        "genocide",
        "water-cannon",
    ]


def test_config_with_nothing_set_runs_on_this_machine_alone(read: Read) -> None:
    config = read("workers: 2\n")

    assert (config.archive, config.workers, config.copies) == ("archive.db", 2, "near")
    assert config.fetch == FetchSettings(loopback_only=True)
    assert config.mail == MailSettings()
    assert (config.feeds, config.subscribers) == ((), ())
    assert [warning.path for warning in config.warnings] == ["fetch.contact"]


@pytest.mark.parametrize(
    ("mail", "path", "said"),
    [
        ("{password_file: smtp-password}", "mail.password_file", "names no user"),
        (
            "{transport: 'smtps://mail.example', password_file: p}",
            "mail.password_file",
            "names no user",
        ),
        ("{transport: 'sendmail:/nowhere/send'}", "mail.transport", "no program /nowhere/send"),
    ],
)
def test_config_with_mail_settings_that_do_nothing_warns(
    mail: str, path: str, said: str, read: Read
) -> None:
    warnings = {warning.path: warning.text for warning in read(f"mail: {mail}\n").warnings}
    assert said in warnings[path]


def test_config_with_sections_left_empty_takes_them_as_left_out(read: Read) -> None:
    config = read("fetch:\nfeeds:\nkeywords:\nsubscribers:\nmail:\nsubscribers_file:\nworkers: 2\n")

    assert dataclasses.replace(config, warnings=()) == dataclasses.replace(
        read("workers: 2\n"), warnings=()
    )


def test_subscriber_with_only_a_name_and_address_gets_everything_daily_at_seven(read: Read) -> None:
    (subscriber,) = read("subscribers: [{name: a, address: a@b.example, exclude: }]\n").subscribers

    assert subscriber == Subscriber(
        "a", "a@b.example", Interest(), Schedule(Cadence.DAILY, time(7)), "UTC", "discreet"
    )


@pytest.mark.parametrize(
    ("written", "select"),
    [
        ("", Select()),
        ("select: {}", Select()),
        ("select: {entry: div.item, date: null}", Select(entry="div.item")),
        (
            "select: {entry: li, link: h3 > a, title: h3, date: time}",
            Select(entry="li", link="h3 > a", title="h3", date="time"),
        ),
    ],
)
def test_page_with_selectors_is_a_feed_with_them(written: str, select: Select, read: Read) -> None:
    loaded = read(f"feeds: [{{name: a, page: 'https://a.example/news', {written}}}]\n")
    (feed,) = loaded.feeds
    assert (feed.url, feed.page, feed.select) == (None, "https://a.example/news", select)
    assert feed.address == "https://a.example/news"


@pytest.mark.parametrize(
    ("written", "place", "said"),
    [
        ("fetch: {every: 4m}\n", "1:16: fetch.every", "shorter than 5m"),
        (
            "feeds: [{name: a, url: 'https://a.example', enabled: false}]\n"
            "subscribers: [{name: d, address: a@b.example, feeds: [a]}]\n",
            "2:54: subscribers[0].feeds",
            "nothing will come",
        ),
        (
            "subscribers: [{name: d, address: a@b.example, timezone: Etc/GMT+2}]\n",
            "1:57: subscribers[0].timezone",
            "means UTC-2",
        ),
        (
            "feeds: [{name: a, url: 'https://a.example', every: 1s}]\n",
            "1:52: feeds[0].every",
            "shorter than 5m",
        ),
        (
            "feeds: [{name: a, url: 'https://u:p@a.example/x'}]\n",
            "1:24: feeds[0].url",
            "holds a login, which is left out",
        ),
    ],
)
def test_warning_is_told_at_its_place(written: str, place: str, said: str, read: Read) -> None:
    (warning,) = (w for w in read(written).warnings if w.path != "fetch.contact")

    assert str(warning).startswith(f"feeds.yaml:{place}: ")
    assert said in warning.text


def test_feed_with_a_login_is_asked_without_it_and_the_login_is_not_repeated(read: Read) -> None:
    config = read("feeds: [{name: a, url: 'https://u:s3cr3t@a.example/x?y=@z'}]\n")

    assert config.feeds[0].url == "https://a.example/x?y=@z"
    assert "s3cr3t" not in str(config.warnings)


def test_warning_about_the_contact_goes_with_the_shipped_example_only(read: Read) -> None:
    example = read("fetch: {contact: 'mailto:desk@example.org'}\n")
    own = read("fetch: {contact: 'mailto:desk@desk.example'}\n")

    assert example.fetch.loopback_only
    assert [str(w)[:32] for w in example.warnings] == ["feeds.yaml:1:18: fetch.contact: "]
    assert not own.fetch.loopback_only
    assert own.warnings == ()


def test_page_of_a_disabled_feed_brings_no_warning(read: Read) -> None:
    config = read("feeds: [{name: a, page: 'https://a.example', enabled: false}]\n")

    assert [warning.path for warning in config.warnings] == ["fetch.contact"]


_WORDS = [
    "BY", "en", "30m", "0s", "10MB", "daily 07:00", "weekly mon 25:00", "https://x.example/a",
    "http://[::1", "smtp://[", "file:", "smtp://u:p@h:1", "mailto:a@b.example", "a@b.example",
    "torture", "country:BY OR", "(", "10.0.0.0/8", "127.0.0.1:80", "Europe/Vilnius", "../x",
    "\0", "\u202e", "all", "none", "near", "subject", "a ~5 b", "tortur*", "*", ".", "use",
]  # fmt: skip
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from(_WORDS)
)
_TREES = st.recursive(
    _LEAVES,
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), below, max_size=3)
    ),
    max_leaves=8,
)


def _some(keys: str) -> st.SearchStrategy[object]:
    return st.dictionaries(st.sampled_from(keys.split()), _TREES, max_size=6) | _TREES


_FILES = st.fixed_dictionaries(
    {},
    optional={
        "archive": _TREES,
        "workers": _TREES,
        "fetch": _some(
            "contact every every_at_most backfill full_text timeout max_bytes concurrency"
            " per_domain gap allow_addresses proxy"
        ),
        "feeds": st.lists(
            _some(
                "name url page select publisher language countries enabled every every_at_most"
                " backfill proxy tls_sha256"
            ),
            max_size=3,
        ),
        "keywords": st.dictionaries(
            st.sampled_from(["use", "torture", "hoses"]),
            _some("label terms weak near mask veto_near need_near mention_only severity group"),
            max_size=3,
        ),
        "subscribers": st.lists(
            _some(
                "name address countries keywords languages feeds exclude query relation roll_up"
                " send timezone subject"
            ),
            max_size=3,
        ),
        "mail": _some("from transport"),
    },
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # making the trees takes the time
@given(_FILES)
def test_any_structure_is_a_config_or_mistakes(tree: object) -> None:
    """A tree is written as JSON, which is YAML, so that every value may stand everywhere."""
    written = json.dumps(tree, ensure_ascii=True).encode()
    try:
        configured(parse(written, "feeds.yaml"), Path("feeds.yaml"))
    except ConfigError as error:
        assert error.mistakes
        for mistake in error.mistakes:
            assert len(str(mistake).splitlines()) == 1
            assert mistake.line >= 1
            assert mistake.column >= 1


@pytest.mark.parametrize(
    ("usual", "own", "longest"),
    [
        ("", "", None),
        ("every_at_most: 2h", "", 120),
        ("every_at_most: 2h", "every_at_most: 3h", 180),
        ("every_at_most: 2h", "every_at_most: null", None),
        ("every_at_most: 2h", "every: 6h", None),  # its own interval is longer: it does not adapt
        ("", "every_at_most: 1h", 60),
    ],
)
def test_every_at_most_is_the_feeds_own_else_the_usual(
    read: Read, usual: str, own: str, longest: int | None
) -> None:
    config = read(
        f"fetch: {{{usual}}}\nfeeds: [{{name: a, url: 'https://a.example'{own and ', ' + own}}}]\n"
    )
    expected = None if longest is None else timedelta(minutes=longest)
    assert config.feeds[0].every_at_most == expected


def test_config_knows_the_line_of_each_feeds_address(read: Read) -> None:
    config = read(
        "feeds:\n  - name: a\n    url: https://a.example\n"
        "  - {name: b, page: 'https://b.example'}\n"
        "  - url: >-\n      https://c.example\n    name: c\n"
    )
    assert config.feed_lines == {"a": 3, "b": 4, "c": 5}
