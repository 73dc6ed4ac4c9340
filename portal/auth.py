"""Signed-in people: Flask-Login over the house's own server-side sessions.

The cookie holds a random token that is renewed at every sign-in and change of password; what it stands for lives in
the database, so that signing out, disabling an account or changing a role ends it at the next request.
"""

from __future__ import annotations

from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from catalog import accounts
from catalog.accounts import SignedIn, SignInOutcome
from catalog.permissions import ANONYMOUS
from portal.context import actor, now, reading, work
from portal.settings import Settings

SESSION_ID = "_user_id"
"""Where Flask-Login keeps the id of the signed-in person in the cookie: our token."""


class SignedInUser(UserMixin):  # type: ignore[misc]
    """Flask-Login's view of a signed-in person: the id in the cookie is the session token."""

    def __init__(self, token: str, signed_in: SignedIn | None = None) -> None:
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


def sign_in(username: str, password: str) -> SignInOutcome:
    """Try to sign in; on success the old cookie session is thrown away and a new one begins."""
    with work() as database_session:
        outcome = accounts.sign_in(
            database_session, username, password, now=now(), address=request.remote_addr, user_agent=_agent()
        )
    if outcome.token is not None:
        _begin(outcome.token)
    return outcome


def change_password(old: str, new: str) -> None:
    """Change the signed-in person's password; all their sessions end and a new one begins here.

    Raises Invalid("password_refused") with the reasons.
    """
    by = actor()
    assert by.account_id is not None
    with work() as database_session:
        token = accounts.change_password(
            database_session, by.account_id, old=old, new=new, now=now(), by=by, user_agent=_agent()
        )
    _begin(token)


def sign_out(*, everywhere: bool = False) -> None:
    """End this session, or all sessions of the person, on the server and in the cookie."""
    account_id = actor().account_id
    with work() as database_session:
        accounts.end_session(database_session, session.get(SESSION_ID, ""), now=now())
        if everywhere and account_id is not None:
            accounts.end_all_sessions(database_session, account_id, now=now())
    logout_user()
    session.clear()


def _begin(token: str) -> None:
    session.clear()
    login_user(SignedInUser(token))


def _agent() -> str:
    return request.headers.get("User-Agent", "")[:255]


def _load(token: str) -> SignedInUser | None:
    with reading() as database_session:
        signed_in = accounts.find_actor(database_session, token, now=now(), address=request.remote_addr)
    return SignedInUser(token, signed_in) if signed_in is not None else None


def _know_actor() -> None:
    """Put the acting person into `g`; a cookie whose session has ended is thrown away."""
    g.actor = ANONYMOUS
    if request.endpoint == "static" or SESSION_ID not in session:
        return
    if not current_user.is_authenticated:
        session.clear()
        return
    signed_in: SignedIn = current_user.signed_in
    g.actor = signed_in.actor
    g.signed_in = signed_in
    g.must_change_password = signed_in.must_change_password
    if signed_in.is_touch_due:
        with work() as database_session:
            accounts.touch_session(database_session, session[SESSION_ID], now=now())
