"""The ledger in the browser: who sees what, what may be done about it, what the office answers, the download."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
import uuid

import pytest
from sqlalchemy import select

from catalog import deadlines
from catalog.models import Entry, Obligation, ObligationAct
from catalog.sessions import begin_session
from tests.portal.workspace import District, Person, plain


def obligation(district: District, name: str, period: str = "2026-07") -> Obligation:
    """The obligation of an entry and a period as it stands."""
    with district.house.database.reading() as session:
        return session.scalars(
            select(Obligation).where(Obligation.entry_id == district.stored(name).id, Obligation.period == period)
        ).one()


def night(district: District, day: str) -> None:
    """The nightly check of a day, with the clock of the house set to ten in the morning of it."""
    district.house.clock.moment = dt.datetime.fromisoformat(f"{day}T10:00:00+08:00")  # type: ignore[attr-defined]
    with district.house.database.work() as session:
        deadlines.check(session, on=dt.date.fromisoformat(day))


def test_ledger_counts_down_in_working_days(district: District) -> None:
    """Friday 2026-07-10: to Friday 07-31 there are fifteen working days."""
    name = district.entry("published", title="社区名录")
    page = district.people["editor"].text("/desk/ledger")
    assert "社区名录 2026年7月 2026-07-31 待完成 还有 15 个工作日" in page
    assert "社区名录" in district.people["office"].text("/office/ledger?state=open")
    detail = district.people["reviewer"].text(f"/desk/ledger/{obligation(district, name).id}")
    for said in (
        "确认无变化",
        "申请延期",
        "连续最多 3 次",
        "最多 30 天",
        "2026-08-01 至 2026-08-30",
        "宽限至 2026年8月7日",
    ):
        assert said in detail, said


def test_page_of_an_entry_says_what_is_owed_next(district: District) -> None:
    name = district.entry("published")
    page = district.people["reviewer"].text(f"/desk/entries/{name}")
    assert "下次应完成 · 2026年7月 2026-07-31 还有 15 个工作日" in page


def test_reviewer_confirms_unchanged_and_the_public_reads_it(district: District) -> None:
    name = district.entry("published", title="社区名录")
    row = obligation(district, name)
    answer = district.people["reviewer"].post(f"/desk/ledger/{row.id}/acts", act="unchanged", reason="经核对无变化")
    assert answer.status_code == 303
    page = district.people["reviewer"].text(f"/desk/ledger/{row.id}")
    for said in ("已确认无变化", "按时", "经核对无变化", "核对：数据无变化"):
        assert said in page, said
    assert obligation(district, name).state == "on_time"
    assert "2026-08-31" in district.app.test_client().get(f"/dataset/{name}").get_data(as_text=True)
    again = district.people["reviewer"].post(f"/desk/ledger/{row.id}/acts", act="unchanged", reason="经核对无变化")
    assert (again.status_code, "没有可以确认的更新期" in plain(again)) == (409, True)


def test_refused_act_keeps_what_was_typed_beside_its_sentence(district: District) -> None:
    row = obligation(district, district.entry("published"))
    path = f"/desk/ledger/{row.id}/acts"
    editor = district.people["editor"]
    short = editor.post(path, act="extension", until_on="2026-08-10", reason="忙")
    assert short.status_code == 422
    source = short.get_data(as_text=True)
    assert "请写明理由，至少4个字。" in plain(short)
    assert 'value="2026-08-10"' in source and ">\n忙</textarea>" in source
    far = editor.post(path, act="extension", until_on="2026-09-30", reason="业务系统迁移")
    assert (far.status_code, "须在2026-08-01到2026-08-30之间" in plain(far)) == (422, True)
    for day in ("", "明天", "2026-02-30", "9" * 40):
        assert editor.post(path, act="extension", until_on=day, reason="业务系统迁移").status_code == 422
    assert editor.post(path, act="explode", reason="业务系统迁移").status_code == 404
    assert editor.post(path, act="objection", reason="业务系统迁移").status_code == 403


def test_office_answers_an_extension_once(district: District) -> None:
    row = obligation(district, district.entry("published", title="社区名录"))
    asked = district.people["editor"].post(
        f"/desk/ledger/{row.id}/acts", act="extension", until_on="2026-08-20", reason="业务系统迁移"
    )
    assert asked.status_code == 303
    office = district.people["office"]
    assert "1 延期与申诉待答复" in office.text("/office")
    requests = office.text("/office/requests")
    assert "社区名录" in requests and "申请延期至 2026-08-20" in requests
    with district.house.database.reading() as session:
        act = session.scalars(select(ObligationAct)).one()
    path = f"/office/requests/{act.id}"
    assert office.post(path, answer="同意延期一次").status_code == 422
    silent = office.post(path, decision="grant", answer="好")
    assert (silent.status_code, "请写明理由，至少4个字。" in plain(silent)) == (422, True)
    assert office.post(path, decision="grant", answer="同意延期一次").status_code == 303
    assert obligation(district, district_entry(district)).due_on == dt.date(2026, 8, 20)
    second = district.people["second_office"].post(path, decision="refuse", answer="不同意延期")
    assert (second.status_code, "已经作出决定" in plain(second)) == (409, True)
    page = district.people["editor"].text(f"/desk/ledger/{row.id}")
    for said in ("同意延期一次", "原到期日 2026年7月31日", "本期已延期过一次，不能再延。"):
        assert said in page, said
    assert "同意延期一次" in office.text("/office/requests")


def test_office_closes_with_one_click_what_has_become_moot(district: District) -> None:
    name = district.entry("published", title="社区名录")
    row = obligation(district, name)
    editor = district.people["editor"]
    editor.post(f"/desk/ledger/{row.id}/acts", act="extension", until_on="2026-08-20", reason="业务系统迁移")
    office = district.people["office"]
    with district.house.database.reading() as session:
        path = f"/office/requests/{session.scalars(select(ObligationAct)).one().id}"
    early = office.post(path, decision="close")
    assert (early.status_code, "还可以同意" in plain(early)) == (409, True)
    with district.house.database.work() as session:
        session.get_one(Obligation, row.id).state = "void"
    assert "不再需要答复" in office.text("/office/requests")
    assert office.post(path, decision="close").status_code == 303
    page = office.text("/office/requests")
    assert "没有等待答复的申请" in page
    assert "无须答复" in page
    assert "无须答复" in editor.text(f"/desk/ledger/{row.id}")
    assert office.post(path, decision="close").status_code == 409


def district_entry(district: District) -> str:
    """The name of the only entry."""
    with district.house.database.reading() as session:
        return session.scalars(select(Entry.name)).one()


def test_office_excuses_what_is_overdue(district: District) -> None:
    name = district.entry("published")
    row = obligation(district, name)
    office = district.people["office"]
    early = office.post(f"/office/ledger/{row.id}/excuse", reason="机构改革期间")
    assert (early.status_code, "2026-08-07 及以前更新仍算按时" in plain(early)) == (409, True)
    night(district, "2026-08-10")
    person = fresh(district, "office")
    assert "已超期 6 个工作日" in person.text("/office/ledger")
    assert person.post(f"/office/ledger/{row.id}/excuse", reason="机构改革期间").status_code == 303
    assert "已豁免" in person.text(f"/office/ledger/{row.id}")


def fresh(district: District, role: str) -> Person:
    """The person signed in anew: sessions end while the clock jumps."""
    person = district.people[role]
    assert person.actor.account_id is not None
    with district.house.database.work() as session:
        token = begin_session(session, person.actor.account_id, now=district.house.now(), address=None, user_agent=None)
    with person.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    person.token = ""
    return person


def test_another_department_finds_no_obligation(district: District) -> None:
    row = obligation(district, district.entry("published", title="社区名录"))
    for role in ("other_editor", "other_reviewer", "other_head"):
        person = district.people[role]
        assert "社区名录" not in person.text("/desk/ledger?state=all")
        assert person.get(f"/desk/ledger/{row.id}").status_code == 404
        assert person.post(f"/desk/ledger/{row.id}/acts", act="unchanged", reason="经核对无变化").status_code in (
            403,
            404,
        )
    for path in ("/office/ledger", "/office/ledger.csv", "/office/requests", "/office/calendar"):
        assert district.people["reviewer"].get(path).status_code == 403
    assert district.people["office"].get(f"/office/ledger/{uuid.uuid4()}").status_code == 404


def test_download_is_what_the_filter_shows_and_runs_no_formula(district: District) -> None:
    district.entry("published", title="=1+2 名录")
    district.entry("published", title="季度名录", update_cycle="quarterly")
    answer = district.people["office"].get("/office/ledger.csv?state=all&period=2026-07")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.get_data().decode("utf-8-sig")
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["名称"], row["期间"], row["到期日"], row["状态"]) for row in rows] == [
        ("'=1+2 名录", "2026年7月", "2026-07-31", "待完成")
    ]
    assert "Title" in district.people["office"].get("/en/office/ledger.csv?state=all").get_data().decode("utf-8-sig")


def test_a_download_that_had_to_be_cut_says_so_in_its_name(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    for title in ("甲名录", "乙名录", "丙名录"):
        district.entry("published", title=title)
    office, address = district.people["office"], "/office/ledger.csv?state=all&period=2026-07"
    assert "%E5%89%8D" not in office.get(address).headers["Content-Disposition"]
    for place in ("catalog.obligation_lists", "portal.views.office.ledger"):
        monkeypatch.setattr(f"{place}.EXPORT_ROWS", 2)
    answer = office.get(address)
    assert len(answer.get_data().splitlines()) == 3
    assert "%E5%89%8D2%E8%A1%8C.csv" in answer.headers["Content-Disposition"], "前2行"


def test_hostile_filters_are_passed_over(district: District) -> None:
    for query in (
        "state=%00&kind=x&department=nobody",
        "since=2026-13-01&until=yesterday",
        "period=%25_%27%22",
        "since=9999-12-31&until=0001-01-01",
    ):
        assert district.people["office"].get(f"/office/ledger?{query}").status_code == 200, query
    assert district.people["office"].get("/office/ledger?after=zz").status_code == 422


def test_rate_stands_beside_the_shares_that_could_flatter_it(district: District) -> None:
    district.entry("published", title="每月的")
    district.entry("published", title="不定期的", update_cycle="irregular")
    for page in (district.people["editor"].text("/desk/ledger"), district.people["office"].text("/office/ledger")):
        assert "不定期条目 50% 1 / 2" in page
        assert "不更新条目 0% 0 / 2" in page
        assert "以“无变化”完成 – 0 / 0" in page


def test_ledger_pages_on(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.views.desk.ledger.PAGE_SIZE", 2)
    for number in range(3):
        district.entry("published", title=f"名录{number}")
    person = district.people["editor"]
    source = person.get("/desk/ledger").get_data(as_text=True)
    following = re.search(r'rel="next" href="([^"]+)"', source)
    assert following
    rest = person.get(html.unescape(following[1])).get_data(as_text=True)
    titles = re.findall(r">(名录\d)</a>", source) + re.findall(r">(名录\d)</a>", rest)
    assert sorted(titles) == ["名录0", "名录1", "名录2"]
