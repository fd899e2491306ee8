"""YAML's own complaints in plain words: what a syntax error most likely is, and what to write."""

import re
from collections.abc import Sequence

import yaml

from hrwatch.errors import Mistake

_UNREADABLE = "holds characters that YAML does not allow; save it as plain UTF-8 text"
# A fragment of the complaint that libyaml and PyYAML's own parser share, and what it comes to.
_WORDS: tuple[tuple[str, str], ...] = (
    (
        "cannot start any token",
        "a value may not begin with this character; put the text in quotes",
    ),
    ("found a tab character", "a line is indented with a tab; indent with spaces only"),
    (
        "mapping values are not allowed",
        "a `:` is not expected here; check the indentation of this line and the one above, and put "
        'a text that holds `: ` in quotes, such as "Iran: the trial"',
    ),
    (
        "sequence entries are not allowed",
        "a list may not begin on the line of its key; put `- …` on a line of its own",
    ),
    ("could not find expected ':'", "the line before this is no `key: value`; add the `:`"),
    (
        "expected ',' or ']'",
        "the list that opens here with [ is not closed; add a comma between members, or the ]",
    ),
    (
        "expected ',' or '}'",
        "the mapping that opens here with { is not closed; add a comma between pairs, or the }",
    ),
    (
        "expected '-' indicator",
        "this stands where a member of a list is expected; check the indentation, or begin it "
        "with `- `",
    ),
    (
        "expected key",
        "a key (`name:`) is expected here; check the indentation, and put a text with quotes or "
        "brackets in it between quotes of its own",
    ),
    (
        "expected <block end>",
        "this does not go with the lines above; check the indentation, and put a text with quotes "
        "or brackets in it between quotes of its own",
    ),
    ("unexpected end of stream", "the quote that opens here is never closed; close it"),
    (
        "unknown escape character",
        "\\ has a meaning of its own between double quotes; write \\\\, or use single quotes",
    ),
    (
        "alphabetic or numeric character",
        "a text may not begin with * or & unless it is in quotes",
    ),
    ("node content", "a value is missing before this; write it, or remove this"),
    ("undefined tag handle", "a text may not begin with ! unless it is in quotes"),
    (
        "comment or line break",
        "nothing may follow | or > on their line; put a text that begins with | or > in quotes",
    ),
    (
        "chomping or indentation",
        "nothing may follow | or > on their line; put a text that begins with | or > in quotes",
    ),
    (
        "document start>",
        "this is no `key: value` and does not go with the lines above; write it as one, or remove "
        "a line of `...` or with %",
    ),
)
_PAIR = re.compile(r":(?:\s|$)")
_OPENED = ("expected ',' or", "unexpected end of stream")


def mistake(error: yaml.YAMLError, file: str, lines: Sequence[str]) -> Mistake:
    """Given a syntax error of PyYAML and the file's lines, return it in plain words with its place.

    What was opened and never closed is told where it opens: the end of the file helps nobody. A
    line that lacks its colon is told itself, and not the next one, at which YAML stumbles.
    """
    if not isinstance(error, yaml.MarkedYAMLError):
        return Mistake(file, 1, 1, "file", _UNREADABLE)
    problem = error.problem or "it is not YAML"
    mark = error.problem_mark or error.context_mark
    if error.context_mark and any(opened in problem for opened in _OPENED):
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    above = _at_the_line_above(problem, line, lines)
    line, column, words = (
        above or _at_the_line(problem, line, column, lines) or (line, column, _plain(problem))
    )
    return Mistake(file, line + 1, column + 1, "file", words)


def _at_the_line_above(
    problem: str, line: int, lines: Sequence[str]
) -> tuple[int, int, str] | None:
    """Return the line before `line`, where the trouble most likely is, and what it is; None where
    it is no better place."""
    stumbled = "mapping values are not allowed" in problem
    if not stumbled and "could not find expected ':'" not in problem:
        return None
    above = next((n for n in range(min(line, len(lines)) - 1, -1, -1) if _told(lines[n])), None)
    if above is None or (stumbled and line < len(lines) and _has_several_pairs(lines[line])):
        return None
    told, column = _told(lines[above]), len(lines[above]) - len(lines[above].lstrip())
    if told.startswith("-") and not told.startswith(("- ", "--")):
        return above, column, "a list's `-` wants a space behind it, such as `- name: …`"
    if not _PAIR.search(told):
        words = "this line is no `key: value`; write a `:` and a space behind the key"
        return above, column, words
    return None


def _at_the_line(
    problem: str, line: int, column: int, lines: Sequence[str]
) -> tuple[int, int, str] | None:
    """Return what the line itself shows of the trouble; None where it shows nothing."""
    if line >= len(lines):
        return None
    indentation = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
    if "cannot start any token" in problem and "\t" in indentation:
        return line, indentation.index("\t"), _plain("found a tab character")
    if "mapping values are not allowed" in problem:
        if _has_several_pairs(lines[line]):
            words = 'a text that holds `: ` goes in quotes, such as "Iran: the trial"'
            return line, column, words
        words = (
            "this line is indented further than the one above, which has its value already; indent "
            "both alike"
        )
        return line, len(indentation), words
    return None


def _told(line: str) -> str:
    """Return what stands on a line, comments left out."""
    return re.sub(r"(^|\s)#.*", "", line).strip()


def _has_several_pairs(text: str) -> bool:
    return len(_PAIR.findall(_told(text))) > 1


def _plain(problem: str) -> str:
    for fragment, words in _WORDS:
        if fragment in problem:
            return words
    return f"the YAML cannot be read from here on: {problem}"
