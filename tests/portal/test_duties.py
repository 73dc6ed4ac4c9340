"""Counted duties and the 整改台账 in the browser: the office sets and decides, the department records and answers."""

from __future__ import annotations

import re

from tests.portal.workspace import District, plain


def define(district: District) -> None:
    office = district.people["office"]
    answer = office.post(
        "/office/duties/new", code="policy", title="政策解读", kind="duty", starts_on="2026-01-01", ends_on=""
    )
    assert answer.status_code == 303, plain(answer)[-300:]
    own = district.departments["own"].slug
    answer = office.post("/office/duties/policy/targets", year="2026", target="2", **{f"target-{own}": "4"})
    assert answer.status_code == 303


def open_finding(district: District, **fields: str) -> str:
    form = {"department": district.departments["own"].slug, "finding": "下载链接打不开", "due_on": "2026-07-17"}
    answer = district.people["office"].post(
        "/office/rectifications/new", **{**form, "found_on": "2026-07-10", **fields}
    )
    assert answer.status_code == 303, plain(answer)[-300:]
    return answer.headers["Location"].rpartition("/")[2]


def test_office_sets_targets_and_department_records(district: District) -> None:
    define(district)
    editor = district.people["editor"]
    assert "0/4 至今欠 2 次" in editor.text("/desk/duties")
    for number in (1, 2):
        answer = editor.post(
            "/desk/duties", duty="policy", done_on=f"2026-03-0{number}", title=f"解读{number}",
            url=f"https://example.gov.cn/{number}",
        )  # fmt: skip
        assert answer.status_code == 303
    page = district.people["office"].text("/office/duties")
    assert "2/4 未到期" in page
    assert "解读2" in page
    assert "0/2 至今欠 1 次" in page, "the education bureau, by the general target"


def test_wrong_record_comes_back_with_what_was_typed(district: District) -> None:
    define(district)
    answer = district.people["editor"].post(
        "/desk/duties", duty="policy", done_on="2026-07-11", title="明天的", url="javascript:1"
    )
    assert answer.status_code == 422
    page = plain(answer)
    assert "2026-07-11 还没有到" in page
    assert 'value="明天的"' in answer.get_data(as_text=True)


def test_struck_record_is_shown_with_its_reason_and_no_longer_counts(district: District) -> None:
    define(district)
    office = district.people["office"]
    own = district.departments["own"].slug
    office.post("/office/duties", department=own, duty="policy", done_on="2026-03-01", title="解读", url="")
    source = office.get("/office/duties").get_data(as_text=True)
    path = re.findall(r'action="(/office/duties/records/[^"]+)"', source)[0]
    assert office.post(path, reason="").status_code == 303
    assert "1/4" in office.text("/office/duties")
    office.post(path, reason="不属于政策解读")
    page = office.text("/office/duties")
    assert "0/4" in page
    assert "已划除 不属于政策解读" in page
    stranger = district.people["other_editor"].post(path.replace("/office/", "/desk/"), reason="x")
    assert stranger.status_code == 404


def test_matrix_as_csv_has_a_line_for_each_department(district: District) -> None:
    define(district)
    answer = district.people["office"].get("/office/duties.csv?year=2026")
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert lines[0] == "部门,事项,类型,已完成,年度目标,应完成,加分"
    assert "黄石港区民政局,政策解读,计次任务,0,4,2,0" in lines
    assert answer.mimetype == "text/csv"


def test_duty_form_names_what_is_wrong(district: District) -> None:
    answer = district.people["office"].post(
        "/office/duties/new", code="政策", title="", kind="bonus", points="很多", starts_on="昨天"
    )
    assert answer.status_code == 422
    assert "“昨天”" in plain(answer)


def test_finding_goes_from_office_to_department_and_back(district: District) -> None:
    code = open_finding(district)
    assert code == "ZG-2026-001"
    editor, office = district.people["editor"], district.people["office"]
    assert "还有 5 个工作日" in editor.text("/desk/rectifications")
    path = f"/desk/rectifications/{code}"
    assert editor.post(path, evidence="", url="").status_code == 422
    assert editor.post(path, evidence="链接已更换", url="https://example.gov.cn/1").status_code == 303
    assert "待核验，按期答复" in office.text(f"/office/rectifications/{code}")
    decide = f"/office/rectifications/{code}"
    assert office.post(decide, step="return", reason="").status_code == 422
    assert office.post(decide, step="return", reason="仍打不开").status_code == 303
    assert "仍打不开" in editor.text(path)
    assert editor.post(path, evidence="已修好", url="").status_code == 303
    assert office.post(decide, step="close", reason="").status_code == 303
    assert "按期" in office.text(decide)
    assert office.post(decide, step="close", reason="").status_code == 409


def test_overdue_finding_is_late_by_working_days(district: District) -> None:
    code = open_finding(district, found_on="2026-07-01", due_on="2026-07-08")  # Wednesday; today is Friday 10
    editor, office = district.people["editor"], district.people["office"]
    assert "已逾期 2 个工作日" in editor.text(f"/desk/rectifications/{code}")
    assert code in office.text("/office/rectifications?state=overdue")
    editor.post(f"/desk/rectifications/{code}", evidence="已修好", url="")
    office.post(f"/office/rectifications/{code}", step="close", reason="")
    assert "已销号 逾期 2 个工作日" in office.text(f"/office/rectifications/{code}")


def test_ledger_is_narrowed_and_exported(district: District) -> None:
    open_finding(district)
    other = district.departments["other"].slug
    open_finding(district, department=other, finding="=1+1", source="市级抽查")
    office = district.people["office"]
    office.text("/office/rectifications")  # shows what was just done
    page = office.text(f"/office/rectifications?department={other}&state=open&year=2026")
    assert "ZG-2026-002" in page
    assert "ZG-2026-001" not in page
    text = office.get("/office/rectifications.csv").get_data(as_text=True)
    assert "'=1+1" in text, "no formula reaches a spreadsheet"
    assert "没有整改事项" in office.text("/office/rectifications?state=closed")


def test_finding_of_another_department_is_not_there(district: District) -> None:
    code = open_finding(district)
    stranger = district.people["other_editor"]
    assert stranger.get(f"/desk/rectifications/{code}").status_code == 404
    assert stranger.post(f"/desk/rectifications/{code}", evidence="改了").status_code == 404
    assert code not in stranger.text("/desk/rectifications")


def test_finding_form_comes_back_with_what_is_wrong(district: District) -> None:
    answer = district.people["office"].post(
        "/office/rectifications/new", department="", finding="", due_on="", found_on="2026-07-10"
    )
    assert answer.status_code == 422
    assert plain(answer).count("此项必填") >= 2


def test_pages_read_in_english(district: District) -> None:
    define(district)
    code = open_finding(district)
    assert "Counted duties and bonus items" in district.people["office"].text("/en/office/duties")
    assert "5 working days left" in district.people["office"].text(f"/en/office/rectifications/{code}")
