"""What a digest tells of each story and of itself: as a monitor needs it. All stories invented."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from builders import a_feed, a_match, a_record, a_subscriber, a_tag, an_entry, an_evidence
from hrwatch.model.articles import Copy, CopyKind
from hrwatch.model.feeds import Coverage, Feed, PublisherType
from hrwatch.model.mail import Cadence, MailKind, Match, Page, Quiet, Schedule, Subscriber
from hrwatch.model.replies import Verb
from hrwatch.model.tags import Field, Relation
from hrwatch.stages.digest import bylines
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.render import render
from hrwatch.stages.digest.replying import commands
from hrwatch.stages.digest.tongue import LANGUAGES, speaking
from hrwatch.stages.digest.view import Occasion
from hrwatch.stages.reply.commands import command

NOW = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)
READER = a_subscriber(schedule=Schedule(Cadence.DAILY, time(7)), timezone="Europe/Vilnius")
WIRE = a_feed(publisher="The Wire")
USUAL = Occasion()
COMMANDS = [
    "  wrong 1                   story 1 does not belong here",
    "  mute 1                    no more of story 1",
    "  mute source NAME 7 days   nothing of one publisher for a while",
    "  mute word WORD 30 days    nothing that this word alone finds",
    "  less                      titles only",
    "  more                      longer extracts",
    "  pause 14 days             no mail for a while",
    "  stop                      no mail any more",
]


def written(
    *matches: Match,
    subscriber: Subscriber = READER,
    wire: Feed = WIRE,
    occasion: Occasion = USUAL,
) -> Page:
    composition = compose(
        subscriber,
        matches,
        coverage=Coverage(4, 4, ()),
        window=None,
        now=NOW,
        stories={},
        feeds={"wire": wire},
        labels={},
        version="1.0",
        occasion=occasion,
    )
    (page,) = render(composition, "d" * 24).pages
    return page


def a_story(id: str = "a", *values: str, **changes: Any) -> Match:
    tags = changes.pop("tags", tuple(a_tag(value) for value in values or ("torture", "BY")))
    because = changes.pop("because", tags)
    entry = an_entry(title=f"Story {id}", **changes.pop("of_entry", {}))
    record = a_record(id, entry=entry, tags=tags, first_seen_at=NOW, **changes)
    return a_match(record, because=because)


def words(page: Page) -> str:
    return " ".join(page.text.split())


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (PublisherType.NGO, "The Wire (NGO). English."),
        (PublisherType.UN, "The Wire (United Nations). English."),
        (PublisherType.EXILE_MEDIA, "The Wire (exile media). English."),
        (None, "The Wire. English."),
    ],
)
def test_story_says_what_kind_of_house_tells_it(kind: PublisherType | None, told: str) -> None:
    page = written(a_story(), wire=replace(WIRE, publisher_type=kind))

    assert f"\n    {told}\n" in page.text
    assert f'<p class="meta">{told} ' in page.html


def test_every_kind_of_publisher_has_words() -> None:
    assert set(bylines._TYPES) == set(PublisherType)


@pytest.mark.parametrize(
    ("language", "copy", "told"),
    [
        ("be", None, "Belarusian, original language."),
        ("en-GB", None, "British English."),
        ("", None, "Language not known."),
        ("fr", Copy("o", CopyKind.TRANSLATION, 1.0), "French, translation."),
        ("fr", Copy("o", CopyKind.NEAR_TEXT, 0.9), "French, original language."),
    ],
)
def test_story_says_whether_it_stands_in_its_original_language(
    language: str, copy: Copy | None, told: str
) -> None:
    assert f"    The Wire. {told}\n" in written(a_story(language=language, copy=copy)).text


def test_story_from_a_page_without_a_feed_says_so_and_whose_date_it_is() -> None:
    listed = replace(WIRE, url=None, page="https://wire.example/news")
    day = {"published_at": datetime(2026, 11, 20, tzinfo=UTC), "whole_day": True}
    said = words(written(a_story(of_entry=day), wire=listed))

    assert "The Wire. English. Page without feed, read as a list." in said
    assert "Dated 20 Nov 2026 on the page, time not given. First seen" in said


def test_story_says_where_each_of_its_words_stands() -> None:
    found = (
        an_evidence(found="tortured", field=Field.TITLE, offset=0),
        an_evidence(found="beaten", field=Field.TEXT, offset=0),
        an_evidence(found="beaten", field=Field.TITLE, offset=0),
        an_evidence(found="shocks", field=Field.TEXT, offset=0),
    )
    page = written(a_story(tags=(a_tag("torture", evidence=found),)))

    assert (
        'Matched: Torture, "tortured" (title), "beaten" (title and text), "shocks" (text).'
    ) in words(page)


def test_story_names_what_else_it_is_about_and_counts_what_it_does_not_name() -> None:
    tags = (
        *(a_tag("torture"), a_tag("BY"), a_tag("prison-conditions")),
        *(a_tag(code, relation=Relation.MENTION) for code in ("MX", "RU", "UA", "PL", "LT", "LV")),
    )
    said = words(written(a_story(tags=tags, because=tags[:2])))

    assert (
        "Also tagged: Prison conditions; in passing: Mexico, Russia, Ukraine, Poland, "
        "Lithuania, 1 more."
    ) in said


FINGERPRINT = "PGP 0000 1111 2222 3333 4444 5555 6666 7777 8888 9999"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "hrwatch 1.0, run by desk@desk.example"),
        ("fr", "hrwatch 1.0, géré par\u00a0: desk@desk.example"),
        ("es", "hrwatch 1.0, gestionado por: desk@desk.example"),
        ("ru", "hrwatch 1.0, рассылку ведет: desk@desk.example"),
        ("ar", "hrwatch 1.0، تديره: desk@desk.example"),
    ],
)
def test_digest_ends_with_who_sends_it(language: str, said: str) -> None:
    occasion = Occasion(contact=f"desk@desk.example, {FINGERPRINT}")
    page = written(a_story(), subscriber=replace(READER, mail_language=language), occasion=occasion)
    end = page.text.rpartition("-- \n")[2]
    plain = " ".join(end.translate(dict.fromkeys(map(ord, "\u2067\u2068\u2069\u200f"))).split())
    assert plain == " ".join(f"{said}, {FINGERPRINT}".split())
    assert f"{said}, {FINGERPRINT}" in page.html.replace("\u2068", "")


def test_digest_ends_with_its_version_where_nobody_is_named() -> None:
    page = written(a_story())
    assert page.text.endswith("\n-- \nhrwatch 1.0")
    assert "<p>hrwatch 1.0</p>" in page.html


def test_digest_takes_who_sends_it_for_words() -> None:
    page = written(a_story(), occasion=Occasion(contact="A & B <desk@desk.example>"))
    assert page.text.endswith("\n-- \nhrwatch 1.0, run by A & B <desk@desk.example>")
    assert "run by A &amp; B &lt;desk@desk.example&gt;</p>" in page.html


def test_digest_begins_with_what_was_asked_for() -> None:
    asked = replace(
        READER, interest=a_subscriber(keywords=("torture",), countries=("BY",)).interest
    )
    many = a_subscriber(countries=("BY", "MX", "RU", "UA"), schedule=READER.schedule)

    assert "2026\nTorture: Belarus\nPeriod: until" in written(a_story(), subscriber=asked).text
    assert "\nAll keywords: 4 countries\n" in written(a_story(), subscriber=many).text


def test_urgent_alert_writes_out_that_it_is_one() -> None:
    reader = replace(READER, subject="full", urgent=3)
    page = written(a_story(), subscriber=reader, occasion=Occasion(kind=MailKind.URGENT, alerts=1))

    assert page.subject == "[hrwatch] URGENT: 1 new (BY 1)"
    assert page.text.startswith("Alert, Sunday 22 November 2026, 07:03\n")
    assert "\n[1] URGENT. Story a\n" in page.text
    assert '<h3><span class="state">URGENT</span> 1. ' in page.html
    assert "since your last digest" not in page.text
    assert written(
        a_story(), subscriber=READER, occasion=Occasion(kind=MailKind.URGENT)
    ).subject == ("Alert 22 Nov 07:03")


def test_digest_counts_alerts_and_what_was_muted() -> None:
    page = written(a_story(), occasion=Occasion(alerts=0, muted=2))
    told = "0 urgent alerts since your last digest. 2 stories are left out: you muted them."

    assert told in words(page)
    assert f"<p>{told}</p>" in page.html
    for nothing in (written(a_story()), written(a_story(), occasion=Occasion(muted=0))):
        assert "urgent" not in nothing.text
        assert "muted" not in nothing.text


def test_footer_says_what_may_be_replied_only_where_replies_are_read() -> None:
    page = written(a_story(), occasion=Occasion(replies=True))
    lines = page.text.split("\n")
    begin = lines.index("CHANGE IT BY REPLYING")

    assert lines[begin + 1] == "  The first line of your reply is the command."
    assert lines[begin + 2 : begin + 10] == COMMANDS
    assert "<li><strong>wrong 1</strong>: story 1 does not belong here</li>" in page.html
    assert "write to the desk" not in page.text + page.html
    silent = written(a_story())
    assert "REPLYING" not in silent.text
    assert "write to the desk that sends it" in words(silent)


def test_footer_of_nothing_new_tells_no_command_about_a_story() -> None:
    page = written(occasion=Occasion(replies=True))

    assert "wrong" not in page.text
    assert "  stop " in page.text


def test_footer_tells_of_urgent_alerts_and_quiet_hours() -> None:
    reader = replace(READER, urgent=3, quiet=Quiet(time(22), time(6, 30)))
    said = words(written(a_story(), subscriber=reader))

    assert "at most 3 urgent alerts a day; no mail from 22:00 to 06:30." in said


def test_footer_names_a_dozen_of_what_was_asked_for_and_counts_the_rest() -> None:
    feeds = tuple(f"feed-{number}" for number in range(40))
    said = words(written(a_story(), subscriber=a_subscriber(feeds=feeds)))

    assert "feeds feed-0, feed-1," in said
    assert "feed-11, 28 more;" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_the_help_of_a_digest_is_a_command(language: str) -> None:
    tongue = speaking(language)
    told = [f"{line}{tongue.colon}{meaning}" for line, meaning in commands(tongue, 7)]

    assert [line for line in told if command(line)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_that_a_digest_tells_is_understood(language: str) -> None:
    told = [command(line) for line, _ in commands(speaking(language), 7)]

    assert [(one.verb, one.numbers, one.days) for one in told if one] == [
        (Verb.WRONG, (7,), None),
        (Verb.MUTE, (7,), None),
        (Verb.MUTE, (), 7),
        (Verb.MUTE, (), 30),
        (Verb.LESS, (), None),
        (Verb.MORE, (), None),
        (Verb.PAUSE, (), 14),
        (Verb.STOP, (), None),
    ]


@pytest.mark.parametrize(
    ("keywords", "language", "subject"),
    [
        (("torture",), "en", "[hrwatch] Torture: 1 new (BY 1)"),
        (("torture",), "ru", "[hrwatch] Torture: 1 новый (BY 1)"),
        (("torture", "fair-trial"), "en", "[hrwatch] 1 new (BY 1)"),
        (("x" * 50,), "en", "[hrwatch] 1 new (BY 1)"),
    ],
)
def test_full_subject_begins_with_the_one_keyword_where_there_is_room(
    keywords: tuple[str, ...], language: str, subject: str
) -> None:
    reader = a_subscriber(keywords=keywords, subject="full", mail_language=language)

    assert written(a_story("a", *keywords, "BY"), subscriber=reader).subject == subject
