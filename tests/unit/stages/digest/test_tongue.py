"""What a mail's own words look like in each of its languages. All stories invented."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from builders import a_feed, a_match, a_record, a_subscriber, a_tag, an_entry
from hrwatch.model.feeds import Coverage
from hrwatch.model.mail import Cadence, Match, Page, Reason, Schedule
from hrwatch.stages.digest import names, transfer
from hrwatch.stages.digest.asking import schedule
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.layout import WIDTH, columns, isolate, read_from_the_right, wrap
from hrwatch.stages.digest.render import MAIL_LIMIT, render
from hrwatch.stages.digest.times import Times
from hrwatch.stages.digest.tongue import LANGUAGES, speaking
from hrwatch.stages.digest.windows import current
from hrwatch.stages.digest.wording import SUBJECT_LIMIT

NOW = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)
VILNIUS = ZoneInfo("Europe/Vilnius")
SEVEN = Schedule(Cadence.DAILY, time(7))
CONTROLS = str.maketrans("", "", "\u200f\u2067\u2068\u2069")


def written(*matches: Match, language: str, subject: str = "discreet") -> Page:
    """Return the digest, of one page, in a language."""
    subscriber = a_subscriber(
        schedule=SEVEN, timezone="Europe/Vilnius", mail_language=language, subject=subject
    )
    composition = compose(
        subscriber,
        matches,
        coverage=Coverage(121, 121, ()),
        window=current(SEVEN, "Europe/Vilnius", NOW),
        now=NOW,
        stories={},
        feeds={"wire": a_feed(publisher="The Wire")},
        labels={"torture": "Torture and other ill-treatment"},
        version="1.0",
    )
    (page,) = render(composition, "d" * 24).pages
    return page


def about(id: str, country: str, title: str) -> Match:
    entry = an_entry(title=title, permalink=f"https://wire.example/{id}/")
    return a_match(a_record(id, entry=entry, tags=(a_tag("torture"), a_tag(country))))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Sunday 22 November 2026"),
        ("fr", "dimanche 22 novembre 2026"),
        ("es", "domingo, 22 de noviembre de 2026"),
        ("ru", "воскресенье, 22 ноября 2026 года"),
        ("ar", "الأحد، 22 نوفمبر 2026"),
    ],
)
def test_full_date_is_written_as_the_language_does(language: str, expected: str) -> None:
    assert speaking(language).full_date(date(2026, 11, 22)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("Sat 21 Nov 16:22", "21 November", "3 Jan 2025")),
        ("fr", ("sam. 21 nov. 16:22", "21 novembre", "3 janv. 2025")),
        ("es", ("sáb 21 nov 16:22", "21 de noviembre", "3 ene 2025")),
        ("ru", ("21 нояб. (сб) 16:22", "21 ноября", "3 янв. 2025")),
        ("ar", ("السبت 21 نوفمبر 16:22", "21 نوفمبر", "3 يناير 2025")),
    ],
)
def test_times_leave_out_the_year_that_is_now(language: str, expected: tuple[str, ...]) -> None:
    times = Times(VILNIUS, NOW, speaking(language))
    instant = datetime(2026, 11, 21, 14, 22, tzinfo=UTC)

    told = times.short(instant), times.whole_day(instant), times.day(instant.replace(2025, 1, 3))

    assert told == expected


def test_first_of_a_month_is_an_ordinal_in_french() -> None:
    french = speaking("fr")

    assert french.whole_day(date(2027, 1, 1), year=True) == "1er janvier 2027"
    assert french.full_date(date(2027, 1, 1)) == "vendredi 1er janvier 2027"
    assert french.day(date(2027, 1, 11), year=False) == "11 janv."


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "weekly on Monday at 07:00"),
        ("fr", "chaque semaine, le lundi à 07:00"),
        ("es", "cada semana, el lunes a las 07:00"),
        ("ru", "раз в неделю (понедельник, 07:00)"),
        ("ar", "أسبوعيًا يوم الاثنين في الساعة 07:00"),
    ],
)
def test_schedule_is_told_with_its_weekday(language: str, expected: str) -> None:
    weekly = Schedule(Cadence.WEEKLY, time(7), weekday=0)

    assert schedule(weekly, speaking(language)) == expected


@pytest.mark.parametrize(
    ("language", "zone", "expected"),
    [
        ("en", "America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("fr", "Africa/Cairo", "Le Caire"),
        ("es", "Europe/Vilnius", "Vilna"),
        ("ru", "Europe/Kyiv", "Киев"),  # CLDR keeps it under Europe/Kiev
        ("ar", "Asia/Kolkata", "كالكتا"),
        ("fr", "Europe/Vilnius", "Vilnius"),  # CLDR has no other name
    ],
)
def test_city_of_a_zone_is_named_in_the_language(language: str, zone: str, expected: str) -> None:
    assert speaking(language).city(zone) == expected


@pytest.mark.parametrize(
    ("number", "russian", "arabic"),
    [
        (1, "1 новый материал", "مادة جديدة واحدة"),
        (2, "2 новых материала", "مادتان جديدتان"),
        (5, "5 новых материалов", "5 مواد جديدة"),
        (11, "11 новых материалов", "11 مادة جديدة"),
        (21, "21 новый материал", "21 مادة جديدة"),
        (102, "102 новых материала", "102 مادة جديدة"),
    ],
)
def test_numbers_of_things_agree_with_their_words(number: int, russian: str, arabic: str) -> None:
    for language, expected in (("ru", russian), ("ar", arabic)):
        told = speaking(language).ngettext("%(num)s new story", "%(num)s new stories", number)
        assert told == expected


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("BY", "en", "Belarus"),
        ("BY", "fr", "Bélarus"),  # as the United Nations write it, not as CLDR does
        ("MM", "es", "Myanmar"),  # our own, more neutral than CLDR's
        ("PS", "ru", "Палестина"),
        ("HK", "ar", "هونغ كونغ"),
        ("CN-XJ", "ru", "Синьцзян"),  # CLDR has no places
        ("MX", "ar", "المكسيك"),
        ("UA-99", "fr", "UA-99"),
    ],
)
def test_country_is_named_neutrally_in_each_language(
    code: str, language: str, expected: str
) -> None:
    labels = {
        **{"BY": "Belarus", "MM": "Myanmar", "PS": "Palestine", "HK": "Hong Kong"},
        **{"CN-XJ": "Xinjiang", "MX": "Mexico"},
    }

    assert names.country(code, labels, speaking(language)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail_names_its_language_and_keeps_to_its_width(language: str) -> None:
    page = written(about("a", "BY", "Court hears of torture " * 8), language=language)

    direction = ' dir="rtl"' if language == "ar" else ""
    assert f'<html lang="{language}"{direction}>' in page.html
    assert page.html.count("<html") == 1
    for line in page.text.split("\n"):
        assert columns(line) <= WIDTH or "://" in line, line


@pytest.mark.parametrize("language", LANGUAGES)
def test_translated_words_carry_no_feed_text_unescaped(language: str) -> None:
    hostile = '<b>bold</b> %(name)s %s {{ 7 * 7 }} &amp; "quoted"'
    match = about("a", "BY", hostile)
    again = replace(about("b", "BY", hostile), reason=Reason.REMOVED)
    page = written(match, again, language=language)

    assert "<b>" not in page.html and "49" not in page.html
    assert "&lt;b&gt;bold&lt;/b&gt; %(name)s %s {{ 7 * 7 }} &amp;amp;" in page.html
    on_one_line = " ".join(page.text.translate(CONTROLS).split())
    assert hostile in on_one_line


@pytest.mark.parametrize("subject", ["discreet", "full"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_subject_is_short_and_holds_no_feed_text(language: str, subject: str) -> None:
    codes = ("BY", "RU", "MX", "IR", "CN", "EG", "TR", "VE", "MM", "SD", "NI", "ET")
    matches = [about(f"id-{code}", code, "SECRET title") for code in codes]
    matches.append(replace(about("x", "BY", "SECRET title"), reason=Reason.CHANGED))
    page = written(*matches, language=language, subject=subject)

    assert 0 < len(page.subject) <= SUBJECT_LIMIT
    assert page.subject.isprintable() and "SECRET" not in page.subject
    assert ("BY 1" in page.subject) == (subject == "full")


def test_words_are_isolated_where_they_run_against_the_mail() -> None:
    assert speaking("ar").isolate("The Wire") == "\u2068The Wire\u2069"
    assert speaking("ar").isolate("الشبكة") == "الشبكة"
    assert speaking("ru").isolate("The Wire") == "The Wire"
    assert isolate("21:00", in_right_to_left=True) == "21:00"


def test_arabic_text_reads_from_the_right_on_every_line_but_addresses() -> None:
    page = written(about("a", "BY", "Court hears of torture"), language="ar")
    lines = page.text.split("\n")

    begin = next(n for n, line in enumerate(lines) if "[1]" in line)
    assert lines[begin] == "\u200f\u2067[1] \u2068Court hears of torture\u2069\u2069"
    assert "    https://wire.example/a/" in lines  # alone, and nothing that shows nothing beside it
    for line in lines:
        bare = line.strip()
        assert bare.count("\u2067") + bare.count("\u2068") == bare.count("\u2069"), line
        if any(map(str.isalpha, bare)) and "://" not in bare:
            assert bare.startswith("\u200f\u2067") and bare.endswith("\u2069"), line


def test_lines_that_run_from_the_right_leave_rules_and_the_signature_alone() -> None:
    assert read_from_the_right("=====\n\n-- \nسطر") == "=====\n\n-- \n\u200f\u2067سطر\u2069"


def test_wrap_lets_an_address_begin_a_line_where_it_is_told_to() -> None:
    told = wrap("للقراءة: https://wire.example/a", "  ", addresses_alone=True)

    assert told == "  للقراءة:\n  https://wire.example/a"


def test_arabic_html_marks_what_runs_from_the_left() -> None:
    page = written(about("a", "BY", "Court hears of torture"), language="ar")

    assert '<span lang="en" dir="ltr">Court hears of torture</span>' in page.html
    assert '<span class="address" dir="ltr">https://wire.example/a/</span>' in page.html


def test_space_that_must_not_break_does_not() -> None:
    lines = wrap("mot " * 17 + "fin\u00a0: suite", "").split("\n")

    assert [line for line in lines if line.startswith(":")] == []
    assert any("fin\u00a0:" in line for line in lines)


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_long_digest_keeps_its_size_in_letters_of_two_bytes(language: str) -> None:
    subscriber = a_subscriber(schedule=SEVEN, mail_language=language)
    matches = tuple(about(f"id-{n}", "BY", f"Суд слушает дело о пытках, {n}") for n in range(60))
    composition = compose(
        subscriber,
        matches,
        coverage=Coverage(1, 1, ()),
        window=None,
        now=NOW,
        stories={},
        feeds={},
        labels={},
        version="1.0",
    )
    pages = render(composition, "d" * 24).pages

    assert sorted(number for page in pages for number in page.numbers) == list(range(1, 61))
    for page in pages:
        assert transfer.length(page.text) + transfer.length(page.html) <= MAIL_LIMIT
