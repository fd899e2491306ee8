"""Noise and changes on whole pages, read by the real extractor: invented pages in ten layouts and
five scripts, and real ones into which both are put. How many changes are missed, how many told
that are none."""

import functools
import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import edited_pages
import touched_pages
from builders import NOW, a_response, an_entry
from conftest import Corpora
from edited_pages import EDITS, LAYOUTS, NOISE, STORIES, Page
from hrwatch import hops
from hrwatch.model.articles import Change
from hrwatch.model.tags import Rules
from hrwatch.stages.tag import Tagger

FLOORS = json.loads(Path(__file__).with_name("floors.json").read_text())["changes"]
# Of more than 300, and on each some of the kinds in turn: a comparison takes a tenth of a second.
REAL_PAGES, EVERY_NOISE, EVERY_EDIT = 6, 5, 2
FEWEST_PARAGRAPHS = 3
URL = "http://wire.example/stories/1"


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    """A tagger for no keyword: what is asked here is what changed."""
    return Tagger(Rules())


def _task(body: bytes) -> hops.ArticleTask:
    entry = an_entry(title="", summary="")
    return hops.ArticleTask(entry, a_response(body, url=URL), None, "", NOW)


def _change(before: bytes, after: bytes, tagger: Tagger) -> Change | None:
    return hops.read_change(hops.ChangeTask(_task(before), _task(after)), tagger).change


@pytest.mark.parametrize("name", NOISE)
def test_noise_on_a_page_of_any_layout_is_no_change(name: str, tagger: Tagger) -> None:
    told = {}
    for number, layout in enumerate(LAYOUTS):
        story = STORIES[(number + len(name)) % len(STORIES)]
        page = Page(story)
        noisy = [edited_pages.html(NOISE[name](page, n), layout) for n in (7, 8)]
        before = edited_pages.html(page, layout) if number % 2 else noisy[0]
        if change := _change(before, noisy[1], tagger):
            told[layout.__name__, story.language] = change
    assert told == {}


@pytest.mark.parametrize("name", EDITS)
def test_change_on_a_page_of_any_layout_is_told_for_what_it_is(name: str, tagger: Tagger) -> None:
    wrong = {}
    for number, layout in enumerate(LAYOUTS):
        story = STORIES[(number + len(name)) % len(STORIES)]
        edited = EDITS[name](story)
        # With a stamp that is another one: a change is not lost among noise.
        pages = [NOISE["updated ago"](Page(one), n) for n, one in enumerate((story, edited), 3)]
        before, after = (edited_pages.html(page, layout) for page in pages)
        change = _change(before, after, tagger)
        if change is None or not _is_right(name, change, story):
            wrong[layout.__name__, story.language] = change
    assert wrong == {}


def _is_right(name: str, change: Change, story: edited_pages.Story) -> bool:
    """Return whether a change is told as what was done, and nothing else."""
    kinds = {
        part: getattr(change, part)
        for part in ("title", "added", "removed", "replaced")
        if getattr(change, part)
    }
    match name:
        case "title":
            return kinds == {"title": (story.title, story.new_title)}
        case "paragraph added":
            return kinds == {"added": (story.new_paragraph,)}
        case "paragraph removed":
            return kinds == {"removed": (story.paragraphs[2],)}
        case "sentence added":
            return kinds.keys() == {"replaced"} and len(change.replaced) == 1
        case _:
            return kinds.keys() == {"replaced"} and 1 <= len(change.replaced) <= 2


def test_noise_and_changes_on_real_pages_are_told_apart(corpora: Corpora, tagger: Tagger) -> None:
    chance = random.Random(6)  # noqa: S311 - protects nothing
    told: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for number, (page, text) in enumerate(
        _real_pages(corpora.unpack("articles-dev"), chance, tagger)
    ):
        before = touched_pages.written(page())
        for noise in list(touched_pages.NOISE)[number % EVERY_NOISE :: EVERY_NOISE]:
            noisy = []
            for n in (31, 32):
                tree = page()
                touched_pages.NOISE[noise](touched_pages.story(tree, text), n)
                noisy.append(touched_pages.written(tree))
            asked["noise"] += 1
            told["noise"] += (
                _change(before if number % 2 else noisy[0], noisy[1], tagger) is not None
            )
        for edit in list(touched_pages.EDITS)[number % EVERY_EDIT :: EVERY_EDIT]:
            tree = page()
            if touched_pages.EDITS[edit](touched_pages.story(tree, text), chance):
                asked["edits"] += 1
                after = touched_pages.written(tree)
                told["edits"] += _change(before, after, tagger) is not None

    assert min(asked.values()) > 3 * REAL_PAGES - 5
    assert told["noise"] / asked["noise"] <= FLOORS["told_of_noise"], (told, asked)
    assert told["edits"] / asked["edits"] >= FLOORS["found"], (told, asked)


def _real_pages(
    folder: Path, chance: random.Random, tagger: Tagger
) -> Iterator[tuple[Callable[[], touched_pages.Tree], str]]:
    """Yield some real articles: what makes their tree, each time a new one, and their text."""
    (labels,) = folder.rglob("gold.jsonl")
    rows = [json.loads(line) for line in labels.read_text().splitlines()]
    articles = [row for row in rows if row["ptype"] == "article"]
    found = 0
    for row in chance.sample(articles, len(articles)):
        body = gzip.decompress((labels.parent / row["file"]).read_bytes())
        body = touched_pages.written(touched_pages.tree(body))
        reading = hops.read_article(_task(body), tagger)
        make = functools.partial(touched_pages.tree, body)
        if reading.article and len(touched_pages.story(make(), reading.text)) >= FEWEST_PARAGRAPHS:
            yield make, reading.text
            found += 1
        if found == REAL_PAGES:
            return
