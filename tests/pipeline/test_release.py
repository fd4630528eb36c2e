"""Nothing leaves that was not checked; what was checked stays as it was, and a refusal costs nobody a good release."""

import json
import os
import re
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from tests.pipeline.conftest import WORDS
from tests.report.sheets.test_metadata import faults
from ujo_lib.cli import main
from ujo_lib.columns import Count, Dimension
from ujo_lib.disclosure.plan import Plan
from ujo_lib.disclosure.signature import changes
from ujo_lib.files import digest_file
from ujo_lib.params.disclosure import DisclosureRules
from ujo_lib.pipeline import pages
from ujo_lib.pipeline.keys import plan_steps
from ujo_lib.pipeline.manifest import Manifest
from ujo_lib.pipeline.pages import WORKBOOK
from ujo_lib.pipeline.progress import Progress
from ujo_lib.pipeline.refusal import ReleaseRefusedError
from ujo_lib.pipeline.release import advised, notices, release_jobs
from ujo_lib.pipeline.run import CHECKED, NotebooksFailedError
from ujo_lib.report.door.masks import counted, masks_for
from ujo_lib.report.door.publish import Subject, TableRecord, TableSpec
from ujo_lib.report.sheets.metadata import CSVW, PACKAGE
from ujo_lib.typed import Typed

pytestmark = pytest.mark.slow


def everything_written(project) -> dict[str, str]:
    return {
        file.relative_to(project.place.outputs).as_posix(): file.read_text(encoding="utf-8", errors="replace")
        for file in project.place.outputs.rglob("*")
        if file.is_file()
    }


def test_a_release_is_checked_sealed_and_says_so_and_a_rerun_leaves_it_alone(spoken, spoken_run):
    assert "配布不可" in (spoken.place.release / "index.html").read_text(encoding="utf-8")
    outcome = spoken.release()
    assert outcome.executed == ()  # the same pages, made anew from what the run had finished
    for page in spoken.place.release.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "配布不可" not in text
        assert "秘匿審査済" in text
        assert "1以上5未満の人数・件数は伏せ" in text
    checks = json.loads((spoken.place.release / "checks.json").read_text(encoding="utf-8"))
    assert set(checks) == {"door", "plan", "audit", "printed", "gate", "seal"}
    assert all(result["ok"] for result in checks.values())
    assert checks["plan"]["threshold"] == 5
    # Texts, less those of contacts that pages count, would be those of the city's own desk.
    assert set(checks["gate"]) == {"ok", "files", "bytes", "clients_that_make_a_phrase_common", "warnings"}
    assert changes(spoken.place.release) == ()
    assert Manifest.read(spoken.place.manifest).release_status == CHECKED
    sealed = spoken.bytes_of(spoken.place.release)
    assert spoken.release().unchanged
    assert spoken.run().unchanged
    assert spoken.bytes_of(spoken.place.release) == sealed


def test_every_csv_file_of_a_sealed_release_keeps_its_meaning_outside(spoken, spoken_release):
    tables = spoken.place.release / "tables"
    assert faults(tables) == []
    sums = (spoken.place.release / "SHA256SUMS").read_text(encoding="utf-8")
    group, package = (json.loads((tables / name).read_bytes()) for name in (CSVW, PACKAGE))
    assert {one["url"] for one in group["tables"]} == {file.name for file in tables.glob("*.csv")}
    for name, licence in ((CSVW, group["dc:license"]["@id"]), (PACKAGE, package["licenses"][0]["path"])):
        assert f"  tables/{name}\n" in sums
        assert licence == DisclosureRules.read(spoken.place.rules).licence
        text = (tables / name).read_text(encoding="utf-8")
        assert spoken_release.run_id not in text
        assert str(spoken.root) not in text
    assert not (spoken.place.internal / "tables" / CSVW).exists()


def test_two_releases_of_the_same_inputs_are_the_same_bytes(spoken, spoken_release):
    first = spoken.bytes_of(spoken.place.release)
    spoken.run(force=True)
    spoken.release()
    assert spoken.bytes_of(spoken.place.release) == first


FORBIDDEN = {
    "00_data_quality": "print(frame)",
    "01_survey_descriptives": "frame",
    "02_consultation_seasonality": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    "03_content_tagging": "from IPython.display import HTML, display; display(HTML('<b>2人</b>'))",
    "05_annual_summary": "import warnings; warnings.warn('2人')",
}


def test_every_output_past_the_door_refuses_the_release_and_is_named_with_its_cell(spoken, spoken_release):
    sealed = spoken.bytes_of(spoken.place.release)
    for notebook, source in FORBIDDEN.items():
        spoken.add_cell(notebook, source)
    with pytest.raises(ReleaseRefusedError) as refused:
        spoken.release()
    assert [finding.partition(":")[0] for finding in refused.value.findings] == [
        f"{notebook} の {6 if notebook == '05_annual_summary' else 4} 番目のセル" for notebook in FORBIDDEN
    ]
    assert "2人" not in str(refused.value)
    assert spoken.bytes_of(spoken.place.release) == sealed


def test_a_hidden_number_that_a_cell_writes_into_a_sentence_itself_refuses_the_pages(spoken, spoken_run):
    before, notebook = spoken.bytes_of(spoken.place.release), "01_survey_descriptives"
    for source in (
        "page.say(f'女性は{frame.n.min()}人でした。')",
        "page.say('女性は{few}人でした。', few=str(frame.n.min()))",
    ):
        spoken.add_cell(notebook, source)
        with pytest.raises(ReleaseRefusedError) as refused:
            spoken.run()
        assert refused.value.findings == (f"{notebook} の 4 番目のセル: 伏せた数と同じ数のある文",)
        assert spoken.bytes_of(spoken.place.release) == before
        spoken.drop_last_cell(notebook)
    spoken.add_cell(
        notebook, "page.say(f'女性は{frame.n.min() + 1}人ではなく、{{n[女性]}}人でした。', shown)"
    )
    assert spoken.run().executed


def test_masks_that_can_be_undone_refuse_the_release_and_name_table_and_cell(
    spoken, spoken_release, monkeypatch
):
    sealed = spoken.bytes_of(spoken.place.release)

    def only_the_small_count(tables, policy, *_, **__):
        hidden = {t.id: tuple(policy.is_primary(c) for c in t.cells) for t in (one.table for one in tables)}
        return masks_for(Plan(hidden), tables)

    monkeypatch.setattr("ujo_lib.pipeline.release.plan_masks", only_the_small_count)
    spoken.set_parameter("00_data_quality", "max_rows_shown", 7)
    with pytest.raises(
        ReleaseRefusedError, match=r"「性別」\(01_survey_descriptives/by_sex\): 性別=女性 \(人数\)"
    ):
        spoken.release()
    assert spoken.bytes_of(spoken.place.release) == sealed
    listed = (spoken.place.review / "audit.csv").read_text(encoding="utf-8-sig")
    assert listed.startswith("表,欄,計算できる下限,計算できる上限,幅,")
    assert "性別=女性" in listed


def test_a_file_that_prints_more_than_the_masks_allow_refuses_the_release_and_is_named(
    spoken, spoken_release, monkeypatch
):
    sealed = spoken.bytes_of(spoken.place.release)

    write = pages._write_tables

    def with_one_more(done, folder):
        tables = write(done, folder)
        for file in (folder / "tables").glob("01_by_sex.csv"):
            file.write_bytes(file.read_bytes().replace(b"x", b"2"))
        return tables

    monkeypatch.setattr(pages, "_write_tables", with_one_more)
    spoken.set_parameter("00_data_quality", "max_rows_shown", 7)
    with pytest.raises(ReleaseRefusedError, match=r"tables/01_by_sex\.csv"):
        spoken.release()
    assert spoken.bytes_of(spoken.place.release) == sealed


def test_somebodys_words_refuse_the_release_and_are_repeated_nowhere_but_where_they_stand(
    spoken, spoken_release
):
    sealed = spoken.bytes_of(spoken.place.release)
    # Read from the file: what stands in a notebook's code is committed, and committed words are no leak.
    quote = "page.say(pd.read_csv(settings.root / 'data/consultations.csv')['相談本文'][0])"
    spoken.add_cell("03_content_tagging", quote)
    with pytest.raises(ReleaseRefusedError, match=r"03_content_tagging\.html .*K2023-00017"):
        spoken.release()
    assert spoken.bytes_of(spoken.place.release) == sealed
    told = (spoken.place.review / "gate.json").read_text(encoding="utf-8")
    assert "K2023-00017" in told
    assert WORDS[:8] not in told


def test_no_text_is_in_logs_manifest_plan_or_review_and_nobody_else_can_read_what_is_internal(spoken):
    """Internal notebooks and pages may quote, masked; nothing else that a run writes does."""
    spoken.add_cell("02_consultation_seasonality", f"raise ValueError('行を読めない: {WORDS}')")
    assert main(["run", "sample", "2023"]) == 4
    spoken.drop_last_cell("02_consultation_seasonality")
    assert main(["release", "sample", "2023"]) == 0
    written = everything_written(spoken)
    assert {"run.log", "manifest.json", "review/audit.csv", "review/gate.json"} <= set(written)
    assert "ValueError" in written["run.log"]
    assert [name for name, text in written.items() if WORDS[:8] in text] == []
    if os.name == "posix":
        for path in spoken.place.outputs.rglob("*"):
            shown = path.is_relative_to(spoken.place.release) or path == spoken.place.lock
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or shown, path
        assert stat.S_IMODE((spoken.place.release / "index.html").stat().st_mode) == 0o644


def test_a_notebook_that_fails_on_a_text_leaves_the_text_with_the_half_run_notebook_only(spoken):
    spoken.add_cell("02_consultation_seasonality", f"raise ValueError('{WORDS}')")
    with pytest.raises(NotebooksFailedError):
        spoken.release()
    holders = [name for name, text in everything_written(spoken).items() if WORDS[:8] in text]
    assert holders == ["failed/internal-02_consultation_seasonality.ipynb"]


def test_a_sealed_release_is_kept_when_a_new_candidate_takes_its_place(spoken, spoken_release):
    sealed = spoken.bytes_of(spoken.place.release)
    said: list[str] = []
    progress = Progress(None)
    progress.note = said.append
    spoken.run(force=True, progress=progress)  # the same inputs: the candidate would have the same run id
    assert spoken.bytes_of(spoken.place.archive / spoken_release.run_id) == sealed
    kept = (spoken.place.archive / spoken_release.run_id).relative_to(spoken.root)
    assert said[-1] == f"審査済みの前の公表用ページは {kept} に残しました。"
    spoken.set_parameter("common", "seed", 2041)
    spoken.run(progress=progress)  # the candidate that goes now was never reviewed
    assert len([one for one in said if "審査済みの前の" in one]) == 1


def test_pages_for_the_city_alone_change_nothing_that_the_manifest_says_of_a_release(spoken, spoken_release):
    """A sealed release was no longer to be signed once somebody had looked at one page anew."""
    before = Manifest.read(spoken.place.manifest)
    spoken.set_parameter("02_consultation_seasonality", "harmonics", 1)
    spoken.run(only=["02"])
    now = Manifest.read(spoken.place.manifest)
    for name in ("run_id", "verdict", "release_status", "release", "plan", "advice", "known"):
        assert getattr(now, name) == getattr(before, name), name
    keys = [{name: step.key for name, step in one.internal.items()} for one in (before, now)]
    assert dict(keys[0].items() ^ keys[1].items()).keys() == {"02_consultation_seasonality"}


def test_a_page_is_made_anew_when_its_own_masks_change_or_those_of_a_table_that_it_quotes(project):
    """Masks change with what else has been signed, while everything that the page was made from stays."""
    steps = plan_steps(project.place)
    counts_people = SimpleNamespace(subject=SimpleNamespace(population="cases"))

    def keys(masked_anew: str) -> dict[str, str]:
        masks = SimpleNamespace(digest_of=lambda tables: f"{masked_anew in tables}")
        finished = {
            step.notebook: SimpleNamespace(
                records=lambda key=step.notebook: [SimpleNamespace(key=key, spec=counts_people)]
            )
            for step in steps
        }
        return {job.notebook: job.key for job in release_jobs(steps, finished, masks, Path("plan.json"))}

    changed = dict(keys("").items() ^ keys("01_survey_descriptives").items()).keys()
    assert changed == {"01_survey_descriptives", "05_annual_summary"}


def test_no_released_file_holds_a_hash_of_anything_that_did_not_leave(spoken, spoken_release):
    """A count below five has few values and a small file few versions: whoever has the hash can try them all."""
    manifest = json.loads(spoken.place.manifest.read_text(encoding="utf-8"))
    kept = re.findall(r"[0-9a-f]{12,64}", json.dumps({**manifest, "files": []}))
    kept += [digest_file(file) for file in (spoken.root / "data").iterdir() if file.is_file()]
    told = "".join(
        text for name, text in everything_written(spoken).items() if name.startswith("release/")
    ) + " ".join(shown_in(spoken.place.release / WORKBOOK))
    assert len(kept) > 50
    assert [one for one in kept if one[:8] in told] == []
    assert any(one[:8] in everything_written(spoken)["internal/index.html"] for one in kept)


def shown_in(workbook: Path) -> list[str]:
    sheets = load_workbook(workbook, read_only=True)
    return [str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row]


@pytest.mark.parametrize(
    ("advice", "told"),
    [
        ("「duration_band」の「5年未満」と「5年以上」をまとめると", "「ひきこもりの期間」の「5年未満」と"),
        ("「duration_band×sex」の掛け合わせをやめ", "「ひきこもりの期間×性別」の掛け合わせをやめ"),
        ("「duration」の「a」と「b」をまとめると", "「duration」の「a」と"),
        ("「2023-01-15T00:00:00」と「2023-01-22T00:00:00」をまとめると", "「2023-01-15」と「2023-01-22」を"),
    ],
)
def test_advice_names_table_and_columns_as_the_page_does(advice, told):
    """An official read of 「duration_band」, a name that stands nowhere on the page."""
    kinds = {
        "duration_band": Dimension(heading="ひきこもりの期間"),
        "sex": Dimension(variable="sex"),
        "n": Count(unit="人"),
    }
    typed = Typed.of([("5年未満", "男性", 3)], kinds)
    spec = TableSpec("duration", "期間", Subject("当事者", population="cases"), typed.schema)
    record = TableRecord.of("01_survey_descriptives", spec, typed.frame)
    plan = SimpleNamespace(exemptions=(), suggestions=(f"表「{record.key}」は 5 セル。{advice}",))
    tables, masks = counted([record]), SimpleNamespace(plan=plan)
    (said,) = notices(tables, masks, "internal")["01_survey_descriptives"]
    assert said.startswith("公表用ページでは、表「期間」は 5 セル。")
    assert told in said
    assert [text for _, text in advised(tables, masks)] == [said[9:]]
