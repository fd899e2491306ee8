"""The doctor's judgements, on what a check might have seen."""

import os
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from builders import NOW, a_reading
from hrwatch import hops
from hrwatch.doctor import examination, machine, network, storage, work
from hrwatch.doctor.findings import Finding, Verdict, fine
from hrwatch.doctor.hops import Surroundings, registry
from hrwatch.doctor.storage import Access
from hrwatch.errors import ArchiveError
from hrwatch.model.feeds import Feed
from hrwatch.model.operating import Holding
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Evidence, Field, Kind, Relation, Rules, Tag
from hrwatch.stages.fetch.probe import Authorities
from hrwatch.stages.store.running.checkup import Standing

OK, WARNING, TROUBLE = Verdict.OK, Verdict.WARNING, Verdict.TROUBLE
US = 1234


@pytest.mark.parametrize(
    ("ahead", "verdict"),
    [(timedelta(days=-400), OK), (timedelta(minutes=4), OK), (timedelta(minutes=6), TROUBLE)],
)
def test_clock_is_judged_by_what_must_be_past(ahead: timedelta, verdict: Verdict) -> None:
    assert machine.clock(NOW, {"the configuration": NOW + ahead}, None).verdict is verdict


def test_clock_behind_the_newest_record_alone_may_be_right() -> None:
    found = machine.clock(NOW, {"a file": NOW}, NOW + timedelta(days=4000))

    assert found.verdict is WARNING
    assert "it was ahead once" in found.remedy


def test_clock_that_is_behind_names_what_is_from_later_and_how_to_set_it() -> None:
    marks = {"the configuration": NOW + timedelta(days=1), "a file": NOW + timedelta(hours=1)}

    found = machine.clock(NOW, marks, NOW)

    assert "it is 2026-03-02 09:00 UTC by the clock" in found.told
    assert "the configuration is from 2026-03-03" in found.told
    assert "timedatectl" in found.remedy


def test_zones_that_are_missing_are_named() -> None:
    found = machine.zones(["Europe/Vilnius", "Mars/Olympus"])

    assert found.verdict is TROUBLE
    assert "Mars/Olympus" in found.told
    assert "Vilnius" not in found.told


@pytest.mark.parametrize(
    ("free", "size", "verdict"),
    [
        (10_000_000, 0, TROUBLE),
        (100_000_000, 0, WARNING),
        (1_000_000_000, 900_000_000, WARNING),
        (1_000_000_000, 100_000_000, OK),
    ],
)
def test_space_is_enough_where_the_archive_could_be_copied(
    free: int, size: int, verdict: Verdict
) -> None:
    assert storage.judge_space(Path("/state"), free, size).verdict is verdict


@pytest.mark.parametrize(
    ("owner", "mode", "verdict"), [(US, 0o600, OK), (US, 0o640, WARNING), (0, 0o600, TROUBLE)]
)
def test_permissions_are_for_the_service_alone(owner: int, mode: int, verdict: Verdict) -> None:
    found = [Access(Path("/state"), US, 0o700), Access(Path("/state/archive.db"), owner, mode)]

    judged = storage.permissions(found, US)

    assert judged.verdict is verdict
    assert ("archive.db" in judged.told) is (verdict is not OK)


def test_permissions_of_many_files_are_told_in_short() -> None:
    found = [Access(Path(f"/state/archive.db.before-{n}"), US, 0o644) for n in range(9)]

    judged = storage.permissions(found, US)

    assert "and 4 more" in judged.told
    assert judged.remedy.startswith("chmod go= /state/archive.db.before-0")


def a_standing(**changes: object) -> Standing:
    values = {
        "name": "/state/archive.db",
        "path": Path("/state/archive.db"),
        "revision": "0002",
        "is_current": True,
        "is_older": False,
        "holder": "",
    }
    return Standing(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("standing", "verdict", "told"),
    [
        (a_standing(), OK, "held by nobody"),
        (a_standing(holder="process 17 since 08:00"), OK, "held by process 17"),
        (a_standing(path=None, name="postgresql+psycopg://db"), OK, "schema 0002"),
        (a_standing(revision=None, is_current=False), OK, "not there yet"),
        (a_standing(revision="0001", is_current=False, is_older=True), WARNING, "older"),
        (a_standing(revision="0099", is_current=False), TROUBLE, "newer"),
    ],
)
def test_archive_is_judged_by_its_revision(standing: Standing, verdict: Verdict, told: str) -> None:
    found = storage.archive(standing)

    assert found.verdict is verdict
    assert told in found.told


@pytest.mark.parametrize(
    ("valid", "expired", "verdict"), [(140, 2, OK), (100, 40, WARNING), (0, 140, TROUBLE)]
)
def test_certificates_are_judged_by_how_many_are_left(
    valid: int, expired: int, verdict: Verdict
) -> None:
    assert network.certificates(Authorities(valid, expired)).verdict is verdict


def test_names_while_nobody_may_be_asked_are_not_looked_up() -> None:
    feeds = [Feed("wire", url="https://wire.example/feed")]

    found = network.names(feeds, FetchSettings(loopback_only=True))

    assert found.verdict is OK


def test_names_that_resolve_nowhere_are_trouble_after_three_sites() -> None:
    feeds = [Feed(f"wire-{n}", url=f"https://news.site-{n}.example/feed") for n in range(5)]
    feeds[0:0] = [
        Feed("literal", url="http://127.0.0.1:1/"),
        Feed("off", url="https://off.example/", enabled=False),
    ]

    found = network.names(feeds, FetchSettings(contact="mailto:us@desk.example"))

    assert found.verdict is TROUBLE
    assert [f"wire-{n}:" in found.told for n in range(4)] == [True, True, True, False]
    assert "off" not in found.told


def a_good_reading() -> object:
    evidence = Evidence("name", "Belarus", "Belarus", "en", Field.TITLE, 0, 7)
    belarus = Tag(Kind.COUNTRY, "BY", Relation.SUBJECT, (evidence,))
    return a_reading(language="en", tags=(belarus,))


@pytest.mark.parametrize(
    ("count", "memory", "variables", "verdict"),
    [
        (2, HopLimits().memory_bytes, ("LANG", "PATH"), OK),
        (0, HopLimits().memory_bytes, ("LANG", "PATH"), WARNING),
        (2, 400_000_000, ("LANG",), OK),  # the service was born with less
        (2, -1, ("LANG",), TROUBLE),
        (2, HopLimits().memory_bytes, ("HRWATCH_SMTP_PASSWORD",), TROUBLE),
    ],
)
def test_reading_is_judged_by_the_workers_limits_and_secrets(
    count: int, memory: int, variables: tuple[str, ...], verdict: Verdict
) -> None:
    found = work.judge_reading(count, a_good_reading(), Surroundings(memory, variables))  # type: ignore[arg-type]

    assert found.verdict is verdict


def test_reading_that_finds_no_country_is_trouble() -> None:
    around = Surroundings(HopLimits().memory_bytes, ())

    assert work.judge_reading(2, a_reading(tags=()), around).verdict is TROUBLE


def test_hops_of_the_doctor_stand_beside_the_real_ones() -> None:
    assert set(registry(Rules())) - set(hops.registry(Rules())) == {"look_around", "work_in_vain"}


def _refused() -> Finding:
    raise ArchiveError("the archive is gone: put it back")


def _unreadable() -> Finding:
    return fine(str(os.listdir("/nonexistent")))  # noqa: PTH208 - any OSError


def _broken() -> Finding:
    raise KeyError("a bug")


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (_refused, "the archive is gone: put it back"),
        (_unreadable, "could not be looked at"),
        (_broken, "failed with KeyError"),
    ],
)
def test_within_check_that_fails_is_a_finding(check: Callable[[], Finding], told: str) -> None:
    found = examination.within(timedelta(seconds=5), check)

    assert found.verdict is TROUBLE
    assert told in found.told


def test_within_check_that_hangs_is_left_behind() -> None:
    go_on = threading.Event()

    def hang() -> Finding:
        go_on.wait(20)
        return fine("late")

    found = examination.within(timedelta(milliseconds=50) - examination.GRACE, hang)
    go_on.set()

    assert found.verdict is TROUBLE
    assert "no answer within" in found.told


@pytest.mark.parametrize(
    ("held", "parked", "verdict", "told"),
    [
        (Holding(), 0, OK, "all are written to"),
        (
            Holding(paused=(("anna", date(2027, 1, 15)),), stopped=("boris",)),
            0,
            OK,
            "nothing is written to anna until 2027-01-15; boris, who stopped by their reply",
        ),
        (Holding(), 2, WARNING, "2 mails parked: tried in vain for a week and kept"),
        (
            Holding(suspended=(("caucasus", NOW, "550 no such user"),)),
            2,
            TROUBLE,
            "refused for good by their mail server, and written to no more: caucasus",
        ),
    ],
)
def test_subscribers_are_judged_by_who_is_not_written_to(
    held: Holding, parked: int, verdict: Verdict, told: str
) -> None:
    found = work.subscribers(held, parked)
    assert (found.verdict, found.told) == (verdict, told)
