"""Every view declares who may call it: `@access(PUBLIC)`, `@access(SIGNED_IN)` or `@access("act.name")`.

A view that declares nothing is refused before it runs; a structural test finds it first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, url_for

from catalog.errors import NotAllowed
from catalog.permissions import POLICY, is_allowed
from portal.context import actor
from portal.links import current_path, safe_redirect

PUBLIC = "public"
SIGNED_IN = "signed_in"
OPEN_ENDPOINTS = frozenset({"static"})
"""Endpoints of libraries that take no decorator and serve only what anybody may see."""
OPEN_BLUEPRINTS = frozenset({"api-docs", "swagger_ui"})
"""Blueprints of libraries: the API's description and its reader."""
ROOMS = {"desk": "desk.view"}
"""Blueprints that ask for an act of their own beside that of the view: the desk is a department's."""
WHILE_PASSWORD_IS_OLD = frozenset({"account.change_password", "account.save_password", "account.sign_out"})
"""All that a person with a password to change may do."""

V = TypeVar("V", bound=Callable[..., Any] | type)


def access(who: str) -> Callable[[V], V]:
    """Declare who may call a view function or view class: PUBLIC, SIGNED_IN or an act of POLICY.

    An act is checked against the person's own department here; the domain checks the object's department again.
    """
    if who not in (PUBLIC, SIGNED_IN) and who not in POLICY:
        raise ValueError(f"no such act: {who}")

    def mark(view: V) -> V:
        view.access = who  # type: ignore[union-attr]
        return view

    return mark


def declared_access(endpoint: str, method: str = "GET") -> str | None:
    """What the view behind `endpoint` declares for `method`; None when it declares nothing."""
    if endpoint in OPEN_ENDPOINTS or endpoint.partition(".")[0] in OPEN_BLUEPRINTS:
        return PUBLIC
    view = current_app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    handler = getattr(view_class, method.lower(), None)
    return getattr(handler, "access", None) or getattr(view_class, "access", None) or getattr(view, "access", None)


def init_app(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(check_access)


def check_access() -> Response | None:
    """Let the request through, send an anonymous person to sign in, or raise NotAllowed."""
    if request.endpoint is None:
        return None
    who = declared_access(request.endpoint, "GET" if request.method in ("HEAD", "OPTIONS") else request.method)
    if who == PUBLIC:
        return None
    if who is None:
        raise NotAllowed("not_allowed", act=request.endpoint)
    if actor().account_id is None:
        return _ask_to_sign_in()
    if g.get("must_change_password") and request.endpoint not in WHILE_PASSWORD_IS_OLD:
        return safe_redirect(url_for("account.change_password"))
    for act in {who, ROOMS.get(request.blueprint or "", who)} - {SIGNED_IN}:
        if not is_allowed(actor(), act, department_id=actor().department_id):
            raise NotAllowed("not_allowed", act=act)
    return None


def _ask_to_sign_in() -> Response:
    if request.method not in ("GET", "HEAD"):
        raise NotAllowed("sign_in_needed")
    return safe_redirect(url_for("account.sign_in", next=current_path()))
