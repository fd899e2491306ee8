"""Listing pages in eight layouts and four scripts, each with what surrounds a list of news: menus,
sidebars, page numbers, footers. The news in them is invented.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape

ADDRESS = "https://www.lighthouse.example/{language}/news"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as it should be read."""

    path: str
    title: str
    day: date
    teaser: str


@dataclass(frozen=True, slots=True)
class Script:
    """What a page says in one language."""

    language: str
    direction: str
    titles: tuple[str, ...]
    teaser: str
    months: tuple[str, ...]
    day: str  # how a date is written, with {day}, {month} and {year}
    bare_day: str  # the same within a year
    read_on: str
    menu: tuple[str, ...]
    most_read: tuple[str, ...]  # its first line is the heading
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page, and what is to be found in it."""

    name: str
    address: str
    body: bytes
    items: tuple[Item, ...]


_ENGLISH = "January February March April May June July August September October November December"
_RUSSIAN = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
_ARABIC = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
SCRIPTS = (
    Script(
        "en",
        "ltr",
        (
            "Court orders new inquiry into the harbour arrests",
            "Teachers released after nine days without charge",
            "Island prison opens its doors to visitors again",
            "Why the ferry workers went to court",
            "Ombudsman: no one may be held in the old barracks",
            "Journalist freed, her camera still missing",
            "Statement on the evictions in the lower town",
            "A year after the flood, families wait for answers",
            "Lawyers ask the parliament to stop the draft law on assemblies",
        ),
        "The association says that it has asked the ministry three times and had no answer so far.",
        tuple(_ENGLISH.split()),
        "{day} {month} {year}",
        "{day} {month}",
        "Read more",
        ("About us", "Our work in the regions", "How to file a complaint with us", "Contact"),
        (
            "Most read",
            "What to do when somebody you know is arrested",
            "Ten questions about the constitutional court",
            "The archive of the lighthouse association",
            "Support our work with a small donation",
        ),
        ("1", "2", "3", "Next page »", "Older announcements"),
    ),
    Script(
        "ru",
        "ltr",
        (
            "Суд отправил дело о задержаниях в порту на новое расследование",
            "Учителей отпустили через девять дней без обвинения",
            "В тюрьму на острове снова пускают посетителей",
            "Почему работники парома пошли в суд",
            "Омбудсмен: в старых казармах никого держать нельзя",
            "Журналистка на свободе, камера пропала",
            "Заявление о выселениях в нижнем городе",
            "Через год после наводнения семьи ждут ответа",
            "Адвокаты просят парламент остановить закон о собраниях",
        ),
        "В объединении говорят, что трижды обращались в министерство и ответа пока не получили.",
        tuple(_RUSSIAN.split()),
        "{day} {month} {year}",
        "{day} {month}",
        "Читать далее",
        ("О нас", "Наша работа в регионах", "Как подать нам жалобу на нарушение", "Контакты"),
        (
            "Популярное",
            "Что делать, если задержали вашего знакомого",
            "Десять вопросов о конституционном суде",
            "Архив объединения «Маяк» за все годы",
            "Поддержите нашу работу небольшим взносом",
        ),
        ("1", "2", "3", "Следующая страница »", "Более ранние сообщения"),
    ),
    Script(
        "ar",
        "rtl",
        (
            "المحكمة تأمر بتحقيق جديد في اعتقالات الميناء",
            "الإفراج عن المعلمين بعد تسعة أيام دون تهمة",
            "سجن الجزيرة يفتح أبوابه للزوار من جديد",
            "لماذا لجأ عمال العبّارة إلى القضاء",
            "أمين المظالم: لا يجوز احتجاز أحد في الثكنات القديمة",
            "الصحفية حرة وآلة التصوير لا تزال مفقودة",
            "بيان حول عمليات الإخلاء في المدينة السفلى",
            "بعد عام على الفيضان العائلات تنتظر جوابا",
            "محامون يطلبون من البرلمان وقف مشروع قانون التجمعات",
        ),
        "تقول الجمعية إنها سألت الوزارة ثلاث مرات ولم تتلق أي جواب حتى الآن على أسئلتها.",
        tuple(_ARABIC.split()),
        "{day} {month} {year}",
        "{day} {month}",
        "اقرأ المزيد",
        ("من نحن", "عملنا في المناطق المختلفة", "كيف تقدم إلينا شكوى عن انتهاك", "اتصل بنا"),
        (
            "الأكثر قراءة",
            "ماذا تفعل إذا اعتقل أحد معارفك",
            "عشرة أسئلة عن المحكمة الدستورية",
            "أرشيف جمعية المنارة لجميع السنوات",
            "ادعموا عملنا بتبرع صغير كل شهر",
        ),
        ("1", "2", "3", "الصفحة التالية »", "البيانات الأقدم"),
    ),
    Script(
        "zh",
        "ltr",
        (
            "法院下令重新调查港口拘捕事件",
            "九名教师未经起诉关押九天后获释",
            "岛上监狱重新向探访者开放",
            "渡轮工人为何提起诉讼",
            "监察专员称任何人不得关押在旧军营",
            "女记者获释但相机仍下落不明",
            "关于下城区强制搬迁的声明",
            "洪水一年后受灾家庭仍在等待答复",
            "律师请求议会停止审议集会法草案",
        ),
        "协会表示已经三次向有关部门提出询问,但是到目前为止仍然没有得到任何答复,家属们还在继续等待。",
        tuple(str(month) for month in range(1, 13)),
        "{year}年{month}月{day}日",
        "{month}月{day}日",
        "阅读全文",
        ("关于我们", "我们在各地区的工作情况", "如何向我们提交侵权投诉材料", "联系"),
        (
            "最多阅读",
            "如果您认识的人被捕应该怎么办",
            "关于宪法法院的十个常见问题",
            "灯塔协会历年档案资料汇编",
            "请以小额捐款支持我们的工作",
        ),
        ("1", "2", "3", "下一页 »", "更早的公告"),
    ),
)
_DAYS = (
    date(2026, 11, 20),
    date(2026, 11, 13),
    date(2026, 11, 2),
    date(2026, 10, 28),
    date(2026, 9, 30),
    date(2025, 12, 19),
    date(2025, 12, 5),
    date(2025, 11, 27),
    date(2025, 7, 1),
)


def items(script: Script) -> tuple[Item, ...]:
    """Return the entries of a page in one script, the newest first."""
    return tuple(
        Item(f"/{script.language}/news/{4100 - number}", title, day, script.teaser)
        for number, (title, day) in enumerate(zip(script.titles, _DAYS, strict=True))
    )


def written(script: Script, day: date, pattern: str = "") -> str:
    """Return a day as the script writes it."""
    month = script.months[day.month - 1]
    return (pattern or script.day).format(day=day.day, month=month, year=day.year)


def _link(item: Item, inside: str) -> str:
    return f'<a href="{item.path}">{inside}</a>'


def plain_list(script: Script, news: Sequence[Item]) -> str:
    """A list, the date before the link on each line."""
    lines = "".join(
        f"<li>{written(script, item.day)} – {_link(item, escape(item.title))}</li>" for item in news
    )
    return f"<ul>{lines}</ul>"


def article_cards(script: Script, news: Sequence[Item]) -> str:
    """Articles with heading, time, teaser, section, author and an invitation to read on."""
    return "".join(
        f'<article class="post-{number} post category-{number % 3} {"sticky" * (not number)}">'
        f'<header class="entry-header"><h2>{_link(item, escape(item.title))}</h2>'
        f'<time datetime="{item.day}T10:30:00+02:00">{written(script, item.day)}</time></header>'
        f'<a class="section" href="/{script.language}/section/{number % 2}">{script.menu[1]}</a>'
        f'<a class="author" href="/{script.language}/author/{number % 2}">{script.menu[2]}</a>'
        f"<p>{escape(item.teaser)}</p>{_link(item, script.read_on)}"
        "</article>"
        for number, item in enumerate(news)
    )


def table_rows(script: Script, news: Sequence[Item]) -> str:
    """A table with a row for each entry: number, date, title."""
    rows = "".join(
        f'<tr class="{"odd" if number % 2 else "even"}"><td>{number}</td>'
        f"<td>{item.day.day:02}.{item.day.month:02}.{item.day.year}</td>"
        f"<td>{_link(item, escape(item.title))}</td></tr>"
        for number, item in enumerate(news, 1)
    )
    return f"<table><thead><tr><th>#</th><th>…</th><th>…</th></tr></thead>{rows}</table>"


def definitions(script: Script, news: Sequence[Item]) -> str:
    """A definition list: the date as term, link and teaser as its definition."""
    lines = "".join(
        f"<dt>{written(script, item.day)}</dt>"
        f"<dd>{_link(item, escape(item.title))}<p>{escape(item.teaser)}</p></dd>"
        for item in news
    )
    return f"<dl>{lines}</dl>"


def headings(script: Script, news: Sequence[Item]) -> str:
    """Headings and paragraphs beside each other, no element around an entry; the title is no
    link."""
    return "".join(
        f"<h3>{escape(item.title)}</h3><p>{written(script, item.day)}</p>"
        f"<p>{escape(item.teaser)} {_link(item, script.read_on)}</p>"
        for item in news
    )


def boxes(script: Script, news: Sequence[Item]) -> str:
    """Nothing but div and span, told apart by their classes."""
    return "".join(
        f'<div class="item item-{number}"><div class="meta"><span class="date">'
        f'{written(script, item.day)}</span> | <span class="place">{script.menu[1]}</span></div>'
        f'<div class="item-title">{_link(item, escape(item.title))}</div>'
        f'<div class="text">{escape(item.teaser)}</div></div>'
        for number, item in enumerate(news)
    )


def year_archive(script: Script, news: Sequence[Item]) -> str:
    """Lists under a heading for each year; the entries write day and month only."""
    groups = []
    for year in sorted({item.day.year for item in news}, reverse=True):
        lines = "".join(
            f"<li><span>{written(script, item.day, script.bare_day)}</span> "
            f"{_link(item, escape(item.title))}</li>"
            for item in news
            if item.day.year == year
        )
        groups.append(f"<h2>{year}</h2><ul>{lines}</ul>")
    return "".join(groups)


def picture_grid(script: Script, news: Sequence[Item]) -> str:
    """A grid in which picture and headline link to the page, each by itself."""
    return (
        '<div class="grid">'
        + "".join(
            f'<div class="cell"><a href="{item.path}?utm_source=grid"><img src="/p/{number}.jpg" '
            f'alt=""></a><h4>{_link(item, escape(item.title))}</h4>'
            f'<span class="published">{written(script, item.day)}</span></div>'
            for number, item in enumerate(news)
        )
        + "</div>"
    )


LAYOUTS: tuple[Callable[[Script, Sequence[Item]], str], ...] = (
    plain_list,
    article_cards,
    table_rows,
    definitions,
    headings,
    boxes,
    year_archive,
    picture_grid,
)


def page(script: Script, middle: str, most_read: Sequence[str] = ()) -> bytes:
    """Return a whole page around a list. Its sidebar is no `aside`, and its links are titles."""
    home = f"/{script.language}"
    menu = "".join(
        f'<li><a href="{home}/m/{n}">{one}</a></li>' for n, one in enumerate(script.menu)
    )
    heading, *popular = most_read or script.most_read
    beside = "".join(f'<li><a href="{home}/read/{one[:9]}">{one}</a></li>' for one in popular)
    numbers = "".join(
        f'<a href="?page={number}">{one}</a> ' for number, one in enumerate(script.pages, 1)
    )
    languages = "".join(
        f'<a href="/{other.language}/news" hreflang="{other.language}">{other.language}</a>'
        for other in SCRIPTS
    )
    return f"""<!DOCTYPE html>
<html lang="{script.language}" dir="{script.direction}"><head><meta charset="utf-8">
<title>{script.most_read[3]}</title></head><body>
<div id="top"><ul class="main-menu">{menu}</ul><div class="languages">{languages}</div></div>
<p><a href="/">⌂</a> › <a href="{home}">{script.menu[0]}</a></p>
<div class="row"><div class="col-8"><h1>{script.menu[1]}</h1>
{middle}
<div class="pages">{numbers}</div></div>
<div class="col-4"><h3>{heading}</h3><ul>{beside}</ul>
<p><a href="https://social.example/share?u=1">{script.menu[2]}</a></p></div></div>
<div class="bottom"><p><a href="{home}/imprint">{script.menu[3]}</a> <a href="{home}/donate">
{popular[-1]}</a></p><ul>{menu}</ul></div>
</body></html>""".encode()


def every() -> Iterator[Listing]:
    """Yield a page for each layout in each script: 32."""
    for script in SCRIPTS:
        news = items(script)
        for layout in LAYOUTS:
            yield Listing(
                f"{layout.__name__}-{script.language}",
                ADDRESS.format(language=script.language),
                page(script, layout(script, news)),
                news,
            )
