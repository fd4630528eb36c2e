"""The gate must find what leaks in any coat, keep quiet about what is public, and never repeat what it found."""

import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.disclosure.carriers import CARRIERS, LEAST, png_with
from ujo_lib.disclosure.gate import Confidential, Finding, Gate, to_json, to_text
from ujo_lib.disclosure.gate.scan import LONG
from ujo_lib.text import strip_for_match

STORY = (
    "学校に行けない日が続いて、家でひとりで過ごす時間ばかりが長くなり、母にも何と話せばよいのか"
    "わからなくなってしまいました。夜は猫の動画を見て気をまぎらせています。"
)
VOCABULARY = "年間報告 区分 件数 相談の多い月は{month}である。不登校 家族への支援が必要との声があった"


def scan(
    folder: Path, files: dict[str, bytes], texts: list[Confidential], k: int = 5, **extra: object
) -> list[Finding]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return Gate(texts, VOCABULARY, k, **extra).scan([folder])  # type: ignore[arg-type]  # ids, users


def errors(findings: list[Finding], kind: str) -> list[Finding]:
    return [f for f in findings if f.kind == kind and f.severity == "error"]


@pytest.mark.parametrize("length", [8, 13, 34, 60])
@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_piece_of_somebodys_text_is_found_in_every_coat(tmp_path: Path, carrier: str, length: int) -> None:
    bare = STORY.replace("、", "").replace("。", "")
    name, content = CARRIERS[carrier](bare[7 : 7 + max(length, LEAST.get(carrier, 0))])
    found = errors(scan(tmp_path, {name: content}, [Confidential("c1", STORY, "R0001")]), "text")
    assert {f.record for f in found} == {"R0001"}
    assert max(f.length for f in found) >= (8 if carrier in LEAST else length)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_words_of_the_questionnaire_are_no_leak_in_any_coat(tmp_path: Path, carrier: str) -> None:
    name, content = CARRIERS[carrier]("家族への支援が必要との声があった")
    story = Confidential("c1", "家族への支援が必要との声があったと聞きました", "R1")
    assert not [f for f in scan(tmp_path, {name: content}, [story]) if f.severity == "error"]


def test_a_phrase_many_people_use_is_not_anybodys(tmp_path: Path) -> None:
    page = {"a.txt": "夜になると眠れないという声".encode()}
    crowd = [Confidential(f"c{i}", f"{i}番です。夜になると眠れないのです", f"R{i}") for i in range(5)]
    assert not scan(tmp_path, page, crowd, k=5)
    assert errors(scan(tmp_path, page, crowd, k=6), "text")


def test_one_person_who_says_it_five_times_is_still_one_person(tmp_path: Path) -> None:
    same = [Confidential("c1", f"{i}番です。夜になると眠れないのです", f"R{i}") for i in range(5)]
    assert errors(scan(tmp_path, {"a.txt": "夜になると眠れない".encode()}, same, k=5), "text")


def test_a_long_passage_leaks_however_many_have_sent_it(tmp_path: Path) -> None:
    passage = "朝から晩までずっと同じことばかりを考えてしまうのです"
    crowd = [Confidential(f"c{i}", passage, f"R{i}") for i in range(9)]
    assert errors(scan(tmp_path, {"a.txt": passage.encode()}, crowd, k=5), "text")


@pytest.mark.parametrize(("length", "leaks"), [(LONG - 1, False), (LONG, True), (LONG + 1, True)])
def test_twenty_characters_are_long(tmp_path: Path, length: int, leaks: bool) -> None:
    passage = "朝から晩までずっと同じことばかりを考えてしまうのです"[:length]
    crowd = [Confidential(f"c{i}", passage, f"R{i}") for i in range(9)]
    assert bool(errors(scan(tmp_path, {"a.txt": passage.encode()}, crowd, k=5), "text")) is leaks


def test_a_passage_that_the_page_repeats_in_part_is_found_although_it_is_nowhere_whole(
    tmp_path: Path,
) -> None:
    story = "頭がいっぱいになる。ずっと母が家のことで頭がいっぱいになる。だから"
    page = "頭がいっぱいになるずっと母が家のことで頭がいっぱいにな,3"  # its end and its beginning stitch together
    found = errors(scan(tmp_path, {"a.csv": page.encode()}, [Confidential("c1", story, "R1")]), "text")
    assert [f.record for f in found] == ["R1"]
    assert found[0].length == len("頭がいっぱいになるずっと母が家のことで頭がいっぱいにな")


def test_half_width_kana_and_decomposed_letters_are_the_same_words(tmp_path: Path) -> None:
    texts = [Confidential("c1", "ｶﾞｯｺｳﾆｲｷﾀｸﾅｲ が続く", "R1")]
    assert errors(scan(tmp_path, {"a.txt": "ガッコウニイキタクナイ".encode()}, texts), "text")


def test_shorter_than_eight_characters_is_nobodys(tmp_path: Path) -> None:
    assert not scan(tmp_path, {"a.txt": STORY[:7].encode()}, [Confidential("c1", STORY, "R1")])


def test_a_number_of_a_record_is_found_even_when_its_text_is_not(tmp_path: Path) -> None:
    texts = [Confidential("cl-00a1f", "別の話", "K2023-000123")]
    for at, (content, number) in enumerate(
        [
            ("x,K2023-000123,1\n", "K2023-000123"),
            ("<i data-id='cl-00a1f'></i>", "cl-00a1f"),
            ("M014-x", "M014-x"),
        ]
    ):
        folder = tmp_path / str(at)
        folder.mkdir()
        found = errors(scan(folder, {"a.html": content.encode()}, texts, ids=["M014-x"]), "id")
        assert [f.record for f in found] == [number]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("電話 090-1234-5678", "phone"),
        ("電話 ０９６４－３２－１１１１", "phone"),
        ("連絡先 taro.yamada@example.lg.jp", "mail"),
        ("図は /home/tanaka/ujo/outputs にある", "path"),
        (r"C:\Users\tanaka\Desktop\相談.xlsx", "path"),
        (r"\\fileserver\fukushi\相談.xlsx", "path"),
        ("Traceback (most recent call last):", "traceback"),
        ("ValueError: bad", "traceback"),
        ("import pandas as pd\n", "code"),
        ("In [3]: x", "code"),
        ("作成 tanaka-k", "user"),
    ],
)
def test_what_never_belongs_in_a_release_is_found_without_any_text(
    tmp_path: Path, content: str, kind: str
) -> None:
    assert errors(scan(tmp_path, {"a.txt": content.encode()}, [], users=["tanaka-k"]), kind)


def test_the_contact_point_that_stands_in_the_wording_may_stand_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("相談窓口 0120-000-111", encoding="utf-8")
    assert not Gate([], "相談窓口 0120-000-111", 5).scan([tmp_path])


def test_dates_counts_and_shares_are_not_telephone_numbers(tmp_path: Path) -> None:
    page = "2023-04-01〜2024-03-31 0.75(0.72-0.78) 2,536 件 03-05時 012,345 1-2-3"
    assert not scan(tmp_path, {"a.txt": page.encode()}, [])


def _zip_with(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.exe", b"MZ"),
        ("noending", b"abc"),
        ("a.txt", bytes(range(128, 256)) * 9),
        ("a.png", b"%PDF-1.7 called a picture"),
        ("a.zip", b"PK\x03\x04 broken"),
        ("a.zip", _zip_with("a.bin", bytes(range(128, 256)) * 9)),
        ("a.html", b"<img src='data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD" + b"A" * 200 + b"'>"),
        ("a.png", png_with(b"zTXt", b"c\0\0not packed")),
    ],
)
def test_what_cannot_be_read_does_not_leave(tmp_path: Path, name: str, content: bytes) -> None:
    assert errors(scan(tmp_path, {name: content}, []), "unreadable")


def test_an_archive_that_unpacks_without_end_does_not_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ujo_lib.disclosure.gate.layers._MAX_BYTES", 100_000)
    assert errors(scan(tmp_path, {"a.zip": _zip_with("a.txt", b"0" * 200_000)}, []), "unreadable")


def test_findings_never_repeat_the_words_they_found(tmp_path: Path) -> None:
    found = scan(tmp_path, {"a.txt": STORY.encode()}, [Confidential("c1", STORY, "R0001")])
    assert found
    for spoken in (to_json(found), to_text(found)):
        assert not any(STORY[i : i + 5] in spoken for i in range(len(STORY) - 5))
    assert json.loads(to_json(found))[0]["record"] == "R0001"


def test_utf_16_whose_bytes_all_look_like_ascii_is_read(tmp_path: Path) -> None:
    said = "父が学校のことについて"
    assert said.encode("utf-16-le")[:-2].isascii()
    name, content = CARRIERS["png tEXt, utf-16-le"](said[:-1])
    assert errors(scan(tmp_path, {name: content}, [Confidential("c1", said, "R1")]), "text")


def test_nothing_to_scan_is_not_a_clean_release(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Gate([], "", 5).scan([tmp_path / "release"])
    (tmp_path / "release" / "tables").mkdir(parents=True)
    with pytest.raises(FileNotFoundError):
        Gate([], "", 5).scan([tmp_path / "release"])
    (tmp_path / "release" / "tables" / "a.txt").touch()
    assert Gate([], "", 5).scan([tmp_path / "release"]) == []


def test_a_clean_report_passes(tmp_path: Path) -> None:
    table = "<table><caption>件数</caption><td>17</td></table>"
    page = f'<!doctype html><html lang="ja"><title>年間報告</title>{table}</html>'
    files = {
        "a.html": page.encode(),
        "t.csv": "区分,件数\n不登校,x\n".encode(),
        "f.png": png_with(b"tEXt", b"a\0b"),
    }
    assert scan(tmp_path, files, [Confidential("c1", STORY, "R1")]) == []


def test_the_list_of_hashes_that_seals_a_release_may_stand_in_it_and_is_read_like_any_other(
    tmp_path: Path,
) -> None:
    secret = [Confidential("c1", STORY, "R1")]
    hashes = f"{hashlib.sha256(b'a').hexdigest()}  a.html\n"
    assert scan(tmp_path, {"SHA256SUMS": hashes.encode()}, secret) == []
    assert errors(scan(tmp_path, {"SHA256SUMS": f"{hashes}{STORY[:20]}".encode()}, secret), "text")


def test_two_whole_committed_phrases_in_neighbouring_cells_are_nobodys(tmp_path: Path) -> None:
    page = "<table><tr><td>年間報告 区分</td><td>不登校</td></tr></table>"
    texts = [Confidential("c1", "きのうの年間報告区分不登校という話", "R1")]
    assert not scan(tmp_path, {"a.html": page.encode()}, texts)


def test_parts_of_two_committed_phrases_in_neighbouring_cells_ask_for_a_look(tmp_path: Path) -> None:
    page = "<table><tr><td>支援が必要</td><td>不登校</td></tr></table>"  # the first phrase is not whole
    texts = [Confidential("c1", "きのうの支援が必要不登校という話", "R1")]
    found = scan(tmp_path, {"a.html": page.encode()}, texts)
    assert {f.severity for f in found} == {"warning"}


@pytest.mark.parametrize(
    ("page", "clean"),
    [
        ("<p>相談の多い月は冬である。</p><p>家族への支援が必要との声があった</p>", True),
        ("<p>相談の多い月は冬であるよ</p><p>家族への支援が必要との声があった</p>", False),
        ("<p>相談の多い月は冬である。</p><p>母の家族への支援が必要との声があった</p>", False),
        ("<p>相談の多い月は冬である。</p><p>家族への</p><p>支援が必要との声があった</p>", False),
    ],
    ids=["end and beginning", "no end", "no beginning", "two seams"],
)
def test_the_end_of_a_filled_sentence_and_the_beginning_of_the_next_are_nobodys(
    tmp_path: Path, page: str, clean: bool
) -> None:
    said = strip_for_match(re.sub("<[^>]*>", "", page))
    texts = [Confidential("c1", f"夜は{said[said.index('ある') : said.index('必要') + 2]}と思う", "R1")]
    assert (not scan(tmp_path, {"a.html": page.encode()}, texts)) is clean


@pytest.mark.parametrize(("end", "clean"), [("である。", True), ("であった。", False)])
def test_a_sentence_of_the_wording_with_its_numbers_is_nobodys(tmp_path: Path, end: str, clean: bool) -> None:
    page = f"相談の多い月は8月{end}"
    texts = [Confidential("c1", f"{page}と書いてあった", "R1")]
    assert (not scan(tmp_path, {"a.txt": page.encode()}, texts)) is clean


def test_the_letters_of_a_tag_are_no_words_behind_what_stands_before_it(tmp_path: Path) -> None:
    gate = Gate([Confidential("c1", "支援が必要との声tdomorrow", "R1")], VOCABULARY, 5)
    (tmp_path / "a.html").write_text("<table><tr><td>支援が必要との声</td></tr></table>", encoding="utf-8")
    assert not gate.scan([tmp_path])
    (tmp_path / "a.html").write_text("<p>支援が必要との声tdo</p>", encoding="utf-8")
    assert "error" in {found.severity for found in gate.scan([tmp_path])}


def test_a_text_cut_in_many_cells_or_at_a_seam_with_words_of_its_own_is_still_a_leak(tmp_path: Path) -> None:
    texts = [Confidential("c1", "年間報告のあとで猫が鳴いていた", "R1")]
    many = "".join(f"<div>{c}</div>" for c in "年間報告のあとで")
    seam = "<p>年間報告</p><p>のあとで猫が鳴いて</p>"
    assert errors(scan(tmp_path, {"a.html": many.encode()}, texts), "text")
    (tmp_path / "a.html").unlink()
    assert errors(scan(tmp_path, {"b.html": seam.encode()}, texts), "text")


def test_a_file_named_after_somebodys_words_is_not_named_in_the_findings(tmp_path: Path) -> None:
    found = scan(tmp_path, {f"{STORY[:20]}.txt": b"x"}, [Confidential("c1", STORY, "R1")])
    assert errors(found, "text")
    assert STORY[:8] not in to_json(found) + to_text(found)


def test_the_name_of_somebody_who_must_not_be_named_is_found(tmp_path: Path) -> None:
    assert errors(scan(tmp_path, {"a.txt": "担当は宇城花子です".encode()}, [], users=["宇城花子"]), "user")
