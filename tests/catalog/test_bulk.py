"""Bulk acts: shown as they would be, applied as they were shown, undone for what has not moved since."""

from __future__ import annotations

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog import bulk
from catalog.departments import create_department, rename_department
from catalog.entries import open_revision
from catalog.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from catalog.models import (
    AuditRow,
    BulkAct,
    CurrentRecord,
    Department,
    EntryStep,
    Obligation,
    Revision,
)
from catalog.permissions import Actor
from tests.catalog.bulk_desk import Bulk, of, these
from tests.catalog.lifecycle import Lifecycle, People, make_department, make_people, second_office


@pytest.fixture
def office(session: Session, people: People, now: dt.datetime) -> Bulk:
    return Bulk(session, people.office, now + dt.timedelta(days=1))


@pytest.fixture
def second(session: Session) -> Actor:
    return second_office(session)


@pytest.fixture
def education(session: Session) -> Department:
    return make_department(session, "黄石港区教育局")


def test_preview_lists_every_change_and_refusal_and_writes_nothing(
    session: Session, lifecycle: Lifecycle, office: Bulk, education: Department
) -> None:
    public, gone = lifecycle.entry("published", "公开的"), lifecycle.entry("withdrawn", "下架的")
    before = session.query(AuditRow).count()
    plan = office.plan("reassign", into_id=str(education.id), **these(public, gone))
    assert [(c.label, c.before["department"], c.after["department"]) for c in plan.changes] == [
        ("公开的", "黄石港区民政局", "黄石港区教育局")
    ]
    assert [(r.label, r.code) for r in plan.refusals] == [("下架的", "entry_is_withdrawn")]
    assert session.query(AuditRow).count() == before
    assert not session.dirty
    assert not session.new


def test_what_is_applied_is_what_was_seen(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk, education: Department
) -> None:
    lifecycle.entry("published", "第一个")
    args = {"into_id": str(education.id), "selection": of(people.department)}
    seen = office.plan("reassign", **args).digest
    lifecycle.entry("published", "后来的")
    with pytest.raises(Conflict, match="bulk_stale"):
        bulk.apply_bulk(session, "reassign", args, reason="调整", digest=seen, by=office.by, now=office.now)
    assert session.query(BulkAct).count() == 0


@pytest.mark.parametrize(
    ("kind", "args", "code"),
    [
        ("reassign", {"selection": {}}, "bulk_choose_department"),
        ("change_cycle", {"selection": {}, "cycle": "weekly"}, "bulk_nothing_chosen"),
        ("change_cycle", {"selection": {"text": "没有这个"}, "cycle": "weekly"}, "bulk_nothing_found"),
        ("change_cycle", {"selection": {"text": "名录"}, "cycle": "sometimes"}, "bulk_choose_cycle"),
        ("withdraw", {"selection": {"ids": ["不是编号"]}}, "bulk_nothing_chosen"),
        ("merge_departments", {}, "bulk_choose_department"),
    ],
)
def test_preview_says_what_is_missing(office: Bulk, kind: str, args: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        office.plan(kind, **args)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_only_the_office_acts_in_bulk_and_gives_a_reason(
    session: Session, people: People, office: Bulk, lifecycle: Lifecycle
) -> None:
    entry = lifecycle.entry("published")
    with pytest.raises(NotAllowed):
        bulk.preview_bulk(session, "withdraw", these(entry), by=people.editor)
    with pytest.raises(NotFound, match="bulk_kind_unknown"):
        office.plan("explode")
    digest = office.plan("withdraw", **these(entry)).digest
    with pytest.raises(Invalid, match="reason_required"):
        bulk.apply_bulk(session, "withdraw", these(entry), reason=" ", digest=digest, by=office.by, now=office.now)


# Renaming


def test_renaming_reaches_record_change_rows_and_search_text(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk
) -> None:
    entries = [lifecycle.entry("published", title) for title in ("甲", "乙")]
    lifecycle.draft("还没公开的")
    act = office.apply(
        "rename_department", **of(people.department), name="黄石港区民政和退役军人局", short_name="民政局"
    )
    assert office.facts(act).state == "applied"
    assert office.facts(act).counts == {"done": 3}
    for entry in entries:
        current = session.get_one(CurrentRecord, entry.id)
        assert current.record["department_name"] == "黄石港区民政和退役军人局"
        assert current.modified_at == office.now
        assert current.record["modified_at"].startswith("2026-07-11")


def test_renaming_a_short_name_touches_no_entry(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk
) -> None:
    lifecycle.entry("published")
    names = {"name": people.department.name, "short_name": "民政"}
    assert [change.what for change in office.plan("rename_department", **of(people.department), **names).changes] == [
        "department"
    ]


def test_renaming_to_a_taken_or_the_same_name_is_refused(people: People, office: Bulk, education: Department) -> None:
    with pytest.raises(Conflict, match="department_exists"):
        office.plan("rename_department", **of(people.department), name=education.name)
    same = {"name": people.department.name, "short_name": people.department.short_name}
    with pytest.raises(Invalid) as caught:
        office.plan("rename_department", **of(people.department), **same)
    assert [problem.code for problem in caught.value.problems] == ["bulk_same_name"]


def test_undone_renaming_brings_the_old_name_back_everywhere(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk
) -> None:
    entry = lifecycle.entry("published")
    act = office.apply("rename_department", **of(people.department), name="新的名称", short_name="新")
    facts = office.undo(act)
    assert (facts.state, facts.counts) == ("undone", {"undone": 2})
    assert people.department.name == "黄石港区民政局"
    assert session.get_one(CurrentRecord, entry.id).record["department_name"] == "黄石港区民政局"


def test_department_renamed_again_since_keeps_its_newest_name(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk
) -> None:
    lifecycle.entry("published")
    act = office.apply("rename_department", **of(people.department), name="第一次改名", short_name="一")
    rename_department(session, people.department.id, name="第二次改名", by=office.by, now=office.now)
    facts = office.undo(act)
    assert [(change.state, change.why) for change in facts.changes] == [("kept", "bulk_changed_since")] * 2
    assert people.department.name == "第二次改名"


# Handing over


def test_handed_over_entry_takes_its_open_obligations_along_and_leaves_settled_ones(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk, education: Department
) -> None:
    entry = lifecycle.entry("published", with_file=True)
    old = people.department.id
    settled = session.scalars(select(Obligation).where(Obligation.state == "on_time")).all()
    assert settled or session.scalars(select(Obligation).where(Obligation.state == "open")).all()
    (row,) = session.scalars(select(Obligation).where(Obligation.state == "open")).all()
    paid = Obligation(
        subject_id=entry.id, entry_id=entry.id, department_id=old, kind="update", period="2026-05",
        starts_on=dt.date(2026, 5, 1), due_on=dt.date(2026, 5, 31), grace_on=dt.date(2026, 6, 5),
        state="late", settled_on=dt.date(2026, 6, 9), created_at=office.now,
    )  # fmt: skip
    session.add(paid)
    session.flush()
    act = office.apply("reassign", into_id=str(education.id), **these(entry))
    assert (entry.department_id, row.department_id, paid.department_id) == (education.id, education.id, old)
    assert session.get_one(CurrentRecord, entry.id).record["department_name"] == "黄石港区教育局"
    last = session.scalars(select(EntryStep).order_by(EntryStep.number.desc())).first()
    assert last is not None
    assert (last.step, last.reason) == ("reassign", "按机构调整方案")
    office.undo(act)
    assert (entry.department_id, row.department_id, paid.department_id) == (old, old, old)


def test_undo_leaves_what_has_moved_on_and_names_it(
    session: Session, lifecycle: Lifecycle, office: Bulk, education: Department
) -> None:
    stays, moved = lifecycle.entry("published", "留下的"), lifecycle.entry("published", "又划走的")
    act = office.apply("reassign", into_id=str(education.id), **these(stays, moved))
    third = make_department(session, "黄石港区卫健局")
    office.apply("reassign", into_id=str(third.id), **these(moved))
    facts = office.undo(act)
    assert {change.label: (change.state, change.why) for change in facts.changes} == {
        "留下的": ("undone", None),
        "又划走的": ("kept", "bulk_changed_since"),
    }
    assert moved.department_id == third.id


def test_undoing_twice_is_a_conflict(lifecycle: Lifecycle, office: Bulk, education: Department) -> None:
    act = office.apply("reassign", into_id=str(education.id), **these(lifecycle.entry("published")))
    office.undo(act)
    with pytest.raises(Conflict, match="bulk_undone"):
        office.undo(act)


def test_handing_over_does_not_open_a_way_round_the_second_person(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk, education: Department, second: Actor
) -> None:
    entry = lifecycle.entry("suspended")  # suspended by the office person who now hands it over
    digest = office.plan("reassign", into_id=str(education.id), **these(entry)).digest
    args = {"into_id": str(education.id), **these(entry)}
    bulk.apply_bulk(session, "reassign", args, reason="调整", digest=digest, by=second, now=office.now)
    with pytest.raises(NotAllowed, match="own_submission"):
        lifecycle.take(entry, "withdraw")


# Cycles


def test_cycle_changes_by_a_new_revision_once_a_second_person_confirms(
    session: Session, lifecycle: Lifecycle, office: Bulk, second: Actor
) -> None:
    entry = lifecycle.entry("published", update_cycle="monthly", with_file=True)
    former = entry.published_revision_id
    act = office.apply("change_cycle", cycle="quarterly", **these(entry))
    assert office.facts(act).state == "asked"
    assert entry.published_revision_id == former
    with pytest.raises(NotAllowed, match="own_submission"):
        bulk.confirm_bulk(session, act.id, by=office.by, now=office.now)
    bulk.confirm_bulk(session, act.id, by=second, now=office.now)
    revision = session.get_one(Revision, entry.published_revision_id)
    assert (revision.number, revision.update_cycle, revision.state) == (2, "quarterly", "published")
    assert (revision.submitted_by, revision.approved_by) == (office.by.account_id, second.account_id)
    assert session.get_one(Revision, former).state == "superseded"
    current = session.get_one(CurrentRecord, entry.id)
    assert (current.update_cycle, current.record["items"][0]["name"]) == ("quarterly", "社区名称")
    periods = {row.period: row.state for row in session.scalars(select(Obligation))}
    assert periods["2026Q3"] == "open"
    with pytest.raises(Conflict, match="bulk_not_waiting"):
        bulk.confirm_bulk(session, act.id, by=second, now=office.now)
    office.undo(act)
    revision = session.get_one(Revision, entry.published_revision_id)
    assert (revision.number, revision.update_cycle) == (3, "monthly")


def test_open_revision_same_cycle_and_unpublished_are_refused(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk
) -> None:
    entries = [
        lifecycle.revised("draft", title="在改的"),
        lifecycle.entry("published", "已是按季", update_cycle="quarterly"),
        lifecycle.draft("草稿"),
        lifecycle.entry("published", "可以改的"),
    ]
    plan = office.plan("change_cycle", cycle="quarterly", **these(*entries))
    assert {refusal.label: refusal.code for refusal in plan.refusals} == {
        "在改的": "bulk_revision_open",
        "已是按季": "bulk_same_cycle",
        "草稿": "bulk_not_published",
    }
    assert [change.label for change in plan.changes] == ["可以改的"]


def test_entry_that_moved_while_it_waited_is_skipped_with_its_reason(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk, second: Actor
) -> None:
    moved, stays = lifecycle.entry("published", "在改的"), lifecycle.entry("published", "没动的")
    act = office.apply("change_cycle", cycle="yearly", **these(moved, stays))
    open_revision(session, moved, by=people.editor, now=office.now)
    bulk.confirm_bulk(session, act.id, by=second, now=office.now)
    assert {change.label: (change.state, change.why) for change in office.facts(act).changes} == {
        "在改的": ("skipped", "bulk_changed_since"),
        "没动的": ("done", None),
    }


def test_static_takes_the_reason_of_the_act(
    session: Session, lifecycle: Lifecycle, office: Bulk, second: Actor
) -> None:
    entry = lifecycle.entry("published")
    act = office.apply("change_cycle", cycle="static", **these(entry))
    bulk.confirm_bulk(session, act.id, by=second, now=office.now)
    assert session.get_one(Revision, entry.published_revision_id).cycle_reason == "按机构调整方案"
    assert not session.scalars(select(Obligation).where(Obligation.state == "open")).all()


# Withdrawing


def test_withdrawal_takes_the_real_steps_and_two_persons(
    session: Session, lifecycle: Lifecycle, office: Bulk, second: Actor
) -> None:
    entries = [lifecycle.entry("published", title) for title in ("甲", "乙")]
    act = office.apply("withdraw", **these(*entries))
    assert {entry.state for entry in entries} == {"withdrawal_review"}
    with pytest.raises(NotAllowed, match="own_submission"):
        bulk.confirm_bulk(session, act.id, by=office.by, now=office.now)
    bulk.confirm_bulk(session, act.id, by=second, now=office.now)
    assert {entry.state for entry in entries} == {"withdrawn"}
    assert office.facts(act).confirmed_by_name == "政数局丁"
    facts = office.undo(act)
    assert {(change.state, change.why) for change in facts.changes} == {("kept", "bulk_withdrawn")}


def test_withdrawal_that_waits_is_taken_back_by_refusing_it(lifecycle: Lifecycle, office: Bulk) -> None:
    entry = lifecycle.entry("published")
    act = office.apply("withdraw", **these(entry))
    assert office.undo(act).counts == {"undone": 1}
    assert entry.state == "published"


# Batches


def test_large_act_goes_on_where_it_was_cut_off_and_does_nothing_twice(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [lifecycle.entry("published", f"第{number}个") for number in range(5)]
    monkeypatch.setattr("catalog.bulk.applying.continue_bulk", lambda *args, **kwargs: 0)
    act = office.apply("rename_department", **of(people.department), name="新的名称", short_name="新")
    monkeypatch.undo()
    assert bulk.continue_bulk(session, act.id, now=office.now, limit=4) == 2
    assert office.facts(act).is_running
    with pytest.raises(Conflict, match="bulk_running"):
        office.undo(act)
    numbers = [session.get_one(CurrentRecord, entry.id).change_number for entry in entries]
    assert bulk.continue_bulk(session, act.id, now=office.now, limit=4) == 0
    assert bulk.continue_bulk(session, act.id, now=office.now, limit=4) == 0
    assert office.facts(act).state == "applied"
    again = [session.get_one(CurrentRecord, entry.id).change_number for entry in entries]
    assert again[:3] == numbers[:3]
    assert all(later > earlier for earlier, later in zip(numbers[3:], again[3:], strict=True))


def test_history_is_newest_first_and_pages_on(lifecycle: Lifecycle, office: Bulk, education: Department) -> None:
    entry = lifecycle.entry("published")
    home = entry.department_id
    for into in (education.id, home, education.id):
        office.apply("reassign", into_id=str(into), **these(entry))
        office.now += dt.timedelta(minutes=1)
    first = bulk.list_bulk(office.session, by=office.by, limit=2)
    second = bulk.list_bulk(office.session, by=office.by, limit=2, after=first.next)
    assert (len(first.rows), len(second.rows), second.next) == (2, 1, None)
    assert first.rows[0].at > first.rows[1].at > second.rows[0].at


def test_of_two_who_undo_at_once_one_wins(own_engine: Engine, now: dt.datetime) -> None:
    with Session(own_engine, expire_on_commit=False) as session:
        people = make_people(session)
        other = create_department(session, name="黄石港区教育局", by=people.office, now=now)
        entry = Lifecycle(session, people, now).entry("published")
        act = Bulk(session, people.office, now).apply("reassign", into_id=str(other.id), **these(entry))
        act_id: uuid.UUID = act.id
        session.commit()

    def undo(_: int) -> str:
        connection = own_engine.connect().execution_options(isolation_mode="write")
        with connection, Session(connection) as session:
            try:
                bulk.undo_bulk(session, act_id, reason="撤回", by=people.office, now=now)
            except DomainError as error:
                return error.code
            session.commit()
            return "done"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(undo, range(2))) == ["bulk_undone", "done"]
