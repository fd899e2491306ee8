"""How feeds and pages are asked for, and which."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from hrwatch.config import values
from hrwatch.config.shapes.kinds import (
    Backfill,
    Countries,
    Fingerprint,
    Gap,
    Interval,
    KeepFor,
    LanguageTag,
    Line,
    Meanings,
    Name,
    ProxyAddress,
    Selector,
    Shape,
    Size,
    Timeout,
    WebAddress,
    filled,
    opened,
)

EXAMPLE_CONTACT = "mailto:desk@example.org"


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
    revisit: bool = Field(
        default=True,
        description=(
            "Look again, ever less often, at the pages of articles that matched a subscriber, for "
            "what was changed or taken down."
        ),
    )
    keep: Literal["headline", "summary", "full"] = Field(
        default="full",
        description=(
            "What is archived of an article: its title; what the feed says of it too; its text and "
            "its page as fetched too."
        ),
    )
    keep_for: KeepFor = Field(
        default=None,
        description="How long that is kept; afterwards the headline is. Left out: for ever.",
        examples=["730d"],
    )
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
        list[Annotated[str, AfterValidator(values.allowed_address)]], BeforeValidator(filled)
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
    publisher_type: (
        Literal[
            "ngo",
            "un",
            "intergovernmental",
            "government",
            "court",
            "media",
            "independent-media",
            "public-media",
            "state-media",
            "exile-media",
            "research",
            "humanitarian",
        ]
        | None
    ) = Field(default=None, description="What kind of house that is, as digests tell it.")
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
    categories: Annotated[Meanings, BeforeValidator(opened)] = Field(
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
    revisit: bool | None = Field(default=None, description="Instead of fetch.revisit.")
    org: Line | None = Field(
        default=None,
        description=(
            "Who is behind it, the same for all feeds of one publisher in any language; left out, "
            "feeds of one registrable domain are."
        ),
        examples=["amnesty"],
    )
    terms: Literal["unknown", "ok", "forbidden"] = Field(
        default="unknown",
        description=(
            "What the publisher's terms say of keeping copies, where you looked; forbidden: no "
            "more than the headline is kept, and pages are not fetched."
        ),
    )
    keep: Literal["headline", "summary", "full"] | None = Field(
        default=None, description="Instead of fetch.keep."
    )
    keep_for: KeepFor = Field(default=None, description="Instead of fetch.keep_for.")
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
