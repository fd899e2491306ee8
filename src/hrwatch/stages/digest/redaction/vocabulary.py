"""The words beside a number that tell what it is. In three kinds: whole words, stems that take
endings, and words of scripts that write no spaces or put prefixes; all are small expressions.

None had a review by native speakers; a word too many costs a reader a figure, one too few shows a
number that the rules without words did not take for one either.
"""

# What stands between a word and its number: "tel. no.: (", "паспорт гражданина РФ серии".
BETWEEN = (
    "no|nos|nr|nro|num|number|numbers|n°|nº|n|is|was|are|card|personal|national|nationale|nacional|ciudadanía|extranjería"
    "|identity|série|serie|series|serial|número|numéro|numero|numara|numarası|de|du|номер[а-я]{0,2}"
    "|сер|сері[яюї]|сери[яиюей]|серыя|личности|особи|асобы|гражданина|гражданки|рф|россии|республики|беларус[ьи]|украин[аы]|україни"
    "|казахстана?|кр|рб|رقم|الرقم|رقمه|رقمها|شماره|ملی|بشماره"
)
BETWEEN_TOUCHING = "号码|號碼|号|號|为|為|是|番号"

IDENTITY = (
    "id|ids|i\\.d\\.?|dni|nif|curp|rfc|cuil|cuit|cpf|cnpj|nin|cnic|nid|cni|t\\.?c\\.?|pesel|egn|jmbg"
    "|oib|bsn|ssn|nss|nino|iban|инн|іпн|ипн|снилс|рнокпп|иин|жсн|уин|р/с|к/с|card|cards"
    "|карт(?:а|ы|е|у|ой)|acc|a/c|bvn|amka|сч[её]т(?:а|у|ом|е)?"
    "|(?-i:NIE|RUN|RUT|RG|NIT|NIC|CIN|NIR|PAN|CI|C\\.I\\.|C\\.C\\.|INE|NI|TCKN)"
)
IDENTITY_STEMS = (
    "passport|passeport|pasaport|passaport|reisepass|paszport|pasaporte|identity (?:card|number)"
    "|identity (?:document|code)|national (?:identity|identification|insurance|id|code)"
    "|identification|personal (?:number|code)|social security|voter id|aadhaar|kimlik"
    "|residence permit|driving licen[cs]e|driver[’']s licen[cs]e|bank account|account (?:no|number)"
    "|tarjeta|cuenta|cédula|cedula|identité|identidad|identidade|carte bancaire|compte bancaire"
    "|sécurité sociale|seguridad social|matrícula consular"
    "|паспорт|загранпаспорт|пашпарт|төлқұжат|уд\\. личности"
    "|идентификационн[а-яё]{1,3} номер|личн[а-яё]{1,3} номер"
    "|особист[а-яіїє]{1,3} номер|асабіст[а-яіў]{1,3} нумар|удостоверени|посвідченн|пасведчанн"
    "|вид[а-я]? на жительство|военн[а-яё]{1,3} билет|жеке куәлі|жеке сәйкестендіру"
    "|расч[её]тн[а-яё]{1,3} сч[её]т|номер[а-я]? сч[её]та"
)
IDENTITY_TOUCHING = (
    "جواز(?: ال?سفر)?|جواز سفره|جواز سفرها|گذرنامه|پاسپورت|کد ملی|كد ملي|کدملی|شماره ملی|شناسنامه"
    "|کارت ملی|کارت بانکی|شماره کارت|شماره حساب|شبا|الهوية|هوية|هويته|هويتها|الرقم الوطني"
    "|رقم وطني|الرقم القومي|الرقم المدني|البطاقة|بطاقة|رقم الحساب|الآيبان|الإقامة"
    "|护照|護照|身份证|身份證|社保号|社会保障|银行卡|銀行卡|卡号|卡號|账号|帳號|账户|パスポート|旅券"
    "|マイナンバー|여권|주민등록|계좌|पासपोर्ट|आधार|পাসপোর্ট|পরিচয়পত্র|หนังสือเดินทาง|บัตรประชาชน"
    "|דרכון|תעודת זהות"
)

PHONE = (
    "tel|tels|tél|tlf|tfno|tlfn|ph|fax|gsm|mob|cel|cep|тел|т/ф|факс|моб|сот|тэл|đt|sdt|(?-i:HP)"
    "|wa\\.me/|t\\.me/"
)
PHONE_STEMS = (
    "phone|telephone|téléphone|telephon|teléfon|telefon|telefax|mobile|móvil|movil|celular|whatsapp"
    "|viber|hotline|helpline|numéro vert|điện thoại|телефон|тэлефон|мобильн|вотсап|ватсап|вацап"
    "|вайбер|горяч(?:ая|ей|ую) лини"
)
PHONE_TOUCHING = (
    "هاتف|تلفون|تليفون|جوال|موبايل|واتساب|واتس ?اب|فاكس|تلفن|موبایل|شماره تماس|电话|電話|手机|手機"
    "|热线|熱線|传真|微信|전화|휴대폰|โทรศัพท์|โทร|फ़ोन|फोन|मोबाइल|दूरभाष|ফোন|মোবাইল|טלפון|נייד|ဖုန်း"
)
# These stand before other numbers too: "cell 1204".
WEAK_PHONE = (
    "cell|cells|call|dial|sms|signal|telegram|portable|fixe|контакт|(?:по|на) номер[а-я]{0,2}"
)
WEAK_PHONE_STEMS = (
    "contact|calling|llam[ea]|appel|звон|позвон|набра|набер|зателефон|патэлефан|сигнал|телеграм"
)
WEAK_PHONE_TOUCHING = "اتصل|اتصال|للتواصل|تماس|همراه|致电|拨打|聯絡|联系"
EXTENSION = (
    "ext(?:ension|n)?|x|доб(?:авочный)?|вн(?:утр)?|poste|int(?:erno)?|anexo|ramal|dahili|durchwahl"
    "|تحويلة|داخلي|داخلی|分机|轉|转|内线|#"
)
AND = "[,;/،、]|and|or|y|o|e|et|ou|и|или|та|або|ці|و|أو|یا|和|或|ve|veya"

CITED = (
    "act|acts|law|laws|bill|bills|art|arts|sec|case|cases|isbn|issn|doi|order|ст|ч|п|фз|loi|lois"
    "|ley|leyes|lei|arrêt|causa|caso|auto|toca|yasa|esas|karar|dava|madde"
)
CITED_STEMS = (
    "application|communication|resolution|article|section|regulation|decree|directive|judgment"
    "|judgement|decision|docket|complaint|petition|dossier|proceeding|statute|ordinance|protocol"
    "|дел[оауе]|заявлени|жалоб|закон|указ|постановлени|стать|статт|артыкул|резолюц|приказ"
    "|решени|протокол|законопроект|распоряжени|справ[аиі]|affaire|requête|résolution|décret"
    "|arrêté|jugement|décision|decreto|expediente|recurso|sentencia|resolución|artículo"
    "|acuerdo|carpeta|demanda|processo|artigo|kanun|genelge"
)
CITED_TOUCHING = (
    "قانون|مرسوم|قرار|المادة|مادة|ماده|قضية|القضية|دعوى|الدعوى|پرونده|دادنامه"
    "|第|法律|条例|案件|文号"
)

CURRENCY_SIGNS = "$€£¥₽₴₸₺₹₩₪₦₱฿₫₾֏﷼"
CURRENCIES = "usd|eur|gbp|chf|rub|rur|byn|uah|kzt|try|irr|cny|rmb|inr|pkr|mxn|brl|cop|ars|rs|руб"
COUNTED = (
    "people|persons?|men|women|children|civilians?|refugees?|migrants?|detainees?|prisoners?"
    "|protest[eo]rs?|casualties|deaths?|victims?|dead|inhabitants|residents|citizens|workers"
    "|families|households|displaced|votes?|voters|witness|signatures|hectares?|tonnes?|tons?"
    "|barrels|km|kg|ha|dollars?|euros?|pounds?|roubles?|rubles?|rupees|rials?|tomans?|liras?|pesos?"
    "|reais|million|billion|человек|людей|лиц|жител|граждан|беженц|мигрант|заключ[её]нн|задержанн"
    "|погибш|ранен|жертв|детей|женщин|голос|подпис|рубл|доллар|евро|гривен|тенге|тонн|гектар"
    "|осіб|жителів|чалавек|personnes|habitants|réfugiés|civils|morts|victimes|enfants|femmes"
    "|électeurs|voix|personas|habitantes|refugiados|civiles|muertos|víctimas|niños|mujeres|votos"
    "|pessoas|kişi|insan|mülteci|sivil|çocuk|lira|شخص|أشخاص|لاجئ|مدني|قتيل|طفل|امرأة|نسمة|دولار"
    "|korun|złot|forint|lei|leva|francs?|yen|yuan|сомони|сум|драм|лари|манат|лей|dinars?|dirhams?|riyals?|kyats?|baht|naira|shillings?|birr"
    "|of (?:them|the)|из них|نفر|کشته|تومان|ریال|人|名|元|美元|人民币"
)
