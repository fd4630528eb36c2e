"""Commands about one report: `run`, `check`, `params`, `prune`."""

import argparse
import sys

from ujo_lib.cli.common import (
    DATA_PROBLEMS,
    DONE,
    LOCKED,
    NOTEBOOK_FAILED,
    REFUSED,
    AddCommand,
    explain,
    place_of,
    positive,
)


def add_commands(command: AddCommand) -> None:
    """Tell the parser about them."""
    run = command("run", _run, "6冊のノートブックを実行し、庁内用と公表用のページを作る")
    run.add_argument(
        "--only", nargs="+", default=[], metavar="NN", help="このノートブックの庁内用だけ(例 02)"
    )
    run.add_argument("--force", action="store_true", help="変更がなくてもすべて実行する")
    run.add_argument("--jobs", type=positive, default=None, help="同時に実行する数(既定はCPUの数+1)")
    check = command("check", _check, "入力ファイルを検査し、問題をすべて一度に示す")
    check.add_argument("--json", action="store_true", help="結果をJSONで出す")
    params = command("params", _params, "パラメーターの値・既定値・意味を示す")
    params.add_argument("--notebook", nargs="+", default=[], metavar="NN", help="このノートブックだけ(例 02)")
    command("prune", _prune, "過去の公表用ページを削除する")


def _run(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.progress import Progress
    from ujo_lib.pipeline.run import LockedError, NotebooksFailedError, run

    place = place_of(options)
    progress = Progress.to_terminal(place.log)
    try:
        outcome = run(place, only=options.only, force=options.force, jobs=options.jobs, progress=progress)
    except LockedError as error:
        return explain(error, LOCKED)
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

    place = place_of(options)
    model = settings_model("00_data_quality")
    settings = load_settings(model, *place.parameter_files("00_data_quality"))
    found = intake.check(settings.inputs_file, settings.kinds)
    print(found.json() if options.json else as_text(found.faults))
    return DONE if found.ok else DATA_PROBLEMS


def _params(options: argparse.Namespace) -> int:
    from ujo_lib.params import load_settings, settings_model
    from ujo_lib.pipeline.layout import notebook_names

    place = place_of(options)
    for name in notebook_names(options.notebook):
        model = settings_model(name)
        files = place.parameter_files(name)
        settings = load_settings(model, *files)
        print(f"# {name}")
        for key, field in model.model_fields.items():
            print(f"{key}: {getattr(settings, key)!r}  (既定 {field.default!r})  {field.description}")
    return DONE


def _prune(options: argparse.Namespace) -> int:
    import shutil

    place = place_of(options)
    old = sorted(place.archive.glob("*")) if place.archive.is_dir() else []
    for folder in old:
        shutil.rmtree(folder)
        print(f"削除しました: {folder}")
    return DONE
