"""What desk and office do alike with candidates: show the list, mark several, make a draft, hand out the CSV.

`room` is the blueprint in which it happens: "desk" or "office".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog import plans
from catalog.candidates.coverage import iterate_candidates, list_candidates, summarise_department
from catalog.candidates.deciding import MAX_URL, create_draft, decide, get_candidate
from catalog.departments import DepartmentFacts, list_departments
from catalog.errors import Invalid, NotFound, Problem
from catalog.permissions import is_allowed
from portal.context import Session, actor, language, now, reading, today, work
from portal.filenames import content_disposition
from portal.links import redirect_to
from portal.pages.candidates import Asked, Typed, make_list_page, parse_asked, write_csv
from portal.pages.filled_form import parse_ids
from portal.security import FILE_POLICY

LISTS = {"desk": "desk.list_candidates", "office": "office.list_candidates"}


def render_list(
    room: str, *, typed: Typed | None = None, problems: Iterable[Problem] = (), status: int = 200
) -> Response:
    """The list with the form of decisions; with `problems` what was typed comes back."""
    asked = parse_asked(request.args)
    with reading() as session:
        departments = list_departments(session) if room == "office" else []
        department_id = _department(room, asked, departments)
        found = list_candidates(
            session, by=actor(), department_id=department_id, after=request.args.get("after"), **asked.criteria
        )
        page = make_list_page(
            found,
            asked,
            room=room,
            coverage=summarise_department(session, department_id, by=actor()) if department_id else None,
            departments=departments,
            plans=_running(session, department_id),
            typed=typed,
            problems=problems,
            language=language(),
        )
    layout = f"{room}/layout.html"
    return make_response(render_template("desk/candidates.html", page=page, layout=layout), status)


def mark_candidates(room: str) -> Response:
    """Mark what was ticked; what is wrong is said above the form and nothing is marked."""
    form = request.form
    typed = Typed(
        ids=frozenset(form.getlist("id")),
        state=form.get("state", ""),
        entry=form.get("entry", "")[:MAX_URL],
        url=form.get("url", "")[: MAX_URL + 1],
        reason=form.get("reason", "")[:2000],
    )
    try:
        with work() as session:
            changed = decide(
                session,
                parse_ids(typed.ids),
                typed.state,
                entry_name=typed.entry,
                url=typed.url,
                reason=typed.reason,
                by=actor(),
                now=now(),
            )
    except Invalid as error:
        problems = error.problems or [Problem("ids", error.code, **error.params)]
        return render_list(room, typed=typed, problems=problems, status=422)
    flash(_("已标记 %(count)s 条。", count=changed), "good")
    return redirect_to(LISTS[room], **parse_asked(request.args).address)


def make_draft(room: str, candidate_id: uuid.UUID) -> Response:
    """A draft entry prefilled from the candidate; goes on to its form."""
    with work() as session:
        name = create_draft(session, candidate_id, by=actor(), now=now()).name
    flash(_("已建立草稿，请补全其余内容。"), "good")
    return redirect_to(f"{room}.show_entry", name=name)


def add_to_plan(room: str) -> Response:
    """Put what was ticked on the department's list of a running plan, and mark it as to be opened next."""
    typed = Typed(ids=frozenset(request.form.getlist("id")), state="open_next")
    code = request.form.get("plan", "")
    try:
        with work() as session:
            ids = parse_ids(typed.ids)
            titles: dict[uuid.UUID, list[str]] = {}
            for one in ids:
                candidate = get_candidate(session, one, by=actor(), act="candidate.decide")
                titles.setdefault(candidate.department_id, []).append(candidate.title)
            decide(session, ids, "open_next", by=actor(), now=now())
            added = sum(
                plans.add_items(session, code, department_id, names, by=actor(), now=now())
                for department_id, names in titles.items()
            )
    except Invalid as error:
        problems = error.problems or [Problem("ids", error.code, **error.params)]
        return render_list(room, typed=typed, problems=problems, status=422)
    flash(_("已把 %(count)s 条加入计划。", count=added), "good")
    return redirect_to(LISTS[room], **parse_asked(request.args).address)


def send_csv(room: str) -> Response:
    """The filtered list as a CSV that Excel opens."""
    asked = parse_asked(request.args)
    with reading() as session:
        departments = list_departments(session) if room == "office" else []
        rows = iterate_candidates(
            session, by=actor(), department_id=_department(room, asked, departments), **asked.criteria
        )
        body = b"".join(write_csv(rows, language=language()))
    response = make_response(body)
    response.mimetype = "text/csv"
    name = _("待开放清单") + f"-{today()}.csv"
    response.headers["Content-Disposition"] = content_disposition(name, fallback=f"candidates-{today()}.csv")
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _department(room: str, asked: Asked, departments: Iterable[DepartmentFacts]) -> uuid.UUID | None:
    if room == "desk":
        own = actor().department_id
        if own is None:
            raise NotFound("department_not_found", name="")
        return own
    if not asked.department:
        return None
    found = next((one.id for one in departments if one.slug == asked.department), None)
    if found is None:
        raise NotFound("department_not_found", name=asked.department)
    return found


def _running(session: Session, department_id: uuid.UUID | None) -> list[tuple[str, str]]:
    """The running plans to which this person may add titles of the department."""
    if not is_allowed(actor(), "plan.list", department_id=department_id):
        return []
    return [(plan.code, plan.title) for plan in plans.list_plans(session, by=actor()) if plan.state == "running"]
