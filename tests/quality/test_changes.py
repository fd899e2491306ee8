"""Noise and changes on whole pages, read by the real extractor: invented pages in ten layouts and
five scripts, and real ones into which both are put. How many changes are missed, how many told
that are none."""

import pytest

import edited_pages
from builders import NOW, a_response, an_entry
from edited_pages import EDITS, LAYOUTS, NOISE, STORIES, Page
from hrwatch import hops
from hrwatch.model.articles import Change
from hrwatch.model.tags import Rules
from hrwatch.stages.tag import Tagger

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
