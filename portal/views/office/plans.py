"""Work plans of the office: making and running them, the board, one department's part, the urging notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from catalog import plans
from catalog.departments import list_departments
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.plans import NodeDraft
from catalog.urging import make_urging_note, make_urging_notes
from portal.access import access
from portal.context import actor, house, language, now, reading, today, work
from portal.errors import status_of
from portal.links import redirect_to
from portal.pages.desk_plans import find_member
from portal.pages.filled_form import parse_ids
from portal.pages.office_plans import make_board_page, make_plan_form, make_plan_list, parse_day, parse_nodes
from portal.pages.office_plans_urging import make_sheet, make_sheets
from portal.templating import site_of
from portal.views.desk.plans import LIST_ACTS, Asked, refusals, render_declaration, render_department, take_act
from portal.views.desk.shared import whole
from portal.views.office import bp


@bp.get("/plans")
@access("plan.manage")
def list_plans() -> str:
    """All plans, the latest first."""
    with reading() as session:
        found = plans.list_plans(session, by=actor())
        boards = {
            plan.code: plans.make_board(session, plan.code, today=today(), by=actor())
            for plan in found
            if plan.state == "running"
        }
    countdown = {}
    for code, board in boards.items():
        open_heads = [head for head in board.heads if head.met < head.owed]
        if open_heads:
            countdown[code] = min(open_heads, key=lambda head: head.countdown.due_on).countdown
    return render_template("office/plans.html", rows=make_plan_list(found, countdown=countdown, language=language()))


@bp.get("/plans/new")
@access("plan.manage")
def new_plan() -> str:
    """The form of a new plan."""
    with reading() as session:
        page = make_plan_form(None, list_departments(session), today=today(), language=language())
    return render_template("office/plan_form.html", page=page)


@bp.post("/plans/new")
@access("plan.manage")
def create_plan() -> Response:
    """Make a draft; what was typed comes back with what is wrong."""
    return _save(None)


@bp.get("/plans/<code>/edit")
@access("plan.manage")
def edit_plan(code: str) -> str:
    """The form of a draft."""
    with reading() as session:
        plan = plans.get_plan(session, code, by=actor())
        if plan.state != "draft":
            raise Conflict("plan_not_draft", plan=code)
        chosen = [str(one.id) for one in plans.list_plan_departments(session, code)]
        page = make_plan_form(plan, list_departments(session), chosen=chosen, today=today(), language=language())
    return render_template("office/plan_form.html", page=page)


@bp.post("/plans/<code>/edit")
@access("plan.manage")
def save_plan(code: str) -> Response:
    """Write a draft anew."""
    return _save(code)


@bp.get("/plans/<code>")
@access("plan.manage")
def show_plan(code: str) -> Response:
    """The board: every department at every node; `?open=1` leaves out those that have done with everything."""
    return _render_board(code)


@bp.post("/plans/<code>/acts")
@access("plan.manage")
def act_on_plan(code: str) -> Response:
    """Start, close, copy, remove; add a node or departments, correct a date."""
    act = request.form.get("act", "")
    try:
        if act not in _PLAN_ACTS:
            raise NotFound("unknown_step", step=act[:40])
        told = _PLAN_ACTS[act](code, request.form)
    except (Invalid, Conflict, NotAllowed) as error:
        return _render_board(code, problems=refusals(error), status=status_of(error))
    flash(told, "good")
    if act == "remove":
        return redirect_to("office.list_plans")
    if act == "copy":
        return redirect_to("office.edit_plan", code=request.form.get("code", "").strip())
    return redirect_to("office.show_plan", code=code)


@bp.get("/plans/<code>/department/<slug>")
@access("plan.manage")
def show_plan_department(code: str, slug: str) -> Response:
    """One department's part in a plan."""
    return render_department("office", code, slug)


@bp.post("/plans/<code>/department/<slug>/acts")
@access("plan.manage")
def act_on_plan_department(code: str, slug: str) -> Response:
    """Accept or return a declaration, record a hand-over, change the list."""
    return take_act("office", code, slug, _DEPARTMENT_ACTS)


@bp.get("/plans/<code>/department/<slug>/declaration/<int:number>")
@access("plan.manage")
def show_declaration(code: str, slug: str, number: int) -> str:
    """A declaration to print."""
    return render_declaration("office", code, slug, number)


@bp.get("/plans/<code>/urge")
@access("plan.manage")
def urge_all(code: str) -> str:
    """催办单 of every department that owes something, one sheet each."""
    with reading() as session:
        plan = plans.get_plan(session, code, by=actor())
        notes = make_urging_notes(session, code, today=today(), by=actor())
    sheets = make_sheets(notes, site=site_of(house().settings, language()), language=language())
    return render_template("office/plan_urge.html", plan=plan, sheets=sheets, is_single=False)


@bp.get("/plans/<code>/urge/<slug>")
@access("plan.manage")
def urge_one(code: str, slug: str) -> str:
    """催办单 of one department, to print or to copy."""
    with reading() as session:
        plan = plans.get_plan(session, code, by=actor())
        department = find_member(session, code, slug, by=actor())
        note = make_urging_note(session, department.id, plan=code, today=today(), by=actor())
    sheet = make_sheet(note, site=site_of(house().settings, language()), language=language())
    return render_template("office/plan_urge.html", plan=plan, sheets=(sheet,), is_single=True)


def _render_board(code: str, *, problems: Sequence[str] = (), status: int = 200) -> Response:
    with reading() as session:
        board = plans.make_board(session, code, today=today(), by=actor())
        further = list_departments(session) if board.plan.state == "running" else []
    page = make_board_page(
        board,
        is_open_only=bool(request.args.get("open")),
        departments=further,
        problems=problems,
        language=language(),
    )
    return make_response(render_template("office/plan.html", page=page), status)


def _save(code: str | None) -> Response:
    form = request.form
    nodes, problems = parse_nodes(form)
    starts_on = parse_day(form.get("starts_on", ""))
    if starts_on is None:
        problems.append(Problem("starts_on", "plan_day_shape"))
    key = code or form.get("code", "").strip()
    try:
        if problems or starts_on is None:
            raise Invalid("plan_invalid", problems=problems)
        _write(code, key, form, starts_on, nodes)
    except (Invalid, Conflict) as error:
        return _form_again(code, form, error)
    flash(_("计划已保存。核对无误后即可启动。"), "good")
    return redirect_to("office.show_plan", code=key)


def _write(code: str | None, key: str, form: MultiDict[str, str], starts_on: dt.date, nodes: list[NodeDraft]) -> None:
    save = plans.edit_plan if code else plans.create_plan
    with work() as session:
        save(
            session,
            code=key,
            title=form.get("title", "")[:300],
            starts_on=starts_on,
            nodes=nodes,
            department_ids=parse_ids(form.getlist("departments")),
            note=form.get("note", "")[:4000],
            by=actor(),
            now=now(),
        )


def _form_again(code: str | None, form: MultiDict[str, str], error: Invalid | Conflict) -> Response:
    problems = getattr(error, "problems", None) or [Problem("code", error.code, **error.params)]
    with reading() as session:
        plan = plans.get_plan(session, code, by=actor()) if code else None
        page = make_plan_form(
            plan, list_departments(session), form=form, problems=problems, today=today(), language=language()
        )
    return make_response(render_template("office/plan_form.html", page=page), status_of(error))


def _require_day(form: MultiDict[str, str], field: str) -> dt.date:
    day = parse_day(form.get(field, ""))
    if day is None:
        raise Invalid("plan_invalid", problems=[Problem(field, "plan_day_shape")])
    return day


def _start(code: str, form: MultiDict[str, str]) -> str:
    with work() as session:
        plans.start_plan(session, code, by=actor(), now=now())
    return _("计划已启动，各部门可以看到自己的节点。")


def _close(code: str, form: MultiDict[str, str]) -> str:
    with work() as session:
        plans.close_plan(session, code, by=actor(), now=now())
    return _("计划已结束。")


def _remove(code: str, form: MultiDict[str, str]) -> str:
    with work() as session:
        plans.remove_plan(session, code, by=actor(), now=now())
    return _("草稿已删除。")


def _copy(code: str, form: MultiDict[str, str]) -> str:
    starts_on = _require_day(form, "starts_on")
    fresh, title = form.get("code", "").strip(), form.get("title", "")[:300]
    with work() as session:
        plans.copy_plan(session, code, code=fresh, title=title, starts_on=starts_on, by=actor(), now=now())
    return _("已照此新建草稿，请核对日期与部门。")


def _add_node(code: str, form: MultiDict[str, str]) -> str:
    node = NodeDraft(form.get("title", "")[:300], form.get("rule", ""), _require_day(form, "due_on"))
    with work() as session:
        plans.add_node(session, code, node, by=actor(), now=now())
    return _("已增加节点。")


def _correct_node(code: str, form: MultiDict[str, str]) -> str:
    due_on, position = _require_day(form, "due_on"), whole(form.get("position")) or 0
    reason = form.get("reason", "")[:4000]
    with work() as session:
        plans.correct_node(session, code, position, due_on=due_on, reason=reason, by=actor(), now=now())
    return _("节点日期已更正，尚未完成的部门按新日期计算。")


def _add_departments(code: str, form: MultiDict[str, str]) -> str:
    with work() as session:
        count = plans.add_departments(session, code, parse_ids(form.getlist("departments")), by=actor(), now=now())
    return _("增加了 %(count)s 个部门。", count=count)


def _accept(asked: Asked) -> str:
    with work() as session:
        plans.accept_declaration(
            session, asked.code, asked.department_id, answer=asked.text("answer"), by=actor(), now=now()
        )
    return _("完成声明已确认，节点按签署日计为完成。")


def _return(asked: Asked) -> str:
    with work() as session:
        plans.return_declaration(
            session, asked.code, asked.department_id, reason=asked.text("reason"), by=actor(), now=now()
        )
    return _("完成声明已退回。")


def _hand_over(asked: Asked) -> str:
    done_on, position = _require_day(asked.form, "done_on"), whole(asked.form.get("position")) or 0
    with work() as session:
        plans.record_handover(
            session,
            asked.code,
            position,
            asked.department_id,
            done_on=done_on,
            note=asked.text("reason"),
            by=actor(),
            now=now(),
        )
    return _("已登记完成。")


def _undo(asked: Asked) -> str:
    position, reason = whole(asked.form.get("position")) or 0, asked.text("reason")
    with work() as session:
        plans.undo_handover(session, asked.code, position, asked.department_id, reason=reason, by=actor(), now=now())
    return _("登记已撤销，节点重新计为未完成。")


def _release(asked: Asked) -> str:
    reason = asked.text("reason")
    with work() as session:
        plans.remove_department(session, asked.code, asked.department_id, reason=reason, by=actor(), now=now())
    return _("该部门不再参加此计划。")


_PLAN_ACTS: Mapping[str, Callable[[str, MultiDict[str, str]], str]] = {
    "start": _start,
    "close": _close,
    "remove": _remove,
    "copy": _copy,
    "add_node": _add_node,
    "correct_node": _correct_node,
    "add_departments": _add_departments,
}
_DEPARTMENT_ACTS: Mapping[str, Callable[[Asked], str]] = {
    **LIST_ACTS,
    "accept": _accept,
    "return": _return,
    "hand_over": _hand_over,
    "undo": _undo,
    "release": _release,
}
