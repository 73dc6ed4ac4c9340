"""Accounts and roles: the system administrator makes accounts, the security administrator gives roles."""

from __future__ import annotations

import uuid

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog import accounts
from catalog.departments import list_departments
from catalog.emails import change_email
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from portal.access import access
from portal.context import actor, language, now, reading, work
from portal.links import redirect_to
from portal.pages.office_people import PAGE_SIZE, make_account_details, make_account_form, make_account_list
from portal.views.office import bp

ACTS = {
    "disable": accounts.disable_account,
    "enable": accounts.enable_account,
    "unlock": accounts.unlock_account,
}


@bp.get("/accounts")
@access("account.view")
def list_accounts() -> str:
    """Accounts by user name, narrowed by a part of a name."""
    q = request.args.get("q", "").strip()[:64]
    after = request.args.get("after", "")[:64]
    with reading() as session:
        facts = accounts.list_accounts(session, by=actor(), now=now(), q=q, after=after, limit=PAGE_SIZE + 1)
    page = make_account_list(facts, q=q, by=actor(), language=language())
    return render_template("office/accounts.html", page=page)


@bp.get("/accounts/new")
@access("account.manage")
def new_account() -> str:
    """The form of a new account."""
    with reading() as session:
        page = make_account_form(list_departments(session), language=language())
    return render_template("office/account_new.html", page=page)


@bp.post("/accounts/new")
@access("account.manage")
def create_account() -> Response:
    """Make the account and show its password, once."""
    values = {name: request.form.get(name, "").strip()[:100] for name in ("username", "display_name", "department")}
    try:
        with work() as session:
            made = accounts.create_account(
                session,
                username=values["username"],
                display_name=values["display_name"],
                department_id=_id(values["department"]) if values["department"] else None,
                by=actor(),
                now=now(),
            )
    except (Invalid, Conflict) as error:
        problems = getattr(error, "problems", None) or [Problem("username", error.code, **error.params)]
        with reading() as session:
            page = make_account_form(list_departments(session), values=values, problems=problems, language=language())
        return make_response(render_template("office/account_new.html", page=page), 422)
    return _details(made.account, password=made.password)


@bp.get("/accounts/<account_id>")
@access("account.view")
def show_account(account_id: str) -> Response:
    """One account."""
    with reading() as session:
        facts = accounts.get_account(session, _id(account_id), now=now())
    return _details(facts)


@bp.post("/accounts/<account_id>/password")
@access("account.manage")
def reset_password(account_id: str) -> Response:
    """Generate a new password and show it, once."""
    with work() as session:
        made = accounts.reset_password(session, _id(account_id), by=actor(), now=now())
    return _details(made.account, password=made.password)


@bp.post("/accounts/<account_id>/state")
@access("account.manage")
def change_account(account_id: str) -> Response:
    """Disable, enable or unlock."""
    act = ACTS.get(request.form.get("act", ""))
    if act is None:
        raise NotFound("page_not_found")
    with work() as session:
        act(session, _id(account_id), by=actor(), now=now())
    flash(_("已保存。"), "good")
    return redirect_to("office.show_account", account_id=account_id)


@bp.post("/accounts/<account_id>/details")
@access("account.manage")
def save_account(account_id: str) -> Response:
    """Change the name shown, the department and the e-mail address; with another department its sessions end."""
    subject = _id(account_id)
    values = {name: request.form.get(name, "").strip(" ")[:300] for name in ("display_name", "department", "email")}
    try:
        with work() as session:
            accounts.update_account(
                session,
                subject,
                display_name=values["display_name"],
                department_id=_id(values["department"]) if values["department"] else None,
                by=actor(),
                now=now(),
            )
            change_email(session, subject, email=values["email"] or None, by=actor(), now=now())
    except (Invalid, Conflict, NotAllowed) as error:
        problems = getattr(error, "problems", None) or [Problem("department", error.code, **error.params)]
        with reading() as session:
            facts = accounts.get_account(session, subject, now=now())
        return _details(facts, values=values, problems=problems)
    flash(_("已保存。"), "good")
    return redirect_to("office.show_account", account_id=account_id)


@bp.post("/accounts/<account_id>/roles")
@access("role.grant")
def change_role(account_id: str) -> Response:
    """Give or take one role."""
    grant, revoke = request.form.get("grant"), request.form.get("revoke")
    with work() as session:
        if grant:
            accounts.grant_role(session, _id(account_id), grant[:40], by=actor(), now=now())
        elif revoke:
            accounts.revoke_role(session, _id(account_id), revoke[:40], by=actor(), now=now())
    flash(_("角色已保存；该账号需要重新登录。"), "good")
    return redirect_to("office.show_account", account_id=account_id)


def _details(
    facts: accounts.AccountFacts,
    *,
    password: str | None = None,
    values: dict[str, str] | None = None,
    problems: list[Problem] | None = None,
) -> Response:
    with reading() as session:
        departments = list_departments(session)
    page = make_account_details(
        facts, departments, by=actor(), password=password, values=values, problems=problems or [], language=language()
    )
    return make_response(render_template("office/account.html", page=page), 422 if problems else 200)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound("account_not_found") from None
