"""Bulk acts in the browser: choose, preview, carry out, confirm, undo; the public reads what came of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from catalog.bulk import continue_bulk
from portal import jobs
from tests.portal.workspace import District, Person, plain


def fields_of(source: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with this action, without the token."""
    form = source.partition(f'action="{action}"')[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: value for name, value in found if name != "csrf_token"}


def preview(person: Person, kind: str, **form: Any) -> dict[str, str]:
    answer = person.post(f"/office/bulk/new/{kind}/preview", **form)
    assert answer.status_code == 200, plain(answer)[-300:]
    return fields_of(answer.get_data(as_text=True), f"/office/bulk/new/{kind}")


def carry_out(person: Person, kind: str, **form: Any) -> str:
    """The address of the act, previewed and applied."""
    hidden = preview(person, kind, **form)
    answer = person.post(f"/office/bulk/new/{kind}", reason="机构改革方案", **hidden)
    assert answer.status_code == 303, plain(answer)[-400:]
    return answer.headers["Location"]


def test_renaming_reaches_entry_page_list_feeds_and_search(district: District) -> None:
    name = district.entry("published", title="低保名录")
    own, office = district.departments["own"].slug, district.people["office"]
    hidden = preview(office, "rename_department", department=own, name="黄石港区民政和老龄局", short_name="民政老龄局")
    assert len(hidden["digest"]) == 64
    act = carry_out(office, "rename_department", department=own, name="黄石港区民政和老龄局", short_name="民政老龄局")
    assert "已办理 2" in office.text(act)
    stranger = district.app.test_client()
    for path in (
        f"/dataset/{name}",
        "/dataset",
        f"/department/{own}",
        "/feed.atom",
        "/catalog.jsonld",
        "/harvest/changes",
    ):
        answer = stranger.get(path)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200, path
        assert "民政和老龄局" in text or "\\u6c11\\u653f\\u548c\\u8001\\u9f84\\u5c40" in text, path
    jobs.follow_search(district.house)
    assert "低保名录" in plain(stranger.get("/dataset?q=老龄局"))


def test_stale_preview_is_shown_afresh_and_nothing_happens(district: District) -> None:
    name = district.entry("published")
    own, other = district.departments["own"].slug, district.departments["other"].slug
    office = district.people["office"]
    form = {"from": own, "scope": "filter", "into": other}
    hidden = preview(office, "reassign", **form)
    district.entry("published", title="后来的")
    answer = office.post("/office/bulk/new/reassign", reason="调整", **hidden)
    assert answer.status_code == 409
    page = plain(answer)
    assert "预览之后情况有变" in page
    assert "后来的" in page
    assert district.stored(name).department_id == district.departments["own"].id
    again = fields_of(answer.get_data(as_text=True), "/office/bulk/new/reassign")
    assert office.post("/office/bulk/new/reassign", reason="调整", **again).status_code == 303
    assert district.stored(name).department_id == district.departments["other"].id


def test_merged_department_points_to_its_successor(district: District) -> None:
    name = district.entry("published")
    own, other = district.departments["own"].slug, district.departments["other"].slug
    office = district.people["office"]
    act = carry_out(office, "merge_departments", department=own, into=other)
    stranger = district.app.test_client()
    source = stranger.get(f"/department/{own}").get_data(as_text=True)
    assert f'href="/department/{other}"' in source
    assert "这个部门已并入 黄石港区教育局" in plain(source)
    assert "黄石港区教育局" in plain(stranger.get(f"/dataset/{name}"))
    assert district.people["editor"].text("/desk"), "the people go along and work on"
    assert office.post(f"{act}/undo", reason="方案暂缓").status_code == 303
    assert district.stored(name).department_id == district.departments["own"].id
    assert office.post(f"{act}/undo", reason="再来一次").status_code == 409
    assert "已并入" not in plain(stranger.get(f"/department/{own}"))


def test_withdrawal_waits_for_another_person(district: District) -> None:
    name = district.entry("published")
    entry_id = str(district.stored(name).id)
    office, second = district.people["office"], district.people["second_office"]
    act = carry_out(office, "withdraw", id=entry_id, scope="ids")
    assert "由您提请" in office.text(act)
    assert office.post(f"{act}/confirm").status_code == 403
    assert second.post(f"{act}/confirm").status_code == 303
    assert district.stored(name).state == "withdrawn"
    assert district.app.test_client().get(f"/dataset/{name}").status_code == 410


def test_list_to_choose_from_follows_the_filter(district: District) -> None:
    district.entry("published", title="低保名录")
    district.entry("published", title="养老机构")
    office = district.people["office"]
    assert "先找出要处理的条目" in office.text("/office/bulk/new/withdraw")
    page = office.text("/office/bulk/new/withdraw?q=养老")
    assert "养老机构" in page
    assert "低保名录" not in page
    assert "没有符合条件的条目" in office.text("/office/bulk/new/withdraw?q=没有的")


def test_choosing_nothing_comes_back_with_what_to_do(district: District) -> None:
    district.entry("published")
    office = district.people["office"]
    answer = office.post("/office/bulk/new/change_cycle/preview", q="名录", scope="ids", cycle="weekly")
    assert answer.status_code == 422
    assert "请至少给出一个筛选条件，或勾选条目" in plain(answer)
    assert office.get("/office/bulk/new/explode").status_code == 404


def test_rest_of_a_large_act_is_done_by_a_job(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [district.entry("published", title=f"第{number}个") for number in range(3)]
    monkeypatch.setitem(continue_bulk.__kwdefaults__, "limit", 2)
    own, office = district.departments["own"].slug, district.people["office"]
    act = carry_out(office, "rename_department", department=own, name="黄石港区民政和老龄局", short_name="民政局")
    assert "正在分批办理" in office.text(act)
    jobs.run_bulk(district.house, {"act": act.rpartition("/")[2]}, lambda done, total, step: None)
    assert "已办理 4" in office.text(act)
    for name in names:
        assert "民政和老龄局" in plain(district.app.test_client().get(f"/dataset/{name}"))


def test_history_and_kinds_read_in_english(district: District) -> None:
    office = district.people["office"]
    page = office.text("/en/office/bulk")
    assert "Merge departments" in page
    assert "No bulk acts yet" in page
