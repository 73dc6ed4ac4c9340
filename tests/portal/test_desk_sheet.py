"""The Excel sheet in the browser: template, preview, every problem at its cell, marked workbook, all or nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest

from tests.catalog.sheets import GOOD, HEADERS, csv_bytes, row, write_sheet
from tests.portal.workspace import District, plain


def upload(district: District, data: bytes, file_name: str = "目录.xlsx") -> str:
    """Upload a sheet as the editor; the address of its preview."""
    answer = district.people["editor"].post("/desk/sheet", file=(file_name, data))
    assert answer.status_code == 303, plain(answer)[-300:]
    return answer.headers["Location"]


def sheet(tmp_path: Path, *rows: list[object]) -> bytes:
    """A workbook with HEADERS in row 1 and these rows below."""
    return write_sheet(tmp_path / "sheet.xlsx", *rows).read_bytes()


def test_template_opens_in_a_spreadsheet_program_and_has_a_chinese_name(district: District) -> None:
    answer = district.people["editor"].get("/desk/sheet/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    assert book.worksheets[0].data_validations.dataValidation
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]


def test_sheet_becomes_drafts_only_when_it_is_applied(district: District, tmp_path: Path) -> None:
    editor = district.people["editor"]
    address = upload(district, sheet(tmp_path, row(), row(信息资源名称="黄石港区公共厕所名录")))
    assert "可以导入：新增 2 个，修改 0 个" in editor.text(address)
    assert "还没有条目" in editor.text("/desk/entries")
    assert editor.post(f"{address}/apply").status_code == 303
    page = editor.text("/desk/entries")
    assert "已导入：新建 2 个" in page
    assert "黄石港区公共厕所名录" in page
    assert editor.post(f"{address}/apply").status_code == 409
    assert "已导入，目录以条目列表为准" in editor.text(address)


def test_wrong_cell_is_named_and_nothing_is_written(district: District, tmp_path: Path) -> None:
    editor = district.people["editor"]
    rows = [row(信息资源名称=f"名录{number}") for number in ("甲", "乙", "丙", "丁", "戊")]
    address = upload(district, sheet(tmp_path, *rows, row(信息资源名称="己", 更新周期="每俩月")))
    page = editor.text(address)
    assert "有 1 处须改正" in page
    assert re.search(r"C7 更新周期 .*每俩月", page)
    assert f"{address}/apply" not in editor.get(address).get_data(as_text=True)
    refused = editor.post(f"{address}/apply")
    assert refused.status_code == 422
    assert "还没有条目" in editor.text("/desk/entries")


def test_marked_workbook_has_the_red_cell_and_its_comment(district: District, tmp_path: Path) -> None:
    address = upload(district, sheet(tmp_path, row(更新周期="每俩月")))
    answer = district.people["editor"].get(f"{address}/marked.xlsx")
    assert answer.status_code == 200
    cell = openpyxl.load_workbook(io.BytesIO(answer.get_data())).worksheets[0]["C2"]
    assert cell.value == "每俩月"
    assert cell.fill.fill_type == "solid"
    assert "每俩月" in cell.comment.text


def test_changes_are_shown_field_by_field(district: District, tmp_path: Path) -> None:
    editor = district.people["editor"]
    editor.post(f"{upload(district, sheet(tmp_path, row()))}/apply")
    address = upload(district, sheet(tmp_path, row(更新周期="每季度")))
    page = editor.text(address)
    assert "可以导入：新增 0 个，修改 1 个" in page
    assert re.search(r"更新周期 每月 → 每季度", page)
    same = upload(district, sheet(tmp_path, row()))
    assert "没有要改动的内容" in editor.text(same)
    assert "未变 1" in editor.text(same)


def test_current_catalog_comes_back_unchanged_and_is_stale_after_another_change(district: District) -> None:
    editor = district.people["editor"]
    name = district.entry()
    mine = editor.get("/desk/sheet/catalog.xlsx").get_data()
    assert "没有要改动的内容" in editor.text(upload(district, mine))
    book = openpyxl.load_workbook(io.BytesIO(mine))
    page = book.worksheets[0]
    headers = {str(cell.value).rstrip("*").strip(): cell.column for cell in page[4] if cell.value}
    page.cell(5, headers["信息资源摘要"]).value = "表中改过的摘要"
    out = io.BytesIO()
    book.save(out)
    fields = {"title": "黄石港区社区居委会名录", "summary": "页面上改过的摘要", "base": "", "lock": ""}
    stale = editor.post(f"/desk/entries/{name}/edit", **fields, save="1")
    hidden = dict(re.findall(r'type="hidden" name="(base|lock)" value="([^"]*)"', stale.get_data(as_text=True)))
    assert editor.post(f"/desk/entries/{name}/edit", **{**fields, **hidden}, save="1").status_code == 303
    page_text = editor.text(upload(district, out.getvalue()))
    assert "已过时 1" in page_text


def test_csv_of_an_old_program_is_read_in_its_encoding(district: District) -> None:
    address = upload(district, csv_bytes([HEADERS, row()], encoding="gb18030"), "目录.csv")
    assert "可以导入：新增 1 个" in district.people["editor"].text(address)


@pytest.mark.parametrize(
    ("data", "file_name"), [(b"", "空.xlsx"), (b"%PDF-1.7 ...", "目录.xlsx"), (b"PK\x03\x04", "坏.xlsx")]
)
def test_file_that_is_no_sheet_is_refused_in_words(district: District, data: bytes, file_name: str) -> None:
    editor = district.people["editor"]
    address = upload(district, data, file_name)
    page = editor.text(address)
    assert "这张表无法读取" in page
    assert "操作未能完成" not in page
    assert editor.get(f"{address}/marked.xlsx").status_code == 409
    assert "无法读取" in editor.text("/desk/sheet")


def test_forgotten_file_is_told(district: District) -> None:
    answer = district.people["editor"].post("/desk/sheet")
    assert answer.status_code == 422
    assert "请先选择要上传的文件" in plain(answer)


def test_discarded_sheet_changes_nothing(district: District, tmp_path: Path) -> None:
    editor = district.people["editor"]
    address = upload(district, sheet(tmp_path, row()))
    assert editor.post(f"{address}/discard").status_code == 303
    assert "还没有条目" in editor.text("/desk/entries")
    assert editor.post(f"{address}/apply").status_code == 409


@pytest.mark.slow
def test_ten_thousand_problem_cells_are_paged_and_marked(district: District, tmp_path: Path) -> None:
    faults = {"更新周期": "每俩月", "数据领域": "没有的", "开放类型": "也许", "共享类型": "看情况"}
    rows = [row(信息资源名称=f"名录之{number}", **faults) for number in range(2500)]
    address = upload(district, sheet(tmp_path, *rows))
    editor = district.people["editor"]
    page = editor.text(address)
    assert "有 10,000 处须改正" in page
    assert "C2 更新周期" in page
    assert "C2501 更新周期" in editor.text(f"{address}?view=problems&page=999")
    assert editor.get(f"{address}/marked.xlsx").status_code == 200


def test_sheet_of_another_department_does_not_exist_here(district: District, tmp_path: Path) -> None:
    address = upload(district, sheet(tmp_path, row()))
    other = district.people["other_editor"]
    for path in (address, f"{address}/marked.xlsx"):
        assert other.get(path).status_code == 404
    for path in (f"{address}/apply", f"{address}/discard"):
        assert other.post(path).status_code == 404


def test_whole_way_from_the_sheet_to_the_public(district: District, tmp_path: Path) -> None:
    editor = district.people["editor"]
    editor.post(f"{upload(district, sheet(tmp_path, row()))}/apply")
    name = re.findall(r'href="/desk/entries/([a-z0-9-]+)"', editor.get("/desk/entries").get_data(as_text=True))
    entry = next(one for one in name if one != "new")
    for who, room, step in (
        ("editor", "/desk/entries", "submit"),
        ("reviewer", "/desk/entries", "sign"),
        ("office", "/office/review", "approve"),
        ("second_office", "/office/review", "publish"),
    ):
        assert district.people[who].post(f"{room}/{entry}/steps", step=step).status_code == 303, step
    public = district.app.test_client().get(f"/dataset/{entry}")
    assert public.status_code == 200
    assert GOOD["信息资源名称"] in public.get_data(as_text=True)


def test_titles_in_a_sheet_are_never_markup(district: District, tmp_path: Path) -> None:
    script = "<script>alert(1)</script>"
    address = upload(district, sheet(tmp_path, row(信息资源名称=script, 更新周期=script)), f"{script}.xlsx")
    for path in (address, f"{address}?view=refused", "/desk/sheet"):
        page = district.people["editor"].get(path).get_data(as_text=True)
        assert "<script>alert" not in page
