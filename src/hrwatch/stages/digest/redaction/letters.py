"""What the expressions of redaction are built from."""

from hrwatch.stages.digest.redaction import vocabulary

# Scripts that part words by spaces and write no number into one. Arabic, Thai, Chinese and others
# stand right beside a number.
LETTER = "A-Za-z\u00aa-\u024f\u0370-\u052f\u1e00-\u1eff"
SPACE = " \t\u00a0\u2000-\u200a\u202f\u3000"
HYPHEN = "\u2010-\u2015\u2212\\-"  # last, a hyphen as it stands in a class
DOT = "·‧∙⋅・_"  # what stands between a number's groups for want of a hyphen
JOINERS = "\u200c\u200d"  # all that text.clean leaves of what shows nothing

FILLER = (
    rf"(?:[{SPACE}:：.,،;()（）\[\]«»\"'“”’„№#=*_{HYPHEN}]"
    rf"|(?<![^\W\d_])(?:{vocabulary.BETWEEN})(?![^\W\d_])"
    rf"|{vocabulary.BETWEEN_TOUCHING})"
)


def words(exact: str, stems: str, touching: str) -> str:
    """Given the three kinds of words of the vocabulary, return an expression for any of them."""
    return (
        rf"(?:(?<![{LETTER}])(?:{exact})(?![{LETTER}])"
        rf"|(?<![{LETTER}])(?:{stems})[{LETTER}]{{0,6}}|(?:{touching}))"
    )


def behind(expression: str) -> str:
    """Return an expression for words and what may stand between them and a number after them: up
    to three words of any kind where a colon follows ("телефон доверия: ")."""
    few = rf"(?:[{SPACE}][^\W\d_]{{1,20}}){{0,3}}[{SPACE}]?[:：]"
    return rf"{expression}(?:{few})?(?:{FILLER}){{0,30}}+"
