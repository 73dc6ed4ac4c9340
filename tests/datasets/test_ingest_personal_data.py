"""Personal data: every kind by its examples, in the whole file, also outside the table and in hidden sheets."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from datasets.ingest.personal_data import KINDS, Kind, mask, searching
from datasets.ingest.reading import Reading
from tests.datasets.ingesting import read_here, read_text

HOLDS = [(kind, cell) for kind in KINDS for cell in kind.examples]
FREE = [(kind, cell) for kind in KINDS for cell in kind.others]


def _found(cell: str, column: str) -> set[str]:
    return {finding.kind for finding in read_text(f'编号,{column}\nA1,"{cell}"\nA2,甲乙丙丁戊\n').findings}


@pytest.mark.parametrize(("kind", "cell"), HOLDS, ids=[f"{kind.kind}: {cell}" for kind, cell in HOLDS])
def test_cell_that_holds_the_kind_is_found(kind: Kind, cell: str) -> None:
    assert kind.kind in _found(cell, kind.example_header)


@pytest.mark.parametrize(("kind", "cell"), FREE, ids=[f"{kind.kind}: {cell}" for kind, cell in FREE])
def test_cell_that_only_looks_like_the_kind_is_not(kind: Kind, cell: str) -> None:
    assert kind.kind not in _found(cell, kind.example_header)


def test_one_number_in_the_last_of_many_rows_is_found() -> None:
    reading = read_text("编号,备注\n" + "".join(f"{n},正常\n" for n in range(20_000)) + "20000,回电 13812345678\n")
    [finding] = reading.findings
    assert (finding.column, finding.kind, finding.severity, finding.count) == ("备注", "mobile", "block", 1)
    assert finding.samples == ["13*******78"]


REPEATED = 300


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("a@b.cn", "email"),
        ("京A12345", "licence_plate"),
        ("护照E12345678", "passport"),
        ("１３８１２３４５６７８", "mobile"),
    ],
)
@pytest.mark.parametrize("filler", ["一", "x"])
def test_values_that_repeat_are_found_as_often_as_they_stand_there(
    cell: str, kind: str, filler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns of few values are looked through value by value: 300 cells of 3 values, a third of them the number."""
    monkeypatch.setattr(searching, "LEAST_ROWS", 0)
    rows = [cell if number % 3 == 0 else f"{filler}{number % 3}" for number in range(REPEATED)]
    many = read_text("内容,序\n" + "".join(f"{row},{number}\n" for number, row in enumerate(rows)))
    assert [(finding.kind, finding.count) for finding in many.findings] == [(kind, REPEATED // 3)]


@pytest.mark.parametrize(("digits", "is_found"), [("13812345678", True), ("1381234567", False)])
def test_a_short_number_is_not_passed_over_in_a_column_of_numbers(digits: str, is_found: bool) -> None:
    table = "数值,序\n" + "".join(f"{number}.5,{number}\n" for number in range(30))
    found = read_text(table + f"{digits},30\n").findings
    assert bool(found) == is_found


def test_full_width_digits_hide_nothing() -> None:
    assert _found("１３８１２３４５６７８", "内容") == {"mobile"}


def test_columns_of_codes_are_no_bank_cards() -> None:
    codes = "".join(f"甲{n},62220212345678901{n:02d}\n" for n in range(60))
    assert read_text("名称,设备序列\n" + codes).findings == []


def test_contact_below_the_table_is_found() -> None:
    reading = read_text("街道,户数\n花湖,10\n红旗桥,20\n联系人：张三 13812345678\n")
    assert (reading.row_count, [(item.column, item.kind) for item in reading.findings]) == (2, [("表外文字", "mobile")])


def test_hidden_sheet_and_comment_are_searched(tmp_path: Path) -> None:
    path = tmp_path / "hidden.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        shown, hidden = book.add_worksheet("公开"), book.add_worksheet("底稿")
        shown.write_row(0, 0, ["街道", "户数"])
        shown.write_row(1, 0, ["花湖", 10])
        shown.write_comment("A2", "核对人 13912345678")
        hidden.write_row(0, 0, ["姓名", "11010519491231002X"])
        hidden.hide()
    reading = read_here(path)
    assert {(item.column, item.kind) for item in reading.blocking} == {("底稿", "id_card"), ("批注", "mobile")}
    assert {"other_sheets", "hidden_sheets"} <= {warning["code"] for warning in reading.warnings}


def test_sample_never_shows_the_number() -> None:
    assert mask("13812345678") == "13*******78"
    assert mask("11010519491231002X") == "1101**********002X"
    assert mask("张三") == "张*"


def test_reading_survives_json() -> None:
    reading = read_text("姓名,电话\n张三,13812345678\n")
    assert Reading.from_dict(reading.as_dict()) == reading
