"""Plans in the browser: from the notice to the accepted declaration, the board, urging notes, what the public reads."""

from __future__ import annotations

import datetime as dt

import pytest

from catalog import plans
from catalog.plans import NodeDraft
from portal.jobs import JOBS
from tests.catalog.lifecycle import FIELDS
from tests.portal.workspace import District, plain

TITLE = FIELDS["title"]
DUE = dt.date(2026, 7, 31)
"""A Friday; the clock stands at Friday 2026-07-10: 15 working days."""


def make_plan(district: District, *, start: bool = True, both: bool = True) -> None:
    """A plan for both departments with its two nodes."""
    of = [one.id for key, one in district.departments.items() if both or key == "own"]
    office = district.people["office"].actor
    with district.house.database.work() as session:
        plans.create_plan(
            session,
            code="2026H2",
            title="2026年下半年开放计划",
            starts_on=dt.date(2026, 7, 1),
            nodes=(
                NodeDraft("目录编制", "catalog", DUE),
                NodeDraft("平台对接", "connection", dt.date(2026, 8, 30)),
            ),
            department_ids=of,
            by=office,
            now=district.house.now(),
        )
        if start:
            plans.start_plan(session, "2026H2", by=office, now=district.house.now())


def test_office_makes_and_starts_a_plan_by_its_forms(district: District) -> None:
    office = district.people["office"]
    form = {
        "code": "2026H2",
        "title": "下半年计划",
        "starts_on": "2026-07-10",
        "nodes-1-title": "目录编制",
        "nodes-1-rule": "catalog",
        "nodes-1-due_on": "2026-07-31",
        "departments": [str(one.id) for one in district.departments.values()],
    }
    wrong = office.post("/office/plans/new", **{**form, "nodes-1-due_on": "31.7.", "title": ""})
    assert wrong.status_code == 422
    assert "请按 2026-06-30 的样式填写日期" in plain(wrong)
    assert office.post("/office/plans/new", **form).status_code == 303
    assert office.post("/office/plans/new", **form).status_code == 409
    assert office.get("/office/plans/2026H2/edit").status_code == 200
    assert office.post("/office/plans/2026H2/edit", **{**form, "title": "改名的计划"}).status_code == 303
    assert "工作计划" in office.text("/office/plans")
    assert district.people["editor"].get("/desk/plans/2026H2").status_code == 404
    assert office.post("/office/plans/2026H2/acts", act="start").status_code == 303
    assert office.get("/office/plans/2026H2/edit").status_code == 409
    board = office.text("/office/plans/2026H2")
    assert "改名的计划" in board
    assert "距7月31日还有 15 个工作日" in board
    assert "0 / 2 已完成" in board
    assert office.post("/office/plans/2026H2/acts", act="start").status_code == 409
    assert office.post("/office/plans/2026H2/acts", act="explode").status_code == 404
    for act, fields in (
        ("correct_node", {"position": "1", "due_on": "2026-08-03", "reason": "市级顺延"}),
        ("add_node", {"title": "总结", "rule": "manual", "due_on": "2026-12-31"}),
        ("copy", {"code": "2027H2", "title": "明年", "starts_on": "2027-07-01"}),
    ):
        assert office.post("/office/plans/2026H2/acts", act=act, **fields).status_code == 303, act
    assert "原定 7月31日" in office.text("/office/plans/2026H2")
    assert office.post("/office/plans/2027H2/acts", act="remove").status_code == 303
    assert office.post("/office/plans/2026H2/acts", act="close").status_code == 303


def test_department_lists_declares_and_the_office_accepts(district: District) -> None:
    make_plan(district)
    editor, head, office = (district.people[who] for who in ("editor", "head", "office"))
    acts, slug = "/desk/plans/2026H2/acts", district.departments["own"].slug
    assert editor.post(acts, act="add", titles=f"{TITLE}\n养老机构名录\n").status_code == 303
    page = editor.text("/desk/plans/2026H2")
    assert "养老机构名录" in page
    refused = editor.post(acts, act="draft", kind="complete")
    assert refused.status_code == 422
    assert "还有 2 条没有完成" in plain(refused)
    district.entry("published")
    with district.house.database.reading() as session:
        plan = plans.get_plan(session, "2026H2", by=office.actor)
        item = next(one for one in plans.list_expected(session, plan.id) if one.title == "养老机构名录")
    assert editor.post(acts, act="drop", item=str(item.id), reason="").status_code == 422
    assert editor.post(acts, act="drop", item=str(item.id), reason="由市级统一开放").status_code == 303
    assert "由市级统一开放" in editor.text("/desk/plans/2026H2")
    assert editor.post(acts, act="draft", kind="complete").status_code == 303
    assert editor.post(acts, act="sign").status_code == 403
    assert head.post(acts, act="sign").status_code == 303
    room = f"/office/plans/2026H2/department/{slug}"
    assert "声明待确认" in office.text("/office/plans/2026H2")
    assert office.post(f"{room}/acts", act="accept").status_code == 303
    said = "应编目录 1 条，已公开 1 条，目录已编制完整"
    assert said in office.text(f"{room}/declaration/1")
    assert said in head.text("/desk/plans/2026H2/declaration/1")
    assert "按时完成" in office.text("/office/plans/2026H2")
    assert "1 / 2 已完成" in office.text("/office/plans/2026H2")
    hand_over = {"act": "hand_over", "position": "2", "done_on": "2026-07-10"}
    assert office.post(f"{room}/acts", **hand_over, reason="").status_code == 422
    assert office.post(f"{room}/acts", **hand_over, reason="光盘移交").status_code == 303
    shown = office.text("/office/plans/2026H2?open=1")
    assert "黄石港区教育局" in shown
    assert "黄石港区民政局" not in shown
    assert office.post(f"{room}/acts", act="undo", position="2", reason="登错").status_code == 303
    assert office.post(f"{room}/acts", act="return", reason="漏报").status_code == 303
    assert "漏报" in editor.text("/desk/plans/2026H2")


def test_strangers_learn_nothing_of_a_plan_that_is_not_theirs(district: District) -> None:
    make_plan(district, both=False)
    stranger = district.people["other_editor"]
    assert "2026年下半年开放计划" not in stranger.text("/desk/plans")
    assert stranger.get("/desk/plans/2026H2").status_code == 404
    assert stranger.post("/desk/plans/2026H2/acts", act="add", titles="x").status_code == 404
    assert stranger.get("/office/plans/2026H2").status_code == 403
    assert district.people["reviewer"].post("/desk/plans/2026H2/acts", act="add", titles="x").status_code == 403


def test_urging_note_reads_like_one_and_can_be_copied(district: District) -> None:
    make_plan(district)
    editor, office = district.people["editor"], district.people["office"]
    editor.post("/desk/plans/2026H2/acts", act="add", titles="养老机构名录")
    district.entry("returned", title="婚姻登记统计")
    slug = district.departments["own"].slug
    source = office.get(f"/office/plans/2026H2/urge/{slug}").get_data(as_text=True)
    text = source[source.index("<textarea") : source.index("</textarea>")]
    for line in (
        "公共数据开放工作催办单",
        "黄石港区民政局：",
        "截至2026年7月10日，贵单位在“2026年下半年开放计划”中尚有 4 项未完成",
        "一、未完成的时间节点",
        "1. 目录编制：应于2026年7月31日前完成，还有 15 个工作日",
        "二、应编目录未完成（应编 1 条，已完成 0 条）",
        "1. 养老机构名录（未建）",
        "三、被退回待修改的条目",
        "婚姻登记统计：按规定办理",
        "最近的期限为2026年7月31日",
    ):
        assert line in text, line
    every = office.text("/office/plans/2026H2/urge")
    assert every.count("公共数据开放工作催办单") == 2
    assert "Urging note" in office.text("/en/office/plans/2026H2/urge")


@pytest.mark.parametrize("who", ["editor", "head"])
def test_desk_counts_down_to_the_next_node(district: District, who: str) -> None:
    make_plan(district)
    page = district.people[who].text("/desk")
    assert "目录编制" in page
    assert "还有 15 个工作日" in page


def test_public_reads_titles_of_running_plans_and_nothing_of_drafts(district: District) -> None:
    make_plan(district, start=False)
    client, editor = district.app.test_client(), district.people["editor"]
    assert "目前没有进行中的开放计划" in plain(client.get("/plan"))
    district.people["office"].post("/office/plans/2026H2/acts", act="start")
    secret = district.entry("draft", title="在编的数据集", summary="草稿里的摘要，公众不能看到。")
    district.entry("published")
    editor.post("/desk/plans/2026H2/acts", act="add", titles=f"{TITLE}\n在编的数据集")
    slug = district.departments["own"].slug
    assert "在编的数据集" not in plain(client.get("/plan"))
    source = client.get(f"/plan?department={slug}").get_data(as_text=True)
    assert "在编的数据集" in source
    assert "草稿里的摘要" not in source
    assert f"/dataset/{secret}" not in source
    assert "2026-07-31" in source
    assert "已开放" in plain(source)
    assert "Opening plan" in plain(client.get("/en/plan"))


def test_nightly_job_ties_titles_and_settles_by_the_pulls_of_the_city(district: District) -> None:
    make_plan(district)
    editor, head, office = (district.people[who] for who in ("editor", "head", "office"))
    editor.post("/desk/plans/2026H2/acts", act="add", titles=TITLE)
    district.entry("published")
    editor.post("/desk/plans/2026H2/acts", act="draft", kind="complete")
    head.post("/desk/plans/2026H2/acts", act="sign")
    slug = district.departments["own"].slug
    office.post(f"/office/plans/2026H2/department/{slug}/acts", act="accept")
    district.house.clock.advance(minutes=5)  # type: ignore[attr-defined]
    assert district.app.test_client().get("/harvest/changes?after=0").status_code == 200
    object.__setattr__(district.house.settings, "city_pullers", ("127.0.0.1",))
    JOBS["plans.settle"].run(district.house, {}, lambda *_: None)
    assert "市平台取用回执" in office.text(f"/office/plans/2026H2/department/{slug}")
