"""The demo itself: two rounds of polling and mailing on the invented newsroom."""

from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from hrwatch import config, pipeline
from hrwatch.config import Config
from hrwatch.demo import newsroom, operator, server, telling
from hrwatch.demo.newsroom import Publication
from hrwatch.demo.telling import Look, Show, Step
from hrwatch.errors import ArchiveError
from hrwatch.model.feeds import Outcome, PollReport
from hrwatch.model.mail import Delivery, Status
from hrwatch.pipeline.parts import Desk, Parts
from hrwatch.stages.store.articles import records
from hrwatch.wiring import open_desk, open_parts, utc_now

DEFAULT_NAME = "hrwatch-demo"
SHOWN = "eastern-europe-desk"  # whose first digest is printed
FAILING = "broken-bulletin"  # the feed that fails on purpose


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to."""

    reports: tuple[PollReport, ...]
    deliveries: tuple[Delivery, ...]


def free_directory(option: Path | None, beside: Path) -> Path:
    """Given what the user asked for, return an absolute directory that holds nothing yet; without
    a wish the next free one in `beside`. Raise ArchiveError rather than touch what is there."""
    if option is None:
        names = chain((DEFAULT_NAME,), (f"{DEFAULT_NAME}-{number}" for number in count(2)))
        option = next(beside / name for name in names if not (beside / name).exists())
    option = option.absolute()
    try:
        option.mkdir(parents=True, exist_ok=True)
        occupied = any(option.iterdir())
    except OSError as error:
        raise ArchiveError(f"{option} cannot be used for the demo: {error.strerror}") from error
    if occupied:
        raise ArchiveError(f"{option} holds something already: give the demo a new --dir")
    return option


async def run(directory: Path, show: Show) -> tuple[Round, ...]:
    """Given an empty directory, do the whole job on the invented newsroom, twice; leave feeds.yaml,
    archive.db and outbox/*.eml there. `show` is told each step as it happens."""
    opened_at = utc_now()
    with server.serving() as site:
        first = newsroom.publications(opened_at, 1)
        site.publish(first, opened_at)
        show(Step(f"An invented newsroom opens at {site.base}", Look.HEADING))
        show(Step(telling.of_newsroom(first)))
        settings = _configure(directory, first, site.base, show)
        async with open_parts(settings, directory) as parts:
            show(Step("Round one: every feed is read for the first time", Look.HEADING))
            desk = open_desk(settings, parts.archive)
            one = await _round(parts, desk, directory, show)
            _show_mail(one, directory, show)
            site.publish(newsroom.publications(opened_at, 2), opened_at)
            show(Step("Round two: a few stories later, and two corrected", Look.HEADING))
            two = await _round(parts, desk, directory, show)
    return one, two


def went_well(rounds: tuple[Round, ...]) -> bool:
    """Say whether only the feed failed that fails on purpose, and every mail left."""
    failed = {r.feed for one in rounds for r in one.reports if r.outcome is Outcome.FAILED}
    return failed <= {FAILING} and all(
        one.deliveries and all(d.status is Status.SENT for d in one.deliveries) for one in rounds
    )


def _configure(
    directory: Path, publications: tuple[Publication, ...], base: str, show: Show
) -> Config:
    path = directory / "feeds.yaml"
    path.write_text(operator.feeds_yaml(publications, base), encoding="utf-8")
    settings = config.load(path)
    names = ", ".join(subscriber.name for subscriber in settings.subscribers)
    show(Step(f"{path.name} names them, and three subscribers: {names}."))
    return settings


async def _round(parts: Parts, desk: Desk, directory: Path, show: Show) -> Round:
    reports: list[PollReport] = []

    def tell(report: PollReport) -> None:
        reports.append(report)
        show(Step(f"  {report.feed:<20} {telling.of_report(report)}"))

    await pipeline.poll_pass(parts, desk.config.feeds, tell)
    kept = await parts.archive.read(lambda connection: tuple(records.stream(connection)))
    for line in telling.of_archive(kept):
        show(Step(line))
    await pipeline.match_pass(parts, desk)
    for name, error in await pipeline.digest_pass(parts, desk, regardless=True):
        show(Step(f"The digest for {name} could not be written: {error}"))
    deliveries = await pipeline.deliver_pass(parts, desk)
    show(Step("Mailed:"))
    for delivery in deliveries:
        show(Step(f"  {telling.of_delivery(delivery, directory)}"))
    return Round(tuple(reports), deliveries)


def _show_mail(one: Round, directory: Path, show: Show) -> None:
    for delivery in one.deliveries:
        if delivery.subscriber == SHOWN and delivery.status is Status.SENT:
            show(Step(f"What {SHOWN} reads", Look.HEADING))
            show(Step(telling.text_of(directory / delivery.detail), Look.MAIL))
