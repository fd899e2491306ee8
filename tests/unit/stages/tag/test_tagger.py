"""The stage as the hop calls it. Every sentence is invented."""

import pickle
import re

from hypothesis import given
from hypothesis import strategies as st

from hrwatch.model.tags import Field, Keyword, Kind, Relation, Rules
from hrwatch.stages.tag import Tagger

RULES = Rules(
    keywords=(
        Keyword(
            id="torture",
            label="Torture",
            terms=(
                ("en", ("torture*", "ill treatment")),
                ("ru", ("пытк*",)),
                ("ar", ("تعذيب", "سوء المعاملة")),
                ("tr", ("işkence*",)),
                ("zh", ("酷刑",)),
            ),
            weak=(("en", ("beaten",)),),
            near=(("en", ("police ~5 crowd",)),),
            mask=("torture test*",),
        ),
    ),
    global_mask=("Amnesty International",),
)
TAGGER = Tagger(RULES)

PIECES = st.sampled_from(
    re.split(
        r"\s+",
        """torture Torture tortured ill-treatment İŞKENCE işkenceyle пытках ПЫТКИ بالتعذيب تعذيبهم
    酷刑 Belarus BELARUS Беларусью беларускі Minsk Georgia Tbilisi Jordan U.S. US us EE.UU.
    Côte d’Ivoire l'Ukraine نهر الأردن وبالأردن 北京 香港 印度尼西亚 Amnesty Canada police crowd
    beaten OTTAWA - (Beirut) – Birmingham, Ala. ﬁ ß İ ı \u00ad \u200c e\u0301 𝕿 ½ 🙂""",
    )
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=25).map(" ".join),
    st.lists(PIECES, max_size=12).map("".join),
)
LANGUAGES = st.sampled_from(["", "en", "ru", "be", "ar", "fa", "tr", "zh", "fr", "es", "hu", "xx"])


@given(TEXTS, TEXTS, LANGUAGES)
def test_tag_of_anything_finds_its_words_where_it_says(
    title: str, text: str, language: str
) -> None:
    fields = {Field.TITLE: title, Field.TEXT: text}
    tags = TAGGER.tag(title, text, language)
    for tag in tags:
        assert tag.evidence
        for evidence in tag.evidence:
            written = fields[evidence.field][evidence.offset : evidence.offset + evidence.length]
            assert evidence.found == written != ""
            assert evidence.length == len(evidence.found)
    assert tags == TAGGER.tag(title, text, language)
    assert len({(tag.kind, tag.value) for tag in tags}) == len(tags)


def test_tag_gives_countries_then_places_then_keywords() -> None:
    tags = TAGGER.tag("Torture in Xinjiang", "Guards in China tortured him.", "en-GB")
    assert [(tag.kind, tag.value, tag.relation) for tag in tags] == [
        (Kind.COUNTRY, "CN", Relation.SUBJECT),
        (Kind.PLACE, "CN-XJ", Relation.SUBJECT),
        (Kind.KEYWORD, "torture", Relation.SUBJECT),
    ]


def test_tag_survives_pickling() -> None:
    tags = TAGGER.tag("Torture in Belarus", "", "en")
    assert pickle.loads(pickle.dumps(tags)) == tags  # noqa: S301 - our own bytes


def test_tag_of_nothing_is_nothing() -> None:
    assert TAGGER.tag("", "", "") == ()
