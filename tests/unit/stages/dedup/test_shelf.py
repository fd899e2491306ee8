"""Near copies: what is one story told twice, and what only looks like it. All stories invented."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.model.articles import Copy, CopyKind
from hrwatch.stages.dedup import commons
from hrwatch.stages.dedup.copies import fingerprint
from hrwatch.stages.dedup.shelf import CROWD, Shelf, Told
from hrwatch.stages.dedup.shingles import SKETCH, SPARE, telling, telling_hashes

VOCABULARY = ["".join(letters) for letters in itertools.product("bdgklmnrst", repeat=4)]


def prose(seed: int, words: int = 200) -> str:
    chance = random.Random(seed)  # noqa: S311 - stories, no secrets
    return " ".join(chance.choices(VOCABULARY, k=words))


def told(name: str, text: str, *, original: str = "", site: str = "", title: str = "") -> Told:
    hashes = telling_hashes(fingerprint(title, text).sketch)
    return Told(name, title, text, hashes, original or name, site)


def copy_of(text: str, *shelved: Told, site: str = "", title: str = "") -> Copy | None:
    shelf = Shelf()
    for one in shelved:
        shelf.put(one)
    return shelf.copy(told("new", text, site=site, title=title))


STORY = prose(1)
FIRST, SECOND = STORY.split()[:100], STORY.split()[100:]


def test_text_with_another_head_and_foot_is_near_to_its_original() -> None:
    copy = copy_of(f"{prose(2, 20)} {STORY} {prose(3, 30)}", told("first", STORY))
    assert copy is not None
    assert (copy.of, copy.kind) == ("first", CopyKind.NEAR_TEXT)
    assert 0.7 < copy.score < 0.85


def test_first_half_of_a_story_is_contained_in_it_or_near() -> None:
    copy = copy_of(" ".join(STORY.split()[:56]), told("first", STORY))
    assert copy == Copy("first", CopyKind.CONTAINED, 1.0)


def test_same_words_are_the_same_text_whatever_stands_between_them() -> None:
    assert copy_of(STORY.upper().replace(" ", ",  "), told("first", STORY)) == Copy(
        "first", CopyKind.SAME_TEXT, 1.0
    )


def test_other_story_is_no_copy() -> None:
    assert copy_of(prose(5), told("first", STORY)) is None


def test_follow_up_that_repeats_a_fifth_as_background_is_no_copy() -> None:
    follow_up = f"{prose(6, 200)} {' '.join(STORY.split()[:50])}"
    assert copy_of(follow_up, told("first", STORY)) is None


def test_short_texts_are_not_compared_by_likeness() -> None:
    short = prose(7, 18)
    assert copy_of(f"{short} more", told("first", short)) is None


def bulletin(figures: int, first: int) -> str:
    """The words of a report, parted by so many figures."""
    every = len(FIRST) // figures
    return " ".join(
        f"{word} {first + place}" if place % every == 0 else word
        for place, word in enumerate(FIRST, 1)
    )


def test_report_of_figures_with_the_same_words_and_other_figures_is_no_copy() -> None:
    monday, tuesday = bulletin(10, 1_000), bulletin(10, 2_000)
    assert copy_of(tuesday, told("monday", monday)) is None


def test_few_figures_that_differ_do_not_make_another_text() -> None:
    copy = copy_of(bulletin(4, 2_000), told("first", bulletin(4, 1_000)))
    assert copy is not None
    assert copy.kind is CopyKind.NEAR_TEXT


def test_copy_of_a_copy_is_a_copy_of_the_original_only_where_it_is_like_that() -> None:
    middle = " ".join(FIRST[60:] + SECOND[:60])
    shelved = (
        told("first", " ".join(FIRST)),
        told("middle", middle, original="first"),
    )
    assert copy_of(" ".join(SECOND), *shelved) is None
    assert copy_of(" ".join(FIRST[30:] + SECOND[:60]), *shelved) == Copy(
        "first", CopyKind.NEAR_TEXT, pytest.approx(0.43, abs=0.02)
    )


def test_copy_in_between_lets_less_likeness_do() -> None:
    original = " ".join(FIRST)
    new = " ".join(FIRST[55:] + SECOND[:55])  # 45 of 155 words are shared with the original
    assert copy_of(new, told("first", original)) is None
    middle = told("middle", " ".join(FIRST[40:] + SECOND[:40]), original="first")
    found = copy_of(new, told("first", original), middle)
    assert found is not None
    assert found.of == "first"


def test_one_site_that_says_the_same_under_two_titles_has_two_stories() -> None:
    def told_by(site: str, title: str) -> Told:
        return told("first", STORY, site=site, title=title)

    later = f"{STORY} {prose(8, 20)}"
    for site, title, is_one in (
        ("a.example", "Fishermen freed", True),
        ("a.example", "Fishermen held", False),
        ("b.example", "Fishermen held", True),
        ("", "Fishermen held", True),
    ):
        copy = copy_of(later, told_by(site, title), site="a.example", title="Fishermen freed!")
        assert (copy is not None) is is_one, (site, title)


def test_original_whose_page_belongs_to_somebody_else_is_not_linked_to() -> None:
    assert copy_of(STORY, told("copy", STORY, original="not on the shelf")) is None


def test_scripts_without_spaces_are_compared_by_five_characters() -> None:
    chance = random.Random(3)  # noqa: S311 - the same
    story = "".join(chance.choices([chr(0x4E00 + n) for n in range(900)], k=120))
    copy = copy_of(f"{story[10:]}{story[:5]}", told("first", story))
    assert copy is not None
    assert copy.of == "first"
    assert len(telling("", story).shingles) == 116


def test_common_shingles_tell_nothing() -> None:
    phrase = prose(11, 60)
    texts = [f"{prose(seed, 40)} {phrase}" for seed in range(100, 130)]
    shelf = Shelf()
    shelf.put(told("first", texts[0]))
    assert shelf.copy(told("new", texts[1])) is not None
    common = commons.common([("", text) for text in texts])
    shelf = Shelf(common)
    for name, text in (("first", texts[0]), ("new", texts[1])):
        hashes = telling_hashes(fingerprint("", text).sketch, common)
        assert not set(hashes) & common
        one = Told(name, "", text, hashes, name)
        assert shelf.copy(one) is None
        shelf.put(one)


def test_shingles_that_only_share_their_last_bits_with_common_ones_are_not_common(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(commons, "_BITS", 1)  # whatever is counted ends in one of two ways
    phrase = prose(12, 20)
    common = commons.common([("", f"{prose(seed, 30)} {phrase}") for seed in range(30)])
    assert common == telling("", phrase).shingles


def test_hash_that_a_crowd_shares_finds_nobody() -> None:
    shelf = Shelf()
    hashes = telling_hashes(fingerprint("", STORY).sketch)
    for number in range(CROWD + 1):
        shelf.put(Told(str(number), "", STORY, hashes, str(number)))
    assert shelf.copy(Told("new", "", STORY, hashes, "new")) is None


@given(st.text(max_size=400), st.text(max_size=2_000))
def test_sketch_of_any_text_is_small_sorted_and_fits_a_database(title: str, text: str) -> None:
    sketch = fingerprint(title, text).sketch
    assert len(sketch) <= SPARE
    assert list(sketch) == sorted(set(sketch))
    assert all(0 <= one < 2**63 for one in sketch)
    assert len(telling_hashes(sketch)) <= SKETCH
    assert set(sketch) <= telling(title, text).shingles


LINKS = prose(40, 120)  # what a channel puts under each of its notes


def note(seed: int) -> str:
    return f"{prose(seed, 60)} {LINKS}"


def channel(*seeds: int, site: str = "videos.example") -> tuple[Told, ...]:
    return tuple(told(f"n{seed}", note(seed), site=site, title=f"Title {seed}") for seed in seeds)


def test_notes_of_a_channel_on_two_sites_that_share_their_links_alone_are_no_copies() -> None:
    elsewhere = told("elsewhere", note(50), site="mirror.example", title="Title 50")
    of_it = channel(51, 52, 53, 55)
    assert copy_of(note(54), elsewhere, *of_it, site="videos.example", title="Title 54") is None
    # What it repeats itself is the channel's as well, when the other site brings it.
    assert copy_of(note(54), *of_it, site="mirror.example", title="Title 54") is None


def test_note_of_a_channel_that_another_site_brings_is_its_copy_whatever_its_title() -> None:
    elsewhere = told("elsewhere", note(50), site="mirror.example", title="Title 50")
    of_it = channel(51, 52, 53)
    for title in ("Title 50", "Another title"):
        copy = copy_of(note(50), elsewhere, *of_it, site="videos.example", title=title)
        assert copy is not None
        assert copy.of == "elsewhere"


def test_article_that_a_site_published_twice_under_other_titles_is_no_boilerplate() -> None:
    of_site = [
        told(name, STORY, site="paper.example", title=name.title()) for name in ("one", "two")
    ]
    copy = copy_of(STORY, *of_site, site="other.example", title="A third title")
    assert copy is not None


def told_again(times: int) -> list[Told]:
    """What an agency makes of one story, each time with a few words more under another title."""
    return [
        told(
            f"v{each}", f"{STORY} {prose(70 + each, 15)}", site="agency.example", title=f"V {each}"
        )
        for each in range(times)
    ]


@pytest.mark.parametrize("updates", [3, 4, 8])
def test_copy_of_a_story_that_its_agency_tells_again_under_other_titles_is_found(
    updates: int,
) -> None:
    versions = told_again(updates)
    copy = copy_of(f"{STORY} {prose(80, 10)}", *versions, site="paper.example", title="As told")
    assert copy is not None
    assert copy.score > 0.8


def test_part_of_a_story_that_its_agency_carries_on_under_other_titles_is_found() -> None:
    """Each version holds the one before; the newspaper prints how the first began."""
    words = prose(83, 400).split()
    of_agency = [
        told(f"v{end}", " ".join(words[:end]), site="agency.example", title=f"Version {end}")
        for end in (100, 200, 300, 400)
    ]
    assert copy_of(" ".join(words[:60]), *of_agency, site="paper.example", title="As told")


def test_rewritten_half_of_a_story_that_its_agency_tells_again_is_found() -> None:
    half = " ".join([*FIRST, *prose(81, 60).split()])
    assert copy_of(half, *told_again(4), site="paper.example", title="As told") is not None


def test_stories_that_a_site_took_from_an_agency_are_none_of_its_boilerplate() -> None:
    """Each version that the agency told was printed: the fourth is a copy as the others are."""
    versions = told_again(4)
    printed = [
        told(f"p{each}", one.text, original=one.name, site="paper.example", title=f"Printed {each}")
        for each, one in enumerate(versions[:3])
    ]
    last = versions[3]
    copy = copy_of(last.text, *versions, *printed, site="paper.example", title="Printed 3")
    assert copy is not None
    assert copy.of == last.name


def test_parts_of_one_story_that_a_site_printed_before_are_none_of_its_boilerplate() -> None:
    story = told("first", STORY, site="agency.example", title="The story")

    def part(each: int) -> str:
        return " ".join([*FIRST, *prose(90 + each, 60).split()])

    printed = [
        told(f"p{each}", part(each), original="first", site="paper.example", title=f"Part {each}")
        for each in range(3)
    ]
    copy = copy_of(part(3), story, *printed, site="paper.example", title="Part 3")
    assert copy is not None
    assert copy.of == "first"


def test_copy_of_the_same_site_under_another_title_vouches_for_nobody() -> None:
    """Less is enough where a copy of the original is like the new text, but not where that copy
    shares with it what their site puts under both."""
    text = " ".join([*STORY.split()[:60], *prose(60, 60).split()])
    known = told("first", STORY, site="mirror.example", title="First")
    between = " ".join([*STORY.split()[:150], *prose(60, 60).split()])

    def link(site: str) -> Copy | None:
        own = told("own", between, original="first", site=site, title="Own")
        return copy_of(text, known, own, site="videos.example", title="New")

    assert link("paper.example") is not None
    assert link("videos.example") is None
