"""What people do about obligations: who may, what it changes, what the public sees of it, and what the log keeps."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from catalog.models import AuditRow, CurrentRecord, Delivery, Obligation, ObligationAct
from catalog.obligation_acts import ask_extension, confirm_unchanged, decide, excuse, object_to
from catalog.permissions import Actor
from tests.catalog.lifecycle import Lifecycle, make_actor, make_department, make_people, second_office
from tests.catalog.promises import Desk, at


@pytest.fixture
def desk(session: Session, lifecycle: Lifecycle) -> Desk:
    return Desk(session, lifecycle, lifecycle.entry("published"))


def refused(error: pytest.ExceptionInfo[DomainError]) -> str:
    return error.value.code


def test_confirming_unchanged_settles_the_period_as_new_data_would(desk: Desk) -> None:
    before = desk.changes()
    served = confirm_unchanged(
        desk.session, desk.entry, reason="本月无新增社区", by=desk.reviewer, now=at("2026-07-20")
    )
    row = desk.row("2026-07")
    assert served == row.id
    assert (row.state, row.settled_by, row.settled_on) == ("on_time", "unchanged", dt.date(2026, 7, 20))
    delivery = desk.session.scalars(select(Delivery).where(Delivery.kind == "unchanged")).one()
    assert (delivery.reason, delivery.by_name) == ("本月无新增社区", "审签人乙")
    assert desk.entry.next_due_on == dt.date(2026, 8, 31)
    current = desk.session.get_one(CurrentRecord, desk.entry.id, populate_existing=True)
    assert (current.next_due_on, desk.changes()) == (dt.date(2026, 8, 31), before + 1)
    log = desk.session.scalars(select(AuditRow).order_by(AuditRow.number.desc())).first()
    assert log is not None
    assert (log.act, log.object_id, log.params["why"]) == (
        "obligation.confirm_unchanged",
        str(row.id),
        "本月无新增社区",
    )


def test_a_confirmation_after_the_grace_is_late(desk: Desk) -> None:
    """July's grace ends on Friday 2026-08-07; Monday 08-10 is the sixth working day after the due date."""
    desk.night("2026-08-10")
    confirm_unchanged(desk.session, desk.entry, reason="确认无变化", by=desk.reviewer, now=at("2026-08-10"))
    row = desk.row("2026-07")
    assert (row.state, row.late_workdays) == ("late", 6)
    assert desk.row("2026-08").state == "open"


def test_one_day_confirms_one_period(desk: Desk) -> None:
    desk.night("2026-08-03")
    confirm_unchanged(desk.session, desk.entry, reason="七月无变化", by=desk.reviewer, now=at("2026-08-03"))
    with pytest.raises(Conflict) as error:
        confirm_unchanged(desk.session, desk.entry, reason="八月无变化", by=desk.reviewer, now=at("2026-08-03"))
    assert refused(error) == "nothing_to_confirm"


def test_the_period_after_the_settled_one_has_not_begun(desk: Desk) -> None:
    confirm_unchanged(desk.session, desk.entry, reason="七月无变化", by=desk.reviewer, now=at("2026-07-20"))
    with pytest.raises(Conflict) as error:
        confirm_unchanged(desk.session, desk.entry, reason="八月无变化", by=desk.reviewer, now=at("2026-07-21"))
    assert refused(error) == "nothing_to_confirm"


def test_the_fourth_confirmation_in_a_row_needs_new_data_first(desk: Desk) -> None:
    for day in ("2026-07-31", "2026-08-31", "2026-09-30"):
        desk.night(day)
        confirm_unchanged(desk.session, desk.entry, reason="本月无变化", by=desk.reviewer, now=at(day))
    desk.night("2026-10-09")
    with pytest.raises(Conflict) as error:
        confirm_unchanged(desk.session, desk.entry, reason="本月无变化", by=desk.reviewer, now=at("2026-10-09"))
    assert (refused(error), error.value.params["limit"]) == ("unchanged_too_often", 3)
    desk.deliver("2026-10-12")
    assert desk.row("2026-10").settled_by == "data"
    desk.night("2026-11-02")
    confirm_unchanged(desk.session, desk.entry, reason="本月无变化", by=desk.reviewer, now=at("2026-11-02"))
    assert desk.row("2026-11").state == "on_time"


@pytest.mark.parametrize("reason", ["", "   ", "无", "\u200b\u200b\u200b\u200b\u200b", "无变化"])
def test_every_act_wants_a_reason_of_four_characters(desk: Desk, reason: str) -> None:
    with pytest.raises(Invalid) as error:
        confirm_unchanged(desk.session, desk.entry, reason=reason, by=desk.reviewer, now=at("2026-07-20"))
    assert (refused(error), error.value.problems[0].where) == ("reason_too_short", "reason")


def test_a_granted_extension_moves_the_due_date_and_keeps_the_first(desk: Desk) -> None:
    """08-20 is a Thursday; five working days after it: Thursday 08-27."""
    act = desk.ask("2026-07", "2026-07-20", "2026-08-20")
    before = desk.changes()
    decide(desk.session, act, is_granted=True, answer="同意延期一次", by=desk.office, now=at("2026-07-21"))
    row = desk.row("2026-07")
    assert (row.period, row.due_on, row.first_due_on, row.grace_on, row.state) == (
        "2026-07",
        dt.date(2026, 8, 20),
        dt.date(2026, 7, 31),
        dt.date(2026, 8, 27),
        "open",
    )
    assert desk.entry.next_due_on == dt.date(2026, 8, 20)
    assert desk.changes() == before + 1
    desk.night("2026-08-25")
    assert desk.row("2026-07").due_on == dt.date(2026, 8, 20)
    desk.deliver("2026-08-25")
    assert desk.row("2026-07").state == "on_time"


def test_a_refused_extension_changes_nothing_but_its_answer(desk: Desk) -> None:
    act = desk.ask("2026-07", "2026-07-20", "2026-08-20")
    before = desk.changes()
    decide(desk.session, act, is_granted=False, answer="理由不足，不同意", by=desk.office, now=at("2026-07-21"))
    assert (desk.row("2026-07").due_on, desk.changes()) == (dt.date(2026, 7, 31), before)
    row = desk.session.get_one(ObligationAct, act)
    assert (row.state, row.answer, row.decided_by_name) == ("refused", "理由不足，不同意", "政数局丙")
    assert desk.ask("2026-07", "2026-07-22", "2026-08-10")


@pytest.mark.parametrize(
    ("until", "is_possible"),
    [("2026-07-30", False), ("2026-07-31", False), ("2026-08-01", True), ("2026-08-30", True), ("2026-08-31", False)],
)
def test_an_extension_is_asked_for_one_to_thirty_days_after_the_due_date(
    desk: Desk, until: str, is_possible: bool
) -> None:
    if is_possible:
        assert desk.ask("2026-07", "2026-07-20", until)
        return
    with pytest.raises(Invalid) as error:
        desk.ask("2026-07", "2026-07-20", until)
    problem = error.value.problems[0]
    assert (problem.where, problem.params) == ("until_on", {"first_on": "2026-08-01", "last_on": "2026-08-30"})


def test_an_extension_granted_too_late_heals_the_lateness_within_it(desk: Desk) -> None:
    """Asked for in time on Friday 08-07; the data came on Wednesday 08-12; the office answered on Friday 08-14."""
    desk.night("2026-08-07")
    act = desk.ask("2026-07", "2026-08-07", "2026-08-14")
    desk.night("2026-08-12")
    desk.deliver("2026-08-12")
    assert desk.row("2026-07").state == "late"
    decide(desk.session, act, is_granted=True, answer="同意，当时已申请", by=desk.office, now=at("2026-08-14"))
    row = desk.row("2026-07")
    assert (row.state, row.late_workdays, row.settled_on) == ("on_time", None, dt.date(2026, 8, 12))


def test_an_extension_of_what_came_on_time_can_only_be_refused(desk: Desk) -> None:
    act = desk.ask("2026-07", "2026-07-20", "2026-08-20")
    desk.deliver("2026-07-22")
    with pytest.raises(Conflict) as error:
        decide(desk.session, act, is_granted=True, answer="同意延期一次", by=desk.office, now=at("2026-07-23"))
    assert refused(error) == "act_not_grantable"
    decide(desk.session, act, is_granted=False, answer="已按时更新，无需延期", by=desk.office, now=at("2026-07-23"))
    assert desk.row("2026-07").state == "on_time"


def test_a_weekly_extension_of_thirty_days_skips_no_week(session: Session, lifecycle: Lifecycle) -> None:
    """2026-W28 runs from Monday 07-06 to Sunday 07-12."""
    desk = Desk(session, lifecycle, lifecycle.entry("published", update_cycle="weekly"))
    act = desk.ask("2026-W28", "2026-07-10", "2026-08-11")
    decide(session, act, is_granted=True, answer="同意延期一次", by=desk.office, now=at("2026-07-10"))
    desk.night("2026-07-31")
    periods = session.scalars(select(Obligation.period).order_by(Obligation.starts_on)).all()
    assert periods == ["2026-W28", "2026-W29", "2026-W30", "2026-W31"]


def test_the_second_to_decide_gets_a_conflict(desk: Desk) -> None:
    act = desk.ask("2026-07", "2026-07-20", "2026-08-20")
    decide(desk.session, act, is_granted=True, answer="同意延期一次", by=desk.office, now=at("2026-07-21"))
    with pytest.raises(Conflict) as error:
        decide(
            desk.session,
            act,
            is_granted=False,
            answer="不同意延期",
            by=second_office(desk.session),
            now=at("2026-07-21"),
        )
    assert (refused(error), error.value.params["by"]) == ("act_decided", "政数局丙")


def test_nobody_decides_on_what_he_asked_for(desk: Desk) -> None:
    both = Actor(desk.editor.account_id, "两个角色", desk.editor.department_id, frozenset({"editor", "office"}))
    act = desk.ask("2026-07", "2026-07-20", "2026-08-20")
    with pytest.raises(NotAllowed) as error:
        decide(desk.session, act, is_granted=True, answer="同意延期一次", by=both, now=at("2026-07-21"))
    assert refused(error) == "own_request"


@pytest.fixture
def late(desk: Desk) -> Desk:
    """July's data came on Monday 2026-08-10: late by six working days."""
    desk.night("2026-08-10")
    desk.deliver("2026-08-10")
    assert desk.row("2026-07").state == "late"
    return desk


def test_a_granted_objection_excuses(late: Desk) -> None:
    act = object_to(late.session, late.row("2026-07").id, reason="平台当日故障", by=late.reviewer, now=at("2026-08-24"))
    before = late.changes()
    decide(late.session, act, is_granted=True, answer="情况属实，同意", by=late.office, now=at("2026-08-25"))
    row = late.row("2026-07")
    assert (row.state, row.reason, row.settled_on) == ("excused", "平台当日故障", dt.date(2026, 8, 10))
    assert late.changes() == before + 1


def test_the_day_of_an_excused_delivery_serves_no_other_period(late: Desk) -> None:
    excuse(late.session, late.row("2026-07").id, reason="平台当日故障", by=late.office, now=at("2026-08-12"))
    late.night("2026-08-13")
    assert (late.row("2026-07").state, late.row("2026-08").state) == ("excused", "open")


def test_an_objection_comes_within_ten_working_days(late: Desk) -> None:
    """Settled on Monday 08-10: the tenth working day is Monday 08-24."""
    with pytest.raises(Conflict) as error:
        object_to(late.session, late.row("2026-07").id, reason="平台当日故障", by=late.reviewer, now=at("2026-08-25"))
    assert (refused(error), error.value.params["last_on"]) == ("objection_too_late", "2026-08-24")


def test_the_office_excuses_what_is_overdue_and_the_next_period_goes_on(desk: Desk) -> None:
    desk.night("2026-08-10")
    excuse(desk.session, desk.row("2026-07").id, reason="机构改革期间", by=desk.office, now=at("2026-08-10"))
    row = desk.row("2026-07")
    assert (row.state, row.settled_by, row.reason) == ("excused", "excuse", "机构改革期间")
    assert desk.entry.next_due_on == dt.date(2026, 8, 31)
    act = desk.session.scalars(select(ObligationAct)).one()
    assert (act.kind, act.state, act.by_name) == ("excuse", "granted", "政数局丙")
    with pytest.raises(Conflict):
        excuse(desk.session, row.id, reason="再来一次吧", by=desk.office, now=at("2026-08-10"))


@pytest.mark.parametrize("act", ["unchanged", "extension", "objection", "excuse", "decide"])
def test_only_whose_act_it_is_may_take_it(late: Desk, act: str) -> None:
    """The whole table: own department, another one (which does not exist for it), and the house's other roles."""
    allowed = {
        "unchanged": {"reviewer"},
        "extension": {"editor", "reviewer"},
        "objection": {"reviewer", "head"},
        "excuse": {"office"},
        "decide": {"office"},
    }[act]
    session, now = late.session, at("2026-08-11")
    request = ask_extension(
        session,
        late.row("2026-08").id,
        until_on=dt.date(2026, 9, 10),
        reason="业务系统迁移",
        by=late.reviewer,
        now=now,
    )

    def take(by: Actor) -> None:
        if act == "unchanged":
            confirm_unchanged(session, late.entry, reason="本月无变化", by=by, now=now)
        elif act == "extension":
            decide(session, request, is_granted=False, answer="不同意延期", by=late.office, now=now)
            ask_extension(
                session,
                late.row("2026-08").id,
                until_on=dt.date(2026, 9, 9),
                reason="业务系统迁移",
                by=by,
                now=now,
            )
        elif act == "objection":
            object_to(session, late.row("2026-07").id, reason="平台当日故障", by=by, now=now)
        elif act == "excuse":
            excuse(session, late.row("2026-07").id, reason="平台当日故障", by=by, now=now)
        else:
            decide(session, request, is_granted=True, answer="同意延期一次", by=by, now=now)

    own, other = late.lifecycle.people.department, make_department(session, "黄石港区教育局")
    people = [
        (role, make_actor(session, role, department=department), department is own)
        for department in (own, other)
        for role in ("editor", "reviewer", "head")
    ] + [(role, make_actor(session, role), True) for role in ("office", "system_admin", "security_admin", "auditor")]
    for role, person, is_near in people:
        attempt = session.begin_nested()
        if role in allowed and is_near:
            take(person)
        else:
            with pytest.raises((NotAllowed, NotFound)):
                take(person)
        attempt.rollback()


def test_what_belongs_to_another_department_does_not_exist_for_it(desk: Desk) -> None:
    other = make_people(desk.session, "黄石港区教育局")
    with pytest.raises(NotFound) as error:
        object_to(desk.session, desk.row("2026-07").id, reason="平台当日故障", by=other.reviewer, now=at("2026-08-24"))
    assert refused(error) == "obligation_not_found"
    with pytest.raises(NotFound):
        confirm_unchanged(desk.session, desk.entry, reason="本月无变化", by=other.reviewer, now=at("2026-07-20"))
    with pytest.raises(NotFound):
        excuse(desk.session, uuid.uuid4(), reason="本月无变化", by=desk.office, now=at("2026-07-20"))


def test_a_department_asks_for_more_time_for_a_rectification_without_any_entry(desk: Desk) -> None:
    """No grace: the day asked for is the last one."""
    department = desk.lifecycle.people.department
    row = Obligation(
        id=uuid.uuid4(),
        subject_id=department.id,
        department_id=department.id,
        kind="rectification",
        period="ZG-2026-001",
        label="样本表含未脱敏手机号",
        starts_on=dt.date(2026, 7, 1),
        due_on=dt.date(2026, 7, 20),
        grace_on=dt.date(2026, 7, 20),
        created_at=at("2026-07-01"),
    )
    desk.session.add(row)
    desk.session.flush()
    act = ask_extension(
        desk.session,
        row.id,
        until_on=dt.date(2026, 8, 3),
        reason="涉及三个系统",
        by=desk.editor,
        now=at("2026-07-20"),
    )
    decide(desk.session, act, is_granted=True, answer="同意延期一次", by=desk.office, now=at("2026-07-21"))
    assert (row.due_on, row.grace_on, row.first_due_on) == (
        dt.date(2026, 8, 3),
        dt.date(2026, 8, 3),
        dt.date(2026, 7, 20),
    )


@pytest.fixture
def committed(own_engine: Engine) -> Iterator[tuple[Engine, uuid.UUID, Actor, Actor]]:
    """A request that stands in a database of its own, and two people of the office."""
    with Session(own_engine, expire_on_commit=False) as session:
        lifecycle = Lifecycle(session, make_people(session), at("2026-07-10"))
        desk = Desk(session, lifecycle, lifecycle.entry("published"))
        act = desk.ask("2026-07", "2026-07-20", "2026-08-20")
        second = second_office(session)
        session.commit()
    yield own_engine, act, desk.office, second


def test_of_two_who_decide_at_once_one_wins(committed: tuple[Engine, uuid.UUID, Actor, Actor]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    engine, act, *people = committed

    def answer(by: Actor) -> str:
        with engine.connect().execution_options(isolation_mode="write") as connection:
            session = Session(bind=connection, expire_on_commit=False)
            try:
                decide(session, act, is_granted=True, answer="同意延期一次", by=by, now=at("2026-07-21"))
                session.commit()
            except Conflict as error:
                session.rollback()
                return error.code
            finally:
                session.close()
            return "granted"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, people)) == ["act_decided", "granted"]
