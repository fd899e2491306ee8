"""What publisher and operator say of a text beside its words. Every sentence is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.model.tags import Cues, Field, Keyword, Kind, Relation, Rules, Tag
from hrwatch.stages.tag import Tagger

RULES = Rules(
    keywords=(
        Keyword(
            id="torture",
            label="Torture and other ill-treatment",
            terms=(("en", ("torture*", "electric shocks")), ("es", ("tortura*",))),
            weak=(("en", ("beaten",)),),
        ),
        Keyword(id="death-penalty", label="Death penalty", terms=(("en", ("executions",)),)),
    )
)
TAGGER = Tagger(RULES)
TRUSTED = Cues(trust_categories=True)


def subjects(tags: tuple[Tag, ...]) -> set[str]:
    return {tag.value for tag in tags if tag.relation is Relation.SUBJECT}


@pytest.mark.parametrize(
    ("category", "language", "said"),
    [
        ("Peru", "en", {"PE"}),
        ("PERU", "en", {"PE"}),
        ("Bielorrusia", "es", {"BY"}),
        ("Belarus", "es", {"BY"}),
        ("Côte d'Ivoire", "fr", {"CI"}),
        ("Беларусь", "ru", {"BY"}),
        ("Georgia", "en", {"GE"}),
        ("Xinjiang", "en", {"CN", "CN-XJ"}),
        ("Hong Kong", "en", {"HK"}),
        ("Iran (Islamic Republic of)", "en", {"IR"}),
        ("Sudan (South)", "en", {"SS"}),
        ("Guinea, Equatorial", "en", {"GQ"}),
        ("Congo (the Democratic Republic of the)", "en", {"CD"}),
        ("Korea, Republic of", "en", {"KR"}),
        ("The Gambia", "en", {"GM"}),
        ("UK", "en", {"GB"}),
        ("uk", "en", set()),
        ("Death Penalty", "en", {"death-penalty"}),
        ("death penalty", "fr", {"death-penalty"}),
        ("Torture and other ill-treatment", "en", {"torture"}),
        ("Electric shocks", "en", {"torture"}),
        ("Tortura", "es", {"torture"}),
        ("Peru, Chile; torture", "en", {"PE", "CL", "torture"}),
        ("News > Peru", "en", {"PE"}),
        ("Europe and Central Asia", "en", set()),
        ("Belarusian", "en", set()),
        ("Chad Smith", "en", set()),
        ("Amnesty Canada", "en", set()),
        ("The end of torture in sight", "en", set()),
        ("Beaten", "en", set()),
        ("Congo", "en", set()),
        ("Congo (DRC)", "en", {"CD"}),
        ("Georgia (US)", "en", {"US"}),
        ("Georgia (U.S. state)", "en", {"US"}),
        ("Georgia (state)", "en", {"US"}),
        ("Georgia, USA", "en", {"US"}),
        ("U.S. - Georgia", "en", {"US"}),
        ("Atlanta, Georgia", "en", {"US"}),
        ("Géorgie (États-Unis)", "fr", {"US"}),
        ("Georgia (country)", "en", {"GE"}),
        ("Tbilisi, Georgia", "en", {"GE"}),
        ("Georgia, Peru", "en", {"GE", "PE"}),
        ("Armenia, Georgia, USA", "en", {"AM", "GE", "US"}),
        ("Lebanon (US)", "en", {"US"}),
        ("Lebanon, Ohio", "en", {"US"}),
        ("Lebanon, Pa.", "en", {"US"}),
        ("Lebanon, USA", "en", {"LB", "US"}),
        ("Peru, Indiana", "en", {"US"}),
        ("Palestine, Texas", "en", {"US"}),
        ("Palestine (Israel)", "en", {"PS"}),
        ("Cuba (Missouri)", "en", {"US"}),
        ("Cuba, Florida", "en", {"CU"}),
        ("Gaza (Mozambique)", "en", {"MZ"}),
        ("Gaza, Egypt", "en", {"PS", "PS-GAZA", "EG"}),
        ("Macedonia (Greece)", "en", {"GR"}),
        ("Guinea, Equatorial Guinea", "en", {"GN", "GQ"}),
        ("Guinea (Bissau)", "en", {"GW"}),
        ("Papua, Papua New Guinea", "en", {"ID", "ID-PAPUA", "PG"}),
        ("Virgin Islands (US)", "en", {"VI"}),
        ("Taiwan (China)", "en", {"TW"}),
        ("Kosovo (Serbia)", "en", {"XK"}),
        ("News", "en", set()),
        ("", "en", set()),
    ],
)
def test_tag_trusted_category_that_is_a_name_is_a_subject(
    category: str, language: str, said: set[str]
) -> None:
    assert subjects(TAGGER.tag("A report", "It is long.", language, (category,), TRUSTED)) == said


def test_tag_category_nobody_trusts_says_nothing() -> None:
    plain = TAGGER.tag("A report", "It is long.", "en")
    assert TAGGER.tag("A report", "It is long.", "en", ("Peru", "Torture"), Cues()) == plain


def test_tag_category_means_what_the_operator_says() -> None:
    cues = Cues(
        categories=(
            ("Prisons & Policing", ("torture", "death-penalty")),
            ("OPT", ("IL", "PS")),
            ("Uyghurs", ("CN-XJ",)),
        )
    )
    found = TAGGER.tag("A report", "", "en", ("prisons and  POLICING", "Peru"), cues)
    assert subjects(found) == set()
    found = TAGGER.tag("A report", "", "en", ("PRISONS & policing", "opt", "Uyghurs"), cues)
    assert subjects(found) == {"torture", "death-penalty", "IL", "PS", "CN", "CN-XJ"}


def test_tag_category_the_operator_empties_says_nothing_though_others_are_trusted() -> None:
    cues = Cues(trust_categories=True, categories=(("Georgia", ()),))
    assert subjects(TAGGER.tag("A report", "", "en", ("Georgia", "Peru"), cues)) == {"PE"}


@pytest.mark.parametrize(
    ("countries", "said"),
    [((), "GE"), (("US",), "US"), (("GE",), "GE"), (("US", "GE"), "GE"), (("BY",), "GE")],
)
def test_tag_category_of_an_ambiguous_name_is_what_its_feed_mostly_writes_about(
    countries: tuple[str, ...], said: str
) -> None:
    cues = Cues(trust_categories=True, countries=countries)
    assert subjects(TAGGER.tag("A report", "It is long.", "en", ("Georgia",), cues)) == {said}


@pytest.mark.parametrize(
    ("category", "said"),
    [
        ("Georgia (country)", "GE"),
        ("Georgia (Republic)", "GE"),
        ("Georgia (EU)", "GE"),
        ("Georgia (Iran)", "GE"),
        ("Georgia (Brussels)", "US"),  # a town may lie in the state as well
        ("Georgia (state)", "US"),
        ("Georgia (country music)", "US"),
        ("Congo (Rwanda)", "CD"),  # without a country of its own it is what the feed writes about
    ],
)
def test_tag_category_whose_brackets_speak_of_a_country_is_no_state_in_a_feed_on_states(
    category: str, said: str
) -> None:
    cues = Cues(trust_categories=True, countries=("US", "CD"))
    assert subjects(TAGGER.tag("A report", "It is long.", "en", (category,), cues)) == {said}


def test_tag_category_stands_as_evidence_with_its_place_in_the_list() -> None:
    (tag,) = TAGGER.tag("A report", "", "en", ("News", "Peru"), TRUSTED)
    (evidence,) = tag.evidence
    assert (tag.kind, evidence.rule, evidence.term) == (Kind.COUNTRY, "feed:category", "Peru")
    assert (evidence.field, evidence.offset, evidence.found) == (Field.CATEGORIES, 1, "Peru")


def test_tag_category_makes_a_subject_of_what_the_text_only_mentions() -> None:
    text = "A court in Poland heard the case. " * 20 + "Peru was named once."
    without = TAGGER.tag("A case in Poland", text, "en")
    assert {(tag.value, tag.relation) for tag in without} == {
        ("PL", Relation.SUBJECT),
        ("PE", Relation.MENTION),
    }
    tags = TAGGER.tag("A case in Poland", text, "en", ("Peru", "Poland"), TRUSTED)
    assert [(tag.value, tag.relation) for tag in tags] == [
        ("PL", Relation.SUBJECT),
        ("PE", Relation.SUBJECT),
    ]
    fields = {tag.value: [evidence.field for evidence in tag.evidence] for tag in tags}
    assert fields["PE"] == [Field.CATEGORIES, Field.TEXT]
    assert (fields["PL"][0], fields["PL"][-1]) == (Field.TITLE, Field.CATEGORIES)


BELARUS, GEORGIA = Cues(countries=("BY",)), Cues(countries=("GE",))
OPEN = {
    "en": ("Activist sentenced", "The court sentenced her to five years in a penal colony."),
    "fr": ("Une militante condamnée", "Le tribunal l'a condamnée à cinq ans de prison."),
    "es": ("Condenan a una activista", "La fiscalía pidió cinco años de cárcel."),
    "pt": ("Ativista condenada", "O tribunal condenou-a; a polícia nada disse."),
    "de": ("Aktivistin verurteilt", "Das Gericht verurteilte sie; die Polizei schwieg."),
    "ru": ("Активистку осудили", "Районный суд приговорил её к пяти годам колонии."),
    "uk": ("Активістку засудили", "Суд призначив їй п'ять років в'язниці."),
    "be": ("Актывістку асудзілі", "Суд прызначыў ёй пяць гадоў калоніі."),
    "pl": ("Aktywistka skazana", "Sąd skazał ją na pięć lat; policja milczy."),
    "tr": ("Aktivist mahkûm", "Mahkeme onu beş yıl hapse mahkûm etti, polis sustu."),
    "ar": ("الحكم على ناشطة", "حكمت المحكمة عليها بالسجن خمس سنوات."),
    "fa": ("محکومیت یک فعال", "دادگاه او را به پنج سال زندان محکوم کرد."),
    "zh": ("活动人士被判刑", "法院判处她五年有期徒刑。"),
}


@pytest.mark.parametrize("language", OPEN)
def test_tag_text_that_names_no_country_speaks_of_the_feeds(language: str) -> None:
    title, text = OPEN[language]
    assert subjects(TAGGER.tag(title, text, language, (), Cues())) == set()
    (tag,) = [
        tag for tag in TAGGER.tag(title, text, language, (), BELARUS) if tag.kind is Kind.COUNTRY
    ]
    assert (tag.value, tag.relation) == ("BY", Relation.SUBJECT)
    for evidence in tag.evidence:
        assert evidence.rule == "feed:focus"
        written = title if evidence.field is Field.TITLE else text
        assert written[evidence.offset :].startswith(evidence.found)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Poland closes its border", "The court in Warsaw will hear the case; police watch."),
        ("A new book", "It is about the sea, and about nothing else."),
        ("A warrant", "The International Criminal Court issued a warrant on Monday."),
        ("On capital punishment", "A history of an idea."),
        ("", ""),
    ],
)
def test_tag_focus_never_stands_by_itself_or_beside_a_named_country(title: str, text: str) -> None:
    without = TAGGER.tag(title, text, "en")
    assert TAGGER.tag(title, text, "en", (), BELARUS) == without
    assert "BY" not in subjects(without)


def test_tag_focus_of_several_countries_leaves_open_which() -> None:
    title, text = OPEN["en"]
    found = TAGGER.tag(title, text, "en", (), Cues(countries=("GE", "AM")))
    assert [tag for tag in found if tag.kind is Kind.COUNTRY] == []


@pytest.mark.parametrize(
    ("title", "text", "cues", "said"),
    [
        ("Protest in Georgia", "They marched in Georgia on Sunday.", Cues(), set()),
        ("Protest in Georgia", "They marched in Georgia on Sunday.", GEORGIA, {"GE"}),
        ("Protest in Georgia", "They marched in Georgia.", Cues(countries=("GE", "AM")), {"GE"}),
        ("Protest in Georgia", "They marched in Georgia, in Atlanta.", GEORGIA, {"US"}),
        ("Protest in Georgia", "They marched in Georgia on Sunday.", BELARUS, set()),
        ("War in Congo", "Congo saw two more attacks.", Cues(countries=("CG",)), {"CG"}),
        ("War in Congo", "Attacks in Kivu, in the east of Congo.", Cues(countries=("CG",)), {"CD"}),
    ],
)
def test_tag_focus_decides_an_ambiguous_name_where_the_text_does_not(
    title: str, text: str, cues: Cues, said: set[str]
) -> None:
    countries = TAGGER.tag(title, text, "en", (), cues)
    assert subjects(countries) == said
    if said == {"GE"} and cues is GEORGIA:
        assert {evidence.rule for evidence in countries[0].evidence} == {"feed:focus"}


WORDS = st.lists(
    st.sampled_from(
        ["Peru", "Georgia", "the", "court", "Poland", "torture", "Chad", "US", "Minsk", ",", "法院"]
    ),
    max_size=12,
).map(" ".join)
CATEGORIES = st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=4).map(tuple)


@given(WORDS, WORDS, CATEGORIES, st.sampled_from(["", "en", "ru", "zh"]))
def test_tag_with_categories_and_focus_keeps_every_tag_of_the_text(
    title: str, text: str, categories: tuple[str, ...], language: str
) -> None:
    plain = {(tag.kind, tag.value) for tag in TAGGER.tag(title, text, language)}
    trusted = TAGGER.tag(title, text, language, categories, TRUSTED)
    assert plain <= {(tag.kind, tag.value) for tag in trusted}
    assert len({(tag.kind, tag.value) for tag in trusted}) == len(trusted)
    for tag in trusted:
        assert 0 < len(tag.evidence) <= 5
        for evidence in tag.evidence:
            if evidence.field is Field.CATEGORIES:
                assert categories[evidence.offset] == evidence.found
