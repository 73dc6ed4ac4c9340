"""Helpers of the intake tests: read a file in this process, make workbooks by hand."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from datasets.columns import Column
from datasets.ingest.pipeline import Order, read_delivery
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import Reading, ReadOptions, Recipe
from datasets.rows import printed_cell

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
TWO_ROWS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>'

KEPT_CELLS = 500_000
READINGS: dict[Path, Reading] = {}
"""Files that were read already → what was understood."""
ROWS: dict[Path, list[list[str | None]]] = {}
"""The same files, unless large → all rows."""


def read_here(
    path: Path, options: ReadOptions | None = None, *, store: Path | None = None, recipe: Recipe | None = None
) -> Reading:
    """What the child would answer, without a child: for files that the tests made themselves."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        order = Order(path, store or work / "rows.duckdb", work, options or ReadOptions(), recipe)
        return read_delivery(order, RawTable(work), lambda step: None)


def read_once(path: Path) -> tuple[Reading, list[list[str | None]]]:
    """The reading and all rows of a file that nobody changes; kept, unless large, for all tests that look at it."""
    if path in ROWS:
        return READINGS[path], ROWS[path]
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "rows.duckdb"
        reading = READINGS[path] = read_here(path, store=store)
        rows = stored_rows(store, reading.columns)
    if reading.row_count * len(reading.columns) <= KEPT_CELLS:
        ROWS[path] = rows
    return reading, rows


def understand_once(path: Path) -> Reading:
    """The reading alone, of large files too: read again by nobody who does not need the rows."""
    return READINGS[path] if path in READINGS else read_once(path)[0]


def read_text(
    text: str, options: ReadOptions | None = None, *, store: Path | None = None, encoding: str = "utf-8"
) -> Reading:
    """The reading of a text file with this content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "delivered.csv"
        path.write_bytes(text.encode(encoding))
        return read_here(path, options, store=store)


def stored_rows(store: Path, columns: Sequence[Column]) -> list[list[str | None]]:
    """All rows of a row store as text, in the order of `_row`."""
    with duckdb.connect(str(store), read_only=True) as connection:
        cells = ", ".join(printed_cell(column) for column in columns)
        return [list(row) for row in connection.execute(f"SELECT {cells} FROM data ORDER BY _row").fetchall()]


def make_workbook(
    path: Path, rows: str | Iterable[bytes], *, after: str = "", shared: str = "", styles: str = ""
) -> Path:
    """An .xlsx whose only sheet has `rows` as its XML rows, `after` behind them, `shared` as its string table."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml")))
        sheet = f'<sheets><sheet name="表1" sheetId="1" xmlns:r="{OFFICE}" r:id="r0"/></sheets>'
        archive.writestr("xl/workbook.xml", f"<workbook {MAIN}>{sheet}</workbook>")
        targets = [
            ("worksheet", "worksheets/sheet1.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ]
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(*targets))
        archive.writestr("xl/sharedStrings.xml", shared or f"<sst {MAIN}/>")
        archive.writestr("xl/styles.xml", styles or f"<styleSheet {MAIN}/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f"<worksheet {MAIN}><sheetData>".encode())
            for piece in [rows.encode()] if isinstance(rows, str) else rows:
                part.write(piece)
            part.write(f"</sheetData>{after}</worksheet>".encode())
    return path


def _relations(*targets: tuple[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'
