"""What names a person, however it was typed: one matcher for the mask on the way in and the gate on the way out.

Both sides read the same patterns, so that the gate finds whatever the mask would have taken away. The patterns expect
text whose letters, digits and dashes are half-width (`half_width`); that map is one to one, so places stay places.
"""

import re
import string
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SHAPES = (
    "髙﨑嵜㟢碕邊邉齋齊斉濵濱瀨德澤廣櫻眞惠榮龍藏條壽彌國囯圀嶋嶌槗桒曻淵圓淸靑黑亞堯槇遙瑤兒學總藪舘頴冨"
    "峯檜鷗穐𠮷靜濤澁瀧龜戶黃增祿禮豐邨埜勳薰營莊縣實寬壯愼敎曾會來樂橫濟淺燈爲當盡穗絲緣繩續聰與舊萬"
    "藝蘆裝讓賴鄕鄉鐵關雜靈顏驛麥楳凉煕嚴栁桺舩鴈鷄麴柗枩昻晧巖彥礒劍剱龝嶽淨隱應緖齡"
)
_ONE_SHAPE = (
    "高崎崎崎崎辺辺斎斎斎浜浜瀬徳沢広桜真恵栄竜蔵条寿弥国国国島島橋桑昇渕円清青黒亜尭槙遥瑶児学総薮館穎富"
    "峰桧鴎秋吉静涛渋滝亀戸黄増禄礼豊村野勲薫営荘県実寛壮慎教曽会来楽横済浅灯為当尽穂糸縁縄続聡与旧万"
    "芸芦装譲頼郷郷鉄関雑霊顔駅麦梅涼熙厳柳柳船雁鶏麹松松昂皓巌彦磯剣剣秋岳浄隠応緒齢"
)
_OF_REGISTERS = str.maketrans(_SHAPES, _ONE_SHAPE)
_COMPATIBLE = (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))
VARIANTS = _OF_REGISTERS | {
    code: ord(plain.translate(_OF_REGISTERS))
    for code in _COMPATIBLE
    if (plain := unicodedata.normalize("NFKC", chr(code))) != chr(code) and len(plain) == 1
}
"""Shapes of one letter that registers, keyboards and PDF files keep apart, to the commonest: those of names, radicals
and compatibility ideographs. A page shows what was written."""
_SHAPES_OF: dict[str, list[str]] = {}
for _shape, _one in VARIANTS.items():
    _SHAPES_OF.setdefault(chr(_one), []).append(chr(_shape))

_HALF_WIDTH = {
    chr(ord(letter) + 0xFEE0): letter for letter in string.ascii_letters + string.digits + "@:./-+_#"
} | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u207b\ufe63", "-")
FULL_WIDTH = re.compile(f"[{re.escape(''.join(_HALF_WIDTH))}]")


def half_width(text: str) -> str:
    """Text with half-width letters, digits, dashes and signs of addresses; as long as it was."""
    return FULL_WIDTH.sub(lambda m: _HALF_WIDTH[m[0]], text)


# Between the groups of a number: nothing, a blank, or a mark with blanks; after a mark the line may end. No tab and no
# end of a cell: those part different numbers.
_MARK = r"[-.・･/()（）のーｰ─━一~〜～_*=:…]"
_GAP = rf"(?:[ \u3000\xa0]?{_MARK}{{1,3}}[ \u3000\xa0\r\n]{{0,9}}|[ \u3000\xa0]{{1,2}})?"
# Area code, exchange, line: 2-4-4 (Tokyo, Osaka and their neighbours), 3-3-4, 4-2-4, 5-1-4; 4-3-3 as free numbers are
# printed; mobile and IP telephones 3-4-4. (Numbering plan of the Ministry of Internal Affairs, without its table of
# areas: who writes a number down may err, and it is still a person's.)
_FROM_AREA = (
    rf"(?:[346]{_GAP}\d{{4}}|[1-9]\d{_GAP}\d{{3}}|[1-9]\d\d{_GAP}\d\d|[1-9]\d{{3}}{_GAP}\d){_GAP}\d{{4}}"
    rf"|[1-9]\d\d{_GAP}\d{{3}}{_GAP}\d{{3}}|[257-9]0(?:{_GAP}\d{{4}}){{2}}|800{_GAP}\d{{3}}{_GAP}\d{{4}}"
)
_ABROAD = rf"81{_GAP}[(（]?0?[)）]?{_GAP}(?:{_FROM_AREA})"
TELEPHONE = re.compile(
    # not the rest of a longer number, and not ten digits among the letters of a hash
    r"(?:0(?<![0-9]0)(?<![0-9][-.,/]0)(?!(?<=[A-Za-z]0)\d{9})(?!\d{9,10}[A-Za-z])"
    rf"(?:{_FROM_AREA})|\+{_ABROAD}|0(?<!\d0)(?:0|10){_GAP}{_ABROAD})(?!\d|[.,]\d)"
)
"""Telephone numbers as they are written in Japan, with or without marks, blanks, brackets and the country's code."""

AT = r"@|[(（\[<＜【{](?:@|at|アット(?:マーク)?|あっと)[)）\]>＞】}]|[☆★●]"
"""What stands for the sign of an address, so that programs do not find it."""

_DOT = r"(?:[.。]|[(（\[](?:dot|ドット)[)）\]])"
MAIL = re.compile(
    rf"[A-Za-z0-9._%+\-]{{1,64}} ?(?:{AT}) ?[A-Za-z0-9\-]+(?:{_DOT}[A-Za-z0-9\-]+)*{_DOT}[A-Za-z][A-Za-z0-9\-]+",
    re.IGNORECASE,
)

_HALF_KANA = {
    form: kana + mark
    for kana in map(chr, range(0xFF66, 0xFF9E))
    for mark in ("", "ﾞ", "ﾟ")
    if len(form := unicodedata.normalize("NFKC", kana + mark)) == 1
}
_SELECTOR = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]?"
_SELECTORS = re.compile(_SELECTOR)
_BETWEEN_LETTERS = r"[\s・,，、/／\"\x1e]{0,3}"
_BETWEEN_PARTS = r"[-_. ー]?"


def named(names: Iterable[str]) -> re.Pattern[str] | None:
    """Pattern of listed names: any blanks between letters, any shape of a letter, either width; None without names."""
    return _named(tuple(sorted(set(names))))


@lru_cache(maxsize=8)
def _named(names: tuple[str, ...]) -> re.Pattern[str] | None:
    bare = {"".join(half_width(_plain(name)).split()).translate(VARIANTS) for name in names}
    known = [_spelled(name) for name in sorted(bare, key=lambda name: (-len(name), name)) if name]
    return re.compile("|".join(known), re.IGNORECASE) if known else None


def _plain(name: str) -> str:
    """A name in full-width kana, whose voicing marks are part of the letter, without signs that choose its shape."""
    return _SELECTORS.sub("", unicodedata.normalize("NFKC", name))


def _spelled(name: str) -> str:
    before = "(?<![A-Za-z0-9])" if name[0].isascii() else ""
    after = "(?![A-Za-z0-9])" if name[-1].isascii() else ""
    if name.isascii():  # an account, which people write with other marks or none
        return before + _BETWEEN_PARTS.join(map(re.escape, re.split(r"[-_.]", name))) + after
    return before + _BETWEEN_LETTERS.join(map(_letter, name)) + after


def _letter(letter: str) -> str:
    if letter.isascii():
        return re.escape(letter)
    shapes = [letter, *_SHAPES_OF.get(letter, ())]
    # The letter and its voicing mark, as some keyboards write it.
    apart = unicodedata.normalize("NFD", letter)
    spelled = [*map(re.escape, shapes), *([apart] if apart != letter else [])]
    spelled += [_HALF_KANA[letter]] if letter in _HALF_KANA else []
    return f"(?:{'|'.join(spelled)}){_SELECTOR}"
