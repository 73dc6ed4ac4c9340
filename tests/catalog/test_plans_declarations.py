"""Expected lists, declarations, hand-overs and the city platform's receipts."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import plans
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.feeds.pullers import match_pullers
from catalog.feeds.pulls import Pull, record_pull
from catalog.feeds.whole import PER_PAGE
from catalog.models import Candidate, ChangeRow, Entry, Handover, WorkPlan
from catalog.plans.connections import EntryChange, Receipt, taken_at
from catalog.urging import make_urging_note, make_urging_notes
from tests.catalog.lifecycle import PATHS, People, make_actor, make_department
from tests.catalog.plan_cases import FRIDAY, NODES, START, WEDNESDAY, PlanCase, make_case, other_department, shanghai

CITY = "198.51.100.7"


@pytest.fixture
def case(session: Session, people: People) -> PlanCase:
    found = make_case(session, people)
    found.start()
    return found


def states(case: PlanCase) -> dict[str, str]:
    plan = plans.get_plan(case.session, "2023", by=case.people.office)
    return {item.title: item.state for item in plans.list_expected(case.session, plan.id, case.department.id)}


def item_id(case: PlanCase, title: str) -> uuid.UUID:
    plan = plans.get_plan(case.session, "2023", by=case.people.office)
    return next(item.id for item in plans.list_expected(case.session, plan.id) if item.title == title)


def test_titles_stand_for_entries_of_the_same_title_in_every_state(case: PlanCase) -> None:
    case.list("未建的", "草稿　 一", "审核中的", "退回的", "公开的", "不开放的", "下架的", "待批的不开放")
    case.lifecycle.entry("draft", "草稿 一")
    case.lifecycle.entry("office_review", "审核中的")
    case.lifecycle.entry("returned", "退回的")
    case.lifecycle.entry("published", "公开的")
    closed = {"open_type": "closed", "closed_basis": "personal_privacy"}
    closed["closed_basis_text"] = "含公民个人隐私依法不开放"
    case.lifecycle.entry("published", "不开放的", **closed)
    case.lifecycle.entry("approved", "待批的不开放", **closed)
    gone = case.lifecycle.entry("published", "下架的")
    plans.tie_item(case.session, "2023", item_id(case, "下架的"), gone.name, by=case.people.editor, now=START)
    case.lifecycle.take(gone, "ask_withdrawal", "withdraw")
    assert states(case) == {
        "未建的": "missing",
        "草稿 一": "draft",
        "审核中的": "reviewing",
        "退回的": "returned",
        "公开的": "published",
        "不开放的": "closed",
        "待批的不开放": "closed",
        "下架的": "withdrawn",
    }


def test_complete_is_refused_with_every_title_that_is_missing(case: PlanCase, session: Session) -> None:
    case.lifecycle.entry("published", "低保对象名单")
    case.lifecycle.entry("draft", "婚姻登记统计")
    case.list("低保对象名单", "婚姻登记统计", "养老机构名录")
    with pytest.raises(Invalid, match="list_incomplete") as refused:
        case.declare(shanghai(2023, 6, 29))
    assert [(one.params["title"], one.params["state"]) for one in refused.value.problems] == [
        ("养老机构名录", "missing"),
        ("婚姻登记统计", "draft"),
    ]
    for title in ("婚姻登记统计", "养老机构名录"):
        plans.drop_item(
            session,
            "2023",
            item_id(case, title),
            reason="并入省级系统",
            by=case.people.editor,
            now=START,
        )
    case.declare(shanghai(2023, 6, 29))
    found = plans.get_declaration(session, "2023", case.department.id, 1, by=case.head)
    assert (found.entry_count, found.closed_count, found.state) == (1, 0, "accepted")
    assert found.signed_on == dt.date(2023, 6, 29)


def test_declared_list_stands_still_until_it_is_returned(case: PlanCase, session: Session) -> None:
    case.lifecycle.entry("published", "低保对象名单")
    case.list("低保对象名单")
    case.declare(shanghai(2023, 6, 29), accept=False)
    with pytest.raises(Conflict, match="list_declared"):
        case.list("又一条")
    plans.return_declaration(
        session, "2023", case.department.id, reason="漏报一条", by=case.people.office, now=shanghai(2023, 6, 30)
    )
    case.list("又一条")


def test_returned_declaration_counts_by_its_second_signature(case: PlanCase, session: Session) -> None:
    case.lifecycle.entry("published", "低保对象名单")
    case.list("低保对象名单")
    case.declare(shanghai(2023, 6, 29), accept=False)
    with pytest.raises(Invalid, match="reason_required"):
        plans.return_declaration(session, "2023", case.department.id, reason="", by=case.people.office, now=START)
    plans.return_declaration(
        session, "2023", case.department.id, reason="漏报", by=case.people.office, now=shanghai(2023, 6, 30)
    )
    assert case.node(1).state == "open"
    case.declare(shanghai(2023, 7, 3))
    assert (case.node(1).state, case.node(1).late_workdays) == ("late", 1)
    plan = plans.get_plan(session, "2023", by=case.head)
    found = plans.list_declarations(session, plan.id, case.department.id)
    assert [(one.number, one.state) for one in found] == [(2, "accepted"), (1, "returned")]


def test_acceptance_taken_back_reopens_the_node(case: PlanCase, session: Session) -> None:
    case.declare(shanghai(2023, 6, 30, 23, 30), kind="zero", reason="无自有信息系统")
    assert (case.node(1).state, case.node(2).state, case.node(2).reason) == ("on_time", "void", "nothing_to_connect")
    plans.return_declaration(
        session, "2023", case.department.id, reason="查实有数据", by=case.people.office, now=shanghai(2023, 7, 7)
    )
    for position in (1, 2):
        row = case.node(position)
        assert (row.state, row.settled_on, row.settled_by, row.late_workdays) == ("open", None, None, None)


def test_zero_catalog_needs_a_reason_and_an_empty_list(case: PlanCase) -> None:
    with pytest.raises(Invalid, match="reason_required"):
        case.declare(START, kind="zero")
    with pytest.raises(Invalid, match="nothing_listed"):
        case.declare(START)
    case.list("低保对象名单")
    with pytest.raises(Invalid, match="zero_with_titles"):
        case.declare(START, kind="zero", reason="无")


def test_two_people_declare_and_the_office_decides(case: PlanCase, session: Session) -> None:
    of = case.department.id
    both = make_actor(session, "editor", "head", department=case.department)
    plans.draft_declaration(session, "2023", of, kind="zero", reason="无", by=both, now=START)
    with pytest.raises(NotAllowed, match="own_declaration"):
        plans.sign_declaration(session, "2023", of, by=both, now=START)
    with pytest.raises(NotAllowed):
        plans.sign_declaration(session, "2023", of, by=case.people.editor, now=START)
    with pytest.raises(Conflict, match="nothing_to_decide"):
        plans.accept_declaration(session, "2023", of, by=case.people.office, now=START)
    plans.sign_declaration(session, "2023", of, by=case.head, now=START)
    with pytest.raises(Conflict, match="nothing_to_sign"):
        plans.sign_declaration(session, "2023", of, by=case.head, now=START)
    with pytest.raises(Conflict, match="declaration_open"):
        plans.draft_declaration(session, "2023", of, kind="zero", reason="无", by=case.people.editor, now=START)
    with pytest.raises(NotAllowed):
        plans.accept_declaration(session, "2023", of, by=case.head, now=START)


def test_tie_is_kept_when_the_entry_is_renamed_and_never_to_a_stranger(case: PlanCase, session: Session) -> None:
    case.list("低保名单")
    entry = case.lifecycle.entry("published", "低保对象名单（公示）")
    by = case.people.editor
    plans.tie_item(session, "2023", item_id(case, "低保名单"), entry.name, by=by, now=START)
    assert states(case) == {"低保名单": "published"}
    stranger = make_actor(session, "editor", department=other_department(session))
    with pytest.raises(NotFound):
        plans.drop_item(
            session,
            "2023",
            item_id(case, "低保名单"),
            reason="无",
            by=stranger,
            now=START,
        )
    with pytest.raises(NotFound, match="entry_not_found"):
        plans.tie_item(session, "2023", item_id(case, "低保名单"), "no-such", by=by, now=START)


def test_suggestions_come_from_candidates_last_plan_and_drafts(case: PlanCase, session: Session) -> None:
    case.list("去年未完成的")
    case.start(NODES, "2023B")
    session.scalars(select(WorkPlan).where(WorkPlan.code == "2023B")).one().starts_on = dt.date(2023, 7, 1)
    candidate = Candidate(department_id=case.department.id, source="system", title="殡葬服务", created_at=START)
    candidate.state = "open_next"
    session.add(candidate)
    case.lifecycle.entry("draft", "在编的")
    found = plans.suggest_titles(session, "2023B", case.department.id, by=case.people.editor)
    assert [(one.title, one.source) for one in found] == [
        ("殡葬服务", "candidate"),
        ("去年未完成的", "last_plan"),
        ("在编的", "entry"),
    ]


def test_recorded_handover_meets_the_second_node_and_can_be_undone(case: PlanCase, session: Session) -> None:
    of, by = case.department.id, case.people.office
    now = shanghai(2023, 9, 4)
    with pytest.raises(Conflict, match="node_needs_declaration"):
        plans.record_handover(session, "2023", 1, of, done_on=FRIDAY, note="当面", by=by, now=now)
    with pytest.raises(Invalid, match="handover_invalid"):
        plans.record_handover(session, "2023", 2, of, done_on=dt.date(2023, 9, 5), note="当面", by=by, now=now)
    plans.record_handover(session, "2023", 2, of, done_on=WEDNESDAY, note="光盘移交市大数据局", by=by, now=now)
    assert (case.node(2).state, case.node(2).settled_by) == ("on_time", "handover")
    plans.undo_handover(session, "2023", 2, of, reason="登错部门", by=by, now=now)
    assert (case.node(2).state, case.node(2).settled_on) == ("open", None)
    plans.record_handover(session, "2023", 2, of, done_on=dt.date(2023, 9, 1), note="回执", by=by, now=now)
    assert (case.node(2).state, case.node(2).late_workdays) == ("late", 2)  # Thursday 31, Friday 1


def pull(case: PlanCase, at: dt.datetime, feed: str, after: int | None, to: int, **more: object) -> None:
    facts = {"puller": CITY, "status": 200, **more}
    record_pull(
        case.session,
        Pull(at, feed, str(facts["puller"]), None, after, to, 1, int(str(facts["status"])), facts.get("page")),
    )


def publish(case: PlanCase, title: str, at: dt.datetime) -> tuple[Entry, int]:
    case.lifecycle.now = at
    entry = case.lifecycle.entry("draft", title)
    case.lifecycle.take(entry, *PATHS["published"], now=at)
    number = case.session.scalars(select(ChangeRow.number).where(ChangeRow.entry_id == entry.id)).one()
    return entry, number


def test_connection_is_met_on_the_day_the_city_took_the_last_entry(case: PlanCase, session: Session) -> None:
    _, first = publish(case, "低保对象名单", shanghai(2023, 6, 1))
    _, second = publish(case, "养老机构名录", shanghai(2023, 6, 2))
    case.list("低保对象名单", "养老机构名录")
    case.declare(shanghai(2023, 6, 30))
    now, on = shanghai(2023, 9, 5), dt.date(2023, 9, 5)

    def settle(*pullers: str) -> int:
        return plans.settle_connections(session, on=on, now=now, pullers=pullers)

    pull(case, shanghai(2023, 6, 1, 12), "changes", 0, first)
    pull(case, shanghai(2023, 8, 1), "changes", 0, second, puller="somebody")
    pull(case, shanghai(2023, 8, 2), "changes", first, second, status=503)
    assert settle(CITY) == 0
    pull(case, shanghai(2023, 8, 30, 23, 59), "changes", first, second)
    assert settle() == 0
    assert plans.settle_connections(session, on=dt.date(2023, 8, 29), now=now, pullers=[CITY]) == 0
    assert settle(CITY) == 1
    assert settle(CITY) == 0
    row = case.node(2)
    assert (row.state, row.settled_on, row.settled_by) == ("on_time", WEDNESDAY, "pull")
    fact = session.scalars(select(Handover)).one()
    assert (fact.how, fact.entry_count, fact.note) == ("pull", 2, CITY)
    with pytest.raises(Conflict, match="receipt_stays"):
        plans.undo_handover(session, "2023", 2, case.department.id, reason="x", by=case.people.office, now=now)


def test_whole_catalog_is_a_receipt_also_when_nothing_was_new(case: PlanCase, session: Session) -> None:
    _, number = publish(case, "低保对象名单", shanghai(2023, 6, 1))
    case.list("低保对象名单")
    now, on = shanghai(2023, 9, 5), dt.date(2023, 9, 5)
    pull(case, shanghai(2023, 9, 1), "dcat-jsonld", None, number, status=304, page=1)
    assert plans.settle_connections(session, on=on, now=now, pullers=[CITY]) == 0, "the list is not declared yet"
    case.declare(shanghai(2023, 6, 30))
    assert plans.settle_connections(session, on=on, now=now, pullers=[CITY]) == 1
    assert (case.node(2).state, case.node(2).late_workdays) == ("late", 2)


def test_the_first_page_read_twice_is_not_the_whole_catalog(case: PlanCase, session: Session) -> None:
    publish(case, "低保对象名单", shanghai(2023, 6, 1))
    far, number = publish(case, "养老机构名录", shanghai(2023, 6, 2))
    far.ordinal = PER_PAGE + 1  # as after five hundred others: on the second page
    case.list("低保对象名单", "养老机构名录")
    case.declare(shanghai(2023, 6, 30))
    now, on = shanghai(2023, 9, 5), dt.date(2023, 9, 5)
    for hour in (9, 10, 11):
        pull(case, shanghai(2023, 8, 1, hour), "dcat-jsonld", None, number, page=1)
    pull(case, shanghai(2023, 8, 2), "dcat-jsonld", None, number)  # nobody noted which page
    assert plans.settle_connections(session, on=on, now=now, pullers=[CITY]) == 0
    pull(case, shanghai(2023, 8, 30), "dcat-jsonld", None, number, page=2)
    assert plans.settle_connections(session, on=on, now=now, pullers=["198.51.101.0/24"]) == 0
    assert plans.settle_connections(session, on=on, now=now, pullers=["198.51.100.0/24"]) == 1
    assert (case.node(2).state, case.node(2).settled_on) == ("on_time", WEDNESDAY)


@pytest.mark.parametrize(
    ("puller", "words", "is_city"),
    [
        ("10.2.3.4", ["10.2.3.4"], True),
        ("10.2.3.4", ["10.2.3.5"], False),
        ("10.2.3.4", ["192.0.2.1", "10.2.0.0/16"], True),
        ("10.3.0.1", ["10.2.0.0/16"], False),
        ("::ffff:10.2.3.4", ["10.2.0.0/16"], True),
        ("2001:db8::7", ["2001:db8::/32"], True),
        ("city-platform", ["city-platform"], True),
        ("city-platform", ["0.0.0.0/0"], False),
        ("", ["0.0.0.0/0"], False),
    ],
)
def test_addresses_and_networks_of_the_city_platform(puller: str, words: list[str], is_city: bool) -> None:
    assert match_pullers([puller], words) == (frozenset({puller}) if is_city else frozenset())


NOON = shanghai(2023, 8, 1, 12)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "receipts", "expected"),
    [
        ([(5, 0)], [(1, 4, 6)], 1),
        ([(5, 0)], [(1, 5, 6)], None),  # begins after it
        ([(5, 0)], [(1, 0, 4)], None),  # ends before it
        ([(5, 0)], [(-1, 0, 5)], None),  # before it was published
        ([(5, 0), (9, 1)], [(2, 0, 6), (3, 6, 9)], 3),  # an increment names it with its newest change only
        ([(5, 0), (9, 4)], [(2, 0, 6)], 2),
        ([(5, 0), (-9, 1)], [(2, 0, 9)], None),  # a tombstone is no delivery
        ([(5, 0), (-9, 3)], [(2, None, 6)], 2),
        ([(5, 0), (-9, 1)], [(2, None, 9)], None),
        ([(5, 0)], [(4, None, 7), (2, 4, 5)], 2),  # the earliest counts
    ],
)
def test_receipts_cover_changes(
    changes: list[tuple[int, int]], receipts: list[tuple[int, int | None, int]], expected: int | None
) -> None:
    known = [EntryChange(abs(number), NOON + hour * HOUR, number < 0) for number, hour in changes]
    given = [Receipt(NOON + hour * HOUR, after, to, None if after is not None else 1) for hour, after, to in receipts]
    assert taken_at(known, given) == (None if expected is None else NOON + expected * HOUR)


def test_urging_note_says_exactly_what_is_missing(case: PlanCase, session: Session) -> None:
    case.lifecycle.entry("published", "低保对象名单", with_file=True)
    case.lifecycle.entry("returned", "婚姻登记统计")
    case.list("低保对象名单", "婚姻登记统计", "养老机构名录")
    note = make_urging_note(session, case.department.id, plan="2023", today=dt.date(2023, 6, 20), by=case.people.office)
    assert (note.nodes[0].title, note.nodes[0].countdown.workdays) == ("公共数据目录编制", 7)
    assert [(item.title, item.state) for item in note.missing] == [
        ("养老机构名录", "missing"),
        ("婚姻登记统计", "returned"),
    ]
    assert [(one.title, one.reason) for one in note.returned] == [("婚姻登记统计", "按规定办理")]
    assert (note.overdue, note.due_soon, note.answer_by) == ((), (), FRIDAY)
    of, by = case.department.id, case.people.office
    soon = make_urging_note(session, of, plan="2023", today=dt.date(2023, 7, 7), by=by)  # Friday, last day of grace
    late = make_urging_note(session, of, plan="2023", today=dt.date(2023, 7, 8), by=by)
    assert [(one.title, one.countdown.due_on, one.countdown.workdays) for one in soon.due_soon] == [
        ("低保对象名单", FRIDAY, -5)
    ]
    assert [one.title for one in late.overdue] == ["低保对象名单"]
    other = other_department(session)
    stranger = make_actor(session, "editor", department=other)
    with pytest.raises(NotAllowed):
        make_urging_note(session, case.department.id, today=FRIDAY, by=stranger)
    plans.add_departments(session, "2023", [other.id], by=case.people.office, now=START)
    notes = make_urging_notes(session, "2023", today=FRIDAY, by=case.people.office)
    assert {found.department.name for found in notes} == {"黄石港区民政局", "黄石港区教育局"}
    empty = make_urging_note(
        session, make_department(session, "黄石港区无事局").id, today=FRIDAY, by=case.people.office
    )
    assert empty.is_empty


def test_a_closed_plan_keeps_what_was_done_though_the_entry_is_withdrawn_later(case: PlanCase) -> None:
    case.list("福利彩票站点")
    case.lifecycle.entry("published", "福利彩票站点")
    plans.settle_plans(case.session, on=dt.date(2023, 6, 1), now=START, pullers=())
    entry = case.session.scalars(select(Entry)).one()
    case.lifecycle.take(entry, "ask_withdrawal", "withdraw")
    assert states(case) == {"福利彩票站点": "withdrawn"}
    plans.close_plan(case.session, "2023", by=case.people.office, now=shanghai(2023, 9, 30))
    assert states(case) == {"福利彩票站点": "published"}
