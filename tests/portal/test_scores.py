"""The pages of the assessment: ranking, card, records, weights, freezing, objections, workbook."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import openpyxl
import pytest

from catalog.models import Obligation
from tests.portal.workspace import District, plain

JUNE_30 = dt.date(2026, 6, 30)


@pytest.fixture
def assessed(district: District) -> District:
    """民政局 kept 3 of 4 updates and its node in the first half of 2026; 教育局 1 of 2, and missed its node."""
    with district.house.database.work() as session:
        for which, kind, states in (
            ("own", "update", ("on_time", "on_time", "on_time", "late")),
            ("own", "node", ("on_time",)),
            ("other", "update", ("on_time", "missed")),
            ("other", "node", ("late",)),
        ):
            for number, state in enumerate(states):
                session.add(
                    Obligation(
                        subject_id=uuid.uuid4(),
                        department_id=district.departments[which].id,
                        kind=kind,
                        period=f"2026-0{number + 1}",
                        label=f"{kind} 第 {number} 项",
                        starts_on=dt.date(2026, 6, 1),
                        due_on=JUNE_30,
                        grace_on=JUNE_30,
                        state=state,
                        created_at=district.house.now(),
                    )
                )
    return district


def freeze(district: District) -> None:
    """Freeze the first half of 2026 by the office's form."""
    assert district.people["office"].post("/office/scores/2026H1/freeze").status_code == 303


def test_the_office_sees_the_ranking_and_each_figure_opens_into_its_records(assessed: District) -> None:
    office, slug = assessed.people["office"], assessed.departments["own"].slug
    text = office.text("/office/scores/2026H1")
    assert text.index("黄石港区民政局") < text.index("黄石港区教育局")
    assert "83.33" in text and "75% 3/4" in text and "定格全部得分" in text
    card = office.text(f"/office/scores/2026H1/{slug}")
    assert "及时更新率" in card and "50.00 / 66.67" in card and "不适用" in card and "2025年下半年" in card
    records = office.text(f"/office/scores/2026H1/{slug}/timely")
    assert (
        records.count("计入") == 4 + records.count("均计入分母") and "update 第 3 项" in records and "逾期" in records
    )
    assert "2026年4月" in records


def test_the_present_half_year_is_shown_first_and_cannot_be_frozen(assessed: District) -> None:
    office = assessed.people["office"]
    assert "考核期尚未结束" in office.text("/office/scores")
    answer = office.post("/office/scores/2026H2/freeze")
    assert answer.status_code == 409 and "到 2026-12-31 才结束" in plain(answer)


def test_a_department_sees_its_own_card_only(assessed: District) -> None:
    head = assessed.people["head"]
    assert "50.00 / 66.67" in head.text("/desk/scores/2026H1")
    assert "update 第 3 项" in head.text("/desk/scores/2026H1/timely")
    assert head.get(f"/office/scores/2026H1/{assessed.departments['other'].slug}").status_code == 403
    other = assessed.people["other_head"].text("/desk/scores/2026H1/timely")
    assert "update 第 3 项" not in other
    assert assessed.people["office"].get("/office/scores/2026H1/no-such-department").status_code == 404


@pytest.mark.parametrize("path", ["2026H3", "2031", "x", "2026H1/nothing"])
def test_what_is_no_period_or_indicator_is_not_found(assessed: District, path: str) -> None:
    assert assessed.people["head"].get(f"/desk/scores/{path}").status_code == 404


def test_an_objection_goes_from_the_head_to_the_office_and_back(assessed: District) -> None:
    head, office, slug = assessed.people["head"], assessed.people["office"], assessed.departments["own"].slug
    early = head.post("/desk/scores/2026H1/objections", indicator="timely", text="早了")
    assert early.status_code == 409 and "尚未定格" in plain(early)
    freeze(assessed)  # Friday 10 July; the tenth working day after it is Friday 24 July
    assert "异议截止 2026-07-24" in head.text("/desk/scores/2026H1")
    empty = head.post("/desk/scores/2026H1/objections", indicator="timely", text=" ")
    assert empty.status_code == 422
    sent = head.post("/desk/scores/2026H1/objections", indicator="timely", text="<b>三月</b>的数据按时上传")
    assert sent.status_code == 303
    assert "<b>三月</b>的数据按时上传" in head.text("/desk/scores/2026H1")
    assert (
        assessed.people["editor"].post("/desk/scores/2026H1/objections", indicator="nodes", text="x").status_code == 403
    )
    assert "待答复的异议" in office.text("/office/scores/2026H1")
    page = office.get(f"/office/scores/2026H1/{slug}").get_data(as_text=True)
    address = "/office/scores/objections/" + page.split("/office/scores/objections/")[1][:36]
    form = {"period": "2026H1", "slug": slug, "answer": "经核属实"}
    wrong = office.post(address, decision="accept", points="nan", **form)
    assert wrong.status_code == 422 and "经核属实" in plain(wrong)
    assert office.post(address, decision="accept", points="1.5", **form).status_code == 303
    text = head.text("/desk/scores/2026H1")
    assert "84.83" in text and "+1.50" in text and "已采纳" in text and "经核属实" in text
    assert office.post(address, decision="reject", **form).status_code == 409


def test_records_that_change_after_the_freezing_are_told_and_the_card_stays(assessed: District) -> None:
    freeze(assessed)
    with assessed.house.database.work() as session:
        for row in session.query(Obligation).filter_by(state="late", kind="update"):
            row.state = "excused"
    head = assessed.people["head"]
    assert "50.00 / 66.67" in head.text("/desk/scores/2026H1")
    text = head.text("/desk/scores/2026H1/timely")
    assert "按现在的记录为 100% 3/3" in text and "定格时扣分的记录" in text


def test_weights_are_changed_from_a_day_on_and_mistakes_come_back(assessed: District) -> None:
    office = assessed.people["office"]
    page = office.get("/office/scores/weights").get_data(as_text=True)
    codes = {part.split('"')[0] for part in page.split('name="weight-')[1:]}
    form = {f"weight-{code}": "5" for code in codes} | {f"target-{code}": "50" for code in codes}
    wrong = office.post("/office/scores/weights", starts_on="2026-07-01", **form | {"weight-timely": "1e3"})
    assert wrong.status_code == 422 and "1e3" in wrong.get_data(as_text=True)
    past = office.post("/office/scores/weights", starts_on="2026-07-09", **form)
    assert past.status_code == 422 and "不能早于今天（2026-07-10）" in plain(past)
    assert office.post("/office/scores/weights", starts_on="2026-07-10", **form).status_code == 303
    assert "2026-07-10 及时更新率 5 50%" in office.text("/office/scores/weights")
    assert "83.33" in office.text("/office/scores/2026H1"), "a period that is over keeps its weights"


def test_the_period_is_downloaded_as_a_workbook(assessed: District) -> None:
    answer = assessed.people["office"].get("/office/scores/2026H1/workbook.xlsx")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert [sheet.title for sheet in book] == ["排名 2026H1", "各项指标", "加分事项", "指标说明"]
    assert book.worksheets[0]["B2"].value == "黄石港区民政局"


def test_the_pages_speak_english(assessed: District) -> None:
    office, slug = assessed.people["office"], assessed.departments["own"].slug
    assert "Updates on time" in office.text(f"/en/office/scores/2026H1/{slug}")
    assert "First half of 2026" in office.text("/en/office/scores/2026H1")
    assert "Indicators and weights" in office.text("/en/office/scores/weights")
