"""YAML's own complaints in plain words: what a syntax error most likely is, and what to write."""

import yaml

from hrwatch.errors import Mistake

_BAD_START = "found character that cannot start any token"
# Problem of libyaml (and of PyYAML where it words it otherwise), and what it means to the writer.
_WORDS: tuple[tuple[str, str], ...] = (
    (
        "mapping values are not allowed",
        "a `:` is not expected here; check the indentation of this line and the one above, and put "
        'a text that holds `: ` in quotes, such as "Iran: the trial"',
    ),
    (
        "block sequence entries are not allowed",
        "a list may not begin on the line of its key; put `- …` on a line of its own",
    ),
    (
        "could not find expected ':'",
        "a `:` is missing after this key; write `key: value`",
    ),
    (
        "did not find expected ',' or ']'",
        "the list that opens here with [ is not closed; add a comma between members, or the ]",
    ),
    (
        "did not find expected ',' or '}'",
        "the mapping that opens here with { is not closed; add a comma between pairs, or the }",
    ),
    (
        "did not find expected '-' indicator",
        "this line stands among the members of a list but is none; check its indentation, or "
        "begin it with `- `",
    ),
    (
        "did not find expected key",
        "a key (`name:`) is expected here; check the indentation, and put a text with quotes or "
        "brackets in it between quotes of its own",
    ),
    ("found unexpected end of stream", "the quote that opens here is never closed; close it"),
    (
        "found unknown escape character",
        "\\ has a meaning of its own between double quotes; write \\\\, or use single quotes",
    ),
    (
        "did not find expected alphabetic or numeric",
        "a text may not begin with * or & unless it is in quotes",
    ),
    (
        "did not find expected node content",
        "a value is missing before this; write it, or remove it",
    ),
    ("found undefined tag handle", "a text may not begin with ! unless it is in quotes"),
    (
        "did not find expected comment or line break",
        "nothing may follow | or > on their line; put a text that begins with | or > in quotes",
    ),
    (
        "did not find expected <document start>",
        "nothing is expected after the end of the document (`...` or a % line); remove that line",
    ),
)
_OPENED_THERE = ("did not find expected ',' or", "found unexpected end of stream")


def mistake(error: yaml.MarkedYAMLError, file: str) -> Mistake:
    """Given a syntax error of PyYAML, return it in plain words with its place.

    What was opened and never closed is told where it opens: the end of the file helps nobody.
    """
    problem = error.problem or "the file is not YAML"
    mark = error.problem_mark or error.context_mark
    if problem.startswith(_OPENED_THERE) and error.context_mark:
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Mistake(file, line, column, "file", _plain(problem))


def _plain(problem: str) -> str:
    if problem.startswith(_BAD_START):
        return (
            "a value may not begin with this character; put the text in quotes, and indent with "
            "spaces, never with a tab"
        )
    for beginning, words in _WORDS:
        if problem.startswith(beginning):
            return words
    return f"the YAML cannot be read here: {problem}"
