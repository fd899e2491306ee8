"""The kinds of values in the operator's file: how each is read, and what editors are told of it."""

from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from hrwatch.config import names, terms, times, values
from hrwatch.model.mail import Quiet, Schedule
from hrwatch.model.settings import AlertRule

_SPAN = r"^[0-9]{1,9}[smhd]$"


def _text(pattern: str | None = None, *examples: str) -> WithJsonSchema:
    schema: dict[str, Any] = {"type": "string"}
    if pattern:
        schema["pattern"] = pattern
    if examples:
        schema["examples"] = list(examples)
    return WithJsonSchema(schema)


def filled(value: object) -> object:
    """Take a key with nothing behind it (all its lines commented out) for an empty list."""
    return [] if value is None else value


def opened(value: object) -> object:
    """Take a key with nothing behind it (all its lines commented out) for an empty section."""
    return {} if value is None else value


def _listed(value: object) -> object:
    """Take one value for a list of one."""
    return [value] if isinstance(value, str) else value


Timeout = Annotated[timedelta, BeforeValidator(times.timeout), _text(_SPAN, "20s", "1m")]
Gap = Annotated[timedelta, BeforeValidator(times.gap), _text(_SPAN, "1s", "0s")]
Interval = Annotated[timedelta, BeforeValidator(times.interval), _text(_SPAN, "30m", "6h")]
Backfill = Annotated[
    timedelta | None,
    BeforeValidator(times.backfill),
    _text(r"^([0-9]{1,9}[smhd]|all|none)$", "3d", "all", "none"),
]
KeepFor = Annotated[
    timedelta | None,
    BeforeValidator(times.keep_for),
    _text(r"^([0-9]{1,9}[smhd]|ever)$", "730d", "ever"),
]
Size = Annotated[
    int,
    BeforeValidator(values.size),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["10MB", "512KiB"]}),
]
When = Annotated[
    Schedule,
    BeforeValidator(times.schedule),
    _text(
        r"^(at once|hourly|daily \d\d?:\d\d|weekly (mon|tue|wed|thu|fri|sat|sun) \d\d?:\d\d)$",
        "daily 07:00",
        "weekly mon 07:00",
    ),
]
Report = Annotated[
    Schedule | None,
    BeforeValidator(times.report),
    _text(r"^(off|weekly (mon|tue|wed|thu|fri|sat|sun) \d\d?:\d\d)$", "weekly mon 07:00", "off"),
]
Alert = Annotated[
    AlertRule | None,
    BeforeValidator(times.alert),
    _text(r"^(off|[1-9][0-9]{0,2} in [0-9]{1,9}[smhd])$", "10 in 6h", "off"),
]
Urgent = Annotated[
    int,
    BeforeValidator(times.urgent),
    _text(r"^(off|[1-9][0-9]{0,2} a day)$", "3 a day", "off"),
]
QuietHours = Annotated[
    Quiet | None,
    BeforeValidator(times.quiet),
    _text(r"^(off|\d\d?:\d\d-\d\d?:\d\d)$", "22:00-06:30"),
]
Day = Annotated[
    date | None,
    BeforeValidator(times.day),
    _text(r"^\d{4}-\d\d-\d\d$", "2027-01-15"),
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
Countries = Annotated[list[Country], BeforeValidator(filled)]
Names = Annotated[list[str], BeforeValidator(filled)]
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
