"""When a feed says that it is worth coming back."""

from datetime import timedelta

import pytest

from builders import NOW
from hrwatch.model.feeds import Hints
from hrwatch.stages.parse import parse

SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"


def read(channel: str, prefix: str = "sy") -> Hints:
    """The hints of an RSS channel."""
    document = (
        f'<rss version="2.0" xmlns:{prefix}="{SYNDICATION}"><channel>{channel}'
        "<item><title>T</title><skipHours><hour>5</hour></skipHours></item></channel></rss>"
    )
    return parse(document.encode(), url="http://w.example/", content_type="", now=NOW).hints


@pytest.mark.parametrize(
    ("period", "frequency", "every"),
    [
        ("hourly", "1", timedelta(hours=1)),
        ("hourly", "2", timedelta(minutes=30)),
        (" Daily ", "4", timedelta(hours=6)),
        ("weekly", "", timedelta(days=7)),
        ("monthly", "0", timedelta(days=30)),
        ("yearly", "-3", timedelta(days=365)),
        ("hourly", "many", timedelta(hours=1)),
        ("hourly", "99999", None),
        ("hourly", "9" * 5_000, timedelta(hours=1)),
        ("now and then", "1", None),
        ("", "2", None),
    ],
)
@pytest.mark.parametrize("prefix", ["sy", "syn"])
def test_hints_update_period_is_parted_by_its_frequency(
    period: str, frequency: str, every: timedelta | None, prefix: str
) -> None:
    told = (
        f"<{prefix}:updatePeriod>{period}</{prefix}:updatePeriod>"
        f"<{prefix}:updateFrequency>{frequency}</{prefix}:updateFrequency>"
    )
    assert read(told, prefix).every == every


@pytest.mark.parametrize(
    ("channel", "hours", "days"),
    [
        ("<skipHours><hour>0</hour><hour> 7 </hour><hour>23</hour></skipHours>", (0, 7, 23), ()),
        ("<skipHours><hour>24</hour><hour>25</hour><hour>-1</hour></skipHours>", (0,), ()),
        ("<skipDays><day>Sunday</day><day>monday</day><day>Someday</day></skipDays>", (), (0, 6)),
        (
            "".join(["<skipHours>", *(f"<hour>{n}</hour>" for n in range(24)), "</skipHours>"]),
            (),
            (),
        ),
        ("<skipHours>" + "<hour>" * 10_000, (), ()),
        ("", (), ()),
    ],
)
def test_hints_hours_and_days_to_skip_are_those_of_the_channel(
    channel: str, hours: tuple[int, ...], days: tuple[int, ...]
) -> None:
    told = read(channel)
    assert (told.skip_hours, told.skip_days) == (hours, days)
