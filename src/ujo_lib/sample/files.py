"""Writers of the mess: code pages, title rows, merged headings, commas, eras, full-width digits, total rows.

Each function takes clean values and writes the file a city hall would have received. What is untidy here is untidy on
purpose and nowhere else.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ujo_lib.files import csv_bytes
from ujo_lib.fiscal import WEEKDAYS_JA, sunday_weekday
from ujo_lib.sample.marks import SYNTHETIC

FIXED_TIME: Final = datetime(2024, 4, 1)
FULL_WIDTH: Final = str.maketrans("0123456789,", "０１２３４５６７８９，")
CONSULTATION_HEADINGS: Final = {
    "consult_id": "相談ID", "client_id": "相談者ID", "received_at": "相談受付日時", "desk": "窓口",
    "pref": "都道府県", "city": "市区町村", "age": "年代", "sex": "性別", "occupation": "職業",
    "topic": "相談内容(主)", "loneliness": "孤独感", "death_wish": "希死念慮", "ideation": "自殺念慮",
    "messages": "発言数", "minutes": "対応時間(分)", "status": "対応", "referral": "つなぎ先", "source": "流入元",
    "device": "端末", "text": "相談本文",
}  # fmt: skip


def write_csv(
    path: Path,
    rows: Iterable[Sequence[Any]],
    encoding: str = "utf-8-sig",
    newline: str = "\n",
    delimiter: str = ",",
) -> None:
    """Write rows, the headings first; see `csv_bytes`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_bytes(rows, encoding, newline, delimiter))


def table(frame: pd.DataFrame) -> list[list[Any]]:
    """Heading and rows of a frame, NA as blank."""
    body = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
    return [list(frame.columns), *body]


def consultations(path: Path, frame: pd.DataFrame, *, old_form: bool) -> None:
    """The desk's export: cp932 with CRLF. The old form of fiscal 2021 leaves no-answers blank, digits full-width."""
    out = frame.assign(received_at=frame["received_at"].dt.strftime("%Y/%m/%d %H:%M"))[
        list(CONSULTATION_HEADINGS)
    ]
    if old_form:
        out = out.replace("無回答", "")
        out["age"] = [value.translate(FULL_WIDTH) for value in out["age"]]
    typed_by_hand = np.arange(len(out)) % 97 == 41
    for column in ("messages", "minutes"):
        text = out[column].astype(str)
        out[column] = np.where(typed_by_hand, [value.translate(FULL_WIDTH) for value in text], text)
    write_csv(path, table(out.rename(columns=CONSULTATION_HEADINGS)), "cp932", "\r\n")


def national_daily(path: Path, index: pd.DatetimeIndex, places: Sequence[str], counts: np.ndarray) -> None:
    """Date x place in long form; a day without contacts carries the sign 「-」."""
    rows = [["日付", "都道府県", "件数", "出典"]]
    for day, row in zip(index, counts.tolist(), strict=True):
        stamp = f"{day.year}/{day.month}/{day.day}"
        rows += [[stamp, place, n or "-", SYNTHETIC] for place, n in zip(places, row, strict=True)]
    write_csv(path, rows)


def national_hourly(path: Path, index: pd.DatetimeIndex, counts: np.ndarray) -> None:
    """Date x hour in long form with thousands commas."""
    rows = [["日付", "時台", "件数", "出典"]]
    for day, row in zip(index, counts.tolist(), strict=True):
        stamp = day.strftime("%Y-%m-%d")
        rows += [[stamp, f"{hour}時台", f"{n:,}" if n else "-", SYNTHETIC] for hour, n in enumerate(row)]
    write_csv(path, rows)


# --- advertising exports ---


def ads_meta(path: Path, frame: pd.DataFrame) -> None:
    """Meta's Japanese export (Instagram and Facebook) with a 合計 row and a few full-width numbers."""
    shown = frame["impressions"].astype(object)
    shown.iloc[7::211] = [str(n).translate(FULL_WIDTH) for n in shown.iloc[7::211]]
    rows = pd.DataFrame({
        "レポート開始日": "2024-02-20", "レポート終了日": "2024-02-29", "日": frame["date"].dt.strftime("%Y-%m-%d"),
        "キャンペーン名": f"相談先のお知らせ({SYNTHETIC})", "広告セット名": "熊本県_39歳以下",
        "広告の名前": frame["format"] + "_夜でも話せます", "広告フォーマット": frame["format"],
        "プラットフォーム": frame["platform"], "年齢": frame["age"], "性別": frame["sex"], "デバイス": frame["device"],
        "地域": "熊本県", "インプレッション": shown, "リーチ": frame["reach"], "クリック(すべて)": frame["clicks_all"],
        "リンクのクリック": frame["link_clicks"], "ランディングページビュー": frame["landing"],
        "結果": frame["link_clicks"], "結果インジケーター": "actions:link_click", "消化金額 (JPY)": frame["spend"],
        "CTR(すべて)": (100 * frame["clicks_all"] / frame["impressions"]).round(6),
    })  # fmt: skip
    counted = ["クリック(すべて)", "リンクのクリック", "ランディングページビュー", "結果", "消化金額 (JPY)"]
    total = {name: f"{n:,}" for name, n in rows[counted].sum().items()}
    total |= {"キャンペーン名": "合計", "インプレッション": f"{frame['impressions'].sum():,}"}
    total |= rows[["レポート開始日", "レポート終了日", "結果インジケーター"]].iloc[0].to_dict()
    write_csv(path, [*table(rows), [total.get(name, "") for name in rows]])


def ads_tiktok(path: Path, frame: pd.DataFrame) -> None:
    """TikTok's English export with a Total row."""
    words = {"女性": "Female", "男性": "Male", "不明": "Unknown"}
    words |= {"スマートフォン": "Mobile", "タブレット": "Tablet"}
    words |= {"カルーセル": "Carousel", "1:1": "Single image 1:1", "動画": "Video"}
    form = frame["format"].map(words)
    rows = pd.DataFrame({
        "Date": frame["date"].dt.strftime("%Y-%m-%d"), "Campaign name": f"Where to talk ({SYNTHETIC})",
        "Ad group name": "Kumamoto_under40", "Ad name": form + "_night", "Ad format": form, "Age": frame["age"],
        "Gender": frame["sex"].map(words), "Device": frame["device"].map(words), "Region": "Kumamoto",
        "Impressions": frame["impressions"], "Reach": frame["reach"], "Clicks (all)": frame["clicks_all"],
        "Clicks (destination)": frame["link_clicks"], "Video views": frame["video"], "Cost": frame["spend"],
        "CTR (destination)": list(map(_percent, frame["link_clicks"], frame["impressions"])),
    })  # fmt: skip
    total = (
        rows[["Impressions", "Clicks (all)", "Clicks (destination)", "Video views", "Cost"]].sum().to_dict()
    )
    total |= {
        "Date": "Total",
        "CTR (destination)": _percent(total["Clicks (destination)"], total["Impressions"]),
    }
    write_csv(path, [*table(rows), [total.get(name, "-") for name in rows]], "utf-8")


def ads_google(path: Path, frame: pd.DataFrame) -> None:
    """Google's Japanese export: UTF-16, tabs, two title rows, thousands commas, a 合計 row."""
    devices = {"スマートフォン": "携帯電話", "タブレット": "タブレット", "PC": "パソコン"}
    title = [[f"相談先のお知らせ 広告レポート({SYNTHETIC})"], ["2024年2月20日～2024年2月29日"]]

    def counted(shown: int, clicks: int, spend: int, landing: int) -> list[str]:
        return [f"{shown:,}", f"{clicks:,}", _percent(clicks, shown), f"{spend:,}", "JPY", f"{landing}.00"]

    names = pd.DataFrame({
        "日": frame["date"].dt.strftime("%Y-%m-%d"), "キャンペーン": f"相談先のお知らせ({SYNTHETIC})",
        "広告グループ": "熊本県_39歳以下", "広告": frame["format"] + "_夜でも話せます", "広告タイプ": frame["format"],
        "年齢": frame["age"].str.replace("-", "～"), "性別": frame["sex"], "デバイス": frame["device"].map(devices),
    })  # fmt: skip
    numbers = frame[["impressions", "link_clicks", "spend"]].assign(landing=frame["landing"] // 20)
    head, *rows = table(names)
    head += ["表示回数", "クリック数", "クリック率", "費用", "通貨コード", "コンバージョン"]
    rows = [row + counted(*of_row) for row, of_row in zip(rows, numbers.to_numpy().tolist(), strict=True)]
    total = ["合計", *[" --"] * 7, *counted(*numbers.sum())]
    write_csv(path, [*title, head, *rows, total], "utf-16", delimiter="\t")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}%"


# --- the survey's workbooks ---

GROUPS: Final = (
    ("調査", ("調査ID", "調査対象区分")),
    ("委員", ("委員番号", "区分", "地区(圏域)", "担当世帯数")),
    ("配布・回収", ("対象", "配布日", "回収日", "回答")),
    ("回答内容", ("該当者の有無", "該当者数", "ご意見(自由記述)")),
    ("入力", ("入力者", "照合者")),
)
THIN: Final = Side(style="thin", color="808080")


def commissioners(path: Path, frame: pd.DataFrame) -> None:
    """Two merged heading rows, notes above and below, a total row, dates in three notations."""
    headings = [name for _, names in GROUPS for name in names]
    remark = "※ 対象・回答は 1=はい 0=いいえ。欠員の区域は対象外(0)。"
    book, sheet = _workbook("回答一覧", "民生委員・児童委員 回答一覧", remark, headings, 5)
    column = 1
    for group, names in GROUPS:
        sheet.cell(4, column, group)
        sheet.merge_cells(start_row=4, end_row=4, start_column=column, end_column=column + len(names) - 1)
        column += len(names)
    _style_heading(sheet, (4, 5), len(headings))
    for row, values in enumerate(table(frame[headings])[1:], start=6):
        for column, value in enumerate(values, start=1):
            _put(sheet, row, column, _as_written(value, row) if isinstance(value, date) else value)
    last = 6 + len(frame)
    sheet.cell(last, 1, "合計")
    for name in ("担当世帯数", "対象", "回答", "該当者数"):
        sheet.cell(last, headings.index(name) + 1, int(frame[name].fillna(0).astype(int).sum()))
    sheet.cell(
        last + 2, 1, "注1 該当者数は、委員が把握しているひきこもりの方の人数。個別の状況は該当者票による。"
    )
    sheet.cell(last + 3, 1, "注2 空欄は無回答。配布日・回収日は受付簿のとおり。")
    sheet.cell(last + 4, 1, f"出典: {SYNTHETIC}(実在の調査の回答ではない)")
    _widths(sheet, dict.fromkeys(headings, 12) | {"ご意見(自由記述)": 60, "調査ID": 16})
    sheet.freeze_panes = "D6"
    save_workbook(book, path)


def cases(path: Path, frame: pd.DataFrame) -> None:
    """One row per person; multiple answers as "1,3,5", labels in several spellings, the codes on a second sheet."""
    headings = list(frame.columns)
    remark = "※ (複数)(複数回答)の列は、選択肢の番号をコンマで区切って入力。番号の意味は「コード表」を参照。"
    book, sheet = _workbook("該当者票", "該当者票 入力一覧", remark, headings, 3)
    _style_heading(sheet, (3,), len(headings))
    for row, values in enumerate(table(frame)[1:], start=4):
        for column, (name, value) in enumerate(zip(headings, values, strict=True), start=1):
            _put(sheet, row, column, _case_value(name, value, row))
    last = 3 + len(frame)
    sheet.cell(last + 2, 1, "注 「該当者の状態(外出状況)」の空欄は無回答。")
    sheet.cell(last + 3, 1, f"出典: {SYNTHETIC}(実在の人の記録ではない)")
    _widths(sheet, dict.fromkeys(headings, 14) | {"自由記述": 60, "その他の内容": 34})
    sheet.freeze_panes = "C4"
    _code_sheet(book.create_sheet("コード表"))
    save_workbook(book, path)


def _workbook(
    name: str, title: str, remark: str, headings: Sequence[str], row: int
) -> tuple[openpyxl.Workbook, Worksheet]:
    """A workbook whose sheet has a title, a remark and headings in a row."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    sheet["A1"] = f"令和5年度 ひきこもり実態調査 {title}【{SYNTHETIC}】"
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = remark
    for column, heading in enumerate(headings, start=1):
        sheet.cell(row, column, heading)
    return book, sheet


def _style_heading(sheet: Worksheet, rows: tuple[int, ...], width: int) -> None:
    for row, column in product(rows, range(1, width + 1)):
        cell = sheet.cell(row, column)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E7EEF5")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


CODES: Final = {
    "同居家族(複数)": ("父", "母", "配偶者", "子", "兄弟姉妹", "祖父母", "その他"),
    "該当者の状態(外出状況)": (
        "趣味に関する用事のときだけ外出", "近所のコンビニなどには出かける", "自室からは出るが家からは出ない",
        "自室からほとんど出ない",
    ),
    "経緯(複数回答)": (
        "不登校", "就職活動の不調", "職場になじめなかった", "退職・失業", "人間関係", "家庭環境", "病気・障害",
        "受験・進学", "妊娠・出産・介護", "新型コロナ", "その他", "不明",
    ),
    "必要な支援(複数)": (
        "本人への訪問・相談", "家族への支援", "就労支援", "居場所", "医療", "経済支援", "情報提供", "見守り",
        "特になし", "不明",
    ),
}  # fmt: skip


def _code_sheet(sheet: Worksheet) -> None:
    sheet.append(["項目", "番号", "選択肢"])
    for item, labels in CODES.items():
        for number, label in enumerate(labels, start=1):
            sheet.append([item, number, label])
    sheet.append(["該当者の状態(外出状況)", 9, "不明"])


def _case_value(name: str, value: Any, row: int) -> Any:
    """The same answer the way different hands key it in."""
    if isinstance(value, tuple):
        text = ",".join(str(code) for code in value)
        if len(value) == 1 and row % 3 == 0:
            return int(text)  # Excel turns a lone tick into a number
        return text.translate(FULL_WIDTH) if row == 9 else text  # somebody types in full-width
    if name == "該当者の状態(外出状況)" and value != "":
        return int(value)
    if name == "年代" and value.endswith("0歳代"):
        return {0: value.translate(FULL_WIDTH), 1: value.replace("歳代", "代")}.get(row % 7, value)
    if name == "ひきこもりの期間":
        return value.replace("～", "〜") if row % 5 == 2 else value  # U+301C from a Mac, U+FF5E from Windows
    return value


def _as_written(day: date, row: int) -> date | str:
    """A date as R5.9.1, as 令和5年9月1日(金), or as a real Excel date."""
    if row % 3 == 0:
        return f"R{day.year - 2018}.{day.month}.{day.day}"
    if row % 3 == 1:
        return f"令和{day.year - 2018}年{day.month}月{day.day}日({WEEKDAYS_JA[sunday_weekday(day)]})"
    return day


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    if value == "" or value is None:
        return
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.number_format = "@"
    elif isinstance(value, date):
        cell.number_format = "yyyy/m/d"


def _widths(sheet: Worksheet, widths: dict[str, int]) -> None:
    for column, width in enumerate(widths.values(), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def save_workbook(book: openpyxl.Workbook, path: Path) -> None:
    """Save so that equal contents give equal bytes: openpyxl stamps the clock into the zip and its properties."""
    book.properties.creator = SYNTHETIC
    book.properties.title = SYNTHETIC
    raw = io.BytesIO()
    book.save(raw)
    fixed = FIXED_TIME.strftime("%Y-%m-%dT%H:%M:%SZ")
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", fixed.encode(), data)
            info = zipfile.ZipInfo(name, FIXED_TIME.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            target.writestr(info, data)
