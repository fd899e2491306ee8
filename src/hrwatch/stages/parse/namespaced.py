"""Publishers' own elements for countries and topics, written as the categories that they are.

It is done before a document is parsed: feedparser keeps one element of each such name, the last,
and no attributes. `dc:subject`, `media:keywords` and the like it knows by itself.

    <amn:countries><amn:id name="Peru"/></amn:countries>   named children, as Amnesty has them
    <rw:country>Peru</rw:country>                          one each
    <x:topics>Torture, Prisons</x:topics>                  all in one
"""

import re

_SINGLE = frozenset(["country", "topic", "theme"])
_SEVERAL = frozenset(["countries", "topics", "themes"])
_TAG = re.compile(r"<(/?)[\w.-]{1,20}:([\w.-]{1,40})(?=[\s/>])[^<>]*>")
_NAME = re.compile(r"\sname\s{0,4}=\s{0,4}(?:\"([^\"<>]{1,200})\"|'([^'<>]{1,200})')")
_LOOKED_AT = 100  # characters behind an opening tag: whether elements or words follow
_ELEMENT = re.compile(r"\s*<(?!!\[CDATA\[)")


def as_categories(markup: str) -> str:
    """Given the markup of a feed, return it with those elements as `category`; linear."""
    if not any(f":{name}" in markup for name in (*_SINGLE, *_SEVERAL)):
        return markup
    within = ""  # the element that holds several, while it is open
    as_one = False  # it holds words, not elements

    def written(match: re.Match[str]) -> str:
        nonlocal within, as_one
        tag, closing, name = match[0], match[1], match[2].lower()
        empty = tag.endswith("/>")
        if name in _SEVERAL:
            if not closing:
                after = markup[match.end() : match.end() + _LOOKED_AT]
                as_one = not empty and not _ELEMENT.match(after)
            within = "" if closing or empty else name
            return f"<{closing}category>" if as_one else tag
        if name in _SINGLE and not empty:
            return f"<{closing}category>"
        told = _NAME.search(tag) if within and not closing else None
        return f"<category>{told[1] or told[2]}</category>{tag}" if told else tag

    return _TAG.sub(written, markup)
