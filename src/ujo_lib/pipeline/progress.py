"""Telling a person what a run is doing: one living line on a terminal, plain lines everywhere else."""

import contextlib
import logging
import shutil
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

_AUDIENCE = {"internal": "庁内用", "release": "公表用"}
_LOG_BYTES, _LOG_KEPT = 500_000, 3
_LINES = 8
"""Lines of the reason of a failure that a person is shown."""


class _LogFile(RotatingFileHandler):
    """A log that stays silent when the disk takes no more of it: what it was to hold stands on the terminal, too."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the library's
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # of the line that found no room
            super().close()


class Progress:
    """What is happening in a run, for one stream (None: for nobody) and one log file.

    Thread-safe: several notebooks report at the same time. Every finished step is a line of its own; on a terminal
    the steps under way share one more line that is rewritten in place.
    """

    def __init__(self, stream: TextIO | None, log: Path | None = None):
        self._stream = stream
        self._living = bool(stream and stream.isatty())
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, str], str] = {}
        self._drawn = False
        self._log = _logger(log) if log else None

    def started(self, audience: str, notebook: str) -> None:
        """A step has begun."""
        with self._lock:
            self._under_way[audience, notebook] = "準備中"
            self._draw()
        self._write_log(f"開始 {_AUDIENCE[audience]} {notebook}")

    def cell(self, audience: str, notebook: str, done: int, total: int) -> None:
        """A cell of a step has been executed."""
        with self._lock:
            self._under_way[audience, notebook] = f"{done}/{total}"
            self._draw()

    def finished(self, audience: str, notebook: str, seconds: float) -> None:
        """A step has been executed to its end."""
        self._end(audience, notebook, f"済   {_AUDIENCE[audience]} {notebook}  {seconds:.1f} 秒")

    def reused(self, audience: str, notebook: str) -> None:
        """A step was found finished."""
        self._end(audience, notebook, f"再利用 {_AUDIENCE[audience]} {notebook}")

    def failed(self, audience: str, notebook: str, reason: str, kind: str) -> None:
        """A step could not be finished.

        Args:
            audience: internal or release.
            notebook: its name.
            reason: for the person at the terminal, who sees its first lines; elsewhere only the first is shown.
            kind: for the log, which must not quote what a reason may quote: a cell of somebody's record.
        """
        failed = f"失敗  {_AUDIENCE[audience]} {notebook}"
        lines = reason.splitlines()
        shown = lines[: _LINES if self._living else 1]
        more = ["  …"] if self._living and len(lines) > _LINES else []
        self._end(
            audience, notebook, "\n".join([f"{failed}  {shown[0]}", *shown[1:], *more]), f"{failed}  {kind}"
        )

    def note(self, text: str) -> None:
        """Something else worth a line."""
        with self._lock:
            self._line(text)
        self._write_log(text)

    def close(self) -> None:
        """Wipe the living line and close the log file."""
        with self._lock:
            self._wipe()
        if self._log:
            for handler in list(self._log.handlers):
                handler.close()
                self._log.removeHandler(handler)

    def _end(self, audience: str, notebook: str, text: str, logged: str = "") -> None:
        with self._lock:
            self._under_way.pop((audience, notebook), None)
            self._line(text)
            self._draw()
        self._write_log(logged or text)

    def _line(self, text: str) -> None:
        if self._stream:
            self._wipe()
            print(text, file=self._stream, flush=True)

    def _draw(self) -> None:
        if not (self._living and self._stream):
            return
        self._wipe()
        states = [f"{notebook[:2]} {state}" for (_, notebook), state in sorted(self._under_way.items())]
        if states:
            width = shutil.get_terminal_size().columns - 12
            self._stream.write("実行中: " + " | ".join(states)[:width])
            self._stream.flush()
            self._drawn = True

    def _wipe(self) -> None:
        if self._drawn and self._stream:
            self._stream.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            self._drawn = False

    def _write_log(self, text: str) -> None:
        if self._log:
            self._log.info(text)


def _logger(path: Path) -> logging.Logger:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(path, maxBytes=_LOG_BYTES, backupCount=_LOG_KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    logger = logging.Logger(f"ujo:{path}", logging.INFO)
    logger.addHandler(handler)
    return logger
