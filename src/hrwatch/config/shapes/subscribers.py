"""Who gets digests, of what, and how they leave."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from hrwatch.config import names, times, values
from hrwatch.config.shapes.kinds import (
    Alert,
    Countries,
    Day,
    Language,
    Name,
    Names,
    QuietHours,
    Report,
    Shape,
    Urgent,
    When,
    filled,
    opened,
)


class Exclude(Shape):
    """What a subscriber does not want, whatever else matches."""

    countries: Countries = Field(default=[])
    keywords: Names = Field(default=[])
    feeds: Names = Field(default=[])


class Subscriber(Shape):
    """One person or desk that gets digests. AND between the lists, OR within; empty: all."""

    name: Name = Field(description="Unique among subscribers.", examples=["belarus-desk"])
    address: Annotated[str, AfterValidator(values.mailbox)] = Field(
        description="One mailbox.", examples=["anna@example.org"]
    )
    countries: Countries = Field(default=[])
    keywords: Names = Field(default=[], description="Ids of the taxonomy or of your own.")
    languages: Annotated[list[Language], BeforeValidator(filled)] = Field(default=[])
    feeds: Names = Field(default=[], description="Names of feeds above.")
    exclude: Annotated[Exclude, BeforeValidator(opened)] = Exclude()
    query: str | None = Field(default=None, description="Instead of or beside the lists.")
    relation: Literal["subject", "mention"] = Field(
        default="subject", description="Asked of countries and keywords."
    )
    roll_up: bool = Field(
        default=False,
        description="A country brings, or excludes, its separately coded territories (CN HK).",
    )
    send: When = Field(
        default=times.schedule("daily 07:00"),
        description="When a digest is due.",
        json_schema_extra={"default": "daily 07:00"},
    )
    timezone: Annotated[str, AfterValidator(names.timezone)] = Field(
        default="UTC", examples=["Europe/Vilnius"]
    )
    subject: Literal["discreet", "full"] = Field(
        default="discreet", description="Whether the subject line tells what is inside."
    )
    urgent: Urgent = Field(
        default=0,
        description=(
            "How many alerts a day, beside the digests, tell at once what is new of the severest "
            "keywords (severity 3) as the main subject; what is more is folded into one."
        ),
        json_schema_extra={"default": "off"},
    )
    quiet: QuietHours = Field(
        default=None,
        description="Hours of their day in which no mail is sent; it comes after them.",
    )
    empty: Literal["send", "skip"] = Field(
        default="skip",
        description=(
            "Whether a daily or weekly digest is sent when nothing is new; one always is when a "
            "feed of theirs fails."
        ),
    )
    pause_until: Day = Field(default=None, description="The first day on which mail comes again.")
    mail_language: Literal["en", "fr", "es", "ru", "ar"] = Field(
        default="en", description="Of the mail's own words; titles and texts stay as published."
    )
    group_by: Literal["country", "keyword"] = Field(default="country")
    text_only: bool = Field(default=False, description="Plain text alone, under 20 KB a mail.")
    detail: Literal["titles", "usual", "longer"] = Field(
        default="usual", description="Titles alone, or a short or longer extract too."
    )
    pgp_key_file: Annotated[str, AfterValidator(values.path)] | None = Field(
        default=None,
        description=(
            "Their OpenPGP public key, a file relative to this one: mail is encrypted to it, and "
            "held where that cannot be done."
        ),
        examples=["keys/anna.asc"],
    )


class Mail(Shape):
    """Whose name mail carries, and how it leaves."""

    sender: Annotated[str, AfterValidator(values.sender)] = Field(
        default="hrwatch <digest@example.org>",
        alias="from",
        description="The sender's mailbox, with or without a name.",
        examples=["hrwatch <digest@example.org>"],
    )
    transport: Annotated[str, AfterValidator(values.transport)] = Field(
        default="file:outbox",
        description=(
            "file:DIR, smtp+starttls://user@host:587, smtps://user@host:465, sendmail:, or "
            "smtp://host:port on this machine. No password: see password_file."
        ),
        examples=["file:outbox", "smtp+starttls://digest@mail.example.org:587"],
    )
    password_file: Annotated[str, AfterValidator(values.path)] | None = Field(
        default=None,
        description=(
            "The mail server's password on the first line of a file that only the service can "
            "read, relative to this one. Without it, the credential smtp-password or "
            "$HRWATCH_SMTP_PASSWORD is used."
        ),
        examples=["smtp-password"],
    )
    ca_file: Annotated[str, AfterValidator(values.path)] | None = Field(
        default=None,
        description=(
            "The authority or certificate of your own mail server, a PEM file relative to this "
            "one; nothing else is then believed."
        ),
    )
    operator: Annotated[str, AfterValidator(values.mailbox)] | None = Field(
        default=None,
        description="Who is mailed a weekly report and alerts on how hrwatch fares.",
        examples=["desk@example.org"],
    )
    report: Report = Field(
        default=times.report("weekly mon 07:00"),
        description="When the operator's report is due, in UTC; or off.",
        json_schema_extra={"default": "weekly mon 07:00"},
    )
    alert: Alert = Field(
        default=times.alert("10 in 6h"),
        description="At how many failures within what time the operator is alerted, once; or off.",
        json_schema_extra={"default": "10 in 6h"},
    )
    templates: Annotated[str, AfterValidator(values.folder)] | None = Field(
        default=None,
        description="A folder, relative to this file, with templates to be used instead of ours.",
        examples=["templates"],
    )
    contact: Annotated[str, AfterValidator(values.signature)] | None = Field(
        default=None,
        description=(
            "Who sends this and where they are reached, in one line at the end of each digest: an "
            "address, and the fingerprint of its key. Every reader's mail shows it."
        ),
        examples=["desk@example.org, PGP 0000 1111 2222 3333 4444 5555 6666 7777 8888 9999"],
    )
    replies: bool = Field(
        default=False,
        description=(
            "Whether your mail server hands what is mailed to `from` to hrwatch reply; digests "
            "then say what may be replied."
        ),
    )
