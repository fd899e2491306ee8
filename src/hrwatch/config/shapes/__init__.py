"""The shape of the operator's file, in pydantic models: which keys there are, and what each takes.

They stand at the edge only: what passes is converted into the dataclasses of `model`. The field
descriptions and examples go into the JSON schema that editors read, and into messages.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from hrwatch.config import values
from hrwatch.config.shapes.fetching import EXAMPLE_CONTACT, Feed, Fetch, Select
from hrwatch.config.shapes.keywords import Keyword, Keywords
from hrwatch.config.shapes.kinds import Phrases, Shape, filled, opened
from hrwatch.config.shapes.subscribers import Mail, Subscriber

__all__ = [
    "EXAMPLE_CONTACT",
    "Feed",
    "Fetch",
    "File",
    "Keyword",
    "Keywords",
    "Mail",
    "Phrases",
    "Select",
    "Shape",
    "Subscriber",
    "Subscribers",
]


class File(Shape):
    """The whole of config/feeds.yaml."""

    archive: Annotated[str, AfterValidator(values.archive)] = Field(
        default="archive.db",
        description=(
            "A path, relative to the state directory, or a database on a PostgreSQL server. No "
            "password: see archive_password_file."
        ),
        examples=["archive.db", "postgresql+psycopg://hrwatch@db.example.org/hrwatch"],
    )
    archive_password_file: Annotated[str, AfterValidator(values.path)] | None = Field(
        default=None,
        description=(
            "PostgreSQL's password on the first line of a file that only the service can read, "
            "relative to this one. Without it, the credential archive-password, "
            "$HRWATCH_ARCHIVE_PASSWORD, or libpq's own ways are used."
        ),
        examples=["archive-password"],
    )
    workers: int = Field(
        default=2, ge=0, le=64, description="Worker processes; 0: none, work inline."
    )
    copies: Literal["near", "exact", "off"] = Field(
        default="near", description="Which copies are linked."
    )
    fetch: Annotated[Fetch, BeforeValidator(opened)] = Fetch()
    feeds: Annotated[list[Feed], BeforeValidator(filled)] = Field(default=[])
    keywords: Annotated[Keywords, BeforeValidator(opened)] = Keywords.model_validate({})
    subscribers_file: str | None = Field(
        default=None, description="A file with a list of subscribers, relative to this one."
    )
    subscribers: Annotated[list[Subscriber], BeforeValidator(filled)] = Field(default=[])
    mail: Annotated[Mail, BeforeValidator(opened)] = Mail()


class Subscribers(Shape):
    """What `subscribers_file` holds: the list alone."""

    subscribers: Annotated[list[Subscriber], BeforeValidator(filled)] = Field(default=[])
