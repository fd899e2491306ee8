"""The shape of the operator's file, in pydantic models: which keys there are, and what each takes.

They stand at the edge only: what passes is converted into the dataclasses of `model`. The field
descriptions and examples go into the JSON schema that editors read, and into messages.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from hrwatch.config import names, terms, values
from hrwatch.model.mail import Schedule

EXAMPLE_CONTACT = "mailto:desk@example.org"
_LATER = "Kept for a later version; not used yet."
_SPAN = r"^[0-9]{1,9}[smhd]$"


def _text(pattern: str | None = None, *examples: str) -> WithJsonSchema:
    schema: dict[str, Any] = {"type": "string"}
    if pattern:
        schema["pattern"] = pattern
    if examples:
        schema["examples"] = list(examples)
    return WithJsonSchema(schema)


def _filled(value: object) -> object:
    """Take a key with nothing behind it (all its lines commented out) for an empty list."""
    return [] if value is None else value


def _opened(value: object) -> object:
    """Take a key with nothing behind it (all its lines commented out) for an empty section."""
    return {} if value is None else value


def _listed(value: object) -> object:
    """Take one value for a list of one."""
    return [value] if isinstance(value, str) else value


Timeout = Annotated[timedelta, BeforeValidator(values.timeout), _text(_SPAN, "20s", "1m")]
Gap = Annotated[timedelta, BeforeValidator(values.gap), _text(_SPAN, "1s", "0s")]
Interval = Annotated[timedelta, BeforeValidator(values.interval), _text(_SPAN, "30m", "6h")]
Backfill = Annotated[
    timedelta | None,
    BeforeValidator(values.backfill),
    _text(r"^([0-9]{1,9}[smhd]|all|none)$", "3d", "all", "none"),
]
Size = Annotated[
    int,
    BeforeValidator(values.size),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["10MB", "512KiB"]}),
]
When = Annotated[
    Schedule,
    BeforeValidator(values.schedule),
    _text(
        r"^(at once|hourly|daily \d\d?:\d\d|weekly (mon|tue|wed|thu|fri|sat|sun) \d\d?:\d\d)$",
        "daily 07:00",
        "weekly mon 07:00",
    ),
]
Name = Annotated[str, AfterValidator(values.name), _text(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Line = Annotated[str, AfterValidator(values.line)]
WebAddress = Annotated[str, AfterValidator(values.feed_address), _text("^https?://")]
Selector = Annotated[str, AfterValidator(values.selector), _text(None, "div.news-item h3 > a")]
ProxyAddress = Annotated[
    str,
    AfterValidator(values.proxy),
    _text("^(socks5h|http)://", "socks5h://127.0.0.1:9050", "http://127.0.0.1:3128"),
]
Fingerprint = Annotated[
    str,
    AfterValidator(values.fingerprint),
    _text("^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$"),
]
Country = Annotated[str, AfterValidator(names.country), _text(None, "BY", "CN-XJ")]
Language = Annotated[str, AfterValidator(names.language), _text("^[a-z]{2,3}$", "be")]
LanguageTag = Annotated[str, AfterValidator(names.language_tag), _text(None, "be", "pt-BR")]
Countries = Annotated[list[Country], BeforeValidator(_filled)]
Names = Annotated[list[str], BeforeValidator(_filled)]
Phrase = Annotated[str, AfterValidator(terms.phrase)]
Pair = Annotated[str, AfterValidator(terms.pair)]
Term = Annotated[str, AfterValidator(terms.term)]
TermLanguage = Annotated[str, AfterValidator(terms.language)]
Terms = dict[TermLanguage, list[Term]]
Phrases = dict[TermLanguage, list[Phrase]]
Meanings = dict[
    Line,
    Annotated[
        list[Line],
        BeforeValidator(_listed),
        WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
    ],
]


class Shape(BaseModel):
    """What all sections have in common: no unknown key, no guessed type."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, validate_default=False
    )


class Fetch(Shape):
    """How feeds and pages are asked for."""

    contact: Annotated[str, AfterValidator(values.contact)] = Field(
        default=EXAMPLE_CONTACT,
        description="Where a site's owner reaches you; goes into the User-Agent.",
        examples=["mailto:desk@example.org"],
    )
    every: Interval = Field(
        default=timedelta(minutes=30),
        description="Default interval between polls.",
        json_schema_extra={"default": "30m"},
    )
    every_at_most: Interval | None = Field(
        default=None,
        description=(
            "How far a feed that seldom brings anything may slow its polls down; without it every "
            "feed is polled at `every`."
        ),
        examples=["2h"],
    )
    backfill: Backfill = Field(
        default=timedelta(days=3),
        description="At a feed's first poll, older entries are archived, not mailed.",
        json_schema_extra={"default": "3d"},
    )
    full_text: bool = Field(default=True, description="Fetch the article page of each new entry.")
    timeout: Timeout = Field(
        default=timedelta(seconds=20),
        description="For one request as a whole.",
        examples=["20s"],
        json_schema_extra={"default": "20s"},
    )
    max_bytes: Size = Field(
        default=10_000_000,
        description="The longest answer that is read.",
        json_schema_extra={"default": "10MB"},
    )
    concurrency: int = Field(default=16, ge=1, le=256, description="Requests at once.")
    per_domain: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Requests at once to one registrable domain or bare address.",
    )
    gap: Gap = Field(
        default=timedelta(seconds=1),
        description="Between two requests to one domain.",
        examples=["1s", "0s"],
        json_schema_extra={"default": "1s"},
    )
    allow_addresses: Annotated[
        list[Annotated[str, AfterValidator(values.allowed_address)]], BeforeValidator(_filled)
    ] = Field(default=[], description="Exceptions to the address guard: address:port or network.")
    ca_file: str | None = Field(
        default=None,
        description="Certificates to trust beside the usual ones: a PEM file, relative to this.",
    )
    proxy: ProxyAddress | None = Field(
        default=None,
        description=(
            "Everything goes through it, names are looked up there, and nothing goes around it: "
            "socks5h://HOST:PORT or http://HOST:PORT, without a login."
        ),
    )


class Select(Shape):
    """Where a listing page keeps its entries, as CSS selectors; `try feed` shows what is found."""

    entry: Selector | None = Field(
        default=None,
        description="What holds one entry; the others are looked for within it.",
        examples=["div.news-item"],
    )
    link: Selector | None = Field(
        default=None, description="The link to its page.", examples=["h3 > a"]
    )
    title: Selector | None = Field(
        default=None, description="Its title, where the link's text is not.", examples=["h3"]
    )
    date: Selector | None = Field(
        default=None,
        description="Its date, in an attribute datetime or in words.",
        examples=["time"],
    )


class Feed(Shape):
    """One feed, or one listing page that has no feed."""

    name: Name = Field(description="Unique among feeds.", examples=["amnesty-en"])
    url: WebAddress | None = Field(
        default=None, description="Address of the feed.", examples=["https://example.org/feed"]
    )
    page: WebAddress | None = Field(
        default=None,
        description="Address of a listing page with no feed.",
        examples=["https://example.org/news"],
    )
    select: Select | None = Field(
        default=None, description="For `page`: CSS selectors; found by itself when left out."
    )
    publisher: Line | None = Field(default=None, examples=["Amnesty International"])
    language: LanguageTag | None = Field(default=None, description="BCP 47.", examples=["en"])
    countries: Countries = Field(
        default=[],
        description=(
            "What it mostly writes about: decides where a text leaves open which country it means, "
            "and never against a country that the text names."
        ),
        examples=[["BY"]],
    )
    trust_categories: bool = Field(
        default=False,
        description="Categories that are names of countries or keywords count as the publisher's.",
    )
    categories: Annotated[Meanings, BeforeValidator(_opened)] = Field(
        default={},
        description=(
            "What categories of its publisher mean: codes of countries or places, ids of keywords; "
            "an empty list: nothing."
        ),
        examples=[{"Torture and other ill-treatment": "torture", "OPT": ["IL", "PS"]}],
    )
    enabled: bool = True
    every: Interval | None = Field(default=None, description="Instead of fetch.every.")
    every_at_most: Interval | None = Field(
        default=None, description="Instead of fetch.every_at_most."
    )
    backfill: Backfill = Field(default=None, description="Instead of fetch.backfill.")
    full_text: bool | None = Field(default=None, description="Instead of fetch.full_text.")
    proxy: ProxyAddress | None = Field(
        default=None, description="Instead of fetch.proxy: for this feed and its articles' pages."
    )
    tls_sha256: Fingerprint | None = Field(
        default=None,
        description=(
            "SHA-256 of the one certificate that the feed's own host may show, which then needs "
            "no authority. Without it, certificates are verified as usual."
        ),
        examples=["AB:CD:…"],
    )


class Keyword(Shape):
    """One issue that articles are tagged with, and the words that say so."""

    label: Line | None = Field(default=None, examples=["Water cannon"])
    group: Line | None = Field(default=None, description=f"What it belongs to. {_LATER}")
    severity: int | None = Field(
        default=None, ge=1, le=3, description=f"3 most urgent, 2 normal, 1 least. {_LATER}"
    )
    terms: Terms | None = Field(default=None, description="By language, or any: words that tag.")
    weak: Terms | None = Field(
        default=None, description="Count only beside another term, or in a title."
    )
    passing: Terms | None = Field(
        default=None, description="Name the issue in passing: a mention, never the subject."
    )
    near: dict[TermLanguage, list[Pair]] | None = Field(
        default=None, description="Two phrases with at most so many words between: a ~5 b."
    )
    mask: list[Phrase] | None = Field(default=None, description="Blanked out before matching.")
    veto_near: list[Phrase] | None = Field(
        default=None, description="Within 8 words of a term, undo it."
    )
    need_near: dict[Phrase, list[Phrase]] | None = Field(
        default=None, description="The term counts only with one of these within 12 words."
    )
    mention_only: list[Phrase] | None = Field(
        default=None, description="Names: a term inside one is never the subject."
    )


class Keywords(Shape):
    """What is added to the shipped taxonomy, or overrides it, by keyword id."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Keyword]

    use: list[str] | None = Field(
        default=None, description="Limits the shipped taxonomy to these.", examples=["torture"]
    )
    lists: dict[str, Phrases] | None = Field(
        default=None,
        description="Words by language that pairs call by a name: {police} ~5 beat*.",
    )


class Exclude(Shape):
    """What a subscriber does not want, whatever else matches."""

    countries: Countries = []
    keywords: Names = []
    feeds: Names = []


class Subscriber(Shape):
    """One person or desk that gets digests. AND between the lists, OR within; empty: all."""

    name: Name = Field(description="Unique among subscribers.", examples=["belarus-desk"])
    address: Annotated[str, AfterValidator(values.mailbox)] = Field(
        description="One mailbox.", examples=["anna@example.org"]
    )
    countries: Countries = []
    keywords: Names = Field(default=[], description="Ids of the taxonomy or of your own.")
    languages: Annotated[list[Language], BeforeValidator(_filled)] = []
    feeds: Names = Field(default=[], description="Names of feeds above.")
    exclude: Annotated[Exclude, BeforeValidator(_opened)] = Exclude()
    query: str | None = Field(default=None, description="Instead of or beside the lists.")
    relation: Literal["subject", "mention"] = Field(
        default="subject", description="Asked of countries and keywords."
    )
    roll_up: bool = Field(
        default=False,
        description="A country brings its separately coded territories (CN brings HK).",
    )
    send: When = Field(
        default=values.schedule("daily 07:00"),
        description="When a digest is due.",
        json_schema_extra={"default": "daily 07:00"},
    )
    timezone: Annotated[str, AfterValidator(names.timezone)] = Field(
        default="UTC", examples=["Europe/Vilnius"]
    )
    subject: Literal["discreet", "full"] = Field(
        default="discreet", description="Whether the subject line tells what is inside."
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
    fetch: Annotated[Fetch, BeforeValidator(_opened)] = Fetch()
    feeds: Annotated[list[Feed], BeforeValidator(_filled)] = []
    keywords: Annotated[Keywords, BeforeValidator(_opened)] = Keywords.model_validate({})
    subscribers_file: str | None = Field(
        default=None, description="A file with a list of subscribers, relative to this one."
    )
    subscribers: Annotated[list[Subscriber], BeforeValidator(_filled)] = []
    mail: Annotated[Mail, BeforeValidator(_opened)] = Mail()


class Subscribers(Shape):
    """What `subscribers_file` holds: the list alone."""

    subscribers: Annotated[list[Subscriber], BeforeValidator(_filled)] = []
