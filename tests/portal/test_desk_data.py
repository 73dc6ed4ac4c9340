"""A data file from the upload to the public: how it was read, personal data, confirmation, review, large files."""

from __future__ import annotations

import io
import re
import uuid

import pytest
import xlsxwriter

from catalog.jobs import find_job, lease_job, report_progress
from datasets.ingest.stages import STAGES
from portal.uploading import job_key, read_delivery
from tests.portal.workspace import CSV, District, plain

NAMES = "社区名称,办公电话,户数"
CARD = "11010519491231002X"


def workbook(*rows: tuple[object, ...], sheet: str = "数据", second: str = "") -> bytes:
    """An .xlsx with these rows; a second, empty-ish sheet if named."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet(sheet)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
        if second:
            other = book.add_worksheet(second)
            other.write_row(0, 0, ("区", "人口"))
            other.write_row(1, 0, ("黄石港", 239000))
    return out.getvalue()


def test_file_travels_from_upload_to_the_public_by_forms_alone(district: District) -> None:
    name = district.published_with_data()
    resource = district.resources(name)[0].resource.id
    answer = district.app.test_client().get(f"/dataset/{name}/resource/{resource}/data.csv")
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).lstrip("\ufeff").splitlines()[0] == NAMES


def test_page_tells_how_the_file_was_read(district: District) -> None:
    name = district.entry()
    text = f"黄石港区社区名录\n填报单位：民政局\n{NAMES},备注\n" + "示例社区一,0714-6250001,1200,\n" * 12
    address = district.upload(name, text.encode("gb18030"), "名录（6月）.csv")
    page = district.people["editor"].text(address)
    for said in ("名录（6月）.csv", "GB18030 / GBK", "12", "黄石港区社区名录", "社区名称", "整数", "备注"):
        assert said in page, said
    assert "文件中有，没有登记 备注" in page


def test_wrong_guess_is_mended_by_hand(district: District) -> None:
    name = district.entry()
    book = workbook(("表一",), ("社区名称", "户数"), ("示例社区", 12), second="人口")
    address = district.upload(name, book, "两张表.xlsx")
    editor = district.people["editor"]
    assert 'value="人口"' in editor.get(address).get_data(as_text=True)
    assert editor.post(f"{address}/reading", sheet="人口").status_code == 303
    assert "239000" in editor.text(address)
    assert editor.post(f"{address}/reading", sheet="人口", has_no_header="1").status_code == 303
    assert "共 2 行" in editor.text(address)


def test_refused_file_says_why_and_what_to_do(district: District) -> None:
    name = district.entry()
    for data, file_name, said in (
        (b"", "空.csv", "文件是空的"),
        (b"MZ\x90\x00" + bytes(200), "程序.csv", "不是数据表"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "表.xls", "网页文件"),
    ):
        address = district.upload(name, data, file_name)
        page = district.people["editor"].text(address)
        assert said in page, file_name
        assert "读得对，确认" not in page
        assert district.people["editor"].post(f"{address}/confirm").status_code == 409


def test_form_without_a_file_is_told_beside_the_field(district: District) -> None:
    name = district.entry()
    answer = district.people["editor"].post(f"/desk/entries/{name}/data/new", title="名录")
    assert answer.status_code == 422
    assert 'href="#f-file"' in answer.get_data(as_text=True)
    assert "请先选择要上传的文件" in plain(answer)
    assert district.resources(name) == []


def test_undeclared_columns_become_data_items_when_asked_for(district: District) -> None:
    name = district.entry()
    address = district.upload(name, f"{NAMES},书记\n一,0714-1,3,甲\n".encode())
    district.people["editor"].post(f"{address}/confirm", with_new_items="1")
    page = district.people["editor"].text(f"/desk/entries/{name}")
    assert "信息项 4" in page
    assert "第 1 版" in page


def test_personal_numbers_block_for_the_editor_and_are_shown_masked(district: District) -> None:
    name = district.entry()
    address = district.upload(name, f"姓名,证件\n张三,{CARD}\n李四,{CARD}\n".encode())
    editor = district.people["editor"]
    page = editor.text(address)
    assert "发现个人信息，不能公开" in page
    assert CARD not in page
    assert "11**************2X" in page
    refused = editor.post(f"{address}/confirm", override_basis="我说可以")
    assert refused.status_code == 422
    assert district.resources(name)[0].pending is None


def test_reviewer_releases_personal_numbers_with_a_legal_basis(district: District) -> None:
    name = district.entry()
    address = district.upload(name, f"姓名,证件\n张三,{CARD}\n李四,{CARD}\n".encode())
    reviewer = district.people["reviewer"]
    assert reviewer.post(f"{address}/confirm", override_basis="  ").status_code == 422
    basis = "《行政处罚法》第四十八条：处罚决定依法公开。"
    assert reviewer.post(f"{address}/confirm", override_basis=basis).status_code == 303
    assert basis in district.people["editor"].text(f"/desk/entries/{name}")


def test_same_columns_go_public_with_the_reviewers_confirmation(district: District) -> None:
    rows = "社区名称,户数\r\n示例社区一,1200\r\n"
    name = district.published_with_data(rows.encode())
    address = district.upload(name, f"{rows}示例社区二,950\r\n".encode())
    editor, reviewer = district.people["editor"], district.people["reviewer"]
    page = editor.text(address)
    assert "列与已公开的版本一致" in page
    assert "审签人确认后立即公开" in page
    assert editor.post(f"{address}/confirm", submit="1").status_code == 303
    version = district.resources(name)[0].pending
    assert version.state == "department_review"
    assert "第 2 版数据" in reviewer.text("/desk")
    steps = f"/desk/entries/{name}/version/{version.id}/steps"
    stale = reviewer.post(steps, step="confirm_data", sha256="0" * 64)
    assert stale.status_code == 409
    assert reviewer.post(steps, step="confirm_data", sha256=version.blob_sha256).status_code == 303
    page = reviewer.text(f"/desk/entries/{name}")
    assert "新数据已公开" in page
    assert district.resources(name)[0].published.number == 2


def test_changed_columns_go_to_the_office_which_sees_rows_and_decides(district: District) -> None:
    name = district.published_with_data()
    address = district.upload(name, f"{NAMES},面积\n一,0714-6250001,3,2.5\n二,0714-6250002,4,3.5\n".encode())
    district.people["editor"].post(f"{address}/confirm", submit="1")
    version = district.resources(name)[0].pending
    told = district.people["reviewer"].post(
        f"/desk/entries/{name}/version/{version.id}/steps", step="confirm_data", sha256=version.blob_sha256
    )
    assert told.status_code == 303
    office = district.people["office"]
    assert "第 2 版数据" in office.text("/office/review")
    page = office.text(f"/office/review/{name}")
    assert "2.5" in page
    detail = office.text(f"/office/review/{name}/version/{version.id}")
    assert "比已公开的版本多 面积" in detail
    steps = f"/office/review/{name}/version/{version.id}/steps"
    assert office.post(steps, step="reject_data_by_office", reason="").status_code == 422
    assert office.post(steps, step="approve_data", sha256=version.blob_sha256).status_code == 303
    assert district.resources(name)[0].published.number == 2


def test_same_file_again_is_told_to_be_the_same(district: District) -> None:
    name = district.published_with_data()
    address = district.upload(name)
    answer = district.people["editor"].post(f"{address}/confirm")
    assert answer.status_code == 409
    assert "内容与已发布的第 1 版完全相同" in plain(answer)


def test_discarded_upload_leaves_nothing(district: District) -> None:
    name = district.entry()
    address = district.upload(name)
    assert district.people["editor"].post(f"{address}/discard").status_code == 303
    assert "还没有数据" in district.people["editor"].text(f"/desk/entries/{name}")
    assert "这次上传已放弃" in district.people["editor"].text(address)


def test_large_file_is_read_by_the_worker_while_the_page_shows_how_far_it_is(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.uploading.AT_ONCE_BYTES", 10)
    name = district.entry()
    address = district.upload(name)
    editor = district.people["editor"]
    waiting = editor.get(address).get_data(as_text=True)
    assert '<meta http-equiv="refresh"' in waiting
    assert "正在读取" in plain(waiting)
    intake = address.rpartition("/")[2]
    with district.house.database.reading() as session:
        job = find_job(session, job_key(uuid.UUID(intake)))
    assert job is not None
    assert job.kind == "intake.read"
    with district.house.database.work() as session:
        leased = lease_job(session, now=district.house.now(), lease_seconds=60)
        assert leased is not None
        report_progress(session, leased, done=120_000, total=0, step="typing", share=0.5)
    told = editor.get(address).get_data(as_text=True)
    assert "正在判断每列的类型，120,000 行 55%" in plain(told)  # typing is from 45 % to 65 % of the whole
    assert '<progress max="1" value="0.55"' in told
    reports: list[tuple[object, ...]] = []
    read_delivery(district.house, {"intake": intake}, lambda *report: reports.append(report))
    stages = [stage for _, _, stage, _ in reports]
    assert set(stages) <= set(STAGES)
    assert stages == sorted(stages, key=list(STAGES).index)
    assert stages[-1] == "digesting"
    assert "共 2 行" in editor.text(address)
    assert "refresh" not in editor.get(address).get_data(as_text=True)


def test_cells_of_a_file_are_never_markup(district: District) -> None:
    name = district.entry()
    image = "<img src=x onerror=alert(1)>"
    rows = f"名称{image},户数\n" + f"示例{image},1\n" * 3
    address = district.upload(name, rows.encode(), f"{image}.csv")
    editor = district.people["editor"]
    pages = [editor.get(address).get_data(as_text=True)]
    editor.post(f"{address}/confirm", with_new_items="1")
    version = district.resources(name)[0].pending
    pages.append(editor.get(f"/desk/entries/{name}").get_data(as_text=True))
    pages.append(editor.get(f"/desk/entries/{name}/version/{version.id}").get_data(as_text=True))
    for page in pages:
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_rows_of_a_version_page_on(district: District) -> None:
    name = district.entry()
    rows = "\n".join(f"社区{number},0714-625{number:04d},{number}" for number in range(1, 121))
    district.people["editor"].post(f"{district.upload(name, f'{NAMES}{chr(10)}{rows}'.encode())}/confirm")
    version = district.resources(name)[0].pending
    address = f"/desk/entries/{name}/version/{version.id}"
    editor = district.people["editor"]
    assert "第 1–50 行，共 120 行" in editor.text(address)
    assert "第 101–120 行，共 120 行" in editor.text(f"{address}?offset=100")
    assert editor.get(f"{address}?offset=500").status_code == 404


def test_original_comes_back_byte_for_byte_and_cannot_run(district: District) -> None:
    name = district.published_with_data()
    version = district.resources(name)[0].published
    answer = district.people["office"].get(f"/office/review/{name}/version/{version.id}/original")
    assert answer.get_data() == CSV.encode()
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert re.match(r"attachment; filename=", answer.headers["Content-Disposition"])
