"""CSS selectors of the operator: what finds elements, and what cannot."""

import pytest

from hrwatch.selectors import xpath


@pytest.mark.parametrize(
    "selector", ["a", "div.news h3 > a", "time, .date", "li:nth-child(2n+1)", "a[href^='/news/']"]
)
def test_xpath_selector_is_translated(selector: str) -> None:
    assert xpath(selector).startswith("descendant-or-self::")


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        ("", "is no CSS selector"),
        ("  ", "is no CSS selector"),
        ("a[", "is no CSS selector"),
        ("div..x", "is no CSS selector"),
        ("/html/body//a", "is no CSS selector"),
        ("a::before", "a page at rest"),
        ("a:visible", "a page at rest"),
        (":not(" * 500, "is no CSS selector"),
    ],
)
def test_xpath_what_is_no_selector_is_refused_in_words(selector: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        xpath(selector)
