"""Signed-in people: Flask-Login over the house's own server-side sessions.

The cookie holds a random token that is renewed at every sign-in; what it stands for lives in the database, so that
signing out, disabling an account or changing a password ends it at the next request.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from catalog.permissions import ANONYMOUS
from portal.context import house, now, work
from portal.settings import Settings


class SignedInUser(UserMixin):  # type: ignore[misc]
    """Flask-Login's view of a signed-in person: the id in the cookie is the session token."""

    def __init__(self, token: str, signed_in: Any) -> None:
        self.token = token
        self.signed_in = signed_in

    def get_id(self) -> str:
        """The token."""
        return self.token


def init_app(app: Flask, settings: Settings) -> None:
    """Set up cookies and the loader; https gives `__Host-` names and Secure."""
    prefix = "__Host-" if settings.is_https else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}kaifang",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)
    app.before_request(_know_actor)


def sign_in(username: str, password: str) -> Any:
    """Try to sign in; on success the old cookie session is thrown away and a new token begins."""
    from catalog import accounts

    with work() as database_session:
        outcome = accounts.sign_in(
            database_session,
            username,
            password,
            now=now(),
            address=request.remote_addr,
            user_agent=request.headers.get("User-Agent", "")[:255],
        )
    if outcome.token is not None:
        session.clear()
        login_user(SignedInUser(outcome.token, None))
    return outcome


def sign_out() -> None:
    """End the session on the server and in the cookie."""
    from catalog import accounts

    token = session.get("_user_id")
    if token:
        with work() as database_session:
            accounts.end_session(database_session, token, now=now())
    logout_user()
    session.clear()


def _load(token: str) -> SignedInUser | None:
    from catalog import accounts

    with house().database.work() as database_session:
        signed_in = accounts.find_actor(database_session, token, now=now())
    return SignedInUser(token, signed_in) if signed_in is not None else None


def _know_actor() -> None:
    """Put the acting person into `g`; a cookie whose session has ended is thrown away."""
    g.actor = ANONYMOUS
    if request.endpoint == "static" or "_user_id" not in session:
        return
    if not current_user.is_authenticated:
        session.clear()
        return
    g.actor = current_user.signed_in.actor
    g.signed_in = current_user.signed_in
    g.must_change_password = current_user.signed_in.must_change_password


def forbid_caching(response: Response) -> Response:
    """For pages that carry a form token."""
    response.headers["Cache-Control"] = "private, no-store"
    return response
