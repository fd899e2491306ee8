"""What publishers write as dates, and what is read; what is no date, and gives none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.stages.parse import dates
from hrwatch.stages.parse.dates import Dated

NOW = datetime(2026, 3, 10, 9, 0, 30, tzinfo=UTC)
NOTHING = Dated(None)


def at(told: str) -> Dated:
    """Return what an ISO date means: a whole day, or a time."""
    moment = datetime.fromisoformat(told).replace(tzinfo=UTC)
    return Dated(moment, whole_day="T" not in told)


# language, as written, as read
WRITTEN = (
    # RFC 822 and its cousins
    ("en", "Mon, 02 Mar 2026 08:00:00 GMT", "2026-03-02T08:00"),
    ("en", "Mon, 02 Mar 2026 08:00:00 +0530", "2026-03-02T02:30"),
    ("en", "Fri, 02 Mar 2026 08:00:00 GMT", "2026-03-02T08:00"),
    ("en", "Mon, 02 Mar 2026 08:00:00", "2026-03-02T08:00"),
    ("en", "2 Mar 2026 08:00", "2026-03-02T08:00"),
    ("en", "Mon, 2 Mar 26 08:00:00 EST", "2026-03-02T13:00"),
    ("en", "Mon, 02 Mar 2026 08:00:00 PDT", "2026-03-02T15:00"),
    ("ru", "Mon, 02 Mar 2026 08:00:00 MSK", "2026-03-02T05:00"),
    ("en", "Mon, 02 Mar 2026 08:00:00 GMT+0300 (Moscow Standard Time)", "2026-03-02T05:00"),
    ("ko", "Thu,28 Jul 2022 4:35:5 GMT+9", "2022-07-27T19:35:05"),
    ("en", "Mon, 02 Mar 2026 08:00:00 UTC +02:00", "2026-03-02T06:00"),
    ("en", "Mon, 02 Mar 2026 08:00:00 +3000", "2026-03-02T08:00"),
    ("en", "Mon, 02 Mar 2026 24:00:00 GMT", "2026-03-03T00:00"),
    ("en", "Tue, 30 Jun 2015 23:59:60 GMT", "2015-06-30T23:59:59"),
    ("en", "Monday, 02-Mar-26 08:00:00 GMT", "2026-03-02T08:00"),
    ("en", "Mon Mar  2 08:00:00 2026", "2026-03-02T08:00"),
    ("en", "Mon Mar 02 08:00:00 +0100 2026", "2026-03-02T07:00"),
    ("en", "02/Mar/2026:08:00:00 +0000", "2026-03-02T08:00"),
    ("en", "Sun, 20 Apr 2014 8:19 pm CEST", "2014-04-20T18:19"),
    ("en", "Mon, 02 Mar 2026 08:00:00 IST", "2026-03-02T08:00"),
    # ISO 8601
    ("", "2026-03-02", "2026-03-02"),
    ("", "2026-03-02T08:00:00Z", "2026-03-02T08:00"),
    ("", "2026-03-02T08:00:00.123456789+05:30", "2026-03-02T02:30"),
    ("", "2026-03-02 08:00:00 +0200", "2026-03-02T06:00"),
    ("", "2026-03-02T08:00", "2026-03-02T08:00"),
    ("", "2026-03-02T08:00:00+01:00[Europe/Paris]", "2026-03-02T07:00"),
    ("", "20260302", "2026-03-02"),
    ("", "20260302T080000Z", "2026-03-02T08:00"),
    ("", "20260302080000", "2026-03-02T08:00"),
    ("", "2026-W10-1", "2026-03-02"),
    ("", "2026-061", "2026-03-02"),
    ("", "2026-03", "2026-03-01"),
    ("", "2026-03-01T24:00:00Z", "2026-03-02T00:00"),
    # Digits
    ("cs", "22.11.2022 12:16:00", "2022-11-22T12:16"),
    ("", "2.3.2026", "2026-03-02"),
    ("de", "02.03.26, 14:05 Uhr", "2026-03-02T14:05"),
    ("zh-CN", "2020/1/10 14:33:00", "2020-01-10T14:33"),
    ("en-GB", "02/11/2025", "2025-11-02"),
    ("en-US", "02/11/2025", "2025-02-11"),
    ("fr", "02/11/2025 à 14h30", "2025-11-02T14:30"),
    ("", "22/11/2025", "2025-11-22"),
    ("", "11/22/2025", "2025-11-22"),
    ("", "02/02/2026", "2026-02-02"),
    ("en", "Fri, 05/03/2019 - 15:21", "2019-05-03T15:21"),
    ("en", "Tue, 05/03/2019 - 15:21", "2019-03-05T15:21"),
    ("ko", "2026. 3. 2. 오후 2:05", "2026-03-02T14:05"),
    ("fi", "2.3.2026 klo 14.05", "2026-03-02T14:05"),
    # English
    ("en", "March 2, 2026", "2026-03-02"),
    ("en", "Friday, January 29, 2021 04:42 PM", "2021-01-29T16:42"),
    ("en", "2nd of March 2026 at 2:05 p.m.", "2026-03-02T14:05"),
    ("en", "Published: Sept. 9th, 2025", "2025-09-09"),
    ("en", "12 Mar 2025 12:00 AM", "2025-03-12T00:00"),
    ("en", "14:05 - 2 March 2026", "2026-03-02T14:05"),
    # Russian, Ukrainian, Belarusian
    ("ru", "Пн, 02 мар 2026 08:00:00 +0300", "2026-03-02T05:00"),
    ("ru", "2 марта 2026 г., 14:05", "2026-03-02T14:05"),
    ("ru", "24 сентября 2025 года в 14:05 МСК", "2025-09-24T11:05"),
    ("ru", "Опубликовано: 03 Ноябрь 2025", "2025-11-03"),
    ("uk", "Понеділок, 2 березня 2026 р. о 14:05", "2026-03-02T14:05"),
    ("uk", "24 вер. 2025", "2025-09-24"),
    ("be", "2 сакавіка 2026 г. у 14:05", "2026-03-02T14:05"),
    ("be", "24 лістапада 2025", "2025-11-24"),
    # French
    ("fr", "mer, 16 nov 2022 10:00:00 +0100", "2022-11-16T09:00"),
    ("fr", "lundi 2 mars 2026 à 14h30", "2026-03-02T14:30"),
    ("fr", "Publié le 1er août 2025", "2025-08-01"),
    ("fr", "mar. 3 mars 2026, 14 h 30 min", "2026-03-03T14:30"),
    # Spanish, Portuguese, Italian
    ("es", "mar, 3 mar 2026 14:05:00 GMT", "2026-03-03T14:05"),
    ("es", "2 de marzo de 2026 a las 14:05 h", "2026-03-02T14:05"),
    ("es", "24 de setiembre del 2025, 2:05 p. m.", "2025-09-24T14:05"),
    ("pt", "Seg, 24 Set 2018 10:00:00 -0300", "2018-09-24T13:00"),
    ("pt-BR", "2 de março de 2026 às 14h05", "2026-03-02T14:05"),
    ("pt", "Quarta-feira, 4 de fevereiro de 2026", "2026-02-04"),
    ("it", "lunedì 2 marzo 2026, ore 14.05", "2026-03-02T14:05"),
    ("it", "Gio, 25 Set 2025 10:00:00 +0200", "2025-09-25T08:00"),
    # German, Polish, Turkish
    ("de", "Montag, 2. März 2026, 14:05 Uhr", "2026-03-02T14:05"),
    ("de", "Di, 03 Mär 2026 08:00:00 +0100", "2026-03-03T07:00"),
    ("de", "24. Dez. 2025", "2025-12-24"),
    ("pl", "poniedziałek, 2 marca 2026, godz. 14:05", "2026-03-02T14:05"),
    ("pl", "24 września 2025 r.", "2025-09-24"),
    ("tr", "2 Mart 2026 Pazartesi, 14:05", "2026-03-02T14:05"),
    ("tr", "Çar, 24 Eyl 2025 14:05:00 +0300", "2025-09-24T11:05"),
    # Arabic: the months of Cairo, of Damascus, of Algiers and of Rabat
    ("ar", "الاثنين ٢ مارس ٢٠٢٦ - ١٤:٠٥", "2026-03-02T14:05"),
    ("ar", "2 آذار 2026", "2026-03-02"),
    ("ar", "24 تشرين الثاني/نوفمبر 2025", "2025-11-24"),
    ("ar", "24 تشرين الثاني 2025، الساعة 2:05 م", "2025-11-24T14:05"),
    ("ar", "15 أيلول 2025", "2025-09-15"),
    ("ar", "12 جويلية 2025", "2025-07-12"),
    ("ar", "5 غشت 2025", "2025-08-05"),
    ("ar", "الأربعاء، 24 ديسمبر 2025 10:30 ص", "2025-12-24T10:30"),
    # Persian: months of the Gregorian calendar, and the calendar of Iran
    ("fa", "۲ مارس ۲۰۲۶، ساعت ۱۴:۰۵", "2026-03-02T14:05"),
    ("fa", "دوشنبه ۱۱ اسفند ۱۴۰۴", "2026-03-02"),
    ("fa", "۱۴۰۴/۱۲/۱۱ - ۱۴:۰۵", "2026-03-02T14:05"),
    ("fa", "1 فروردین 1404", "2025-03-21"),
    ("fa", "۳۰ اسفند ۱۴۰۳", "2025-03-20"),
    ("fa", "24 سپتامبر 2025", "2025-09-24"),
    ("fa", "۲ جدی ۱۴۰۳", "2024-12-22"),
    # Chinese, Japanese, Korean
    ("zh", "2022年11月3日 14:05", "2022-11-03T14:05"),
    ("zh", "2026年3月2日 星期一 下午2:05", "2026-03-02T14:05"),
    ("ja", "2026年3月2日（月）14時5分", "2026-03-02T14:05"),
    ("ja", "令和8年3月2日", "2026-03-02"),
    ("ko", "2026년 3월 2일 월요일 오전 9시 5분", "2026-03-02T09:05"),
    # Others
    ("nl", "maandag 2 maart 2026 om 14:05", "2026-03-02T14:05"),
    ("nl", "di 3 mrt 2026 14:05", "2026-03-03T14:05"),
    ("cs", "2. listopadu 2025", "2025-11-02"),
    ("hr", "2. listopada 2025.", "2025-10-02"),
    ("vi", "02 tháng 3, 2026", "2026-03-02"),
    ("th", "2 มีนาคม 2569 เวลา 14:05 น.", "2026-03-02T14:05"),
    ("hi", "2 मार्च 2026", "2026-03-02"),
    ("el", "2 Μαρτίου 2026 2:05 μ.μ.", "2026-03-02T14:05"),
    ("hu", "2026. március 2.", "2026-03-02"),
    ("id", "Senin, 2 Maret 2026 14:05 WIB", "2026-03-02T07:05"),
    # To come, as far as a publisher may mean it
    ("en", "Thu, 01 Jan 2027 00:00:00 GMT", "2027-01-01T00:00"),
)


@pytest.mark.parametrize(("language", "written", "read_as"), WRITTEN)
def test_read_date_as_publishers_write_it_is_read(
    language: str, written: str, read_as: str
) -> None:
    found = dates.read(written, language=language, now=NOW)
    assert replace(found, offset=None) == at(read_as)
    assert dates.read(written, language=language, now=NOW, relative_too=False) == found


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("Mon, 02 Mar 2026 08:00:00 -0600", -360),
        ("Mon, 02 Mar 2026 08:00:00 +0530", 330),
        ("Mon, 02 Mar 2026 08:00:00 EST", -300),
        ("Mon, 02 Mar 2026 08:00:00 GMT+0300 (Moscow Standard Time)", 180),
        ("2026-03-02T08:00:00+05:45", 345),
        ("2 mars 2026 14h30 +0100", 60),
        # Nobody's clock but a machine's, or none at all.
        ("Mon, 02 Mar 2026 08:00:00 -0000", None),
        ("Mon, 02 Mar 2026 08:00:00 +0000", None),
        ("Mon, 02 Mar 2026 08:00:00 GMT", None),
        ("Mon, 02 Mar 2026 08:00:00 +3000", None),
        ("2026-03-02T08:00:00Z", None),
        ("2026-03-02T08:00:00", None),
        ("Mon, 02 Mar 2026 08:00:00 IST", None),  # of which there are three
        ("2026-03-02", None),
        ("2 hours ago", None),
    ],
)
def test_read_date_keeps_how_far_its_clock_is_from_utc(written: str, minutes: int | None) -> None:
    found = dates.read(written, language="en", now=NOW)
    assert found.at is not None
    assert found.offset == minutes


NO_DATES = (
    ("", ""),
    ("", "   "),
    ("en", "no date"),
    ("en", "Breaking"),
    ("en", "May"),
    ("en", "March 2026"),
    ("en", "2026"),
    ("en", "12:30"),
    ("en", "Monday"),
    ("en", "Five killed in May 2026"),
    ("en", "On 2 March 2026 the court said"),
    ("en", "Volume 3, March 2026"),
    ("en", "3 of 5"),
    ("en", "1.2.3"),
    ("en", "192.168.10.20"),
    ("en", "+48 22 556 44 40"),
    ("en", "1646200000"),
    ("en", "A/RES/60/1"),
    ("en", "2026-13-02"),
    ("en", "2026-02-30"),
    ("en", "31 February 2026"),
    ("en", "30/02/2026"),
    ("en", "0000-00-00 00:00:00"),
    ("en", "Mon, 02 Mar 2026 25:61:00 GMT"),
    ("en", "2026-03-02T25:00:00Z"),
    ("en", "2026-W54-1"),
    ("en", "2025-366"),
    ("en", "15:00 am 2 March 2026"),
    ("en", "02/11/2025"),
    ("", "02/11/2025"),
    ("", "02-11-2025"),
    ("", "10.11.12"),
    ("", "02/03/04"),
    ("ja", "02/11/2025"),
    ("en", "2 March 2026 - 4 March 2026"),
    ("en", "2026-03-02/2026-03-04"),
    ("en", "2 March 2026 14:05 15:06"),
    ("en", "Mon, 01 Jan 0001 00:00:00 +0000"),
    ("en", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("en", "Sun, 31 Dec 1989 23:59:59 GMT"),
    ("en", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ("en", "Sun, 12 Mar 2028 09:00:00 GMT"),
    ("", "2 listopada 2025"),
    ("ru", "Вчерашний день"),
    ("ru", "31 апреля 2026"),
    ("fa", "۳۰ اسفند ۱۴۰۴"),
    ("fa", "۱۴۰۴/۱۳/۱۱"),
    ("ar", "١٤٤٧/٠٩/١٣"),
    ("en", "2 March April 2026"),
    ("en", "2 months ago"),
    ("en", "99999999999 hours ago"),
    ("en", "long ago"),
    ("en", "ago"),
    ("en", "today's news"),
    ("en", "2 March 2026" + " " * 300 + "x"),
    ("en", "²/³/2026"),
    ("en", "\ud800 2 March 2026"),
    ("en", "javascript:alert(1)"),
)


@pytest.mark.parametrize(("language", "written"), NO_DATES)
def test_read_what_is_no_date_gives_none(language: str, written: str) -> None:
    assert dates.read(written, language=language, now=NOW) == NOTHING


# language, as written, as read on Tuesday, 10 March 2026, 9:00
RELATIVE = (
    ("en", "2 hours ago", "2026-03-10T07:00"),
    ("en", "an hour ago", "2026-03-10T08:00"),
    ("en", "45 mins ago", "2026-03-10T08:15"),
    ("en", "3 days ago", "2026-03-07"),
    ("en", "a week ago", "2026-03-03"),
    ("en", "Yesterday", "2026-03-09"),
    ("en", "Yesterday at 14:05", "2026-03-09T14:05"),
    ("en", "Today, 08:30", "2026-03-10T08:30"),
    ("en", "just now", "2026-03-10T09:00"),
    ("en", "3 March", "2026-03-03"),
    ("en", "Mar 11", "2026-03-11"),
    ("en", "Dec 24, 18:00", "2025-12-24T18:00"),
    ("ru", "вчера, 14:05", "2026-03-09T14:05"),
    ("ru", "сегодня в 08:30", "2026-03-10T08:30"),
    ("ru", "2 часа назад", "2026-03-10T07:00"),
    ("ru", "минуту назад", "2026-03-10T08:59"),
    ("ru", "24 декабря", "2025-12-24"),
    ("uk", "5 хвилин тому", "2026-03-10T08:55"),
    ("uk", "вчора", "2026-03-09"),
    ("be", "2 гадзіны таму", "2026-03-10T07:00"),
    ("be", "учора", "2026-03-09"),
    ("fr", "il y a 3 heures", "2026-03-10T06:00"),
    ("fr", "hier à 14h30", "2026-03-09T14:30"),
    ("es", "hace 2 días", "2026-03-08"),
    ("es", "ayer", "2026-03-09"),
    ("pt", "há 2 horas", "2026-03-10T07:00"),
    ("pt", "ontem às 14h05", "2026-03-09T14:05"),
    ("it", "2 ore fa", "2026-03-10T07:00"),
    ("it", "ieri", "2026-03-09"),
    ("de", "vor 5 Minuten", "2026-03-10T08:55"),
    ("de", "gestern, 14:05 Uhr", "2026-03-09T14:05"),
    ("pl", "2 godziny temu", "2026-03-10T07:00"),
    ("pl", "wczoraj", "2026-03-09"),
    ("tr", "3 saat önce", "2026-03-10T06:00"),
    ("tr", "dün", "2026-03-09"),
    ("ar", "منذ ساعتين", "2026-03-10T07:00"),
    ("ar", "قبل ٣ أيام", "2026-03-07"),
    ("ar", "أمس", "2026-03-09"),
    ("fa", "۲ ساعت پیش", "2026-03-10T07:00"),
    ("fa", "دیروز", "2026-03-09"),
    ("zh", "3小时前", "2026-03-10T06:00"),
    ("ja", "2日前", "2026-03-08"),
    ("ko", "5분 전", "2026-03-10T08:55"),
    ("zh", "昨天 14:05", "2026-03-09T14:05"),
)


@pytest.mark.parametrize(("language", "written", "read_as"), RELATIVE)
def test_read_what_counts_from_now_is_read_in_listings_and_never_in_feeds(
    language: str, written: str, read_as: str
) -> None:
    assert dates.read(written, language=language, now=NOW) == at(read_as)
    assert dates.read(written, language=language, now=NOW, relative_too=False) == NOTHING


# As CLDR writes them; in English digits both orders are used, so a territory is told.
CLDR = (
    "ar ar_DZ ar_MA ar_SY az be bg bs ca cs da de el en en_GB en_US es et fa fa_AF fi fr he hi hr "
    "hu hy id it ja ka kk ko lt lv mk nb nl pl pt pt_BR ro ru sk sl sq sr sv sw th tr uk ur uz vi "
    "zh zh_TW"
)
DAYS = st.dates(date(1990, 1, 1), date(2028, 3, 1))


@given(st.sampled_from(CLDR.split()), st.sampled_from(["medium", "long", "full"]), DAYS)
def test_read_date_as_cldr_formats_it_is_the_same_day(locale: str, width: str, day: date) -> None:
    written = format_date(day, width, locale=locale)
    assert dates.read(written, language=locale, now=NOW) == at(day.isoformat()), written


LIKE_DATES = st.text(
    st.sampled_from("0123456789٣۳３年月日-–/.:,+ TZhtamprч\u200f\u0301маяåσ²()[]'"), max_size=40
)
WORDS = (
    "mar may 2 31 2026 26 vor il y a 12:30 14h30 GMT+9 -0330 pm ago منذ 2026/3/2 2.3.26 mon 11 "
    "ساعتين اسفند ۱۴۰۴ 0 元年 3日前 99 1e9 24:00 令和元年1月1日 +9999 2026-W10-1"
)
IN_WORDS = st.lists(
    st.sampled_from(WORDS.split()),
    max_size=7,
).map(" ".join)


@given(
    st.text(max_size=250) | LIKE_DATES | IN_WORDS, st.sampled_from(["", "en-US", "fa", "x" * 50])
)
def test_read_any_text_gives_a_sane_date_or_none(written: str, language: str) -> None:
    told = dates.read(written, language=language, now=NOW)
    assert told.at is None or dates.EARLIEST <= told.at <= NOW + dates.AHEAD
    if told.whole_day:
        assert told.at is not None
        assert (told.at.hour, told.at.minute, told.at.second) == (0, 0, 0)


@given(LIKE_DATES | IN_WORDS, st.integers(0, 700))
def test_read_date_of_a_feed_is_the_same_at_every_poll(written: str, days: int) -> None:
    first = dates.read(written, language="fr", now=NOW, relative_too=False)
    later = dates.read(written, language="fr", now=NOW + timedelta(days=days), relative_too=False)
    assert first in (later, NOTHING)  # what lay too far ahead may come within reach
