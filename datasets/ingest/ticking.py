"""How far a reading has come, told often enough for a page and never so often that telling costs."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any

from datasets.ingest.raw_table import RawTable
from datasets.sandbox import Progress

SECONDS = 0.5
"""Between two messages of the same stage."""


class Ticker:
    """A Progress that adds "share" (0 to 1) while DuckDB works on the raw table in one long statement.

    Steps of a new stage are passed on at once, others at most every SECONDS; within a stage the share never falls, and
    "rows" stay as they were last known. Use it as a context manager: a thread asks the table how far its statement is.
    """

    def __init__(self, table: RawTable, progress: Progress) -> None:
        self._table = table
        self._progress = progress
        self._step: dict[str, Any] = {}
        self._told_at = 0.0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __call__(self, step: dict[str, Any]) -> None:
        """Take a step of the reading."""
        with self._lock:
            is_new = step.get("stage") != self._step.get("stage")
            rows = {"rows": self._step["rows"]} if "rows" in self._step else {}
            self._step = {**rows, **step}
            if is_new or time.monotonic() - self._told_at >= SECONDS:
                self._tell()

    def __enter__(self) -> Ticker:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _tick(self) -> None:
        while not self._ended.wait(SECONDS):
            share = self._table.share()
            with self._lock:
                if share is not None and self._step and share > self._step.get("share", 0):
                    self._step = {**self._step, "share": round(share, 3)}
                    self._tell()

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        self._progress(self._step)
