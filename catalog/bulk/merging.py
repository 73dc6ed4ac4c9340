"""One department is dissolved into another: what it has and still owes goes over, what it did stays in its name.

Goes over: entries, accounts, findings that are not closed, candidates, running plans with their expected items and
open nodes, webhooks. Stays: settled obligations, declarations, hand-overs, counted duties, scorecards, withdrawn
entries. The dissolved department keeps its address, which points to its successor.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from catalog.bulk.moving import change_of, move_entry
from catalog.bulk.plans import Change, Doing, Plan, Refusal
from catalog.bulk.reassigning import require_department
from catalog.departments import merge_department, unmerge_department
from catalog.errors import Conflict, Invalid, Problem
from catalog.models import (
    Account,
    Candidate,
    Department,
    Entry,
    Obligation,
    ObligationAct,
    PlanDepartment,
    PlanItem,
    Rectification,
    Revision,
    Webhook,
    WorkPlan,
)
from catalog.rectifications import KIND as RECTIFICATION

MERGED = "department_merged"
"""Reason of a node's obligation that fell away because the successor has the same."""

OWNED: dict[str, type[Any]] = {
    "account": Account,
    "plan_item": PlanItem,
    "candidate": Candidate,
    "rectification": Rectification,
    "webhook": Webhook,
}
"""Kinds of things that go over by their column `department_id` alone, and their tables."""


def plan_merge(session: Session, args: dict[str, Any]) -> Plan:
    """`args`: department_id (is dissolved), into_id. Raises Invalid("bulk_invalid")."""
    old = require_department(session, args.get("department_id"), "department_id")
    new = require_department(session, args.get("into_id"), "into_id")
    if old.id == new.id:
        raise Invalid("bulk_invalid", problems=[Problem("into_id", "bulk_same_department", name=new.name)])
    before, after = {"is_active": True, "merged_into": None}, {"is_active": False, "merged_into": new.name}
    changes = [Change("department", str(old.id), old.name, before, after, old.slug)]
    refusals: list[Refusal] = []
    for found in (*_owned(session, old, new), *_plans(session, old, new), *_entries(session, old, new)):
        if isinstance(found, Refusal):
            refusals.append(found)
        else:
            changes.append(found)
    return Plan("merge_departments", args, tuple(changes), tuple(refusals))


def apply_merge(doing: Doing, change: Change) -> None:
    """Hand over one thing; raises Conflict("bulk_changed_since")."""
    _move(doing, change, back=False)


def undo_merge(doing: Doing, change: Change) -> None:
    """Hand it back."""
    _move(doing, change, back=True)


def _owned(session: Session, old: Department, new: Department) -> Iterator[Change | Refusal]:
    queries = (
        ("account", select(Account.id, Account.display_name).where(Account.department_id == old.id)),
        ("webhook", select(Webhook.id, Webhook.url).where(Webhook.department_id == old.id)),
        (
            "rectification",
            select(Rectification.id, Rectification.code).where(
                Rectification.department_id == old.id, Rectification.state != "closed"
            ),
        ),
        ("candidate", select(Candidate.id, Candidate.title).where(Candidate.department_id == old.id)),
        ("plan_item", _items_of_living_plans(old)),
    )
    taken = {"candidate": _candidates(session, new), "plan_item": _items(session, new)}
    for what, query in queries:
        for key, label in session.execute(query.order_by(query.selected_columns[1], query.selected_columns[0])):
            if what in taken and _identity(session.get_one(OWNED[what], key)) in taken[what]:
                yield Refusal(what, str(key), label, "bulk_successor_has_it", {"name": new.name})
            else:
                yield _handover(what, key, label, old, new)


def _items_of_living_plans(old: Department) -> Any:
    living = select(WorkPlan.id).where(WorkPlan.state != "closed")
    return select(PlanItem.id, PlanItem.title).where(PlanItem.department_id == old.id, PlanItem.plan_id.in_(living))


def _identity(row: Any) -> tuple[Any, str]:
    return (row.plan_id, row.title) if isinstance(row, PlanItem) else (row.source, row.title)


def _candidates(session: Session, department: Department) -> set[tuple[Any, str]]:
    query = select(Candidate.source, Candidate.title).where(Candidate.department_id == department.id)
    return {(source, title) for source, title in session.execute(query)}


def _items(session: Session, department: Department) -> set[tuple[Any, str]]:
    query = select(PlanItem.plan_id, PlanItem.title).where(PlanItem.department_id == department.id)
    return {(plan_id, title) for plan_id, title in session.execute(query)}


def _plans(session: Session, old: Department, new: Department) -> Iterator[Change]:
    members = select(PlanDepartment.plan_id).where(PlanDepartment.department_id == new.id)
    both = set(session.scalars(members))
    query = (
        select(WorkPlan.id, WorkPlan.title)
        .join(PlanDepartment, PlanDepartment.plan_id == WorkPlan.id)
        .where(PlanDepartment.department_id == old.id, WorkPlan.state != "closed")
        .order_by(WorkPlan.code)
    )
    for key, title in session.execute(query):
        change = _handover("plan", key, title, old, new)
        change.before["both_id"] = key in both
        yield change


def _entries(session: Session, old: Department, new: Department) -> Iterator[Change]:
    shown = func.coalesce(Entry.published_revision_id, Entry.open_revision_id)
    query = (
        select(Entry.id, Entry.name, Revision.title)
        .join(Revision, Revision.id == shown)
        .where(Entry.department_id == old.id, Entry.state != "withdrawn")
        .order_by(Revision.title, Entry.id)
    )
    for key, name, title in session.execute(query):
        yield change_of(key, name, title, old=old, new=new)


def _handover(what: str, key: uuid.UUID, label: str, old: Department, new: Department) -> Change:
    return Change(
        what,
        str(key),
        label,
        {"department": old.name, "department_id": str(old.id)},
        {"department": new.name, "department_id": str(new.id)},
    )


def _move(doing: Doing, change: Change, *, back: bool) -> None:
    if change.what == "department":
        if back:
            unmerge_department(doing.session, change.uuid, by=doing.by, now=doing.now)
        else:
            merge_department(
                doing.session, change.uuid, into_id=uuid.UUID(doing.args["into_id"]), by=doing.by, now=doing.now
            )
    elif change.what == "entry":
        move_entry(doing, change, back=back)
    elif change.what == "plan":
        _move_plan(doing, change, back=back)
    else:
        _move_owned(doing, change, back=back)


def _move_owned(doing: Doing, change: Change, *, back: bool) -> None:
    origin, target = (change.after, change.before) if back else (change.before, change.after)
    row = doing.session.get(OWNED[change.what], change.uuid, with_for_update=True, populate_existing=True)
    if row is None or str(row.department_id) != origin["department_id"]:
        raise Conflict("bulk_changed_since")
    owner = uuid.UUID(target["department_id"])
    row.department_id = owner
    if isinstance(row, Rectification):
        if row.state == "closed":
            doing.session.expire(row)
            raise Conflict("bulk_changed_since")
        _hand_over(doing, Obligation.kind == RECTIFICATION, Obligation.period == row.code, owner=owner)
    doing.session.flush()


def _move_plan(doing: Doing, change: Change, *, back: bool) -> None:
    """The plan's duties of the dissolved department: its successor takes them unless it has the same ones.

    Of a plan that has been closed since nothing moves: it would owe what nobody can meet any more.
    """
    session = doing.session
    old, new = uuid.UUID(change.before["department_id"]), uuid.UUID(change.after["department_id"])
    plan = session.get_one(WorkPlan, change.uuid, with_for_update=True, populate_existing=True)
    if plan.state == "closed":
        raise Conflict("bulk_changed_since")
    of_plan = (Obligation.kind == "node", Obligation.period.startswith(f"{plan.code}#", autoescape=True))
    both = change.before["both_id"]
    if back:
        _require_member(session, plan, new)
        session.add(PlanDepartment(plan_id=plan.id, department_id=old))
        if both:
            voided = (*of_plan, Obligation.subject_id == old, Obligation.state == "void", Obligation.reason == MERGED)
            _write(session, voided, state="open", reason=None)
        else:
            _drop_member(session, plan, new)
            _hand_over_nodes(doing, of_plan, origin=new, owner=old)
    else:
        _require_member(session, plan, old)
        _drop_member(session, plan, old)
        if both:
            _write(
                session,
                (*of_plan, Obligation.subject_id == old, Obligation.state == "open"),
                state="void",
                reason=MERGED,
            )
        else:
            session.add(PlanDepartment(plan_id=plan.id, department_id=new))
            _hand_over_nodes(doing, of_plan, origin=old, owner=new)
    session.flush()


def _require_member(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> None:
    if session.get(PlanDepartment, (plan.id, department_id)) is None:
        raise Conflict("bulk_changed_since")


def _drop_member(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> None:
    which = (PlanDepartment.plan_id == plan.id) & (PlanDepartment.department_id == department_id)
    session.execute(delete(PlanDepartment).where(which).execution_options(synchronize_session="fetch"))


def _hand_over_nodes(doing: Doing, of_plan: tuple[Any, ...], *, origin: uuid.UUID, owner: uuid.UUID) -> None:
    """Open nodes go to `owner`. One who had left the plan has rows of its own already: those that fell away are owed
    again in their place, and what it has settled stands."""
    session = doing.session
    known = dict(session.execute(select(Obligation.period, Obligation.id).where(*of_plan, _is_of(owner))).all())
    twice = (*of_plan, _is_of(origin), Obligation.state == "open", Obligation.period.in_(known))
    owed = {row.period: row for row in session.execute(select(Obligation.period, Obligation.due_on).where(*twice))}
    _write(session, twice, state="void", reason=MERGED)
    for period, row in owed.items():
        fallen = (Obligation.id == known[period], Obligation.state == "void")
        _write(session, fallen, state="open", reason=None, due_on=row.due_on, grace_on=row.due_on)
    _hand_over(doing, *of_plan, _is_of(origin), owner=owner)


def _is_of(department_id: uuid.UUID) -> Any:
    return Obligation.subject_id == department_id


def _hand_over(doing: Doing, *which: Any, owner: uuid.UUID) -> None:
    """Open obligations of a department, and what was asked about them, become another's; settled ones stay."""
    ids = doing.session.scalars(select(Obligation.id).where(*which, Obligation.state == "open")).all()
    _write(doing.session, (Obligation.id.in_(ids),), subject_id=owner, department_id=owner)
    acts = update(ObligationAct).where(ObligationAct.obligation_id.in_(ids), ObligationAct.state == "open")
    doing.session.execute(acts.values(department_id=owner).execution_options(synchronize_session="fetch"))


def _write(session: Session, which: tuple[Any, ...], **values: Any) -> None:
    session.execute(update(Obligation).where(*which).values(**values).execution_options(synchronize_session="fetch"))
