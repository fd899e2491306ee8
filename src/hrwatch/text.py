"""Pure helpers on text: cleaning at the border, folding for comparison, segmenting for search."""

import hashlib
import html
import re
import unicodedata

# Bidirectional controls can make a title read as something else (Trojan Source); C0/C1 controls
# reach terminals and mail headers. ZWNJ and ZWJ are letters' company in Persian and Hindi: kept.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r" ?\n ?(?:\n\s*)?")
_BROKEN_ENTITY = re.compile(r"&#?[ \t](x?[0-9a-fA-F]{1,7}|nbsp|amp|quot|lt|gt);")
_NOT_WORDS = re.compile(r"[\W_]+")
# Scripts written without spaces are searched character by character.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED_CHARACTER = re.compile(f"([{_UNSPACED}])")


def clean(text: str) -> str:
    """Return `text` without controls, bidi overrides and broken entities, its spaces collapsed.

    Line ends survive, at most two in a row. Idempotent; the result encodes to UTF-8.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.replace("\u2029", "\n\n").replace("\x0b", " ").replace("\x0c", " ")
    text = _CONTROLS.sub("", text)
    text = unicodedata.normalize("NFC", text)
    text = _SPACES.sub(" ", text)
    text = _NEWLINES.sub(lambda match: "\n\n" if match[0].count("\n") > 1 else "\n", text)
    return text.strip()


def clean_line(text: str, limit: int = 1000) -> str:
    """Return `text` cleaned, on one line, at most `limit` code points, an ellipsis at a cut."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def unescape(text: str) -> str:
    """Return `text` with character references resolved, broken (`&# 160;`) and doubled ones too."""
    for _ in range(3):
        mended = _BROKEN_ENTITY.sub(r"&#\1;", text) if "&# " in text else text
        resolved = html.unescape(mended)
        if resolved == text:
            break
        text = resolved
    return text


def fold(text: str) -> str:
    """Return `text` for comparison: NFKC, case folded, marks off Latin, Greek and Cyrillic, one
    space between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    decomposed = unicodedata.normalize("NFD", folded)
    kept = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return " ".join(unicodedata.normalize("NFC", kept).split())


def title_key(title: str) -> str:
    """Return what two spellings of one title have in common: its folded words, nothing between."""
    words = _NOT_WORDS.sub(" ", fold(title)).strip()
    return key(words) if words else ""


def normalised(text: str) -> str:
    """Return the folded words of `text` parted by single spaces: equal for exact copies."""
    return _NOT_WORDS.sub(" ", fold(text)).strip()


def key(value: str) -> str:
    """Return 32 hex digits that stand for `value` in an index, however long it is."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32] if value else ""


def search_text(text: str) -> str:
    """Return `text` as it is indexed and searched: folded words, unspaced scripts cut into single
    characters, so that every database engine sees the same words."""
    return " ".join(_UNSPACED_CHARACTER.sub(r" \1 ", normalised(text)).split())
