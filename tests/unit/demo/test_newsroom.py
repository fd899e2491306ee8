"""The invented stories hold what the demo promises to show."""

from datetime import UTC, datetime, timedelta

import pytest

from hrwatch.demo.newsroom import Publication, publications

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def stories(told: tuple[Publication, ...]) -> dict[str, str]:
    return {f"{p.name}/{s.slug}": s.title for p in told for s in p.stories}


def test_publications_in_round_one_hold_thirty_entries_in_six_languages_and_three_formats() -> None:
    told = publications(NOW, 1)

    assert len(stories(told)) >= 30
    languages = {publication.language for publication in told if publication.stories}
    assert len(languages) >= 6
    assert {"ar", "ru", "uk"} <= languages
    assert {publication.format for publication in told} == {"rss20", "atom10", "rdf"}


def test_publications_in_round_two_add_a_few_stories_and_correct_two() -> None:
    before, after = stories(publications(NOW, 1)), stories(publications(NOW, 2))

    assert len(after.keys() - before.keys()) == 6
    assert before.keys() <= after.keys()
    assert {name for name in before if before[name] != after[name]} == {
        "agence-fictive/tunisie-journaliste",
        "invented-wire/gulf-of-guinea-press",
    }


def test_publications_of_one_moment_are_the_same_each_time() -> None:
    assert publications(NOW, 1) == publications(NOW, 1)


def test_publications_date_all_but_two_stories_within_three_days() -> None:
    old = [
        story
        for publication in publications(NOW, 1)
        for story in publication.stories
        if story.published_at < NOW - timedelta(days=3)
    ]

    assert len(old) == 2


@pytest.mark.parametrize("round_number", [1, 2])
def test_syndicated_story_repeats_its_original_word_for_word(round_number: int) -> None:
    told = {publication.name: publication for publication in publications(NOW, round_number)}
    wire = {story.slug: story for story in told["invented-wire"].stories}
    courier = {story.slug: story for story in told["invented-courier"].stories}

    copy, original = courier["syndicated-minsk-letters"], wire["minsk-letters"]
    assert (copy.title, copy.paragraphs) == (original.title, original.paragraphs)
    assert copy.path != original.path
    linked = courier["linked-ukraine-schools"]
    assert linked.path == wire["ukraine-school-shelling"].path
