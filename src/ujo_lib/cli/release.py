"""Commands about what leaves the house: `release`, `gate`, `sign`, `verify`, `key`."""

import argparse
import getpass
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ujo_lib.cli.common import (
    CODES,
    DATA_PROBLEMS,
    DONE,
    REFUSED,
    WRONG_PARAMETERS,
    AddCommand,
    explain,
    place_of,
    positive,
)
from ujo_lib.disclosure.signature import KeyFileError
from ujo_lib.fiscal import now
from ujo_lib.params import NoProjectError, project_root

if TYPE_CHECKING:
    from minisign import SecretKey

    from ujo_lib.pipeline.layout import SiteYear

_SIGNED = "署名は、2人の公開鍵を別の手段で受け取った人が `ujo verify` の --key か minisign で確かめられます。"
_UNPROVEN = (
    "ただし、公開鍵を渡されていないので、誰が承認したかは確かめていません。"
    "2人の公開鍵を別の手段で受け取り、--key を2つ付けてください。"
)
_WAITING = (
    "{title}の公表用ページも、審査済みで承認を待っています。この二つは互いを知らずに審査されました。"
    "先に出すほうを承認すると、もう一方は `ujo release` の再審査が要ります。"
)
_OVERTAKEN = (
    "承認を待っている{title}の公表用ページは、この公表を知らずに審査されています。"
    "`ujo release {site} {name}` をやり直してから承認してください。"
)


def add_commands(command: AddCommand) -> None:
    """Tell the parser about them."""
    release = command("release", _release, "公表用ページを審査し、合格したら封をして release/ に置く")
    release.add_argument("--jobs", type=positive, default=None, help="同時に実行する数(既定はCPUの数+1)")
    sign = command("sign", _sign, "審査済みの公表用ページをもう一度審査し、2人が署名してZIPにまとめる")
    sign.add_argument("names", nargs=2, metavar="NAME", help="承認した2人の氏名")
    sign.add_argument("--on", type=_day, default=None, help="承認日(例 2024-10-31。既定は今日)")
    _add_keys(sign, "秘密鍵(2つ、氏名の順に)。合成データのときだけ省ける")
    _add_passphrases(sign)
    verify = command(
        "verify", _verify, "受け取った公表用フォルダーかZIPが承認のときのままか確かめる", of_a_year=False
    )
    verify.add_argument("folder", type=Path, metavar="FOLDER", help="フォルダーかZIP")
    _add_keys(verify, "2人の公開鍵。付けないと、誰が承認したかは確かめられない")
    key = command("key", _new_key, "公表を承認する人の鍵を作る", of_a_year=False)
    key.add_argument("action", choices=["new"], help="作る")
    key.add_argument("name", metavar="NAME", help="鍵の持ち主の氏名。ファイルの名前になる")
    key.add_argument("--folder", type=Path, default=None, help="置き場所(既定は利用者ごとの設定フォルダー)")
    _add_passphrases(key)
    gate = command("gate", _gate, "ファイルに本文・番号・所在などが混じっていないか調べる", of_a_year=False)
    gate.add_argument("paths", nargs="+", type=Path, metavar="PATHS", help="外に出すファイルやフォルダー")
    gate.add_argument(
        "--confidential", nargs="+", required=True, type=Path, metavar="PATHS",
        help="外に出してはいけない本文(.csv .tsv .xlsx .parquet .txt、またはそのフォルダー)",
    )  # fmt: skip
    gate.add_argument("--json", action="store_true", help="結果をJSONで出す")


def _add_keys(command: argparse.ArgumentParser, text: str) -> None:
    command.add_argument("--key", action="append", default=[], type=Path, metavar="FILE", help=text)


def _add_passphrases(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--passphrase-file", type=Path, default=None, metavar="FILE",
        help="パスフレーズを1行に1つ書いたファイル(試験と自動実行のため。ふだんは画面で入力する)",
    )  # fmt: skip


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:  # 20241031 and 2024-W44-4 are dates, too, and not what a record should show
        raise ValueError(text)
    return day


def _release(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.fleet import attempt
    from ujo_lib.pipeline.progress import Progress
    from ujo_lib.pipeline.run import release

    place = place_of(options)
    progress = Progress(sys.stderr, place.log)
    try:
        result = attempt(place, progress, work=release, jobs=options.jobs)
    finally:
        progress.close()
    print(result, file=sys.stderr)
    if result.good:
        print(result.report)
        _tell_beside(place, _WAITING)
    return CODES[result.state]


def _tell_beside(place: "SiteYear", told: str) -> None:
    """Say of each release that waits beside this one (of the half of its year, say) what this one means for it."""
    from ujo_lib.pipeline.signing import waiting_beside

    for other in waiting_beside(place):
        print(told.format(title=other.title, site=other.site, name=other.name), file=sys.stderr)


def _sign(options: argparse.Namespace) -> int:
    from ujo_lib.disclosure.signature import SealError
    from ujo_lib.disclosure.signoff import NAMES_ONLY, Approval
    from ujo_lib.pipeline.refusal import ReleaseRefusedError
    from ujo_lib.pipeline.signing import sign_release

    if len(options.key) not in (0, 2):
        return explain("--key は2つ、氏名の順に書いてください。", WRONG_PARAMETERS)
    place = place_of(options)
    try:
        approval = Approval(tuple(options.names), options.on or now().date(), tuple(_open_keys(options)))
        packed = sign_release(place, approval)
    except (ReleaseRefusedError, SealError) as error:
        return explain(error, REFUSED)
    print("承認しました。" + (_SIGNED if approval.keys else NAMES_ONLY), file=sys.stderr)
    print(packed)
    _tell_beside(place, _OVERTAKEN)
    return DONE


def _open_keys(options: argparse.Namespace) -> Iterator["SecretKey"]:
    from ujo_lib.disclosure.keys import key_file, open_secret

    told = _passphrases(options, [f"{file.stem} のパスフレーズ: " for file in options.key])
    for file, passphrase in zip(options.key, told, strict=True):
        yield open_secret(key_file(file), passphrase)


def _verify(options: argparse.Namespace) -> int:
    from ujo_lib.disclosure.keys import key_file, material, read_public
    from ujo_lib.disclosure.packing import unpacked
    from ujo_lib.disclosure.signature import SealError
    from ujo_lib.disclosure.signoff import NAMES_ONLY, verify

    if not options.folder.exists():
        return explain(f"フォルダーもZIPもありません: {options.folder}", WRONG_PARAMETERS)
    keys = [read_public(key_file(file)) for file in options.key]
    if len({*map(material, keys)}) != len(keys) or len(keys) not in (0, 2):
        return explain("--key には、2人の別々の公開鍵を書いてください。", WRONG_PARAMETERS)
    try:
        with nullcontext(options.folder) if options.folder.is_dir() else unpacked(options.folder) as folder:
            seen = verify(folder, keys)
    except SealError as error:
        return explain(f"{error}\n配布できる状態ではありません。", REFUSED)
    for problem in seen.problems:
        print(problem)
    if not seen.ok:
        return explain("配布できる状態ではありません。", REFUSED)
    who = f"{'、'.join(seen.signed_by)}({seen.signed_on})"
    if seen.proven:
        print(f"{seen.release}: 承認のときのままです。承認者: {who}")
        print(f"2人の署名を、渡された公開鍵で確かめました(鍵 {'、'.join(seen.signed_with)})。")
    else:
        print(f"{seen.release}: 添えられた一覧のとおりです。承認者の記録: {who}")
        print(_UNPROVEN if seen.signed_with else NAMES_ONLY)
    return DONE


def _new_key(options: argparse.Namespace) -> int:
    from ujo_lib.disclosure.keys import keys_folder, new_pair

    asked = ["パスフレーズ: "] if options.passphrase_file else ["パスフレーズ: ", "もう一度: "]
    first, *again = _passphrases(options, asked)
    if any(repeated != first for repeated in again):
        return explain("2回のパスフレーズが違います。", WRONG_PARAMETERS)
    secret, public = new_pair(options.name, first, options.folder or keys_folder())
    print(
        "秘密鍵は本人だけのものです。誰にも渡さず、パスフレーズといっしょに失くさないでください。"
        "公開鍵は、公表用ページとは別の手段で受け取る人に渡します。",
        file=sys.stderr,
    )
    print(secret, public, sep="\n")
    return DONE


def _passphrases(options: argparse.Namespace, prompts: Sequence[str]) -> list[str]:
    """Lines of the file, or what the people at the terminal type."""
    if not options.passphrase_file:
        try:
            return [getpass.getpass(prompt) for prompt in prompts]
        except EOFError:
            told = "パスフレーズを入力できません。端末で実行するか、--passphrase-file でファイルを指定してください。"
            raise KeyFileError(told) from None
    try:
        lines: list[str] = options.passphrase_file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise KeyFileError(f"パスフレーズのファイルを読めません: {options.passphrase_file}") from None
    if len(lines) < len(prompts):
        raise KeyFileError(
            f"パスフレーズのファイルには {len(prompts)} 行が要ります: {options.passphrase_file}"
        )
    return lines[: len(prompts)]


def _gate(options: argparse.Namespace) -> int:
    from ujo_lib.disclosure.gate import Gate, to_json, to_text
    from ujo_lib.disclosure.tables import Policy
    from ujo_lib.pipeline import confidential

    try:
        secret = [file for path in options.confidential for file in confidential.files_below(path)]
        root = None
        with suppress(NoProjectError):
            root = project_root()
        words = confidential.committed_words(root) if root else []
        spoken = confidential.spoken_headings(root)
        texts = confidential.some_texts(
            text for file in secret for text in confidential.read_confidential(file, spoken)
        )
        found = Gate(texts, words, Policy.threshold, users=confidential.account()).scan(options.paths)
    except FileNotFoundError as error:
        return explain(error, WRONG_PARAMETERS)
    except (confidential.UnreadableTextsError, UnicodeDecodeError) as error:
        return explain(error, DATA_PROBLEMS)
    print(to_json(found) if options.json else to_text(found), end="" if options.json else "\n")
    return REFUSED if any(finding.severity == "error" for finding in found) else DONE
