"""The workbooks that departments see: template, current catalog, and the marked sheet."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from catalog.errors import Invalid
from catalog.fields import FIELDS, ITEM_FIELDS
from catalog.sheet.basis import content_digest, list_bases
from catalog.sheet.columns import TEMPLATE_COLUMNS
from catalog.sheet.interpreting import interpret
from catalog.sheet.marking import mark_workbook
from catalog.sheet.planning import plan_import
from catalog.sheet.printing import print_value
from catalog.sheet.reading import CellProblem, read_sheet
from catalog.sheet.template import write_template
from catalog.sheet.values import BadCell, parse_cell
from portal.messages import sheet as texts
from tests.catalog.lifecycle import Lifecycle, People
from tests.catalog.sheets import HEADERS, csv_bytes, row, write_sheet

ON = dt.date(2026, 7, 10)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The empty template, opened."""
    path = tmp_path_factory.mktemp("template") / "模板.xlsx"
    write_template(path, department="黄石港区民政局", on=ON)
    return load_workbook(path)


def test_the_template_has_the_sheet_its_notes_and_the_lists(template: Any) -> None:
    assert template.sheetnames == ["目录", "填写说明", "选项"]
    sheet = template["目录"]
    assert sheet["A1"].value == "黄石港区民政局公共数据资源目录填报表"
    assert [cell.value for cell in sheet[4]] == [column.title for column in TEMPLATE_COLUMNS]
    assert sheet["B4"].value == "信息资源名称*"
    assert sheet.freeze_panes == "C5"
    assert sheet["A5"].value == "示例"


def test_every_list_offers_what_the_vocabulary_knows(template: Any) -> None:
    offered = {}
    for name, defined in template.defined_names.items():
        _, _, area = defined.attr_text.partition("!")
        offered[name] = [cell[0].value for cell in template["选项"][area.replace("$", "")]]
    assert offered["选项_open_type"] == ["无条件开放", "有条件开放", "不予开放"]
    assert offered["格式_数据库"][:2] == ["mysql", "oracle"]
    assert len(offered["选项_domain"]) == 22
    for column in TEMPLATE_COLUMNS:
        if column.choices() and column.field and not column.field.depends_on:
            labels = offered[f"选项_{column.name.replace('.', '_')}"]
            for label in labels:
                parse_cell(column.field, label)


def test_every_choice_has_a_drop_down_and_every_help_a_hint(template: Any) -> None:
    rules = {str(rule.sqref).rstrip("0123456789"): rule for rule in template["目录"].data_validations.dataValidation}
    by_header = {}
    for at, column in enumerate(TEMPLATE_COLUMNS, start=1):
        letter = template["目录"].cell(4, at).column_letter
        by_header[column.name] = next((rule for area, rule in rules.items() if area.startswith(f"{letter}5:")), None)
    for column in TEMPLATE_COLUMNS:
        rule = by_header[column.name]
        if column.choices():
            assert rule is not None, column.name
            assert rule.type == "list"
        if column.field and column.field.help_zh:
            assert rule is not None, column.name
            assert column.field.help_zh[:20] in (rule.prompt or "")
    assert "INDIRECT" in by_header["format_type"].formula1


def test_the_template_as_it_is_holds_no_entry(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(path, department="黄石港区民政局", on=ON)
    with pytest.raises(Invalid) as caught:
        read_sheet(path)
    assert caught.value.code == "sheet_has_no_rows"


def test_the_example_itself_would_pass(session: Session, people: People, tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(path, department=people.department.name, on=ON)
    book = load_workbook(path)
    book["目录"]["A5"] = "1"
    book.save(path)
    plan = plan_import(session, read_sheet(path), department_id=people.department.id, by=people.editor)
    assert [entry.title for entry in plan.new] == ["黄石港区公共图书馆名录(示例)"]
    assert plan.problems == []


def test_every_value_is_printed_so_that_it_reads_back(session: Session, lifecycle: Lifecycle, people: People) -> None:
    lifecycle.draft(
        topics=["living", "travel"], temporal_start="2025-01-01", has_personal_info=True, masking_note="掩码"
    )
    basis = list_bases(session, department_id=people.department.id)[0]
    for name, field in FIELDS.items():
        text = print_value(field, basis.fields[name])
        given = parse_cell(field, text)
        expected = basis.fields[name]
        if isinstance(expected, dt.date):
            expected = expected.isoformat()
        assert (given or None) == (expected or None), name
    assert set(basis.items[0]) == set(ITEM_FIELDS)


def test_equal_content_has_one_digest_whatever_is_left_at_its_default() -> None:
    item = {"name": "名称", "is_open": True, "is_required": False, "unit": None}
    assert content_digest({"title": "甲", "tags": [], "license": "portal-open"}, [item]) == content_digest(
        {"title": "甲"}, [{"name": "名称"}]
    )
    assert content_digest({"title": "甲"}, [{"name": "名称", "is_open": False}]) != content_digest(
        {"title": "甲"}, [{"name": "名称"}]
    )


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temporal_start", "2025年3月", "2025-03-01"),
        ("temporal_end", "2024年2月", "2024-02-29"),
        ("temporal_end", "2025", "2025-12-31"),
        ("temporal_start", "２０２５／３／９", "2025-03-09"),
        ("temporal_start", "20250309", "2025-03-09"),
        ("temporal_start", "2025-03-09 00:00:00", "2025-03-09"),
        ("has_personal_info", "√", True),
        ("has_personal_info", "无", False),
        ("tags", "低保、救助;养老", ["低保", "救助", "养老"]),
        ("contact_phone", "暂无", None),
        ("closed_basis_text", "无", "无"),
    ],
)
def test_cells_are_understood_however_people_write_them(name: str, text: str, value: Any) -> None:
    assert parse_cell(FIELDS[name], text) == value


@pytest.mark.parametrize(
    ("name", "text"), [("temporal_start", "2025-13-01"), ("temporal_end", "2025-02-30"), ("temporal_start", "去年")]
)
def test_what_is_no_day_is_said_so(name: str, text: str) -> None:
    with pytest.raises(BadCell) as caught:
        parse_cell(FIELDS[name], text)
    assert caught.value.code == "not_a_date"


def sentence(problem: CellProblem) -> str:
    """The Chinese sentence of a finding of this room."""
    return texts.MESSAGES.get(problem.code, (problem.code, ""))[0].format(**problem.params)


def test_the_problem_at_a_cell_reads_as_a_person_would_say_it(session: Session, people: People, tmp_path: Path) -> None:
    reading = read_sheet(write_sheet(tmp_path / "a.xlsx", row(更新周期="每俩月")))
    problem = plan_import(session, reading, department_id=people.department.id, by=people.editor).problems[0]
    assert f"{problem.cell} {problem.label()}：{sentence(problem)}" == (
        "C2 更新周期：“每俩月”不在实时、每日、每周、每旬、每月、每季度、每半年、每年、不定期、不更新之列。"
        "是不是“每月”？请从下拉列表中选择。"
    )


def _marked(tmp_path: Path, path: Path, problems: list[CellProblem]) -> Any:
    target = tmp_path / "标注.xlsx"
    mark_workbook(path, target, problems, describe=sentence)
    return load_workbook(target)


def test_the_same_workbook_comes_back_with_red_cells_comments_and_a_list(
    session: Session, people: People, tmp_path: Path
) -> None:
    path = write_sheet(
        tmp_path / "blob", row(更新周期="每俩月", 信息资源摘要=""), row(信息资源名称="养老机构", 长度="约5位")
    )
    plan = plan_import(session, read_sheet(path), department_id=people.department.id, by=people.editor)
    book = _marked(tmp_path, path, plan.problems)
    sheet = book["目录"]
    assert sheet["C2"].fill.fgColor.rgb == "00F8B4B0"
    assert sheet["D2"].fill.fgColor.rgb == "00FFDDAA"
    assert sheet["C2"].comment.text.startswith("更新周期：“每俩月”不在")
    assert sheet["C2"].value == "每俩月"
    assert sheet["A3"].value == "养老机构"
    assert sheet["A3"].comment is None
    listing = book["问题清单"]
    assert [[cell.value for cell in line[:3]] for line in listing.iter_rows(min_row=4)] == [
        ["C2", "更新周期", "须改正"],
        ["D2", "信息资源摘要", "提交前须补"],
        ["N3", "长度", "须改正"],
    ]
    assert listing["A4"].hyperlink.location == "'目录'!C2"


def test_marks_of_an_earlier_round_are_taken_away(session: Session, people: People, tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "a.xlsx", row(更新周期="每俩月"))
    plan = plan_import(session, read_sheet(path), department_id=people.department.id, by=people.editor)
    first = _marked(tmp_path, path, plan.problems)
    first["目录"]["C2"] = "每月"
    first["目录"]["E2"] = "随便"
    first.save(path)
    plan = plan_import(session, read_sheet(path), department_id=people.department.id, by=people.editor)
    assert [problem.cell for problem in plan.problems] == ["E2"]
    second = _marked(tmp_path, path, plan.problems)
    assert second.sheetnames == ["目录", "问题清单"]
    assert second["目录"]["C2"].comment is None
    assert second["目录"]["C2"].fill.fill_type is None
    assert second["目录"]["E2"].comment is not None


def test_the_filled_template_keeps_its_lists_when_marked(
    session: Session, people: People, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    lifecycle.entry("draft", contact_phone=None)
    path = tmp_path / "当前目录.xlsx"
    bases = list_bases(session, department_id=people.department.id)
    write_template(path, department=people.department.name, on=ON, entries=bases)
    reading = read_sheet(path)
    cell = reading.address("summary", 5)
    book = _marked(tmp_path, path, [CellProblem(cell, 5, "summary", "required_missing", {}, "error")])
    sheet = book["目录"]
    assert sheet[cell].fill.fgColor.rgb == "00F8B4B0"
    assert len(sheet.data_validations.dataValidation) > 40
    hints = [str(area.sqref) for area in sheet.conditional_formatting for rule in area.rules if rule.dxf.fill]
    assert hints
    assert all(int(area.split(":")[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) > 7 for area in hints)
    assert [interpret(read_sheet(tmp_path / "标注.xlsx"), entry).title for entry in reading.entries] == [bases[0].title]


def test_a_text_sheet_comes_back_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "目录.csv"
    path.write_bytes(csv_bytes([HEADERS, row(信息资源名称="=1+1", 更新周期="每俩月")], "gb18030"))
    book = _marked(
        tmp_path, path, [CellProblem("C2", 2, "update_cycle", "not_in_list", {"value": "每俩月", "allowed": "…"})]
    )
    sheet = book.worksheets[0]
    assert sheet["A2"].value == "=1+1"
    with zipfile.ZipFile(tmp_path / "标注.xlsx") as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml"), "a text is never written as a formula"
    assert sheet["C2"].comment is not None


def test_ten_thousand_cells_are_marked(tmp_path: Path) -> None:
    path = write_sheet(
        tmp_path / "a.xlsx", *(row(信息项名称=f"项{n}", 数据类型="字", 长度="约5位") for n in range(2_500))
    )
    problems = [
        CellProblem(f"{letter}{line}", line, "item.length", "unit_in_number", {"value": "约5位"})
        for line in range(2, 2_502)
        for letter in "KLMN"
    ]
    target = tmp_path / "标注.xlsx"
    assert mark_workbook(path, target, problems, describe=sentence) == 10_000
    with zipfile.ZipFile(target) as book:
        comments = b"".join(book.read(name) for name in book.namelist() if "comment" in name)
    assert comments.count(b"<comment ") == 10_000
