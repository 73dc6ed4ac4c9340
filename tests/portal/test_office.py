"""The office's and the administrators' pages: overview, queue, departments, accounts and roles, audit, pulls."""

from __future__ import annotations

import html
import re

import pytest

from tests.catalog.lifecycle import FIELDS
from tests.portal.workspace import District, plain


def account_of(district: District, username: str) -> str:
    """The address of an account's page."""
    source = district.people["system_admin"].get(f"/office/accounts?q={username}").get_data(as_text=True)
    return html.unescape(re.findall(r'href="(/office/accounts/[0-9a-f-]{36})"', source)[0])


def test_overview_tells_what_waits_and_how_departments_stand(district: District) -> None:
    district.entry("office_review", title="待审的")
    district.entry("approved", title="待发的")
    district.entry("suspended", title="暂停的")
    district.entry("withdrawal_review", title="要下架的")
    page = district.people["office"].text("/office")
    for said in (
        "1 等待审核",
        "1 已紧急暂停，待处理",
        "1 下架申请待决定",
        "1 审核通过，待发布",
        "另有 1 个部门还没有条目",
    ):
        assert said in page, said


def test_queue_is_oldest_first_and_pages_on(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.views.office.review.PAGE_SIZE", 2)
    for number in range(3):
        district.entry("office_review", title=f"待审{number}")
        district.house.clock.advance(hours=30)  # type: ignore[attr-defined]
    person = district.people["office"]
    from catalog.sessions import begin_session

    with district.house.database.work() as session:
        token = begin_session(session, person.actor.account_id, now=district.house.now(), address=None, user_agent=None)
    with person.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    source = person.get("/office/review").get_data(as_text=True)
    assert re.findall(r">(待审\d)<", source) == ["待审0", "待审1"]
    following = re.search(r'rel="next" href="([^"]+)"', source)
    assert following
    assert re.findall(r">(待审\d)<", person.get(html.unescape(following[1])).get_data(as_text=True)) == ["待审2"]
    assert "3 天" in plain(source)


def test_entries_of_all_departments_are_narrowed_by_department(district: District) -> None:
    district.entry(title="民政的")
    office = district.people["office"]
    own, other = district.departments["own"].slug, district.departments["other"].slug
    assert "民政的" in office.text(f"/office/entries?department={own}")
    assert "民政的" not in office.text(f"/office/entries?department={other}")


def test_office_cannot_approve_twice_but_may_publish_what_a_colleague_submitted(district: District) -> None:
    name = district.entry("office_review")
    first, second = district.people["office"], district.people["second_office"]
    assert first.post(f"/office/review/{name}/steps", step="approve").status_code == 303
    assert second.post(f"/office/review/{name}/steps", step="approve").status_code == 409
    assert second.post(f"/office/review/{name}/steps", step="publish").status_code == 303


def test_unknown_step_is_not_found(district: District) -> None:
    name = district.entry("office_review")
    assert district.people["office"].post(f"/office/review/{name}/steps", step="explode").status_code == 404


def test_office_takes_no_step_of_the_department(district: District) -> None:
    name = district.entry("department_review")
    assert district.people["office"].post(f"/office/review/{name}/steps", step="sign").status_code == 403


def test_new_name_of_a_department_with_public_data_goes_the_way_of_the_bulk_act(district: District) -> None:
    office, own = district.people["office"], district.departments["own"].slug
    district.entry("published", title="低保名录")
    form = {"name": "黄石港区民政事务局", "short_name": "民政事务局", "kind": "区直部门", "phone": "0714-6280000"}
    answer = office.post(f"/office/departments/{own}", **form)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/office/bulk/new/rename_department?department=")
    page = office.get(answer.headers["Location"]).get_data(as_text=True)
    assert 'value="黄石港区民政事务局"' in page
    assert "更名还没有生效" in page
    saved = office.get(f"/office/departments/{own}").get_data(as_text=True)
    assert "0714-6280000" in saved, "what concerns no record was saved"
    assert "黄石港区民政事务局" not in saved


def test_kept_pages_follow_the_name_of_a_department_without_public_data(district: District) -> None:
    office, own = district.people["office"], district.departments["own"].slug
    stranger = district.app.test_client()
    for path in ("/department", f"/department/{own}"):
        assert "黄石港区民政局" in stranger.get(path).get_data(as_text=True)
    office.post(f"/office/departments/{own}", name="黄石港区民政事务局", short_name="民政事务局", kind="区直部门")
    for path in ("/department", f"/department/{own}"):
        page = stranger.get(path).get_data(as_text=True)
        assert "黄石港区民政事务局" in page, path
        assert "黄石港区民政局" not in page, path


def test_department_is_made_changed_and_taken_out_of_use(district: District) -> None:
    office = district.people["office"]
    assert (
        office.post(
            "/office/departments/new", name="黄石港区档案馆", short_name="区档案馆", kind="直属单位"
        ).status_code
        == 303
    )
    source = office.get("/office/departments").get_data(as_text=True)
    address = re.search(r'href="(/office/departments/[^"]+)">黄石港区档案馆', source)
    assert address
    bad = office.post(address[1], name="黄石港区档案馆", kind="直属单位", credit_code="91420000000000000X")
    assert bad.status_code == 422
    assert 'href="#f-credit_code"' in bad.get_data(as_text=True)
    assert office.post(address[1], name="黄石港区档案局", kind="直属单位").status_code == 303
    assert office.post(f"{address[1]}/state").status_code == 303
    assert "已停用“黄石港区档案局”" in office.text("/office/departments")


def test_same_name_twice_is_a_conflict_beside_the_field(district: District) -> None:
    answer = district.people["office"].post("/office/departments/new", name="黄石港区民政局", kind="区直部门")
    assert answer.status_code in (409, 422)
    assert 'href="#f-name"' in answer.get_data(as_text=True)


def test_account_is_made_by_the_system_administrator_and_gets_its_role_from_the_security_administrator(
    district: District,
) -> None:
    system, security = district.people["system_admin"], district.people["security_admin"]
    made = system.post(
        "/office/accounts/new",
        username="zhao.liu",
        display_name="赵六",
        department=str(district.departments["own"].id),
    )
    page = made.get_data(as_text=True)
    password = re.search(r"<code>([^<]+)</code>", page)
    assert made.status_code == 200
    assert password
    assert "只显示这一次" in page
    address = account_of(district, "zhao.liu")
    assert html.unescape(password[1]) not in html.unescape(system.get(address).get_data(as_text=True))
    assert system.post(f"{address}/roles", grant="editor").status_code == 403
    assert security.post(f"{address}/roles", grant="editor").status_code == 303
    assert "填报员" in security.text("/office/accounts?q=zhao")


def test_three_administrators_exclude_one_another(district: District) -> None:
    security = district.people["security_admin"]
    system = district.people["system_admin"]
    system.post("/office/accounts/new", username="qian.qi", display_name="钱七")
    address = account_of(district, "qian.qi")
    security.post(f"{address}/roles", grant="auditor")
    refused = security.post(f"{address}/roles", grant="system_admin")
    assert refused.status_code == 409
    assert "操作未能完成" not in plain(refused)


def test_disabled_account_is_signed_out_at_once(district: District) -> None:
    editor, system = district.people["editor"], district.people["system_admin"]
    address = f"/office/accounts/{editor.actor.account_id}"
    assert editor.get("/desk").status_code == 200
    assert system.post(f"{address}/state", act="disable").status_code == 303
    assert editor.get("/desk").status_code == 302
    assert system.post(f"{address}/state", act="enable").status_code == 303
    reset = system.post(f"{address}/password")
    assert "只显示这一次" in plain(reset)


def test_audit_log_is_narrowed_by_person_act_and_object_and_can_be_checked(district: District) -> None:
    name = district.entry("department_review")
    entry = district.stored(name)
    auditor = district.people["auditor"]
    assert FIELDS["title"] in auditor.text(f"/office/audit?object={entry.id}")
    assert "entry.create" in auditor.text("/office/audit?act=entry.")
    assert "没有符合条件的记录" in auditor.text("/office/audit?act=role.")
    assert "没有符合条件的记录" in auditor.text("/office/audit?account=nobody")
    with district.house.database.reading() as session:
        from catalog.accounts import get_account

        username = get_account(session, district.people["editor"].actor.account_id, now=district.house.now()).username
    assert "entry.submit" in auditor.text(f"/office/audit?account={username}")
    assert "日志完整" in auditor.text("/office/audit?verify=1")


def test_page_position_that_is_none_is_told(district: District) -> None:
    for role, address in (
        ("auditor", "/office/audit?before=x"),
        ("office", "/office/pulls?before=yesterday"),
        ("office", "/office/review?after=x"),
        ("editor", "/desk/entries?after=x"),
    ):
        answer = district.people[role].get(address)
        assert answer.status_code == 422, address
        assert "翻页位置已失效" in plain(answer)


def test_pulls_of_the_platform_are_listed(district: District) -> None:
    district.entry("published")
    district.app.test_client().get("/harvest/changes?after=0")
    assert "增量变更" in district.people["office"].text("/office/pulls")


def test_names_of_people_and_bodies_are_never_markup(district: District) -> None:
    script = "<script>alert(1)</script>"
    office, system = district.people["office"], district.people["system_admin"]
    office.post("/office/departments/new", name=f"局{script}", kind="区直部门")
    system.post("/office/accounts/new", username="sun.ba", display_name=script)
    pages = [
        office.get("/office/departments"),
        office.get("/office"),
        system.get("/office/accounts"),
        system.get(f"/office/accounts?q={script}"),
        district.people["auditor"].get(f"/office/audit?object={script}&account={script}"),
    ]
    for page in pages:
        assert "<script>alert" not in page.get_data(as_text=True)
