"""The fields of an entry, cleaned and kept within bounds: what every format has in common."""

import re
from collections.abc import Iterable

from hrwatch import text

MAX_ENTRIES = 5_000
MAX_GUID = 2_000
MAX_TITLE = 1_000
MAX_MARKUP = 500_000
MAX_AUTHORS = 20
MAX_CATEGORIES = 50
MAX_NAME = 200

# Outside of these, characters and references to them are not XML 1.0 (2.2): the strict parser
# gives up on them, the loose one raises UnicodeEncodeError on &#xD800;, and PostgreSQL stores no
# NUL, which JSON may spell.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_HTML_TAGS = (
    "a abbr b big br center cite code del div em font h1 h2 h3 h4 h5 h6 hr i img ins kbd label li "
    "mark nobr ol p pre q s samp small span strike strong sub sup table td th time tr tt u ul wbr"
)
_TAG = re.compile(rf"</?(?:{'|'.join(_HTML_TAGS.split())})\b[^<>]*>|<!--.*?-->", re.I | re.S)


def title(written: str) -> str:
    """Given a title, HTML or text, return it as one clean line."""
    stripped = _TAG.sub(" ", written[: MAX_TITLE * 20])
    return text.clean_line(_TAG.sub(" ", text.unescape(stripped)), MAX_TITLE)


def guid(written: str) -> str:
    """Given a guid, return it as it can be shown, or what stands for it where it is endless."""
    if len(written) > MAX_GUID:
        return f"sha256:{text.key(written)}"
    return text.without_controls(written).strip()


def names(told: Iterable[object], limit: int) -> tuple[str, ...]:
    """Given names of authors or categories, return the first ones, clean and each once."""
    found: dict[str, None] = {}
    for one in told:
        if isinstance(one, str) and (name := text.clean_line(text.unescape(one), MAX_NAME)):
            found.setdefault(name)
        if len(found) == limit:
            break
    return tuple(found)


def language(written: str) -> str:
    """Given the language that a document names, return it as BCP 47 writes it, or nothing."""
    match = _LANGUAGE.fullmatch(written.strip())
    return match[0].replace("_", "-") if match else ""
