"""The digest that the project aims for, point by point: eleven days of invented news through the
whole of hrwatch, and the mail of the last morning."""

import asyncio
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from gold import ADDRESS, CONTACT, END, the_days
from gold_stories import STORIES
from hrwatch import __version__
from hrwatch.stages.digest.layout import columns
from postgres import Places

TAKEN_OUT = ("Alena", "Invented", "Vera", "first Monday")
TELEPHONE = "555 01 92"


@pytest.fixture(scope="module")
def mail(module_places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmailMessage]:
    """The mail of the last morning."""

    async def run() -> EmailMessage:
        folder = tmp_path_factory.mktemp("gold")
        async with the_days(module_places.make("sqlite", folder / "state"), folder) as days:
            return days.on(END)

    yield asyncio.run(run())


@pytest.fixture(scope="module")
def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.fixture(scope="module")
def page(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def on_one_line(text: str) -> str:
    return " ".join(text.split())


def item(text: str, number: int) -> str:
    """Return one item of the text, on one line."""
    after = re.split(rf"^\[{number}\] ", text, flags=re.MULTILINE)[1]
    return on_one_line(re.split(r"^(?:\[\d+\] |=====)", after, flags=re.MULTILINE)[0])


POINTS = {
    "counts": ("7 new stories, 1 changed, 1 removed, and 1 mention as a title at the end.",),
    "period": ("Period: Sat 21 Nov 07:00 to Sun 22 Nov 07:00, Vilnius time (UTC+2).",),
    "coverage": (
        "Coverage: 11 of 14 feeds read. 3 with problems, listed at the end.",
        "Silence here does not mean nothing happened.",
    ),
    "violence": ("Stories may describe violence. No images are included.",),
    "troubles": (
        "City Desk: answers, but empty, since Sat 14 Nov 11:00",
        "Gate Monitor: refuses our reader, since Thu 12 Nov 10:00",
        "The Press Room: page layout changed, no links found, since Fri 20 Nov 19:00",
    ),
    "why": (
        'Subscription "torture-3": keywords Torture and other ill-treatment; countries Belarus, '
        "Mexico, Russia; all languages; all feeds; main subject only; daily at 07:00, Vilnius time "
        "(UTC+2).",
    ),
    "no claims": ("does not check the claims", "Tags are made by word lists", "No tracking"),
    "who sends it": (f"-- hrwatch {__version__}, run by {CONTACT}",),
    "mention": ("[10] Russia, Дозор (Russian): Итоги недели: суды, штрафы и одно письмо из Тулы",),
}

ITEMS = {
    "original language and script": (1, "Былы вязень расказаў пра катаванні ў калоніі пад Гомелем"),
    "publisher": (1, "Вольны ліст"),
    "language": (1, "Belarusian"),
    "published with zone and UTC, first seen": (
        1,
        "Published 21 Nov 2026 19:12 (17:12 UTC). First seen 21 Nov 17:31 UTC.",
    ),
    "published by the publisher's clock": (
        5,
        "Published 21 Nov 2026 22:05 (14:05 by the publisher's clock, 20:05 UTC). First seen 21 "
        "Nov 20:15 UTC.",
    ),
    "matched, with where": (
        1,
        'Matched: Torture and other ill-treatment, "катаванні" (title and text).',
    ),
    "country, with why": (1, 'Country: Belarus, "Гомелем" (title and text), "Беларусі" (text).'),
    "hits marked": (1, "што *катаванні* працягваліся тры ночы"),
    "who else": (2, "Also reported by 2:"),
    "translation of the same house": (
        2,
        "Registro Aperto (Italian, 21 Nov 17:00, translation, same publisher): "
        '"Bielorussia: chi è stato liberato a Minsk racconta la tortura"',
    ),
    "likeness of a copy": (2, "The Evening Post (English, 21 Nov 17:40, 69% of it the same)"),
    "date without a time": (3, "Published 21 Nov 2026, time not given."),
    "changed": (4, "CHANGED since your digest of 19 November"),
    "what changed": (
        4,
        "What changed: 1 paragraph removed, 1 name replaced by initials, title changed.",
    ),
    "initials of a name": (
        4,
        "title changed. Earlier digests may still hold a name that was taken out: take care who "
        "sees them. What was taken out is not repeated in a mail.",
    ),
    "versions are for the archive": (4, "--versions"),
    "telephone taken out": (5, "Contacto: [phone removed]"),
    "listing page": (6, "Dated 20 Nov 2026 on the page, time not given. First seen 21 Nov"),
    "rewrite": (7, "Дозор (Russian, 21 Nov 15:02, 67% of it the same)"),
    "removed": (9, "REMOVED from its address"),
    "removal in cautious words": (
        9,
        'The address answered "404 not found" on 3 checks, from 21 Nov 03:12 to 22 Nov 03:12 UTC. '
        "This may be a site change, not a withdrawal.",
    ),
}


@pytest.mark.parametrize("point", POINTS)
def test_gold_digest_says(point: str, text: str, page: str) -> None:
    for said in POINTS[point]:
        assert said in on_one_line(text)


@pytest.mark.parametrize("point", ITEMS)
def test_gold_digest_says_of_an_item(point: str, text: str) -> None:
    number, said = ITEMS[point]
    assert said in item(text, number)


def test_gold_digest_adds_up(mail: EmailMessage, text: str) -> None:
    assert mail["Subject"] == "[hrwatch] Torture: 7 new, 1 changed, 1 removed (BY 3, MX 2, RU 2)"
    assert len(mail["Subject"]) <= 70
    contents = re.findall(
        r"^  (\w+) +(\d) new(?:, \d \w+)? +stories (\d)-(\d)$", text, re.MULTILINE
    )
    assert contents == [
        ("Belarus", "3", "1", "4"),
        ("Mexico", "2", "5", "6"),
        ("Russia", "2", "7", "9"),
    ]
    numbers = [int(found) for found in re.findall(r"^\[(\d+)\] ", text, re.MULTILINE)]
    assert numbers == list(range(1, 11))
    assert re.findall(r"^(\w+) \((\d new.*)\)$", text, re.MULTILINE) == [
        ("BELARUS", "3 new, 1 changed"),
        ("MEXICO", "2 new"),
        ("RUSSIA", "2 new, 1 removed"),
    ]


def test_gold_digest_tells_each_story_once(text: str) -> None:
    titles = [one.title for one in STORIES if one.key not in ("teacher", "raid")]
    words = on_one_line(text)
    assert {title: words.count(title) for title in titles} == dict.fromkeys(titles, 1)


def test_gold_digest_shows_nothing_that_was_taken_out(text: str, page: str) -> None:
    told_before = "digest of 19 November"
    assert told_before in text
    for inside in (*TAKEN_OUT, TELEPHONE, ADDRESS):
        assert inside not in text
        assert inside not in page


def test_gold_digest_is_72_columns_wide_but_for_addresses(text: str) -> None:
    long = [line for line in text.split("\n") if columns(line) > 72 and "://" not in line]
    assert long == []


def test_gold_digest_has_the_same_in_both_parts(text: str, page: str) -> None:
    plain = on_one_line(re.sub(r"<[^>]+>", " ", page.partition("<body>")[2]))
    for number in range(1, 10):
        assert f" {number}. " in plain
    for link in re.findall(r"http://\S+", text):
        assert link in page
    assert len(page.encode()) < 80_000


def test_gold_digest_html_loads_nothing(page: str) -> None:
    for active in ("<img", "<script", "<form", "<link", "@import", "url(", "<iframe"):
        assert active not in page.lower()
