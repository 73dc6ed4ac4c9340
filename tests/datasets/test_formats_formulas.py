"""Cells that a spreadsheet would run: what each format must make of them. People open CSV by a double click; the cells
of a workbook say themselves that they are text; programs read the others and get what was delivered.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import defusedxml.ElementTree as ElementTree
import duckdb
import pytest

from datasets.columns import Column
from datasets.formats import FORMATS, lines
from datasets.rows import ALL_ROWS

DANGEROUS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","点我")',
    "=WEBSERVICE(A1)",
    "+86-714-6512345",
    "-1+2",
    "@SUM(A1)",
    "＝1＋1",
    "＋1+1",
    "－1+1",
    "＠SUM",
    "  =1",
    "　=1",
    "\t=1",
    '"=1',
    ";=1",
)
"""Each is a formula, or becomes one when a spreadsheet drops blanks, quotes or a separator before it."""
HARMLESS = ("-5", "+5", "-3.2%", "--", "0017", "a=b", "1=1", "420200199001011234")
GEOMETRY = "geometry"
"""A column of this name says where a row lies: only then there is a map format."""
COLUMNS = [Column(0, "a", "甲"), Column(1, GEOMETRY, GEOMETRY)]
POINT = '{"type":"Point","coordinates":[115.06,30.2]}'
CELLS = (*DANGEROUS, *HARMLESS)


@pytest.fixture(params=["narrow", "wide"])
def store(request, monkeypatch, make_store) -> Path:
    """A row for each cell; rows become lines in SQL, and in the loop for wide tables."""
    if request.param == "wide":
        monkeypatch.setattr(lines, "WIDE", 0)
    return make_store(COLUMNS, [[cell, POINT] for cell in CELLS])


def written(store: Path, key: str, **choice: str) -> Path:
    """The file of that format."""
    target = store.with_suffix(f".{key}")
    FORMATS[key].write_rows(store, COLUMNS, target, rows=ALL_ROWS, **choice)
    return target


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_of_every_encoding_has_an_apostrophe_before_formulas_only(store, encoding):
    text = written(store, "csv", encoding=encoding).read_bytes().decode(encoding)
    for cell in DANGEROUS:
        as_field = "'" + cell.replace('"', '""')
        assert f"\r\n{as_field}," in text or f'\r\n"{as_field}",' in text, cell
    for cell in HARMLESS:
        assert f"\r\n{cell}," in text, cell


def test_a_workbook_says_that_formulas_are_text(store):
    with zipfile.ZipFile(written(store, "xlsx")) as book:
        names = book.namelist()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    cells = [cell for cell in ElementTree.fromstring(sheet).iter(f"{space}c") if cell.get("r").startswith("A")]
    assert {cell.get("t") for cell in cells} == {"inlineStr"}
    assert ["".join(part.text or "" for part in cell.iter(f"{space}t")) for cell in cells[1:]] == list(CELLS)
    assert "<f>" not in sheet and "<hyperlink" not in sheet
    assert not [name for name in names if "externalLink" in name or "calcChain" in name or "vba" in name.lower()]


READERS = {
    "json": lambda path: [row["a"] for row in json.loads(path.read_text("utf-8"))],
    "jsonl": lambda path: [json.loads(line)["a"] for line in path.read_text("utf-8").splitlines()],
    "geojson": lambda path: [one["properties"]["a"] for one in json.loads(path.read_text("utf-8"))["features"]],
    "xml": lambda path: [row[0].text for row in ElementTree.parse(path).getroot()],
    "parquet": lambda path: [row[0] for row in duckdb.read_parquet(str(path)).fetchall()],
}


@pytest.mark.parametrize("key", READERS)
def test_formats_for_programs_give_what_was_delivered(store, key):
    assert READERS[key](written(store, key)) == list(CELLS)


def test_every_format_has_its_rule_here():
    assert {"csv", "xlsx", *READERS} == set(FORMATS)
