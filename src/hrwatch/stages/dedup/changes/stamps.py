"""The words of stamps and counters: when a page was touched, how often it was read; by language,
those with an asterisk with any ending. A line is a stamp where all its words are here, and one of
them is among those that tell."""

# What such a line is about; one of these stands in it. Those with an asterisk have endings.
TELLING = """
    updated update published posted modified edited revised views view viewed reads read reading
    hits comments comment shares share shared likes like minread mis-à-jour publié publiée
    publication modifié actualisé vues vue lecture lectures commentaires commentaire partages
    partage actualizado actualizada publicado publicada modificado visitas lecturas lectura
    comentarios comentario compartidos vistas atualizado atualizada publicada modificada
    visualizações leituras leitura comentários comentário partilhas aktualisiert veröffentlicht
    geändert stand aufrufe lesezeit kommentare kommentar gelesen zuletzt обновл* опубликов*
    изменен* просмотр* прочтен* прочитал* комментар* чтения оновлен* опублікован* змінен*
    перегляд* коментар* читання абноўлен* апублікаван* праглядаў прагляды каментар* zaktualizowano
    aktualizacja opublikowano wyświetleń odsłon odsłony komentarzy komentarze czytania güncelleme
    güncellendi güncellenme yayınlanma yayınlandı yayımlandı görüntülenme okunma yorum okuma تحديث
    نشر نشرت نُشر آخر مشاهدة مشاهدات قراءة تعليق تعليقات مشاركات به‌روزرسانی بروزرسانی انتشار
    منتشر بازدید نظر نظرات دیدگاه مطالعه aggiornato pubblicato modificato visualizzazioni lettura
    commenti bijgewerkt gepubliceerd gewijzigd weergaven reacties leestijd अपडेट प्रकाशित
    القراءة المشاهدات التعليقات النشر التحديث
"""
# The same, but where a line tells only this, it may be a word of a story.
RELATIVE = """
    ago now today yesterday hier aujourd'hui hoy ayer hoje ontem heute gestern сегодня вчера назад
    сьогодні вчора тому сёння ўчора dzisiaj dziś wczoraj temu önce bugün dün منذ اليوم أمس پیش
    امروز دیروز oggi ieri gisteren vandaag geleden पहले
"""
# What may stand beside it: units, clocks, what joins.
COMPANY = """
    last first this page article story post was on at in of by the a an and for from to since time
    date day days hour hours hr hrs h minute minutes min mins m second seconds sec s week weeks
    month months year years total number count just am pm o'clock k mln more
    le la les il y a à de du dernière mise jour jours heure heures semaine semaines mois ans an
    date temps pour par en et
    hace el los las a la de del última actualización publicación fecha tiempo hora horas día días
    semana semanas mes meses año años minutos minuto y en
    há às os da do em última atualização publicação data tempo hora horas dia dias semana semanas
    mês meses ano anos minutos minuto e
    vor am um der die das uhr tag tagen stunde stunden woche wochen monat monaten jahr jahren
    minuten minute letzte aktualisierung und von bis ca
    в во на к и дата врем* последн* послед* минут* час часа часов день дня дней недел* месяц* год
    года лет тыс млн всего мин сек
    у о об та останн* хвилин* годин* годину тиждень тижн* місяц* рік роки років дні днів хв
    а апошн* хвілін* гадзін* дзень дзён тыдзень тыдн* месяц* год гадоў
    o w z dnia godz godzina godzin godziny minut minuty dni tydzień tygodni miesiąc lata lat
    ostatnia
    data czas liczba
    son saat dakika dk gün hafta ay yıl tarihi süresi kez kere
    في تاريخ الساعة ساعة ساعات دقيقة دقائق يوم أيام شهر أشهر سنة وقت عدد مساء صباحا قبل بتوقيت
    غرينتش مرة
    در تاریخ ساعت دقیقه روز ماه سال آخرین زمان تعداد قبل شده
    il alle ore ultimo ultima aggiornamento data tempo di minuti ore giorni fa
    op om uur minuten dagen laatst
    gmt utc cet cest eet eest msk мск est edt pst pdt bst ist
"""
# Scripts without spaces: whole phrases, the longest first.
UNSPACED_TELLING = """
    最后更新 最後更新 更新时间 更新時間 更新于 更新於 更新 发布时间 發布時間 发布于 發布於
    发表时间 发表于 發表於 发布 發布 发表 發表 人阅读 人閱讀 人浏览 人評論 人评论 阅读量 閱讀量
    阅读数 阅读 閱讀 浏览量 瀏覽量 浏览次数 浏览 瀏覽 点击 點擊 点击量 评论 評論 留言 分享 转发
    点赞 预计阅读 公開日 更新日 掲載 閲覧 読了 コメント อัปเดตล่าสุด อัพเดทล่าสุด อัปเดต อัพเดท
    เผยแพร่เมื่อ เผยแพร่ แก้ไขล่าสุด เข้าชม อ่านแล้ว ยอดวิว ความคิดเห็น แชร์ อ่าน ปรับปรุงล่าสุด
    နောက်ဆုံး ကြည့်ရှုမှု
"""
UNSPACED_RELATIVE = """
    刚刚 剛剛 今天 昨天 たった今 ที่แล้ว เมื่อวาน วันนี้
"""
UNSPACED_COMPANY = """
    时间 時間 日期 次数 次數 次 年 月 日 时 時 点 點 分钟 分鐘 分 秒 小时 小時 天 周 週 前 上午
    下午 约 約 共 条 條
    于 於 万 萬 千 星期 一 二 三 四 五 六 曜日
    ครั้ง คน วันที่ วัน เวลา น. นาที ชั่วโมง สัปดาห์ เดือน ปี เมื่อ โดย ล่าสุด ใช้เวลา พ.ศ. ประมาณ
    มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน
    ธันวาคม
    จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อาทิตย์
"""
# Months and days, as stems where a language has endings; "may" and "sun" are words too, but not
# in a line in which every other word is of this kind.
DAYS = """
    january february march april may june july august september october november december jan feb
    mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday
    sunday mon tue tues wed thu thur thurs fri sat sun st nd rd th
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre lundi
    mardi mercredi jeudi vendredi samedi dimanche janv févr juil er
    enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre
    diciembre lunes martes miércoles jueves viernes sábado domingo ene abr ago dic
    janeiro fevereiro março maio junho julho setembro outubro novembro dezembro segunda terça
    quarta quinta sexta feira fev abr set out dez
    januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag
    samstag sonntag
    январ* феврал* март* апрел* мая май июн* июл* август* сентябр* октябр* ноябр* декабр* янв фев
    мар апр авг сен окт ноя дек понедельник* вторник* сред* четверг* пятниц* суббот* воскресень*
    січ* лют* берез* квіт* трав* черв* лип* серп* верес* жовт* листопад* груд* понеділ* вівтор*
    серед* четвер* пʼятниц* субот* неділ*
    студзен* лют* сакавік* красавік* ма* чэрвен* ліпен* жнівен* верасен* кастрычнік* лістапад*
    снеж* панядзел* аўтор* серад* чацвер* пятніц* нядзел*
    styczn* lut* marc* kwietn* maj* czerw* lip* sierp* wrze* październik* listopad* grud*
    poniedział* wtorek środa czwartek piątek sobota niedziela
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık pazartesi salı
    çarşamba perşembe cuma cumartesi pazar
    يناير فبراير مارس أبريل إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر كانون الثاني
    شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين الأول الاثنين الإثنين الثلاثاء الأربعاء الخميس
    الجمعة السبت الأحد
    فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند ژانویه فوریه مارس آوریل مه
    ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر شنبه یکشنبه دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه
    gennaio febbraio aprile maggio giugno luglio settembre ottobre novembre dicembre lunedì
    martedì
    mercoledì giovedì venerdì sabato domenica
"""
