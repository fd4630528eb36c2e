"""Commands about what leaves the house: `release`, `gate`, `sign`, `verify`."""

import argparse
import datetime
import sys
from pathlib import Path

from ujo_lib.cli.common import (
    DATA_PROBLEMS,
    DONE,
    REFUSED,
    WRONG_PARAMETERS,
    AddCommand,
    explain,
    place_of,
    positive,
)
from ujo_lib.files import private_files, write_atomically
from ujo_lib.params import project_root


def add_commands(command: AddCommand) -> None:
    """Tell the parser about them."""
    release = command("release", _release, "公表用ページを審査し、合格したら封をして release/ に置く")
    release.add_argument("--jobs", type=positive, default=None, help="同時に実行する数(既定はCPUの数+1)")
    sign = command("sign", _sign, "審査済みの公表用ページに、2人の承認を記録してZIPにまとめる")
    sign.add_argument("names", nargs=2, metavar="NAME", help="承認した2人の氏名")
    sign.add_argument("--on", type=datetime.date.fromisoformat, default=None, help="承認日(既定は今日)")
    verify = command(
        "verify", _verify, "受け取った公表用フォルダーが承認のときのままか確かめる", of_a_year=False
    )
    verify.add_argument("folder", type=Path, metavar="FOLDER")
    gate = command("gate", _gate, "ファイルに本文・番号・所在などが混じっていないか調べる", of_a_year=False)
    gate.add_argument("paths", nargs="+", type=Path, metavar="PATHS", help="外に出すファイルやフォルダー")
    gate.add_argument(
        "--confidential", nargs="+", required=True, type=Path, metavar="PATHS",
        help="外に出してはいけない本文(.csv .tsv .xlsx .parquet .txt、またはそのフォルダー)",
    )  # fmt: skip
    gate.add_argument(
        "--vocabulary", nargs="+", default=[], type=Path, metavar="PATHS", help="公開してよい語句"
    )
    gate.add_argument(
        "--clients", type=positive, default=5, help="この人数が使う語句は誰のものでもない(既定5)"
    )
    gate.add_argument("--json", action="store_true", help="結果をJSONで出す")


def _release(options: argparse.Namespace) -> int:
    from ujo_lib.cli.run import CODES
    from ujo_lib.pipeline.fleet import attempt
    from ujo_lib.pipeline.progress import Progress
    from ujo_lib.pipeline.run import release

    place = place_of(options)
    progress = Progress.to_terminal(place.log)
    try:
        result = attempt(place, progress, work=release, jobs=options.jobs)
    finally:
        progress.close()
    print(result, file=sys.stderr)
    if result.good:
        print(result.report)
    return CODES[result.state]


def _sign(options: argparse.Namespace) -> int:
    from ujo_lib.disclosure.signature import SealError, is_sealed, release_id, sign, write_zip
    from ujo_lib.pipeline.readiness import require_decided
    from ujo_lib.pipeline.refusal import ReleaseRefusedError

    place = place_of(options)
    if not is_sealed(place.release):
        return explain("審査済みの公表用ページがありません。先に `ujo release` を実行してください。", REFUSED)
    try:
        require_decided(place)
    except ReleaseRefusedError as error:
        return explain(error, REFUSED)
    on = options.on or datetime.date.today()
    try:
        sign(place.release, tuple(options.names), on.isoformat())
    except SealError as error:
        return explain(error, REFUSED)
    for memory in sorted(place.leaving.glob("*.json")):
        with private_files():
            write_atomically(place.disclosed / memory.name, memory.read_bytes())
    packed = place.outputs / f"{place.site}_fy{place.year}_{release_id(place.release)}.zip"
    write_zip(place.release, packed)
    print("承認を記録しました。氏名の記録であり、本人であることの証明ではありません。", file=sys.stderr)
    print(packed)
    return DONE


def _verify(options: argparse.Namespace) -> int:
    from ujo_lib.disclosure.signature import verify

    if not options.folder.is_dir():
        return explain(f"フォルダーがありません: {options.folder}", WRONG_PARAMETERS)
    seen = verify(options.folder)
    for problem in seen.problems:
        print(problem)
    if not seen.ok:
        return explain("配布できる状態ではありません。", REFUSED)
    print(f"承認のときのままです。承認者: {'、'.join(seen.signed_by)}({seen.signed_on})")
    return DONE


def _gate(options: argparse.Namespace) -> int:
    from ujo_lib.disclosure.gate import Gate, to_json, to_text
    from ujo_lib.pipeline.confidential import (
        UnreadableTextsError,
        account,
        committed_words,
        files_below,
        read_confidential,
        spoken_headings,
    )

    try:
        secret = [file for path in options.confidential for file in files_below(path)]
        words = [
            file.read_text(encoding="utf-8") for path in options.vocabulary for file in files_below(path)
        ]
        root = project_root() if _in_a_project() else None
        words += committed_words(root) if root else ()
        spoken = spoken_headings(root)
        texts = (text for file in secret for text in read_confidential(file, spoken))
        found = Gate(texts, words, options.clients, users=account()).scan(options.paths)
    except FileNotFoundError as error:
        return explain(error, WRONG_PARAMETERS)
    except (UnreadableTextsError, UnicodeDecodeError) as error:
        return explain(error, DATA_PROBLEMS)
    print(to_json(found) if options.json else to_text(found), end="" if options.json else "\n")
    return REFUSED if any(finding.severity == "error" for finding in found) else DONE


def _in_a_project() -> bool:
    try:
        project_root()
    except FileNotFoundError:
        return False
    return True
