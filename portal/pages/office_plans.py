"""The office's pages about plans: the list, the form of a draft, the board."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from catalog.departments import DepartmentFacts
from catalog.errors import Problem
from catalog.models.plans import NODE_RULES
from catalog.plans import Board, Countdown, NodeDraft, PlanFacts
from catalog.plans.planning import MAX_NODES
from catalog.vocabularies import label
from portal.messages import problem_text
from portal.pages.desk_plans_words import Said, say_cell, say_countdown
from portal.pages.filled_form import FieldProblems

SPARE_NODES = 2
"""Blank lines for further nodes in the form."""
FIRST_NODES = (("公共数据目录编制", "catalog", 6, 30), ("数据报送与平台对接", "connection", 8, 30))
"""The nodes that a new plan begins with: those of every year so far."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One plan in a list; `next` is its next date in words."""

    facts: PlanFacts
    next: Said | None


@dataclass(frozen=True, slots=True)
class NodeLine:
    """One line of the form's nodes, as typed."""

    number: int
    title: str
    rule: str
    due_on: str
    note: str


@dataclass(frozen=True, slots=True)
class PlanForm(FieldProblems):
    """The form of a draft; `code` is None for a new one; `problems`: (field, sentence)."""

    code: str | None
    values: Mapping[str, str]
    nodes: tuple[NodeLine, ...]
    departments: tuple[tuple[str, str], ...]
    chosen: frozenset[str]
    rules: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HeadColumn:
    """A node as a column of the board."""

    position: int
    title: str
    due_on: dt.date
    rule: str
    countdown: Said
    met: int
    owed: int

    @property
    def is_met(self) -> bool:
        """Whether no department owes it any more."""
        return self.met >= self.owed


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A department as a row of the board."""

    department: DepartmentFacts
    done: int
    expected: int
    cells: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The board in words; `is_open_only`: departments that have done with everything are left out."""

    plan: PlanFacts
    heads: tuple[HeadColumn, ...]
    rows: tuple[BoardLine, ...]
    department_count: int
    open_count: int
    done: int
    expected: int
    closed: int
    is_open_only: bool
    further: tuple[tuple[str, str], ...]
    """Departments that do not take part yet: (id, name)."""
    rules: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]

    @property
    def node_choices(self) -> list[tuple[str, str]]:
        """(position, title) of the nodes that somebody still owes."""
        return [(str(head.position), head.title) for head in self.heads if not head.is_met]


def make_plan_list(
    plans: Iterable[PlanFacts], *, countdown: Mapping[str, Countdown], language: str
) -> tuple[PlanLine, ...]:
    """The plans with the countdown to the next date of each that runs."""
    return tuple(
        PlanLine(plan, say_countdown(countdown[plan.code], language) if plan.code in countdown else None)
        for plan in plans
    )


def make_plan_form(
    plan: PlanFacts | None,
    departments: Iterable[DepartmentFacts],
    *,
    chosen: Iterable[str] | None = None,
    form: MultiDict[str, str] | None = None,
    problems: Iterable[Problem] = (),
    today: dt.date,
    language: str,
) -> PlanForm:
    """The form with what is stored, or what was typed and what is wrong with it."""
    rows = tuple((str(department.id), department.name) for department in departments)
    if form is not None:
        values = {name: form.get(name, "") for name in ("code", "title", "starts_on", "note")}
        nodes, picked = _typed_nodes(form), frozenset(form.getlist("departments"))
    elif plan is not None:
        values = {"code": plan.code, "title": plan.title, "starts_on": str(plan.starts_on), "note": plan.note or ""}
        nodes = [(node.title, node.rule, str(node.due_on), node.note or "") for node in plan.nodes]
        picked = frozenset(chosen or ())
    else:
        year = today.year if today <= dt.date(today.year, *FIRST_NODES[0][2:]) else today.year + 1
        values = {"code": str(year), "title": "", "starts_on": str(today), "note": ""}
        nodes = [(title, rule, str(dt.date(year, month, day)), "") for title, rule, month, day in FIRST_NODES]
        picked = frozenset(key for key, _name in rows)
    blank = [("", "", "", "")] * min(SPARE_NODES, max(0, MAX_NODES - len(nodes)))
    return PlanForm(
        code=plan.code if plan else None,
        values=values,
        nodes=tuple(NodeLine(number, *node) for number, node in enumerate([*nodes, *blank], start=1)),
        departments=rows,
        chosen=picked,
        rules=rule_choices(language),
        problems=tuple((problem.where.replace(".", "-"), _sentence(problem, language)) for problem in problems),
    )


def parse_nodes(form: MultiDict[str, str]) -> tuple[list[NodeDraft], list[Problem]]:
    """The nodes of the form, blank lines left out, and what cannot be read at nodes.{n}.due_on."""
    drafts, problems = [], []
    for number, (title, rule, due_on, note) in enumerate(_typed_nodes(form), start=1):
        day = parse_day(due_on)
        if day is None:
            problems.append(Problem(f"nodes.{number}.due_on", "plan_day_shape"))
        else:
            drafts.append(NodeDraft(title, rule, day, note or None))
    return drafts, problems


def parse_day(text: str) -> dt.date | None:
    """A day as 2026-06-30; None for anything else."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def make_board_page(
    board: Board,
    *,
    is_open_only: bool,
    departments: Iterable[DepartmentFacts],
    problems: Iterable[str] = (),
    language: str,
) -> BoardPage:
    """The board in words."""
    heads = tuple(
        HeadColumn(
            head.node.position,
            head.node.title,
            head.node.due_on,
            label("node_rule", head.node.rule, language),
            say_countdown(head.countdown, language),
            head.met,
            head.owed,
        )
        for head in board.heads
    )
    shown = [row for row in board.rows if not (is_open_only and row.is_done)]
    taking_part = {row.department.id for row in board.rows}
    rows = tuple(
        BoardLine(
            row.department,
            row.progress.done,
            row.progress.expected,
            tuple(say_cell(cell, row, head.node, language) for cell, head in zip(row.cells, board.heads, strict=True)),
        )
        for row in shown
    )
    return BoardPage(
        plan=board.plan,
        heads=heads,
        rows=rows,
        department_count=len(board.rows),
        open_count=sum(not row.is_done for row in board.rows),
        done=board.progress.done,
        expected=board.progress.expected,
        closed=board.progress.closed,
        is_open_only=is_open_only,
        further=tuple((str(one.id), one.name) for one in departments if one.id not in taking_part),
        rules=rule_choices(language),
        problems=tuple(problems),
    )


def rule_choices(language: str) -> tuple[tuple[str, str], ...]:
    """(code, label) of what may meet a node."""
    return tuple((rule, label("node_rule", rule, language)) for rule in NODE_RULES)


def _typed_nodes(form: MultiDict[str, str]) -> list[tuple[str, str, str, str]]:
    found = []
    for number in range(1, MAX_NODES + 1):
        title, rule, due_on, note = (
            form.get(f"nodes-{number}-{name}", "").strip()[:300] for name in ("title", "rule", "due_on", "note")
        )
        if title or due_on or note:
            found.append((title, rule, due_on, note))
    return found


def _sentence(problem: Problem, language: str) -> str:
    text = problem_text(problem, language)
    place = problem.where.split(".")
    return (
        _("第 %(number)s 个节点：%(text)s", number=place[1], text=text)
        if place[0] == "nodes" and len(place) > 1
        else text
    )
