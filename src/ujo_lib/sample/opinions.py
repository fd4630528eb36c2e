"""Free answers of the survey, written for the sample; every sentence and name is invented.

An opinion carries the themes it speaks of, so that a codebook of support needs can be tested against them.
"""

from typing import Final, NamedTuple


class Opinion(NamedTuple):
    """A commissioner's remark and what it is about."""

    text: str
    themes: tuple[str, ...]


FAMILY, REGULAR, PLACE, WORK, NOTICE, VISIT, PRIVACY, MEDICAL, MONEY, WATCH, NONE = (
    "family_support", "regular_survey", "place", "work_support", "information", "visit", "privacy", "medical",
    "economic", "watching", "none",
)  # fmt: skip

OPINIONS: Final = (
    Opinion("親御さんが疲れ切っている。まずは家族を支える仕組みが必要だと思う。", (FAMILY,)),
    Opinion("本人よりも先に、家族が気軽に話せる相手をつくってほしい。", (FAMILY,)),
    Opinion("家族への支援が足りない。母親が一人で抱え込んでいる家がある。", (FAMILY,)),
    Opinion(
        "高齢の親が年金で養っており、親が倒れたあとが心配。家族ぐるみの支援をお願いしたい。", (FAMILY, MONEY)
    ),
    Opinion("家族会のような集まりがあれば紹介したい。", (FAMILY, PLACE)),
    Opinion("世間体を気にして、ご家族が相談をためらっている。家族向けの案内がほしい。", (FAMILY, NOTICE)),
    Opinion("お父さんは「もうあきらめた」と言う。家族の気持ちを聞く人が要る。", (FAMILY,)),
    Opinion("家族が何年も口にできなかったと言っていた。ご家族への声かけを続けたい。", (FAMILY, WATCH)),
    Opinion("きょうだいの代になったとき誰が面倒を見るのか。家族への早めの助言が必要。", (FAMILY,)),
    Opinion("家族支援の専門の窓口を身近な場所に設けてほしい。", (FAMILY,)),
    Opinion("本人は会ってくれないので、まず親の相談にのるところから始めるしかない。", (FAMILY,)),
    Opinion("介護の訪問の際に息子さんのことが分かった。世帯全体で支える視点がほしい。", (FAMILY, VISIT)),
    Opinion("奥さんが働き、家のことも全部している。休める時間をつくってあげたい。", (FAMILY,)),
    Opinion("一度きりの調査で終わらせず、定期的に状況をつかむことが大切。", (REGULAR,)),
    Opinion("毎年とは言わないが、数年おきに実態を調べるべきだ。", (REGULAR,)),
    Opinion("前回の調査から変わった家もある。定期的な把握を続けてほしい。", (REGULAR,)),
    Opinion("委員が交代すると分からなくなるので、継続して把握できる方法を考えてほしい。", (REGULAR,)),
    Opinion("学校を出たあとに行く場所がない。昼間に立ち寄れる居場所が近くにあればよい。", (PLACE,)),
    Opinion("公民館の一室でもよいので、集まれる場所を開いてほしい。", (PLACE,)),
    Opinion("人目を気にせず過ごせる場所があれば外に出るきっかけになる。", (PLACE,)),
    Opinion("短い時間から働ける職場があると本人も家族も助かる。", (WORK,)),
    Opinion("農作業の手伝いから始めて、少しずつ働けるようになった例を聞いた。", (WORK,)),
    Opinion("就労の支援は、面接の練習よりも前の段階が必要だと感じる。", (WORK,)),
    Opinion("どこに相談すればよいのか住民に知られていない。広報をもっとしてほしい。", (NOTICE,)),
    Opinion("相談先の一覧があると、訪問したときに渡せる。", (NOTICE, VISIT)),
    Opinion("支援センターがあることを、この調査で初めて知った。", (NOTICE,)),
    Opinion("訪問しても玄関先で断られる。専門の人と一緒に回れるとありがたい。", (VISIT,)),
    Opinion("民生委員だけで訪ねるのは限界がある。保健師さんと同行したい。", (VISIT, MEDICAL)),
    Opinion("手紙を入れることから始めている。焦らず訪問を重ねたい。", (VISIT,)),
    Opinion("個人情報の壁があり、気になる家があっても踏み込めない。", (PRIVACY,)),
    Opinion("隣近所でも事情が分からず、若い世帯のことはほとんどつかめない。", (PRIVACY,)),
    Opinion("守秘義務があるので誰にも相談できず、委員自身が悩んでいる。", (PRIVACY,)),
    Opinion("集合住宅は表札もなく、把握が難しい。", (PRIVACY,)),
    Opinion("通院につながっていない方がいる。医療の側から来てもらう方法はないか。", (MEDICAL,)),
    Opinion("病気なのか性格なのか判断がつかない。医師の助言がほしい。", (MEDICAL,)),
    Opinion("生活費に困っている様子の家がある。お金の相談もできるとよい。", (MONEY,)),
    Opinion("夜に明かりがついているかを見て、そっと見守っている。", (WATCH,)),
    Opinion("新聞の配達の方と一緒に見守りをしている。", (WATCH,)),
    Opinion("担当の区域には該当する方はいないと思う。特に意見はありません。", (NONE,)),
    Opinion("特になし。", (NONE,)),
    Opinion(
        "松田みどりさん(090-0000-2217)のお宅のことは電話で話したい。家族への支援をお願いします。", (FAMILY,)
    ),
    Opinion("あおば台中学校を出てから家にいる子がいる。親が気をもんでいる。", (FAMILY,)),
)
"""Commissioners' opinions; family support leads by design, one or two carry invented personal data to mask."""

CASE_NOTES: Final = (
    "買い物は夜の時間に一人で行っているようだ。",
    "高校の途中から姿を見かけなくなった。",
    "以前は会社勤めをしていたが、体調を崩して辞めたと聞く。",
    "母親とは会話があるが、父親とは口をきかないとのこと。",
    "ゲームの話になると少し笑顔が見られる。",
    "地域の行事には長い間出てきていない。",
    "家の前の掃除をしている姿を一度見かけた。",
    "祖母の介護を手伝っていたが、亡くなってから外に出なくなった。",
    "大学を中退して戻ってきたあと、家で過ごしている。",
    "支援センターの職員が月に一度たずねている。",
    "親が高齢で、これからのことを心配している。",
)

TRIGGER_OTHER: Final = ("引っ越しのあと地域になじめなかった", "家業をたたんだこと")
