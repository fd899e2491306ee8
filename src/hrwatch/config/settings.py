"""The configuration as everything behind it sees it: values of `model`, nothing of the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hrwatch.errors import Mistake
from hrwatch.model.feeds import Feed
from hrwatch.model.mail import Subscriber
from hrwatch.model.settings import FetchSettings, MailSettings
from hrwatch.model.tags import Rules


@dataclass(frozen=True, slots=True)
class Config:
    """One file, read and found good."""

    archive: str  # a path, relative to the state directory, or the address of a database
    archive_password_file: Path | None  # first place to look for PostgreSQL's password
    workers: int  # 0: hops run inline
    copies: str  # near, exact or off
    fetch: FetchSettings
    feeds: tuple[Feed, ...]  # the disabled ones too
    rules: Rules  # the shipped taxonomy with the operator's own keywords
    subscribers: tuple[Subscriber, ...]
    mail: MailSettings
    warnings: tuple[Mistake, ...]
    path: Path  # where it was read
    subscribers_file: Path | None  # what else was read
    # By a feed's name, the line of `path` on which its address stands.
    feed_lines: Mapping[str, int] = field(default_factory=dict)
