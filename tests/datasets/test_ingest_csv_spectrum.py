"""csv-spectrum: well-known CSV cases with the expected records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.datasets.ingesting import read_here, stored_rows

CASES = [
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf",
    "quotes_and_newlines", "simple", "simple_crlf", "utf8",
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("case", CASES)
def test_csv_spectrum_case_gives_the_expected_records(shared_data: Path, tmp_path: Path, case: str) -> None:
    folder = shared_data / "parsers/csv-spectrum"
    expected = json.loads((folder / "json" / f"{case}.json").read_text(encoding="utf-8"))
    store = tmp_path / "rows.duckdb"
    reading = read_here(folder / "csvs" / f"{case}.csv", store=store)
    names = [column.name for column in reading.columns]
    rows = [dict(zip(names, (cell or "" for cell in row), strict=True)) for row in stored_rows(store, reading.columns)]
    assert [_unified(row) for row in rows] == [_unified(row) for row in expected]


def _unified(row: dict[str, str]) -> dict[str, str]:
    return {name: cell.replace("\r\n", "\n") for name, cell in row.items()}
