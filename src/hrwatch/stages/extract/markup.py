"""The markup in feeds as plain text with paragraphs, in one pass whose time is linear."""

import re
from collections.abc import Iterator

from hrwatch import text
from hrwatch.model.feeds import Entry
from hrwatch.stages.extract.mojibake import mended

MAX_MARKUP = 1_000_000
# From here on a feed's own text counts as the article; a teaser is shorter.
FULL_TEXT = 1_200
_TAIL = 1_000

_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*(?:[:-][A-Za-z0-9]+)*)(?=[\s/>])")
_END = re.compile(r">|=\s{0,8}([\"'])")
_PARAGRAPHS = (
    "address article aside blockquote body center details div dl fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section table ul"
)
_LINES = "br caption dd dt li option summary tr"
_CELLS = "td th"
_LAYOUT = (
    dict.fromkeys(_PARAGRAPHS.split(), "\n\n")
    | dict.fromkeys(_LINES.split(), "\n")
    | dict.fromkeys(_CELLS.split(), " ")
)
# What these hold is no text of the article.
_EMBEDDED = (
    "applet audio button canvas datalist embed head iframe math noembed noframes object script "
    "select style svg template textarea title video"
)
_DROPPED = frozenset(_EMBEDDED.split())
_ESCAPED_MARKUP = re.compile(
    r"&lt;/?(?:p|br|div|a|b|i|em|strong|span|img|ul|ol|li|h[1-6]|blockquote)(?:\s|/|&gt;)", re.I
)
_TEASER_ENDS = re.compile(
    r"(?:…|\.\.\.|(?:read|continue reading|see|view|learn|load|show) "
    r"(?:more|on|the full|full|the rest|all)[^\n]{0,80}|continue reading[^\n]{0,80}"
    r"|(?:lire|en savoir|leer|ler|weiter|mehr|leggi|lees|czytaj) "
    r"(?:la suite|plus|más|mais|lesen|tutto|meer|dalej)[^\n]{0,80}"
    r"|читать (?:далее|полностью)[^\n]{0,80}|читати далі[^\n]{0,80}|devamını oku[^\n]{0,80}"
    r"|اقرأ (?:المزيد|أيضا)[^\n]{0,80}|阅读全文|閱讀全文|全文)\W*$",
    re.I,
)
_APPEARED_FIRST = re.compile(
    r"\n[^\n]{0,40}(?:the post|the article|l['’]article|la entrada|o post|der beitrag|"
    r"сообщение|запись)\b[^\n]{0,400}$",
    re.I,
)


def plain(markup: str) -> str:
    """Given what a feed holds as summary or content, HTML or text, return its text.

    A blank line stands between blocks; character references are resolved, broken and doubled ones
    too; scripts, styles and embedded players are left out; the result is clean.
    """
    markup = markup[:MAX_MARKUP]
    if "<" not in markup and _ESCAPED_MARKUP.search(markup):
        markup = text.unescape(markup)  # escaped once too often
    pieces = list(_pieces(markup))
    structured = any(not is_text and "\n" in piece for piece, is_text in pieces)
    written = []
    for piece, is_text in pieces:
        if is_text:
            told = text.unescape(piece)
            # In HTML a line end is a space; in plain text it is what parts the paragraphs.
            written.append(" ".join(re.split(r"[\r\n\t]+", told)) if structured else told)
        else:
            written.append(piece)
    return text.clean(mended("".join(written)))


def _pieces(markup: str) -> Iterator[tuple[str, bool]]:
    """Yield the stretches of text in `markup`, and for tags what they mean for the layout, each
    with whether it is text. Every character is looked at a bounded number of times."""
    position = 0
    quotes_close = True
    missing: set[str] = set()  # elements that are not closed again from here on
    while (start := markup.find("<", position)) >= 0:
        yield markup[position:start], True
        if markup.startswith("<!--", start):
            end = markup.find("-->", start + 4)
            position = end + 3 if end >= 0 else len(markup)
            continue
        if markup.startswith(("<!", "<?"), start):
            end = markup.find(">", start)
            position = end + 1 if end >= 0 else len(markup)
            continue
        tag = _NAME.match(markup, start)
        if not tag:
            yield "<", True
            position = start + 1
            continue
        end = _tag_end(markup, tag.end()) if quotes_close else -1
        if end < 0:
            quotes_close = False
            end = markup.find(">", tag.end())
        if end < 0:
            return  # cut off within a tag
        position = end + 1
        name = tag[1].lower()
        opening = markup[start + 1] != "/" and markup[end - 1] != "/"
        if opening and name in _DROPPED and name not in missing:
            closing = re.compile(f"</{name}(?=[\\s/>])", re.I).search(markup, position)
            if closing:
                position = closing.start()
            elif name in ("script", "style"):
                return
            else:
                missing.add(name)
        yield _LAYOUT.get(name, ""), False
    yield markup[position:], True


def _tag_end(markup: str, position: int) -> int:
    """Return where the tag's `>` stands, outside quoted values; -1 where there is none."""
    while found := _END.search(markup, position):
        if found[0] == ">":
            return found.start()
        closing = markup.find(found[1], found.end())
        if closing < 0:
            return -1
        position = closing + 1
    return -1


def carries_full_text(entry: Entry) -> bool:
    """Say whether the feed itself carries the article: long enough, and not cut off with an
    ellipsis or an invitation to read on."""
    markup = entry.content or entry.summary
    if len(markup) < FULL_TEXT:
        return False
    told = plain(markup)
    if len(told) < FULL_TEXT:
        return False
    tail = _APPEARED_FIRST.sub("", told[-_TAIL:]).rstrip()
    return not _TEASER_ENDS.search(tail[-200:])
