"""`ujo`: the command line.

Exit codes: 0 done; 1 a fault of the program; 2 wrong parameters or arguments; 3 problems in the input data;
4 a notebook did not run to its end; 5 another run is under way; 6 a release was refused.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from ujo_lib.fiscal import DateError, FiscalYear
from ujo_lib.params import ParameterError, PathOutsideProjectError, project_root
from ujo_lib.pipeline.keys import MissingInputError
from ujo_lib.pipeline.layout import SiteYear

DONE, FAULT, WRONG_PARAMETERS, DATA_PROBLEMS, NOTEBOOK_FAILED, LOCKED, REFUSED = range(7)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    _speak_utf8()
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except (ParameterError, PathOutsideProjectError, MissingInputError, DateError) as error:
        return _explain(error, WRONG_PARAMETERS)
    except PermissionError as error:
        return _explain(
            f"{error.filename} に書き込めません。Excel などで開いていたら閉じて、もう一度実行してください。",
            FAULT,
        )


def _explain(message: object, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def _speak_utf8() -> None:
    """Never let a cp932 console turn a message into a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _place(options: argparse.Namespace) -> SiteYear:
    place = SiteYear(project_root(), options.site, FiscalYear.parse(options.year).year)
    if not place.params.is_dir():
        known = sorted(f"{path.parent.name} {path.name[2:]}" for path in place.root.glob("params/*/fy*"))
        raise MissingInputError([f"params/{place.site}/fy{place.year}(あるのは: {'、'.join(known)})"])
    return place


def _run(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.progress import Progress
    from ujo_lib.pipeline.run import LockedError, NotebooksFailedError, run

    place = _place(options)
    progress = Progress.to_terminal(place.log)
    try:
        outcome = run(place, only=options.only, force=options.force, jobs=options.jobs, progress=progress)
    except LockedError as error:
        return _explain(error, LOCKED)
    except NotebooksFailedError as error:
        progress.note(str(error))
        return DATA_PROBLEMS if error.from_data else NOTEBOOK_FAILED
    except RuntimeError as error:
        from ujo_lib.pipeline.release import ReleaseRefusedError

        if not isinstance(error, ReleaseRefusedError):
            raise
        progress.note(str(error))
        return REFUSED
    finally:
        progress.close()
    state = "変更なし" if outcome.unchanged else f"{len(outcome.executed)} 件を実行"
    print(f"{state}({outcome.seconds:.1f} 秒、実行ID {outcome.run_id})", file=sys.stderr)
    print((place.internal if options.only else place.release) / "index.html")
    return DONE


def _check(options: argparse.Namespace) -> int:
    from ujo_lib import intake
    from ujo_lib.intake.problems import as_text
    from ujo_lib.params import load_settings, settings_model

    place = _place(options)
    model = settings_model("00_data_quality")
    settings = load_settings(model, *place.parameter_files("00_data_quality"))
    found = intake.check(settings.inputs_file, settings.kinds)
    print(found.json() if options.json else as_text(found.faults))
    return DONE if found.ok else DATA_PROBLEMS


def _params(options: argparse.Namespace) -> int:
    from ujo_lib.params import load_settings, settings_model
    from ujo_lib.pipeline.layout import notebook_names

    place = _place(options)
    for name in notebook_names(options.notebook):
        model = settings_model(name)
        files = place.parameter_files(name)
        settings = load_settings(model, *files)
        print(f"# {name}")
        for key, field in model.model_fields.items():
            print(f"{key}: {getattr(settings, key)!r}  (既定 {field.default!r})  {field.description}")
    return DONE


def _sample(options: argparse.Namespace) -> int:
    from ujo_lib.files import write_atomically
    from ujo_lib.pipeline.keys import package_digest

    root = project_root()
    target = root / "data" / "sample"
    stamp = target / ".made_by"
    maker = package_digest("sample")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == maker:
        return DONE if options.quiet else _explain(f"合成データはそろっています: {target}", DONE)
    from ujo_lib import sample

    sample.write_city(root)
    write_atomically(stamp, maker)
    print(f"合成データを作りました: {target}", file=sys.stderr)
    return DONE


def _tag(options: argparse.Namespace) -> int:
    from ujo_lib.tagging import CodebookError, load_codebook
    from ujo_lib.tagging.stream import ColumnNotFoundError, UnreadableInputError, tag_file

    begun = time.monotonic()

    def told(texts: int) -> None:
        print(
            f"\r{texts:,} 件({texts / (time.monotonic() - begun):,.0f} 件/秒)",
            end="",
            file=sys.stderr,
            flush=True,
        )

    try:
        codebook = load_codebook(options.codebook or project_root() / "params" / "codebook.yaml")
        done = tag_file(
            options.input, options.output, codebook, options.jobs or 0, told, encoding=options.encoding
        )
    except CodebookError as error:
        return _explain(error, WRONG_PARAMETERS)
    except (ColumnNotFoundError, UnreadableInputError, FileNotFoundError) as error:
        return _explain(error, DATA_PROBLEMS)
    seconds = time.monotonic() - begun
    print(
        f"\r{done.texts:,} 件({done.characters:,} 字)を {seconds:.1f} 秒で読み、{done.tagged:,} 件に主題を付けました。",
        file=sys.stderr,
    )
    print(options.output)
    return DONE


def _prune(options: argparse.Namespace) -> int:
    import shutil

    place = _place(options)
    old = sorted(place.archive.glob("*")) if place.archive.is_dir() else []
    for folder in old:
        shutil.rmtree(folder)
        print(f"削除しました: {folder}")
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ujo", description="孤独・孤立対策の年次報告書を作る")
    commands = parser.add_subparsers(title="コマンド", required=True, metavar="COMMAND")

    def command(
        name: str, function: Callable[[argparse.Namespace], int], text: str, *, of_a_year: bool = True
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=function)
        if of_a_year:
            added.add_argument("site", help="自治体のフォルダー名(params/ の下)")
            added.add_argument("year", help="年度: 2023、R5、令和5年度")
        return added

    run = command("run", _run, "6冊のノートブックを実行し、庁内用と公表用のページを作る")
    run.add_argument(
        "--only", nargs="+", default=[], metavar="NN", help="このノートブックの庁内用だけ(例 02)"
    )
    run.add_argument("--force", action="store_true", help="変更がなくてもすべて実行する")
    run.add_argument("--jobs", type=_positive, default=None, help="同時に実行する数(既定はCPUの数+1)")
    check = command("check", _check, "入力ファイルを検査し、問題をすべて一度に示す")
    check.add_argument("--json", action="store_true", help="結果をJSONで出す")
    params = command("params", _params, "パラメーターの値・既定値・意味を示す")
    params.add_argument("--notebook", nargs="+", default=[], metavar="NN", help="このノートブックだけ(例 02)")
    command("prune", _prune, "過去の公表用ページを削除する")
    tag = command("tag", _tag, "相談の本文に主題を付ける(CSV または Parquet)", of_a_year=False)
    tag.add_argument("input", help="相談ID と 相談本文 の列があるファイル")
    tag.add_argument("output", help="結果のファイル(相談IDと、主題ごとの0/1。本文は書かない)")
    tag.add_argument("--codebook", default=None, help="主題の定義(既定は params/codebook.yaml)")
    tag.add_argument("--jobs", type=_positive, default=None, help="同時に使うCPUの数(既定はすべて)")
    tag.add_argument("--encoding", default="utf-8", help="CSVの文字コード(cp932 など。既定は utf-8)")
    sample = command("sample", _sample, "合成データを data/sample に作る", of_a_year=False)
    sample.add_argument("--quiet", action="store_true", help="そろっているときは何も言わない")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"1以上の整数ではありません: {text}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
