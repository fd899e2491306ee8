"""Invented articles in five scripts, on pages of ten layouts, that publishers touch: noise round
the story, and changes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Story:
    """An article with what may become of it."""

    language: str
    title: str
    paragraphs: tuple[str, ...]
    edits: Mapping[str, tuple[str, str]]  # kind → what stands there, what will stand there
    new_title: str
    new_paragraph: str
    new_sentence: str
    # What the site writes around it; {n} is a number that changes by itself.
    stamps: Mapping[str, str]
    other: str  # the title of another story


STORIES = (
    Story(
        language="en",
        title="Court in Lesk hears of beatings in custody",
        paragraphs=(
            "Three men told a court in Lesk on Tuesday that officers had beaten them in the cells "
            "of the harbour police for two nights, and that nobody had asked for a doctor.",
            "Ivan Petrov, who mended nets until his arrest, said that he signed a paper without "
            "reading it. The judge did order his release.",
            "“We never raised a hand against anybody,” the head of the harbour police told the "
            "court, and asked for the case to be closed.",
            "At least 12 people have been held since the market was closed in spring, according "
            "to the families, who meet every Sunday.",
        ),
        edits={
            "figure": ("12 people", "14 people"),
            "name": ("Ivan Petrov", "I. P."),
            "not": ("did order", "did not order"),
            "quotation": ("never raised", "hardly ever raised"),
            "day": ("Tuesday", "Wednesday"),
        },
        new_title="Court in Lesk frees man beaten in custody",
        new_paragraph="The ministry has since said that it will look into what happened there.",
        new_sentence="Two of them still cannot work.",
        stamps={
            "ago": "Updated {n} minutes ago",
            "date": "Last updated: {n} March 2026, 14:05",
            "views": "1,2{n} views",
            "comments": "{n} comments",
            "reading": "{n} min read",
            "byline": "By Mira Okun",
            "tags": "Tags: police, prison, harbour {n}",
            "credit": "Photo: Mira Okun / Agency {n}",
            "cookies": "We use cookies to improve your experience on this site. Version {n}.",
            "read also": "Read also",
        },
        other="Ferry to the island was late again on day {n} of the strike",
    ),
    Story(
        language="ru",
        title="Суд в Леске услышал об избиениях под стражей",
        paragraphs=(
            "Трое мужчин рассказали во вторник суду в Леске, что сотрудники портовой полиции били "
            "их в камерах две ночи подряд и что никто не позвал врача.",
            "Иван Петров, который до ареста чинил сети, сказал, что подписал бумагу не читая. "
            "Судья велел его освободить.",
            "«Мы никогда ни на кого не поднимали руку», — заявил суду начальник портовой полиции "
            "и попросил закрыть дело.",
            "По словам семей, с тех пор как весной закрыли рынок, задержаны не менее 12 человек; "
            "родные встречаются каждое воскресенье.",
        ),
        edits={
            "figure": ("12 человек", "14 человек"),
            "name": ("Иван Петров", "И. П."),
            "not": ("велел его", "не велел его"),
            "quotation": ("никогда ни на кого", "почти никогда ни на кого"),
            "day": ("во вторник", "в среду"),
        },
        new_title="Суд в Леске освободил избитого под стражей",
        new_paragraph="Министерство позже сообщило, что проверит всё, что произошло в порту.",
        new_sentence="Двое из них до сих пор не могут работать.",
        stamps={
            "ago": "Обновлено {n} минут назад",
            "date": "Опубликовано: {n} марта 2026, 14:05",
            "views": "Просмотров: 12{n}",
            "comments": "Комментарии ({n})",
            "reading": "Время чтения: {n} минуты",
            "byline": "Автор: Мира Окунь",
            "tags": "Теги: полиция, тюрьма, порт {n}",
            "credit": "Фото: Мира Окунь / Агентство {n}",
            "cookies": "Мы используем файлы cookie, чтобы сайт работал лучше. Версия {n}.",
            "read also": "Читайте также",
        },
        other="Паром на остров снова опоздал на {n} день забастовки в порту",
    ),
    Story(
        language="ar",
        title="محكمة في ليسك تستمع إلى شهادات عن الضرب في الحجز",
        paragraphs=(
            "قال ثلاثة رجال أمام محكمة في ليسك يوم الثلاثاء إن أفراد شرطة الميناء ضربوهم في "
            "الزنازين ليلتين متتاليتين، وإن أحدا لم يطلب طبيبا لهم.",
            "وقال إيفان بتروف، الذي كان يصلح الشباك قبل اعتقاله، إنه وقع ورقة دون أن يقرأها. وأمر "
            "القاضي بالإفراج عنه.",
            "وقال رئيس شرطة الميناء أمام المحكمة: «لم نرفع يدا على أحد قط»، وطلب إغلاق القضية.",
            "وبحسب الأسر التي تجتمع كل يوم أحد، احتجز ما لا يقل عن 12 شخصا منذ إغلاق السوق في "
            "الربيع.",
        ),
        edits={
            "figure": ("12 شخصا", "14 شخصا"),
            "name": ("إيفان بتروف", "إ. ب."),
            "not": ("وأمر القاضي", "ولم يأمر القاضي"),
            "quotation": ("على أحد قط", "على أحد تقريبا"),
            "day": ("يوم الثلاثاء", "يوم الأربعاء"),
        },
        new_title="محكمة في ليسك تفرج عن رجل تعرض للضرب",
        new_paragraph="وقالت الوزارة في وقت لاحق إنها ستحقق في كل ما جرى داخل مركز الميناء.",
        new_sentence="ولا يزال اثنان منهم غير قادرين على العمل.",
        stamps={
            "ago": "منذ {n} دقائق",
            "date": "آخر تحديث: {n} مارس 2026",
            "views": "12{n} مشاهدة",
            "comments": "{n} تعليقات",
            "reading": "وقت القراءة: {n} دقائق",
            "byline": "بقلم: ميرا أوكون",
            "tags": "الوسوم: الشرطة، السجن {n}",
            "credit": "تصوير: ميرا أوكون {n}",
            "cookies": "نستخدم ملفات تعريف الارتباط لتحسين تجربتك في هذا الموقع {n}.",
            "read also": "اقرأ أيضا",
        },
        other="العبارة إلى الجزيرة تأخرت مرة أخرى في اليوم {n} من الإضراب",
    ),
    Story(
        language="zh",
        title="莱斯克法院听取拘押期间遭殴打的证词",
        paragraphs=(
            "三名男子星期二在莱斯克的法庭上说，港口警察连续两个晚上在牢房里殴打他们，其中一人至今"
            "无法工作，也没有人为他们请医生。",
            "被捕前以修补渔网为生的伊万·彼得罗夫说，他没有看内容就在一份文件上签了字。法官下令将他"
            "释放。",
            "港口警察局长在法庭上说：“我们从来没有对任何人动过手。”他要求终止审理此案，法庭没有当场"
            "作出决定。",
            "据每个星期日聚会的家属说，自春天市场关闭以来，至少有12人被拘押，其中大多数人没有见过"
            "律师。",
        ),
        edits={
            "figure": ("12人", "14人"),
            "name": ("伊万·彼得罗夫", "张某"),
            "not": ("法官下令", "法官未下令"),
            "quotation": ("从来没有对", "几乎没有对"),
            "day": ("星期二", "星期三"),
        },
        new_title="莱斯克法院释放在拘押中遭殴打的男子",
        new_paragraph="该部后来表示，将对港口警察局里发生的一切进行调查，并公布调查的结果。",
        new_sentence="另外两人至今仍然住在医院里接受治疗。",
        stamps={
            "ago": "{n}分钟前更新",
            "date": "发布时间：2026年3月{n}日 14:05",
            "views": "阅读量：12{n}",
            "comments": "评论（{n}）",
            "reading": "预计阅读时间：{n}分钟",
            "byline": "作者：米拉",
            "tags": "标签：警察、监狱{n}",
            "credit": "图片：米拉／通讯社{n}",
            "cookies": "本网站使用cookie以改善您的体验，版本{n}。",
            "read also": "相关新闻",
        },
        other="罢工第{n}天，开往岛上的渡轮再次晚点，乘客并不感到意外",
    ),
    Story(
        language="th",
        title="ศาลเมืองเลสก์รับฟังคำให้การเรื่องการทุบตีระหว่างคุมขัง",
        paragraphs=(
            "ชายสามคนให้การต่อศาลเมืองเลสก์เมื่อวันอังคารว่า เจ้าหน้าที่ตำรวจท่าเรือทุบตีพวกเขาในห้องขัง"
            "ติดต่อกันสองคืน และไม่มีใครตามแพทย์ให้",
            "อีวาน เปตรอฟ ซึ่งซ่อมแหจับปลาก่อนถูกจับกุม กล่าวว่าเขาลงชื่อในเอกสารโดยไม่ได้อ่าน "
            "ผู้พิพากษาสั่งให้ปล่อยตัวเขา",
            "หัวหน้าตำรวจท่าเรือกล่าวต่อศาลว่า “เราไม่เคยลงมือกับใคร” และขอให้ศาลปิดคดีนี้โดยเร็ว",
            "ครอบครัวที่พบปะกันทุกวันอาทิตย์กล่าวว่า มีผู้ถูกควบคุมตัวอย่างน้อย 12 คน นับตั้งแต่ตลาดถูกปิดในฤดูใบไม้ผลิ",
        ),
        edits={
            "figure": ("12 คน", "14 คน"),
            "name": ("อีวาน เปตรอฟ", "อ. ป."),
            "not": ("สั่งให้ปล่อย", "ไม่สั่งให้ปล่อย"),
            "quotation": ("ไม่เคยลงมือ", "แทบไม่เคยลงมือ"),
            "day": ("วันอังคาร", "วันพุธ"),
        },
        new_title="ศาลเมืองเลสก์สั่งปล่อยชายที่ถูกทุบตีระหว่างคุมขัง",
        new_paragraph="ต่อมากระทรวงแถลงว่าจะตรวจสอบทุกเรื่องที่เกิดขึ้นในสถานีตำรวจท่าเรือแห่งนั้น",
        new_sentence="สองคนในนั้นยังทำงานไม่ได้จนถึงทุกวันนี้",
        stamps={
            "ago": "อัปเดตล่าสุด {n} นาทีที่แล้ว",
            "date": "เผยแพร่เมื่อ {n} มีนาคม 2569",
            "views": "อ่าน 12{n} ครั้ง",
            "comments": "ความคิดเห็น {n}",
            "reading": "ใช้เวลาอ่าน {n} นาที",
            "byline": "ผู้เขียน: มีรา",
            "tags": "แท็ก: ตำรวจ, เรือนจำ {n}",
            "credit": "ภาพ: มีรา {n}",
            "cookies": "เว็บไซต์นี้ใช้คุกกี้เพื่อพัฒนาประสบการณ์ของคุณ {n}",
            "read also": "อ่านเพิ่มเติม",
        },
        other="เรือข้ามฟากไปเกาะล่าช้าอีกครั้งในวันที่ {n} ของการนัดหยุดงานที่ท่าเรือ",
    ),
)

Parts = Mapping[str, str]  # markup by where it stands: top, middle, end, outside


@dataclass(frozen=True)
class Page:
    """A story as a site shows it."""

    story: Story
    parts: Parts = field(default_factory=dict)
    title: str = ""  # of the window, where it is more than the headline

    def part(self, where: str) -> str:
        """Return what stands somewhere beside the story."""
        return self.parts.get(where, "")

    def body(self, before: str = "<p>", after: str = "</p>") -> str:
        """Return the paragraphs, each between two pieces of markup, with what stands among them."""
        told = [f"{before}{one}{after}" for one in self.story.paragraphs]
        return "".join(
            [self.part("top"), *told[:2], self.part("middle"), *told[2:], self.part("end")]
        )


def _plain(page: Page) -> str:
    return f"<article><h1>{page.story.title}</h1>{page.body()}</article>{page.part('outside')}"


def _wordpress(page: Page) -> str:
    return (
        "<div id='page' class='site'><header><nav><ul><li><a href='/'>Home</a></li></ul></nav>"
        "</header><main><article class='post hentry'><header class='entry-header'>"
        f"<h1 class='entry-title'>{page.story.title}</h1></header>"
        f"<div class='entry-content'>{page.body()}</div></article></main>"
        f"<footer class='site-footer'><p>All rights reserved</p></footer></div>"
        f"{page.part('outside')}"
    )


def _drupal(page: Page) -> str:
    return (
        "<div class='layout-container'><div class='region region-content'>"
        f"<h1 class='page-title'><span>{page.story.title}</span></h1>"
        "<div class='node node--type-news node--view-mode-full'><div class='field "
        f"field--name-body field--type-text-with-summary field__item'>{page.body()}</div></div>"
        f"</div><aside class='region-sidebar'><h2>Menu</h2></aside></div>{page.part('outside')}"
    )


def _tables(page: Page) -> str:
    return (
        "<table width='100%'><tr><td width='20%'><a href='/a'>News</a><br><a href='/b'>Contact</a>"
        f"</td><td><h2>{page.story.title}</h2><div>{page.body()}</div></td></tr></table>"
        f"{page.part('outside')}"
    )


def _breaks(page: Page) -> str:
    return (
        f"<div class='content'><h1>{page.story.title}</h1><div class='text'>"
        f"{page.body('', '<br><br>')}</div></div>{page.part('outside')}"
    )


def _builder(page: Page) -> str:
    before = (
        "<div class='elementor-element elementor-widget elementor-widget-text-editor'>"
        "<div class='elementor-widget-container'><p>"
    )
    return (
        f"<div class='elementor'><h1 class='elementor-heading-title'>{page.story.title}</h1>"
        f"{page.body(before, '</p></div></div>')}</div>{page.part('outside')}"
    )


def _release(page: Page) -> str:
    return (
        "<main role='main'><div class='breadcrumb'><a href='/'>Home</a> / <a href='/n'>News</a>"
        f"</div><h1>{page.story.title}</h1><time datetime='2026-03-02'>2 March 2026</time>"
        f"<section>{page.body()}</section></main><footer><p>Contact us</p></footer>"
        f"{page.part('outside')}"
    )


def _sidebar(page: Page) -> str:
    others = "".join(f"<li><a href='/{n}'>Another story {n}</a></li>" for n in range(9))
    return (
        f"<div class='row'><div class='col-8'><div class='story'><h1>{page.story.title}</h1>"
        f"<div class='story-body'>{page.body()}</div></div></div>"
        f"<div class='col-4'><h3>Latest</h3><ul>{others}</ul></div></div>{page.part('outside')}"
    )


def _form(page: Page) -> str:
    return (
        "<form id='aspnetForm' method='post'><div id='ctl00_main'><span class='headline'>"
        f"{page.story.title}</span><div class='newsbody'>{page.body()}</div></div></form>"
        f"{page.part('outside')}"
    )


def _divs(page: Page) -> str:
    return (
        f"<div class='x1'><div class='x2'><h1>{page.story.title}</h1>"
        f"{page.body('<div class=x3>', '</div>')}</div></div>{page.part('outside')}"
    )


LAYOUTS: tuple[Callable[[Page], str], ...] = (
    _plain,
    _wordpress,
    _drupal,
    _tables,
    _breaks,
    _builder,
    _release,
    _sidebar,
    _form,
    _divs,
)


def html(page: Page, layout: Callable[[Page], str]) -> bytes:
    """Return a page in one of the layouts."""
    story = page.story
    head = (
        f"<meta charset='utf-8'><title>{page.title or story.title}</title>"
        f"<meta property='og:site_name' content='The Wire'>"
    )
    told = layout(page)
    return f"<html lang='{story.language}'><head>{head}</head><body>{told}</body></html>".encode()


def _stamp(name: str, where: str, markup: str = "<p>{}</p>") -> Callable[[Page, int], Page]:
    def add(page: Page, number: int) -> Page:
        told = page.story.stamps[name].replace("{n}", str(number))
        return replace(page, parts={where: markup.format(told)})

    return add


def _box(where: str, markup: str) -> Callable[[Page, int], Page]:
    def add(page: Page, number: int) -> Page:
        other = page.story.other.replace("{n}", str(number))
        told = markup.replace("{other}", other).replace("{n}", str(number))
        for name, stamp in page.story.stamps.items():
            told = told.replace(f"{{{name}}}", stamp.replace("{n}", str(number)))
        return replace(page, parts={where: told})

    return add


def _dressed(change: Callable[[str], str]) -> Callable[[Page, int], Page]:
    def dress(page: Page, _: int) -> Page:
        paragraphs = tuple(map(change, page.story.paragraphs))
        return replace(page, story=replace(page.story, paragraphs=paragraphs))

    return dress


def _titled(page: Page, number: int) -> Page:
    return replace(page, title=f"({number}) {page.story.title} | The Wire")


def _moved(page: Page, number: int) -> Page:
    first, *others = page.story.paragraphs
    moved = (*others, first) if number % 2 else (first, *reversed(others))
    return replace(page, story=replace(page.story, paragraphs=moved))


# What changes by itself, by its name; the number is another one at every visit.
NOISE: Mapping[str, Callable[[Page, int], Page]] = {
    "updated ago": _stamp("ago", "top"),
    "date of update": _stamp("date", "end"),
    "date in an element for it": _stamp("date", "top", "<div class='post-date'>{}</div>"),
    "counter of views": _stamp("views", "top", "<div>{}</div>"),
    "counter of views in a line": _stamp("views", "end", "<span class='views'>{}</span>"),
    "counter of comments": _stamp("comments", "end"),
    "reading time": _stamp("reading", "top"),
    "byline": _stamp("byline", "end"),
    "tags": _stamp("tags", "end"),
    "credit": _stamp("credit", "middle"),
    "cookie notice": _stamp("cookies", "outside", "<div class='cookie-bar'><p>{}</p></div>"),
    "share buttons": _box(
        "top",
        "<div class='share'><a href='#'>Facebook</a> <a href='#'>Telegram</a> <b>{n}</b></div>",
    ),
    "related stories": _box(
        "middle",
        "<div class='related-posts'><h3>{read also}</h3><ul><li><a href='/o{n}'>{other}</a></li>"
        "</ul></div>",
    ),
    "related story in a line": _box(
        "middle", "<p><strong>{read also}:</strong> <a href='/o{n}'>{other}</a></p>"
    ),
    "a mere link": _box("middle", "<p><a href='/o{n}'>{other}</a></p>"),
    "most read": _box(
        "end", "<section class='most-read'><ol><li><a href='/{n}'>{other}</a></li></ol></section>"
    ),
    "advertisement": _box(
        "middle", "<div class='ad-slot' id='div-gpt-ad-{n}'><p>{other}, {n} %.</p></div>"
    ),
    "advertisement aside": _box("end", "<aside><p>{other}. {n}!</p></aside>"),
    "subscription box": _box(
        "end", "<div class='newsletter-box'><h4>The Wire</h4><p>{other}.</p><input></div>"
    ),
    "title with its site": _titled,
    "paragraphs moved": _moved,
    "spaces": _dressed(lambda told: told.replace(" ", "\u00a0 ", 3)),
    "quotes and dashes": _dressed(
        lambda told: told.translate({ord(a): b for a, b in zip("“”«»—", '""""-', strict=True)})
    ),
    "soft hyphens": _dressed(lambda told: "".join(f"{c}\u00ad" if c == "e" else c for c in told)),
    "entities": _dressed(lambda told: "".join(f"&#{ord(c)};" for c in told)),
    "inline markup": _dressed(
        lambda told: f"<span>{told[:9]}</span><b>{told[9:15]}</b>{told[15:]}"
    ),
}


def _edited(kind: str) -> Callable[[Story], Story]:
    def edit(story: Story) -> Story:
        old, new = story.edits[kind]
        paragraphs = tuple(one.replace(old, new) for one in story.paragraphs)
        if paragraphs == story.paragraphs:
            raise ValueError(f"{old} stands nowhere")
        return replace(story, paragraphs=paragraphs)

    return edit


def _joined(story: Story, place: int) -> str:
    """Return a paragraph with the new sentence at its end; Thai parts sentences by a space."""
    return f"{story.paragraphs[place]} {story.new_sentence}"


# What a publisher changes, by its name.
EDITS: Mapping[str, Callable[[Story], Story]] = {
    **{kind: _edited(kind) for kind in STORIES[0].edits},
    "title": lambda story: replace(story, title=story.new_title),
    "paragraph added": lambda story: replace(
        story, paragraphs=(*story.paragraphs[:3], story.new_paragraph, story.paragraphs[3])
    ),
    "paragraph removed": lambda story: replace(
        story, paragraphs=(*story.paragraphs[:2], story.paragraphs[3])
    ),
    "sentence added": lambda story: replace(
        story, paragraphs=(_joined(story, 0), *story.paragraphs[1:])
    ),
}
