"""What is one word to the rules, in every script: how text is cut into words and words are folded.

One folding serves every language: NFKC, case folded, İ I ı i as one letter, ё as е, ў as у, Arabic
and Persian letters unified, tatweel, tashkeel, soft hyphen and joiners dropped, traditional Chinese
as simplified. Scripts without spaces give one word a character, so that a phrase of them matches as
a substring; a Persian ZWNJ parts words as a space does, since writers use either.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Marks that Python's \w leaves out, and joiners that stand inside a word.
_INSIDE = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed\u0730-\u074a"
    "\u07a6-\u07b0\u0900-\u0963\u0966-\u0dff\u0f71-\u0fbc\u00ad\u200c\u200d"
)
_UNSPACED = (
    "\u0e01-\u0eff\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[\w{_INSIDE}]+")
_WORD_OR_CHARACTER = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\w{_INSIDE}])+")
_ANY_UNSPACED = re.compile(rf"[{_UNSPACED}]")
# Letters to Python that are apostrophes to readers; and the underscore, no part of a word here.
_NOT_LETTERS = {ord("_"): " ", **{code: "'" for code in range(0x2B9, 0x2C0)}}
_PERSIAN_JOINT = re.compile("(?<=[\u0620-\u06ff])\u200c")
_LONGEST_WORD = 64  # letters that are compared; what folding remembers has to stay small

# Traditional characters, each with its simplified one: those that the rules and news use.
_CHINESE = (
    "強强難难權权獄狱輪轮處处決决監监審审計计試试歐欧滅灭絕绝種种離离戰战爭争國国際际無无剝剥"
    "奪夺遷迁綁绑質质舉举報报壓压鎮镇訊讯與与關关閉闭單单獨独擊击襲袭傷伤殺杀殘残礙碍視视見见"
    "聞闻記记體体網网絡络斷断識识別别臉脸間间諜谍軟软婦妇兒儿姦奸墮堕勞劳動动罷罢會会結结團团"
    "論论達达誹诽謗谤顛颠遊游淚泪彈弹衛卫師师維维護护尋寻歸归還还驅驱邊边販贩運运賣卖隸隶詐诈"
    "騙骗園园區区災灾飢饥圍围營营轟轰導导機机砲炮毆殴電电濫滥員员當当選选軍军變变嚴严緊紧狀状"
    "態态愛爱發发現现門门開开時时長长東东馬马鳥鸟語语說说話话請请謝谢認认讓让議议訴诉訟讼證证"
    "調调談谈諾诺講讲譯译讀读貪贪責责貧贫財财費费資资賠赔賴赖贊赞車车軌轨輕轻載载輯辑轉转農农"
    "連连進进過过遠远違违適适遺遗郵邮鄉乡醫医釋释鐵铁銀银錢钱鎖锁鏈链閱阅陣阵陽阳隊队階阶隨随"
    "險险隱隐雙双雜杂雞鸡雲云靈灵靜静響响頁页項项須须領领頭头題题願愿類类顯显風风飛飞養养餘余"
    "館馆驗验驚惊髮发鬥斗魚鱼鮮鲜麗丽麥麦黃黄點点黨党齊齐齒齿龍龙歲岁歷历殼壳氣气漢汉滿满漁渔"
    "潛潜澤泽濟济為为烏乌煙烟熱热燈灯爾尔爺爷牆墙獎奖獲获環环產产畢毕畫画異异療疗盜盗盡尽盤盘"
    "眾众礦矿禮礼禍祸積积穩稳窮穷競竞筆笔節节範范築筑簡简籤签糧粮級级約约紀纪純纯納纳紙纸細细"
    "終终組组統统經经綠绿線线緬缅練练縣县總总績绩織织罰罚羅罗義义習习聯联職职聽听肅肃腦脑臺台"
    "舊旧興兴藝艺藥药蘇苏虛虚號号補补裝装複复製制觀观規规親亲覺觉訓训託托設设許许訪访診诊詞词"
    "該该詳详誤误課课諮咨貢贡貴贵買买貿贸賓宾賽赛贏赢趕赶趙赵跡迹踐践務务勝胜勢势勵励協协卻却"
    "參参問问啟启喪丧嗎吗嘆叹圖图圓圆場场壞坏夠够夢梦奧奥媽妈學学孫孙寧宁實实寫写寬宽專专將将"
    "對对屆届屍尸層层屬属島岛帶带幣币幫帮幹干幾几庫库廠厂廢废廣广張张彙汇後后從从復复徵征徹彻"
    "恥耻悅悦惡恶惱恼慘惨慣惯慮虑慶庆憂忧憲宪應应懷怀懲惩戀恋戲戏戶户拋抛採采掃扫揚扬換换損损"
    "搖摇搶抢撐撑撥拨擁拥擇择擋挡據据擴扩擾扰攝摄敗败敵敌數数斂敛斬斩於于晉晋暫暂朧胧條条極极"
    "構构槍枪樂乐標标樣样樹树橋桥檔档檢检歡欢華华亂乱敘叙韓韩蘭兰偵侦脫脱懸悬嬰婴薩萨擄掳脅胁"
    "輿舆銷销遞递賄贿輔辅憤愤"
)
_PAIRS = dict(zip(_CHINESE[::2], _CHINESE[1::2], strict=True))

_LETTERS = {
    **dict.fromkeys([0x00AD, 0x200C, 0x200D, 0x0640, 0x0307, 0x0670]),
    **dict.fromkeys(range(0x064B, 0x0660)),
    **dict.fromkeys(range(0x06D6, 0x06EE)),
    **{ord(letter): "i" for letter in "İIı"},
    **{ord(letter): "ا" for letter in "أإآٱ"},
    **{ord(letter): "ي" for letter in "ىی"},
    ord("ک"): "ك",
    ord("ة"): "ه",
    ord("ё"): "е",
    ord("Ё"): "е",
    ord("ў"): "у",
    ord("Ў"): "у",
    **{ord(traditional): simplified for traditional, simplified in _PAIRS.items()},
}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a phrase as rules write it; `stem`: any letters may follow."""

    form: str
    stem: bool

    def covers(self, other: "Word") -> bool:
        """Return whether every word that `other` finds is found by this one too."""
        if self.stem:
            return other.form.startswith(self.form)
        return not other.stem and other.form == self.form


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """Return one word as it is compared; empty when nothing but joiners is left."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word).translate(_LETTERS).casefold()


def plain(text: str) -> str:
    """Return `text` of the same length, with what only looks like letters made what it is."""
    text = text.translate(_NOT_LETTERS)
    return _PERSIAN_JOINT.sub(" ", text) if "\u200c" in text else text


def cut(text: str) -> Iterator[tuple[str, int, int]]:
    """Given what `plain` returned, yield its words folded, with where each begins and ends."""
    pattern = _WORD_OR_CHARACTER if _ANY_UNSPACED.search(text) else _WORD
    for match in pattern.finditer(text):
        form = fold_word(match[0][:_LONGEST_WORD])
        if form:
            yield form, match.start(), match.end()


def of_phrase(phrase: str) -> tuple[Word, ...]:
    """Given a phrase as rules write it, return its words; none when it could never be found."""
    return tuple(Word(form, phrase[end : end + 1] == "*") for form, _, end in cut(plain(phrase)))
