"""YAML's own complaints in plain words: what a syntax error most likely is, and what to write."""

import yaml

from hrwatch.errors import Mistake

_UNREADABLE = "holds characters that YAML does not allow; save it as plain UTF-8 text"
# A fragment of the complaint that libyaml and PyYAML's own parser share, and what it comes to.
_WORDS: tuple[tuple[str, str], ...] = (
    (
        "cannot start any token",
        "a value may not begin with this character; put the text in quotes, and indent with "
        "spaces, never with a tab",
    ),
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
        "nothing may follow the end of the document (`...` or a line with %); remove that line",
    ),
)
_OPENED = ("expected ',' or", "unexpected end of stream")


def mistake(error: yaml.YAMLError, file: str) -> Mistake:
    """Given a syntax error of PyYAML, return it in plain words with its place.

    What was opened and never closed is told where it opens: the end of the file helps nobody.
    """
    if not isinstance(error, yaml.MarkedYAMLError):
        return Mistake(file, 1, 1, "file", _UNREADABLE)
    problem = error.problem or "it is not YAML"
    mark = error.problem_mark or error.context_mark
    if error.context_mark and any(opened in problem for opened in _OPENED):
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Mistake(file, line, column, "file", _plain(problem))


def _plain(problem: str) -> str:
    for fragment, words in _WORDS:
        if fragment in problem:
            return words
    return f"the YAML cannot be read from here on: {problem}"
