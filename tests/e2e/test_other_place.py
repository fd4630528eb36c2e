"""Another city, on a machine without network, in a console of Japanese Windows: the whole report, and no other name."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import copy_project
from tests.report.look.browser import chromium
from tests.test_docs import COMMANDS, words

pytestmark = pytest.mark.slow

TRACES = re.compile("宇城|熊本|[Kk]umamoto|(?<![A-Za-z])[Uu]ki(?![A-Za-z])|43213|43000")
NOT_READ = re.compile(r"data:[^\"')]+|\"image/[a-z+]+\": \"[^\"]*\"|\bw[0-9a-f]{64}\b")
"""Pictures, and the SHA-256 that names a shape which drawings share: five digits in a row come there by chance."""
BLOCKED = """\
import sys

def _refuse(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] not in ("127.0.0.1", "::1"):
        raise OSError(f"no network here: {arguments[1]}")
    if event == "socket.getaddrinfo" and arguments[0] not in (None, "localhost", "127.0.0.1", "::1", ""):
        raise OSError(f"no network here: {arguments[0]}")

sys.addaudithook(_refuse)
"""
"""Every Python process that finds this as sitecustomize.py is cut off from all machines but its own."""


WALK = [
    " ".join(words(line)[1:])
    for name, line in COMMANDS
    if name == "README.ja.md" and ("wakaba" in line or "若葉" in line or "緑" in line)
]
"""The commands of 「空の自治体から、最初の公表まで」 and of the year after."""


@dataclass(frozen=True)
class Place:
    """A finished report of a made-up city.

    Attributes:
        root: the project it was made in.
        said: everything the commands printed.
    """

    root: Path
    said: str

    @property
    def outputs(self) -> Path:
        return self.root / "outputs" / "wakaba" / "fy2023"


def _ujo(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "UJO_ROOT"}
    environment |= {"PYTHONPATH": str(cwd / "no network"), "PYTHONIOENCODING": "cp932", "PYTHONUTF8": "0"}
    environment |= {"XDG_CONFIG_HOME": str(cwd.parent / "settings"), "APPDATA": str(cwd.parent / "settings")}
    command = [str(Path(sys.executable).with_name("ujo")), *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The municipal reader's README followed from an empty place to a signed release and the next year.

    Every command is the README's own. Invented data end with fiscal 2023 and are for places that say they are
    invented, so years are moved back by one, `new-site` is told `--synthetic`, where the README says that files
    are put in place, `ujo sample` puts them, and what a person would type as a passphrase is read from a file.
    """
    folder = tmp_path_factory.mktemp("other")
    root = copy_project(folder / "若葉市 報告書 2023")
    (root / "data").mkdir()
    (root / "no network").mkdir()
    (root / "no network" / "sitecustomize.py").write_text(BLOCKED)
    (folder / "secret.txt").write_text("よく晴れた朝の散歩\n" * 2, encoding="utf-8")
    said = b""
    for line in WALK:
        verb, *arguments = line.replace("2024", "2023").replace("2025", "2024").split()
        if verb == "pdf" and chromium() is None:
            continue
        if verb == "new-site":
            arguments += ["--synthetic"]
        elif verb == "check":
            done = _ujo("sample", "--site", "wakaba", cwd=root)
            assert done.returncode == 0, done.stderr.decode("cp932")
        elif verb in ("key", "sign"):
            arguments += ["--passphrase-file", str(folder / "secret.txt")]
        elif verb == "run":
            arguments += ["--summary-json", "summary.json"]
        elif verb == "release":
            refused = _ujo("release", "wakaba", "2023", cwd=root)
            assert refused.returncode == 6
            assert re.search(r"params/wakaba/\S+\.yaml の \d+ 行目: .*要確認", refused.stderr.decode("cp932"))
            _decide(root / "params/wakaba/fy2023")
            assert _ujo("run", "wakaba", "2023", cwd=root).returncode == 0
        done = _ujo(verb, *arguments, cwd=root)
        said += done.stdout + done.stderr
        assert done.returncode == {"diff": 2, "doctor": 6}.get(verb, 0), (done.stdout + done.stderr).decode(
            "cp932"
        )
    return Place(root, said.decode("cp932"))


def _decide(params: Path) -> None:
    """What the README asks of a person: look at each mark, ring the numbers, write down one's own desk and the day."""
    for marked in params.glob("*.yaml"):
        text = marked.read_text(encoding="utf-8")
        marked.write_text(re.sub(r" *# 要確認.*", "", text), encoding="utf-8")
    file = params / "common.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content |= {"contacts": {"若葉市こころの相談": "平日9時から17時"}, "contacts_checked_on": "2024-10-01"}
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.mark.full
def test_the_readme_leads_from_an_empty_place_to_a_signed_release_and_the_next_year(place: Place):
    assert [line.split()[0] for line in WALK] == [
        "new-site",
        "doctor",
        "check",
        "run",
        "release",
        "key",
        "key",
        "sign",
        "verify",
        "pdf",
        "word",
        "prune",
        "new-year",
        "diff",
    ]
    assert "承認のときのままです。承認者: 若葉花子、緑太郎" in place.said
    assert "2人の署名を、渡された公開鍵で確かめました" in place.said
    assert len(list(place.outputs.glob("wakaba_fy2023_*.zip"))) == 1
    assert (place.root / "params/wakaba/fy2024/common.yaml").is_file()
    assert "令和6(2024)年度の公表用の表がありません" in place.said
    if chromium() is not None:
        assert {file.stem for file in (place.outputs / "pdf/release").glob("*.pdf")} == {
            "appendix",
            "overview",
            "report",
        }


@pytest.mark.full
def test_nothing_of_the_first_city_remains_in_pages_tables_or_parameters(place: Place):
    assert len(_assert_no_trace(place)) > 100


def _assert_no_trace(place: Place) -> list[Path]:
    """Look into every page, table and parameter file; return the files."""
    files = [
        file
        for folder in (
            place.outputs / "internal",
            place.outputs / "release",
            place.root / "params" / "wakaba",
        )
        for file in folder.rglob("*")
        if file.suffix in {".html", ".csv", ".ipynb", ".yaml", ".json"}
    ]
    for file in files:
        text = NOT_READ.sub("", file.read_text(encoding="utf-8-sig"))
        for found in TRACES.finditer(text):
            # The data themselves name every prefecture: 熊本県 is one of the places that are compared.
            around = text[max(0, found.start() - 40) : found.end() + 20]
            assert found[0] == "熊本", (file.name, around)
            assert _among_prefectures(text, file), (file.name, around)
    return files


def _among_prefectures(text: str, file: Path) -> bool:
    """Whether a page or table lists the prefectures, this one among its neighbours on the list."""
    return all(name in text for name in ("長崎県", "熊本県", "大分県")) and file.suffix != ".yaml"


@pytest.mark.full
def test_titles_names_and_contacts_are_those_of_the_place(place: Place):
    for file in sorted((place.outputs / "release").glob("*.html")):
        text = file.read_text(encoding="utf-8")
        assert "<title>" in text
        assert "若葉市 孤独・孤立対策" in text, file.name
        assert "岡山県若葉市" in text, file.name
        assert "若葉市こころの相談" in text, file.name
        assert "0120-" not in text, file.name


@pytest.mark.full
def test_denominators_and_filters_follow_the_code(place: Place):
    rows = _table(place, "02_usage.csv")
    areas = [row for row in rows if any("岡山県" in value for value in row.values())]
    assert areas, rows
    assert any("若葉市" in value for row in rows for value in row.values())


@pytest.mark.full
def test_the_commands_spoke_readable_japanese_in_cp932(place: Place):
    _assert_readable(place)


def _assert_readable(place: Place) -> None:
    assert "ファイルを作りました" in place.said
    assert "?" not in place.said.replace("〜", "")
    assert "Traceback" not in place.said


@pytest.mark.full
def test_the_summary_can_be_mailed(place: Place):
    told = json.loads((place.root / "summary.json").read_text(encoding="utf-8"))
    assert told["exit_code"] == 0
    assert re.fullmatch(r"若葉市 令和5\(2023\)年度: 完了\(14 件を実行、[\d.]+ 秒\)。", told["text"])
    assert told["results"][0]["report"].endswith("index.html")


@pytest.mark.full
def test_swapping_the_denominators_changes_rates_only(place: Place):
    """U13: 国勢調査 or 推計人口, by one parameter."""
    population = place.root / "data/wakaba/site/population.csv"
    rows = list(csv.reader(io.StringIO(population.read_text(encoding="utf-8-sig"))))
    n, source, code = (rows[0].index(name) for name in ("人口", "資料", "地域コード"))
    extra = [list(row) for row in rows[1:]]
    for row in extra:
        row[source] = "推計人口(合成データ)"
        row[n] = str(int(row[n]) * (9 if row[code] == "33999" else 11) // 10)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([*rows, *extra])
    own = place.root / "params/wakaba/fy2023/common.yaml"
    before_population, before_parameters = population.read_bytes(), own.read_bytes()
    try:
        population.write_text(text.getvalue(), encoding="utf-8-sig")
        census = _tables_of(place, "国勢調査", own)
        estimate = _tables_of(place, "推計人口", own)
    finally:
        population.write_bytes(before_population)
        own.write_bytes(before_parameters)
    changed = {
        (name, column)
        for name, table in census.items()
        for old, new in zip(table, estimate[name], strict=True)
        for column in old
        if old[column] != new[column]
    }
    assert {name for name, _ in changed} == {"01_coverage.csv", "02_usage.csv", "04_frequency.csv"}, changed
    assert not {column for _, column in changed} & {"件数", "人数", "表示回数", "n"}, changed


def _tables_of(place: Place, source: str, own: Path) -> dict[str, list[dict[str, str]]]:
    content = yaml.safe_load(own.read_text(encoding="utf-8")) | {"population_source": source}
    own.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    done = _ujo("run", "wakaba", "2023", "--only", "01", "02", "04", cwd=place.root)
    assert done.returncode == 0, done.stderr.decode("cp932")
    folder = place.outputs / "internal" / "tables"
    return {file.name: _table(place, file.name) for file in sorted(folder.glob("0[124]_*.csv"))}


def _table(place: Place, name: str) -> list[dict[str, str]]:
    text = (place.outputs / "internal" / "tables" / name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
