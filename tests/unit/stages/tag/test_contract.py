"""The contract at the head of the shipped taxonomy, line by line. Every sentence is invented."""

from itertools import product
from typing import Any

import pytest

from hrwatch.model.tags import Keyword, Relation, Rules
from hrwatch.stages.tag.keywords import KeywordTagger
from hrwatch.stages.tag.tokens import fold_word, tokenise

FILLER = "The council met again and spoke of other things for a long while. " * 12


def relation(
    text: str, *, title: str = "", language: str = "en", rules: Any = None, **fields: Any
) -> Relation | None:
    """Tag a text with one keyword of these fields; its terms are by language."""
    grouped = {
        name: tuple((spoken, tuple(phrases)) for spoken, phrases in fields[name].items())
        for name in ("terms", "weak", "near", "passing", "need_near")
        if name in fields
    }
    keyword = Keyword(**({"id": "k", "label": "K", "terms": ()} | fields | grouped))
    lists = tuple((name, tuple(words.items())) for name, words in (rules or {}).items())
    tags = KeywordTagger(Rules(keywords=(keyword,), lists=lists)).tag(
        tokenise(title), tokenise(text), language
    )
    return tags[0].relation if tags else None


def finds(term: str, text: str, language: str = "en", **fields: Any) -> bool:
    return relation(text, language=language, terms={language: [term]}, **fields) is not None


# Spelling


@pytest.mark.parametrize("parted", ["ill treatment", "ill-treatment", "Ill  Treatment"])
@pytest.mark.parametrize(
    "text",
    [
        "ill treatment",
        "ill-treatment",
        "ILL-TREATMENT",
        "ill\u2010treatment",
        "ill \u2013 treatment",
        "ill\u00a0treatment",
        "ill\ntreatment",
        "i\u00adll treat\u00adment",
        "ｉｌｌ treatment",
    ],
)
def test_hyphens_spaces_and_soft_hyphens_part_words_alike(parted: str, text: str) -> None:
    assert finds(parted, f"Reports of {text} there.")


@pytest.mark.parametrize(
    "text", ["ill. Treatment", "ill! treatment", "ill (treatment)", "ill: treatment"]
)
def test_a_phrase_does_not_go_on_over_a_sentence_or_bracket(text: str) -> None:
    assert not finds("ill treatment", text)


APOSTROPHES = "'’ʼ‘`ʹ′"


@pytest.mark.parametrize(("in_term", "in_text"), list(product(APOSTROPHES, APOSTROPHES)))
@pytest.mark.parametrize(
    ("language", "term", "text"),
    [
        ("uk", "політв{}язн*", "звільнення політв{}язнів"),
        ("be", "сям{}я", "яго сям{}я"),
        ("fr", "prisonnier* d{}opinion", "les prisonniers d{}opinion"),
    ],
)
def test_apostrophes_of_every_shape_are_one(
    in_term: str, in_text: str, language: str, term: str, text: str
) -> None:
    assert finds(term.format(in_term), text.format(in_text), language)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("праўда", "прауда"),
        ("праў\u0434а", "пра\u0443\u0306да"),
        ("ПРАЎДА", "праўда"),
        ("ёлка", "елка"),
        ("ЁЛКА", "\u0435\u0308лка"),
        ("пы\u0301тки", "пытки"),
        ("катува\u0301ння", "катування"),
        ("e\u0301tat", "état"),
        ("IŞIK", "ışık"),
        ("İNSAN", "insan"),
        ("ISINMA", "ısınma"),
    ],
)
def test_two_ways_to_write_a_word_are_one(one: str, other: str) -> None:
    assert fold_word(one) == fold_word(other)


@pytest.mark.parametrize(
    ("one", "other"), [("état", "etat"), ("peña", "pena"), ("йод", "иод"), ("ç", "c")]
)
def test_letters_with_other_marks_stay_apart(one: str, other: str) -> None:
    assert fold_word(one) != fold_word(other)


@pytest.mark.parametrize(
    ("language", "term", "text"),
    [
        ("tr", "işkence*", "İŞKENCEDE"),
        ("tr", "kayıp*", "KAYIPLAR"),
        ("tr", "İnsan hakları", "insan haklari"),
        ("ar", "إعدام", "حكم الاعدام"),
        ("ar", "معاملة", "سوء المعامله"),
        ("ar", "تعذيب", "التَّعْذِيب"),
        ("ar", "تعذيب", "تعـــذيب"),
        ("fa", "شکنجه", "شكنجه"),
        ("fa", "زندانی سیاسی", "زنداني سياسي"),
        ("fa", "زندانی‌ها", "زندانی ها"),
        ("fa", "زندانی ها", "زندانی‌ها"),
        ("zh", "强迫失踪", "遭強迫失蹤者"),
        ("zh", "強迫失蹤", "遭强迫失踪者"),
        ("zh", "拘留中心", "拘留 中心"),
    ],
)
def test_spellings_of_each_script_are_one(language: str, term: str, text: str) -> None:
    assert finds(term, text, language)


# Words


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("jail", "the jail", True),
        ("jail", "jailed", False),
        ("jail", "unjail", False),
        ("jail*", "jailers", True),
        ("jail*", "jail", True),
        ("jail*", "unjailed", False),
        ("arbitrar* detain*", "arbitrarily detained", True),
        ("arbitrar* detain*", "arbitrarily was detained", False),
    ],
)
def test_terms_go_from_a_words_edge_to_a_words_edge(term: str, text: str, expected: bool) -> None:
    assert finds(term, text) is expected


@pytest.mark.parametrize(
    "head", ["", "و", "ف", "ب", "ك", "ل", "ال", "وال", "بال", "لل", "ولل", "فال"]
)
@pytest.mark.parametrize("tail", ["", "ه", "ها", "هم", "هن", "نا", "ك", "ي"])
def test_arabic_words_are_found_with_what_they_carry(head: str, tail: str) -> None:
    assert finds("تعذيب", f"{head}تعذيب{tail}", "ar")


def test_persian_words_are_found_with_what_they_carry() -> None:
    assert finds("شکنجه", "وشکنجه", "fa")


@pytest.mark.parametrize("text", ["تعذيبيون", "عذيب", "متعذيب", "التعذيبات"])
def test_arabic_words_with_anything_else_are_others(text: str) -> None:
    assert not finds("تعذيب", text, "ar")


def test_chinese_is_found_inside_a_sentence_and_not_across_two() -> None:
    assert finds("酷刑", "他遭受酷刑折磨", "zh")
    assert not finds("酷刑", "条件残酷。刑期五年", "zh")


# terms, weak, passing


@pytest.mark.parametrize(
    ("language", "title", "text", "expected"),
    [
        ("fr", "", "la peine", True),
        ("en", "", "la peine", False),
        ("", "", "la peine", True),
        ("de", "The gallows", "", True),
        ("de", "La peine", "", False),
        ("de", "", "the gallows", False),
        ("de", "", "OPCAT", True),
    ],
)
def test_terms_are_looked_for_in_texts_of_their_language(
    language: str, title: str, text: str, expected: bool
) -> None:
    terms = {"fr": ["peine"], "en": ["gallows"], "any": ["OPCAT"]}
    assert bool(relation(text, title=title, language=language, terms=terms)) is expected


def test_passing_terms_mention_wherever_and_however_often_they_stand() -> None:
    fields: Any = {"terms": {"en": ["torture"]}, "passing": {"en": ["cellar*", "rope*"]}}
    text = "A cellar, a rope, cellars and ropes. " * 3
    assert relation(text, title="A cellar", **fields) is Relation.MENTION
    assert relation(text + "Torture.", title="A cellar", **fields) is Relation.SUBJECT
    assert relation("A garden.", **fields) is None


def test_passing_terms_do_not_make_weak_ones_count() -> None:
    fields: Any = {"weak": {"en": ["beaten"]}, "passing": {"en": ["cellar"]}}
    assert relation("Beaten in a cellar.", **fields) is Relation.MENTION
    assert relation("Beaten.", **fields) is None


# Pairs

BEATING = {
    "police": {"en": ("police*", "officer*"), "fr": ("policier*",), "zh": ("警察",)},
    "beating": {"en": ("beat*", "kick*"), "fr": ("frapp*",), "zh": ("殴打",)},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("police beat him", True),
        ("he was beaten by police", True),
        ("police two three four five beat him", True),
        ("police two three four five six beat him", False),
        ("beat two three four five police", True),
        ("beat two three four five six police", False),
        ("Officers slept. They beat a drum.", False),
        ("It was the officer. Beat it!", False),
        ("It hit the van. Officers beat him.", True),
        ("Then St. Paul's police beat him.", True),
        ("police of No. 5 beat him", True),
        ("police who\nbeat him", True),
        ("police\n\nbeat him", False),
        ("police (who beat him)", True),
        ("police, beating: none", True),
        ("police? Beaten.", False),
        ("the police slept", False),
        ("Policing beats nothing", False),
    ],
)
@pytest.mark.parametrize("written", ["{police} ~4 {beating}", "{beating} ~4 {police}"])
def test_pair_joins_two_sides_of_one_sentence_in_either_order(
    written: str, text: str, expected: bool
) -> None:
    assert bool(relation(text, near={"en": [written]}, rules=BEATING)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the guard struck him", True),
        ("wardens struck him", True),
        ("a prison official struck him", True),
        ("an official struck him", False),
    ],
)
def test_pair_takes_any_of_its_alternatives(text: str, expected: bool) -> None:
    pair = "guard|warden*| prison official ~3 struck"
    assert bool(relation(text, terms={"en": [pair]})) is expected


@pytest.mark.parametrize("role", ["terms", "near", "weak", "passing"])
def test_pair_plays_the_role_that_it_stands_under(role: str) -> None:
    fields: Any = {role: {"en": ["{police} ~4 {beating}"]}}
    expected = {"weak": None, "passing": Relation.MENTION}.get(role, Relation.SUBJECT)
    assert relation("police beat him", rules=BEATING, **fields) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "police beat him", True),
        ("fr", "des policiers l'ont frappé", True),
        ("zh", "警察殴打他", True),
        ("fr", "police beat him", False),
        ("en", "policiers frappent", False),
        ("", "policiers frappent", True),
        ("de", "police beat him", False),
    ],
)
def test_pair_under_any_looks_in_the_language_of_the_text(
    language: str, text: str, expected: bool
) -> None:
    fields: Any = {"near": {"any": ["{police} ~4 {beating}"]}}
    assert bool(relation(text, language=language, rules=BEATING, **fields)) is expected


def test_pair_of_a_language_takes_that_part_of_a_list() -> None:
    fields: Any = {"near": {"fr": ["{police} ~4 {beating}"]}}
    assert relation("policiers frappent", language="fr", rules=BEATING, **fields)
    assert not relation("police beat", language="en", rules=BEATING, **fields)


def test_list_alone_finds_each_of_its_words_as_one_term() -> None:
    fields: Any = {"rules": BEATING, "weak": {"any": ["{police}"]}}
    assert relation("", title="Un policier parle", language="fr", **fields) is Relation.SUBJECT
    assert relation("Police and officers.", **fields) is Relation.MENTION, "one term, twice"
    assert relation("", title="Un policier parle", language="de", **fields) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Police spoke.", Relation.MENTION), ("Officers sang.", Relation.MENTION), ("Sang.", None)],
)
def test_word_may_be_weak_and_passing(text: str, expected: Relation | None) -> None:
    both: Any = {"any": ["{police}"]}
    assert relation(text, rules=BEATING, weak=both, passing=both) is expected
    about = expected and Relation.SUBJECT
    assert relation("", title=text, rules=BEATING, weak=both, passing=both) is about


def test_pair_counts_two_chinese_characters_as_a_word() -> None:
    fields: Any = {"language": "zh", "rules": BEATING, "near": {"any": ["{police} ~4 {beating}"]}}
    assert relation("警察" + "一" * 8 + "殴打", **fields)
    assert not relation("警察" + "一" * 9 + "殴打", **fields)


def test_pair_does_not_join_a_phrase_with_itself() -> None:
    assert not relation("police", near={"en": ["police ~4 police"]})
    assert relation("police and police", near={"en": ["police ~4 police"]})


def test_pair_looks_past_what_overlaps_a_side() -> None:
    assert not relation("a mass arrest", near={"en": ["arrest* ~3 mass arrest*"]})
    fields: Any = {"near": {"en": ["mass|mass arrest* ~3 arrest*"]}}
    assert relation("arrests, then a mass arrest", **fields)
    assert relation("a mass arrest, then arrests", **fields)


# Masks and guards


def test_mask_blanks_what_it_covers_and_does_not_veto() -> None:
    fields: Any = {"terms": {"en": ["torture*"]}, "mask": ("torture test*",)}
    assert relation("A torture test.", **fields) is None
    assert relation("A torture test beside torture.", **fields)


def test_mask_blanks_sides_of_pairs() -> None:
    fields: Any = {"near": {"en": ["police ~6 shot*"]}, "mask": ("shot put", "police academy")}
    assert relation("Police won the shot put.", **fields) is None
    assert relation("At the police academy he was shot.", **fields) is None
    assert relation("Police won the shot put, then shot him.", **fields)


def test_mask_blanks_guards_too() -> None:
    fields: Any = {"terms": {"en": ["emergency"]}, "mask": ("flood of *tears", "flood of tears")}
    assert relation("An emergency, a flood.", veto_near=("flood",), **fields) is None
    assert relation("An emergency, a flood of tears.", veto_near=("flood",), **fields)
    needs: Any = {"need_near": {"emergency": ["flood"]}}
    assert relation("An emergency, a flood of tears.", **needs, **fields) is None


def test_mask_is_of_any_language() -> None:
    fields: Any = {"terms": {"fr": ["peine"]}, "mask": ("à peine",)}
    assert relation("il est à peine arrivé", language="fr", **fields) is None


@pytest.mark.parametrize(("words", "vetoed"), [(7, True), (8, False)])
def test_veto_near_reaches_eight_words_to_either_side(words: int, vetoed: bool) -> None:
    fields: Any = {"terms": {"en": ["emergency"]}, "veto_near": ("flood*",)}
    between = " ".join(["word"] * words)
    for text in (f"emergency {between} flooded", f"flooded {between} emergency"):
        assert (relation(text, **fields) is None) is vetoed


@pytest.mark.parametrize(("words", "counts"), [(11, True), (12, False)])
def test_need_near_reaches_twelve_words_to_either_side(words: int, counts: bool) -> None:
    fields: Any = {"terms": {"en": ["executed"]}, "need_near": {"executed": ["hang*"]}}
    between = " ".join(["word"] * words)
    for text in (f"executed {between} hanged", f"hanged {between} executed"):
        assert bool(relation(text, **fields)) is counts


def test_need_near_binds_only_its_own_term() -> None:
    fields: Any = {"terms": {"en": ["executed", "gallows"]}, "need_near": {"executed": ["hang*"]}}
    assert relation("the gallows", **fields)
    assert relation("executed", **fields) is None


def test_mention_only_names_hold_terms_that_only_mention() -> None:
    fields: Any = {"terms": {"en": ["torture"]}, "mention_only": ("Committee against Torture",)}
    body = "The Committee against Torture met. " * 5
    assert relation(body, title="Committee against Torture", **fields) is Relation.MENTION
    assert relation(body + "Torture.", title="", **fields) is Relation.SUBJECT


def test_mention_only_names_leave_alone_what_only_touches_them() -> None:
    fields: Any = {
        "terms": {"en": ["torture report*"]},
        "mention_only": ("Committee against Torture",),
    }
    assert relation("The Committee against Torture reports.", **fields) is Relation.SUBJECT
