"""开放计划 for everybody: what is to be opened, by whom, by when, and what has been opened already."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog import plans
from catalog.departments import DepartmentFacts
from catalog.plans import ExpectedItem, PlanFacts, count_progress

if TYPE_CHECKING:
    import uuid

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class PlannedTitle:
    """One planned dataset; `entry_name` only where it can be opened already."""

    title: str
    state: str
    """planned, opened or closed"""
    entry_name: str | None


@dataclass(frozen=True, slots=True)
class PlannedDepartment:
    """A department with what it has planned; `titles` only where they are asked for."""

    slug: str
    name: str
    planned: int
    opened: int
    titles: tuple[PlannedTitle, ...]


@dataclass(frozen=True, slots=True)
class PublicPlan:
    """One running plan; `opened_by` is the day by which its catalog is to be public."""

    facts: PlanFacts
    opened_by: dt.date
    departments: tuple[PlannedDepartment, ...]
    planned: int
    opened: int


def make_public_plans(session: Session, *, department: str | None, language: str) -> tuple[PublicPlan, ...]:
    """The running plans, with the titles of the department of this slug.

    5 queries a plan. Nothing of drafts but the title that the department has announced; dropped titles are left out.
    """
    return tuple(_make(session, plan, department, language) for plan in plans.list_running_plans(session))


def _make(session: Session, plan: PlanFacts, slug: str | None, language: str) -> PublicPlan:
    lists: dict[uuid.UUID, list[ExpectedItem]] = defaultdict(list)
    for item in plans.list_expected(session, plan.id):
        if item.state != "dropped":
            lists[item.department_id].append(item)
    rows = tuple(
        _department(department, lists[department.id], department.slug == slug, language)
        for department in plans.list_plan_departments(session, plan.code)
        if lists[department.id]
    )
    return PublicPlan(plan, plan.opened_by, rows, sum(row.planned for row in rows), sum(row.opened for row in rows))


def _department(
    department: DepartmentFacts, items: list[ExpectedItem], is_open: bool, language: str
) -> PlannedDepartment:
    name = department.name_en if language == "en" and department.name_en else department.name
    titles = tuple(_title(item) for item in items) if is_open else ()
    opened = sum(item.is_public and item.state == "published" for item in items)
    return PlannedDepartment(department.slug, name, count_progress(items).expected, opened, titles)


def _title(item: ExpectedItem) -> PlannedTitle:
    if not item.is_public:
        return PlannedTitle(item.title, "planned", None)
    return PlannedTitle(
        item.title, "closed" if item.state in ("closed", "without_basis") else "opened", item.entry_name
    )
