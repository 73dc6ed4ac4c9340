"""The pages about candidates: the office takes lists in and sees coverage, a department says what becomes of each."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.portal.workspace import District

DEPARTMENT = "黄石港区民政局"
LIST = (
    "信息资源名称,信息资源代码,信息资源提供方,备用\r\n"
    "低保对象信息,3/0001,{department},x\r\n"
    "=婚姻登记信息,,{department},\r\n"
    "人口信息,,黄石市不存在的局,\r\n"
)


def take(district: District, text: str | None = None) -> str:
    """The office uploads a list and takes it in; gives the preview's address."""
    data = (text or LIST.format(department=DEPARTMENT)).encode()
    answer = district.people["office"].post("/office/candidates/import", source="exchange", file=("共享清单.csv", data))
    assert answer.status_code == 303, answer.get_data(as_text=True)[-300:]
    preview: str = answer.headers["Location"]
    assert district.people["office"].post(preview).status_code == 303
    return preview


def ids(source: str) -> list[str]:
    """The candidates on a page."""
    return re.findall(r'name="id" value="([0-9a-f-]{36})"', source)


def test_the_office_sees_what_a_list_would_do_before_it_is_taken_in(district: District) -> None:
    data = LIST.format(department=DEPARTMENT).encode()
    answer = district.people["office"].post("/office/candidates/import", source="exchange", file=("共享清单.csv", data))
    preview = district.people["office"].text(answer.headers["Location"])
    assert "低保对象信息" in preview
    assert "“黄石市不存在的局”不在部门名单中" in preview
    assert "没有用到的列：备用" in preview
    assert "还没有待开放线索" in district.people["office"].text("/office/candidates"), "nothing is written yet"
    district.people["office"].post(answer.headers["Location"])
    assert DEPARTMENT in district.people["office"].text("/office/candidates")
    assert "这份清单没有新内容" in district.people["office"].text(answer.headers["Location"])


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({}, 422, "请先选择要上传的文件"),
        ({"file": ("a.csv", b"a,b\r\n1,2\r\n")}, 422, "表中没有找到需要的列"),
        ({"file": ("a.xlsx", b"PK\x03\x04 broken")}, 422, ""),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_in_words(
    district: District, given: dict[str, Any], status: int, words: str
) -> None:
    answer = district.people["office"].post("/office/candidates/import", source="exchange", **given)
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)


def test_a_list_that_is_no_longer_kept_is_asked_for_again(district: District) -> None:
    assert district.people["office"].get(f"/office/candidates/import/exchange/{'0' * 64}").status_code == 404
    assert district.people["office"].get("/office/candidates/import/exchange/..").status_code == 404


def test_a_department_marks_several_at_once_and_is_told_what_is_missing(district: District) -> None:
    take(district)
    found = ids(district.people["editor"].get("/desk/candidates").get_data(as_text=True))
    assert len(found) == 2
    refused = district.people["editor"].post("/desk/candidates/marks", id=found, state="kept_closed")
    assert refused.status_code == 422
    source = refused.get_data(as_text=True)
    assert "不开放的，请写明理由" in source
    assert len(re.findall(r'name="id" value="[^"]+" checked', source)) == 2, "what was ticked stays ticked"
    done = district.people["editor"].post("/desk/candidates/marks", id=found, state="kept_closed", reason="含个人隐私")
    assert done.status_code == 303
    assert "含个人隐私" in district.people["editor"].text("/desk/candidates?state=kept_closed")
    assert "100%" in district.people["office"].text("/office/candidates")


def test_nothing_ticked_is_said(district: District) -> None:
    take(district)
    answer = district.people["editor"].post("/desk/candidates/marks", state="open_next")
    assert answer.status_code == 422
    assert "请先勾选" in answer.get_data(as_text=True)


def test_a_draft_is_made_from_a_candidate(district: District) -> None:
    take(district)
    found = ids(district.people["editor"].get("/desk/candidates?q=低保").get_data(as_text=True))
    answer = district.people["editor"].post(f"/desk/candidates/{found[0]}/draft")
    assert answer.status_code == 303
    assert "低保对象信息" in district.people["editor"].text(answer.headers["Location"])
    assert "打算开放" in district.people["editor"].text("/desk/candidates?state=open_next")


def test_only_the_office_sees_all_and_a_reader_cannot_mark(district: District) -> None:
    take(district)
    assert district.people["editor"].get("/office/candidates").status_code == 403
    assert district.people["editor"].get("/office/candidates/list").status_code == 403
    assert district.people["reviewer"].get("/desk/candidates").status_code == 200
    assert not ids(district.people["reviewer"].get("/desk/candidates").get_data(as_text=True))
    assert district.people["reviewer"].post("/desk/candidates/marks", state="open_next").status_code == 403


def test_the_csv_has_the_list_and_runs_no_formula(district: District) -> None:
    take(district)
    answer = district.people["office"].get("/office/candidates.csv")
    text = answer.get_data().decode("utf-8-sig")
    assert answer.mimetype == "text/csv"
    assert "低保对象信息,3/0001" in text
    assert "'=婚姻登记信息" in text
    assert "Title" in district.people["editor"].get("/en/desk/candidates.csv").get_data().decode("utf-8-sig")


def test_the_pages_are_there_in_english(district: District) -> None:
    take(district)
    assert "Candidates for opening" in district.people["office"].text("/en/office/candidates")
    assert "Mark what is ticked" in district.people["editor"].text("/en/desk/candidates")
