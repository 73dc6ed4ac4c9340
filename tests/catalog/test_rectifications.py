"""整改台账: a finding is an obligation of its department, settled by the day of the evidence that was accepted."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog import rectifications as ledger
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import Obligation, Rectification
from catalog.rectification_lists import count_rectifications, get_rectification, list_rectifications
from datasets.clock import SHANGHAI
from tests.catalog.lifecycle import Lifecycle, People, make_actor, make_department, make_people

DAY = dt.date


def at(day: dt.date, hour: int = 10, minute: int = 0, second: int = 0) -> dt.datetime:
    """An instant of a Shanghai day."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI).astimezone(dt.UTC)


FOUND = DAY(2026, 9, 14)  # Monday


def find(session: Session, people: People, due_on: dt.date, *, on: dt.date = FOUND, **facts: object) -> str:
    asked = {"department_id": people.department.id, "finding": "社区名录链接打不开", **facts}
    return ledger.open_finding(session, due_on=due_on, by=people.office, now=at(on), **asked).code  # type: ignore[arg-type]


def answer(session: Session, people: People, code: str, when: dt.datetime) -> None:
    ledger.answer_finding(session, code, evidence="链接已更换", by=people.editor, now=when)


def obligation(session: Session, code: str) -> Obligation:
    return session.scalars(select(Obligation).where(Obligation.period == code)).one()


def test_finding_is_an_obligation_of_its_department_without_grace(session: Session, people: People) -> None:
    code = find(session, people, DAY(2026, 9, 30))
    row = obligation(session, code)
    assert (row.subject_id, row.department_id) == (people.department.id, people.department.id)
    assert (row.kind, row.entry_id, row.label) == ("rectification", None, "社区名录链接打不开")
    assert (row.starts_on, row.due_on, row.grace_on, row.state) == (FOUND, DAY(2026, 9, 30), DAY(2026, 9, 30), "open")


@pytest.mark.parametrize(
    ("due_on", "answered", "state", "late"),
    [
        (DAY(2026, 9, 30), at(DAY(2026, 9, 18)), "on_time", None),
        (DAY(2026, 9, 30), at(DAY(2026, 9, 30), 23, 59, 59), "on_time", None),  # Wednesday, the last second
        # 1 October is a holiday until Wednesday 7; Thursday 8 is the first working day
        (DAY(2026, 9, 30), at(DAY(2026, 10, 1), 0, 0, 0), "late", 0),
        (DAY(2026, 9, 30), at(DAY(2026, 10, 8)), "late", 1),
        (DAY(2026, 9, 30), at(DAY(2026, 10, 10)), "late", 3),  # Saturday 10 October is worked
        (DAY(2026, 9, 19), at(DAY(2026, 9, 20)), "late", 1),  # due on a Saturday; Sunday 20 September is worked
        (DAY(2026, 9, 26), at(DAY(2026, 9, 28)), "late", 1),  # due on a Saturday, fixed; Monday is the first after
    ],
)
def test_settled_by_the_day_of_the_answer(
    session: Session, people: People, due_on: dt.date, answered: dt.datetime, state: str, late: int | None
) -> None:
    code = find(session, people, due_on)
    answer(session, people, code, answered)
    ledger.close_finding(session, code, by=people.office, now=at(DAY(2026, 11, 2)))
    row = obligation(session, code)
    assert (row.state, row.late_workdays, row.settled_by) == (state, late, "evidence")
    assert row.settled_on == answered.astimezone(SHANGHAI).date()
    assert get_rectification(session, code, by=people.editor).closed_on == DAY(2026, 11, 2)


def test_returned_answer_does_not_stop_the_clock(session: Session, people: People) -> None:
    code = find(session, people, DAY(2026, 9, 18))
    answer(session, people, code, at(DAY(2026, 9, 16)))
    ledger.return_finding(session, code, reason="链接仍打不开", by=people.office, now=at(DAY(2026, 9, 17)))
    shown = get_rectification(session, code, by=people.editor)
    assert (shown.state, shown.answer, shown.outcome) == ("returned", "链接仍打不开", "open")
    answer(session, people, code, at(DAY(2026, 9, 21)))  # Sunday 20 is worked, Monday 21 too
    ledger.close_finding(session, code, by=people.office, now=at(DAY(2026, 9, 22)))
    row = obligation(session, code)
    assert (row.state, row.settled_on, row.late_workdays) == ("late", DAY(2026, 9, 21), 2)


def test_extended_due_date_is_the_one_that_counts(session: Session, people: People) -> None:
    code = find(session, people, DAY(2026, 9, 18))
    row = obligation(session, code)
    row.first_due_on, row.due_on, row.grace_on = row.due_on, DAY(2026, 9, 25), DAY(2026, 9, 25)
    answer(session, people, code, at(DAY(2026, 9, 25)))
    ledger.close_finding(session, code, by=people.office, now=at(DAY(2026, 9, 28)))
    assert row.state == "on_time"
    assert get_rectification(session, code, by=people.office).due_on == DAY(2026, 9, 25)


def test_excused_stays_excused_when_it_is_closed(session: Session, people: People) -> None:
    code = find(session, people, DAY(2026, 9, 18))
    obligation(session, code).state = "excused"
    answer(session, people, code, at(DAY(2026, 10, 9)))
    ledger.close_finding(session, code, by=people.office, now=at(DAY(2026, 10, 12)))
    assert obligation(session, code).state == "excused"


def test_mistaken_finding_is_taken_back_and_keeps_its_code(session: Session, people: People) -> None:
    code = find(session, people, DAY(2026, 9, 18))
    with pytest.raises(Invalid, match="reason_required"):
        ledger.drop_finding(session, code, reason="", by=people.office, now=at(FOUND))
    ledger.drop_finding(session, code, reason="误报：链接正常", by=people.office, now=at(FOUND))
    assert obligation(session, code).state == "void"
    assert find(session, people, DAY(2026, 9, 18)) == "ZG-2026-002"


def test_codes_count_without_gaps_in_each_year(session: Session, people: People) -> None:
    assert [find(session, people, DAY(2027, 2, 1), on=DAY(2026, 12, 31)) for _ in range(2)] == [
        "ZG-2026-001",
        "ZG-2026-002",
    ]
    assert find(session, people, DAY(2027, 2, 1), on=DAY(2027, 1, 1)) == "ZG-2027-001"
    session.scalars(select(Rectification).where(Rectification.code == "ZG-2026-002")).one().code = "ZG-2026-999"
    session.flush()
    assert find(session, people, DAY(2026, 12, 31)) == "ZG-2026-1000"
    assert find(session, people, DAY(2026, 12, 31)) == "ZG-2026-1001"


def test_two_offices_at_once_get_two_codes(own_engine: Engine) -> None:
    with Session(own_engine, expire_on_commit=False) as session:
        people = make_people(session)
        department_id = people.department.id
        session.commit()

    def work(_: int) -> str:
        connection = own_engine.connect().execution_options(isolation_mode="write")
        with connection, Session(connection) as session:
            code = find(session, people, DAY(2026, 9, 30), department_id=department_id)
            session.commit()
            return code

    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(work, range(4)))
    assert sorted(codes) == [f"ZG-2026-00{number}" for number in range(1, 5)]


def test_steps_are_taken_in_their_order(session: Session, people: People) -> None:
    code = find(session, people, DAY(2026, 9, 18))
    with pytest.raises(Conflict, match="rectification_step_not_open"):
        ledger.close_finding(session, code, by=people.office, now=at(FOUND))
    answer(session, people, code, at(FOUND))
    with pytest.raises(Conflict, match="rectification_step_not_open"):
        answer(session, people, code, at(FOUND))
    ledger.close_finding(session, code, by=people.office, now=at(FOUND))
    with pytest.raises(Conflict, match="rectification_step_not_open"):
        ledger.return_finding(session, code, reason="再看看", by=people.office, now=at(FOUND))


def test_other_departments_see_and_answer_nothing(session: Session, people: People) -> None:
    code = find(session, people, DAY(2026, 9, 18))
    stranger = make_actor(session, "editor", department=make_department(session, "黄石港区教育局"))
    with pytest.raises(NotFound, match="rectification_not_found"):
        ledger.answer_finding(session, code, evidence="改好了", by=stranger, now=at(FOUND))
    with pytest.raises(NotFound, match="rectification_not_found"):
        get_rectification(session, code, by=stranger)
    assert list_rectifications(session, by=stranger, today=FOUND).rows == ()
    with pytest.raises(NotAllowed):
        ledger.close_finding(session, code, by=people.editor, now=at(FOUND))


def test_finding_names_every_fault(session: Session, people: People, lifecycle: Lifecycle) -> None:
    other = make_department(session, "黄石港区教育局")
    entry = lifecycle.draft()
    with pytest.raises(Invalid) as caught:
        ledger.open_finding(
            session, department_id=other.id, finding=" ", found_on=DAY(2026, 9, 15), due_on=DAY(2026, 9, 1),
            entry_name=entry.name, by=people.office, now=at(FOUND),
        )  # fmt: skip
    assert [(problem.where, problem.code) for problem in caught.value.problems] == [
        ("entry", "rectification_entry_of_other"),
        ("finding", "required_missing"),
        ("found_on", "day_in_future"),
        ("due_on", "due_before_found"),
    ]


@pytest.mark.parametrize(
    ("text", "url", "where", "code"),
    [(" ", None, "evidence", "evidence_missing"), ("改好了", "ftp://x", "url", "not_a_web_address")],
)
def test_evidence_is_words_or_a_web_address(
    session: Session, people: People, text: str, url: str | None, where: str, code: str
) -> None:
    number = find(session, people, DAY(2026, 9, 18))
    with pytest.raises(Invalid) as caught:
        ledger.answer_finding(session, number, evidence=text, url=url, by=people.editor, now=at(FOUND))
    assert [(problem.where, problem.code) for problem in caught.value.problems] == [(where, code)]
    ledger.answer_finding(session, number, evidence="", url="https://example.gov.cn/1", by=people.editor, now=at(FOUND))


def test_list_is_narrowed_counted_and_paged(session: Session, people: People) -> None:
    codes = [find(session, people, DAY(2026, 9, 18 + number)) for number in range(3)]
    answer(session, people, codes[0], at(DAY(2026, 9, 17)))
    today = DAY(2026, 9, 20)
    overdue = list_rectifications(session, by=people.office, today=today, state="overdue").rows
    assert [row.code for row in overdue] == [codes[1]]
    assert overdue[0].is_overdue(today)
    counts = count_rectifications(session, by=people.editor, today=today, year=2026)
    assert counts == {"all": 3, "overdue": 1, "open": 2, "answered": 1}
    first = list_rectifications(session, by=people.office, today=today, limit=2)
    second = list_rectifications(session, by=people.office, today=today, limit=2, after=first.next)
    assert sorted(row.code for row in first.rows + second.rows) == codes
    assert list_rectifications(session, by=people.office, today=today, year=2025).rows == ()
