"""What an operator reads when the file is wrong: the place, the key, and words that help."""

from collections.abc import Callable

import pytest

from hrwatch.errors import Mistake

Mistakes = Callable[[str | bytes], tuple[Mistake, ...]]
HERE = "▶"  # stands before what the mistake is about, and is taken out
FEED = "feeds: [{name: one, url: 'https://one.example/feed', %s}]\n"
SUBSCRIBER = "subscribers: [{name: desk, address: a@desk.example, %s}]\n"
KEYWORD = "keywords: {%s}\n"

# The file's content, the key that is named, and what the message has to say.
TABLE = {
    # Reading
    "empty": ("▶", "file", "is empty"),
    "only comments": ("▶# nothing", "file", "is empty"),
    "a word": ("▶hello", "file", "must hold keys such as `feeds:`"),
    "a list": ("▶- a\n- b\n", "file", "must hold keys such as `feeds:`"),
    "a control character": ("workers: 2\nmail: ▶\x07\n", "file", "U+0007"),
    "two documents": ("workers: 2\n▶---\nworkers: 3\n", "file", "second document"),
    "an alias": ("workers: 2\nmail: ▶*m\n", "mail", "aliases (*name) are not allowed"),
    "an anchor": ("workers: ▶&w 2", "workers", "anchors (&name) are not allowed"),
    "a tag": ("workers: ▶!!int 2", "workers", "tags (!name) are not allowed"),
    "a python tag": ("mail: ▶!!python/object:os.system {}", "mail", "tags (!name)"),
    "a key twice": ("workers: 2\nmail:\n▶workers: 3\n", "workers", "line 1, column 1"),
    "a key that is a list": ("? ▶[a, b]\n: c\n", "file", "a key must be a plain word"),
    "too deep": (
        "[[[[[[[[[[[[[[[[▶[[[[",
        "[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]",
        "16 deep",
    ),
    # Syntax
    "a tab": ("fetch:\n▶\tevery: 30m\n", "file", "with a tab; indent with spaces only"),
    "a tab behind spaces": ("feeds:\n  - name: a\n  ▶\turl: https://a.example/\n", "file", "a tab"),
    "a space that is none": ("feeds:\n  - name: a\n  ▶\u00a0 url: x\n", "file", "U+00A0"),
    "no colon": ("feeds:\n  ▶- name a\n    url: https://a.example/\n", "file", "no `key: value`"),
    "no space behind a colon": ("mail:\n  ▶from:a@b.example\n", "mail", "a space behind each `:`"),
    "no space behind a dash": ("feeds:\n  ▶-name: a\n   url: x\n", "file", "wants a space"),
    "too far in": ("fetch:\n  every: 1h\n    ▶gap: 1s\n", "file", "indented further than"),
    "a half-written key": ("fetch:\n  every: 1h\n  ▶gap\n", "file", "no `key: value`"),
    "an at sign": ("mail: {from: ▶@me}", "file", "put the text in quotes"),
    "an open list": ("feeds: ▶[\n  a\n", "file", "opens here with [ is not closed"),
    "an open mapping": ("mail: ▶{from: a", "file", "opens here with { is not closed"),
    "an open quote": ("archive: ▶'a.db", "file", "quote that opens here"),
    "two colons": ("archive: a▶: b", "file", "in quotes, such as"),
    "a lone word": ("workers: 2\n▶archive\nmail:\n", "file", "this line is no `key: value`"),
    "bad indentation": ("fetch:\n    every: 1h\n  ▶gap: 1s\n", "file", "check the indentation"),
    # Unknown keys
    "a slip at the top": ("▶subscriber: []", "subscriber", "did you mean subscribers?"),
    "a slip in a feed": (FEED % "▶contries: [BY]", "feeds[0].contries", "mean countries?"),
    "a slip in mail": ("mail:\n  ▶form: a@b.example\n", "mail.form", "did you mean from?"),
    "nothing alike": ("▶colour: red", "colour", "the keys here are archive, "),
    "a password": ("mail: {▶password: hunter2}", "mail.password", "password_file names a file"),
    "a secret": ("mail: {▶token: hunter2}", "mail.token", "keeps no secrets"),
    "a merge key": ("mail: {▶<<: {from: x}}", "mail.<<", "unknown key"),
    # Types
    "yes for true": (FEED % "enabled: ▶yes", "feeds[0].enabled", "must be true or false"),
    "a number for text": (FEED % "publisher: ▶7", "feeds[0].publisher", "put quotes around"),
    "a text for a list": (SUBSCRIBER % "countries: ▶NO", "subscribers[0].countries", "[NO]"),
    "a text for a section": ("fetch: ▶30m", "fetch", "one `key: value` on each line"),
    "a text for feeds": ("feeds: ▶none", "feeds", "must be a list"),
    "a feed as text": ("feeds:\n- ▶https://a.example/\n", "feeds[0]", "- name: …"),
    "feeds as a mapping": ("feeds:\n  ▶name: a\n", "feeds", "begin each with `- name: …`"),
    "true in quotes": (FEED % 'enabled: ▶"true"', "feeds[0].enabled", "without quotes"),
    "a slip of two letters": (FEED % "▶eveyr: 1h", "feeds[0].eveyr", "did you mean every?"),
    "a text for a number": ("workers: ▶two", "workers", "must be a whole number"),
    "too few workers": ("workers: ▶-1", "workers", "must be at least 0"),
    "too many at once": ("fetch: {concurrency: ▶999}", "fetch.concurrency", "at most 256"),
    "a choice": ("copies: ▶nearr", "copies", "near, exact or off; did you mean near?"),
    "no value": ("fetch: {gap: ▶}", "fetch.gap", "has no value"),
    # Durations, sizes, schedules
    "words for a duration": (FEED % "every: ▶30 minutes", "feeds[0].every", "such as 30m"),
    "a duration without a unit": ("fetch: {timeout: ▶20}", "fetch.timeout", "such as 30m"),
    "a longest interval below the shortest": (
        "fetch: {every: 1h, every_at_most: ▶30m}",
        "fetch.every_at_most",
        "shorter than every",
    ),
    "a longest interval below the usual": (
        FEED % "every_at_most: ▶20m",
        "feeds[0].every_at_most",
        "shorter than every",
    ),
    "a longest interval in words": (
        FEED % "every_at_most: ▶seldom",
        "feeds[0].every_at_most",
        "such as 30m",
    ),
    "no interval": ("fetch: {every: ▶0s}", "fetch.every", "must be at least 1s"),
    "a long duration": ("fetch: {gap: ▶99999999d}", "fetch.gap", "at most 3650d"),
    "backfill never": ("fetch: {backfill: ▶never}", "fetch.backfill", "or all, or none"),
    "backfill null": (FEED % "backfill: ▶null", "feeds[0].backfill", "has no value"),
    "a size in words": ("fetch: {max_bytes: ▶ten}", "fetch.max_bytes", "such as 10MB"),
    "a tiny size": ("fetch: {max_bytes: ▶1B}", "fetch.max_bytes", "between 1KB and 1GB"),
    "hour 25": (SUBSCRIBER % "send: ▶daily 25:00", "subscribers[0].send", "no 25:00"),
    "no weekday": (SUBSCRIBER % "send: ▶weekly foo 07:00", "subscribers[0].send", "weekday"),
    "a long weekday": (
        SUBSCRIBER % "send: ▶weekly monday 07:00",
        "subscribers[0].send",
        "did you mean mon?",
    ),
    "no time": (SUBSCRIBER % "send: ▶daily", "subscribers[0].send", "write daily 07:00"),
    "no schedule": (SUBSCRIBER % "send: ▶monthly", "subscribers[0].send", "is no schedule"),
    # The world's names
    "a country's name": (
        FEED % "countries: [▶Belarus]",
        "feeds[0].countries[0]",
        "mean BY (Belarus)?",
    ),
    "a small country": (FEED % "countries: [▶no]", "feeds[0].countries[0]", "mean NO (Norway)?"),
    "a retired code": (FEED % "countries: [▶UK]", "feeds[0].countries[0]", "mean GB (U"),
    "no country": (FEED % "countries: [▶QQ]", "feeds[0].countries[0]", "such as BY"),
    # Categories
    "a category's keyword": (
        FEED % "categories: {Beatings: ▶tortur}",
        "feeds[0].categories.Beatings",
        "did you mean torture?",
    ),
    "a category's country": (
        FEED % "categories: {Beatings: [torture, ▶BX]}",
        "feeds[0].categories.Beatings[1]",
        "two letters such as BY",
    ),
    "a category's country by name": (
        FEED % "categories: {News: ▶belarus}",
        "feeds[0].categories.News",
        "mean BY (Belarus)?",
    ),
    "a category that means a number": (
        FEED % "categories: {News: [▶1]}",
        "feeds[0].categories.News[0]",
        "put quotes around it",
    ),
    "categories in a list": (
        FEED % "categories: ▶[BY]",
        "feeds[0].categories",
        "Torture and other ill-treatment",
    ),
    "trust in a word": (
        FEED % "trust_categories: ▶'true'",
        "feeds[0].trust_categories",
        "true or false",
    ),
    "a category of a keyword left out": (
        FEED % "categories: {News: ▶torture}" + "keywords: {use: [genocide]}\n",
        "feeds[0].categories.News",
        "left out by keywords.use",
    ),
    "a place's name": (
        FEED % "countries: [▶Tibet]",
        "feeds[0].countries[0]",
        "mean CN-XZ (Tibet)?",
    ),
    "a language's name": (FEED % "language: ▶Russian", "feeds[0].language", "mean ru?"),
    "a country as language": (FEED % "language: ▶ua", "feeds[0].language", "mean uk?"),
    "a language too exact": (
        SUBSCRIBER % "languages: [▶pt-BR]",
        "subscribers[0].languages[0]",
        "did you mean pt?",
    ),
    "a zone's city": (SUBSCRIBER % "timezone: ▶Vilnius", "subscribers[0].timezone", "Europe/"),
    "a small zone": (SUBSCRIBER % "timezone: ▶utc", "subscribers[0].timezone", "mean UTC?"),
    "a folder of zones": (SUBSCRIBER % "timezone: ▶Europe", "subscribers[0].timezone", "zone"),
    "an old name of a city": (
        SUBSCRIBER % "timezone: ▶Europe/Vilna",
        "subscribers[0].timezone",
        "did you mean Europe/Vilnius?",
    ),
    "an offset": (SUBSCRIBER % "timezone: ▶UTC+2", "subscribers[0].timezone", "is an offset"),
    "every country": (
        SUBSCRIBER % "countries: [▶all]",
        "subscribers[0].countries[0]",
        "leave the list out",
    ),
    "every keyword": (
        SUBSCRIBER % "keywords: ▶all",
        "subscribers[0].keywords",
        "leave the line out",
    ),
    "all that is asked for excluded": (
        SUBSCRIBER % "countries: [BY], exclude: {countries: ▶[BY, RU]}",
        "subscribers[0].exclude.countries",
        "nothing can ever match",
    ),
    "a request of days": ("fetch: {timeout: ▶99d}", "fetch.timeout", "longer than 10m"),
    "a gap of days": ("fetch: {gap: ▶9d}", "fetch.gap", "longer than 1h"),
    "a comment without its space": ("fetch: {every: ▶6h#a}", "fetch.every", "space before the #"),
    "a path as zone": (SUBSCRIBER % "timezone: ▶../x", "subscribers[0].timezone", "no time z"),
    # Names and addresses
    "a name with a space": (
        "feeds: [{name: ▶a b, url: 'https://a.example'}]",
        "feeds[0].name",
        "(no spaces)",
    ),
    "no name": ("feeds: [▶{url: 'https://a.example/'}]", "feeds[0].name", "add `name: "),
    "no address": ("feeds: [▶{name: a}]", "feeds[0]", "add `url: https://…`"),
    "an empty address": ("feeds: [▶{name: a, url: }]", "feeds[0]", "add `url: https://…`"),
    "url and page": (FEED % "▶page: 'https://b.example/'", "feeds[0].page", "beside url"),
    "select without page": (FEED % "▶select: {entry: li}", "feeds[0].select", "with page only"),
    "a full text against terms": (
        FEED % "terms: forbidden, keep: ▶full",
        "feeds[0].keep",
        "under which the headline alone is kept",
    ),
    "a page against terms": (
        FEED % "terms: forbidden, full_text: ▶true",
        "feeds[0].full_text",
        "no page is fetched",
    ),
    "visits against terms": (
        FEED % "terms: forbidden, revisit: ▶true",
        "feeds[0].revisit",
        "no page is fetched",
    ),
    "no selector": (
        "feeds: [{name: a, page: 'https://a.example/', select: {entry: ▶'li[', date: time}}]",
        "feeds[0].select.entry",
        "is no CSS selector",
    ),
    "a selector of what moves": (
        "feeds: [{name: a, page: 'https://a.example/', select: {link: ▶'a::before'}}]",
        "feeds[0].select.link",
        "a page at rest",
    ),
    "an endless selector": (
        f"feeds: [{{name: a, page: 'https://a.example/', select: {{title: ▶{'a' * 501}}}}}]",
        "feeds[0].select.title",
        "at most 500 characters",
    ),
    "ftp": ("feeds: [{name: a, url: ▶'ftp://a.example/'}]", "feeds[0].url", "https://host"),
    "a broken address": ("feeds: [{name: a, url: ▶'http://[::1'}]", "feeds[0].url", "no web"),
    "one name twice": (
        "feeds:\n- {name: a, url: 'https://a.example/'}\n- {name: ▶A, url: 'https://b.example/'}\n",
        "feeds[1].name",
        "same as feeds[0].name on line 2",
    ),
    "one address twice": (
        "feeds:\n- {name: a, url: 'https://a.example/f'}\n- {name: b, url: ▶'HTTPS://a.example:443/f?utm_source=x'}\n",
        "feeds[1].url",
        "same as feeds[0].url on line 2",
    ),
    "a subscriber twice": (
        "subscribers:\n- {name: a, address: a@a.example}\n- {name: ▶a, address: b@a.example}\n",
        "subscribers[1].name",
        "on line 2",
    ),
    "a display name": (
        "subscribers: [{name: a, address: ▶Anna <a@b.example>}]",
        "subscribers[0].address",
        "write it alone",
    ),
    "two mailboxes": (
        "subscribers: [{name: a, address: ▶'a@b.example, c@b.example'}]",
        "subscribers[0].address",
        "one mailbox",
    ),
    "a header in an address": (
        'subscribers: [{name: a, address: ▶"a@b.example\\r\\nBcc: c@b.example"}]',
        "subscribers[0].address",
        "one mailbox",
    ),
    # References
    "no such feed": (
        FEED % "}]\nsubscribers: [{name: desk, address: a@desk.example, feeds: [▶onne]",
        "subscribers[0].feeds[0]",
        "one?",
    ),
    "no such keyword": (
        SUBSCRIBER % "keywords: [▶tortur]",
        "subscribers[0].keywords[0]",
        "torture?",
    ),
    "an excluded slip": (
        SUBSCRIBER % "exclude: {keywords: [▶genocid]}",
        "subscribers[0].exclude.keywords[0]",
        "did you mean genocide?",
    ),
    "a keyword left out": (
        "keywords: {use: [torture]}\n" + SUBSCRIBER % "keywords: [▶genocide]",
        "subscribers[0].keywords[0]",
        "left out by keywords.use",
    ),
    "a bad query": (SUBSCRIBER % "query: 'torture OR ▶'", "subscribers[0].query", "OR"),
    "a query's keyword": (
        SUBSCRIBER % "query: 'keyword:▶tortur'",
        "subscribers[0].query",
        "torture?",
    ),
    "a query's country": (SUBSCRIBER % "query: a country:▶QQ", "subscribers[0].query", "country"),
    # Keywords
    "a new keyword": (KEYWORD % "▶hoses: {label: Hoses}", "keywords.hoses", "needs terms"),
    "a near keyword": (KEYWORD % "▶tortur: {severity: 1}", "keywords.tortur", "mean torture?"),
    "an id in capitals": (
        KEYWORD % "▶Hoses: {label: Hoses, terms: {en: [hose]}}",
        "keywords.Hoses",
        "small letters",
    ),
    "no words": (
        KEYWORD % "hoses: {label: Hoses, terms: ▶{en: []}}",
        "keywords.hoses.terms",
        "names no word",
    ),
    "a pattern": (
        KEYWORD % "torture: {▶mask_regex: [a]}",
        "keywords.torture.mask_regex",
        "unknown",
    ),
    "a star inside": (
        KEYWORD % "torture: {mask: [▶'tort*re']}",
        "keywords.torture.mask[0]",
        "only end a word",
    ),
    "a lone star": (KEYWORD % "torture: {mask: [▶'a*']}", "keywords.torture.mask[0]", "2 letters"),
    "no word at all": (KEYWORD % "torture: {mask: [▶'-']}", "keywords.torture.mask[0]", "no word"),
    "a tilde": (
        KEYWORD % "torture: {mask: [▶'a ~5 b']}",
        "keywords.torture.mask[0]",
        "belongs in a pair",
    ),
    "no pair": (
        KEYWORD % "torture: {near: {en: [▶police beat]}}",
        "keywords.torture.near.en[0]",
        "police ~5 beat*",
    ),
    "a term's language": (
        KEYWORD % "torture: {terms: {▶english: [torture]}}",
        "keywords.torture.terms.english",
        "did you mean en?",
    ),
    "a guard of nothing": (
        KEYWORD % "death-penalty: {need_near: {▶execute: [prison]}}",
        "keywords.death-penalty.need_near.execute",
        "did you mean executed?",
    ),
    "use nothing": (KEYWORD % "use: ▶[]", "keywords.use", "names no keyword"),
    "use a slip": (KEYWORD % "use: [▶tortur]", "keywords.use[0]", "did you mean torture?"),
    "use leaves out": (
        KEYWORD % "use: [torture], ▶genocide: {severity: 1}",
        "keywords.genocide",
        "`use` leaves out",
    ),
    # Fetching, archive and mail
    "no contact": ("fetch: {contact: ▶me}", "fetch.contact", "mailto:you@your.org"),
    "a proxy of another kind": (
        "fetch: {proxy: ▶'https://p.example'}",
        "fetch.proxy",
        "9050 (Tor)",
    ),
    "a proxy that leaves names to us": (
        FEED % "proxy: ▶'socks5://localhost:9050'",
        "feeds[0].proxy",
        "names are looked up by the proxy",
    ),
    "a proxy with a login": (
        FEED % "proxy: ▶'socks5h://me:HUNTER@localhost:9050'",
        "feeds[0].proxy",
        "keeps no secrets",
    ),
    "a proxy without a port": (FEED % "proxy: ▶'http://p.example'", "feeds[0].proxy", "a port"),
    "an onion without Tor": (
        "feeds: [{name: one, url: ▶'http://abc.onion/feed'}]\n",
        "feeds[0].url",
        "add `proxy: socks5h://127.0.0.1:9050`",
    ),
    "an intranet through a proxy": (
        "fetch: {proxy: 'http://127.0.0.1:3128'}\n"
        "feeds: [{name: one, url: ▶'http://news.internal/feed'}]\n",
        "feeds[0].url",
        "a name of the local machine or network, which no proxy",
    ),
    "a fingerprint that is cut": (FEED % "tls_sha256: ▶'AB:CD'", "feeds[0].tls_sha256", "64 hex"),
    "a fingerprint without TLS": (
        f"feeds: [{{name: one, url: 'http://a.example/f', ▶tls_sha256: '{'ab' * 32}'}}]\n",
        "feeds[0].tls_sha256",
        "https:// address only",
    ),
    "a host's name": (
        "fetch: {allow_addresses: [▶'localhost:80']}",
        "fetch.allow_addresses[0]",
        "127",
    ),
    "bits of a host": (
        "fetch: {allow_addresses: [▶10.1.2.3/16]}",
        "fetch.allow_addresses[0]",
        '"10.1.0.0/16"',
    ),
    "postgresql without its driver": (
        "archive: ▶postgresql://localhost/a",
        "archive",
        "write postgresql+psycopg://",
    ),
    "postgresql with a password": (
        "archive: ▶postgresql+psycopg://hr:HUNTER@db.example/hr",
        "archive",
        "the file that archive_password_file names",
    ),
    "a database address": ("archive: ▶sqlite:///a.db", "archive", "must be a path"),
    "starttls with a password": (
        "mail: {transport: ▶'smtp+starttls://a:HUNTER@b.example:587'}",
        "mail.transport",
        "put it into the file that mail.password_file names",
    ),
    "smtps to a path": (
        "mail: {transport: ▶'smtps://b.example/x'}",
        "mail.transport",
        "write smtps://USER@HOST:465",
    ),
    "sendmail with options": (
        "mail: {transport: ▶'sendmail:sendmail -t'}",
        "mail.transport",
        "such as sendmail:/usr/bin/msmtp",
    ),
    "no password file": (
        "mail: {password_file: ▶' '}",
        "mail.password_file",
        "must be the path of a file",
    ),
    "no certificates for mail": (
        "mail: {transport: 'smtps://b.example', ca_file: ▶nowhere.pem}",
        "mail.ca_file",
        "the file does not exist",
    ),
    "smtp elsewhere": (
        "mail: {transport: ▶'smtp://b.example:25'}",
        "mail.transport",
        "without encryption",
    ),
    "no transport": ("mail: {transport: ▶outbox}", "mail.transport", "write file:outbox"),
    "no directory": ("mail: {transport: ▶'file:'}", "mail.transport", "names no directory"),
    "no sender": ("mail: {from: ▶hrwatch}", "mail.from", "hrwatch <digest@example.org>"),
}
BYTES = {
    "utf-16": ("workers: 2\n".encode("utf-16"), "1:1", "save it as UTF-8"),
    "latin-1": (b"feeds:\n- name: caf\xe9\n", "2:12", "the byte 0xE9 is not UTF-8"),
    "cut in a character": (b"feeds:\n- name: caf\xc3", "2:12", "0xC3"),
    "binary": (b"SQLite format 3\x00\x10", "1:16", "U+0000"),
}


@pytest.mark.parametrize("name", TABLE)
def test_mistake_in_the_file_is_told_at_its_place_with_what_to_write(
    name: str, mistakes: Mistakes
) -> None:
    written, path, said = TABLE[name]
    before, _, after = written.partition(HERE)
    lines = before.split("\n")

    (found,) = mistakes(before + after)

    assert (found.line, found.column, found.path) == (len(lines), len(lines[-1]) + 1, path)
    assert said in found.text
    assert str(found) == f"feeds.yaml:{found.line}:{found.column}: {found.path}: {found.text}"


@pytest.mark.parametrize("name", BYTES)
def test_mistake_in_the_encoding_is_told_at_its_place(name: str, mistakes: Mistakes) -> None:
    written, place, said = BYTES[name]

    (found,) = mistakes(written)

    assert f"{found.line}:{found.column} {found.path}" == f"{place} file"
    assert said in found.text


def test_mistakes_of_all_kinds_are_told_at_once_in_order_of_place(mistakes: Mistakes) -> None:
    written = """\
copies: all
fetch: {every: often, contact: me}
feeds:
  - name: one
    contries: [BY]
  - name: one
    url: https://one.example/
    url: https://two.example/
keywords: {use: [tortur]}
subscribers:
  - name: desk
    keywords: [turture]
    query: (
    send: daily 24:00
mail: &m {transport: x}
"""
    assert [f"{m.line}:{m.column} {m.path}" for m in mistakes(written)] == [
        "1:9 copies",
        "2:16 fetch.every",
        "2:32 fetch.contact",
        "4:5 feeds[0]",
        "5:5 feeds[0].contries",
        "6:11 feeds[1].name",
        "8:5 feeds[1].url",
        "9:18 keywords.use[0]",
        "11:5 subscribers[0].address",
        "12:16 subscribers[0].keywords[0]",
        "13:13 subscribers[0].query",
        "14:11 subscribers[0].send",
        "15:7 mail",
        "15:22 mail.transport",
    ]


SECRETS = (
    "archive: postgresql+psycopg://hr:HUNTER@db.example/hr\n",
    "archive: mysql://hr:HUNTER@db.example/hr\n",
    "mail: {transport: 'smtp+starttls://hr:HUNTER@mail.example:587'}\n",
    "mail: {transport: 'smtps://hr:HUNTER@mail.example'}\n",
    "mail: {transport: 'smtps://hr:HUNTER@mail.example:port'}\n",
    "mail: {transport: 'sendmail:HUNTER'}\n",
    "mail: {transport: 'smtp://hr:HUNTER@127.0.0.1:25'}\n",
    "mail: {transport: 'smtp://hr:HUNTER@[::1'}\n",
    "mail: {transport: 'HUNTER'}\n",
    "mail: {password: HUNTER}\n",
    "mail: {from: 'HUNTER <HUNTER>'}\n",
    "fetch: {proxy: 'socks5h://hr:HUNTER@proxy.example:9050'}\n",
    "fetch: {proxy: 'socks5://hr:HUNTER@proxy.example:9050'}\n",
    "feeds: [{name: a, url: 'https://a.example/', proxy: 'http://HUNTER@p.example:3128'}]\n",
    "fetch: {contact: 'https://hr:HUNTER@desk.example/'}\n",
    "feeds: [{name: a, url: 'https://hr:HUNTER@feed.example:0/'}]\n",
    "feeds: [{name: a, url: 'https://hr:HUNTER@feed.example:port/'}]\n",
    "subscribers: [{name: a, address: 'HUNTER@@desk.example'}]\n",
    "subscribers: [{name: a, address: [HUNTER@desk.example]}]\n",
    "subscribers: HUNTER@desk.example\n",
    "subscribers: [HUNTER@desk.example]\n",
    "subscribers: [{name: a, address: HUNTER@desk.example, adress: HUNTER@desk.example}]\n",
)


@pytest.mark.parametrize("written", SECRETS)
def test_mistake_about_a_secret_or_a_person_does_not_repeat_it(
    written: str, mistakes: Mistakes
) -> None:
    found = mistakes(written)

    assert found
    assert not any("HUNTER" in str(mistake) for mistake in found)


def test_mistake_under_a_broken_value_is_told_once(mistakes: Mistakes) -> None:
    found = mistakes("mail: !mine {from: 5, transport: x}\nfeeds: *all\n")

    assert [mistake.path for mistake in found] == ["mail", "feeds"]


def test_mistake_in_a_long_or_strange_value_stays_on_one_short_line(mistakes: Mistakes) -> None:
    strange = "x" * 5000 + "\\u202e\\n" + "y"

    (found,) = mistakes(SUBSCRIBER % f'countries: ["{strange}"]')

    assert len(str(found)) < 250
    assert found.text.isprintable()
