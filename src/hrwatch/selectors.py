"""CSS selectors as the operator writes them, turned into XPath: the only home of cssselect."""

import functools

import cssselect


@functools.lru_cache(maxsize=256)
def xpath(selector: str) -> str:
    """Given a CSS selector, return the XPath that finds the same elements below another; raise
    ValueError with a sentence for the operator where it is no selector that can be used."""
    try:
        return cssselect.HTMLTranslator().css_to_xpath(selector)
    except cssselect.SelectorSyntaxError as error:
        raise ValueError(f"is no CSS selector ({error})") from None
    except (cssselect.SelectorError, RecursionError):  # what CSS knows and a page at rest has not
        raise ValueError(
            "uses what cannot be found in a page at rest; write elements, classes and attributes, "
            "such as div.news h3 > a"
        ) from None
