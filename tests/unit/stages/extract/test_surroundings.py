"""What stands on a page around its story, told by its markup."""

import pytest

from hrwatch.stages.extract.surroundings import Surroundings, relined, surroundings

STORY = "<p>Three men told a court that they had been beaten, and nobody asked for a doctor.</p>"


def around(markup: str) -> Surroundings:
    body = f"<html><body><article>{STORY}{markup}{STORY}</article></body></html>".encode()
    return surroundings(body, url="http://www.wire.example/1", content_type="text/html")


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("<p><a href='/2'>Another story</a></p>", "another story"),
        ("<p>See: <a href='/2'>Another story of the day</a></p>", "see another story of the day"),
        ("<ul class='relatedPosts'><li>Another story</li></ul>", "another story"),
        ("<div id='div-gpt-ad-1'><p>Buy boots.</p></div>", "buy boots"),
        ("<aside>Buy boots.</aside>", "buy boots"),
        ("<p>He ran. <span class='post-views'>12 views</span></p>", "12 views"),
        ("<div class='newsletter-box'><h4>Stay</h4><p>Every Friday.</p></div>", "every friday"),
        ("<form><label>Your name</label></form>", "your name"),
    ],
)
def test_links_and_named_elements_stand_around_a_story(markup: str, line: str) -> None:
    assert line in around(markup).lines


@pytest.mark.parametrize(
    "markup",
    [
        "<p>He ran to <a href='/minsk'>Minsk</a> in the night, said his mother.</p>",
        "<div class='elementor-widget'><p>He ran.</p></div>",
        "<div class='views-field views-field-body'><p>He ran.</p></div>",
        "<div class='has-sidebar'><p>He ran.</p></div>",
        f"<div class='social-rights'>{STORY * 40}<p>He ran.</p></div>",
        f"<div class='share'><p>{'He ran. ' * 60}</p></div>",
    ],
)
def test_paragraphs_of_a_story_are_not_around_it(markup: str) -> None:
    assert not around(markup).lines


def test_names_are_what_the_site_calls_itself_and_its_host() -> None:
    site = "<meta property='og:site_name' content='The &amp; Wire'>"
    assert around(site).names == ("The & Wire", "www.wire.example")


@pytest.mark.parametrize("body", [b"", b"\0\1\2", b"<!-- -->"])
def test_a_body_that_is_no_page_has_no_surroundings(body: bytes) -> None:
    assert surroundings(body, url="", content_type="") == Surroundings(frozenset(), ())


def test_a_line_is_parted_where_the_page_begins_a_block() -> None:
    told = "| News | Three men in a court in Lesk Updated 7 minutes ago They were beaten there. |"
    blocks = ("Three men in a court in Lesk", "Updated 7 minutes ago", "They were beaten there.")

    assert relined(f"Above\n\n{told}", blocks).split("\n") == ["Above", "", "News", *blocks]
