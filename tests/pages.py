"""The pages that people read (README, docs and their neighbours), taken apart for tests."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
)
README = "README.md"
OPERATING = "docs/operating.md"
MISTAKES = "docs/mistakes.md"
RULES = "docs/rules.md"
_FENCE = re.compile(r"^```(\w*)[ ]?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_HERE_DOCUMENT = re.compile(r"<<'?(\w+)'?.*\n((?:.*\n)*?)\1\n")


@dataclass(frozen=True)
class Block:
    """A code block of a page."""

    page: str
    line: int
    language: str
    note: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}\n{self.text}"


@cache
def page_text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[Block]:
    text = page_text(page)
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2], found[3])
        for found in _FENCE.finditer(text)
    ]


def prose(page: str) -> str:
    return _FENCE.sub("", page_text(page))


def commands(text: str) -> Iterator[list[str]]:
    """Give the simple commands of a shell text, here-documents left out."""
    text = _HERE_DOCUMENT.sub("\n", text).replace("\\\n", " ")
    text = re.sub(r"\$\([^()]*\)", "…", text)  # what another command gives
    text = re.sub(r"(?:^|(?<=\s))#.*$", "", text, flags=re.MULTILINE)
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace, lexer.whitespace_split = " \t", True
    words: list[str] = []
    before = ""
    for word in (*lexer, "\n"):
        if set(word) <= set("();<>|&\n"):
            if words and not set(before) & set("<>"):  # else it is the name of a file
                yield words
            words, before = [], word
        else:
            words.append(word)


def named_in(block: Block) -> Iterator[list[str]]:
    """Give the commands of a block, those in its here-documents too."""
    yield from commands(block.text)
    for found in _HERE_DOCUMENT.finditer(block.text):
        for line in found[2].replace("\\\n", " ").splitlines():
            if "bin/hrwatch" in line:
                yield ["exec", *shlex.split(line.replace('"$@"', ""))]


def heading(line: str) -> str:
    """Return a heading's anchor, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-")


def table(page: str, title: str) -> list[list[str]]:
    """Return the rows of the tables below a heading, headings of columns left out."""
    below = page_text(page).split(f"{title}\n")[1]
    below = re.split(r"^#", below, maxsplit=1, flags=re.MULTILINE)[0]
    body = re.sub(r"^\|.*\n\|-.*\n", "", below, flags=re.MULTILINE)
    rows = re.findall(r"^\|(.*)\|$", body, re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows]
