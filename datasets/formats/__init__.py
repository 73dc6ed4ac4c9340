"""Formats in which rows can be downloaded. One row in FORMATS and one module is one new format everywhere.

A format's module has `write_rows(store, columns, target, *, rows, spill) -> int`, which writes the rows of a selection
to the new file `target` and tells how many there were; the writers know nothing of each other.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from datasets.columns import Column
from datasets.errors import Invalid, NotFound
from datasets.formats.places import find_places
from datasets.rows import Selection


class WriteRows(Protocol):
    """What every format's module offers; `encoding` only where the format offers several."""

    def __call__(
        self,
        store: Path,
        columns: Sequence[Column],
        target: Path,
        *,
        rows: Selection,
        spill: Path | None = None,
        **encoding: str,
    ) -> int:
        """Write the rows, tell their number."""
        ...


@dataclass(frozen=True, slots=True)
class Encoding:
    """A way to write text as bytes; `charset` is its name in a media type."""

    key: str
    charset: str
    zh: str
    en: str


WHOLE_ENCODING = "utf-8-sig"
"""That of the whole CSV whose digest intake records, and of every CSV where no other is asked for."""
ENCODINGS: dict[str, Encoding] = {
    encoding.key: encoding
    for encoding in (
        Encoding(WHOLE_ENCODING, "utf-8", "UTF-8（带 BOM）", "UTF-8 with BOM"),
        Encoding("utf-8", "utf-8", "UTF-8（不带 BOM）", "UTF-8 without BOM"),
        Encoding("gb18030", "gb18030", "GB18030", "GB18030"),
    )
}
"""Encodings of CSV, by the values of the parameter `_encoding`."""


@dataclass(frozen=True, slots=True)
class Format:
    """A download format. `revision` grows with every change of the written bytes; `max_rows` is the format's cap.

    `zh`, `en` name it; `use_zh`, `use_en` say for whom it is. `weight` is about how many bytes of disk a byte of the
    whole CSV needs while the file is written. `cells_at_once` is how many cells a person waits for: more are written by
    the worker. `offered_for` tells of a table's columns whether they can be written so.
    """

    key: str
    zh: str
    en: str
    use_zh: str
    use_en: str
    media_type: str
    revision: int = 1
    max_rows: int | None = None
    weight: float = 1.0
    cells_at_once: int | None = None
    encodings: tuple[str, ...] = ()
    offered_for: Callable[[Sequence[Column]], bool] = lambda columns: True

    @property
    def suffix(self) -> str:
        """With its dot."""
        return f".{self.key}"

    def media_type_in(self, encoding: str) -> str:
        """The media type of a file in an encoding of ENCODINGS; the format's own where it has none to choose."""
        return f"{self.media_type}; charset={ENCODINGS[encoding].charset}" if self.encodings else self.media_type

    @property
    def write_rows(self) -> WriteRows:
        """The writer, imported when it is used."""
        writer: WriteRows = importlib.import_module(f"datasets.formats.{self.key}_writer").write_rows
        return writer


def _has_places(columns: Sequence[Column]) -> bool:
    return find_places(columns) is not None


XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMATS: dict[str, Format] = {
    format_.key: format_
    for format_ in (
        Format(
            "csv", "CSV 表格", "CSV table", "Excel、WPS 可直接打开，程序也能读",
            "opens in Excel and WPS, read by programs", "text/csv", weight=1.1, encodings=tuple(ENCODINGS),
        ),
        Format(
            "xlsx", "Excel 工作簿", "Excel workbook", "数字、日期带格式；行数多时要等待生成",
            "numbers and dates with formats; large ones take a while", XLSX_MEDIA_TYPE, revision=2, max_rows=1_048_575,
            weight=0.5, cells_at_once=200_000,
        ),
        Format(
            "json", "JSON 数组", "JSON array", "供网页和程序使用", "for web pages and programs",
            "application/json", weight=2.5,
        ),
        Format(
            "jsonl", "JSON Lines", "JSON lines", "一行一条记录，供程序逐行处理", "a record a line, for programs",
            "application/jsonl", weight=2.5,
        ),
        Format(
            "xml", "XML", "XML", "供要求 XML 的系统使用", "for systems that want XML",
            "application/xml", weight=3.0,
        ),
        Format(
            "parquet", "Parquet", "Parquet", "文件最小、列有类型，供 Python、R 和数据库使用",
            "smallest, typed; for Python, R and databases", "application/vnd.apache.parquet", weight=0.5,
        ),
        Format(
            "geojson", "GeoJSON", "GeoJSON", "在地图软件中打开；坐标按部门提供的原样给出",
            "for maps; coordinates as the department gave them", "application/geo+json", weight=3.0,
            offered_for=_has_places,
        ),
    )
}  # fmt: skip
BUNDLE_MEDIA_TYPE = "application/zip"
MAX_NAMED = 40
"""Characters of a wrong name that an error repeats."""


def formats_for(columns: Sequence[Column]) -> list[Format]:
    """The formats in which rows of these columns are offered, in the order in which people are shown them."""
    return [format_ for format_ in FORMATS.values() if format_.offered_for(columns)]


def choose_format(columns: Sequence[Column], format_key: str, encoding: str = WHOLE_ENCODING) -> Format:
    """The row of FORMATS in which rows of `columns` shall be written.

    Raises Invalid("unknown_format" | "csv_encoding_not_offered" | "encoding_not_for_format"),
    NotFound("format_needs_places") for a map format where no column says where a row lies.
    """
    if format_key not in FORMATS:
        raise Invalid("unknown_format", format=format_key[:MAX_NAMED], known=list(FORMATS))
    chosen = FORMATS[format_key]
    if encoding not in ENCODINGS:
        raise Invalid("csv_encoding_not_offered", encoding=encoding[:MAX_NAMED], known=list(ENCODINGS))
    if encoding != WHOLE_ENCODING and encoding not in chosen.encodings:
        raise Invalid("encoding_not_for_format", format=chosen.key, known=["csv"])
    if not chosen.offered_for(columns):
        raise NotFound("format_needs_places", format=chosen.key, known=[one.key for one in formats_for(columns)])
    return chosen
