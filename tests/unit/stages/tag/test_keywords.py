"""The matching contract, clause by clause, on rules of our own. Every sentence is invented."""

from typing import Any

import pytest

from hrwatch.model.tags import Evidence, Field, Keyword, Kind, Relation, Rules, Tag
from hrwatch.stages.tag.keywords import KeywordTagger
from hrwatch.stages.tag.tokens import tokenise

FILLER = "The council met again and spoke of other things for a long while. " * 12


def a_keyword(**changes: Any) -> Keyword:
    """A keyword with one English term; name what the test is about."""
    values: dict[str, Any] = {"id": "torture", "label": "Torture"}
    values["terms"] = (("en", ("torture*",)),)
    return Keyword(**{**values, **changes})


def tags(
    text: str, *keywords: Keyword, title: str = "", language: str = "en", **rules: Any
) -> tuple[Tag, ...]:
    tagger = KeywordTagger(Rules(keywords=keywords or (a_keyword(),), **rules))
    return tagger.tag(tokenise(title), tokenise(text), language)


def relation(text: str, *keywords: Keyword, **options: Any) -> Relation | None:
    found = tags(text, *keywords, **options)
    return found[0].relation if found else None


def test_tag_with_a_hit_tells_the_words_and_where_they_stand() -> None:
    (tag,) = tags("Guards tortured him.")
    assert tag == Tag(
        Kind.KEYWORD,
        "torture",
        Relation.SUBJECT,
        (Evidence("taxonomy:torture", "torture*", "tortured", "en", Field.TEXT, 7, 8),),
    )


def test_tag_without_a_hit_is_none() -> None:
    assert tags("Guards fed him.") == ()


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Torture in a cellar", FILLER, Relation.SUBJECT),
        ("", "They spoke of torture. " + FILLER, Relation.SUBJECT),
        ("", FILLER + "They spoke of torture.", Relation.MENTION),
        ("", FILLER + "Torture here, torture there.", Relation.MENTION),
        ("", FILLER + "Torture, torture, torture, torture.", Relation.MENTION),
        ("", FILLER + "Torture, torture, torture, torture, torture.", Relation.SUBJECT),
        ("", FILLER + "Torture, and an electric shock.", Relation.SUBJECT),
    ],
)
def test_relation_goes_by_title_opening_and_number(
    title: str, text: str, expected: Relation
) -> None:
    keyword = a_keyword(terms=(("en", ("torture*", "electric shock*")),))
    assert relation(text, keyword, title=title) is expected


@pytest.mark.parametrize(
    ("opening", "expected"),
    [("Flood. ", Relation.SUBJECT), ("Flood, storm, frost, hail, drought. ", Relation.MENTION)],
)
def test_keyword_far_lighter_than_another_is_mentioned(opening: str, expected: Relation) -> None:
    weather = a_keyword(
        id="weather", terms=(("en", ("flood", "storm", "frost", "hail", "drought")),)
    )
    text = opening + FILLER + "Torture, torture, torture, torture, torture."
    found = {tag.value: tag.relation for tag in tags(text, weather, a_keyword())}
    assert found == {"weather": Relation.SUBJECT, "torture": expected}


def test_weak_and_passing_terms_add_up_where_more_than_passing_ones_speak() -> None:
    keyword = a_keyword(
        weak=(("en", ("beaten", "bruises", "shocks", "hooded")),),
        passing=(("en", ("cell", "cellar", "guard", "rope", "scream")),),
    )
    passing = "Cell, cellar, guard, rope, scream."
    assert relation(FILLER + "Beaten.", keyword) is None
    assert relation("Beaten, beaten, beaten, beaten.", keyword) is Relation.MENTION
    assert relation(FILLER + "Beaten, bruises, shocks.", keyword) is Relation.MENTION
    assert relation(FILLER + "Beaten, bruises, shocks, hooded.", keyword) is Relation.SUBJECT
    assert relation(FILLER + "Torture. Cell.", keyword) is Relation.MENTION
    assert relation(FILLER + "Torture. Cell, cellar.", keyword) is Relation.SUBJECT
    assert relation(passing, keyword, title=passing) is Relation.MENTION


def test_opening_of_a_chinese_text_has_half_as_many_characters() -> None:
    keyword = a_keyword(terms=(("zh", ("酷刑",)),))
    filler = "他说话。"
    assert relation(filler * 74 + "酷刑", keyword, language="zh") is Relation.SUBJECT
    assert relation(filler * 76 + "酷刑", keyword, language="zh") is Relation.MENTION


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("", "He was beaten at a match.", None),
        ("", "He was beaten at a match, beaten again.", Relation.MENTION),
        ("Player beaten", "A match.", Relation.SUBJECT),
        ("", "He was beaten and kept in a stress position.", Relation.SUBJECT),
        ("", "He was tortured. " + FILLER + "He was beaten.", Relation.SUBJECT),
    ],
)
def test_weak_terms_count_in_company_or_in_the_title(
    title: str, text: str, expected: Relation | None
) -> None:
    keyword = a_keyword(weak=(("en", ("beaten", "stress position*")),))
    assert relation(text, keyword, title=title) is expected


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        ("A torture test for phones.", False),
        ("A torture test, and torture in a cellar.", True),
        ("His tortured genius.", False),
        ("He tortured the poor animals.", False),
        ("He tortured the poor men.", True),
    ],
)
def test_masks_blank_without_a_veto(text: str, tagged: bool) -> None:
    keyword = a_keyword(
        mask=("torture test*", "tortured genius"),
        mask_regex=(r"\btortur\w+ (?:the )?(?:poor )?animals\b",),
    )
    assert bool(tags(text, keyword)) is tagged


def test_global_masks_blank_every_keyword() -> None:
    amnesty = a_keyword(id="amnesty", terms=(("en", ("amnesty",)),))
    masks = {"global_mask": ("Amnesty International",)}
    assert not tags("Amnesty International wrote.", amnesty, **masks)
    assert tags("Amnesty International wrote on the amnesty.", amnesty, **masks)


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        ("A state of emergency after the flood.", False),
        ("A state of emergency after weeks of marches.", True),
        ("A state of emergency. " + "Word after word. " * 5 + "A flood.", True),
    ],
)
def test_veto_near_drops_a_hit_within_eight_words(text: str, tagged: bool) -> None:
    keyword = a_keyword(terms=(("en", ("state of emergency",)),), veto_near=("flood*",))
    assert bool(tags(text, keyword)) is tagged


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        ("The plan was executed.", False),
        ("The prisoner was executed.", True),
        ("Executed was the plan. " + "Word after word. " * 6 + "A prisoner read.", False),
    ],
)
def test_need_near_wants_company_within_twelve_words(text: str, tagged: bool) -> None:
    keyword = a_keyword(
        terms=(("en", ("executed",)),), need_near=(("executed", ("prisoner*", "hanged")),)
    )
    assert bool(tags(text, keyword)) is tagged


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        ("Police shot at the crowd.", True),
        ("The crowd fled when police fired.", True),
        ("Police of the northern district of the old town slept; a crowd sang.", False),
        ("Police slept.", False),
    ],
)
def test_near_joins_two_phrases_in_either_order(text: str, tagged: bool) -> None:
    keyword = a_keyword(terms=(), near=(("en", ("police ~4 crowd",)),))
    assert bool(tags(text, keyword)) is tagged


def test_near_evidence_spans_both_sides() -> None:
    keyword = a_keyword(terms=(), near=(("en", ("police ~4 crowd",)),))
    (tag,) = tags("Then police shot at the crowd.", keyword)
    assert tag.evidence[0].found == "police shot at the crowd"
    assert tag.evidence[0].term == "police ~4 crowd"


def test_mention_only_names_never_make_a_subject() -> None:
    keyword = a_keyword(mention_only=("Committee against Torture",))
    assert relation("The Committee against Torture met.", keyword) is Relation.MENTION
    assert relation("The Committee against Torture heard of torture.", keyword) is Relation.SUBJECT


def test_review_cue_lowers_strong_hits_and_drops_weak_ones() -> None:
    keyword = a_keyword(weak=(("en", ("beaten",)),))
    cues = {"review_cues": ("film review",)}
    assert relation("Film review: tortured souls.", keyword, **cues) is Relation.MENTION
    assert relation("", keyword, title="Film review: beaten", **cues) is None
    assert relation("Beaten, beaten.", keyword, title="Film review: a boxer", **cues) is None
    assert relation("Torture. " + FILLER + "Film review.", keyword, **cues) is Relation.SUBJECT


@pytest.mark.parametrize(
    ("title", "text", "language", "tagged"),
    [
        ("", "Des mauvais traitements", "fr", True),
        ("", "Des mauvais traitements", "en", False),
        ("", "Des mauvais traitements", "", True),
        ("", "waterboarding", "de", False),
        ("Waterboarding", "", "de", True),
        ("Mauvais traitements", "", "de", False),
        ("", "OPCAT", "de", True),
    ],
)
def test_terms_speak_to_texts_in_their_language(
    title: str, text: str, language: str, tagged: bool
) -> None:
    keyword = a_keyword(
        terms=(("any", ("OPCAT",)), ("fr", ("mauvais traitements",)), ("en", ("waterboard*",)))
    )
    assert bool(tags(text, keyword, title=title, language=language)) is tagged


@pytest.mark.parametrize(
    ("language", "term", "text", "tagged"),
    [
        ("ru", "пытк*", "О пытках в колонии", True),
        ("ru", "пытк*", "Он пытался помочь", False),
        ("ru", "жесток* обращени*", "жестокое обращение", True),
        ("uk", "катуван*", "Свідчення про катування", True),
        ("uk", "політв'язн*", "звільнення політв’язнів", True),
        ("be", "палітвязн*", "вызваленне палітвязняў", True),
        ("ar", "تعذيب", "تحدثوا عن التعذيب في السجن", True),
        ("ar", "معتقل رأي", "وهو معتقل رأي", True),
        ("ar", "تعذيب", "تحدثوا عن العذاب", False),
        ("fa", "شکنجه", "گزارش شکنجه‌ی زندانیان", True),
        ("fa", "اعدام", "حکم اعدام صادر شد", True),
        ("fa", "اعدام", "اقدام دولت", False),
        ("tr", "işkence*", "İŞKENCEYLE öldü", True),
        ("tr", "gözaltında kayıp*", "GÖZALTINDA KAYIPLAR", True),
        ("tr", "idam*", "idamı durduruldu", True),
        ("zh", "酷刑", "遭受酷刑的人", True),
        ("zh", "政治犯", "释放政治犯", True),
        ("zh", "酷刑", "残酷的刑罚", False),
        ("es", "preso* político*", "los presos políticos", True),
        ("es", "preso* político*", "un preso. Político afirma", False),
        ("pt", "maus tratos", "denúncia de maus-tratos", True),
        ("fr", "prisonnier* d'opinion", "des prisonniers d’opinion", True),
    ],
)
def test_terms_of_each_script_match_its_forms(
    language: str, term: str, text: str, tagged: bool
) -> None:
    keyword = a_keyword(terms=((language, (term,)),))
    assert bool(tags(text, keyword, language=language)) is tagged


def test_evidence_is_few_and_the_best_first() -> None:
    keyword = a_keyword(
        terms=(("en", ("torture*", "mock execution*")),), weak=(("en", ("beaten",)),)
    )
    text = "Beaten. " + "Torture. " * 9 + "A mock execution."
    (tag,) = tags(text, keyword, title="Torture")
    assert len(tag.evidence) == 5
    assert [evidence.field for evidence in tag.evidence][:2] == [Field.TITLE, Field.TEXT]
    assert [evidence.found for evidence in tag.evidence[:3]] == [
        "Torture",
        "mock execution",
        "Beaten",
    ]


def test_word_that_is_weak_and_passing_is_shown_once() -> None:
    keyword = a_keyword(weak=(("en", ("beaten",)),), passing=(("en", ("beaten",)),))
    (tag,) = tags("Beaten.", keyword)
    assert [evidence.rule for evidence in tag.evidence] == ["taxonomy:torture:weak"]


def test_overlapping_terms_count_once() -> None:
    keyword = a_keyword(terms=(("en", ("torture*", "torture chamber*", "chamber*")),))
    (tag,) = tags("A torture chamber.", keyword)
    assert [evidence.found for evidence in tag.evidence] == ["torture chamber"]


def test_tags_come_in_the_order_of_the_rules() -> None:
    first, second = a_keyword(id="b", terms=(("en", ("one",)),)), a_keyword(id="a")
    assert [tag.value for tag in tags("Torture, one.", first, second)] == ["b", "a"]


def test_many_hits_and_masks_cost_no_more_than_their_number() -> None:
    keyword = a_keyword(
        mask=("torture test*",), veto_near=("game",), near=(("en", ("police ~5 crowd",)),)
    )
    text = "torture test police torture crowd " * 20_000
    (tag,) = tags(text, keyword)
    assert tag.relation is Relation.SUBJECT
