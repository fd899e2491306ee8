"""Rendering: text that is complete, HTML that is harmless, both within limits. All invented."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import (
    a_feed,
    a_feed_state,
    a_match,
    a_record,
    a_subscriber,
    a_tag,
    an_entry,
    an_evidence,
)
from hrwatch.model.articles import Copy, CopyKind, Fingerprint, Record
from hrwatch.model.feeds import FAILING, Coverage, Keep, State, Terms
from hrwatch.model.mail import Cadence, Digest, Match, Schedule, Subscriber, Window
from hrwatch.model.mail import Page as DigestPage
from hrwatch.model.tags import Relation
from hrwatch.pipeline.reading.keeping import kept
from hrwatch.stages.digest import items, transfer
from hrwatch.stages.digest.compose import compose
from hrwatch.stages.digest.layout import WIDTH, columns
from hrwatch.stages.digest.render import MAIL_LIMIT, render
from hrwatch.stages.digest.windows import current

NOW = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)
SEVEN = Schedule(Cadence.DAILY, time(7))
FEEDS = {
    "wire": a_feed(publisher="The Wire"),
    "herald": a_feed(name="herald", publisher="The Herald", url="https://herald.example/feed"),
}
LABELS = {"torture": "Torture and other ill-treatment", "HK": "Hong Kong"}
ARABIC = "تقرير: تعذيب معتقلين في سجن"
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "div", "main", "footer", "h1", "h2", "h3"),
    *("p", "ul", "ol", "li", "a", "span", "strong", "mark", "blockquote", "br"),
}


def written(
    *matches: Match,
    subscriber: Subscriber | None = None,
    coverage: Coverage | None = None,
    **stories: Any,
) -> DigestPage:
    """Return the one page of the digest of these matches for a reader in Vilnius."""
    (page,) = rendered(*matches, subscriber=subscriber, coverage=coverage, **stories).pages
    return page


def rendered(
    *matches: Match,
    subscriber: Subscriber | None = None,
    coverage: Coverage | None = None,
    **stories: Any,
) -> Digest:
    """Return the digest of these matches for a reader in Vilnius."""
    subscriber = subscriber or a_subscriber(schedule=SEVEN, timezone="Europe/Vilnius")
    composition = compose(
        subscriber,
        matches,
        coverage=coverage or Coverage(121, 121, ()),
        window=current(subscriber.schedule, subscriber.timezone, NOW),
        now=NOW,
        stories=stories,
        feeds=FEEDS,
        labels=LABELS,
        version="1.0",
    )
    return render(composition, "d" * 24)


def on_the_way(page: DigestPage) -> int:
    """Return how many bytes the parts of a mail have."""
    return transfer.length(page.text) + transfer.length(page.html)


def about(id: str, *values: str, **changes: Any) -> Match:
    """Return a match of a record that is about these countries and keywords."""
    changes.setdefault("first_seen_at", datetime(2026, 11, 21, 14, 22, tzinfo=UTC))
    entry = an_entry(
        title=changes.pop("title", f"Story {id}"),
        permalink=changes.pop("permalink", f"https://wire.example/{id}?a=1&b=2"),
        **{"published_at": datetime(2026, 11, 21, 14, 0, tzinfo=UTC)} | changes.pop("of_entry", {}),
    )
    tags = tuple(a_tag(value) for value in values or ("torture", "BY"))
    return a_match(a_record(id, entry=entry, tags=tags, **changes))


class Page(HTMLParser):
    """What a mail program meets in the HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.data.append(data)

    def named(self, name: str) -> list[dict[str, str | None]]:
        """Return the attributes of every tag of that name."""
        return [attributes for tag, attributes in self.tags if tag == name]


def test_render_writes_the_story_as_a_monitor_reads_it() -> None:
    record = about("BY-7Q2M", page_sha256="3f9c41d0a7b2" + "0" * 52).record
    lines = written(a_match(record)).text.split("\n")
    begin = lines.index("[1] Story BY-7Q2M")
    assert lines[begin : begin + 15] == [
        "[1] Story BY-7Q2M",
        "    The Wire. English.",
        "    Published 21 Nov 2026 16:00 (14:00 UTC). First seen 21 Nov 14:22",
        "    UTC.",
        '    Matched: Torture and other ill-treatment, "tortured" (text).',
        '    Country: Belarus, "tortured" (text).',
        "",
        '    "Three people told a court in Arvenia that they were *tortured* in',
        '    police custody. The story is invented, and so is the country."',
        "",
        "    Read: https://wire.example/BY-7Q2M?a=1&b=2",
        "    Archive: ref BY-7Q2M, kept 21 Nov 14:22 UTC, page sha256",
        "    3f9c41d0a7b2",
        "",
        "WHY YOU GET THIS",
    ]


def test_render_begins_with_day_counts_and_coverage() -> None:
    digest = written(about("a"), about("b", "MX"), coverage=Coverage(121, 118, ()))
    assert digest.text.split("\n\n")[:3] == [
        "Daily digest, Sunday 22 November 2026\n"
        "Period: until Sun 22 Nov 07:03, Vilnius time (UTC+2).",
        "2 new stories.\nCoverage: 118 of 121 feeds read. Silence here does not mean nothing\n"
        "happened.\nStories may describe violence. No images are included.",
        "CONTENTS\n  Belarus  1 new    story 1\n  Mexico   1 new    story 2",
    ]


def test_render_counts_add_up_from_sections_to_contents_to_subject() -> None:
    countries = ["BY"] * 3 + ["MX"] * 2 + ["RU"] * 2
    matches = [about(str(number), code) for number, code in enumerate(countries)]
    subscriber = a_subscriber(schedule=SEVEN, subject="full")
    digest = written(*matches, subscriber=subscriber)
    assert digest.subject == "[hrwatch] 7 new (BY 3, MX 2, RU 2)"
    assert "\n7 new stories.\n" in digest.text
    contents = re.findall(r"^  \w+ +(\d+) new +stories (\d+)-(\d+)$", digest.text, re.M)
    assert contents == [("3", "1", "3"), ("2", "4", "5"), ("2", "6", "7")]
    assert re.findall(r"^(\w+) \((\d+) new\)$", digest.text, re.M) == [
        ("BELARUS", "3"),
        ("MEXICO", "2"),
        ("RUSSIA", "2"),
    ]


def test_render_is_the_same_for_the_same_composition() -> None:
    assert written(about("a")) == written(about("a"))


def test_render_keeps_every_line_of_text_within_72_columns_but_addresses() -> None:
    wide = "人权组织表示，被拘押者遭受酷刑" * 9
    digest = written(about("a", title="Long " * 40), about("b", title=wide, text=wide * 4))
    long = [line for line in digest.text.split("\n") if columns(line) > WIDTH]
    assert all(line.strip().startswith("https://") for line in long)


def test_render_isolates_what_runs_right_to_left() -> None:
    digest = written(about("a", title=ARABIC, text=f"{ARABIC}.", language="ar"))
    assert f"[1] \u2068{ARABIC}\u2069" in digest.text
    page = Page(digest.html)
    assert {"lang": "ar", "dir": "rtl"} in page.named("span")
    assert {"lang": "ar", "dir": "rtl"} in page.named("blockquote")


def test_render_leaves_left_to_right_text_without_direction() -> None:
    page = Page(written(about("a", language="be")).html)
    assert {"lang": "be"} in page.named("span")
    assert not any("dir" in attributes for _, attributes in page.tags)


def test_render_marks_words_in_both_parts() -> None:
    digest = written(about("a"))
    assert "were *tortured* in" in digest.text
    assert "were <mark><strong>tortured</strong></mark> in" in digest.html


def test_render_structures_the_page_for_screen_readers() -> None:
    matches = [about("a"), about("b", "MX"), a_match(about("c", "RU").record)]
    digest = written(*matches)
    page = Page(digest.html)
    headings = [tag for tag, _ in page.tags if tag in ("h1", "h2", "h3")]
    assert headings == ["h1", "h2", "h3", "h2", "h3", "h2", "h3", "h2"]
    assert page.named("html") == [{"lang": "en"}]
    targets = {attributes.get("id") for attributes in page.named("h2")}
    inner = [link["href"] for link in page.named("a") if (link["href"] or "").startswith("#")]
    assert inner
    assert {f"#{target}" for target in targets} >= set(inner)


def test_render_shows_each_address_in_full_and_untouched() -> None:
    digest = written(about("a"), a_match(about("b").record, relation=Relation.MENTION))
    page = Page(digest.html)
    for number in ("a", "b"):
        address = f"https://wire.example/{number}?a=1&b=2"
        assert {"href": address, "rel": "noreferrer"} in page.named("a")
        assert address in page.data
        assert address in digest.text


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "<img src=https://evil.example/pixel>",
            "</style><link rel=stylesheet href=//evil.example>",
            '"><form action=x>',
            "{{ 7 * 7 }}{% raw %}",
            "' onload='x",
            "&lt;script&gt;",
            "</blockquote></main></html>",
            "=?utf-8?q?x=0D=0ABcc=3A_spy?=",
        ]
    ),
).map(lambda text: text.encode("utf-8", "replace").decode())


@settings(max_examples=60)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_render_of_any_feed_text_gives_a_page_without_anything_active(
    title: str, text: str, word: str, error: str
) -> None:
    tag = a_tag("torture", evidence=(an_evidence(found=word, offset=0, length=len(text) // 2),))
    record = about("a", title=title, text=text, extract_error=error, language=word[:8]).record
    match = a_match(replace(record, tags=(tag, a_tag("BY"))))
    failing = (a_feed_state(state=State.REFUSED, error=error, failures=3, last_polled_at=NOW),)
    digest = written(match, coverage=Coverage(2, 1, failing))
    page = Page(digest.html)
    assert {name for name, _ in page.tags} <= ALLOWED
    attributes = {name for _, given_ in page.tags for name in given_}
    assert attributes <= {
        *("lang", "dir", "charset", "name", "content", "style", "class", "id", "href", "rel"),
    }
    assert all(
        (link["href"] or "").startswith(("https://wire.example/", "#")) for link in page.named("a")
    )
    assert "url(" not in digest.html.partition("</style>")[0]
    assert digest.subject == "Daily digest 22 Nov"
    assert len(page.named("h3")) == 1


def test_render_of_a_page_that_could_not_be_read_says_what_the_story_rests_on() -> None:
    digest = written(about("a", extract_error="10.2.3.4 is no public address: allow_addresses"))
    said = "The article's page could not be read, so this rests on the feed's own text."
    assert said in " ".join(digest.text.split())
    assert said in digest.html.replace("&#39;", "'")
    assert "10.2.3.4" not in digest.text + digest.html


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (Terms.UNKNOWN, "No extract: only the headline of this feed is archived."),
        (Terms.FORBIDDEN, "No extract: this publisher's terms allow no copies."),
    ],
)
def test_render_of_a_headline_alone_says_why_there_is_no_extract(
    monkeypatch: pytest.MonkeyPatch, terms: Terms, told: str
) -> None:
    monkeypatch.setitem(FEEDS, "wire", replace(FEEDS["wire"], terms=terms))
    record = kept(about("BY-7Q2M").record, Keep.HEADLINE)
    digest = written(a_match(replace(record, extract_error="it took too long")))
    for part in (digest.text, " ".join(Page(digest.html).data)):
        assert told in part
        assert "tortured" not in part
        assert "Matched: Torture and other ill-treatment (text)." in part
        assert "could not be read" not in part
        assert "ref BY-7Q2M, headline kept" in " ".join(part.split())


def test_render_of_a_summary_that_the_feed_did_not_give_says_so() -> None:
    match = about("BY-7Q2M", of_entry={"summary": ""})
    told = " ".join(written(a_match(kept(match.record, Keep.SUMMARY))).text.split())
    assert "No extract: the feed gave no summary, and no more than that is archived." in told


def test_render_of_a_kept_summary_cites_it() -> None:
    match = about("BY-7Q2M", of_entry={"summary": "They were tortured, says the feed."})
    digest = written(a_match(kept(match.record, Keep.SUMMARY)))
    assert '"They were *tortured*, says the feed."' in digest.text


def test_render_lists_other_reports_with_differing_titles_and_addresses() -> None:
    original = about("a").record
    copies = (
        about("b", title="Told otherwise", feed="herald", language="fr", story="a").record,
        replace(original, id="c", feed="herald"),
    )
    digest = written(a_match(original), a=(original, *copies))
    address = "https://wire.example/b?a=1&b=2"
    assert (
        "    Also reported by 2:\n"
        '    - The Herald (French, 21 Nov 16:00): "Told otherwise"\n'
        f"      {address}\n"
        "    - The Herald (English, 21 Nov 16:00, same page)\n"
    ) in digest.text
    assert (
        '<li>The Herald (French, 21 Nov 16:00): <span lang="fr">Told otherwise</span><br><a '
        in digest.html
    )
    assert {"href": address, "rel": "noreferrer"} in Page(digest.html).named("a")


def likeness(shown: Record, other: Record, *more: Record) -> str:
    """Return what is said of the first of the other reports, in brackets."""
    text = " ".join(written(a_match(shown), o=(shown, other, *more)).text.split())
    return text.partition("Also reported by")[2].partition("(")[2].partition(")")[0]


@pytest.mark.parametrize(
    ("kind", "score", "words", "of_original", "of_another"),
    [
        (CopyKind.SAME_TEXT, 1.0, 9, "same text", "same text as the original"),
        (
            *(CopyKind.NEAR_TEXT, 0.929, 9),
            *("92% of it the same", "92% of it the same as the original"),
        ),
        (CopyKind.NEAR_TEXT, 0.999, 9, "99% of it the same", "99% of it the same as the original"),
        (CopyKind.CONTAINED, 0.71, 99, "holds 71% of it", "holds 71% of the original"),
        (
            *(CopyKind.CONTAINED, 0.71, 1),
            *("shorter, 71% of it in this", "shorter, 71% of it in the original"),
        ),
        (CopyKind.TRANSLATION, 1.0, 9, "translation", "translation of the original"),
    ],
)
def test_render_says_how_like_another_report_is_and_to_what(
    kind: CopyKind, score: float, words: int, of_original: str, of_another: str
) -> None:
    original = about("o", fingerprint=Fingerprint("", 9)).record
    copy = replace(
        about(
            "c", feed="herald", title="Told otherwise", fingerprint=Fingerprint("", words)
        ).record,
        copy=Copy("o", kind, score),
        story="o",
    )
    assert likeness(original, copy) == f"English, 21 Nov 16:00, {of_original}"

    near = Copy("o", CopyKind.NEAR_TEXT, 0.8)
    shown = replace(original, id="s", permalink="https://wire.example/s", copy=near, story="o")
    assert likeness(shown, copy) == f"English, 21 Nov 16:00, {of_another}"
    same = Copy("o", CopyKind.SAME_TEXT, 1.0)
    assert likeness(replace(shown, copy=same), copy) == f"English, 21 Nov 16:00, {of_original}"


def test_render_says_that_a_report_is_the_original_undated_or_of_one_publisher() -> None:
    original = about("o", of_entry={"published_at": None}).record
    shown = replace(
        about("s", title="Told otherwise", language="fr").record,
        copy=Copy("o", CopyKind.TRANSLATION, 1.0),
        story="o",
    )
    said = "the original, of which this is a translation"
    expected = f"English, first seen 21 Nov 16:22, {said}, same publisher"
    assert likeness(shown, original) == expected

    day = about("o", feed="herald", of_entry={"whole_day": True}).record
    assert likeness(shown, day) == f"English, 21 Nov, {said}"


def test_render_puts_mentions_as_titles_at_the_end() -> None:
    mention = a_match(about("m", "RU").record, relation=Relation.MENTION)
    digest = written(about("a"), mention)
    assert "1 new story, and 1 mention as a title at the end." in digest.text
    assert "[2] Russia, The Wire (English): Story m\n    https://wire.example/m?" in digest.text
    assert digest.text.index("MENTIONS") > digest.text.index("[1]")


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.EMPTY, "answers, but empty"),
        (State.NOT_A_FEED, "what is there is no feed"),
        (State.LAYOUT_CHANGED, "page layout changed, no links found"),
        (State.UNREACHABLE, "cannot be reached"),
        (State.REFUSED, "refuses our reader"),
        (State.GONE, "is gone from its address"),
        (State.INVALID, "cannot be read"),
    ],
)
def test_render_tells_what_ails_a_feed_and_since_when_but_no_error(state: State, told: str) -> None:
    failing = a_feed_state(
        state=state,
        error="connecting to proxy 10.2.3.4:8080 (fetch.proxy in /etc/hrwatch/feeds.yaml): 403",
        failures=9,
        failing_since=datetime(2026, 11, 13, 18, 30, tzinfo=UTC),
        last_polled_at=NOW,
        newest_entry_at=datetime(2026, 11, 12, tzinfo=UTC),
    )
    digest = written(about("a"), coverage=Coverage(2, 1, (failing,)))
    words = " ".join(digest.text.split())
    expected = (
        f"The Wire: {told}, since Fri 13 Nov 20:30, last tried Sun 22 Nov 07:03, newest entry "
        "known 12 Nov 2026."
    )
    assert "1 of 2 feeds read. 1 with problems, listed at the end." in words
    assert expected in words
    assert expected in digest.html
    for inside in ("proxy", "10.2.3.4", "/etc/", "403"):
        assert inside not in digest.text + digest.html


def test_render_has_words_for_every_state_of_a_failing_feed() -> None:
    assert set(items.STATES) == FAILING


def test_render_of_a_feed_that_failed_last_year_says_the_year() -> None:
    failing = a_feed_state(state=State.GONE, failing_since=NOW - timedelta(days=400))
    digest = written(about("a"), coverage=Coverage(1, 0, (failing,)))
    assert "is gone from its address, since Sat 18 Oct 2025 08:03." in " ".join(digest.text.split())


def test_render_of_many_failing_feeds_names_them_all() -> None:
    failing = tuple(a_feed_state(feed=f"feed-{number}", state=State.GONE) for number in range(300))
    digest = written(about("a"), coverage=Coverage(300, 0, failing))
    for number in range(300):
        assert f"feed-{number}" in digest.text
        assert f"feed-{number}" in digest.html
    assert on_the_way(digest) <= MAIL_LIMIT


def test_render_says_what_the_subscriber_asked_for() -> None:
    subscriber = a_subscriber(
        name="belarus-desk",
        schedule=Schedule(Cadence.WEEKLY, time(7, 30), 0),
        timezone="Asia/Kathmandu",
        countries=("BY", "HK"),
        keywords=("torture",),
        exclude_feeds=("herald",),
        query='prison* AND NOT "film"',
        roll_up=True,
    )
    digest = written(about("a"), subscriber=subscriber)
    assert (
        'Subscription "belarus-desk": keywords Torture and other ill-treatment; countries '
        "Belarus, Hong Kong; all languages; all feeds; territories with their country; without "
        'The Herald; query prison* AND NOT "film"; main subject only; weekly on Monday at 07:30, '
        "Kathmandu time (UTC+5:45)."
    ) in " ".join(digest.text.split())


@pytest.mark.parametrize(
    ("schedule", "subject", "heading"),
    [
        (SEVEN, "Daily digest 22 Nov", "Daily digest, Sunday 22 November 2026"),
        (
            Schedule(Cadence.WEEKLY, time(7), 6),
            "Weekly digest 22 Nov",
            "Weekly digest, Sunday 22 November 2026",
        ),
        (
            Schedule(Cadence.HOURLY),
            "Hourly digest 22 Nov 07:00",
            "Hourly digest, Sunday 22 November 2026, 07:00",
        ),
        (
            Schedule(Cadence.AT_ONCE),
            "Update 22 Nov 07:03",
            "Update, Sunday 22 November 2026, 07:03",
        ),
    ],
)
def test_render_with_a_discreet_subject_names_only_kind_and_day(
    schedule: Schedule, subject: str, heading: str
) -> None:
    digest = written(
        about("a"), subscriber=a_subscriber(schedule=schedule, timezone="Europe/Vilnius")
    )
    assert digest.subject == subject
    assert digest.text.startswith(heading + "\n")


def test_render_after_downtime_keeps_the_day_of_its_window() -> None:
    subscriber = a_subscriber(schedule=Schedule(Cadence.DAILY, time(23)))
    assert written(about("a"), subscriber=subscriber).subject == "Daily digest 21 Nov"


@pytest.mark.parametrize("countries", [1, 3, 9, 60])
def test_render_with_a_full_subject_stays_short_and_adds_up(countries: int) -> None:
    codes = [f"{first}{second}" for first in "ABCDEFGH" for second in "KLMNOPQR"][:countries]
    matches = [about(code, code, "torture") for code in codes] + [about("x", "torture")]
    subscriber = a_subscriber(schedule=SEVEN, subject="full")
    subject = rendered(*matches, subscriber=subscriber).pages[0].subject
    assert len(subject) <= 70
    assert subject.isascii()
    counted = [int(number) for number in re.findall(r"(?:[A-Z]{2}|other) (\d+)", subject)]
    counted += [int(number) for number in re.findall(r"(\d+) elsewhere", subject)]
    assert subject.startswith(f"[hrwatch] {countries + 1} new (")
    assert sum(counted) == countries + 1


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_render_has_colours_of_enough_contrast_in_light_and_dark() -> None:
    style = written(about("a")).html.partition("<style>")[2].partition("</style>")[0]
    for scheme in style.split("@media"):
        page = re.search(r"body \{[^}]*background: (#\w{6}); color: (#\w{6})", scheme)
        assert page
        ground = _luminance(page[1])
        marked = re.search(r"mark \{ background: (#\w{6}); color: (#\w{6})", scheme)
        assert marked
        pairs = [(_luminance(marked[1]), _luminance(marked[2]))]
        texts = re.findall(r"(?<![-\w])color: (#\w{6})", scheme.replace(marked[0], ""))
        assert len(texts) >= 3
        pairs += [(ground, _luminance(colour)) for colour in texts]
        ratios = [(max(pair) + 0.05) / (min(pair) + 0.05) for pair in pairs]
        assert min(ratios) >= 4.5


def test_render_gives_the_window_of_the_composition() -> None:
    digest = rendered(about("a"))
    opened = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert digest.window == Window("2026-11-22", opened, opened.date())
    assert (digest.id, digest.subscriber) == ("d" * 24, "desk")


@pytest.mark.parametrize(
    ("of_entry", "zone", "expected"),
    [
        (
            {"published_at": datetime(2026, 11, 21, 14, 0, tzinfo=UTC)},
            "UTC",
            "Published 21 Nov 2026 14:00 UTC.",
        ),
        (
            {"published_at": datetime(2026, 11, 21, 23, 27, tzinfo=UTC)},
            "Europe/Vilnius",
            "Published 22 Nov 2026 01:27 (21 Nov 23:27 UTC).",
        ),
        (
            {"published_at": datetime(2026, 11, 21, tzinfo=UTC), "whole_day": True},
            "Europe/Vilnius",
            "Published 21 Nov 2026, time not given.",
        ),
        (
            {"published_at": datetime(2026, 11, 21, 20, 5, tzinfo=UTC), "published_offset": -360},
            "Europe/Vilnius",
            "Published 21 Nov 2026 22:05 (14:05 by the publisher's clock, 20:05 UTC).",
        ),
        (
            {"published_at": datetime(2026, 11, 21, 20, 5, tzinfo=UTC), "published_offset": 345},
            "UTC",
            "Published 21 Nov 2026 20:05 UTC (22 Nov 01:50 by the publisher's clock).",
        ),
        (  # the reader's own clock
            {"published_at": datetime(2026, 11, 21, 20, 5, tzinfo=UTC), "published_offset": 120},
            "Europe/Vilnius",
            "Published 21 Nov 2026 22:05 (20:05 UTC).",
        ),
        ({"published_at": None}, "UTC", "Publication date not given."),
        (
            {"published_at": None, "published_text": "some day"},
            "UTC",
            "Publication date not understood.",
        ),
    ],
)
def test_render_gives_publication_in_the_readers_zone_and_utc(
    of_entry: dict[str, Any], zone: str, expected: str
) -> None:
    subscriber = a_subscriber(schedule=SEVEN, timezone=zone)
    digest = written(about("a", of_entry=of_entry), subscriber=subscriber)
    assert expected in " ".join(digest.text.split())
    assert expected in unescape(digest.html)


def test_render_of_a_digest_without_stories_still_speaks() -> None:
    failing = (a_feed_state(state=State.GONE, last_polled_at=NOW - timedelta(hours=1)),)
    digest = written(coverage=Coverage(1, 0, failing))
    assert "No new stories." in digest.text
    assert "CONTENTS" not in digest.text
    assert "Period: until Sun 22 Nov 07:03" in digest.text


@pytest.mark.parametrize(
    ("link", "site"),
    [
        ("https://www.wire.example/a", "wire.example"),
        ("https://wire.example@evil.example/a", "evil.example"),
        ("https://[", "https://["),
    ],
)
def test_render_says_of_each_link_where_it_leads(link: str, site: str) -> None:
    page = written(about("a", permalink=link))
    assert f'<a href="{link}" rel="noreferrer">Read at {site}</a>' in page.html
    assert f'<span class="address">{link}</span>' in page.html
