"""The words by which a line is known to be no part of a story: what stands around one, by language.

They are compared as `text.normalised` gives them: small letters, no accents on Latin ones, nothing
but spaces between words.
"""

from collections.abc import Iterable, Mapping

from hrwatch import text

Beginnings = Mapping[str, tuple[str, ...]]  # phrases, by their first character


def _phrases(*lists: str) -> frozenset[str]:
    return frozenset(text.normalised(one) for many in lists for one in many.split("|"))


def _beginnings(phrases: Iterable[str]) -> Beginnings:
    found: dict[str, tuple[str, ...]] = {}
    for phrase in sorted(phrases):
        found[phrase[0]] = (*found.get(phrase[0], ()), phrase)
    return found


# A line that is this and no more: menus, buttons, forms, notes of a shop window.
WHOLE_LINES = _phrases(
    "main menu|menu|primary menu|skip to content|skip to main content|skip navigation|site search"
    "|select this search icon|search icon|search this site|toggle navigation|close menu|open menu"
    "|back to top|back to list|go back|previous|next|previous article|next article|home page"
    "|breadcrumb|you are here|share|share this|share this page|share this article|share this post"
    "|share this story|share on facebook|share on twitter|share on x|share on whatsapp|share via"
    "|share on linkedin|share via email|facebook share|tweet this|tweet|click to share|copy link"
    "|copy url|link copied|print|print page|print this page|print article|order reprints"
    "|email this|save this article|save for later|bookmark|i will follow|follow us|follow"
    "|like us on facebook|donate|donate now|donate today|make a donation|support us"
    "|support our work|give now|join us|join now|become a member|subscribe|subscribe now|sign up"
    "|sign up now|sign in|log in|register|get updates|newsletter|newsletter sign up"
    "|newsletter signup|email address|indicates required|accept|accept all|accept cookies"
    "|accept all cookies|reject all|cookie settings|manage cookies|cookie policy|privacy policy"
    "|terms of use|terms and conditions|contact us|about us|sitemap|advertisement|advertising"
    "|sponsored|sponsored content|promoted content|story continues below"
    "|story continues below advertisement|article continues below|continue reading below"
    "|read more|read more here|read on|read the full article|read full article"
    "|read the full story|read full story|read the rest|read the full post|read full post"
    "|continue reading|learn more|find out more|see more|view more|show more|load more|more info"
    "|click here|click here to read|to read this article in full please click here|view fullsize"
    "|view original|view comments|comments|no comments|leave a comment|leave a reply"
    "|post a comment|reply to this post|link comments|download|download pdf|download as pdf"
    "|watch the video|play video|loading|an error has occurred please try again later"
    "|this article has been sent to|other news|more news|latest news|related news"
    "|related articles|related stories|related posts|related content|related links|related topics"
    "|related|recommended|recommended for you|you may also like|you might also like|most read"
    "|most popular|most viewed|trending|trending now|more from this section|more on this story"
    "|more stories|top stories|in this section|see also|read also|also read|read next|up next"
    "|recent posts|popular posts|featured video",
    "menu principal|aller au contenu|aller au contenu principal|accueil|retour en haut|partager"
    "|partager cet article|partager sur facebook|partager sur twitter|imprimer"
    "|imprimer cet article|faire un don|je fais un don|faites un don|nous soutenir|s'abonner"
    "|abonnez-vous|je m'abonne|s'inscrire|inscription à la newsletter|lire la suite|lire plus"
    "|en savoir plus|voir plus|lire l'article|lire l'article complet|lire aussi|à lire aussi"
    "|à lire également|voir aussi|sur le même sujet|articles similaires|articles liés"
    "|articles connexes|les plus lus|autres actualités|plus d'actualités|dernières actualités"
    "|laisser un commentaire|aucun commentaire|commentaires|publicité"
    "|politique de confidentialité|mentions légales|nous contacter|suivez-nous|tout accepter"
    "|tout refuser|gérer les cookies|avec afp",
    "menú principal|ir al contenido|saltar al contenido|inicio|volver arriba|compartir"
    "|compartir en facebook|compartir en twitter|compartir este artículo|compártelo|imprimir"
    "|donar|dona|dona ahora|haz una donación|donar ahora|suscríbete|suscribirse|suscríbase"
    "|regístrate|iniciar sesión|leer más|seguir leyendo|sigue leyendo|continuar leyendo|ver más"
    "|saber más|más información|lea también|lee también|leer también|te puede interesar"
    "|también te puede interesar|le puede interesar|ver también|noticias relacionadas"
    "|artículos relacionados|relacionado|relacionados|lo más leído|lo más visto|otras noticias"
    "|más noticias|últimas noticias|dejar un comentario|deja un comentario|comentarios|publicidad"
    "|política de privacidad|política de cookies|aviso legal|contacto|síguenos|aceptar"
    "|aceptar todo|aceptar cookies|rechazar todo",
    "ir para o conteúdo|pular para o conteúdo|início|voltar ao topo|compartilhar|compartilhe"
    "|partilhar|compartilhe no facebook|compartilhe no twitter|doe|doe agora|faça uma doação"
    "|doar agora|inscreva-se|assine|cadastre-se|entrar|leia mais|ler mais|continue lendo"
    "|continuar lendo|saiba mais|veja mais|leia também|veja também|notícias relacionadas"
    "|artigos relacionados|mais lidas|mais lidos|outras notícias|mais notícias|últimas notícias"
    "|deixe um comentário|comentários|publicidade|política de privacidade|contato|siga-nos"
    "|aceitar|aceitar todos",
    "القائمة الرئيسية|انتقل إلى المحتوى|الرئيسية|شارك|مشاركة|شارك على فيسبوك|شارك على تويتر|طباعة"
    "|تبرع|تبرع الآن|اشترك|اشترك الآن|تسجيل الدخول|اقرأ المزيد|قراءة المزيد|المزيد|إقرأ المزيد"
    "|اقرأ أيضا|إقرأ أيضا|اقرأ أيضاً|شاهد أيضا|أخبار ذات صلة|مواضيع ذات صلة|مقالات ذات صلة"
    "|أخبار أخرى|الأكثر قراءة|التعليقات|اترك تعليقا|إعلان|سياسة الخصوصية|اتصل بنا|تابعنا",
    "منوی اصلی|صفحه اصلی|اشتراک گذاری|به اشتراک بگذارید|چاپ|ادامه مطلب|بیشتر بخوانید|بیشتر"
    "|بخوانید|همچنین بخوانید|مطالب مرتبط|اخبار مرتبط|مطالب بیشتر|پربازدیدترین ها|دیدگاه ها|نظرات"
    "|دیدگاه خود را بنویسید|عضویت|ورود|تبلیغات|تماس با ما|درباره ما",
    "главное меню|перейти к содержанию|перейти к содержимому|главная|наверх|поделиться|поделитесь"
    "|поделиться в facebook|поделиться ссылкой|скопировать ссылку|распечатать|печать"
    "|версия для печати|пожертвовать|поддержать|поддержать нас|поддержите нас|подписаться"
    "|подпишитесь|войти|регистрация|читать далее|читать дальше|читать полностью|подробнее"
    "|читать еще|читайте также|читать также|смотрите также|по теме|материалы по теме"
    "|похожие статьи|похожие новости|другие новости|еще новости|последние новости|самое читаемое"
    "|популярное|комментарии|комментариев нет|оставить комментарий|добавить комментарий|реклама"
    "|контакты|политика конфиденциальности|оцените пожалуйста статью нам важно ваше мнение",
    "головне меню|перейти до вмісту|головна|поділитися|поширити|роздрукувати|підтримати"
    "|підтримати нас|підтримайте нас|підписатися|підпишіться|увійти|читати далі|читати більше"
    "|детальніше|читайте також|дивіться також|за темою|схожі новини|інші новини|останні новини"
    "|коментарі|залишити коментар|додати коментар|реклама|контакти",
    "галоўнае меню|галоўная|падзяліцца|падтрымаць|падтрымаць нас|падпісацца|чытаць далей"
    "|чытаць цалкам|падрабязней|чытайце таксама|глядзіце таксама|па тэме|іншыя навіны"
    "|апошнія навіны|каментары|пакінуць каментар|рэклама|кантакты",
    "menu główne|przejdź do treści|strona główna|udostępnij|podziel się|udostępnij na facebooku"
    "|drukuj|wesprzyj|wesprzyj nas|wpłać darowiznę|zapisz się|subskrybuj|zaloguj się|czytaj dalej"
    "|czytaj więcej|czytaj więcej na ten temat|więcej|dowiedz się więcej|zobacz więcej|czytaj też"
    "|czytaj także|czytaj również|przeczytaj także|zobacz też|zobacz także|zobacz również"
    "|powiązane|powiązane artykuły|najczęściej czytane|inne wiadomości|najnowsze wiadomości"
    "|komentarze|dodaj komentarz|reklama|polityka prywatności|kontakt|pełna wersja strony",
    "hauptmenü|hauptinhalt|zum inhalt springen|zum hauptinhalt|startseite|nach oben|teilen"
    "|artikel teilen|auf facebook teilen|auf twitter teilen|drucken|seite drucken|jetzt spenden"
    "|spenden|abonnieren|jetzt abonnieren|anmelden|registrieren|newsletter abonnieren|weiterlesen"
    "|mehr lesen|mehr erfahren|mehr dazu|mehr anzeigen|lesen sie auch|lesen sie mehr"
    "|auch interessant|mehr zum thema|zum thema|ähnliche artikel|verwandte artikel"
    "|weitere artikel|weitere meldungen|weitere nachrichten|weiterführende links|meistgelesen"
    "|kommentare|kommentar schreiben|anzeige|werbung|datenschutz|impressum"
    "|fehler gefunden jetzt melden|alle akzeptieren|alle ablehnen",
    "ana menü|ana sayfa|anasayfa|içeriğe geç|paylaş|facebook'ta paylaş|twitter'da paylaş|yazdır"
    "|bağış yap|abone ol|üye ol|giriş yap|devamını oku|devamı|daha fazla|daha fazla oku"
    "|ayrıca okuyun|bunlar da ilginizi çekebilir|ilgili haberler|diğer haberler|son haberler"
    "|en çok okunanlar|yorumlar|yorum yap|reklam|gizlilik politikası|iletişim",
    "主菜单|跳至内容|跳到主要内容|首页|返回顶部|回到顶部|分享|分享到|打印|打印本页|捐款|立即捐款"
    "|订阅|登录|注册|阅读更多|阅读全文|查看更多|更多|全文|相关新闻|相关文章|相关阅读|更多新闻"
    "|延伸阅读|推荐阅读|热门文章|最新消息|评论|发表评论|广告|隐私政策|联系我们|分享至|閱讀更多"
    "|閱讀全文|相關新聞|相關文章|延伸閱讀|更多相關的新聞|廣告|隱私政策|聯絡我們",
    "condividi|stampa|dona ora|iscriviti|leggi tutto|leggi di più|continua a leggere|leggi anche"
    "|articoli correlati|altre notizie|commenti|pubblicità|sostienici",
)

# The same with the titles of other articles below it, as a list.
LIST_HEADS = _phrases(
    "other news|more news|latest news|related news|related articles|related stories|related posts"
    "|related content|related links|related|recommended|recommended for you|you may also like"
    "|you might also like|most read|most popular|most viewed|most viewed news stories|trending"
    "|trending now|more from this section|more on this story|more stories|top stories|see also"
    "|read also|also read|read next|recent posts|popular posts|most read in world news"
    "|latest news headlines|top news headlines",
    "lire aussi|à lire aussi|à lire également|voir aussi|sur le même sujet|articles similaires"
    "|articles liés|les plus lus|autres actualités|dernières actualités",
    "lea también|lee también|te puede interesar|también te puede interesar|noticias relacionadas"
    "|artículos relacionados|lo más leído|otras noticias|más noticias|últimas noticias",
    "leia também|veja também|notícias relacionadas|artigos relacionados|mais lidas"
    "|outras notícias|mais notícias|últimas notícias",
    "اقرأ أيضا|إقرأ أيضا|شاهد أيضا|أخبار ذات صلة|مواضيع ذات صلة|مقالات ذات صلة|أخبار أخرى"
    "|الأكثر قراءة",
    "بیشتر بخوانید|همچنین بخوانید|مطالب مرتبط|اخبار مرتبط",
    "читайте также|смотрите также|по теме|материалы по теме|похожие статьи|похожие новости"
    "|другие новости|последние новости",
    "читайте також|дивіться також|за темою|схожі новини|інші новини|останні новини",
    "чытайце таксама|глядзіце таксама|па тэме|іншыя навіны|апошнія навіны",
    "czytaj też|czytaj także|czytaj również|zobacz też|zobacz także|powiązane artykuły"
    "|inne wiadomości|najnowsze wiadomości|najczęściej czytane",
    "lesen sie auch|auch interessant|mehr zum thema|zum thema|ähnliche artikel|weitere artikel"
    "|weitere meldungen|weitere nachrichten|meistgelesen",
    "ayrıca okuyun|bunlar da ilginizi çekebilir|ilgili haberler|diğer haberler|son haberler",
    "相关新闻|相关文章|相关阅读|延伸阅读|推荐阅读|相關新聞|相關文章|延伸閱讀|更多相關的新聞",
    "leggi anche|articoli correlati|altre notizie",
)

# One line that leads to another article: one of these, a colon, its title.
SIGNPOSTS = _phrases(
    "read more|read also|also read|see also|related|related article|related story|related reading"
    "|read next|more on this",
    "lire aussi|à lire aussi|à lire également|voir aussi|lire également",
    "lea también|lee también|leer también|te puede interesar|ver también|lea además|lea más"
    "|leia também|leia mais|veja também|saiba mais",
    "اقرأ أيضا|إقرأ أيضا|اقرأ المزيد|شاهد أيضا|بیشتر بخوانید|همچنین بخوانید|بخوانید",
    "читайте также|читать также|смотрите также|по теме|подробнее|читайте",
    "читайте також|дивіться також|чытайце таксама|глядзіце таксама",
    "czytaj też|czytaj także|czytaj również|zobacz też|zobacz także|przeczytaj także",
    "lesen sie auch|lesen sie mehr|mehr dazu|mehr zum thema|siehe auch",
    "ayrıca okuyun|ilgili haber|相关新闻|相关阅读|延伸阅读|leggi anche",
)

# Words of which a row of buttons is made; no other word stands in it.
BUTTONS = _phrases(
    "facebook|twitter|x|whatsapp|whats app|telegram|linkedin|linked in|instagram|youtube|tiktok"
    "|pinterest|reddit|tumblr|messenger|viber|bluesky|threads|mastodon|vk|vkontakte|odnoklassniki"
    "|wechat|weibo|line|pocket|flipboard|rss|email|e mail|mail|gmail|print|share|tweet|post|copy"
    "|link|url|save|sms|skype|xing|snapchat|soundcloud|spotify|flickr|vimeo",
    "partager|imprimer|courriel|copier|lien|compartir|imprimir|copiar|correo|enlace|compartilhar"
    "|partilhar|teilen|drucken|merken|поделиться|печать|ссылка|твитнуть|вконтакте|одноклассники"
    "|телеграм|фейсбук|поділитися|друк|падзяліцца|udostępnij|drukuj|paylaş|yazdır|kopyala",
    "فيسبوك|تويتر|واتساب|تيليجرام|تلغرام|انستغرام|يوتيوب|طباعة|شارك|مشاركة|بريد|لينكدإن",
    "فیسبوک|توییتر|واتساپ|تلگرام|اینستاگرام|چاپ|微信|微博|分享|打印|邮件|condividi|stampa",
)
_WORDS_OF_BUTTONS = (
    "e|linked|whats|app|on|to|via|by|this|with|sur|por|par|en|auf|in|no|na|w|через|в|على|and|or|a"
)
BUTTON_COMPANY = _phrases(_WORDS_OF_BUTTONS)

# How a line begins that asks for something and tells nothing, with what has to stand in it too.
INVITATIONS = tuple(
    (_beginnings(_phrases(begins)), tuple(sorted(_phrases(holds))))
    for begins, holds in (
        (
            "sign up|signup|subscribe|register|get|receive|stay|join|never miss|don't miss|enter"
            "|want|keep up|for the latest|for more|click here",
            "newsletter|newsletters|inbox|email updates|e-mail updates|email alerts|mailing list"
            "|our emails|breaking news email|whatsapp channel|telegram channel|youtube channel"
            "|our channel|our feed|rss feed|our podcast",
        ),
        (
            "follow|find|like|join|check out|check our|visit|subscribe|connect with|watch us",
            "our facebook|our instagram|our twitter|our website|our channel|our page|our telegram"
            "|our whatsapp|on twitter|on facebook|on instagram|on youtube|on telegram|on tiktok"
            "|on x|on bluesky|on linkedin|on threads|on discord|on social",
        ),
        (
            "inscrivez|abonnez|recevez|suivez|rejoignez",
            "newsletter|infolettre|lettre d'information|nos réseaux|facebook|twitter|whatsapp"
            "|telegram|instagram|notre chaîne|boîte mail",
        ),
        (
            "suscríbete|suscríbase|suscribite|regístrate|recibe|reciba|síguenos|síganos|únete"
            "|inscreva-se|assine|receba|siga|cadastre-se|participe",
            "boletín|newsletter|correo|facebook|twitter|instagram|whatsapp|telegram|canal|boletim"
            "|redes|youtube|e-mail",
        ),
        (
            "подпишитесь|подписывайтесь|подписаться|присоединяйтесь|следите|читайте нас|читайте"
            "|підписуйтесь|підпишіться|підписуйтеся|стежте|падпісвайцеся|падпішыцеся",
            "рассылку|telegram|телеграм|канал|facebook|фейсбук|instagram|youtube|новостей в"
            "|розсилку|телеграмі|каналы|рассылка|viber|whatsapp",
        ),
        (
            "zapisz się|zapisz|subskrybuj|obserwuj|dołącz|śledź|melden sie sich|abonnieren sie"
            "|folgen sie|bleiben sie|abone olun|takip edin|bizi takip|bültenimize|iscriviti"
            "|seguici",
            "newsletter|newslettera|facebook|twitter|instagram|kanał|youtube|whatsapp|telegram"
            "|kanalımıza|bülten|bültenimize|canale",
        ),
        (
            "اشترك|اشتركوا|تابعنا|تابعونا|انضم|عضو|ما را|به کانال",
            "النشرة|نشرتنا|فيسبوك|تويتر|تلغرام|تيليجرام|واتساب|قناتنا|القناة|کانال|تلگرام"
            "|اینستاگرام|خبرنامه|یوتیوب",
        ),
        ("订阅|关注|訂閱|關注", "通讯|电子报|微信|公众号|频道|推特|電子報|頻道|脸书|臉書|邮件"),
    )
)

# How a notice begins that every page of a site carries.
NOTICES = _beginnings(
    _phrases(
        "we use cookies|this website uses cookies|this site uses cookies"
        "|our website uses cookies|by continuing to use this|by continuing to browse"
        "|by using this site|by clicking accept|by subscribing you agree"
        "|by signing up you agree|this form is protected|this copy is for"
        "|your browser does not support|please enable javascript"
        "|you need to enable javascript|this article is for subscribers"
        "|you have reached your limit|nous utilisons des cookies|ce site utilise des cookies"
        "|en poursuivant votre navigation|utilizamos cookies|este sitio utiliza cookies"
        "|este sitio web utiliza cookies|este sitio usa cookies|este site utiliza cookies"
        "|usamos cookies|wir verwenden cookies|diese website verwendet"
        "|diese seite verwendet cookies|мы используем файлы cookie|мы используем cookie"
        "|этот сайт использует|продолжая использовать|ми використовуємо файли cookie"
        "|мы выкарыстоўваем|ta strona używa|ta strona korzysta z|używamy plików cookie"
        "|korzystamy z plików cookie|bu site çerez|bu web sitesi çerez|çerezleri kullanıyoruz"
        "|نستخدم ملفات تعريف الارتباط|يستخدم هذا الموقع ملفات|questo sito utilizza i cookie"
        "|我们使用cookie|本网站使用cookie|本網站使用cookie"
    )
)

# What a line holds that says whose a page is.
RIGHTS = tuple(
    sorted(
        _phrases(
            "all rights reserved|tous droits réservés|todos los derechos reservados"
            "|todos os direitos reservados|alle rechte vorbehalten|все права защищены"
            "|усі права захищені|усе правы абаронены|wszelkie prawa zastrzeżone"
            "|tüm hakları saklıdır|جميع الحقوق محفوظة|版权所有|版權所有|tutti i diritti riservati"
        )
    )
)

# How a line begins that says who wrote and edited a report, and from which town.
CREDITS = _beginnings(
    _phrases(
        "reporting by|additional reporting by|writing by|edited by|editing by|compiled by"
        "|story by|text by|submitted by u|posted by|photo by|photos by|photograph by"
        "|image credit|photo credit|picture credit|video by|read the full story at|avec afp"
        "|avec agences|con información de|com informações de|crédit photo|foto de"
    )
)

# What names the person who wrote, before a name, in the first lines.
BYLINE = _phrases("by|par|por|von|di|autor|autora|автор|аўтар|yazan|text|texto|texte")

# What stands over the names and telephones of a press office.
CONTACT_HEADS = _beginnings(
    _phrases(
        "for more information please contact|for more information contact"
        "|for further information|for more information and media requests"
        "|for more information and media enquiries|for media inquiries|for media enquiries"
        "|for press inquiries|for press enquiries|for interviews|for inquiries|for enquiries"
        "|media contact|media contacts|press contact|press contacts|media inquiries"
        "|media enquiries|press office|contact information|contact person"
        "|contacts for the media|to arrange an interview|contact"
        "|pour plus d'informations veuillez contacter|pour plus d'informations contactez"
        "|pour toute information|pour toute demande|contact presse|contacts presse"
        "|contact média|contacts médias|para más información|para obtener más información"
        "|contacto de prensa|contactos de prensa|contacto para la prensa|contacto"
        "|para mais informações|contato para a imprensa|contatos para imprensa|pressekontakt"
        "|kontakt für medien|kontakt für die presse|kontakt|kontakt dla mediów"
        "|kontakt dla prasy|контакты для прессы|контакты для сми|контактная информация"
        "|за дополнительной информацией|контакты|контакти для преси|контакти"
        "|за додатковою інформацією|кантакты|للمزيد من المعلومات|لمزيد من المعلومات|للتواصل"
        "|basın için|iletişim|媒体联系|新闻联系|联系人|contatti stampa|ufficio stampa"
    )
)
