"""Countries and places, trap by trap and language by language. Every sentence is invented."""

import pytest

from hrwatch.model.tags import Field, Kind, Relation, Tag
from hrwatch.stages.tag.countries import CountryTagger
from hrwatch.stages.tag.gazetteer import Gazetteer
from hrwatch.stages.tag.tokens import tokenise

TAGGER = CountryTagger(Gazetteer())


def tags(text: str, title: str = "", language: str = "en") -> tuple[Tag, ...]:
    return TAGGER.tag(tokenise(title), tokenise(text), language)


def values(
    text: str,
    title: str = "",
    language: str = "en",
    kind: Kind = Kind.COUNTRY,
    relation: Relation | None = None,
) -> set[str]:
    return {
        tag.value
        for tag in tags(text, title, language)
        if tag.kind is kind and relation in {None, tag.relation}
    }


ENGLISH = [
    # Names, peoples, towns, and what stands for a country.
    ("Police in Belarus beat two students.", {"BY"}),
    ("Belarusians left the country.", {"BY"}),
    ("A judge in Minsk jailed her for a song.", {"BY"}),
    ("Prisoners in Evin went on hunger strike.", {"IR"}),
    ("The U.S. closed its camp; the US army left.", {"US"}),
    ("The UK, the UAE and DR Congo abstained.", {"GB", "AE", "CD"}),
    ("Burma, or Myanmar, and Türkiye, or Turkey.", {"MM", "TR"}),
    ("Swaziland became Eswatini.", {"SZ"}),
    ("Côte d’Ivoire and Cote d'Ivoire are one.", {"CI"}),
    # The longest name wins, and blanks what it holds.
    ("Villages burned in South Sudan.", {"SS"}),
    ("The South Sudanese army marched.", {"SS"}),
    ("A mine in Papua New Guinea closed.", {"PG"}),
    ("Opposition in Equatorial Guinea and Guinea-Bissau.", {"GQ", "GW"}),
    ("A ranger in New Mexico.", {"US"}),
    ("Oil in the Niger Delta.", {"NG"}),
    ("Elections in North Macedonia.", {"MK"}),
    ("A vote in American Samoa.", {"AS"}),
    ("Herders of Inner Mongolia.", {"CN"}),
    ("Voters in the Dominican Republic.", {"DO"}),
    ("Jets of the Republic of China.", {"TW"}),
    ("A Bosnian Serb leader spoke.", {"BA"}),
    ("Somaliland voted.", {"SO"}),
    # Names that are something else.
    ("Michael Jordan and Jordan Smith play.", set()),
    ("A strike in Jordan ended.", {"JO"}),
    ("In Jordan, a strike. Jordan said so.", {"JO"}),
    ("Fish die in the Jordan River.", set()),
    ("Chad Miller sang.", set()),
    ("They crossed from Darfur into Chad.", {"SD", "TD"}),
    ("They ate turkey; the Turkey was roast, for Thanksgiving.", set()),
    ("Guinea pigs and the guinea worm.", set()),
    ("A peach farm near Atlanta, Georgia.", {"US"}),
    ("Crowds in Tbilisi, Georgia.", {"GE"}),
    ("Georgia on my mind.", set()),
    ("A Roman woman met Omani men.", {"OM"}),
    ("A Somali in Malibu.", {"SO"}),
    ("A family reunion in a jersey.", set()),
    ("The English language, taught in English.", set()),
    ("An Anglophone woman from Dominica, no Dominican.", {"DM"}),
    ("Rebels took Goma in Congo.", {"CD"}),
    ("A bridge in Brazzaville, Congo.", {"CG"}),
    ("Police in Birmingham, Ala., and Moscow, Idaho.", {"US"}),
    ("Officers in Elgin, Ill., met.", {"US"}),
    ("She is an MD; his PA fell Ill, and <VLOF.PA> fell.", set()),
    # Pronouns and codes.
    ("Tell us; let us go.", set()),
    ("The fighters (IS), an office (AI), a note (PS), SA and IN.", set()),
    ("TELL US WHY THEY LEFT US THERE", set()),
    # Organisations, papers, conventions, seas.
    ("The Washington Post spoke with a nurse in Egypt.", {"EG"}),
    ("Amnesty Canada wrote on Vietnam.", {"VN"}),
    ("Amnesty International Kenya wrote on Vietnam.", {"VN"}),
    ("The Times of India cited a judge in Nepal.", {"NP"}),
    ("Voice of America broadcast to Laos.", {"LA"}),
    ("The Geneva Conventions bind Yemen.", {"YE"}),
    ("The Istanbul Convention, the Rome Statute, the Paris Agreement.", set()),
    ("The court in The Hague heard a witness.", set()),
    ("The Inter-American Court ruled on Latin America.", set()),
    ("Boats in the Indian Ocean and the South China Sea.", set()),
    ("Swiss police in Geneva.", {"CH"}),
    # Datelines.
    ("OTTAWA - Chinese officials took a lawyer.", {"CN"}),
    ("(Beirut) – Syrian guards beat him.", {"SY"}),
    ("GENEVA (12 November 2026) – Experts urged Chile to act.", {"CL"}),
    ("NAIROBI (Wire) - A judge in Uganda freed her.", {"UG"}),
    ("MINSK - A judge freed her.", {"BY"}),
    ("(London) – A judge freed her.", set()),
]


@pytest.mark.parametrize(("text", "expected"), ENGLISH)
def test_countries_of_an_english_text(text: str, expected: set[str]) -> None:
    assert values(text) == expected


OTHERS = [
    ("fr", "Des policiers biélorusses ont battu un étudiant à Minsk.", {"BY"}),
    ("fr", "Un juge nigérien à Niamey.", {"NE"}),
    ("fr", "Un juge nigérian.", {"NG"}),
    ("fr", "En Guyane, une mine ; au Guyana, une autre.", {"GF", "GY"}),
    ("fr", "La liberté de réunion. Réunion du conseil. La réunion dure.", set()),
    ("fr", "À La Réunion, une grève.", {"RE"}),
    ("fr", "L’Ukraine et la Côte d’Ivoire.", {"UA", "CI"}),
    ("fr", "Les conventions de Genève et l’Amérique latine.", set()),
    ("fr", "Un cochon d’Inde.", set()),
    ("es", "La policía mexicana detuvo a dos maestros en Oaxaca.", {"MX"}),
    ("es", "El Estado de México busca a sus desaparecidos.", {"MX"}),
    ("es", "Un juez de Nuevo México.", {"US"}),
    ("es", "La Corte Interamericana y América Latina.", set()),
    ("es", "Dos periodistas rusas y un médico sirio.", {"RU", "SY"}),
    ("es", "EE.UU. y Corea del Norte.", {"US", "KP"}),
    ("es", "Granada tiene una Alhambra en Andalucía.", {"ES"}),
    ("es", "El presidente de Granada.", set()),
    ("pt", "A polícia brasileira matou um jovem.", {"BR"}),
    ("pt", "Na Guiné-Bissau e em Moçambique.", {"GW", "MZ"}),
    ("pt", "Dois jornalistas angolanos no Irão e no Irã.", {"AO", "IR"}),
    ("pt", "A América do Sul e o Oceano Índico.", set()),
    ("de", "Russlands Polizei und die belarussische Opposition.", {"RU", "BY"}),
    ("de", "In den Vereinigten Staaten und in der Türkei.", {"US", "TR"}),
    ("de", "Meerschweinchen in Lateinamerika.", set()),
    ("de", "Ein Gericht in Den Haag, auf Deutsch.", set()),
    ("ru", "Полиция Беларуси задержала журналистку.", {"BY"}),
    ("ru", "Белорусские и российские чиновники.", {"BY", "RU"}),
    ("ru", "В Грузии и в Иордании, с Украиной.", {"GE", "JO", "UA"}),
    ("ru", "Того же мнения эксперты в Латинской Америке.", set()),
    ("ru", "В США и в Саудовской Аравии.", {"US", "SA"}),
    ("ru", "Русский язык и морские свинки.", set()),
    ("ru", "Суд в Грозном, столице Чечни.", {"RU"}),
    ("uk", "Поліція Білорусі побила студентів.", {"BY"}),
    ("uk", "Російські солдати у Криму.", {"RU", "UA"}),
    ("uk", "У Великій Британії та Сполучених Штатах.", {"GB", "US"}),
    ("uk", "Того дня читали українською.", set()),
    ("be", "У Беларусі, у Гомелі, судзілі журналістку.", {"BY"}),
    ("be", "Расійскія войскі ва Украіне.", {"RU", "UA"}),
    ("be", "Палякі і літоўскія суддзі.", {"PL", "LT"}),
    ("be", "На беларускай мове.", set()),
    ("pl", "Białoruska policja zatrzymała dziennikarza w Mińsku.", {"BY"}),
    ("pl", "W Rosji, na Ukrainie i w Niemczech.", {"RU", "UA", "DE"}),
    ("pl", "Stany Zjednoczone i Wielka Brytania.", {"US", "GB"}),
    ("pl", "Świnki morskie w Ameryce Łacińskiej.", set()),
    ("tr", "Türkiye'de gazeteciler gözaltına alındı.", {"TR"}),
    ("tr", "İran'da idam, IRAK'ta af.", {"IR", "IQ"}),
    ("tr", "Belaruslu bir öğrenci.", {"BY"}),
    ("tr", "Mali destek ve Hint Okyanusu.", set()),
    ("tr", "ABD ve Rusya görüştü.", {"US", "RU"}),
    ("ar", "اعتقلت الشرطة في الأردن طالبا.", {"JO"}),
    ("ar", "وبالأردن طلاب سودانيون.", {"JO", "SD"}),
    ("ar", "وافق جنوب السودان.", {"SS"}),
    ("ar", "الدعم المالي للأسر على نهر الأردن.", set()),
    ("ar", "النيجر ونيجيريا.", {"NE", "NG"}),
    ("ar", "محكمة روسية في بيلاروسيا.", {"RU", "BY"}),
    ("ar", "العاصمة عمان في الأردن.", {"JO"}),
    ("fa", "نیروهای امنیتی ایران در تهران.", {"IR"}),
    ("fa", "زندانی در اوین ماند.", {"IR"}),
    ("fa", "کمک مالی در خلیج فارس.", set()),
    ("fa", "سربازان روسی در اوکراین.", {"RU", "UA"}),
    ("fa", "دادگاهی در بلاروس.", {"BY"}),
    ("zh", "北京警方带走了一名律师。", {"CN"}),
    ("zh", "香港法院判他入狱。", {"HK"}),
    ("zh", "印度尼西亚渔民在印度洋。", {"ID"}),
    ("zh", "马里兰州的法官。", {"US"}),
    ("zh", "白俄罗斯和北爱尔兰。", {"BY", "GB"}),
    ("zh", "中美会谈。", {"CN", "US"}),
    ("hu", "Ukrajnában és Belaruszban.", {"UA", "BY"}),
    ("fi", "Venäjällä ja Ukrainassa.", {"RU", "UA"}),
    ("ko", "우크라이나에서 온 학생.", {"UA"}),
    ("sw", "Polisi nchini Kenya na Uganda.", {"KE", "UG"}),
    ("xx", "A text in no language we know, from Kenya.", {"KE"}),
    ("", "Полиция Беларуси. Police in Kenya. La policía de España.", {"BY", "KE", "ES"}),
]


@pytest.mark.parametrize(("language", "text", "expected"), OTHERS)
def test_countries_of_a_text_in_another_language(
    language: str, text: str, expected: set[str]
) -> None:
    assert values(text, language=language) == expected


@pytest.mark.parametrize(
    ("text", "places", "countries"),
    [
        ("Uyghurs are held in Xinjiang.", {"CN-XJ"}, {"CN"}),
        ("Soldiers in Crimea searched homes.", {"UA-43"}, {"UA"}),
        ("The Rohingya left Rakhine.", {"MM-16"}, {"MM"}),
        ("Homes burned in Chin State.", {"MM-14"}, {"MM"}),
        ("Nurses in the Gaza Strip.", {"PS-GAZA"}, {"PS"}),
        ("Farmers of the West Bank.", {"PS-WB"}, {"PS"}),
        ("A march in Belfast, Northern Ireland.", {"GB-NIR"}, {"GB"}),
        ("Karen has a strong chin; Shan agrees.", set(), set()),
        ("A poet of Kashmir.", {"KASHMIR"}, {"IN", "PK"}),
        ("A poet of Kurdistan.", {"KURDISTAN"}, set()),
        ("Police in Hong Kong.", set(), {"HK"}),
        ("Police in Puerto Rico.", set(), {"PR"}),
        ("Police in Western Sahara.", set(), {"EH"}),
        ("Police in Taiwan and Kosovo.", set(), {"TW", "XK"}),
    ],
)
def test_places_bring_their_country_and_territories_stand_alone(
    text: str, places: set[str], countries: set[str]
) -> None:
    assert values(text, kind=Kind.PLACE) == places
    assert values(text) == countries


LONG = "The students were held for a week and then went home to their families. " * 10


@pytest.mark.parametrize(
    ("title", "text", "subjects", "mentions"),
    [
        ("Belarus jails a singer", LONG, {"BY"}, set()),
        ("", "Belarus jailed her. " + LONG + "She once saw Norway.", {"BY"}, {"NO"}),
        ("", LONG + "Norway was named once.", set(), {"NO"}),
        ("", LONG + "Norway was named, and Norway again.", {"NO"}, set()),
        ("Kenya and Uganda quarrel", LONG, {"KE", "UG"}, set()),
        ("", "Jerusalem is old.", set(), {"IL", "PS"}),
        ("", "The vote in Brussels and Geneva.", set(), {"BE", "CH"}),
        ("", "Experts in Geneva and Belgian police in Brussels.", {"BE"}, {"CH"}),
        ("", "The fund in Belarus got 5 million U.S. dollars.", {"BY"}, {"US"}),
        ("", "Police in Belarus, as a British newspaper wrote.", {"BY"}, {"GB"}),
        ("", "It costs 5 million U.S. dollars.", {"US"}, set()),
        ("Saudi crown prince in Oman", LONG, {"SA", "OM"}, set()),
        ("Norway condemns arrests in Belarus", LONG, {"BY"}, {"NO"}),
        (
            "",
            "Belarus lost the vote. Police of Belarus smiled. Chile, Peru and Cuba voted against.",
            {"BY"},
            {"CL", "PE", "CU"},
        ),
        ("", "Protests spread in Chile, Peru and Cuba.", {"CL", "PE", "CU"}, set()),
        ("Bank of Ireland fined", LONG, {"IE"}, set()),
        ("Belarus jails a singer", "Norway protested. Norway. " * 9, {"BY", "NO"}, set()),
        ("", "MINSK, March 2 - " + "Ukraine closed a road. " * 9, {"BY", "UA"}, set()),
        ("", "Belarus. " + LONG + "It is far from Oslo, Norway.", {"BY"}, {"NO"}),
        ("", "Congo is wide.", set(), {"CD", "CG"}),
        ("", "Congo is wide; Kinshasa is near.", {"CD"}, set()),
    ],
)
def test_relation_tells_subject_from_mention(
    title: str, text: str, subjects: set[str], mentions: set[str]
) -> None:
    assert values(text, title, relation=Relation.SUBJECT) == subjects
    assert values(text, title, relation=Relation.MENTION) == mentions


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Jordan Jails Critic", {"JO"}),
        ("Protests Spread in Jordan Over Prices", {"JO"}),
        ("Michael Jordan Opens Clinic", set()),
        ("How Jordan Treats Refugees", {"JO"}),
        ("Troops Cross Into Chad Again", {"TD"}),
    ],
)
def test_given_names_in_a_capitalised_title_are_told_apart(title: str, expected: set[str]) -> None:
    assert values("", title) == expected


def test_tags_come_heaviest_first_and_tell_their_words() -> None:
    first, second = tags("In Kenya, and Kenyans, and Uganda.", "Kenya")
    assert [first.value, second.value] == ["KE", "UG"]
    assert [(e.field, e.found, e.offset) for e in first.evidence] == [
        (Field.TITLE, "Kenya", 0),
        (Field.TEXT, "Kenya", 3),
        (Field.TEXT, "Kenyans", 14),
    ]
    assert first.evidence[0].rule == "gazetteer:name"
    assert first.evidence[2].term == "Kenyan"


def test_tags_of_many_names_keep_a_few_of_their_words() -> None:
    (tag,) = tags("Kenya. " * 1000)
    assert len(tag.evidence) == 5


@pytest.mark.parametrize(
    ("publisher", "expected"),
    [("The Nairobi Courier", {"UG"}), ("", {"KE", "UG"}), ("Kenya", {"KE", "UG"})],
)
def test_the_publisher_is_never_the_topic(publisher: str, expected: set[str]) -> None:
    title, text = "Uganda jails a singer | The Nairobi Courier", "The Nairobi Courier met her."
    found = TAGGER.tag(tokenise(title), tokenise(text), "en", publisher=publisher)
    assert {tag.value for tag in found if tag.kind is Kind.COUNTRY} == expected


@pytest.mark.parametrize(
    ("language", "title", "text", "countries", "places"),
    [
        (
            "en",
            "Russian guards beat prisoner in Crimea",
            "Russian guards beat a teacher in Simferopol, her lawyer said.",
            {"RU", "UA"},
            {"UA-43"},
        ),
        (
            "en",
            "Australia keeps refugees on Nauru",
            "Ninety people are held on Nauru. Doctors wrote to Australian officials.",
            {"AU", "NR"},
            set(),
        ),
        (
            "en",
            "Five men still held at Guantánamo",
            "The US army holds five men at Guantánamo Bay.",
            {"US"},
            {"US-GTMO"},
        ),
        (
            "en",
            "Morocco jails Sahrawi activist",
            "A Moroccan court in Laayoune in Western Sahara jailed a teacher.",
            {"MA", "EH"},
            set(),
        ),
        (
            "en",
            "Hong Kong jails editor",
            "A court used a law that China imposed. Chinese officials praised Hong Kong.",
            {"HK", "CN"},
            set(),
        ),
        (
            "ru",
            "Суд в Крыму оштрафовал журналиста",
            "Российский суд в Симферополе оштрафовал журналиста.",
            {"RU", "UA"},
            {"UA-43"},
        ),
        (
            "fr",
            "Le Maroc juge un militant sahraoui",
            "Un tribunal marocain a jugé un militant du Sahara occidental.",
            {"MA", "EH"},
            set(),
        ),
        (
            "zh",
            "新疆维吾尔诗人被捕",
            "中国警方在乌鲁木齐逮捕了一名诗人。",
            {"CN"},
            {"CN-XJ"},
        ),
    ],
)
def test_who_acts_is_a_subject_beside_where_it_happens(
    language: str, title: str, text: str, countries: set[str], places: set[str]
) -> None:
    assert values(text, title, language, relation=Relation.SUBJECT) == countries
    assert values(text, title, language, Kind.PLACE, Relation.SUBJECT) == places
