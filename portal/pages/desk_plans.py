"""One department under one plan, as its people and the office see it: nodes, list, declarations, what was recorded."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog import plans
from catalog.departments import DepartmentFacts
from catalog.errors import NotFound
from catalog.permissions import Actor, is_allowed
from catalog.plans import DeclarationFacts, ExpectedItem, HandoverFacts, PlanFacts, Suggestion
from catalog.vocabularies import label
from portal.pages.desk_plans_words import Said, say_cell, say_countdown, say_declaration

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SOURCES: Mapping[str, tuple[str, str]] = {
    "candidate": ("待开放清单", "Candidates"),
    "last_plan": ("上次计划未完成", "Left undone last time"),
    "entry": ("本部门在编条目", "Own drafts"),
}


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node for this department; `can_record`: the office may record that it was met."""

    position: int
    title: str
    rule: str
    due_on: dt.date
    countdown: Said | None
    said: Said
    record: HandoverFacts | None
    can_record: bool
    can_undo: bool


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One expected title with what may be done to it."""

    facts: ExpectedItem
    can_open: bool


@dataclass(frozen=True, slots=True)
class DeclarationLine:
    """A declaration with its sentence."""

    facts: DeclarationFacts
    text: str


@dataclass(frozen=True, slots=True)
class DepartmentPlanPage:
    """Everything about one department under one plan; `room` is desk or office."""

    room: str
    plan: PlanFacts
    department: DepartmentFacts
    nodes: tuple[NodeLine, ...]
    items: tuple[ItemLine, ...]
    missing: tuple[ItemLine, ...]
    tallies: tuple[tuple[str, int], ...]
    expected: int
    done: int
    closed: int
    declarations: tuple[DeclarationLine, ...]
    suggestions: tuple[tuple[str, tuple[Suggestion, ...]], ...]
    entries: tuple[tuple[str, str], ...]
    can_list: bool
    can_declare: bool
    can_sign: bool
    can_decide: bool
    can_take_back: bool
    can_release: bool
    problems: tuple[str, ...]
    typed: Mapping[str, str]

    @property
    def newest(self) -> DeclarationLine | None:
        """The declaration that counts."""
        return self.declarations[0] if self.declarations else None

    @property
    def is_complete(self) -> bool:
        """Whether the list bears out a declaration of completeness."""
        return self.expected > 0 and not self.missing


@dataclass(frozen=True, slots=True)
class DeclarationPage:
    """A declaration to print."""

    plan: PlanFacts
    department: DepartmentFacts
    facts: DeclarationFacts
    text: str
    items: tuple[ExpectedItem, ...]

    @property
    def shows_list(self) -> bool:
        """Whether the list is still the one that was declared: it may change once the declaration is returned."""
        return self.facts.kind == "complete" and self.facts.state != "returned"


def make_department_plan(
    session: Session,
    code: str,
    slug: str | None,
    *,
    room: str,
    by: Actor,
    today: dt.date,
    language: str,
    problems: Sequence[str] = (),
    typed: Mapping[str, str] | None = None,
) -> DepartmentPlanPage:
    """The page of a department (`slug`; None for the person's own) under a plan.

    Raises NotFound for a plan or department that the person may not see. About 15 queries, O(titles).
    """
    plan = plans.get_plan(session, code, by=by)
    department = find_member(session, code, slug, by=by)
    board = plans.make_board(session, code, today=today, by=by, only=department.id)
    items = plans.list_expected(session, plan.id, department.id)
    declarations = plans.list_declarations(session, plan.id, department.id)
    state = declarations[0].state if declarations else None
    is_running, is_declared = plan.state == "running", state in ("signed", "accepted")
    can_list = plan.state != "closed" and not is_declared and is_allowed(by, "plan.list", department_id=department.id)
    progress = plans.count_progress(items)
    lines = tuple(ItemLine(item, item.entry_name is not None) for item in items)
    is_own_draft = bool(declarations) and declarations[0].drafted_by == by.account_id
    return DepartmentPlanPage(
        room=room,
        plan=plan,
        department=department,
        nodes=_nodes(session, board, department.id, by=by, language=language),
        items=lines,
        missing=tuple(line for line in lines if line.facts.is_missing),
        tallies=_tallies(items, language),
        expected=progress.expected,
        done=progress.done,
        closed=progress.closed,
        declarations=tuple(DeclarationLine(facts, say_declaration(plan, facts)) for facts in declarations),
        suggestions=_suggestions(session, code, department.id, by=by, language=language) if can_list else (),
        entries=tuple(plans.list_own_entries(session, department.id)) if can_list else (),
        can_list=can_list,
        can_declare=is_running and not is_declared and is_allowed(by, "plan.declare", department_id=department.id),
        can_sign=state == "drafted" and not is_own_draft and is_allowed(by, "plan.sign", department_id=department.id),
        can_decide=is_running and state == "signed" and is_allowed(by, "plan.decide"),
        can_take_back=is_running and state == "accepted" and is_allowed(by, "plan.decide"),
        can_release=is_running and is_allowed(by, "plan.manage"),
        problems=tuple(problems),
        typed=typed or {},
    )


def make_declaration_page(session: Session, code: str, slug: str | None, number: int, *, by: Actor) -> DeclarationPage:
    """A declaration with the list that it is about, to print."""
    plan = plans.get_plan(session, code, by=by)
    department = find_member(session, code, slug, by=by)
    facts = plans.get_declaration(session, code, department.id, number, by=by)
    items = plans.list_expected(session, plan.id, department.id)
    return DeclarationPage(plan, department, facts, say_declaration(plan, facts), tuple(items))


def find_member(session: Session, code: str, slug: str | None, *, by: Actor) -> DepartmentFacts:
    """The department of this slug, else the person's own, under the plan; raises NotFound("plan_not_found")."""
    for department in plans.list_plan_departments(session, code):
        if department.slug == slug or (slug is None and department.id == by.department_id):
            return department
    raise NotFound("plan_not_found", plan=code[:20])


def _nodes(
    session: Session, board: plans.Board, department_id: uuid.UUID, *, by: Actor, language: str
) -> tuple[NodeLine, ...]:
    records = {one.position: one for one in plans.list_handovers(session, board.plan.id, department_id)}
    may = board.plan.state == "running" and is_allowed(by, "plan.hand_over")
    row = board.rows[0]
    lines = []
    for cell, head in zip(row.cells, board.heads, strict=True):
        record = records.get(cell.position)
        lines.append(
            NodeLine(
                position=cell.position,
                title=head.node.title,
                rule=label("node_rule", head.node.rule, language),
                due_on=cell.due_on,
                countdown=say_countdown(head.countdown, language) if cell.state in (None, "open") else None,
                said=say_cell(cell, row, head.node, language),
                record=record,
                can_record=may and cell.state == "open" and head.node.rule != "catalog",
                can_undo=may and record is not None and record.how == "handover",
            )
        )
    return tuple(lines)


def _tallies(items: Sequence[ExpectedItem], language: str) -> tuple[tuple[str, int], ...]:
    """How many titles stand in each state, in the order of the vocabulary."""
    counts = Counter(item.state for item in items)
    order = (
        "missing",
        "draft",
        "reviewing",
        "returned",
        "without_basis",
        "withdrawn",
        "published",
        "closed",
        "dropped",
    )
    return tuple((label("plan_item_state", state, language), counts[state]) for state in order if counts[state])


def _suggestions(
    session: Session, code: str, department_id: uuid.UUID, *, by: Actor, language: str
) -> tuple[tuple[str, tuple[Suggestion, ...]], ...]:
    found = plans.suggest_titles(session, code, department_id, by=by)
    groups = []
    for source, words in SOURCES.items():
        rows = tuple(one for one in found if one.source == source)
        if rows:
            groups.append((words[language == "en"], rows))
    return tuple(groups)
