"""The operator's own keywords: words that tag, and what guards them."""

from pydantic import ConfigDict, Field

from hrwatch.config.shapes.kinds import Line, Pair, Phrase, Phrases, Shape, TermLanguage, Terms

_LATER = "Kept for a later version; not used yet."


class Keyword(Shape):
    """One issue that articles are tagged with, and the words that say so."""

    label: Line | None = Field(default=None, examples=["Water cannon"])
    group: Line | None = Field(default=None, description=f"What it belongs to. {_LATER}")
    severity: int | None = Field(
        default=None, ge=1, le=3, description="3 most urgent (see urgent), 2 normal, 1 least."
    )
    terms: Terms | None = Field(default=None, description="By language, or any: words that tag.")
    weak: Terms | None = Field(
        default=None, description="Count only beside another term, or in a title."
    )
    passing: Terms | None = Field(
        default=None, description="Name the issue in passing: a mention, never the subject."
    )
    near: dict[TermLanguage, list[Pair]] | None = Field(
        default=None, description="Two phrases with at most so many words between: a ~5 b."
    )
    mask: list[Phrase] | None = Field(default=None, description="Blanked out before matching.")
    veto_near: list[Phrase] | None = Field(
        default=None, description="Within 8 words of a term, undo it."
    )
    need_near: dict[Phrase, list[Phrase]] | None = Field(
        default=None, description="The term counts only with one of these within 12 words."
    )
    mention_only: list[Phrase] | None = Field(
        default=None, description="Names: a term inside one is never the subject."
    )


class Keywords(Shape):
    """What is added to the shipped taxonomy, or overrides it, by keyword id."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Keyword]

    use: list[str] | None = Field(
        default=None, description="Limits the shipped taxonomy to these.", examples=["torture"]
    )
    lists: dict[str, Phrases] | None = Field(
        default=None,
        description="Words by language that pairs call by a name: {police} ~5 beat*.",
    )
