"""The data dictionary: what each kind of file must hold, in one declarative table.

Everything else in the room reads from here: the headings that are recognised, the parsers that are applied, the checks
that close the reading, and data/README.md. What differs from city to city is not written here: districts, desks and
answer scales stand in the ``labels`` of inputs.yaml, the questions of the survey in its questionnaire.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from ujo_lib.params.inputs import KINDS, QUESTIONNAIRES
from ujo_lib.questionnaire import Item

ColumnType = Literal[
    "id",
    "str",
    "text",
    "cat",
    "age",
    "int",
    "number",
    "share",
    "flag",
    "date",
    "datetime",
    "hour",
    "zone",
    "year",
]
"""How a column is read: ``id`` text with its leading zeros; ``text`` free text, masked while loading; ``age`` a band;
``zone`` a clock range such as 20:00~26:00; ``year`` a fiscal year."""

EXAMPLE_MARK = "【記入例】"
"""Opens the example row of an empty form; a row in which a cell opens with it is no data."""

NUMERIC: frozenset[ColumnType] = frozenset({"int", "number", "share", "hour", "year"})
"""Types in which a missing-value sign may stand for a number."""

DTYPES: Mapping[ColumnType, str] = {
    "id": "string[pyarrow]",
    "str": "string[pyarrow]",
    "text": "string[pyarrow]",
    "int": "Int64",
    "number": "Float64",
    "share": "Float64",
    "flag": "boolean",
    "date": "datetime64[us]",
    "datetime": "datetime64[us, Asia/Tokyo]",
    "hour": "Int64",
    "zone": "string[pyarrow]",
    "year": "Int64",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One permitted answer: the label frames carry, the code paper forms use, other ways to write it."""

    label: str
    code: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind of file.

    Attributes:
        name: canonical name in frames.
        heading: the Japanese heading files carry.
        type: see :data:`ColumnType`.
        required: the column must be there.
        filled: no cell may be blank.
        options: permitted answers of a ``cat`` or ``age`` column, in their order.
        from_labels: the options must come from inputs.yaml (they differ from city to city).
        aliases: other headings that mean this column.
        minimum, maximum: bounds of a number, included.
        additive: a total row must equal the sum of this column (reach is counted without doubles, so it need not, and
            shares have no sum).
        unit: what is counted.
        note: one line for the dictionary, in English.
        asked: it is a question of the questionnaire; a frame has it even where a file has not.
        brief: a ``str`` that holds a word: what a person said in sentences has slipped in from another column.
        whole: an ``age`` of which a row counts everybody, so that 80 and over is not 70 and over.
    """

    name: str
    heading: str
    type: ColumnType
    required: bool = False
    filled: bool = False
    options: tuple[Option, ...] = ()
    from_labels: bool = False
    aliases: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    additive: bool = True
    unit: str = ""
    note: str = ""
    asked: bool = False
    brief: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Multiple:
    """A multiple-answer item: one boolean column ``<name>_<label>`` per option; all missing means 無回答."""

    name: str
    heading: str
    options: tuple[Option, ...]
    required: bool
    aliases: tuple[str, ...] = ()
    note: str = ""

    def column(self, option: Option) -> str:
        """Canonical column name of one option."""
        return f"{self.name}_{option.label}"


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of file.

    Attributes:
        kind: name in inputs.yaml and in ``Intake``.
        title: Japanese name of the file.
        row: what one row is, in English.
        columns: its columns in order.
        multiples: its multiple-answer items.
        key: columns that identify a row; doubles are errors.
        note: one line for the dictionary, in English.
        may_be_empty: headings without rows say something (nobody was found); elsewhere they are a wrong file.
    """

    kind: str
    title: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    multiples: tuple[Multiple, ...] = ()
    note: str = ""
    may_be_empty: bool = False

    @property
    def items(self) -> tuple[Column | Multiple, ...]:
        """Its columns, then its multiple-answer items."""
        return (*self.columns, *self.multiples)

    def column(self, name: str) -> Column:
        """The column of that canonical name (KeyError when there is none)."""
        return {column.name: column for column in self.columns}[name]

    def with_labels(self, labels: Mapping[str, tuple[Option, ...]]) -> "Schema":
        """The schema with the options a site declares; keys are ``column`` or ``kind.column``."""

        def declared(name: str) -> tuple[Option, ...] | None:
            return labels.get(f"{self.kind}.{name}", labels.get(name))

        return replace(
            self, columns=tuple(replace(c, options=declared(c.name) or c.options) for c in self.columns)
        )

    def with_questions(self, items: Iterable[Item]) -> "Schema":
        """The schema with the questions of a form: one column each, for multiple answers one per option."""
        made = [_question(item) for item in items]
        return replace(
            self,
            columns=(*self.columns, *(one for one in made if isinstance(one, Column))),
            multiples=(*self.multiples, *(one for one in made if isinstance(one, Multiple))),
        )


def _question(item: Item) -> Column | Multiple:
    heading, *aliases = item.headings
    answers = tuple(
        Option(label, code, item.spellings.get(label, ())) for code, label in item.options.items()
    )
    if item.kind == "multiple":
        return Multiple(item.id, heading, answers, item.required, tuple(aliases))
    kinds: Mapping[str, ColumnType] = {
        "single": "age" if item.id == "age_band" else "cat",
        "number": "int" if item.whole else "number",
        "text": "text",
    }
    return Column(
        item.id,
        heading,
        kinds[item.kind],
        required=item.required,
        options=answers,
        aliases=tuple(aliases),
        minimum=item.low,
        maximum=item.high,
        unit=item.unit,
        asked=True,
    )


def _must(name: str, heading: str, type: ColumnType = "id", **more: Any) -> Column:
    """A column that must be there, filled in every row."""
    return Column(name, heading, type, required=True, filled=True, **more)


def _count(name: str, heading: str, **more: Any) -> Column:
    """A whole number from 0."""
    return Column(name, heading, "int", minimum=0, **more)


def options(text: str, aliases: Mapping[str, tuple[str, ...]] = MappingProxyType({})) -> tuple[Option, ...]:
    """Options from 「父/母/9 不明」: codes count from 1 unless written before the label.

    Args:
        text: labels separated by ``/``.
        aliases: other spellings by label.

    Raises:
        ValueError: other spellings of what is no label.
    """
    made = []
    for position, part in enumerate(text.split("/"), start=1):
        match = re.fullmatch(r"(\d+) (.+)", part)
        code, label = (match[1], match[2]) if match else (str(position), part)
        made.append(Option(label, code, aliases.get(label, ())))
    if unknown := aliases.keys() - {option.label for option in made}:
        raise ValueError(f"other spellings of no label: {sorted(unknown)}")
    return tuple(made)


def uncoded(text: str, aliases: Mapping[str, tuple[str, ...]] = MappingProxyType({})) -> tuple[Option, ...]:
    """Options that are always written out: as :func:`options`, without codes."""
    return tuple(replace(option, code="") for option in options(text, aliases))


_NO_ANSWER_PREF = ("不明", "無回答", "不明/無回答", "不明・未回答")
_PREFECTURES = (
    "北海道/青森県/岩手県/宮城県/秋田県/山形県/福島県/茨城県/栃木県/群馬県/埼玉県/千葉県/東京都/神奈川県/新潟県/富山県/"
    "石川県/福井県/山梨県/長野県/岐阜県/静岡県/愛知県/三重県/滋賀県/京都府/大阪府/兵庫県/奈良県/和歌山県/鳥取県/島根県/"
    "岡山県/広島県/山口県/徳島県/香川県/愛媛県/高知県/福岡県/佐賀県/長崎県/熊本県/大分県/宮崎県/鹿児島県/沖縄県"
)
PREFECTURES = (
    *(
        Option(name, f"{code:02d}", (name[:-1],) if name != "北海道" else ())
        for code, name in enumerate(_PREFECTURES.split("/"), start=1)
    ),
    Option("海外", "", ("国外",)),
    Option("不明・無回答", "", _NO_ANSWER_PREF),
)
_MALE = ("男", "Male", "male", "M")
_FEMALE = ("女", "Female", "female", "F")

COMMISSIONERS = Schema(
    "commissioners",
    "民生委員 回答票",
    "one commissioner",
    (
        _must("survey_id", "調査ID"),
        _must(
            "target_group", "調査対象区分", "cat", options=options("ひきこもり/単身高齢者/生活困窮/その他")
        ),
        _must("commissioner_id", "委員番号", note="pseudonym, text: 001 stays 001"),
        Column("district", "地区(圏域)", "cat", from_labels=True, aliases=("地区", "圏域")),
        Column("distributed_on", "配布日", "date"),
        Column("returned_on", "回収日", "date"),
        _must("in_scope", "対象", "flag"),
        _must("responded", "回答", "flag", aliases=("回答の有無",)),
        Column("entered_by", "入力者", "str"),
        Column("checked_by", "照合者", "str"),
    ),
    key=("survey_id", "commissioner_id"),
    note="responded ≤ in_scope; the sum of n_cases_reported equals the rows of cases (doubles included).",
)

CASES = Schema(
    "cases",
    "該当者票",
    "one person a commissioner knows of",
    (
        _must("survey_id", "調査ID"),
        _must("case_id", "該当者番号"),
        _must("commissioner_id", "委員番号"),
        Column("duplicate_of", "重複先", "id", note="case_id of the same person reported before"),
        Column(
            "economic_8050",
            "8050世帯",
            "flag",
            note="derived when absent: aged 40 or over and living with a parent; unknown age or household gives NA",
        ),
    ),
    key=("survey_id", "case_id"),
    may_be_empty=True,
)

_STRATUM = (
    _must("sex", "性別", "cat", options=options("男性/女性", {"男性": _MALE, "女性": _FEMALE})),
    _must("age_band", "年齢", "age", from_labels=True, aliases=("年代", "年齢階級")),
    Column("district", "地区", "cat", from_labels=True, aliases=("地区(圏域)", "圏域")),
)
"""What the register says of everybody who could have been drawn."""
RESIDENTS = Schema(
    "residents",
    "市民調査 回答",
    "one resident who was drawn, answered or not",
    (
        _must("resident_id", "対象者番号", note="pseudonym; no name, no address"),
        *_STRATUM,
        Column(
            "responded",
            "回答",
            "flag",
            aliases=("回答の有無",),
            note="absent or all blank: everybody listed answered",
        ),
        Column("wave", "回収の段階", "int", minimum=1, note="1 before any reminder, 2 after the first …"),
        Column("mode", "回答方法", "cat", options=options("郵送/Web", {"Web": ("オンライン", "WEB", "web")})),
        Column(
            "weight",
            "ウエイト",
            "number",
            minimum=0,
            note="persons that the drawn one stands for, if supplied",
        ),
        Column(
            "fiscal_year",
            "調査年度",
            "year",
            note="where files of two years are given, for the difference; one file has it by `constants`",
        ),
    ),
    key=("fiscal_year", "resident_id"),
    note="Drawn from a register: sex, age and district are those of the register, for the silent ones, too.",
)
RESIDENTS_FRAME = Schema(
    "residents_frame",
    "市民調査の母集団",
    "one sex, age band and district of the register",
    (
        *(replace(column, whole=column.type == "age") for column in _STRATUM),
        Column("n", "人口", "int", required=True, filled=True, minimum=1, unit="人"),
        Column("source", "資料", "str", aliases=("出典",)),
    ),
    key=("sex", "age_band", "district"),
    note="Everybody who could have been drawn. With districts, the sample is taken as drawn within each of them.",
)

VOICES = Schema(
    "voices",
    "ほかの立場の回答",
    "one sheet that a family, a commissioner or an agency filled in",
    (
        _must("answer_id", "回答番号", note="pseudonym; no name, no address"),
        _must(
            "voice",
            "立場",
            "cat",
            options=options("家族/民生委員/支援機関", {"支援機関": ("関係機関", "機関")}),
        ),
        Column(
            "persons",
            "把握している人数",
            "int",
            minimum=0,
            unit="人",
            note="how many persons the one who answers knows of; blank where that was not asked",
        ),
    ),
    key=("answer_id",),
    note="Not a sample: whoever answered. The questions stand on the form `voices` of `resident_items`, word for word "
    "those of the residents where both were asked.",
)

ASKED = frozenset().union(*QUESTIONNAIRES.values())
"""Kinds whose questions stand in a questionnaire; here they have the columns of the office only."""

_WAVE_COUNTS = (
    ("n_in_scope", "対象数"),
    ("n_responded", "回答数"),
    ("n_cases", "該当者数"),
    ("male", "男性"),
    ("female", "女性"),
    ("age_15_19", "15~19歳"),
    ("age_20s", "20歳代"),
    ("age_30s", "30歳代"),
    ("age_40s", "40歳代"),
    ("age_50s", "50歳代"),
    ("age_60_64", "60~64歳"),
    ("age_65_over", "65歳以上"),
    ("age_unknown", "年代不明"),
    ("household_with_family", "家族と同居"),
    ("dur_5plus", "5年以上"),
    ("n_valid_outing", "外出状況の有効回答"),
    ("outing_at_home", "家から出ない"),
)
WAVES = Schema(
    "waves",
    "過去調査集計",
    "one earlier survey",
    (
        _must("wave", "調査回"),
        _must("fiscal_year", "年度", "year"),
        Column("survey_name", "調査名", "str", required=True),
        Column("method", "方法", "str"),
        *(_count(name, heading, required=name == "n_cases", unit="人") for name, heading in _WAVE_COUNTS),
        Column("comparable", "比較可能性", "cat", required=True, options=uncoded("可/要注意/不可")),
        Column("comparability_note", "比較上の注意", "str"),
        Column("source", "出典", "str", required=True),
    ),
    key=("wave",),
    note="Any count may be unknown (…).",
)

_AGE_10 = uncoded("10代未満/10代/20代/30代/40代/50代/60代/70代以上")
_OCCUPATIONS = options("児童・学生/会社員・公務員/自営業/パート・アルバイト/主婦・主夫/無職/その他")
_TOPICS = options(
    "メンタル不調/家族/学校/勤務/健康/男女/経済・生活/自殺念慮/その他",
    {"男女": ("男女問題",), "経済・生活": ("経済", "経済生活")},
)
_LONELINESS = uncoded("常に/時々/ほとんどない/全くない")
_WISH = uncoded("強く/少し/ない", {"強く": ("強い",)})
_CHANNEL = _must("channel", "窓口", "cat", from_labels=True)
_PREF = _must("pref", "都道府県", "cat", options=PREFECTURES)
CONSULTATIONS = Schema(
    "consultations",
    "相談記録",
    "one consultation",
    (
        _must("consult_id", "相談ID"),
        Column(
            "client_id", "相談者ID", "id", note="pseudonym; blank when the desk cannot tell persons apart"
        ),
        _must("received_at", "相談受付日時", "datetime", aliases=("受付日時",)),
        _CHANNEL,
        _PREF,
        Column("city", "市区町村", "str", brief=True, note="only when the person said so"),
        Column("age_band", "年代", "age", required=True, options=_AGE_10),
        Column("sex", "性別", "cat", options=options("男性/女性/その他", {"男性": _MALE, "女性": _FEMALE})),
        Column("occupation", "職業", "cat", options=_OCCUPATIONS),
        Column("topic", "相談内容(主)", "cat", aliases=("相談内容",), options=_TOPICS),
        Column("loneliness", "孤独感", "cat", options=_LONELINESS),
        *(
            Column(
                f"ucla3_{i}",
                f"UCLA3項目_{i}",
                "int",
                minimum=1,
                maximum=4,
                unit="点",
                aliases=(f"UCLA3_{i}", f"UCLA3項目{i}"),
            )
            for i in (1, 2, 3)
        ),
        Column("death_wish", "希死念慮", "cat", options=_WISH),
        Column("suicidal_ideation", "自殺念慮", "cat", options=_WISH),
        _count("n_messages", "発言数", unit="回"),
        Column("duration_min", "対応時間(分)", "number", minimum=0, unit="分", aliases=("時間", "対応時間")),
        Column("status", "対応", "cat", options=options("完了/中断/応答なし")),
        Column("referral", "つなぎ先", "cat", options=options("行政/医療/学校/児相/警察/社協/なし")),
        Column("utm_source", "流入元", "str", brief=True),
        Column("device", "端末", "str", brief=True),
        Column("text", "相談本文", "text", aliases=("相談本文(相談者発言)",)),
    ),
    key=("consult_id",),
    note="received_at is naive (the file's time zone is declared) or ISO with offset; frames are in Asia/Tokyo.",
)

_DATE = _must("date", "日付", "date", aliases=("年月日",))
_HOUR = _must("hour", "時台", "hour", minimum=0, maximum=23, aliases=("時間帯", "時"))
_N = Column("n", "件数", "int", required=True, minimum=0, unit="件")
_SOURCE = Column("source", "出典", "str", aliases=("資料",))
CONSULTATIONS_HOURLY = Schema(
    "consultations_hourly",
    "相談件数集計",
    "one date, hour, prefecture, desk, age band, occupation and topic",
    (
        _DATE,
        _HOUR,
        _PREF,
        _CHANNEL,
        Column("age_band", "年代", "age", options=_AGE_10),
        Column("occupation", "職業", "cat", options=_OCCUPATIONS),
        Column("topic", "相談内容(主)", "cat", aliases=("相談内容",), options=_TOPICS),
        _N,
    ),
    key=("date", "hour", "pref", "channel", "age_band", "occupation", "topic"),
    note="Alternative to records when the provider cannot hand them over; n below its threshold is written x.",
)
CONSULTATIONS_DAILY = Schema(
    "consultations_daily",
    "相談件数集計(日別)",
    "one date, prefecture and desk",
    (_DATE, _PREF, _CHANNEL, _N),
    ("date", "pref", "channel"),
    note="Alternative to hourly counts; read for the desks that those do not have.",
)
NATIONAL_DAILY = Schema(
    "national_daily",
    "全国 日別・都道府県別 相談件数",
    "one date and prefecture",
    (_DATE, _PREF, _N, _SOURCE),
    ("date", "pref"),
)
NATIONAL_HOURLY = Schema(
    "national_hourly",
    "全国 日別・時台別 相談件数",
    "one date and hour",
    (_DATE, _HOUR, _N, _SOURCE),
    ("date", "hour"),
)
NATIONAL_ATTRIBUTES = Schema(
    "national_attributes",
    "全国 属性別 相談件数",
    "one value of one attribute in one period",
    (
        _must("scope", "範囲", "str"),
        Column("period_start", "期間開始", "date"),
        Column("period_end", "期間終了", "date"),
        _must(
            "variable",
            "項目",
            "cat",
            options=uncoded(
                "loneliness/death_wish/suicidal_ideation/topic/occupation_topic",
                {
                    "loneliness": ("孤独感",),
                    "death_wish": ("希死念慮",),
                    "suicidal_ideation": ("自殺念慮",),
                    "topic": ("相談内容(主)", "相談内容"),
                    "occupation_topic": ("職業×相談内容", "職業×相談内容(主)"),
                },
            ),
        ),
        Column("occupation", "職業", "cat", options=_OCCUPATIONS, note="for occupation_topic only"),
        _must("value", "値", "str", note="a label of the variable, or 無回答"),
        _N,
        _SOURCE,
    ),
    key=("scope", "period_start", "period_end", "variable", "occupation", "value"),
)

_AD_FORMATS = uncoded(
    "カルーセル/1:1/動画/レスポンシブ/その他",
    {
        "カルーセル": ("Carousel", "カルーセル広告"),
        "1:1": ("Single image 1:1", "1x1", "正方形", "Square"),
        "動画": ("Video", "ビデオ"),
        "レスポンシブ": ("Responsive", "レスポンシブ ディスプレイ広告"),
        "その他": ("Other", "Unknown", "不明"),
    },
)
_AD_AGES = uncoded(
    "13-17/18-24/25-34/35-44/45-54/55-64/65+/不明",
    {
        **{f"{a}-{b}": (f"{a}~{b}", f"{a}~{b}歳", f"{a}-{b}歳", f"AGE_{a}_{b}")
           for a, b in ((13, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 64))},
        "65+": ("65歳以上", "65~", "65以上"),
        "不明": ("Unknown", "unknown", "Undetermined"),
    },
)  # fmt: skip
_AD_DEVICES = uncoded(
    "スマートフォン/タブレット/パソコン/その他・不明",
    {
        "スマートフォン": (
            "Mobile",
            "携帯電話",
            "スマホ",
            "Mobile phones",
            "mobile_app",
            "iPhone",
            "Android",
        ),
        "タブレット": ("Tablet", "Tablets"),
        "パソコン": ("PC", "Desktop", "Computers", "コンピュータ", "コンピューター"),
        "その他・不明": ("Other", "Unknown", "TV画面", "不明", "その他"),
    },
)

ADS = Schema(
    "ads",
    "広告配信実績(日別)",
    "one date, platform, campaign, ad set, ad and audience cell",
    (
        Column("date", "日", "date", note="required; or period_start = period_end"),
        Column("period_start", "レポート開始日", "date"),
        Column("period_end", "レポート終了日", "date"),
        _must("platform", "プラットフォーム", "str"),
        Column("campaign", "キャンペーン名", "str", required=True),
        Column("adset", "広告セット名", "str"),
        Column("ad", "広告名", "str"),
        Column("creative_format", "広告フォーマット", "cat", options=_AD_FORMATS),
        Column("age_band", "年齢", "cat", options=_AD_AGES),
        Column(
            "sex",
            "性別",
            "cat",
            options=uncoded(
                "男性/女性/不明", {"男性": _MALE, "女性": _FEMALE, "不明": ("Unknown", "unknown")}
            ),
        ),
        Column("device", "デバイス", "cat", options=_AD_DEVICES),
        Column("region", "地域", "str"),
        Column("impressions", "インプレッション", "int", required=True, minimum=0, unit="回"),
        _count("reach", "リーチ", additive=False, unit="人", note="never add it up over rows"),
        _count("clicks_all", "クリック(すべて)", unit="回"),
        _count("link_clicks", "リンクのクリック", unit="回"),
        _count("landing_views", "ランディングページビュー", unit="回"),
        _count("video_views", "動画再生数", unit="回"),
        Column(
            "results",
            "結果",
            "number",
            minimum=0,
            unit="結果インジケーターのとおり",
            note="what result_indicator says; often clicks",
        ),
        Column("result_indicator", "結果インジケーター", "str"),
        Column("spend_yen", "消化金額", "number", minimum=0, unit="円"),
        Column("currency", "通貨コード", "cat", options=uncoded("JPY")),
    ),
    key=(
        "date",
        "platform",
        "campaign",
        "adset",
        "ad",
        "creative_format",
        "age_band",
        "sex",
        "device",
        "region",
    ),
    note="Headings per platform stand in params/ad_headings.yaml. Ratios (CTR, CPC, CPM) are never imported.",
)
CAMPAIGNS = Schema(
    "campaigns",
    "周知施策",
    "one measure",
    (
        _must("campaign_id", "施策ID"),
        _must("name", "施策名", "str"),
        _must(
            "media",
            "媒体",
            "cat",
            options=uncoded("SNS/ディスプレイ/チラシ/TV/広報誌/イベント", {"TV": ("テレビ",)}),
        ),
        Column("area", "地域", "cat", options=uncoded("市/県/全国")),
        Column("prep_start", "準備開始", "date"),
        Column("prep_end", "準備終了", "date"),
        Column("start", "開始", "date", required=True),
        Column("end", "終了", "date", required=True),
        Column("zone", "放送時間帯", "zone", note="26:00 is 2 o'clock of the next day"),
        Column("reach_n", "到達数", "number", minimum=0, unit="到達単位の列のとおり"),
        Column("reach_unit", "到達単位", "cat", options=uncoded("戸/世帯/GRP/回")),
        Column("reach_source", "到達数の出典", "str"),
        Column("cost_yen", "費用(円)", "number", minimum=0, unit="円"),
        Column("cost_cap_yen", "費用上限(円)", "number", minimum=0, unit="円"),
        Column("target_age", "対象年齢", "str"),
        Column("note", "備考", "str"),
    ),
    key=("campaign_id",),
)
POPULATION = Schema(
    "population",
    "人口",
    "one area, date, source, sex and age band",
    (
        _must("area_code", "地域コード"),
        _must("area_name", "地域名", "str"),
        _must("as_of", "時点", "date"),
        _must("source", "資料", "str", aliases=("出典",)),
        Column(
            "sex",
            "性別",
            "cat",
            options=uncoded("総数/男性/女性", {"総数": ("男女計", "計"), "男性": _MALE, "女性": _FEMALE}),
        ),
        Column("age_band", "年齢階級", "str"),
        Column("n", "人口", "int", required=True, minimum=0, unit="人"),
        _count("households", "世帯数", additive=False, unit="世帯", note="of the whole area, on every row"),
    ),
    key=("area_code", "as_of", "source", "sex", "age_band"),
)
CHANNELS = Schema(
    "channels",
    "窓口の一覧",
    "one desk",
    (
        replace(_CHANNEL, note="the desks that consultations may name"),
        Column("opened_on", "開設日", "date"),
        Column("closed_on", "廃止日", "date", note="the last day on which the desk was open"),
        Column("note", "備考", "str"),
    ),
    key=("channel",),
)
EVENTS = Schema(
    "events",
    "会議・反響",
    "one meeting or voice",
    (
        _DATE,
        _must("name", "名称", "str"),
        Column("kind", "種別", "cat", required=True, options=uncoded("会議/声/調査/広報")),
        Column("text", "内容", "text"),
    ),
    key=("date", "name"),
)
MEDIA_USE = Schema(
    "media_use",
    "媒体の利用率",
    "one age band and medium",
    (
        _must("age_band", "年代", "str"),
        _must("medium", "媒体", "str"),
        Column(
            "share",
            "利用率",
            "share",
            required=True,
            minimum=0,
            maximum=1,
            additive=False,
            note="0 to 1, or with %",
        ),
        _SOURCE,
    ),
    key=("age_band", "medium", "source"),
)

SCHEMAS: Mapping[str, Schema] = {kind: globals()[kind.upper()] for kind in KINDS}
"""Every kind of file that inputs.yaml may name, in its order; the schema of a kind bears its name."""
