"""The parts of a pipeline for tests that poll: real ones, in a test's folder and on its clock."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hrwatch.config.rule_sets import RuleSets
from hrwatch.model.settings import MailSettings
from hrwatch.model.tags import Rules
from hrwatch.pipeline import Parts
from hrwatch.stages.deliver import open_transport
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.workers import Workers


def the_parts(
    folder: Path,
    *,
    archive: Archive,
    fetcher: Fetcher,
    workers: Workers,
    clock: Callable[[], datetime],
) -> Parts:
    """Parts on these, with mail into files and no chance in anything."""
    return Parts(
        archive=archive,
        fetcher=fetcher,
        workers=workers,
        transport=open_transport(MailSettings(), directory=folder, clock=clock),
        clock=clock,
        new_id=lambda: "1",
        new_token=lambda: "0" * 32,
        owner="test",
        per_site=1,
        rule_sets=RuleSets(Rules(), ()),
        link_copies=True,
        link_near=True,
    )
