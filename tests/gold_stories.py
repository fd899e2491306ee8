"""The situation of a whole digest: what eleven invented publishers said of torture in three
countries within a few days of November 2026. Nothing of it happened, and nobody in it exists."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026, in UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One article of one publisher."""

    key: str
    feed: str
    language: str
    title: str
    paragraphs: tuple[str, ...]
    seen: datetime  # the poll that finds it
    published: datetime | None = None  # as its feed says
    dated: str = ""  # as its feed says, where that is no moment
    in_other_languages: dict[str, str] = field(default_factory=dict)  # language → key


_FREED = (
    "Nine people who left the remand prison in Minsk this autumn have told researchers that guards "
    "tortured them there, and that no doctor was called for any of them in all those weeks.",
    "They spoke one by one, in different towns, and their accounts of a cellar with a green door "
    "agree in every detail that could be compared, down to the smell of paint on the stairs.",
    "Four of the nine had asked a prosecutor in Belarus to look into what was done to them. Each "
    "got the same letter of two lines, which found no ground for a case, signed by the same hand.",
    "“We do not ask for pity, we ask for a file with a number on it,” said one of them, a driver "
    "from the north who has not been able to lift his left arm since the second week of August.",
    "The house of detention has stood closed to visitors from abroad for three years. The ministry "
    "did not answer the letter with the findings, which was sent to it twice before publication.",
)
_FREED_IN_ITALIAN = (
    "Nove persone uscite quest’autunno dal carcere preventivo di Minsk hanno raccontato ai "
    "ricercatori che le guardie le hanno torturate e che nessun medico fu mai chiamato per loro.",
    "Hanno parlato una alla volta, in città diverse, e i loro racconti di una cantina dalla porta "
    "verde coincidono in ogni particolare che è stato possibile mettere a confronto.",
    "Quattro di loro avevano chiesto a un procuratore in Bielorussia di indagare sulla tortura; "
    "ciascuna ha ricevuto la stessa lettera di due righe, firmata dalla stessa mano.",
)
_COLONY = (
    "Осужденный из колонии под Владимиром рассказал адвокату о пытках, которые продолжались, по "
    "его словам, четыре ночи подряд в комнате без окна за прачечной.",
    "Жалобу он написал на обороте меню и передал через соседа. Прокуратура области получила ее в "
    "начале октября, но проверка в России до сих пор не началась.",
    "Адвокат Мира Окунь видела у него следы на обоих запястьях и попросила назначить врача. Ей "
    "ответили, что врач будет в новом году, если дорогу к тому времени не занесет снегом.",
    "Начальник колонии сообщил, что сотрудники действовали по закону, а записей с камер за эти "
    "ночи нет, потому что их меняли на новые и провода лежали отдельно.",
    "Родные пишут в Москву каждую неделю и складывают ответы в коробку из-под обуви: в ней уже "
    "сорок одно письмо, и все они начинаются одинаковыми словами.",
)

STORIES = (
    Told(
        "raid",
        "rayon-listok",
        "ru",
        "Двух полицейских из Орла обвинили в пытках задержанного",
        (
            "Двум полицейским из Орла предъявили обвинение в пытках: по версии следствия, они "
            "два часа били задержанного водителя, требуя назвать имя его попутчика.",
            "Водитель провел в больнице девять дней. Суд в России оставил обоих под подпиской, и "
            "они продолжают ходить на службу в то же здание, что и раньше.",
            "Защита утверждает, что водитель упал с лестницы, которой, как показал осмотр, в этом "
            "здании нет: оно в один этаж, и вход в него с улицы.",
        ),
        seen=at(18, 3, 12),
        published=at(18, 2, 40),
    ),
    Told(
        "teacher",
        "lifeline",
        "en",
        "Case update: teacher Alena Invented held in Belarus and tortured, says her lawyer",
        (
            "The teacher Alena Invented, who taught geography in a village near Brest in Belarus, "
            "has been held for five months, and says through her lawyer that she was tortured.",
            "Her pupils drew a map of the village with her house in the middle of it, and the post "
            "office sent it back with a stamp that nobody there had seen before.",
            "Her sister Vera waits at the gate on the first Monday of each month with warm things, "
            "and is told each time that the list is closed for today.",
            "The court is to hear the matter in spring. Until then no visits are allowed, and the "
            "letters that come out have whole lines painted over in black.",
        ),
        seen=at(18, 12, 5),
        published=at(18, 11, 30),
    ),
    Told(
        "ruling",
        "casa-lince",
        "es",
        "Un tribunal de Puebla descarta una confesión arrancada bajo tortura",
        (
            "Un tribunal de Puebla descartó esta semana la confesión de un albañil porque fue "
            "arrancada bajo tortura, y ordenó investigar a los cuatro agentes que la firmaron.",
            "El hombre pasó seis años preso en México por un robo que ocurrió, según el registro "
            "de la obra, un día en que él estaba trabajando a cien kilómetros de allí.",
            "La fiscalía tiene diez días para apelar. La defensa pidió además que se repare el "
            "daño a la familia, que perdió la casa mientras esperaba la sentencia.",
        ),
        seen=at(21, 9, 40),
        dated="20/11/2026",
    ),
    Told(
        "abduction",
        "open-ledger",
        "en",
        "Russia: Look into abductions and torture in Chechnya",
        (
            "Relatives of two cousins who were taken from a bus stop in Chechnya say that both "
            "were tortured for eleven days until they put their names under forced confessions.",
            "The bus was late that morning, and seventeen people saw the car. None of them has "
            "been asked by anybody in Russia what they saw, though nine offered to tell it.",
            "The mother of the elder cousin wrote to the prosecutor in Grozny three times. The "
            "third letter came back unopened, with a note that the box was full.",
        ),
        seen=at(21, 10, 18),
        published=at(21, 10),
    ),
    Told(
        "colony",
        "strana-list",
        "ru",
        "Осужденный рассказал о пытках в колонии под Владимиром",
        _COLONY,
        seen=at(21, 11, 40),
        published=at(21, 11, 27),
    ),
    Told(
        "colony-again",
        "dozor",
        "ru",
        "Владимирская область: заключенный заявил о пытках",
        (*_COLONY[:4], "Мы следим за этим делом и расскажем, чем оно кончится."),
        seen=at(21, 13, 20),
        published=at(21, 13, 2),
    ),
    Told(
        "freed",
        "open-ledger",
        "en",
        "Belarus: People freed in Minsk tell of torture in a cellar with a green door",
        _FREED,
        seen=at(21, 14, 22),
        published=at(21, 14),
        in_other_languages={"it": "freed-in-italian"},
    ),
    Told(
        "freed-in-italian",
        "open-ledger-it",
        "it",
        "Bielorussia: chi è stato liberato a Minsk racconta la tortura",
        _FREED_IN_ITALIAN,
        seen=at(21, 15, 10),
        published=at(21, 15),
        in_other_languages={"en": "freed"},
    ),
    Told(
        "freed-again",
        "evening-post",
        "en",
        "Nine former detainees speak of a cellar under the Minsk remand prison",
        (*_FREED[:4], "The Evening Post was not able to reach the ministry in time."),
        seen=at(21, 15, 55),
        published=at(21, 15, 40),
    ),
    Told(
        "letter",
        "volny-list",
        "be",
        "Былы вязень расказаў пра катаванні ў калоніі пад Гомелем",
        (
            "Былы вязень калоніі пад Гомелем расказаў, што катаванні працягваліся тры ночы, пакуль "
            "ён не падпісаў пустую паперу, якую потым запоўнілі без яго.",
            "У Беларусі ён працаваў слесарам. Цяпер жыве за мяжой і просіць не называць яго імя, "
            "бо дома засталіся бацькі і малодшы брат, які яшчэ вучыцца.",
            "Пра тое, што было з ім, ён напісаў ліст на сямі старонках і аднёс яго ў суд горада, "
            "дзе цяпер жыве; суд прыняў ліст і даў яму нумар.",
        ),
        seen=at(21, 17, 31),
        published=at(21, 17, 12),
    ),
    Told(
        "experts",
        "assembly-press",
        "en",
        "Experts ask for a door to be opened in penal colonies",
        (
            "Three independent experts have asked Belarus to let them see the penal colonies that "
            "they have been asking to see for two years, and named five of them.",
            "They recalled that to keep a person alone for months can amount to inhuman or "
            "degrading treatment, whatever the reason that is given for it, and to torture.",
            "Belarus had said in spring that a visit would be possible in autumn. The experts had "
            "packed in September, and have now written once more to ask for a day.",
        ),
        seen=at(21, 18, 5),
        dated="2026-11-21",
    ),
    Told(
        "families",
        "hoja-suelta",
        "es",
        "Familias denuncian tortura y malos tratos en una fiscalía de Guerrero",
        (
            "Tres familias denunciaron tortura y malos tratos en los separos de la fiscalía de "
            "Guerrero, en México, donde sus hijos pasaron treinta horas. Contacto: 744 555 01 92.",
            "Los jóvenes volvían de una feria con una guitarra y dos cajas de dulces. La patrulla "
            "los detuvo en la carretera sin decir por qué y les quitó los teléfonos.",
            "Un médico anotó las lesiones en una hoja que después no apareció en el expediente. "
            "Las familias guardan una fotografía de esa hoja y piden que se busque.",
        ),
        seen=at(21, 20, 15),
        published=at(21, 20, 5).astimezone(timezone(timedelta(hours=-6))),
    ),
    Told(
        "week",
        "dozor",
        "ru",
        "Итоги недели: суды, штрафы и одно письмо из Тулы",
        (
            "За неделю суды в России оштрафовали одиннадцать человек за плакаты, а один плакат "
            "вернули владельцу, потому что на нем ничего не было написано.",
            "Из Тулы пришло письмо от библиотекаря, которая просит книги на языках, которых в "
            "городе никто не знает: она хочет, чтобы они просто стояли на полке.",
            "В Перми закрыли выставку о мостах, в Вологде открыли выставку о дверях, и на обе "
            "пришло одинаковое число посетителей, сорок два.",
            "Адвокаты напоминают, что жалобы на штрафы принимают десять дней. На горячую линию за "
            "неделю поступило триста звонков, из них два были благодарностью.",
            "Суд над садовником перенесли на декабрь: судья заболел, а другого судьи, который "
            "знает это дело, в городе нет, сообщил секретарь.",
            "Еще из новостей: фонд, который помогает тем, кто пережил пытки, переехал в новый дом "
            "и ищет человека, который умеет чинить старые двери.",
            "Дежурная группа искала водителя с машиной на субботу и нашла двух, так что в субботу "
            "поедут два водителя по очереди и с термосом.",
        ),
        seen=at(21, 21, 0),
        published=at(21, 20, 50),
    ),
)

# What becomes of two of them.
EDITED = "teacher"
EDITED_AT = at(21, 9)
WITHDRAWN = "raid"
WITHDRAWN_AT = at(20, 7)


def edited(story: Told) -> tuple[str, tuple[str, ...]]:
    """The page after its publisher took a name and a paragraph out."""
    paragraphs = (*story.paragraphs[:2], story.paragraphs[3])
    return (
        story.title.replace("Alena Invented", "A. I."),
        tuple(paragraph.replace("Alena Invented", "A. I.") for paragraph in paragraphs),
    )
