"""Whatever a digest has to tell, its pages tell it whole, once and within their limits."""

import re
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrwatch.model.mail import Digest, Page, Reason
from hrwatch.model.settings import MailSettings
from hrwatch.model.tags import Relation
from hrwatch.stages.digest import transfer
from hrwatch.stages.digest.layout import WIDTH, columns
from hrwatch.stages.digest.mime import build
from hrwatch.stages.digest.pages import full_stories
from hrwatch.stages.digest.render import MAIL_LIMIT, TEXT_LIMIT, render
from hrwatch.stages.digest.templating import HTML, TEXT
from hrwatch.stages.digest.view import Story, Update
from huge_digests import NOW, Drawn, draw

OURS = Path(__file__).parents[4] / "src" / "hrwatch" / "stages" / "digest" / "templates"
_BIDI = dict.fromkeys(map(ord, "\u200e\u200f\u2066\u2067\u2068\u2069"))
_ARMOUR = 1.4
_STANDALONE = {"meta", "br"}
SEEDS = st.integers(0, 2**32)


class _Reader(HTMLParser):
    """Reads a page and sees that each element ends where it should."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.numbers: list[int] = []
        self.words: list[str] = []
        self.headings = 0
        self._heading = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _STANDALONE:
            self.open.append(tag)
        if tag == "li" and "value" in (given := dict(attrs)):
            self.numbers.append(int(given["value"] or 0))
        if tag == "h3":
            self.headings += 1
            self._heading = ""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "h3":
            found = re.search(r"(\d+)\. ", self._heading)
            assert found
            self.numbers.append(int(found[1]))

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        self._heading += data


def read(page: Page) -> _Reader:
    reader = _Reader()
    reader.feed(page.html)
    reader.close()
    assert not reader.open
    return reader


def bare(told: str) -> str:
    """Return what can be compared of words that were broken into lines."""
    return "".join(told.translate(_BIDI).split())


def lines(page: Page) -> list[str]:
    return page.text.translate(_BIDI).split("\n")


def in_text(page: Page) -> list[int]:
    return [int(found[1]) for line in lines(page) if (found := re.match(r"\[(\d+)\] ", line))]


def items(drawn: Drawn) -> list[Story | Update]:
    composition = drawn.composition
    of_sections = [item for section in composition.sections for item in section.items]
    return [*of_sections, *(mention.story for mention in composition.mentions)]


def check_numbers(drawn: Drawn, digest: Digest) -> None:
    told, matches = items(drawn), drawn.composition.matches
    assert [n for page in digest.pages for n in page.numbers] == list(range(1, len(told) + 1))
    assert len(digest.numbers) == len(matches)
    assert {number for number in digest.numbers if number} == {item.number for item in told}
    for match, number in zip(matches, digest.numbers, strict=True):
        if number:
            item = told[number - 1]
            assert (match.reason is Reason.NEW) is isinstance(item, Story)
        else:
            assert match.relation is Relation.MENTION
    for page in digest.pages:
        assert in_text(page) == list(page.numbers)
        assert not page.html or sorted(read(page).numbers) == list(page.numbers)


def check_words(drawn: Drawn, digest: Digest) -> None:
    told = {item.number: item for item in items(drawn)}
    for page in digest.pages:
        text = bare(page.text)
        html = bare("".join(read(page).words)) if page.html else ""
        for number in page.numbers:
            item = told[number]
            for shown in (item.title, item.publisher, item.link or item.reference):
                assert bare(shown) in text
                assert not html or bare(shown) in html
        assert set(re.findall(r'href="#(\w+)"', page.html)) <= set(
            re.findall(r' id="(\w+)"', page.html)
        )
        for line in lines(page):
            assert "://" in line or columns(line) <= WIDTH
        for line in page.text.split("\n"):
            assert sum(line.count(c) for c in "\u2066\u2067\u2068") == line.count("\u2069")
    full = min(full_stories(drawn.reader), sum(len(s.items) for s in drawn.composition.sections))
    if digest.pages[0].html:
        assert sum(read(page).headings for page in digest.pages) == full
    if drawn.reader.mail_language == "en":
        archived = [line for page in digest.pages for line in lines(page) if "Archive: ref" in line]
        assert len(archived) == full


def check_sizes(drawn: Drawn, digest: Digest) -> None:
    reader = drawn.reader
    limit = TEXT_LIMIT if reader.text_only else MAIL_LIMIT
    for page in digest.pages:
        length = transfer.length(page.text) + transfer.length(page.html)
        assert length <= (limit / _ARMOUR if reader.pgp_key_file else limit)
        assert len(page.subject) <= 70
        assert bool(page.html) is not reader.text_only
        if reader.pgp_key_file is None:
            mail = build(page, reader, MailSettings(), "m" * 24, NOW, token="c" * 32)
            assert len(mail.bytes) < (20_000 if reader.text_only else 80_000)


def check_failing(drawn: Drawn, digest: Digest) -> None:
    def named(told: str) -> list[str]:
        return re.findall(r"failing-\d{4}", told)

    expected = sorted(name[:12] for name in drawn.failing)
    texts = [named(bare(page.text)) for page in digest.pages]
    assert sorted(name for page in texts for name in page) == expected
    if digest.pages[0].html:
        assert [sorted(named(page.html)) for page in digest.pages] == [sorted(t) for t in texts]
    for number, page in enumerate(digest.pages):
        assert number == 0 or page.numbers or texts[number]


def check_counts(drawn: Drawn, digest: Digest) -> None:
    """Counts in the subject, the head, the contents and the sections of an English mail."""
    composition, first = drawn.composition, digest.pages[0]
    said = re.sub(r"\s+", " ", "\n".join(lines(first)))
    head = said.partition("CONTENTS")[0]
    new = composition.new
    assert (f"{new} new stor" in head) if new else ("No new stories" in head)
    by_reason = {
        reason: sum(update.reason is reason for update in composition.updates)
        for reason in (Reason.CHANGED, Reason.REMOVED, Reason.RETURNED)
    }
    for reason, number in by_reason.items():
        assert not number or f"{number} {reason}" in head
    if drawn.reader.subject == "full" and new:
        for page in digest.pages:
            assert f" {new} new" in page.subject
            counts = re.search(r"\((.*)\)", page.subject)
            if counts:
                numbers = re.findall(r"(\d+)(?=,|$| elsewhere)", counts[1])
                assert sum(map(int, numbers)) == new
    if composition.occasion.kind == "digest" and "CONTENTS" in said:
        contents = said.partition("CONTENTS")[2].partition("=====")[0]
        for word, number in (("new", new), *by_reason.items()):
            assert sum(map(int, re.findall(rf"\b(\d+) {word}\b", contents))) == number
    text = "\n".join(re.sub(r"\s+", " ", "\n".join(lines(page))) for page in digest.pages)
    for section in composition.sections:
        assert f"{' '.join(section.name.split()).upper()} (" in text


def check_reports(drawn: Drawn, digest: Digest) -> None:
    """What an English mail says of the other reports of a story adds up, and is there."""
    told = {item.number: item for item in items(drawn)}
    for page in digest.pages:
        parts = re.split(r"^\[(\d+)\] ", "\n".join(lines(page)), flags=re.MULTILINE)
        for number, part in zip(map(int, parts[1::2]), parts[2::2], strict=True):
            item, said = told[number], re.sub(r"\s+", " ", part)
            others = item.more_also + len(item.also)
            if not isinstance(item, Story) or not others:
                continue
            if found := re.search(r"^ +Also reported by (\d+):", part, re.MULTILINE):
                listed = re.findall(r"^ +- (?!\d+ not listed)", part[found.end() :], re.MULTILINE)
                rest = re.search(r"- (\d+) not listed here; see hrwatch show (\w+)", said)
                assert int(found[1]) == others == len(listed) + int(rest[1] if rest else 0)
                assert rest is None or rest[2] == item.reference
            else:
                assert f"{others} other report" in said


def check(seed: int, largest: int, templates: Path | None = None) -> None:
    drawn = draw(Random(seed), largest)  # noqa: S311 - a seed that can be told
    digest = render(drawn.composition, "d" * 24, templates)

    check_numbers(drawn, digest)
    check_words(drawn, digest)
    check_sizes(drawn, digest)
    check_failing(drawn, digest)
    if drawn.reader.mail_language == "en":
        check_counts(drawn, digest)
        check_reports(drawn, digest)


@settings(max_examples=8)
@given(SEEDS)
def test_any_digest_is_told_whole_once_and_within_limits(seed: int) -> None:
    check(seed, 60)


@pytest.mark.drill
@pytest.mark.timeout(3_600)
@settings(max_examples=200)
@given(SEEDS)
def test_any_huge_digest_is_told_whole_once_and_within_limits(seed: int) -> None:
    check(seed, 900)


@pytest.mark.drill
@pytest.mark.timeout(3_600)
def test_templates_of_an_operator_keep_what_ours_keep(tmp_path: Path) -> None:
    rules = "{{ ('House rules of ours. ' * 60) | wrap }}"
    for name, end in ((TEXT, "\n-- \n"), (HTML, "</footer>")):
        ours, _, rest = (OURS / name).read_text(encoding="utf-8").partition(end)
        assert rest
        (tmp_path / name).write_text(f"{ours}\n{rules}{end}{rest}", encoding="utf-8")
    for seed in range(60):
        check(seed, 300, tmp_path)
