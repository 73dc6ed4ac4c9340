"""Many clicks at once, clocks that jump, a database that is taken, and nonsense in every form of the promises."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select

from catalog import rectifications
from catalog.errors import Busy
from catalog.models import AuditRow, DutyRecord, Entry, Message, Obligation, ObligationAct, Reminder, Scorecard
from portal import jobs, sending
from portal.security import limiter
from tests.portal.workspace import District, Person

CLICKS = 5


def press(district: District, role: str, path: str, **form: str) -> Counter[int]:
    """The statuses of one form sent CLICKS times at the same moment, each from a browser of its own."""
    person = district.people[role]
    person.get("/account")
    with person.client.session_transaction() as cookie:
        signed_in = dict(cookie)
    browsers = [Person(person.actor, district.app.test_client()) for _ in range(CLICKS)]
    for browser in browsers:
        with browser.client.session_transaction() as cookie:
            cookie.update(signed_in)
    with ThreadPoolExecutor(CLICKS) as pool:
        return Counter(pool.map(lambda browser: browser.post(path, **form).status_code, browsers))


def owed(district: District, name: str, period: str = "2026-07") -> Obligation:
    """What an entry owes for a period, as it stands."""
    with district.house.database.reading() as session:
        mine = select(Entry.id).where(Entry.name == name).scalar_subquery()
        return session.scalars(select(Obligation).where(Obligation.entry_id == mine, Obligation.period == period)).one()


def logged(district: District, *acts: str) -> int:
    """How many lines of the audit log tell of these acts."""
    with district.house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.act.in_(acts))) or 0


def count(district: District, table: type, *which: object) -> int:
    """How many rows a table has."""
    with district.house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*which)) or 0  # type: ignore[arg-type]


ONE_WINS = Counter({303: 1, 409: CLICKS - 1})


def test_of_many_clicks_on_a_request_one_counts(district: District) -> None:
    name = district.entry("published")
    path = f"/desk/ledger/{owed(district, name).id}/acts"
    asked = press(district, "editor", path, act="extension", until_on="2026-08-10", reason="业务系统迁移")
    assert asked == ONE_WINS
    with district.house.database.reading() as session:
        request_id = session.scalars(select(ObligationAct.id)).one()
    granted = press(district, "office", f"/office/requests/{request_id}", decision="grant", answer="同意延期")
    assert granted == ONE_WINS
    assert owed(district, name).due_on == dt.date(2026, 8, 10)
    confirmed = press(district, "reviewer", path, act="unchanged", reason="经核对无变化")
    assert confirmed == ONE_WINS
    assert owed(district, name).state == "on_time"
    assert logged(district, "obligation.ask_extension", "obligation.decide", "obligation.confirm_unchanged") == 3


def test_of_many_clicks_on_a_duty_one_counts(district: District) -> None:
    made = press(
        district, "office", "/office/duties/new", code="policy", title="政策解读", kind="duty", starts_on="2026-01-01"
    )
    assert made == ONE_WINS
    recorded = press(district, "editor", "/desk/duties", duty="policy", done_on="2026-07-09", title="解读", url="")
    assert recorded == ONE_WINS
    assert count(district, DutyRecord) == 1
    assert logged(district, "duty.manage", "duty.record") == 2


def test_a_period_is_frozen_once_however_often_the_button_is_pressed(district: District) -> None:
    assert press(district, "office", "/office/scores/2025H1/freeze") == ONE_WINS
    assert count(district, Scorecard) == 2, "one card for each department"
    assert logged(district, "score.freeze") == 1


def test_two_workers_raise_and_send_each_reminder_once(district: District) -> None:
    """August is due on Monday 31 August 2026: a week before, both workers wake at the same moment."""
    district.published_with_data()
    assert district.people["editor"].post("/account/email", email="editor@hsg.gov.cn").status_code == 303
    monday = dt.date(2026, 8, 24)
    with ThreadPoolExecutor(4) as pool:
        raised = sum(pool.map(lambda _: sending.raise_notices(district.house, on=monday), range(4)))
        sent = sum(pool.map(lambda _: sending.send_outbox(district.house), range(4)))
    assert (raised, sent) == (1, 1)
    assert (count(district, Reminder), count(district, Message)) == (1, 1)


def run_day(district: District, day: dt.date) -> None:
    """The night's and the morning's work of a day."""
    district.house.clock.moment = dt.datetime.combine(day, dt.time(2), dt.UTC)  # type: ignore[attr-defined]
    for job in ("deadlines.check", "plans.settle", "notices.raise"):
        jobs.JOBS[job].run(district.house, {}, lambda *_: None)


def rows(district: District) -> list[tuple[object, ...]]:
    """Every obligation and every reminder."""
    with district.house.database.reading() as session:
        facts = session.execute(
            select(Obligation.period, Obligation.state, Obligation.due_on, Obligation.settled_on).order_by(
                Obligation.period
            )
        ).all()
        told = session.execute(select(Reminder.step, Reminder.obligation_id).order_by(Reminder.obligation_id)).all()
    return [*map(tuple, facts), *map(tuple, told)]


def test_server_that_was_away_over_new_year_catches_up_and_a_clock_set_back_changes_nothing(
    district: District,
) -> None:
    """Away from Friday 10 July 2026 to Thursday 31 December; 2027 and 2028 are not announced."""
    district.entry("published", update_cycle="monthly")
    run_day(district, dt.date(2026, 12, 31))
    periods = [row[0] for row in rows(district) if len(row) == 4]
    assert periods == [f"2026-{month:02}" for month in range(7, 13)]
    for day in (dt.date(2027, 1, 1), dt.date(2027, 1, 4)):
        run_day(district, day)
    before = rows(district)
    assert [row[0] for row in before if len(row) == 4][-1] == "2027-01"
    for day in (dt.date(2027, 1, 3), dt.date(2027, 1, 4), dt.date(2026, 12, 31), dt.date(2027, 1, 4)):
        run_day(district, day)
    assert rows(district) == before
    run_day(district, dt.date(2028, 2, 29))
    assert [row[0] for row in rows(district) if len(row) == 4][-1] == "2028-02"


def test_night_that_finds_the_database_taken_leaves_nothing_half_and_is_done_again(district: District) -> None:
    if district.house.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL lets other writers in")
    district.entry("published", update_cycle="monthly")
    before, engine = rows(district), district.house.database.engine
    event.listen(engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout = 20"))
    with engine.connect() as holder:
        holder.exec_driver_sql("UPDATE department SET position = position")
        with pytest.raises(Busy):
            run_day(district, dt.date(2026, 9, 1))
        holder.rollback()
    assert rows(district) == before
    run_day(district, dt.date(2026, 9, 1))
    assert [row[0] for row in rows(district) if len(row) == 4] == ["2026-07", "2026-08", "2026-09"]


NUL, HUGE = "a\x00b", "字" * 100_000
DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "２０２６-１２-０１", "2026-W27-1", "99999-01-01", NUL)
TEXTS = (NUL, HUGE, "javascript:\r\nBcc: x@example.com {{7*7}} \u202e=cmd|'/c calc'!A1", "NaN")

FORMS: tuple[tuple[str, str, dict[str, str], Sequence[str]], ...] = (
    # role, address, a form that would do, the days in it
    ("editor", "/desk/ledger/{owed}/acts", {"act": "extension", "until_on": "2026-08-10", "reason": "迁移中"},
     ("until_on",)),
    ("reviewer", "/desk/ledger/{owed}/acts", {"act": "unchanged", "reason": "经核对"}, ()),
    ("office", "/office/ledger/{owed}/excuse", {"reason": "系统故障"}, ()),
    ("office", "/office/plans/new",
     {"code": "P1", "title": "计划", "starts_on": "2026-07-01", "nodes-1-title": "节点", "nodes-1-rule": "catalog",
      "nodes-1-due_on": "2026-09-30", "departments": "{department}", "note": ""}, ("starts_on", "nodes-1-due_on")),
    ("office", "/office/plans/2026H2/acts", {"act": "copy", "code": "C1", "title": "副本", "starts_on": "2027-01-01"},
     ("starts_on",)),
    ("office", "/office/plans/2026H2/acts",
     {"act": "add_node", "title": "新节点", "rule": "manual", "due_on": "2026-10-30"}, ("due_on",)),
    ("office", "/office/plans/2026H2/department/{slug}/acts",
     {"act": "hand_over", "position": "1", "done_on": "2026-07-09", "note": "已交"}, ("done_on",)),
    ("editor", "/desk/plans/2026H2/acts", {"act": "add", "titles": "社区名录"}, ()),
    ("editor", "/desk/plans/2026H2/acts", {"act": "drop", "item": "x", "reason": "不再需要"}, ()),
    ("office", "/office/rectifications/new",
     {"department": "{slug}", "finding": "打不开", "found_on": "2026-07-09", "due_on": "2026-07-17", "entry": ""},
     ("found_on", "due_on")),
    ("editor", "/desk/rectifications/{code}", {"evidence": "已改", "url": "https://example.com/1"}, ()),
    ("office", "/office/duties/new",
     {"code": "talk", "title": "宣讲", "kind": "bonus", "points": "1", "max_points": "2", "starts_on": "2026-01-01",
      "ends_on": "2026-12-31"}, ("starts_on", "ends_on")),
    ("office", "/office/scores/weights", {"starts_on": "2026-08-01", "weight-timely": "10", "target-timely": "90"},
     ("starts_on",)),
    ("office", "/office/calendar/corrections", {"day": "2026-07-13", "kind": "off", "name": "停办"}, ("day",)),
    ("office", "/office/calendar/arrangement/apply", {"content": "日期,类型\n2027-10-01,休\n"}, ()),
    ("reviewer", "/desk/notices/webhooks", {"url": "https://example.com/hook"}, ()),
    ("head", "/desk/scores/2026H1/objections", {"indicator": "timely", "text": "不同意"}, ()),
    ("editor", "/desk/candidates/marks", {"id": "x", "state": "kept_closed", "reason": "涉密"}, ()),
    ("office", "/office/bulk/new/rename_department/preview",
     {"department": "{slug}", "name": "新名", "short_name": "新", "reason": "更名"}, ()),
    ("office", "/office/departments/{slug}", {"name": "新名", "short_name": "新", "phone": "1"}, ()),
)  # fmt: skip

LISTS = (
    ("editor", "/desk/ledger?state=%00&after=%00"),
    ("office", "/office/ledger?state=all&kind=%00&department=%00&after=eyJ9&from=0001-01-01&until=9999-12-31"),
    ("office", "/office/requests?after=9999-12-31T23:59:59-23:00~x"),
    ("office", "/office/reminders?after=0001-01-01T00:00:00%2B23:00"),
    ("office", "/office/outbox?after=%ff&state=%00"),
    ("office", "/office/candidates/list?after=%00&state=%00&department=%00&q=%00"),
    ("office", "/office/duties?year=" + "9" * 30 + "&after=NaN"),
    ("office", "/office/rectifications?after=%E2%80%AE&state=%00"),
    ("office", "/office/scores/9999H2"),
    ("office", "/office/scores/0001"),
    ("office", "/office/report/9999H2"),
    ("office", "/office/calendar?year=0"),
    ("office", "/office/calendar?year=9999"),
    ("head", "/desk/scores/2026H1/%00?after=%00"),
    ("head", "/plan?department=%00"),
    ("head", "/overdue?department=%00&page=" + "9" * 30),
    ("head", "/overdue.csv?department=%00"),
    ("head", "/dataset/{name}/updates?after=9999-99-99~x"),
)


@pytest.fixture
def promised(district: District) -> dict[str, str]:
    """A published entry, a running plan with a node that is recorded, and a finding."""
    name, own = district.entry("published"), district.departments["own"]
    office = district.people["office"]
    form = {"title": "下半年", "starts_on": "2026-07-01", "departments": str(own.id), "nodes-1-title": "小结"}
    answer = office.post(
        "/office/plans/new", code="2026H2", **form, **{"nodes-1-rule": "manual", "nodes-1-due_on": "2026-12-30"}
    )
    assert answer.status_code == 303
    assert office.post("/office/plans/2026H2/acts", act="start").status_code == 303
    with district.house.database.work() as session:
        code = rectifications.open_finding(
            session, department_id=own.id, finding="打不开", due_on=dt.date(2026, 7, 17), by=office.actor,
            now=district.house.now(),
        ).code  # fmt: skip
    keys = {"owed": str(owed(district, name).id), "department": str(own.id), "slug": own.slug, "code": code}
    return {**keys, "name": name}


def test_nonsense_in_the_forms_of_the_promises_is_refused_and_never_crashes(
    district: District, promised: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", False)
    for role, path, form, days in FORMS:
        filled = {name: value.format(**promised) if value.startswith("{") else value for name, value in form.items()}
        for name in filled:
            for text in DAYS if name in days else TEXTS:
                answer = district.people[role].post(path.format(**promised), **{**filled, name: text})
                assert answer.status_code < 500, (path, name, text[:40])


def test_nonsense_in_the_lists_of_the_promises_never_crashes(district: District, promised: dict[str, str]) -> None:
    for role, path in LISTS:
        assert district.people[role].get(path.replace("{name}", promised["name"])).status_code < 500, path
