"""订阅与提醒: a department's reminders, its calendar address and its webhooks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog import webhooks
from catalog.accounts import get_account
from catalog.due_events import calendar_path, rotate_calendar
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from catalog.permissions import is_allowed
from catalog.reminder_lists import list_reminders
from portal.access import access
from portal.context import actor, house, language, now, reading, today, work
from portal.links import external_url, redirect_to
from portal.pages.notices import PAGE_SIZE, make_notices_page
from portal.sending import webhook_secret
from portal.views.desk import bp

HOMES = {"desk": "desk.show_notices", "office": "office.show_reminders"}
"""Room → the page on which its webhooks stand."""


@bp.get("/notices")
@access("desk.view")
def show_notices() -> Response:
    """What was raised for the department, newest first, and how it arrives."""
    return render_notices("desk")


@bp.post("/notices/calendar")
@access("notice.manage")
def rotate() -> Response:
    """Make the calendar address anew."""
    with work() as session:
        rotate_calendar(session, own_department(), by=actor(), now=now())
    flash(_("已换成新的日历地址，旧地址不再有效。"), "good")
    return redirect_to("desk.show_notices")


@bp.post("/notices/webhooks")
@access("notice.manage")
def register_webhook() -> Response:
    """Register an address; its secret is shown once."""
    return register("desk", own_department())


@bp.post("/notices/webhooks/<uuid:webhook_id>")
@access("notice.manage")
def change_webhook(webhook_id: uuid.UUID) -> Response:
    """Switch on or off, test, remove."""
    return change("desk", webhook_id)


def own_department() -> uuid.UUID:
    """The acting person's department; raises NotAllowed to people without one."""
    department_id = actor().department_id
    if department_id is None:
        raise NotAllowed("not_allowed", act="desk.view")
    return department_id


def render_notices(
    room: str, *, secret: str = "", problems: Iterable[Problem] = (), typed_url: str = "", status: int = 200
) -> Response:
    """The page of the department ("desk") or of all departments ("office")."""
    by, email, calendar_url = actor(), None, ""
    department_id = own_department() if room == "desk" else None
    with reading() as session:
        found = list_reminders(
            session, by=by, department_id=department_id, after=request.args.get("after"), limit=PAGE_SIZE
        )
        hooks = webhooks.list_webhooks(session, department_id, by=by) if is_allowed(by, "notice.manage") else []
        if by.account_id is not None:
            email = get_account(session, by.account_id, now=now()).email
        if department_id is not None:
            calendar_url = external_url(calendar_path(session, department_id, key=house().settings.secret_key))
    page = make_notices_page(
        found,
        hooks,
        room=room,
        by=by,
        today=today(),
        calendar_url=calendar_url,
        email=email,
        secret=secret,
        problems=problems,
        typed_url=typed_url,
        language=language(),
    )
    response = make_response(render_template(f"{room}/notices.html", page=page), status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def register(room: str, department_id: uuid.UUID | None) -> Response:
    """Register what was typed for a department or, with None, for the office."""
    typed = request.form.get("url", "")[: webhooks.MAX_URL + 1]
    try:
        with work() as session:
            made = webhooks.register_webhook(session, department_id, url=typed, by=actor(), now=now())
    except (Invalid, Conflict) as error:
        problems = getattr(error, "problems", None) or [Problem("url", error.code, **error.params)]
        status = 409 if isinstance(error, Conflict) else 422
        return render_notices(room, problems=problems, typed_url=typed, status=status)
    return render_notices(room, secret=webhook_secret(house().settings.secret_key, made.id))


def change(room: str, webhook_id: uuid.UUID) -> Response:
    """What the pressed button says."""
    act = request.form.get("act", "")
    with work() as session:
        if act in ("on", "off"):
            webhooks.switch_webhook(session, webhook_id, is_active=act == "on", by=actor(), now=now())
        elif act == "remove":
            webhooks.remove_webhook(session, webhook_id, by=actor(), now=now())
        elif act == "test":
            webhooks.queue_test(session, webhook_id, by=actor(), now=now())
        else:
            raise NotFound("page_not_found")
    flash(_("测试推送已排队，约 15 秒后刷新本页看结果。") if act == "test" else _("已保存。"), "good")
    return redirect_to(HOMES[room])
