"""Formats in which rows can be downloaded. One row in FORMATS and one module is one new format everywhere.

A format's module has `write_rows(store, columns, target, *, rows, spill) -> int`, which writes the rows of a selection
to the new file `target` and tells how many there were; the modules know nothing of each other.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from datasets.columns import Column
from datasets.rows import Selection


class WriteRows(Protocol):
    """What every format's module offers."""

    def __call__(
        self, store: Path, columns: Sequence[Column], target: Path, *, rows: Selection, spill: Path | None = None
    ) -> int:
        """Write the rows, tell their number."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A download format. `revision` grows with every change of the written bytes; `max_rows` is the format's cap."""

    key: str
    zh: str
    en: str
    media_type: str
    revision: int = 1
    max_rows: int | None = None

    @property
    def suffix(self) -> str:
        """With its dot."""
        return f".{self.key}"

    @property
    def write_rows(self) -> WriteRows:
        """The writer, imported when it is used."""
        writer: WriteRows = importlib.import_module(f"datasets.formats.{self.key}_writer").write_rows
        return writer


XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMATS: dict[str, Format] = {
    format_.key: format_
    for format_ in (
        Format("csv", "CSV 表格（Excel 可直接打开）", "CSV table (opens in Excel)", "text/csv; charset=utf-8"),
        Format("xlsx", "Excel 工作簿", "Excel workbook", XLSX_MEDIA_TYPE, max_rows=1_048_575),
        Format("json", "JSON 数据", "JSON", "application/json"),
    )
}
BUNDLE_MEDIA_TYPE = "application/zip"
