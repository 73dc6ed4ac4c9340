"""A department's plans: the countdown, its list, what is missing, its declaration. The office uses the same acts."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from catalog import plans
from catalog.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from portal.access import access
from portal.context import actor, language, now, reading, today, work
from portal.errors import status_of
from portal.links import redirect_to
from portal.messages import error_text, problem_text
from portal.pages.desk_plans import find_member, make_declaration_page, make_department_plan
from portal.pages.office_plans import make_plan_list
from portal.views.desk import bp
from portal.views.desk.shared import parse_id

MAX_TEXT = 4000
MAX_TITLES = 400_000
"""Characters that are read of a pasted list."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for: under which plan, for which department, with which fields."""

    code: str
    department_id: uuid.UUID
    form: MultiDict[str, str]

    def text(self, name: str) -> str:
        """A field of the form."""
        return self.form.get(name, "")[:MAX_TEXT]

    @property
    def item_id(self) -> uuid.UUID:
        """The title that it is about."""
        return parse_id(self.form.get("item"), "plan_item_not_found")


@bp.get("/plans")
@access("plan.view")
def list_plans() -> str:
    """The plans that this department takes part in, with what is next."""
    with reading() as session:
        found = plans.list_plans(session, by=actor())
        heads = {
            plan.code: plans.make_board(session, plan.code, today=today(), by=actor(), only=actor().department_id)
            for plan in found
            if plan.state == "running"
        }
    countdown = {}
    for code, board in heads.items():
        owed = [head.countdown for head, cell in zip(board.heads, board.rows[0].cells, strict=True) if not cell.is_done]
        if owed:
            countdown[code] = min(owed, key=lambda one: one.due_on)
    page = make_plan_list(found, countdown=countdown, language=language())
    return render_template("desk/plans.html", rows=page)


@bp.get("/plans/<code>")
@access("plan.view")
def show_plan(code: str) -> Response:
    """The department's part in a plan."""
    return render_department("desk", code, None)


@bp.post("/plans/<code>/acts")
@access("plan.view")
def act_on_plan(code: str) -> Response:
    """Change the list, draft or sign the declaration."""
    return take_act("desk", code, None, DEPARTMENT_ACTS)


@bp.get("/plans/<code>/declaration/<int:number>")
@access("plan.view")
def show_declaration(code: str, number: int) -> str:
    """A declaration to print."""
    return render_declaration("desk", code, None, number)


def render_department(
    room: str,
    code: str,
    slug: str | None,
    *,
    problems: Sequence[str] = (),
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page of a department under a plan, for the department or the office."""
    with reading() as session:
        page = make_department_plan(
            session,
            code,
            slug,
            room=room,
            by=actor(),
            today=today(),
            language=language(),
            problems=problems,
            typed=typed,
        )
    return make_response(render_template("desk/plan.html", page=page, layout=f"{room}/layout.html"), status)


def render_declaration(room: str, code: str, slug: str | None, number: int) -> str:
    """A declaration to print, for the department or the office."""
    with reading() as session:
        page = make_declaration_page(session, code, slug, number, by=actor())
    return render_template("desk/plan_declaration.html", page=page, layout=f"{room}/layout.html", room=room)


def take_act(room: str, code: str, slug: str | None, acts: Mapping[str, Callable[[Asked], str]]) -> Response:
    """Do what the form's `act` names, go back to the page; a refusal is told there with what was typed."""
    act = acts.get(request.form.get("act", ""))
    with reading() as session:
        department_id = find_member(session, code, slug, by=actor()).id
    asked = Asked(code, department_id, request.form)
    try:
        if act is None:
            raise NotFound("unknown_step", step=request.form.get("act", "")[:40])
        told = act(asked)
    except (Invalid, Conflict, NotAllowed) as error:
        typed = {name: value[:MAX_TEXT] for name, value in request.form.items()}
        return render_department(room, code, slug, problems=refusals(error), typed=typed, status=status_of(error))
    flash(told, "good")
    if slug is None:
        return redirect_to("desk.show_plan", code=code)
    if request.form.get("act") == "release":
        return redirect_to("office.show_plan", code=code)
    return redirect_to("office.show_plan_department", code=code, slug=slug)


def refusals(error: DomainError) -> list[str]:
    """A failure as sentences: the whole, then every place."""
    problems = error.problems if isinstance(error, Invalid) and error.code != "reason_required" else []
    return [error_text(error, language()), *(problem_text(problem, language()) for problem in problems)]


def _add(asked: Asked) -> str:
    lines = asked.form.get("titles", "")[:MAX_TITLES].splitlines() + asked.form.getlist("title")
    with work() as session:
        count = plans.add_items(session, asked.code, asked.department_id, lines, by=actor(), now=now())
    return _("清单增加 %(count)s 条。", count=count)


def _drop(asked: Asked) -> str:
    with work() as session:
        item = plans.drop_item(session, asked.code, asked.item_id, reason=asked.text("reason"), by=actor(), now=now())
        return _("“%(title)s”已不再纳入。", title=item.title)


def _restore(asked: Asked) -> str:
    with work() as session:
        item = plans.restore_item(session, asked.code, asked.item_id, by=actor(), now=now())
        return _("“%(title)s”已重新纳入。", title=item.title)


def _remove(asked: Asked) -> str:
    with work() as session:
        plans.remove_item(session, asked.code, asked.item_id, by=actor(), now=now())
    return _("已删去一条。")


def _tie(asked: Asked) -> str:
    name = asked.text("entry") or None
    with work() as session:
        item = plans.tie_item(session, asked.code, asked.item_id, name, by=actor(), now=now())
        return _("“%(title)s”的对应条目已保存。", title=item.title)


def _draft(asked: Asked) -> str:
    kind, reason = asked.text("kind"), asked.text("reason")
    with work() as session:
        plans.draft_declaration(
            session, asked.code, asked.department_id, kind=kind, reason=reason, by=actor(), now=now()
        )
    return _("完成声明已拟好，等待部门负责人签署。")


def _sign(asked: Asked) -> str:
    with work() as session:
        plans.sign_declaration(session, asked.code, asked.department_id, by=actor(), now=now())
    return _("完成声明已签署，等待政数局确认。")


LIST_ACTS: Mapping[str, Callable[[Asked], str]] = {
    "add": _add,
    "drop": _drop,
    "restore": _restore,
    "remove": _remove,
    "tie": _tie,
}
DEPARTMENT_ACTS: Mapping[str, Callable[[Asked], str]] = {**LIST_ACTS, "draft": _draft, "sign": _sign}
