"""Japanese text on the way in: one form for values, one key for comparison, and personal data masked.

Three different jobs that must not be mixed: :func:`normalise_value` makes a column's values comparable and is
what a page may show; :func:`fold_key` and :func:`strip_for_match` lose information on purpose and are for
matching only; :func:`mask_personal` removes what could name a person from free text and errs on the side of
removing too much.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from itertools import count

from ujo_lib.facts import FULL_WIDTH, MAIL, TELEPHONE, VARIANTS, half_width, named

_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # full-width = + - @, too
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"\s+")
# NFKC leaves these alone. They mean "minus" or "to" only beside a number; \u30fc inside katakana is a letter.
_DASH = "[\u2212\u2010\u2011\u2013\u2014\u2015]"
_NUMERIC_DASH = re.compile(rf"(?<=\d)\s?{_DASH}|{_DASH}(?=\s?\d)|(?<=\d)\u30fc(?=\d)|^\u30fc(?=\d)")
_NUMERIC_WAVE = re.compile(r"(?<=[0-9年月日時分秒歳代円件人名回])\s?\u301c|\u301c(?=\s?\d)")

MACHINE_RULES: Mapping[str, str] = {
    "1-1": "ファイル形式はExcelかCSV",
    "1-2": "1セル1データ",
    "1-3": "数値データは数値属性とし、文字列を含まない",
    "1-4": "セルを結合しない",
    "1-5": "スペースや改行等で体裁を整えない",
    "1-6": "項目名等を省略しない",
    "1-7": "数式は数値データに修正",
    "1-8": "オブジェクトを使用しない",
    "1-9": "データの単位を記載",
    "1-10": "機種依存文字を使用しない",
    "1-11": "時間軸は西暦、または和暦に西暦併記",
    "1-12": "地域コードまたは地域名称を表記",
    "1-13": "数値の列に特殊記号(秘匿等)を含まない",
    "2-1": "データが分断されていない",
    "2-2": "1シートに複数の表がない",
}
"""What makes a table machine-readable (Ministry of Internal Affairs, 2020-12-18): item number → what it asks."""

MACHINE_DEPENDENT = "[①-⑳⑴-⒇Ⅰ-Ⅹⅰ-ⅹ㈱㈲㈹㊤-㊨㍉-㍗㎎-㎞㎡㏄№℡㍻㍼㍽㍾㋿髙﨑]"
"""Pattern of characters that machines show in different ways (item 1-10 of the rules for machine-readable tables)."""


def normalise_value(value: str) -> str:
    """One comparable form of a short value (category, number, code, heading).

    NFKC (①→1, full-width digits, half-width kana), dashes and waves beside numbers to ``-`` and ``~``,
    invisible characters removed, runs of white space to one blank. Variant kanji such as 髙 stay.

    Example:
        >>> normalise_value(" ④〜⑤歳 ")
        '4~5歳'
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", value))
    plain = _NUMERIC_WAVE.sub("~", _NUMERIC_DASH.sub("-", plain))
    return _SPACES.sub(" ", plain).strip()


def fold_key(value: str) -> str:
    """Key under which spellings of one name meet: normalised, no blanks, lower case, 髙 = 高."""
    return _SPACES.sub("", normalise_value(value)).casefold().translate(VARIANTS)


def ambiguous(ways: Mapping[str, Iterable[str]]) -> list[str]:
    """Ways of writing that stand for two names, of which a reader of files would take one: name → how it is written.

    Example:
        >>> ambiguous({"いる": ["1", "いる"], "いない": ["2", "い る"]})
        ['い る']
    """
    meant: dict[str, str] = {}
    written = ((way, name) for name, spellings in ways.items() for way in spellings)
    return [way for way, name in written if meant.setdefault(fold_key(way), name) != name]


def strip_for_match(value: str, keep: str = "") -> str:
    """Bare letters and digits (NFKC, lower case; no blanks, punctuation or symbols but `keep`), for searching leaks."""
    return re.sub(rf"[^\w{keep}]|_", "", unicodedata.normalize("NFKC", value).casefold())


_KANJI = "々〆一-\u9fff豈-\ufaff"
_KATAKANA = "ァ-ヴー"
_PLACE = rf"[{_KANJI}ヶケノツ]{{1,6}}"
_HYPHEN = "[-\u30fc]"
_NOT_IN_URL = r"\s<>「」()\uff08\uff09、。"

_URL = re.compile(
    rf"(?:https?|ftp)://[^{_NOT_IN_URL}]+|(?<![A-Za-z0-9])www\.[^{_NOT_IN_URL}]+", re.IGNORECASE
)
_PHONE = re.compile(rf"[(\uff08]?{TELEPHONE.pattern}")
_BIRTHDAY = re.compile(
    r"(?:(?:昭和|平成|令和|[SHR])\s?(?:元|\d{1,2})|\d{4})[年./]\s?\d{1,2}\s?[月./]\s?\d{1,2}日?(?=\s?生)"
)
_POSTCODE = re.compile(rf"〒\s?\d{{3}}{_HYPHEN}?\d{{4}}|(?<!\d)\d{{3}}{_HYPHEN}\d{{4}}(?!\d|{_HYPHEN})")
_LOT = rf"(?:丁目|番地|番|号|の(?=\d)|{_HYPHEN}(?=\d))"
_ADDRESS = re.compile(
    # a municipality or town, perhaps an 字, then a lot number
    rf"(?:[{_KANJI}]{{2,3}}[都道府県])?(?:{_PLACE}[市郡区])?(?:{_PLACE}[町村区])?(?<=[市郡区町村])"
    rf"(?:大字|字)?[{_KANJI}ヶケノツぁ-ん]{{0,8}}?\s?\d+{_LOT}(?:\d|{_LOT})*"
    rf"|\d+丁目(?:\d|{_LOT})*|\d{{1,5}}番地(?:\d|{_LOT})*|\d{{1,5}}号室"
)
_ID = re.compile(
    r"(?P<lead>(?:(?:LINE|ライン|インスタ|Instagram|Twitter|ツイッター|Discord|ディスコード|TikTok|X)\s?の?\s?)?"
    r"(?:ID|アカウント)\s?[はが:]?\s?)@?[A-Za-z0-9][A-Za-z0-9_.\-]{3,}"
    r"|(?<![A-Za-z0-9])@[A-Za-z0-9_.]{3,}",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(rf"(?<!\d)(?:\d{{4}}\s?{_HYPHEN}?){{2,3}}\d{{4}}(?!\d)|(?<!\d)\d{{10,}}(?!\d)")

_SCHOOL_KINDS = (
    "小学校|中学校|高等学校|高校|特別支援学校|専門学校|高専|大学院|大学|短大|学園|学院|幼稚園|保育園|こども園"
)
_SCHOOL = re.compile(
    r"(?P<kana>(?<![ぁ-ん])[ぁ-ん]{2,4}(?:[がヶケ]?[丘台原野]|(?=女子|[東西南北]|中央|第|学園|学院)))?"
    rf"(?P<name>[{_KANJI}ヶケノ{_KATAKANA}]{{0,10}}?)"
    rf"(?P<kind>{_SCHOOL_KINDS})"
)
# What stands before 高校 without naming one. Entries may be chained (今年私立高校).
_GENERIC_SCHOOL = re.compile(
    "(?:(?:私|公|県|市|町|村|国|都|府|道)立|通信制?|定時制?|全日制?|単位制?|夜間|女子|男子|共学|"
    "工業|商業|農業|普通科?|総合|一般|放送|医療|医科|看護|美容|福祉|専修|各種|養護|短期|認可|認定|無認可|"
    "地元|近所|近く|志望|希望|進学|進学校|母校|別|他|元|現|今|前|某|各|全|新|旧|同|通|小|中|高|第一|第二|"
    "現在|現役|今年|来年|去年|昨年|今月|先月|来月|今日|昨日|明日|毎日|毎朝|最近|当時|今春|春|夏|秋|冬|将来|"
    "結局|一応|一度|二度|一年|二年|三年|四年|兄|弟|姉|妹|娘|息子|孫|長男|次男|三男|長女|次女|三女|子供|子|"
    "父|母|親|夫|妻|彼|彼女|自分|私|俺|僕|不登校|入学|卒業|中退|退学|受験|後|附属|付属|併設|"
    "県内|県外|市内|市外|町内|国内|海外|地方|都会|都内|有名|名門|教授|就職|単位|ー)*"
)
_NAME_CALLED = re.compile(
    rf"(?P<name>(?<![{_KANJI}])[{_KANJI}]{{1,5}}|(?<![{_KATAKANA}])[{_KATAKANA}]{{2,8}}|(?<![ぁ-ん])[ぁ-ん]{{2,8}})"
    rf"(?P<title>さん|さま|くん|ちゃん(?!と)|(?<![ぁ-ん])(?:先生|君)|(?<=[{_KANJI}]{{2}})(?:様(?![々子式相])|氏|殿))"
)
# Kin, trades and others who are called さん or 先生 without being named, and words that merely look so.
_NOT_A_NAME = (
    "(?:(?:お|御)?(?:父|母|兄|姉|爺|婆|祖父|祖母|子|孫|嫁|婿|客|隣|医者)|"
    "おじい|おばあ|おじ|おば|おとう|おかあ|おにい|おねえ|とう|かあ|にい|ねえ|じい|ばあ|大家|家主|旦那|奥|皆|みな|"
    "娘|息子|子供|赤|姪|甥|叔父|叔母|伯父|伯母|義?(?:父|母|兄|姉|弟|妹)|"
    "小児科|心療内科|精神科|内科|外科|養護|担任|担当|学校|保健|主治医|部活|塾|顧問|教頭|校長|主任|"
    "音楽|体育|英語|国語|数学|理科|社会|美術|病院|看護師|医師|保健師|薬剤師|介護士|保育士|相談員|支援員|"
    "職員|係|担当者|店員|店長|社員|部長|課長|係長|社長|上司|同僚|先輩|後輩|患者|利用者|民生委員|児童委員|委員|"
    "警察|警官|市役所|役所|役場|区長|会長|組合|業者|大工|運転手|配達員|美容師|友人|友達|彼氏|彼女|相手|本人|"
    "家族|親|ママ|パパ|ママ友|ヘルパー|カウンセラー|スタッフ|ケアマネ|ケースワーカー|ワーカー|ドクター|"
    "クリニック|バイト|パート|オーナー|リーダー|マスター|ボランティア|同|各|貴|神|仏|王|王子|姫|何|誰|"
    "たく|諸|若|仕|彼|有り|こう|そう|どう|その|この|あの|もう|なん|いろんな|ぎょう)"
)
_IS_NOT_A_NAME = re.compile(f"[ぁ-ん]*{_NOT_A_NAME}|[ぁ-ん]*[はがをにへとでもの]|[ぁ-ん]{{5,}}")
_GIVEN = rf"[ \u3000]?(?:[{_KANJI}]{{1,3}}|(?!です|とい|だ)[ぁ-ん]{{2,5}}?|[{_KATAKANA}]{{2,6}})"
_NAME_STATED = re.compile(
    rf"(?P<lead>(?:名前|氏名|本名)[はが:]\s?)(?P<name>[{_KANJI}]{{1,4}}(?:{_GIVEN})?|[{_KATAKANA}]{{2,8}}|[ぁ-ん]{{2,4}})"
    r"(?=です|だ|と|。|、|\s|$)"
    rf"|(?P<self>私は|わたしは|僕は|俺は|[校園院学課部]の)(?P<introduced>[{_KANJI}]{{1,4}}(?:{_GIVEN})?)"
    r"(?=と申し|と言い|と言う者|という者|とい(?:う|いま)|っていい)"
    rf"|(?P<i>私は|わたしは|僕は|俺は)(?P<am>[{_KANJI}]{{2,5}}|[{_KATAKANA}]{{2,8}})(?=です(?:。|$|\s))"
)
_STATED_IS_NOT_NAME = re.compile(
    f"{_NOT_A_NAME}|.*(?:歳|代|生|性|員|師|者|人|病|症|障害|校|職|業|婦|夫|学年|派|民|型|別|用|的|好き|嫌い|元気|"
    "孤独|不安|限界|普通|大丈夫|独身|未婚|既婚|離婚|同居|別居|在住|出身|在宅|心配|無理|最低|最悪|幸せ)"
)
# Frequent surnames that are neither an everyday word nor a place: masked even without さん.
_COMMON_NAMES = (
    "(?:佐藤|鈴木|高橋|髙橋|伊藤|渡辺|渡邊|渡邉|中村|小林|加藤|吉田|山田|佐々木|斎藤|齋藤|斉藤|井上|木村|清水|"
    "山崎|池田|阿部|橋本|山下|中島|前田|藤田|後藤|岡田|長谷川|村上|近藤|坂本|遠藤|青木|藤井|西村|太田|藤原|"
    "三浦|岡本|中川|松田|中山|竹内|金子|和田|原田|柴田|酒井|工藤|横山|宮本|内田|高木|安藤|谷口|高田|河野|"
    "今井|小野|小山|丸山|杉山|田中)"
)
_SURNAMES = re.compile(
    _COMMON_NAMES
    + rf"(?:(?:{_GIVEN})?(?=です|と(?:申|い|言))|(?=[ \u3000]?(?:[がはにのもをとへやで、。,.]|$)))"
)
# Letters in both cases, spelled out: without IGNORECASE the engine leaps from one possible beginning to the next.
_SEEDS = (
    "@|[Ii\u0130\u0131][Dd]|アカウント|[(\uff08\\[<\uff1c【{](?:[Aa][Tt]|アット|あっと)|[☆★●] ?[A-Za-z0-9]"
)
_HAS_SEED = re.compile(_SEEDS)
_SEED_LETTERS = ("@", "D", "d", "T", "t", "アカウント", "アット", "あっと", "☆", "★", "●")
_BORN = re.compile(r"\d日?\s?生")
_DIGIT = re.compile(r"\d")
_TELEPHONE_DIGITS = 10
_LOT_NUMBER = re.compile(rf"\d{_LOT}|\d号室")
# Words one of which stands in every name that a rule finds, no farther from its ends than the reach: Python finds a
# word far faster than it tries a rule at every letter.
_SCHOOL_KIND = re.compile(_SCHOOL_KINDS)
_TITLE = re.compile("さん|さま|くん|ちゃん|先生|君|様|氏|殿")
_STATING = re.compile("名前|氏名|本名|(?:私|わたし|僕|俺)は|[校園院学課部]の")
_REACH = 24


def _may_name() -> str:
    digit, blank = r"\p{Nd}", r"[\s\x0b\x1c-\x1f\x{85}\p{Z}]"
    letter = f"[{_KANJI}{_KATAKANA}]"
    said = "(?:と申し|と言い|と言う者|という者|とい[うい]|っていい)"
    parts = (
        FULL_WIDTH.pattern,
        r"://|[Ww]{3}\.",
        _SEEDS,
        rf"{digit}日?{blank}?生",
        rf"{digit}(?:丁目|番|号|[の\x{{30fc}}-]{digit})",
        rf"(?:{digit}\P{{Nd}}*){{{_TELEPHONE_DIGITS}}}",
        rf"[{_KANJI}ヶケノ{_KATAKANA}](?:{_SCHOOL_KINDS})|[ぁ-ん](?:学園|学院)",
        f"(?:名前|氏名|本名)[はが:]|(?:(?:私|わたし|僕|俺)は|[校園院学課部]の){letter}.{{0,12}}{said}",
        rf"(?:私|わたし|僕|俺)は{letter}{{2,8}}です",
        rf"(?:[{_KANJI}]|[{_KATAKANA}]{{2}}|[ぁ-ん]{{2}})(?:さん|さま|くん|ちゃん)|{letter}(?:先生|君)",
        rf"[{_KANJI}]{{2}}(?:様(?:[^々子式相]|$)|氏|殿)",
        _COMMON_NAMES,
    )
    return "(?s)" + "|".join(parts)


MAY_NAME_RE2 = _may_name()
"""Finds something in every text of which :func:`mask_personal` would change anything without listed names.

RE2 reads a column ten times as fast as Python does but cannot look around: these are the rules without their looks
aside, with blanks and digits spelled out.
"""


OLDEST = 120
"""Nobody is older."""
OPEN_END = 99
"""Year of age with which open bands end where years of age are counted."""
_KANJI_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile("([二三四五六七八九])?(十)?([一二三四五六七八九])?")
_BAND = re.compile(
    r"(?P<low>\d{1,3})(?:歳?(?:~|-|から)(?P<high>\d{1,3}))?(?P<unit>歳代|歳台|代|歳)?(?P<open>以上|以下|未満)?"
)


def _kanji_to_digits(text: str) -> str:
    def number(match: re.Match[str]) -> str:
        if not match[0]:
            return ""
        tens = (_KANJI_DIGITS[match[1]] if match[1] else 1) * 10 if match[2] else 0
        if not match[2] and match[1] and match[3]:
            return match[0]
        ones = match[3] or ("" if match[2] else match[1])
        return str(tens + (_KANJI_DIGITS[ones] if ones else 0))

    return _KANJI_NUMBER.sub(number, text)


@lru_cache(maxsize=4096)
def age_range(text: str) -> tuple[int, int] | None:
    """Ages a band covers, both ends included: 「40歳代」「四十代」「40~49歳」 → (40, 49), 「65歳以上」 → (65, 999).

    Of ages in brackets those, 10歳代(15~19), unless the ages in front are others: 40代(3) is nobody of three.
    None for 不明 and whatever else names no ages.
    """
    plain = re.sub(r"\s+", "", normalise_value(text)).replace("\u301c", "~").replace("才", "歳")
    if within := re.fullmatch(r"(.+)\((.+)\)", plain):
        front = _kanji_to_digits(within[1])
        bands = [front] if age_range(front) else re.findall(r"\d{1,3}(?:歳代|歳台|代|歳)", front)
        ages, before = age_range(within[2]), [band for one in bands if (band := age_range(one))]
        return ages if ages and all(low <= ages[1] and ages[0] <= high for low, high in before) else None
    match = _BAND.fullmatch(_kanji_to_digits(plain))
    if match is None or (low := int(match["low"])) > OLDEST:
        return None
    if match["high"]:
        return (low, int(match["high"]))
    if match["open"] == "以上":
        return (low, 999)
    if match["open"]:
        return (0, low - (match["open"] == "未満"))
    if match["unit"] in ("歳代", "歳台", "代"):
        return (low, low + 9)
    return (low, low)


@lru_cache(maxsize=10_000)  # columns repeat themselves
def cells(text: str) -> int:
    """Cells that a text takes in letters of one width: two for a Japanese character, none for a combining mark."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text
    )


def may_be_formula(text: str) -> bool:
    """Whether a spreadsheet program may run a text as a formula; a sign alone is none."""
    return len(text) > 1 and text.startswith(_FORMULA_STARTS)


def told_apart(names: Sequence[str]) -> list[str]:
    """Names that stand several times with numbers behind them, name_1, name_2, past those that are names already."""
    made, taken = [], set(names)
    for name in names:
        numbered = (f"{name}_{number}" for number in count(1))
        made.append(name if names.count(name) == 1 else next(new for new in numbered if new not in taken))
        taken.add(made[-1])
    return made


def likely_meant(word: str, known: Iterable[str]) -> str | None:
    """The known value of which a word may be a slip; another number makes another value: R6 is no slip for R5."""
    digits = re.findall(r"\d", word)
    fitting = [one for one in known if re.findall(r"\d", one) == digits]
    return next(iter(get_close_matches(word, fitting, n=1, cutoff=0.5)), None)


def mask_personal(text: str, names: Iterable[str] = ()) -> str:
    """Free text with what could name a person replaced by its kind in brackets, e.g. 「〔氏名〕さん」.

    Masked: names (listed, called 「…さん」, stated, frequent surnames), telephone numbers, mail, URLs, addresses
    and post codes, the proper part of school names, account and other long numbers, birthdays. Full-width
    letters and digits come back half-width. Telephones, mail and listed names are the gate's own
    (:mod:`ujo_lib.facts`). Rules without a dictionary miss rare names and hide some harmless
    words; that is why a masked text still never reaches an output.

    Args:
        text: one free text.
        names: names known to the caller (staff, commissioners), with or without blanks, in any shape of their letters.
    """
    masked = half_width(text)
    if "/" in masked or "." in masked:
        masked = _URL.sub("〔URL〕", masked)
    if any(letter in masked for letter in _SEED_LETTERS) and _HAS_SEED.search(masked):
        masked = _ID.sub(lambda m: f"{m['lead'] or ''}〔ID〕", MAIL.sub("〔メール〕", masked))
    if _LOT_NUMBER.search(masked):
        masked = _POSTCODE.sub("〔住所〕", _mask_numbers(masked))
        masked = _ADDRESS.sub("〔住所〕", masked)
    else:
        masked = _mask_numbers(masked)
    if listed := named(names):
        masked = listed.sub("〔氏名〕", masked)
    masked = _sub_near(_SCHOOL_KIND, _SCHOOL, _mask_school, masked)
    masked = _sub_near(_STATING, _NAME_STATED, _mask_stated, masked)
    masked = _sub_near(_TITLE, _NAME_CALLED, _mask_called, masked)
    return _SURNAMES.sub("〔氏名〕", masked)


def _sub_near(
    word: re.Pattern[str], rule: re.Pattern[str], mask: Callable[[re.Match[str]], str], text: str
) -> str:
    """``rule.sub(mask, text)``, tried only around the words that the rule cannot do without."""
    around: list[list[int]] = []
    for found in word.finditer(text):
        if around and found.start() - _REACH <= around[-1][1]:
            around[-1][1] = found.end() + _REACH
        else:
            around.append([max(0, found.start() - _REACH), found.end() + _REACH])
    parts: list[str] = []
    done = 0
    for first, last in around:
        for match in rule.finditer(text, first, last):
            parts += text[done : match.start()], mask(match)
            done = match.end()
    return "".join([*parts, text[done:]]) if parts else text


def _mask_numbers(text: str) -> str:
    """Birthdays, telephone and other long numbers; most texts hold too few digits to have any."""
    if "生" in text and _BORN.search(text):
        text = _BIRTHDAY.sub("〔生年月日〕", text)
    if len(_DIGIT.findall(text)) < _TELEPHONE_DIGITS:
        return text
    return _LONG_NUMBER.sub("〔番号〕", _PHONE.sub("〔電話番号〕", text))


def _mask_school(match: re.Match[str]) -> str:
    generic = not match["kana"] and _GENERIC_SCHOOL.fullmatch(match["name"])
    return match[0] if generic else f"〔学校名〕{match['kind']}"


def _mask_called(match: re.Match[str]) -> str:
    return match[0] if _IS_NOT_A_NAME.fullmatch(match["name"]) else f"〔氏名〕{match['title']}"


def _mask_stated(match: re.Match[str]) -> str:
    name = match["name"] or match["introduced"] or match["am"]
    return match[0] if _STATED_IS_NOT_NAME.fullmatch(name) else f"{match[0].removesuffix(name)}〔氏名〕"
