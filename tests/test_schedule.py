"""The files under docs/schedule are taken as they are: they must be well formed and name commands that exist."""

import os
import re
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path, PureWindowsPath

import pytest

from ujo_lib import cli
from ujo_lib.params import project_root

FOLDER = project_root(Path(__file__).parent) / "docs" / "schedule"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def _xml() -> ET.Element:
    # The declaration says UTF-16, as Windows wants it on import; the repository keeps text in UTF-8.
    text = (FOLDER / "ujo-report.xml").read_text(encoding="utf-8")
    return ET.fromstring(text.replace('encoding="UTF-16"', 'encoding="UTF-8"').encode())


def _unit(name: str) -> dict[str, list[str]]:
    entries: dict[str, list[str]] = {}
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            entries.setdefault(key, []).append(value)
    return entries


def _cron_lines() -> list[str]:
    text = (FOLDER / "ujo.cron").read_text(encoding="utf-8")
    assert text.endswith("\n"), "cron ignores a last line without an end"
    return [line for line in text.splitlines() if re.match(r"[\d*]", line)]


def _commands() -> dict[str, str]:
    (cron,) = _cron_lines()
    (service,) = _unit("ujo-report.service")["ExecStart"]
    task = _xml().find(f"{TASK}Actions/{TASK}Exec")
    windows = f"{task.findtext(f'{TASK}Command')} {task.findtext(f'{TASK}Arguments')}".replace("\\", "/")
    return {
        "cron": cron.rpartition("&& ")[2].partition(" >>")[0],
        "systemd": service,
        "windows": windows,
    }


@pytest.mark.parametrize("scheduler", ["cron", "systemd", "windows"])
def test_the_scheduled_command_is_one_that_ujo_understands(scheduler):
    program, *arguments = shlex.split(_commands()[scheduler])
    assert PureWindowsPath(program).stem == "ujo"
    options = cli._parser().parse_args(arguments)
    assert (options.all, options.fiscal_year) == (True, "auto")
    assert options.summary_json.parts == ("logs", "summary.json")


def test_cron_has_five_fields_that_a_calendar_can_meet():
    (line,) = _cron_lines()
    minute, hour, day, month, weekday, _ = line.split(maxsplit=5)
    limits = {minute: 59, hour: 23, day: 31, month: 12}
    assert weekday == "*"
    for field, highest in limits.items():
        assert all(0 <= int(part) <= highest for part in field.split(","))
    assert (day, month) == ("1", "4,10")
    assert "%" not in line, "a percent sign ends the command of a crontab"


@pytest.mark.skipif(os.name == "nt", reason="cron is not of Windows")
@pytest.mark.parametrize("there", [True, False])
def test_cron_runs_in_a_folder_that_has_never_seen_a_run(tmp_path, there):
    """The shell opened `logs/cron.log` before anything had made the folder: nothing ran, and nothing was written."""
    (line,) = _cron_lines()
    command = tmp_path / ".venv/bin/ujo"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\necho ran\n", encoding="utf-8")
    command.chmod(0o700)
    if there:
        (tmp_path / "logs").mkdir()
    shell = line.split(maxsplit=5)[5]
    subprocess.run(["/bin/sh", "-c", shell], env={"UJO_ROOT": str(tmp_path), "PATH": os.defpath}, check=True)
    assert (tmp_path / "logs/cron.log").read_text(encoding="utf-8") == "ran\n"


@pytest.mark.skipif(shutil.which("crontab") is None, reason="no crontab on this machine")
def test_crontab_accepts_the_file():
    for dry_run in ("-n", "-T"):  # Debian's cron, cronie
        checked = subprocess.run(
            ["crontab", dry_run, str(FOLDER / "ujo.cron")], capture_output=True, text=True, check=False
        )
        if "invalid option" not in checked.stderr:
            assert checked.returncode == 0, checked.stderr
            return
    pytest.skip("this crontab cannot check a file without installing it")


def test_systemd_accepts_the_units(tmp_path):
    for name in ("ujo-report.service", "ujo-report.timer"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(
            text.replace("/opt/ujo/.venv/bin/ujo", shutil.which("true") or "/bin/true")
        )
    assert _unit("ujo-report.timer")["OnCalendar"] == ["*-04,10-01 02,05:00:00"]
    assert _unit("ujo-report.service")["Type"] == ["oneshot"]
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine: the units were only read")
    units = [str(tmp_path / "ujo-report.service"), str(tmp_path / "ujo-report.timer")]
    checked = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    said = [line for line in checked.stderr.splitlines() if "ujo-report" in line]
    assert not said
    when = subprocess.run(
        ["systemd-analyze", "calendar", "*-04,10-01 02,05:00:00"], capture_output=True, text=True, check=False
    )
    assert when.returncode == 0, when.stderr


def test_windows_gets_the_elements_in_the_order_its_schema_asks_for():
    # [MS-TSCH] 2.5: Task, xs:all in RegistrationInfo; taskType is a choice, its usual order that of an export
    task = _xml()
    assert task.tag == f"{TASK}Task"
    names = [child.tag.removeprefix(TASK) for child in task]
    assert names == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
    datetime.fromisoformat(task.findtext(f".//{TASK}StartBoundary"))
    assert task.find(f"{TASK}Actions").get("Context") == task.find(f".//{TASK}Principal").get("id")
    months = [month.tag.removeprefix(TASK) for month in task.find(f".//{TASK}Months")]
    assert months == ["April", "October"]
    for duration in (f".//{TASK}ExecutionTimeLimit", f".//{TASK}RestartOnFailure/{TASK}Interval"):
        assert re.fullmatch(r"PT\d+H", task.findtext(duration))


def test_every_command_of_the_page_exists():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    known = set(cli._parser()._subparsers._group_actions[0].choices)
    assert set(re.findall(r"`ujo ([a-z-]+)", text)) <= known
    for name in re.findall(r"\]\(([^)]+)\)", text):
        assert (FOLDER / name).is_file()


def test_the_exit_codes_of_the_page_are_those_of_the_program_from_harmless_to_grave():
    from ujo_lib.cli.common import CODES

    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [int(code) for code in re.findall(r"^\| (\d) \|", text, re.MULTILINE)] == list(
        dict.fromkeys(CODES.values())
    )
