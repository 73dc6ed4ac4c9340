"""Signing in and out, one's own password, one's own account."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, flash, g, make_response, render_template, request, url_for
from flask_babel import gettext as _

from catalog.accounts import get_account
from catalog.emails import MAX_LENGTH as MAX_EMAIL
from catalog.emails import change_email
from catalog.errors import Invalid, NotFound, Problem
from catalog.permissions import is_allowed
from portal import auth
from portal.access import PUBLIC, SIGNED_IN, access
from portal.context import actor, house, language, now, reading, work
from portal.demo_accounts import is_loopback_address, list_demo_accounts, offers_switch
from portal.links import is_safe_path, redirect_to, safe_redirect
from portal.messages import text_of
from portal.pages.account import make_account_page, make_password_page, make_sign_in_page
from portal.security import SIGN_IN_LIMIT, limiter

bp = Blueprint("account", __name__, url_prefix="/account")

WORKPLACES = {
    "office.view": "office.overview",
    "desk.view": "desk.overview",
    "account.view": "office.list_accounts",
    "audit.read": "office.show_audit",
}
"""Act → first page of the people who may do it, the most used first."""
MAX_FIELD = 200
"""Longer user names or passwords than this are cut before anything is computed from them."""


@bp.get("")
@access(SIGNED_IN)
def overview() -> Response:
    """Who one is here: name, department, roles, e-mail address, when the session ends."""
    with reading() as session:
        email = get_account(session, _own_id(), now=now()).email
    return _own_page(email)


@bp.post("/email")
@access(SIGNED_IN)
def save_email() -> Response:
    """Set or remove one's own e-mail address."""
    typed = request.form.get("email", "").strip(" ")[: MAX_EMAIL + 1]
    try:
        with work() as session:
            change_email(session, _own_id(), email=typed or None, by=actor(), now=now())
    except Invalid as error:
        return _own_page(typed, error.problems)
    flash(_("邮箱已保存。") if typed else _("邮箱已删除，不再寄送邮件。"), "good")
    return redirect_to("account.overview")


@bp.get("/sign-in")
@access(PUBLIC)
def sign_in() -> Response:
    """The form; somebody who is signed in already goes to their desk."""
    if actor().account_id is not None:
        return safe_redirect(_landing())
    return _sign_in_form()


@bp.post("/sign-in")
@access(PUBLIC)
@limiter.limit(SIGN_IN_LIMIT)
def begin() -> Response:
    """Check name and password; on success go where the person wanted to go."""
    username = request.form.get("username", "")[:MAX_FIELD]
    outcome = auth.sign_in(username, request.form.get("password", "")[:MAX_FIELD])
    if outcome.token is None:
        return _sign_in_form(username=username, failed=text_of(outcome.code or "", {}, language()), status=403)
    return _go_on()


@bp.post("/demo")
@access(PUBLIC)
@limiter.limit(SIGN_IN_LIMIT)
def switch() -> Response:
    """One click into an account of the demonstration; exists on loopback only."""
    settings = house().settings
    wanted = request.form.get("username", "")
    is_offered = offers_switch(settings) and is_loopback_address(request.host_url)
    accounts = list_demo_accounts(settings) if is_offered else []
    account = next((account for account in accounts if account.username == wanted), None)
    if account is None:
        raise NotFound("page_not_found")
    if actor().account_id is not None:
        auth.sign_out()
    outcome = auth.sign_in(account.username, account.password)
    if outcome.token is None:
        return _sign_in_form(username=wanted, failed=text_of(outcome.code or "", {}, language()), status=403)
    return _go_on()


@bp.post("/sign-out")
@access(SIGNED_IN)
def sign_out() -> Response:
    """End this session, or with `everywhere` all of them."""
    auth.sign_out(everywhere=bool(request.form.get("everywhere")))
    flash(_("您已退出登录。"), "good")
    return redirect_to("account.sign_in")


@bp.get("/password")
@access(SIGNED_IN)
def change_password() -> Response:
    """The form for a new password."""
    return _password_form()


@bp.post("/password")
@access(SIGNED_IN)
@limiter.limit(SIGN_IN_LIMIT)
def save_password() -> Response:
    """Change one's own password; every other session of the person ends."""
    form = {name: request.form.get(name, "")[:MAX_FIELD] for name in ("old_password", "password", "password_again")}
    if form["password"] != form["password_again"]:
        return _password_form([Problem("password_again", "passwords_differ")])
    try:
        auth.change_password(form["old_password"], form["password"])
    except Invalid as error:
        return _password_form(error.problems)
    flash(_("密码已修改，其他设备上的登录已全部退出。"), "good")
    return safe_redirect(_landing(), status=303)


def _own_id() -> uuid.UUID:
    account_id = actor().account_id
    if account_id is None:
        raise NotFound("account_not_found")
    return account_id


def _own_page(email: str | None, problems: list[Problem] | None = None) -> Response:
    page = make_account_page(g.signed_in, email=email, problems=problems or [], language=language())
    return make_response(render_template("account/overview.html", page=page), 422 if problems else 200)


def _sign_in_form(*, username: str = "", failed: str = "", status: int = 200) -> Response:
    settings = house().settings
    page = make_sign_in_page(
        list_demo_accounts(settings) if offers_switch(settings) else [],
        username=username,
        target=_target(),
        failed=failed,
        language=language(),
    )
    return make_response(render_template("account/sign_in.html", page=page), status)


def _password_form(problems: list[Problem] | None = None) -> Response:
    page = make_password_page(is_forced=g.signed_in.must_change_password, problems=problems or [], language=language())
    return make_response(render_template("account/password.html", page=page), 422 if problems else 200)


def _target() -> str:
    wanted = request.values.get("next", "")
    return wanted if is_safe_path(wanted) else ""


def _go_on() -> Response:
    """After signing in the new session is known from the next request on, so the landing page decides there."""
    return safe_redirect(_target() or url_for("account.sign_in"), status=303)


def _landing() -> str:
    """The place where this person's work is."""
    endpoint = next((place for act, place in WORKPLACES.items() if is_allowed(actor(), act)), "account.overview")
    return url_for(endpoint)
