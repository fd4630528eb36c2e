"""A person sees one living line, a log sees plain lines, and nobody sees broken characters."""

import io

import pytest

from ujo_lib.pipeline.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _walk(progress: Progress) -> None:
    progress.started("internal", "01_survey")
    progress.cell("internal", "01_survey", 3, 20)
    progress.finished("internal", "01_survey", 2.34)
    progress.reused("release", "02_seasons")
    progress.failed("release", "03_tags", "こわれた\nくわしくは…", "5 番目のセル ValueError")
    progress.close()


def test_a_terminal_shows_how_many_cells_are_done():
    terminal = Terminal()
    _walk(Progress(terminal))
    assert "01 3/20" in terminal.getvalue()
    assert "済   庁内用 01_survey  2.3 秒" in terminal.getvalue()


def test_a_log_or_a_pipe_gets_plain_lines_only():
    stream = io.StringIO()
    _walk(Progress(stream))
    assert "\r" not in stream.getvalue()
    assert stream.getvalue().splitlines() == [
        "済   庁内用 01_survey  2.3 秒",
        "再利用 公表用 02_seasons",
        "失敗  公表用 03_tags  こわれた",
    ]


@pytest.mark.parametrize(("lines", "shown"), [(1, 1), (7, 7), (8, 8), (9, 8)])
def test_a_person_sees_the_first_lines_of_a_reason_and_that_there_are_more(lines, shown):
    terminal = Terminal()
    reason = "\n".join(f"{number} 行目" for number in range(1, lines + 1))
    Progress(terminal).failed("internal", "03_tags", reason, "ValueError")
    said = terminal.getvalue().splitlines()
    assert said[0] == "失敗  庁内用 03_tags  1 行目"
    assert said[1:] == [f"{number} 行目" for number in range(2, shown + 1)] + ["  …"] * (lines > shown)


def test_the_log_file_has_clock_times_and_is_japanese(tmp_path):
    log = tmp_path / "run.log"
    _walk(Progress(None, log))
    lines = log.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    assert lines[1].endswith("済   庁内用 01_survey  2.3 秒")


def test_the_log_says_of_a_failure_where_and_what_kind_and_does_not_quote_the_message(tmp_path):
    log = tmp_path / "run.log"
    _walk(Progress(None, log))
    assert log.read_text(encoding="utf-8").splitlines()[3].endswith("03_tags  5 番目のセル ValueError")


def test_every_line_can_be_shown_on_a_cp932_console():
    stream = io.StringIO()
    _walk(Progress(stream))
    stream.getvalue().encode("cp932")
