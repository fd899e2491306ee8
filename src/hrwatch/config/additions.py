"""Feeds that come from elsewhere, as they would stand in the operator's file: named, each once, in
YAML to be pasted. The file itself is never written."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import yaml

from hrwatch import text, urls
from hrwatch.config import names, values
from hrwatch.model.feeds import Feed, Select

_LONGEST_NAME = 64
_ROOM_FOR_A_NUMBER = 8
_LONGEST_PUBLISHER = 200
# A title in another script may hold a year, or "RSS": that names nothing.
_LETTERS_OF_A_NAME = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed that a list offers; its words are on one line each."""

    line: int  # of the list, from 1
    label: str  # how its list calls it
    publisher: str
    address: str
    language: str
    is_page: bool = False  # a listing page, not a feed
    enabled: bool = True
    select: Select = field(default_factory=Select)  # of a page


@dataclass(frozen=True, slots=True)
class Additions:
    """What came of the offers."""

    feeds: tuple[Feed, ...]
    known: tuple[tuple[Offer, str], ...]  # with the name of the feed that has their address
    refused: tuple[tuple[Offer, str], ...]  # with why, in a sentence for the operator


def chosen(offers: Iterable[Offer], configured: Iterable[Feed]) -> Additions:
    """Given what is offered and the feeds that are configured, return what may be added.

    A label that can be a name is the name; any other is spelled in letters that can. Two addresses
    that differ in nothing but spelling are one.
    """
    present = tuple(configured)
    taken = {urls.canonical(feed.address): feed.name for feed in present}
    free = _Names(feed.name for feed in present)
    feeds: list[Feed] = []
    known: list[tuple[Offer, str]] = []
    refused: list[tuple[Offer, str]] = []
    for offer in offers:
        try:
            address = values.web_address(offer.address)
        except ValueError as error:
            refused.append((offer, str(error)))
            continue
        key = urls.canonical(address)
        if key in taken:
            known.append((offer, taken[key]))
            continue
        feed = _feed(offer, address, free)
        taken[key] = feed.name
        feeds.append(feed)
    return Additions(tuple(feeds), tuple(known), tuple(refused))


def written(feeds: Iterable[Feed]) -> str:
    """Return feeds as the section `feeds` of the operator's file."""
    listed = [
        {
            "name": feed.name,
            **({"page": feed.page} if feed.page else {"url": feed.url}),
            **({"select": select} if (select := _select(feed.select)) else {}),
            **({"publisher": feed.publisher} if feed.publisher else {}),
            **({"language": feed.language} if feed.language else {}),
            **({} if feed.enabled else {"enabled": False}),
        }
        for feed in feeds
    ]
    return yaml.dump(
        {"feeds": listed},
        Dumper=_Indented,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=2 * urls.MAX_LENGTH,  # no value is broken over lines
    )


def _select(select: Select) -> dict[str, str]:
    told = (("entry", select.entry), ("link", select.link), ("title", select.title))
    return {key: value for key, value in (*told, ("date", select.date)) if value}


class _Indented(yaml.SafeDumper):
    """Writes lists below their key as the shipped file does, so that a paste fits."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


class _Names:
    """Names that are not taken yet."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._numbers: Counter[str] = Counter()  # a list may hold one name very often

    def take(self, wanted: str) -> str:
        """Return `wanted`, with a number behind it where it is taken."""
        name, stem = wanted, wanted[: _LONGEST_NAME - _ROOM_FOR_A_NUMBER].rstrip("-")
        while name in self._taken:
            self._numbers[stem] += 1
            name = f"{stem}-{self._numbers[stem] + 1}"
        self._taken.add(name)
        return name


def _feed(offer: Offer, address: str, free: _Names) -> Feed:
    name = _name(offer, address)
    publisher = text.clean_line(offer.publisher, _LONGEST_PUBLISHER)
    return Feed(
        name=free.take(name),
        url=None if offer.is_page else address,
        page=address if offer.is_page else None,
        enabled=offer.enabled,
        select=offer.select if offer.is_page else Select(),
        publisher="" if publisher == name else publisher,
        language=_language(offer.language),
    )


def _name(offer: Offer, address: str) -> str:
    host = urls.registrable(urlsplit(address).hostname or "")
    for spelled in (offer.label, _slug(offer.label), _slug(offer.publisher), _slug(host)):
        plain = re.sub("[^A-Za-z]", "", spelled)
        if len(plain) < _LETTERS_OF_A_NAME and spelled != offer.label:
            continue
        try:
            return values.name(spelled)
        except ValueError:
            continue
    return "feed"


def _slug(words: str) -> str:
    return "-".join(re.findall("[a-z0-9]+", text.fold(words)))[:_LONGEST_NAME].strip("-")


def _language(value: str) -> str:
    """Return the language of a list where it is one; what is none is left to detection."""
    subtags = value.strip().replace("_", "-").split("-")
    tag = "-".join([subtags[0].lower(), *subtags[1:]])
    try:
        return names.language_tag(tag)
    except ValueError:
        return ""
